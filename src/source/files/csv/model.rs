//! A slow and obvious reading of CSV, one character after the other, against which the fast one is held.

use std::io::{self, Read};

use proptest::prelude::*;

use super::records::{Problem, Records};
use super::scan::{Fault, Marks};

const USUAL: Marks = Marks { delimiter: b',', quote: Some(b'"') };

/// A field with whether it was quoted, and the line it begins on.
type Cell = (String, bool, u64);

/// What a text comes to: its records, its blank lines, and what is wrong behind them with its line and field.
#[derive(Debug, PartialEq)]
struct Read_ {
    rows: Vec<Vec<Cell>>,
    blank: u64,
    wrong: Option<(Fault, u64, usize)>,
}

/// Reads `text` the slow way.
fn slow(text: &str, marks: Marks) -> Read_ {
    let all: Vec<char> = text.chars().collect();
    let line = |at: usize| 1 + all[..at].iter().filter(|c| **c == '\n').count() as u64;
    let (delimiter, quote) = (char::from(marks.delimiter), marks.quote.map(char::from));
    let mut read = Read_ { rows: Vec::new(), blank: 0, wrong: None };
    let mut at = 0;
    while at < all.len() {
        let ends = |at: usize| match all.get(at) {
            None => Some(at),
            Some('\n') => Some(at + 1),
            Some('\r') if all.get(at + 1) == Some(&'\n') => Some(at + 2),
            _ => None,
        };
        if let Some(next) = ends(at) {
            (read.blank, at) = (read.blank + 1, next);
            continue;
        }
        let (record, mut row) = (at, Vec::new());
        let wrong = loop {
            let begin = at;
            let mut field = String::new();
            let quoted = all.get(at).is_some() && all.get(at).copied() == quote;
            if quoted {
                at += 1;
                loop {
                    match all.get(at) {
                        None => break,
                        Some(c) if Some(*c) == quote && all.get(at + 1).copied() == quote => {
                            field.push(*c);
                            at += 2;
                        }
                        Some(c) if Some(*c) == quote => break,
                        Some(c) => {
                            field.push(*c);
                            at += 1;
                        }
                    }
                }
                if at == all.len() {
                    break Some((Fault::Unclosed, line(begin), row.len()));
                }
                at += 1;
            }
            let close = at;
            while ends(at).is_none() && all[at] != delimiter {
                match all[at] {
                    '\r' => break,
                    c if quoted || Some(c) == quote => break,
                    c => field.push(c),
                }
                at += 1;
            }
            if ends(at).is_none() && all[at] != delimiter {
                // Of what follows a closing quote only the next mark is looked at.
                let mark = |c: &char| *c == delimiter || Some(*c) == quote || *c == '\n' || *c == '\r';
                let mut next = at + all[at..].iter().position(mark).unwrap_or(all.len() - at);
                if quoted && at > close {
                    next = at;
                }
                let lone = all.get(next) == Some(&'\r') && all.get(next + 1) != Some(&'\n');
                break Some(match (quoted, lone) {
                    (_, true) => (Fault::LoneReturn, line(next), row.len()),
                    (true, false) => (Fault::BehindQuote, line(close), row.len()),
                    (false, false) => (Fault::StrayQuote, line(at), row.len()),
                });
            }
            row.push((field, quoted, line(begin)));
            if let Some(next) = ends(at) {
                at = next;
                break None;
            }
            at += 1;
        };
        let width = read.rows.first().map_or(row.len(), Vec::len);
        read.wrong =
            wrong.or((row.len() != width).then(|| (Fault::Ragged { found: row.len() }, line(record), row.len())));
        if read.wrong.is_some() {
            break;
        }
        read.rows.push(row);
    }
    read
}

/// Gives at most so many bytes at once.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = to.len().min(self.1);
        self.0.read(&mut to[..most])
    }
}

/// Reads `text` the fast way, in pieces of so many bytes and so many records.
fn fast(text: &str, marks: Marks, piece: usize, most: usize) -> Read_ {
    let mut records = Records::new(Slow(text.as_bytes(), piece.max(3)), marks, piece);
    let mut read = Read_ { rows: Vec::new(), blank: 0, wrong: None };
    loop {
        match records.next(most) {
            Ok(None) => break,
            Ok(Some(rows)) => {
                assert!((1..=most).contains(&rows.height()), "{} of {most} records", rows.height());
                let columns: Vec<Vec<_>> = (0..rows.width()).map(|column| rows.column(column).collect()).collect();
                for row in 0..rows.height() {
                    let cell = |(at, column): (usize, &Vec<super::records::Written<'_>>)| {
                        // The line of a field is that of what is in it, which a quoted field may begin with an end of.
                        (column[row].text.to_string(), column[row].quoted, rows.line(row, at))
                    };
                    read.rows.push(columns.iter().enumerate().map(cell).collect());
                }
            }
            Err(Problem::Record { fault, line, field }) => {
                read.wrong = Some((fault, line, field));
                break;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    read.blank = records.blank();
    read
}

fn assert_same(text: &str, marks: Marks, pieces: &[usize], most: usize) {
    let slow = slow(text, marks);
    for piece in pieces {
        let mut fast = fast(text, marks, *piece, most);
        if slow.wrong.is_some() {
            // Blank lines before what is wrong may or may not have been passed.
            fast.blank = slow.blank;
        }
        assert_eq!(fast, slow, "{text:?} in pieces of {piece}");
    }
}

/// Catches any text of a few marks that is read otherwise than the obvious way, at any size of the buffer.
#[test]
fn every_short_text_is_read_as_the_slow_way_reads_it() {
    let alphabet = ["a", ",", "\"", "\n", "\r"];
    for length in 0..=6u32 {
        for number in 0..alphabet.len().pow(length) {
            let text: String =
                (0..length).map(|place| alphabet[number / alphabet.len().pow(place) % alphabet.len()]).collect();
            assert_same(&text, USUAL, &[1, 4, 64], 1 + number % 3);
        }
    }
}

/// Catches a record that fills the memory, and an open quote that is not named as the reason.
#[test]
fn a_record_that_is_too_long_is_an_error() {
    for (text, quoted) in [("a,b\n\n\"1\n\",\"2\n3", Some(4)), ("a,b\n\n1,\"2\"\"\n\",", None), ("a,b\n\n1,2", None)] {
        for piece in [1, 16, 256] {
            let text = format!("{text}{}", "x,\n".repeat(if quoted.is_some() { 300 } else { 0 }) + &"x".repeat(3_000));
            let mut records = Records::new(text.as_bytes(), USUAL, piece).with_longest(600);
            assert_eq!(records.next(1).unwrap().map(|rows| rows.height()), Some(1), "{text:?}");
            let Err(Problem::TooLong { line, quote }) = records.next(1) else { panic!("{text:?} is read") };
            assert_eq!((line, quote), (3, quoted), "{text:?}");
            assert!(records.next(1).is_err());
        }
    }
}

prop_compose! {
    /// A table of strings, NULL where nothing is written.
    fn table()(width in 1usize..5)(
        rows in prop::collection::vec(prop::collection::vec(prop::option::of("[a,;\"'\\n\\ré\u{1F600} 0]{0,9}"), width), 0..9)
    ) -> Vec<Vec<Option<String>>> {
        rows
    }
}

/// Writes a table: what needs quotes has them, and what does not has them where `seed` says so.
fn write(rows: &[Vec<Option<String>>], marks: Marks, end: &str, seed: u64, last_end: bool) -> String {
    let (delimiter, quote) = (char::from(marks.delimiter), marks.quote.map_or('"', char::from));
    let mut dice = seed;
    let mut roll = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        dice >> 60
    };
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        if roll() == 0 {
            text.push_str(end);
        }
        let fields = row.iter().map(|field| match field {
            None => String::new(),
            Some(field) if field.is_empty() || field.contains([delimiter, quote, '\n', '\r']) || roll() < 4 => {
                let doubled = field.replace(quote, &format!("{quote}{quote}"));
                format!("{quote}{doubled}{quote}")
            }
            Some(field) => field.clone(),
        });
        text.push_str(&fields.collect::<Vec<_>>().join(&delimiter.to_string()));
        if last_end || at + 1 < rows.len() {
            text.push_str(end);
        }
    }
    text
}

proptest! {
    /// Catches a value that does not come back as it was written, at any size of the buffer.
    #[test]
    fn a_table_that_is_written_comes_back(
        rows in table(), semicolons in any::<bool>(), crlf in any::<bool>(), seed in any::<u64>(), last_end in any::<bool>(),
        piece in prop_oneof![1usize..70, Just(1 << 16)], most in 1usize..5,
    ) {
        let marks = if semicolons { Marks { delimiter: b';', quote: Some(b'\'') } } else { USUAL };
        let text = write(&rows, marks, if crlf { "\r\n" } else { "\n" }, seed, last_end);
        let read = fast(&text, marks, piece, most);
        prop_assert_eq!(read.wrong, None, "{:?}", text);
        let cells = read.rows.into_iter().map(|row| row.into_iter().map(|(text, quoted, _)| (quoted || !text.is_empty()).then_some(text)).collect());
        // A line of nothing is no row, so that a column of its own has no NULL.
        let written = rows.into_iter().filter(|row| row.len() > 1 || row[0].is_some());
        prop_assert_eq!(cells.collect::<Vec<Vec<Option<String>>>>(), written.collect::<Vec<_>>(), "{:?}", text);
    }

    /// Catches bytes that break the reader, or a record that hides among bytes that are no text.
    #[test]
    fn any_bytes_are_records_or_an_error(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b"a,\"\n\r\xc3\xa9"[..])], 0..200),
        piece in 1usize..90,
    ) {
        let mut records = Records::new(&bytes[..], USUAL, piece);
        let mut height = 0;
        let problem = loop {
            match records.next(3) {
                Ok(None) => break None,
                Ok(Some(rows)) => height += rows.height(),
                Err(problem) => break Some(problem),
            }
        };
        let valid = std::str::from_utf8(&bytes).map_or_else(|cause| cause.valid_up_to(), str::len);
        let text = std::str::from_utf8(&bytes[..valid]).unwrap();
        // What follows the last line that is whole is another record where the rest is no text.
        let whole = if valid == bytes.len() { text } else { &text[..text.rfind('\n').map_or(0, |at| at + 1)] };
        let slow = slow(whole, USUAL);
        match problem {
            Some(Problem::Encoding { byte, .. }) => {
                prop_assert_eq!(byte, bytes[valid]);
                prop_assert!(slow.rows.len() == height || slow.wrong.is_some());
            }
            None => prop_assert_eq!((valid, slow.wrong, slow.rows.len()), (bytes.len(), None, height)),
            Some(Problem::Record { .. }) => prop_assert!(valid < bytes.len() || slow.wrong.is_some()),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    /// Catches a text of many blocks that is read otherwise than the obvious way.
    #[test]
    fn a_long_text_is_read_as_the_slow_way_reads_it(
        text in "([a-c]{0,30}|\"[a,\\n]{0,80}\"|\"\"|,|,|\\n|\\r\\n|é|;){0,60}", piece in 1usize..300, most in 1usize..9,
    ) {
        assert_same(&text, USUAL, &[piece, 1 << 16], most);
        assert_same(&text, Marks { delimiter: b';', quote: None }, &[piece], most);
    }
}

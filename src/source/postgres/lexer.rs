//! PostgreSQL, by its `scan.l`.
//!
//! Comments nest, and a line ends at a carriage return too. A text goes on after a line end (`'a'` newline `'b'`), with
//! comments between. `E''` alone has backslashes: what only a server without `standard_conforming_strings` takes is refused.

use super::super::lexer::scan;
use super::super::lexer::scan::Dollar;
use super::super::lexer::{Kind, Lexer, Next, each};

const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// With `standard_conforming_strings`; a suite that says `off` is read so, too.
pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "postgres",
    lex: |sql| each(sql, next),
    beginnings: &["SELECT", "WITH", "VALUES", "TABLE"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &[],
    locks_rows: true,
    fixed: &[],
}];

pub(in crate::source) fn next(rest: &str) -> Next {
    Ok(match scan::first(rest) {
        c if space(c) => (Kind::Blank, scan::run(rest, 0, space)),
        '-' if rest.starts_with("--") => (Kind::Blank, scan::line(rest, &LINE_ENDS)),
        '/' if rest.starts_with("/*") => return scan::comment(rest, true),
        '\'' => (Kind::Text, text(rest, 0, false)?),
        '"' => (Kind::Name, scan::quoted(rest, '"', false)?),
        '$' => match scan::dollar_quoted(rest, tag) {
            Dollar::Text(length) if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => (Kind::Text, length),
            Dollar::Open if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => return Err(scan::OPEN_QUOTE),
            _ => scan::mark('$'),
        },
        c if c.is_ascii_digit() => {
            let end = scan::number(rest);
            // Since version 16 digits may have underscores, so that `1_0$$` is a name before it and opens a text after.
            if rest[end..scan::run(rest, end, word)].contains('$') {
                return Err("a dollar sign stands in what begins with a digit; put a space between");
            }
            (Kind::Number, end)
        }
        c if word(c) && c != '$' => {
            let end = scan::run(rest, 0, word);
            let (head, tail) = rest.split_at(end);
            match head {
                "e" | "E" if tail.starts_with('\'') => (Kind::Text, text(rest, end, true)?),
                "b" | "B" | "x" | "X" | "n" | "N" if tail.starts_with('\'') => (Kind::Text, text(rest, end, false)?),
                "u" | "U" if tail.starts_with("&'") => (Kind::Text, text(rest, end + 1, false)?),
                "u" | "U" if tail.starts_with("&\"") => (Kind::Name, end + 1 + scan::quoted(&tail[1..], '"', false)?),
                _ => (Kind::Word, end),
            }
        }
        c => scan::mark(c),
    })
}

fn space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn tag(c: char) -> bool {
    word(c) && c != '$'
}

/// The end of a text whose quote opens at `from`, with what continues it.
fn text(rest: &str, from: usize, backslash: bool) -> Result<usize, &'static str> {
    let mut end = from + scan::quoted(&rest[from..], '\'', backslash)?;
    while let Some(gap) = continued(&rest[end..]) {
        end += gap;
        end += scan::quoted(&rest[end..], '\'', backslash)?;
    }
    Ok(end)
}

/// The white space, with a line end in it, up to a quote that continues the text before.
fn continued(rest: &str) -> Option<usize> {
    let (mut at, mut lines) = (0, false);
    loop {
        let end = scan::run(rest, at, space);
        lines |= rest[at..end].contains(LINE_ENDS);
        at = end;
        if !rest[at..].starts_with("--") {
            return (lines && rest[at..].starts_with('\'')).then_some(at);
        }
        at += scan::line(&rest[at..], &LINE_ENDS);
    }
}

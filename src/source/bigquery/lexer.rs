//! BigQuery, by GoogleSQL's documentation of its lexical structure.
//!
//! What the documentation leaves open is refused, and so is what could do more than read: `|>`, behind which rows go on to
//! other statements, and a query for another database in a text.

use super::super::lexer::scan;
use super::super::lexer::{Kind, Lexer, Next, each};

/// Functions that send a text to another database.
const ACTING: [&str; 1] = ["external_query"];

pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "bigquery",
    lex: |sql| each(sql, next),
    beginnings: &["SELECT", "WITH"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &ACTING,
    locks_rows: false,
    fixed: &[],
}];

fn next(rest: &str) -> Next {
    Ok(match scan::first(rest) {
        c if space(c) => (Kind::Blank, scan::run(rest, 0, space)),
        '-' if rest.starts_with("--") => (Kind::Blank, line(rest)?),
        '#' => (Kind::Blank, line(rest)?),
        '/' if rest.starts_with("/*") => {
            let (kind, length) = scan::comment(rest, false)?;
            if rest[2..length].contains("/*") {
                return Err("a comment holds the beginning of another one; remove it");
            }
            (kind, length)
        }
        '\'' | '"' => (Kind::Text, text(rest)?),
        '`' => (Kind::Name, escaped(rest, "`")?),
        '|' if rest.starts_with("|>") => return Err("|> goes on to other statements; write a SELECT without it"),
        '$' => return Err("BigQuery has no dollar sign outside of a text; write it in quotes"),
        c if c.is_ascii_digit() => (Kind::Number, scan::number(rest)),
        c if word(c) => {
            let end = scan::run(rest, 0, word);
            let prefixes = ["r", "b", "rb", "br"];
            let prefixed = prefixes.iter().any(|prefix| rest[..end].eq_ignore_ascii_case(prefix));
            match prefixed && rest[end..].starts_with(['\'', '"']) {
                true => (Kind::Text, end + text(&rest[end..])?),
                false => (Kind::Word, end),
            }
        }
        c => scan::mark(c),
    })
}

/// The length of a text, of one quote or of three, and of those that touch it. A backslash keeps a quote inside in a raw text,
/// too.
fn text(rest: &str) -> Result<usize, &'static str> {
    let mut end = 0;
    while rest[end..].starts_with(['\'', '"']) {
        let three = ["'''", "\"\"\""].into_iter().find(|quotes| rest[end..].starts_with(quotes));
        end += escaped(&rest[end..], three.unwrap_or(&rest[end..=end]))?;
    }
    Ok(end)
}

/// The length of what begins and ends with `quotes`, with backslashes inside.
fn escaped(rest: &str, quotes: &str) -> Result<usize, &'static str> {
    let mut at = quotes.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(quotes) {
            return Ok(at + quotes.len());
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    Err(scan::OPEN_QUOTE)
}

/// A comment to the end of the line.
fn line(rest: &str) -> Result<usize, &'static str> {
    let end = scan::line(rest, &['\n']);
    match rest[..end].trim_end_matches('\r').contains('\r') {
        true => Err("a comment holds a carriage return, which may end it; remove it"),
        false => Ok(end),
    }
}

fn space(c: char) -> bool {
    c.is_whitespace()
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

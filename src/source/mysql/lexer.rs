//! MySQL and MariaDB, by their `sql_lex.cc`.
//!
//! `--` is a comment only before white space, `#` always; comments do not nest. What stands in `/*! … */` or MariaDB's
//! `/*M! … */` is code, on some versions, and refused; so is a hint that sets a variable.

use super::super::lexer::scan;
use super::super::lexer::{Kind, Lexed, Lexer, Next, each};

const EXECUTABLE: &str =
    "what stands in /*! … */ is code to some versions and a comment to others; write it as code, or leave it out";
const HINT: &str =
    "a hint sets a variable for this query (SET_VAR), which may cut its answer or write it otherwise; leave it out";
const DOLLAR: &str = "a name begins with a dollar sign, which opens a text since MySQL 9; put it in backticks";

/// One for each of the modes that change what quotes mean: a backslash escapes unless `NO_BACKSLASH_ESCAPES` is set, and
/// double quotes hold names with `ANSI_QUOTES`.
pub(crate) static LEXERS: [Lexer; 4] = [
    lexer("mysql", |sql| each(sql, |rest| next(rest, true, false))),
    lexer("mysql, ANSI_QUOTES", |sql| each(sql, |rest| next(rest, true, true))),
    lexer("mysql, NO_BACKSLASH_ESCAPES", |sql| each(sql, |rest| next(rest, false, false))),
    lexer("mysql, both", |sql| each(sql, |rest| next(rest, false, true))),
];

const fn lexer(name: &'static str, lex: fn(&str) -> Lexed) -> Lexer {
    Lexer {
        name,
        lex,
        beginnings: &["SELECT", "WITH", "VALUES", "TABLE"],
        into_is_a_name: false,
        totals_beside: false,
        acting: &[],
        locks_rows: true,
        fixed: &[],
    }
}

/// The lexer of a session with these modes.
pub(super) fn of(backslash: bool, ansi_quotes: bool) -> &'static Lexer {
    &LEXERS[usize::from(!backslash) * 2 + usize::from(ansi_quotes)]
}

fn next(rest: &str, backslash: bool, ansi_quotes: bool) -> Next {
    Ok(match scan::first(rest) {
        c if space(c) => (Kind::Blank, scan::run(rest, 0, space)),
        '#' => (Kind::Blank, scan::line(rest, &['\n'])),
        '-' if rest.starts_with("--") && rest[2..].chars().next().is_none_or(|c| space(c) || c.is_ascii_control()) => {
            (Kind::Blank, scan::line(rest, &['\n']))
        }
        '/' if rest.starts_with("/*!") || rest.starts_with("/*M!") || rest.starts_with("/*m!") => {
            return Err(EXECUTABLE);
        }
        '/' if rest.starts_with("/*") => {
            let comment = scan::comment(rest, false)?;
            // Of MySQL 8; MariaDB takes it for a comment.
            let is_setting = rest.starts_with("/*+") && rest[..comment.1].to_ascii_uppercase().contains("SET_VAR");
            return if is_setting { Err(HINT) } else { Ok(comment) };
        }
        '\'' => (Kind::Text, scan::quoted(rest, '\'', backslash)?),
        '"' if ansi_quotes => (Kind::Name, scan::quoted(rest, '"', false)?),
        '"' => (Kind::Text, scan::quoted(rest, '"', backslash)?),
        '`' => (Kind::Name, scan::quoted(rest, '`', false)?),
        '$' => return Err(DOLLAR),
        c if c.is_ascii_digit() => (Kind::Number, scan::number(rest)),
        c if word(c) => {
            let end = scan::run(rest, 0, word);
            match &rest[..end] {
                "b" | "B" | "x" | "X" | "n" | "N" if rest[end..].starts_with('\'') => {
                    (Kind::Text, end + scan::quoted(&rest[end..], '\'', backslash)?)
                }
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

//! ClickHouse, by its `Lexer.cpp`.
//!
//! `--`, `//`, `# ` and `#!` open comments to the end of the line; those between `/*` and `*/` nest. Every quote has
//! backslashes, curly ones quote too, and `$tag$ … $tag$` is a text where it ends, and a name where it does not.

use super::super::lexer::scan;
use super::super::lexer::scan::Dollar;
use super::super::lexer::{Kind, Lexer, Next, each};
use super::settings::{GUARDS, NEUTRAL};

/// `INTO` may be a column without quotes.
pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "clickhouse",
    lex: |sql| each(sql, next),
    beginnings: &["SELECT", "WITH", "FROM"],
    into_is_a_name: true,
    totals_beside: true,
    acting: &[],
    locks_rows: false,
    fixed: &[&GUARDS, &NEUTRAL],
}];

fn next(rest: &str) -> Next {
    Ok(match scan::first(rest) {
        c if space(c) => (Kind::Blank, scan::run(rest, 0, space)),
        '-' if rest.starts_with("--") => (Kind::Blank, scan::line(rest, &['\n'])),
        '#' if rest.starts_with("# ") || rest.starts_with("#!") => (Kind::Blank, scan::line(rest, &['\n'])),
        '/' if rest.starts_with("//") => (Kind::Blank, scan::line(rest, &['\n'])),
        '/' if rest.starts_with("/*") => return scan::comment(rest, true),
        '\'' => (Kind::Text, scan::quoted(rest, '\'', true)?),
        quote @ ('"' | '`') => (Kind::Name, scan::quoted(rest, quote, true)?),
        '‘' => (Kind::Text, curly(rest, '’')?),
        '“' => (Kind::Name, curly(rest, '”')?),
        '$' => match scan::dollar_quoted(rest, |c| word(c) && c != '$') {
            Dollar::Text(length) => (Kind::Text, length),
            // A version of 2023 took anything for a tag, and a tag without an end for a name.
            Dollar::Open => return Err(scan::OPEN_QUOTE),
            Dollar::None if rest[1..].contains('$') => {
                return Err(
                    "a dollar sign stands alone, which opens a text in some versions; put the name in backticks",
                );
            }
            Dollar::None => (Kind::Word, scan::run(rest, 0, word)),
        },
        'x' | 'X' if rest[1..].starts_with('\'') => (Kind::Text, digits(rest, |c| c.is_ascii_hexdigit())?),
        'b' | 'B' if rest[1..].starts_with('\'') => (Kind::Text, digits(rest, |c| "01".contains(c))?),
        c if c.is_ascii_digit() => (Kind::Number, scan::number(rest)),
        c if word(c) => (Kind::Word, scan::run(rest, 0, word)),
        c => scan::mark(c),
    })
}

/// White space of any script: the lexer skips it for queries that are pasted from a text.
fn space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// A text between curly quotes, which nothing escapes.
fn curly(rest: &str, close: char) -> Result<usize, &'static str> {
    rest.find(close).map(|at| at + close.len_utf8()).ok_or(scan::OPEN_QUOTE)
}

/// `x'…'` or `b'…'` of nothing but digits.
fn digits(rest: &str, is: fn(char) -> bool) -> Result<usize, &'static str> {
    let end = scan::run(rest, 2, is);
    if rest[end..].starts_with('\'') {
        Ok(end + 1)
    } else {
        Err("a text of digits, as in x'00ff', holds something else")
    }
}

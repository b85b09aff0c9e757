//! SQLite, by its `tokenize.c`.
//!
//! Comments do not nest, nothing has backslashes, and names stand in double quotes, backticks or brackets. A comment that
//! does not end, which SQLite takes, is refused.

use super::super::lexer::scan;
use super::super::lexer::{Kind, Lexer, Next, each};

pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "sqlite",
    lex: |sql| each(sql, next),
    beginnings: &["SELECT", "WITH", "VALUES"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &[],
    locks_rows: false,
    fixed: &[],
}];

fn next(rest: &str) -> Next {
    Ok(match scan::first(rest) {
        c if space(c) => (Kind::Blank, scan::run(rest, 0, space)),
        '-' if rest.starts_with("--") => (Kind::Blank, scan::line(rest, &['\n'])),
        '/' if rest.starts_with("/*") => return scan::comment(rest, false),
        '\'' => (Kind::Text, scan::quoted(rest, '\'', false)?),
        quote @ ('"' | '`') => (Kind::Name, scan::quoted(rest, quote, false)?),
        '[' => (Kind::Name, rest.find(']').map(|at| at + 1).ok_or(scan::OPEN_QUOTE)?),
        '$' | '@' | '#' | ':' => {
            let end = scan::run(rest, 1, |c| word(c) || c == ':');
            // `$a(…)` is the name of a variable, up to the parenthesis and whatever stands in it.
            if end > 1 && rest[end..].starts_with('(') {
                return Err(
                    "a variable with parentheses behind its name stands in the query; a check has no variables",
                );
            }
            (Kind::Mark, end)
        }
        c if c.is_ascii_digit() => (Kind::Number, scan::number(rest)),
        'x' | 'X' if rest[1..].starts_with('\'') => (Kind::Text, 1 + scan::quoted(&rest[1..], '\'', false)?),
        c if word(c) => (Kind::Word, scan::run(rest, 0, word)),
        c => scan::mark(c),
    })
}

fn space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

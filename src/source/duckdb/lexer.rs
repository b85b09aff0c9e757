//! DuckDB, whose lexer began as PostgreSQL's; a query may also begin with `FROM`.
//!
//! Version 2 has a parser of its own, so that what it reads otherwise than those before is refused: backticks, `U&`, and an
//! `E''` that goes on in another line. Every version turns spaces of Unicode into plain ones before it reads the text, and
//! into those of texts too where it takes a quote in a comment or behind a backslash for the end of one.

use super::super::lexer::scan;
use super::super::lexer::{Kind, Lexer, Next, each};
use super::super::postgres::next as of_postgres;
use super::functions::ACTING;

pub(crate) static LEXERS: [Lexer; 1] = [Lexer {
    name: "duckdb",
    lex: |sql| each(sql, next),
    beginnings: &["SELECT", "WITH", "VALUES", "FROM", "TABLE"],
    into_is_a_name: false,
    totals_beside: false,
    acting: &ACTING,
    locks_rows: true,
    fixed: &[],
}];

fn next(rest: &str) -> Next {
    let first = scan::first(rest);
    if foreign_space(first) {
        return Ok((Kind::Blank, scan::run(rest, 0, foreign_space)));
    }
    if first == '`' {
        return Err("versions of DuckDB read a backtick differently; put the name in double quotes");
    }
    let (kind, length) = of_postgres(rest)?;
    let text = &rest[..length];
    match kind {
        Kind::Word => Ok((kind, text.find(foreign_space).unwrap_or(length))),
        Kind::Text | Kind::Name if text.starts_with(['u', 'U']) => {
            Err("versions of DuckDB read U& differently; write the characters as they are")
        }
        Kind::Text if text.starts_with(['e', 'E']) && 1 + scan::quoted(&text[1..], '\'', true)? < length => Err(
            "versions of DuckDB read a text with backslashes that goes on in another line differently; join it with ||",
        ),
        Kind::Text if text.contains(foreign_space) => Err(
            "a text holds a space of Unicode, which DuckDB may turn into a plain one; join it with || chr(160) ||, or its number",
        ),
        _ => Ok((kind, length)),
    }
}

/// Characters that DuckDB takes for a space, and PostgreSQL for a part of a name.
pub(super) fn foreign_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{2060}' | '\u{3000}' | '\u{feff}')
}

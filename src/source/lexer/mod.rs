//! SQL taken apart as each engine takes it apart: what is code, what is quoted, what is a comment.
//!
//! Only as much as tells where a statement ends, which words are its own, and where a literal may stand. What the
//! statement means is the engine's to judge; what ends nowhere, or means different things in different versions of an
//! engine, is refused. The rules are those of the engines' own lexers, one file each.

pub(crate) mod scan;

use super::EngineName;

/// What a token is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// White space or a comment.
    Blank,
    /// A keyword or a name without quotes.
    Word,
    /// A text in quotes of any form.
    Text,
    /// A name in quotes.
    Name,
    /// A number without its sign.
    Number,
    /// One character of punctuation.
    Mark,
}

/// A token and where it stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
}

/// Why a text cannot be taken apart from `offset` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    /// The first byte that is not understood.
    pub offset: usize,
    /// What is wrong there, with the way out.
    pub why: String,
}

/// The rules that a text is read by: an engine's, and where they depend on its settings, under which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexed {
    /// PostgreSQL with `standard_conforming_strings`; a suite that says `off` is read so, too.
    Postgres,
    /// MySQL and MariaDB.
    MySql {
        /// A backslash escapes, unless the mode `NO_BACKSLASH_ESCAPES` is set.
        backslash: bool,
        /// Double quotes hold names, as in the mode `ANSI_QUOTES`.
        ansi_quotes: bool,
    },
    /// ClickHouse.
    ClickHouse,
    /// SQLite.
    Sqlite,
    /// The parser in front of Polars.
    Files,
}

impl Lexed {
    /// Every way in which `engine` may read a text; the usual one first.
    pub fn of(engine: EngineName) -> &'static [Lexed] {
        match engine {
            EngineName::Postgres => &[Lexed::Postgres],
            EngineName::MySql => &[
                Lexed::MySql { backslash: true, ansi_quotes: false },
                Lexed::MySql { backslash: true, ansi_quotes: true },
                Lexed::MySql { backslash: false, ansi_quotes: false },
                Lexed::MySql { backslash: false, ansi_quotes: true },
            ],
            EngineName::ClickHouse => &[Lexed::ClickHouse],
            EngineName::Sqlite => &[Lexed::Sqlite],
            EngineName::Files => &[Lexed::Files],
        }
    }
}

/// The kind of the first token of a text that is not empty, and its length in bytes; an error says what is wrong.
pub(crate) type Next = Result<(Kind, usize), &'static str>;

/// Takes `sql` apart; the tokens follow each other without gaps, up to what is unclear.
pub fn lex(reading: Lexed, sql: &str) -> (Vec<Token>, Option<Unclear>) {
    // Engines disagree about it, and those in C end there.
    if let Some(offset) = sql.find('\0') {
        let why = "it holds the character NUL; remove it".to_owned();
        return (Vec::new(), Some(Unclear { offset, why }));
    }
    let next: &dyn Fn(&str) -> Next = match reading {
        Lexed::Files => return super::files::lexer::lex(sql),
        Lexed::Postgres => &super::postgres::lexer::next,
        Lexed::MySql { backslash, ansi_quotes } => {
            &move |rest: &str| super::mysql::lexer::next(rest, backslash, ansi_quotes)
        }
        Lexed::ClickHouse => &super::clickhouse::lexer::next,
        Lexed::Sqlite => &super::sqlite::lexer::next,
    };
    let (mut tokens, mut start) = (Vec::new(), 0);
    while start < sql.len() {
        match next(&sql[start..]) {
            Ok((kind, length)) => {
                let end = start + length;
                tokens.push(Token { kind, start, end });
                start = end;
            }
            Err(why) => return (tokens, Some(Unclear { offset: start, why: why.to_owned() })),
        }
    }
    (tokens, None)
}

/// The tokens that make up `range`, where none reaches beyond it on either side.
pub fn within<'t>(tokens: &'t [Token], range: &std::ops::Range<usize>) -> Option<&'t [Token]> {
    let first = tokens.binary_search_by_key(&range.start, |token| token.start).ok()?;
    let last = tokens.binary_search_by_key(&range.end, |token| token.end).ok()?;
    tokens.get(first..=last)
}

/// Takes `sql` apart as a whole.
///
/// # Errors
/// A quote or a comment that does not end, or a form that versions of the engine read differently.
pub fn tokens(reading: Lexed, sql: &str) -> Result<Vec<Token>, Unclear> {
    match lex(reading, sql) {
        (tokens, None) => Ok(tokens),
        (_, Some(unclear)) => Err(unclear),
    }
}

#[cfg(test)]
mod tests;

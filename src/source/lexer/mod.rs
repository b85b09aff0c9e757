//! SQL taken apart as each engine takes it apart: what is code, what is quoted, what is a comment.
//!
//! Only as much as tells where a statement ends, which words are its own, and where a literal may stand. What the
//! statement means is the engine's to judge; what ends nowhere, or means different things in different versions of an
//! engine, is refused. The rules are those of the engines' own lexers, one file each.

pub(crate) mod scan;

use std::fmt;

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
    /// What is wrong there, with a hint.
    pub why: String,
}

/// The rules that a text is read by: an engine's, and where they depend on its settings, under which.
pub struct Lexer {
    /// The engine, and the settings.
    pub name: &'static str,
    /// Takes a text without NUL apart.
    pub lex: fn(&str) -> Lexed,
    /// The first words of queries.
    pub beginnings: &'static [&'static str],
    /// Whether `INTO` may be the name of a column without quotes.
    pub into_is_a_name: bool,
    /// Whether `WITH TOTALS` adds a row that stands beside the answer, which some protocols leave out.
    pub totals_beside: bool,
    /// Functions that a query can call and that do more than read, which the engine does not keep back, in small letters.
    pub acting: &'static [&'static str],
    /// Whether a query can lock rows, as with `FOR UPDATE`.
    pub locks_rows: bool,
    /// Settings that a query can give itself and that have one value in every query, by their names with that value.
    pub fixed: &'static [&'static [(&'static str, &'static str)]],
}

impl fmt::Debug for Lexer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The tokens of a text, which follow each other without gaps, up to what is unclear.
pub type Lexed = (Vec<Token>, Option<Unclear>);

/// The kind of the first token of a text that is not empty, and its length in bytes; an error says what is wrong.
pub(crate) type Next = Result<(Kind, usize), &'static str>;

/// Takes `sql` apart.
pub fn lex(lexer: &Lexer, sql: &str) -> Lexed {
    // Engines disagree about it, and those in C end there.
    if let Some(offset) = sql.find('\0') {
        let why = "it holds the character NUL; remove it".to_owned();
        return (Vec::new(), Some(Unclear { offset, why }));
    }
    (lexer.lex)(sql)
}

/// Takes `sql` apart token by token.
pub(super) fn each(sql: &str, next: impl Fn(&str) -> Next) -> Lexed {
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
pub fn tokens(lexer: &Lexer, sql: &str) -> Result<Vec<Token>, Unclear> {
    match lex(lexer, sql) {
        (tokens, None) => Ok(tokens),
        (_, Some(unclear)) => Err(unclear),
    }
}

#[cfg(test)]
mod tests;

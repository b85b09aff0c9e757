//! The definitions in the text of a `CREATE` statement, for what a catalogue keeps nowhere else.

use super::super::error::Error;
use super::super::lexer::{Kind, Lexer, Token, tokens};
use crate::model::ErrorCode;

/// A part of a statement: its tokens but blanks, and where they stand.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Clause<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Clause<'a> {
    /// Returns the text of a token; empty behind the last.
    pub(in super::super) fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.sql[token.start..token.end])
    }

    /// Returns whether a token is the word `word` without quotes, in letters of any size.
    pub(in super::super) fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word) && self.word(at).eq_ignore_ascii_case(word)
    }

    /// Returns the text from a token on; empty behind the last.
    pub(in super::super) fn text_from(&self, at: usize) -> &'a str {
        match (self.tokens.get(at), self.tokens.last()) {
            (Some(first), Some(last)) => &self.sql[first.start..last.end],
            _ => "",
        }
    }

    /// Returns the text in the parentheses behind the word `word`, which itself stands in none.
    pub(in super::super) fn within_parentheses_after(&self, word: &str) -> Option<&'a str> {
        let mut depth = 0_usize;
        for at in 0..self.tokens.len() {
            match self.word(at) {
                "(" if depth == 0 && at > 0 && self.is(at - 1, word) => {
                    let end = self.closing(at)?;
                    return Some(self.sql[self.tokens[at].end..self.tokens[end].start].trim());
                }
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    /// The token that closes the parenthesis at a token.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (open..self.tokens.len()).find(|at| {
            match self.word(*at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }
}

/// Returns what stands between the first parentheses of `sql`, apart at the commas, and what stands behind them; `of` says
/// in an error what the text is of.
///
/// # Errors
/// A text that the engine's rules take apart only in part.
pub(in super::super) fn definitions<'a>(
    lexer: &Lexer,
    sql: &'a str,
    of: &str,
) -> Result<(Vec<Clause<'a>>, Clause<'a>), Error> {
    let all = tokens(lexer, sql).map_err(|unclear| {
        let message = format!("the definition of {of} cannot be read: {}", unclear.why);
        Error::new(ErrorCode::ValueUnreadable, message)
    })?;
    let all: Vec<Token> = all.into_iter().filter(|token| token.kind != Kind::Blank).collect();
    let whole = Clause { sql, tokens: all };
    let open = (0..whole.tokens.len()).find(|at| whole.word(*at) == "(");
    let Some((open, close)) = open.and_then(|open| Some((open, whole.closing(open)?))) else {
        return Ok((Vec::new(), whole));
    };
    let (mut found, mut depth) = (vec![Clause { sql, tokens: Vec::new() }], 0_usize);
    for at in open + 1..close {
        match whole.word(at) {
            "," if depth == 0 => {
                found.push(Clause { sql, tokens: Vec::new() });
                continue;
            }
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        found.last_mut().expect("never empty").tokens.push(whole.tokens[at]);
    }
    Ok((found, Clause { sql, tokens: whole.tokens[close + 1..].to_vec() }))
}

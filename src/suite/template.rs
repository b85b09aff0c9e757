//! SQL with placeholders: where `{{ name }}` may stand, and what it becomes.
//!
//! A placeholder becomes a whole literal of the engine, so it may stand wherever an expression may, and
//! nowhere inside quotes or a comment, where a value could end what surrounds it. Which those are is for the lexer of the
//! engine to say.

use std::collections::BTreeMap;

use crate::source::lexer;
use crate::source::lexer::Token;
use crate::source::{DRIVERS, Dialect};
use crate::spec::check::{ParamValue, Piece, Template};

/// Why text is no template; `offset` is in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// Where, in bytes from the start.
    pub offset: usize,
    /// What is wrong, with a hint.
    pub message: String,
}

impl Template {
    /// Takes `text` apart, as the engine of `dialect` does; where that is not known yet, what some engine could read is left to
    /// [`Template::render`].
    pub fn parse(text: &str, dialect: Option<&dyn Dialect>) -> Result<Template, TemplateError> {
        let places = Places::new(text, dialect);
        let mut pieces = Vec::new();
        let mut done = 0;
        for (offset, length, name) in placeholders(text) {
            match (name, places.outside(offset)) {
                (Some(name), true) => {
                    pieces.push(Piece::Text(text[done..offset].to_owned()));
                    pieces.push(Piece::Param(name.to_owned()));
                    done = offset + length;
                }
                (Some(name), false) => return Err(TemplateError { offset, message: inside(name, dialect) }),
                (None, true) => {
                    return Err(TemplateError {
                        offset,
                        message: "`{{` opens no placeholder; write `{{ name }}` with a param's name".to_owned(),
                    });
                }
                (None, false) => {}
            }
        }
        pieces.push(Piece::Text(text[done..].to_owned()));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Template(pieces))
    }

    /// The names of its params, in order, repetitions included.
    pub fn params(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Param(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The SQL in `dialect`, every placeholder a literal, whose tokens stay its own whatever stands around it.
    pub fn render(
        &self,
        dialect: &dyn Dialect,
        params: &BTreeMap<String, ParamValue>,
    ) -> Result<String, TemplateError> {
        let mut sql = String::new();
        let mut literals = Vec::new();
        let fault = |offset, message| TemplateError { offset, message };
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => sql.push_str(text),
                Piece::Param(name) => {
                    let value = params.get(name).ok_or_else(|| {
                        fault(sql.len(), format!("param `{name}` has no value; give it with --param {name}=…"))
                    })?;
                    let written =
                        dialect.bound(value).map_err(|why| fault(sql.len(), format!("param `{name}`: {why}")))?;
                    let start = sql.len();
                    sql.push_str(&written);
                    literals.push((name, value, start..sql.len()));
                }
            }
        }
        for rules in dialect.lexers() {
            let (tokens, _) = lexer::lex(rules, &sql);
            for (name, _, range) in &literals {
                let Some(within) = lexer::within(&tokens, range) else {
                    return Err(fault(range.start, merged(name, dialect)));
                };
                let alone = lexer::lex(rules, &sql[range.clone()]).0;
                if !within.iter().map(|token| token.kind).eq(alone.iter().map(|token| token.kind)) {
                    return Err(fault(range.start, merged(name, dialect)));
                }
            }
        }
        let times: Vec<_> =
            literals.iter().filter(|(_, value, _)| value.has_times()).map(|(.., range)| range.clone()).collect();
        dialect.compared(sql, &times).map_err(|(offset, why)| {
            let name = literals.iter().find(|(.., range)| range.start == offset).map_or("", |(name, ..)| name);
            fault(offset, format!("param `{name}`: {}", why.replace("{{ name }}", &format!("{{{{ {name} }}}}"))))
        })
    }
}

/// The sentence about a placeholder that stands where its value would not be a literal of its own.
fn inside(name: &str, dialect: Option<&dyn Dialect>) -> String {
    let whose = dialect.map(Dialect::reader).unwrap_or_default();
    format!(
        "`{{{{ {name} }}}}` stands inside quotes or a comment{whose}; it becomes a whole literal, quotes included, so write it bare"
    )
}

/// The sentence about a placeholder whose value became one with what stands beside it, or stands inside of something.
fn merged(name: &str, dialect: &dyn Dialect) -> String {
    let message = inside(name, Some(dialect));
    message.replacen(';', ", or right beside what it becomes one with;", 1) + ", with blanks around it"
}

/// Where a text is code.
struct Places(Vec<Vec<Vec<Token>>>);

impl Places {
    /// To the engine of `dialect`, else to all.
    fn new(text: &str, dialect: Option<&dyn Dialect>) -> Places {
        let read = |dialect: &dyn Dialect| dialect.lexers().iter().map(|rules| lexer::lex(rules, text).0).collect();
        Places(match dialect {
            Some(dialect) => vec![read(dialect)],
            None => DRIVERS.iter().map(|driver| read(driver.dialect)).collect(),
        })
    }

    /// Whether a token begins at `offset`, to some engine, in all of its modes.
    fn outside(&self, offset: usize) -> bool {
        let begins = |tokens: &Vec<Token>| tokens.binary_search_by_key(&offset, |token| token.start).is_ok();
        self.0.iter().any(|engine| engine.iter().all(begins))
    }
}

/// Every `{{`: offset, length, and the name where it is a placeholder.
fn placeholders(text: &str) -> Vec<(usize, usize, Option<&str>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("{{") {
        let offset = from + at;
        let inside = &text[offset + 2..];
        let named = inside.find("}}").and_then(|end| {
            let name = inside[..end].trim();
            is_name(name).then_some((end + 4, name))
        });
        let (length, name) = named.map_or((2, None), |(length, name)| (length, Some(name)));
        found.push((offset, length, name));
        from = offset + length;
    }
    found
}

/// Whether `name` is snake_case.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests;

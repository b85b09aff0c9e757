//! SQL with placeholders: where `{{ name }}` may stand, and what it becomes.
//!
//! A placeholder becomes a whole literal of the engine, so it may stand wherever an expression may, and
//! nowhere inside quotes or a comment, where a value could end what surrounds it.

use std::collections::BTreeMap;

use crate::check::{ParamValue, Piece, Template};
use crate::source::{EngineName, literal};

/// Why text is no template; `offset` is in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// Where, in bytes from the start.
    pub offset: usize,
    /// What is wrong, with the way out.
    pub message: String,
}

impl Template {
    /// Takes `text` apart.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        // Engines disagree about backslashes; a placeholder must be outside quotes under either reading.
        let readings = [code(text, false, false), code(text, true, false)];
        let mut pieces = Vec::new();
        let mut done = 0;
        for (offset, length, name) in placeholders(text) {
            let outside = readings.iter().all(|code| code[offset]);
            match (name, outside) {
                (Some(name), true) => {
                    pieces.push(Piece::Text(text[done..offset].to_owned()));
                    pieces.push(Piece::Param(name.to_owned()));
                    done = offset + length;
                }
                (Some(name), false) => {
                    return Err(TemplateError {
                        offset,
                        message: format!(
                            "`{{{{ {name} }}}}` stands inside quotes or a comment; it becomes a whole literal, quotes included, so write it bare"
                        ),
                    });
                }
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

    /// The SQL for `engine`, every placeholder a literal.
    pub fn render(&self, engine: EngineName, params: &BTreeMap<String, ParamValue>) -> Result<String, TemplateError> {
        let mut sql = String::new();
        let fault = |offset, message| TemplateError { offset, message };
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => sql.push_str(text),
                Piece::Param(name) => {
                    // Only MySQL reads # as a comment, so only its queries are read that way.
                    if engine == EngineName::MySql && code(&(sql.clone() + "x"), true, true).last() != Some(&true) {
                        return Err(fault(
                            sql.len(),
                            format!("`{{{{ {name} }}}}` stands inside a # comment of MySQL; move it out"),
                        ));
                    }
                    let value = params.get(name).ok_or_else(|| {
                        fault(sql.len(), format!("param `{name}` has no value; give it with --param {name}=…"))
                    })?;
                    let written =
                        literal(engine, value).map_err(|why| fault(sql.len(), format!("param `{name}`: {why}")))?;
                    sql.push_str(&written);
                }
            }
        }
        Ok(sql)
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

/// Per byte whether it is code, outside quotes and comments.
fn code(text: &str, backslash: bool, hash: bool) -> Vec<bool> {
    let bytes = text.as_bytes();
    let mut code = vec![true; bytes.len()];
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = match rest[0] {
            quote @ (b'\'' | b'"' | b'`') => at + quoted(rest, quote, backslash && quote != b'`'),
            b'-' if rest.starts_with(b"--") => at + line(rest),
            b'#' if hash => at + line(rest),
            b'/' if rest.starts_with(b"/*") => at + nested(rest),
            b'$' => match dollar_tag(rest) {
                Some(tag) => at + dollar_quoted(rest, tag),
                None => at,
            },
            _ => at,
        };
        if end == at {
            at += 1;
            continue;
        }
        code[at..end].fill(false);
        at = end;
    }
    code
}

fn quoted(rest: &[u8], quote: u8, backslash: bool) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' if backslash => at += 2,
            byte if byte == quote && rest.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn line(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

fn nested(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `$tag$` at the start of `rest`, both dollars included.
fn dollar_tag(rest: &[u8]) -> Option<&[u8]> {
    let length = rest[1..].iter().position(|byte| *byte == b'$')?;
    let name = &rest[1..=length];
    let valid =
        name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') && !name.first().is_some_and(u8::is_ascii_digit);
    valid.then(|| &rest[..length + 2])
}

fn dollar_quoted(rest: &[u8], tag: &[u8]) -> usize {
    let body = &rest[tag.len()..];
    body.windows(tag.len()).position(|window| window == tag).map_or(rest.len(), |at| at + 2 * tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_pieces() {
        let template = Template::parse("SELECT {{ a }} + {{b}} FROM t").unwrap();
        assert_eq!(template.params().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_placeholder_inside_quotes_or_a_comment_is_refused_wherever_they_are() {
        for text in [
            "SELECT '{{ a }}'",
            "SELECT \"{{ a }}\"",
            "SELECT `{{ a }}`",
            "SELECT 1 -- {{ a }}",
            "/* /* */ {{ a }} */ SELECT 1",
            "SELECT $$ {{ a }} $$",
            "SELECT $x$ {{ a }} $x$",
            r"SELECT '\' || {{ a }} || '",
            "SELECT 'it''s {{ a }}'",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        for text in [
            "SELECT '' || {{ a }}",
            "SELECT '{{1,2}}'::int[], {{ a }}",
            "-- note\nSELECT {{ a }}",
            "SELECT 'it''s', {{ a }}",
        ] {
            assert!(Template::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_hash_comment_is_one_only_in_mysql() {
        let template = Template::parse("SELECT v #>> {{ a }}").unwrap();
        let params = BTreeMap::from([("a".to_owned(), ParamValue::Integer(1))]);
        assert!(template.render(EngineName::MySql, &params).is_err());
        assert_eq!(template.render(EngineName::Postgres, &params).unwrap(), "SELECT v #>> 1");
    }
}

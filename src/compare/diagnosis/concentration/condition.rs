//! Terms as a condition in SQL: only what every engine reads alike, without quotes around names.

use super::places::Order;
use super::property::Property;
use super::reserved::is_reserved;
use super::term::{Question, Term};
use crate::frame::Value;

/// Digits, those of the column's scale among them, up to which every engine compares a fraction as it is written: ClickHouse makes
/// floats of it and of the column.
const DIGITS: usize = 15;

/// All of `terms`, of which a row with these `values` has each; absent where one cannot be written. Where texts are `collated`
/// one of a text is of other texts, too.
pub(super) fn condition(terms: &[&Term], values: Option<&[Value]>, collated: bool) -> Option<String> {
    let values = values?;
    let all: Option<Vec<String>> = terms.iter().map(|term| one(term, &values[term.column], collated)).collect();
    Some(all?.join(" AND ")).filter(|text| !text.is_empty())
}

fn one(term: &Term, value: &Value, collated: bool) -> Option<String> {
    let name = &term.shown.column;
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain || is_reserved(name) {
        return None;
    }
    let literal = |text: &String| literal(value, text).filter(|_| !(collated && matches!(value, Value::Text(_))));
    match &term.question {
        Question::Is(Property::Itself, None, ..) => Some(format!("{name} IS NULL")),
        Question::Is(Property::Itself, Some(text), ..) => Some(format!("{name} = {}", literal(text)?)),
        // Whether a text lies between two is the collation's business, and ClickHouse orders UUIDs by their second half first.
        Question::Between(Order::Itself, ..) if matches!(value, Value::Text(_) | Value::Uuid(_)) => None,
        Question::Between(Order::Itself, ..) => match (&term.shown.from, &term.shown.to) {
            (Some(from), Some(to)) => Some(format!("{name} BETWEEN {} AND {}", literal(from)?, literal(to)?)),
            (Some(from), None) => Some(format!("{name} >= {}", literal(from)?)),
            (None, Some(to)) => Some(format!("{name} <= {}", literal(to)?)),
            (None, None) => None,
        },
        _ => None,
    }
}

/// A literal of the type of `value`, in the words of `text`.
fn literal(value: &Value, text: &str) -> Option<String> {
    // Two braces begin a param where the condition is a part of a suite.
    let quotable = text.chars().all(|c| c != '\'' && c != '\\' && !c.is_control()) && !text.contains("{{");
    match value {
        Value::Integer(_) => text.parse::<i64>().is_ok().then(|| text.to_owned()),
        Value::Decimal { scale, .. } => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
            let kept = if fraction.is_empty() { 0 } else { fraction.len().max(usize::from(*scale)) };
            (digits(whole) + kept <= DIGITS).then(|| text.to_owned())
        }
        Value::Text(_) | Value::Date(_) | Value::Uuid(_) if quotable => Some(format!("'{text}'")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a number that ClickHouse reads as a float, and a text that ends a literal or begins a param.
    #[test]
    fn a_literal_is_read_alike_everywhere() {
        let (integer, decimal) = (Value::Integer(0), Value::Decimal { unscaled: 0, scale: 1 });
        let fine = Value::Decimal { unscaled: 0, scale: 30 };
        let text = Value::Text(String::new());
        for (value, words, is_written) in [
            (&integer, "-9223372036854775808", true),
            (&integer, "9223372036854775808", false),
            (&decimal, "-1234567890.12345", true),
            (&decimal, "12345678901234.0139", false),
            (&fine, "0.1", false),
            (&fine, "100", true),
            (&text, "eur", true),
            (&text, "it's", false),
            (&text, "a\\b", false),
            (&text, "{{ day }}", false),
        ] {
            assert_eq!(literal(value, words).is_some(), is_written, "{words}");
        }
    }
}

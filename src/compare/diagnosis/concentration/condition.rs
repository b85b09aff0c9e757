//! Terms as a condition in SQL: only what every engine reads alike, without quotes around names.

use super::interval::Order;
use super::property::Property;
use super::term::{Question, Term};
use crate::frame::Value;

/// Names that mean something else in some engine.
const RESERVED: [&str; 32] = [
    "all",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "check",
    "column",
    "condition",
    "default",
    "desc",
    "end",
    "from",
    "group",
    "grouping",
    "groups",
    "in",
    "index",
    "key",
    "limit",
    "not",
    "null",
    "or",
    "order",
    "rank",
    "table",
    "to",
    "user",
    "when",
];

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
    if !plain || RESERVED.contains(&name.as_str()) {
        return None;
    }
    let literal = |text: &String| literal(value, text).filter(|_| !(collated && matches!(value, Value::Text(_))));
    match &term.question {
        Question::Is(Property::Itself, None) => Some(format!("{name} IS NULL")),
        Question::Is(Property::Itself, Some(text)) => Some(format!("{name} = {}", literal(text)?)),
        Question::Between(Order::Itself(_), ..) => match (&term.shown.from, &term.shown.to) {
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
    let quotable = text.chars().all(|c| c != '\'' && c != '\\' && !c.is_control());
    match value {
        Value::Integer(_) | Value::Decimal { .. } => Some(text.to_owned()),
        // How texts are ordered is the collation's business, so a range of them is none of the engine's.
        Value::Text(_) | Value::Date(_) | Value::Uuid(_) if quotable => Some(format!("'{text}'")),
        _ => None,
    }
}

//! One order over all values, which reports list keys by and samples are sorted by.
//!
//! It is total and agrees with equality: two values are of one rank exactly when they are equal under the rule without
//! settings. Values of different types are ordered by type, since a key may have one type in old and another in new.

use std::cmp::Ordering;

use super::json;
use super::json::JsonError;
use super::number::{Number, number};
use crate::frame::Value;

/// Natural order within a type, NULL first.
///
/// NaN is the largest float and one, −0.0 lies before 0.0; text goes by bytes, arrays element by element, maps by their
/// sorted entries, JSON by value. JSON that has no value (malformed, or with a key twice) goes by its text.
pub(crate) fn ascending(a: &Value, b: &Value) -> Ordering {
    place(a).cmp(&place(b)).then_with(|| within_type(a, b))
}

/// The place of a type among the others; types whose values can be equal share one.
fn place(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Integer(_) | Value::Unsigned(_) | Value::Decimal { .. } | Value::Wide(_) => 2,
        Value::Float(_) => 3,
        Value::Text(_) | Value::Uuid(_) => 4,
        Value::Bytes(_) => 5,
        Value::Date(_) => 6,
        Value::Time(_) => 7,
        Value::WallClock(_) => 8,
        Value::Instant(_) => 9,
        Value::Json(_) => 10,
        Value::Array(_) => 11,
        Value::Map(_) => 12,
    }
}

/// The order of two values of one place.
fn within_type(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => floats(*a, *b),
        (Value::Text(a) | Value::Uuid(a), Value::Text(b) | Value::Uuid(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Instant(a), Value::Instant(b)) | (Value::WallClock(a), Value::WallClock(b)) => a.cmp(b),
        (Value::Json(a), Value::Json(b)) => json_form(a).cmp(&json_form(b)),
        (Value::Array(a), Value::Array(b)) => all(a.iter(), b.iter()),
        (Value::Map(a), Value::Map(b)) => {
            let (a, b) = (sorted(a), sorted(b));
            all(a.into_iter().flat_map(|(key, held)| [key, held]), b.into_iter().flat_map(|(key, held)| [key, held]))
        }
        _ => match (number(a), number(b)) {
            (Some(Number::Finite(a)), Some(Number::Finite(b))) => a.cmp(&b),
            // Two NULLs.
            _ => Ordering::Equal,
        },
    }
}

fn floats(a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (false, false) => a.total_cmp(&b),
        (a, b) => a.cmp(&b),
    }
}

/// What a JSON text is ordered by, behind what sort of thing it is.
fn json_form(text: &str) -> (u8, Vec<u8>) {
    match json::canonical(text) {
        Ok(form) => (0, form),
        Err(JsonError::Malformed) => (1, text.as_bytes().to_vec()),
        Err(JsonError::DuplicateKey(_) | JsonError::Beyond(_)) => (2, text.as_bytes().to_vec()),
    }
}

/// Element by element; what ends first comes first.
fn all<'a>(mut a: impl Iterator<Item = &'a Value>, mut b: impl Iterator<Item = &'a Value>) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match ascending(a, b) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

fn sorted(entries: &[(Value, Value)]) -> Vec<&(Value, Value)> {
    let mut sorted: Vec<&(Value, Value)> = entries.iter().collect();
    sorted.sort_by(|a, b| ascending(&a.0, &b.0).then_with(|| ascending(&a.1, &b.1)));
    sorted
}

/// A key in the order in which reports list keys.
#[derive(Clone, Debug)]
pub(crate) struct Ordered(pub Vec<Value>);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        all(self.0.iter(), other.0.iter())
    }
}

#[cfg(test)]
mod tests;

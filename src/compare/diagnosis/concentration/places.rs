//! Where each row stands among all that are known by one of its columns.

use std::sync::Arc;

use crate::compare::diagnosis::times::nanos;
use crate::compare::value::display::shown;
use crate::frame::{Decimal, Value};

/// The rank of a row whose value has no place in the order.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Bytes of a text beyond which it has no place.
const LONGEST: usize = 200;

/// What of a value is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The value itself.
    Itself,
    /// The number of its characters.
    Length,
}

impl Order {
    /// What is shown of a value's place: the value itself, or its length.
    pub(super) fn shown(self, value: &Value) -> Option<String> {
        match self {
            Order::Itself => shown(value),
            Order::Length => Some(length(value)?.to_string()),
        }
    }
}

/// The ranks of all rows in one order of a column.
#[derive(Debug)]
pub(super) struct Ranked {
    /// What is ordered.
    pub(super) order: Order,
    /// Whether texts are ordered, by their bytes.
    pub(super) texts: bool,
    /// By the number of the row, how many different places lie before its own; [`NOWHERE`] where it has none.
    pub(super) ranks: Arc<[u32]>,
    /// How many different places there are.
    pub(super) places: usize,
}

/// Puts the values of a column in order, each by the number of its row.
pub(super) fn orders(values: &[&Value]) -> Vec<Ranked> {
    let (mut scale, mut has_text, mut has_integer) = (0, false, false);
    for value in values {
        match value {
            Value::Decimal { unscaled, scale: own } => scale = scale.max(Decimal::new(*unscaled, *own).trimmed().scale),
            Value::Text(_) => has_text = true,
            Value::Integer(_) => has_integer = true,
            _ => {}
        }
    }
    let texts = || ranked(Order::Itself, true, values.iter().map(|value| text(value)));
    let lengths = || ranked(Order::Length, false, values.iter().map(|value| length(value)));
    if has_text {
        return vec![texts(), lengths()];
    }
    if has_integer && scale > 0 {
        // Integers and decimals in one column have no common place.
        return Vec::new();
    }
    if values.iter().any(|value| matches!(value, Value::Uuid(_))) {
        return vec![texts()];
    }
    let number = |value: &&Value| number(value, scale);
    if scale > 0 && values.iter().any(|value| **value != Value::Null && number(value).is_none()) {
        // Of a range it would not be known which rows it holds.
        return Vec::new();
    }
    // Numbers of 64 bits are sorted in a fraction of the time.
    let short = |value: &&Value| number(value).map(i64::try_from).transpose();
    let short: Result<Vec<Option<i64>>, _> = values.iter().map(short).collect();
    vec![match short {
        Ok(numbers) => ranked(Order::Itself, false, numbers.into_iter()),
        Err(_) => ranked(Order::Itself, false, values.iter().map(number)),
    }]
}

/// A number or time of this scale as it is ordered among others.
fn number(value: &Value, scale: u8) -> Option<i128> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Decimal { unscaled, scale: own } => Decimal::new(*unscaled, *own).trimmed().at(scale),
        Value::Float(number) if number.is_finite() => {
            // The order of floats is that of their bits, those of negative ones reversed.
            let bits = i128::from(number.to_bits() & (u64::MAX >> 1));
            Some(if number.is_sign_negative() { -bits } else { bits })
        }
        value => nanos(value),
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Uuid(text) if text.len() <= LONGEST => Some(text),
        _ => None,
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.chars().count()),
        _ => None,
    }
}

fn ranked<T: Ord>(order: Order, texts: bool, values: impl ExactSizeIterator<Item = Option<T>>) -> Ranked {
    let mut ranks = vec![NOWHERE; values.len()];
    let mut placed: Vec<(T, usize)> = values.enumerate().filter_map(|(row, value)| Some((value?, row))).collect();
    placed.sort_unstable();
    let mut places = 0;
    for rows in placed.chunk_by(|one, other| one.0 == other.0) {
        // There are fewer rows than that: a draw is bounded.
        let rank = u32::try_from(places).unwrap_or(NOWHERE);
        rows.iter().for_each(|(_, row)| ranks[*row] = rank);
        places += 1;
    }
    Ranked { order, texts, ranks: ranks.into(), places }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(values: &[Value]) -> Vec<(Order, Vec<u32>)> {
        let values: Vec<&Value> = values.iter().collect();
        orders(&values).into_iter().map(|ranked| (ranked.order, ranked.ranks.to_vec())).collect()
    }

    /// Catches an order by digits, by bits or by the scale of some values, and a place for what has none.
    #[test]
    fn values_are_ranked_by_what_they_are() {
        let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
        let text = |text: &str| Value::Text(text.into());
        let itself = |ranks: &[u32]| vec![(Order::Itself, ranks.to_vec())];
        assert_eq!(ranks(&[decimal(150, 2), decimal(15, 1), decimal(2, 0), Value::Null]), itself(&[0, 0, 1, NOWHERE]));
        assert_eq!(
            ranks(&[-1.5, 0.0, -0.0, 1e300, -2.0, f64::NAN].map(Value::Float)),
            itself(&[1, 2, 2, 3, 0, NOWHERE])
        );
        assert_eq!(ranks(&[i128::MAX, -3, i128::from(i64::MAX)].map(Value::Integer)), itself(&[2, 0, 1]));
        assert_eq!(ranks(&[Value::Integer(1), decimal(15, 1)]), Vec::new());
        assert_eq!(ranks(&[decimal(1, 38), decimal(100_000, 2), Value::Null]), Vec::new());
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(
            ranks(&[text("b"), text("ä"), text(&long), text("")]),
            [(Order::Itself, vec![1, 2, NOWHERE, 0]), (Order::Length, vec![1, 1, 2, 0])]
        );
    }
}

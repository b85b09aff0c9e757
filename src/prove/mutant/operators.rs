//! Changes of single values, by the type of their column.

use bigdecimal::{BigDecimal, ToPrimitive, Zero};

use super::Size;
use crate::frame::{Type, Value};

const SECOND: i128 = 1_000_000_000;

/// A change of one value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) size: Size,
    /// Makes another value; absent where this value would stay as it is.
    pub(crate) apply: fn(&Value) -> Option<Value>,
    /// By how many nanoseconds it moves a time.
    pub(crate) nanos: Option<i128>,
}

const fn operator(name: &'static str, what: &'static str, size: Size, apply: fn(&Value) -> Option<Value>) -> Operator {
    Operator { name, what, size, apply, nanos: None }
}

/// A value that becomes NULL.
pub(crate) const NULL: Operator =
    operator("null", "a value becomes NULL", Size::Gross, |value| (!is_empty(value)).then_some(Value::Null));

/// A NULL that becomes [`nothing`].
pub(super) const FILL: Operator = operator("fill", "NULL becomes 0 or an empty text", Size::Gross, |_| None);

/// Returns what is often written in place of NULL into a column of this type; absent where that is nothing.
pub(super) fn nothing(of: &Type) -> Option<Value> {
    match of {
        Type::Integer => Some(Value::Integer(0)),
        Type::Decimal { scale } => Some(Value::Decimal { unscaled: 0, scale: *scale }),
        Type::Float => Some(Value::Float(0.0)),
        Type::Text => Some(Value::Text(String::new())),
        _ => None,
    }
}

const NUMBERS: &[Operator] = &[
    NULL,
    operator("zero", "a number becomes 0", Size::Gross, |value| scaled(value, 0, 1)),
    operator("double", "a number doubles", Size::Gross, |value| scaled(value, 2, 1)),
    operator("sign", "a number changes its sign", Size::Gross, |value| scaled(value, -1, 1)),
    operator("percent", "a number grows by 1 %", Size::Least, |value| scaled(value, 101, 100)),
    operator("one_unit", "a number grows by its smallest unit", Size::Least, one_unit),
];

const TEXTS: &[Operator] = &[
    NULL,
    operator("empty", "a text becomes empty", Size::Gross, |value| match value {
        Value::Text(text) if !text.trim().is_empty() => Some(Value::Text(String::new())),
        _ => None,
    }),
    operator("cut", "a text loses its last character", Size::Gross, |value| match value {
        Value::Text(text) if text.trim().chars().count() > 1 && !text.ends_with(char::is_whitespace) => {
            let mut short = text.clone();
            short.pop();
            Some(Value::Text(short))
        }
        _ => None,
    }),
    operator("case", "a text changes between capital and small letters", Size::Gross, |value| match value {
        Value::Text(text) => {
            let other = if text.chars().any(char::is_lowercase) { text.to_uppercase() } else { text.to_lowercase() };
            (other != *text).then_some(Value::Text(other))
        }
        _ => None,
    }),
];

const BOOLS: &[Operator] = &[
    NULL,
    operator("flip", "a truth becomes its opposite", Size::Gross, |value| match value {
        Value::Bool(held) => Some(Value::Bool(!held)),
        _ => None,
    }),
];

const DATES: &[Operator] = &[
    NULL,
    operator("day", "a date moves to the next day", Size::Gross, |value| match value {
        Value::Date(day) => day.checked_add(1).map(Value::Date),
        _ => None,
    }),
];

const TIMES: &[Operator] = &[
    NULL,
    Operator {
        nanos: Some(86_400 * SECOND),
        ..operator("day", "a time moves to the next day", Size::Gross, |value| later(value, 86_400 * SECOND))
    },
    Operator {
        nanos: Some(3_600 * SECOND),
        ..operator("hour", "a time moves by an hour", Size::Gross, |value| later(value, 3_600 * SECOND))
    },
    Operator {
        nanos: Some(1_000),
        ..operator("one_unit", "a time moves by a microsecond", Size::Least, |value| later(value, 1_000))
    },
];

const ARRAYS: &[Operator] = &[
    NULL,
    operator("lose_element", "an array loses its last element", Size::Gross, |value| match value {
        Value::Array(items) if !items.is_empty() => Some(Value::Array(items[..items.len() - 1].to_vec())),
        _ => None,
    }),
    operator("reverse", "an array is in another order", Size::Least, |value| match value {
        Value::Array(items) => {
            let other: Vec<Value> = items.iter().rev().cloned().collect();
            (other != *items).then_some(Value::Array(other))
        }
        _ => None,
    }),
];

const MAPS: &[Operator] = &[
    NULL,
    operator("lose_entry", "a map loses an entry", Size::Least, |value| match value {
        Value::Map(entries) if !entries.is_empty() => Some(Value::Map(entries[..entries.len() - 1].to_vec())),
        _ => None,
    }),
];

const OTHERS: &[Operator] = &[
    NULL,
    operator("other", "a value becomes another", Size::Gross, |value| match value {
        Value::Uuid(text) => {
            let mut digits = text.clone();
            let last = digits.pop()?;
            digits.push(if last == '0' { '1' } else { '0' });
            Some(Value::Uuid(digits))
        }
        Value::Bytes(bytes) => {
            let mut more = bytes.clone();
            more.push(0);
            Some(Value::Bytes(more))
        }
        Value::Json(text) => Some(Value::Json(format!("[{text}]"))),
        Value::Time(nanos) => Some(Value::Time(if *nanos < 3_600_000_000_000 { nanos + 3_600_000_000_000 } else { 0 })),
        _ => None,
    }),
];

/// Returns the changes of values of a column of this type.
pub(crate) fn operators(of: &Type) -> &'static [Operator] {
    match of {
        Type::Integer | Type::Decimal { .. } | Type::Float => NUMBERS,
        Type::Text => TEXTS,
        Type::Bool => BOOLS,
        Type::Date => DATES,
        Type::Instant | Type::WallClock => TIMES,
        Type::Array(_) => ARRAYS,
        Type::Map(..) => MAPS,
        Type::Bytes | Type::Time | Type::Uuid | Type::Json => OTHERS,
        Type::Null => &[],
    }
}

/// Returns the number that this becomes in 32 bits, where it becomes another.
pub(crate) fn single(value: &Value) -> Option<Value> {
    let other = match value {
        Value::Integer(held) => Value::Integer((*held as f32) as i128),
        Value::Decimal { unscaled, scale } => {
            let short = BigDecimal::new((*unscaled).into(), (*scale).into()).to_f32()?;
            let back = short.to_string().parse::<BigDecimal>().ok()?.with_scale((*scale).into());
            Value::Decimal { unscaled: back.into_bigint_and_exponent().0.to_i128()?, scale: *scale }
        }
        Value::Float(held) => Value::Float(f64::from(*held as f32)),
        _ => return None,
    };
    (other != *value && !matches!(&other, Value::Float(float) if float.is_nan())).then_some(other)
}

/// Returns the whole number next to this one, half away from 0; absent where it is one.
pub(super) fn rounded(value: &Value) -> Option<Value> {
    let other = match value {
        Value::Decimal { unscaled, scale } => {
            let unit = 10_i128.checked_pow(u32::from(*scale))?;
            let whole = unscaled.checked_add(unscaled.signum() * (unit / 2))? / unit;
            Value::Decimal { unscaled: whole.checked_mul(unit)?, scale: *scale }
        }
        // What is 0 is to be the 0 that equals every other.
        Value::Float(held) if held.is_finite() => Value::Float(held.round() + 0.0),
        _ => return None,
    };
    (other != *value).then_some(other)
}

/// Returns whether a value may well stand for NULL on one of the sides.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) | Value::Json(text) => text.trim().is_empty(),
        Value::Integer(number) => *number == 0,
        Value::Decimal { unscaled, .. } => *unscaled == 0,
        Value::Float(number) => *number == 0.0 || number.is_nan(),
        Value::Array(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Bool(held) => !held,
        _ => false,
    }
}

/// Returns value × `times` ÷ `by`; absent where that is the same number, or none that the column has room for.
fn scaled(value: &Value, times: i128, by: i128) -> Option<Value> {
    let other = match value {
        Value::Integer(held) => Value::Integer(held.checked_mul(times)? / by),
        Value::Decimal { unscaled, scale } => {
            Value::Decimal { unscaled: unscaled.checked_mul(times)? / by, scale: *scale }
        }
        Value::Float(held) if held.is_finite() => {
            let other = held * times as f64 / by as f64;
            // What is 0 is to be the 0 that equals every other.
            Value::Float(if other == 0.0 { 0.0 } else { other })
        }
        Value::Wide(held) if times == 0 && !held.is_zero() => Value::Integer(0),
        _ => return None,
    };
    (other != *value).then_some(other)
}

fn one_unit(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(held) => held.checked_add(1).map(Value::Integer),
        Value::Decimal { unscaled, scale } => {
            Some(Value::Decimal { unscaled: unscaled.checked_add(1)?, scale: *scale })
        }
        // In 32 bits where it fits them, as a column of that width holds no closer one.
        Value::Float(held) if held.is_finite() => {
            let single = *held as f32;
            let is_single = f64::from(single).to_bits() == held.to_bits();
            Some(Value::Float(if is_single { f64::from(single.next_up()) } else { held.next_up() }))
        }
        _ => None,
    }
}

/// Returns a time that is later by so many nanoseconds; earlier where there are fewer than 0.
pub(crate) fn later(value: &Value, nanos: i128) -> Option<Value> {
    match value {
        Value::Instant(held) => held.checked_add(nanos).map(Value::Instant),
        Value::WallClock(held) => held.checked_add(nanos).map(Value::WallClock),
        _ => None,
    }
}

/// Returns a value of the same type that no other row is likely to have: a key that was not there.
pub(crate) fn unheard_of(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(held) => held.checked_add(1_000_000_007).map(Value::Integer),
        Value::Decimal { unscaled, scale } => {
            let far = 10_i128.checked_pow(u32::from(*scale))?.checked_mul(1_000_000_007)?;
            Some(Value::Decimal { unscaled: unscaled.checked_add(far)?, scale: *scale })
        }
        Value::Text(held) => Some(Value::Text(format!("{held}~cutover"))),
        Value::Date(day) => day.checked_add(36_525).map(Value::Date),
        Value::Instant(_) | Value::WallClock(_) => later(value, 36_525 * 86_400 * SECOND),
        Value::Uuid(held) => Some(Value::Uuid(format!("c0707e12{}", held.get(8..)?))),
        Value::Bytes(held) => Some(Value::Bytes([held.as_slice(), b"~cutover"].concat())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an operator that gives back the value it was given, so that a check would be told blind which sees everything,
    /// and a type without any.
    #[test]
    fn every_operator_changes_what_it_takes() {
        let values = [
            (Type::Integer, Value::Integer(700)),
            (Type::Decimal { scale: 2 }, Value::Decimal { unscaled: 1_250, scale: 2 }),
            (Type::Float, Value::Float(0.1)),
            (Type::Float, Value::Float(0.5)),
            (Type::Text, Value::Text("résumé".to_owned())),
            (Type::Bool, Value::Bool(true)),
            (Type::Date, Value::Date(20_454)),
            (Type::Instant, Value::Instant(1_767_225_600_000_000_000)),
            (Type::WallClock, Value::WallClock(0)),
            (Type::Time, Value::Time(0)),
            (Type::Uuid, Value::Uuid("00000000-0000-0000-0000-000000000000".to_owned())),
            (Type::Bytes, Value::Bytes(vec![1])),
            (Type::Json, Value::Json("{}".to_owned())),
            (Type::Array(Box::new(Type::Integer)), Value::Array(vec![Value::Integer(1), Value::Integer(2)])),
            (Type::Map(Box::new(Type::Text), Box::new(Type::Integer)), Value::Map(vec![(Value::Null, Value::Null)])),
        ];
        for (of, value) in values {
            assert!(operators(&of).len() > 1, "{of} has no operator beside NULL");
            for operator in operators(&of) {
                let other = (operator.apply)(&value);
                assert!(
                    other.as_ref().is_some_and(|other| *other != value),
                    "{} of {value:?}: {other:?}",
                    operator.name
                );
                assert_eq!((operator.apply)(&Value::Null), None, "{} of NULL", operator.name);
            }
        }
    }

    /// Catches an operator that makes something of nothing: NULL of what may stand for it, twice 0.
    #[test]
    fn what_would_stay_the_same_is_left_alone() {
        for empty in [Value::Integer(0), Value::Text(String::new()), Value::Array(Vec::new()), Value::Float(0.0)] {
            assert_eq!((NULL.apply)(&empty), None, "{empty:?}");
        }
        assert_eq!(scaled(&Value::Integer(0), 2, 1), None);
        assert_eq!(scaled(&Value::Integer(7), 101, 100), None, "7.07 is no integer");
        assert_eq!(scaled(&Value::Integer(700), 101, 100), Some(Value::Integer(707)));
        assert_eq!(rounded(&Value::Integer(7)), None);
        assert_eq!(rounded(&Value::Float(-0.5)), Some(Value::Float(-1.0)));
        assert_eq!(rounded(&Value::Float(3.0)), None);
        for (held, whole) in [(250, 300), (249, 200), (-250, -300), (49, 0), (-49, 0)] {
            let cents = |unscaled| Value::Decimal { unscaled, scale: 2 };
            assert_eq!(rounded(&cents(held)), Some(cents(whole)));
        }
        assert_eq!(rounded(&Value::Decimal { unscaled: 300, scale: 2 }), None);
        assert_eq!(single(&Value::Float(0.5)), None);
        assert_eq!(single(&Value::Integer(16_777_217)), Some(Value::Integer(16_777_216)));
        let cents = |unscaled| Value::Decimal { unscaled, scale: 2 };
        assert_eq!(single(&cents(1_234_567_891)), Some(cents(1_234_567_900)));
    }
}

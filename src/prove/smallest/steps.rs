//! Numbers and times step by step: the next one that a column can hold, and the first number that lies beyond a bound. Pure.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use crate::frame::{Value, time};

/// Steps by which the first number beyond a bound may be missed at first.
const MOST_TRIES: u32 = 8;

/// A number as it is written; absent of what is no finite number.
pub(super) fn written(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(held) => Some(BigDecimal::from(*held)),
        Value::Unsigned(held) => Some(BigDecimal::from(*held)),
        Value::Wide(held) => Some(held.clone()),
        Value::Decimal { unscaled, scale } => Some(BigDecimal::new((*unscaled).into(), i64::from(*scale))),
        // With an exponent, or a small one would have hundreds of digits.
        Value::Float(held) if held.is_finite() => format!("{held:e}").parse().ok(),
        _ => None,
    }
}

/// The value so many steps above or below, of floats those of their width; absent where the column cannot hold it.
pub(super) fn stepped(value: &Value, steps: i128, is_up: bool, is_single: bool) -> Option<Value> {
    let signed = if is_up { steps } else { steps.checked_neg()? };
    match value {
        Value::Integer(held) => Some(Value::Integer(held.checked_add(signed)?)),
        Value::Decimal { unscaled, scale } => {
            Some(Value::Decimal { unscaled: unscaled.checked_add(signed)?, scale: *scale })
        }
        Value::Float(held) => Some(Value::Float(float(place(*held, is_single)?.checked_add(signed)?, is_single)?)),
        Value::Date(day) => Some(Value::Date(day.checked_add(i32::try_from(signed).ok()?)?)),
        Value::Instant(nanos) => Some(Value::Instant(nanos.checked_add(signed)?)),
        Value::WallClock(nanos) => Some(Value::WallClock(nanos.checked_add(signed)?)),
        Value::Time(nanos) => {
            let nanos = i128::from(*nanos).checked_add(signed).filter(|nanos| (0..time::DAY).contains(nanos))?;
            Some(Value::Time(i64::try_from(nanos).ok()?))
        }
        _ => None,
    }
}

/// How many steps away from `value` the first number is that lies beyond `limit` and for which `holds` says no, and how far
/// away it is; absent of values that have no steps, and where `holds` does not agree with the limit.
pub(super) fn beyond(
    value: &Value,
    limit: &BigDecimal,
    is_up: bool,
    is_single: bool,
    holds: &dyn Fn(&Value) -> bool,
) -> Option<(i128, BigDecimal)> {
    let from = written(value)?;
    let near = match value {
        Value::Float(held) => {
            let apart = place(limit.to_f64()?, is_single)? - place(*held, is_single)?;
            if is_up { apart } else { -apart }
        }
        _ => steps_beyond(&if is_up { limit - &from } else { &from - limit }, value)?,
    };
    let is_held = |steps: i128| stepped(value, steps, is_up, is_single).map(|value| holds(&value));
    let mut steps = near.max(1);
    // The float next to the limit is one of the two beside it, and one that is written in few digits is no such number.
    let mut tries = 0;
    while steps > 1 && !is_held(steps - 1)? {
        (steps, tries) = (steps - 1, tries + 1);
        (tries < MOST_TRIES).then_some(())?;
    }
    while is_held(steps)? {
        (steps, tries) = (steps + 1, tries + 1);
        (tries < MOST_TRIES).then_some(())?;
    }
    let away = (written(&stepped(value, steps, is_up, is_single)?)? - from).abs();
    Some((steps, away.normalized()))
}

/// How many steps of a column of integers or decimals lead beyond `room`; absent of other columns.
pub(super) fn steps_beyond(room: &BigDecimal, value: &Value) -> Option<i128> {
    let is_exact = matches!(value, Value::Integer(_) | Value::Decimal { .. });
    let whole = (room / step(value)).with_scale_round(0, RoundingMode::Floor);
    whole.to_i128()?.checked_add(1).filter(|_| is_exact)
}

/// The smallest unit of a column of integers or decimals.
pub(super) fn step(value: &Value) -> BigDecimal {
    let scale = if let Value::Decimal { scale, .. } = value { i64::from(*scale) } else { 0 };
    BigDecimal::new(1.into(), scale)
}

/// The place of a float among all of its width, by their order; both zeros have the same.
pub(super) fn place(value: f64, is_single: bool) -> Option<i128> {
    let magnitude = match is_single {
        true => i128::from((value.abs() as f32).to_bits()),
        false => i128::from(value.abs().to_bits()),
    };
    value.is_finite().then_some(if value.is_sign_negative() { -magnitude } else { magnitude })
}

/// The float at a place.
pub(super) fn float(place: i128, is_single: bool) -> Option<f64> {
    let magnitude = match is_single {
        true => f64::from(f32::from_bits(u32::try_from(place.unsigned_abs()).ok()?)),
        false => f64::from_bits(u64::try_from(place.unsigned_abs()).ok()?),
    };
    // Beyond infinity the bits are those of no number, and then of numbers below 0.
    let is_one = magnitude.is_finite() && magnitude.is_sign_positive();
    is_one.then_some(if place < 0 { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    /// Catches a step that is no neighbour, across 0 and at the ends, and a number that is told as beyond a bound on which it is.
    #[test]
    fn steps_lead_to_the_first_number_beyond_a_bound() {
        let next = |value: f64, is_up| stepped(&Value::Float(value), 1, is_up, false);
        assert_eq!(next(0.0, false), Some(Value::Float(-5e-324)));
        assert_eq!(next(-0.0, true), Some(Value::Float(5e-324)));
        assert_eq!(next(1.0, true), Some(Value::Float(1.0 + f64::EPSILON)));
        assert_eq!(next(f64::MAX, true), None);
        for is_single in [false, true] {
            let (bits, last) = if is_single { (32, f64::from(f32::MAX)) } else { (64, f64::MAX) };
            for far in [1, (1 << (bits - 1)) - 1, 1 << (bits - 1)] {
                assert_eq!(stepped(&Value::Float(-last), far, false, is_single), None, "{far} {is_single}");
            }
        }
        assert_eq!(stepped(&Value::Integer(i128::MAX), 1, true, false), None);
        let first = |value: Value, limit: &str, is_up: bool| {
            let limit = decimal(limit);
            let holds = |value: &Value| written(value).is_some_and(|v| if is_up { v <= limit } else { v >= limit });
            let (steps, away) = beyond(&value, &limit, is_up, false, &holds).unwrap();
            let reached = written(&stepped(&value, steps, is_up, false).unwrap()).unwrap();
            assert!(if is_up { reached > limit } else { reached < limit }, "{value:?} {limit} {reached}");
            let before = stepped(&value, steps - 1, is_up, false).unwrap();
            assert!(holds(&before), "{value:?} {limit} {before:?}");
            (steps, away.to_plain_string())
        };
        assert_eq!(first(Value::Integer(10), "7", false), (4, "4".to_owned()));
        assert_eq!(first(Value::Integer(10), "7.5", false), (3, "3".to_owned()));
        assert_eq!(first(Value::Integer(-3), "2", true), (6, "6".to_owned()));
        let cents = Value::Decimal { unscaled: 1_000, scale: 2 };
        assert_eq!(first(cents.clone(), "9.5", false), (51, "0.51".to_owned()));
        assert_eq!(first(cents, "10", true), (1, "0.01".to_owned()));
        assert_eq!(first(Value::Float(10.0), "9.5", false).1, "0.500000000000002");
        assert_eq!(first(Value::Float(1.0), "1", true), (1, "0.0000000000000002".to_owned()));
        for (value, limit, is_up) in [(1.1, "1.21", true), (0.3, "-0.1", false), (1e300, "1.5e300", true)] {
            first(Value::Float(value), limit, is_up);
        }
    }
}

//! Whether two normalised values of one column hold under its rule, and how far apart they are.

use bigdecimal::{BigDecimal, Zero};

use super::distance::Distance;
use super::encode::{Ambiguous, encode, exact};
use super::normalize::Normal;
use super::number;
use super::number::{Number, number};
use crate::frame::Value;
use crate::model::{Side, Sides};
use crate::spec::check::{Budget, Comparison, Tolerance};

/// What came of one pair of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Whether the rule holds.
    pub holds: bool,
    /// Whether it holds only by its looser level.
    pub warned: bool,
    /// |new − old| where both are finite numbers.
    pub distance: Option<Distance>,
}

/// Judges `old` against `new`. `singles` says which sides hold 32-bit floats: `ulps` counts in their width, where either does, and
/// their shortest texts are those of their width.
pub(crate) fn judge(
    comparison: &Comparison,
    singles: Sides<bool>,
    old: &Normal,
    new: &Normal,
) -> Result<Verdict, Ambiguous> {
    if let Comparison::Levels(levels) = comparison {
        let Verdict { holds: plainly, distance, .. } = judge(&levels.warn, singles, old, new)?;
        let holds = match &levels.fail {
            Some(fail) => judge(fail, singles, old, new)?.holds,
            None => true,
        };
        return Ok(Verdict { holds, warned: holds && !plainly, distance });
    }
    let (Normal::Value(a), Normal::Value(b)) = (old, new) else {
        return Ok(Verdict { holds: false, warned: false, distance: None });
    };
    let both_null = (a, b) == (&Value::Null, &Value::Null);
    if both_null || (plainly_equal(a, b) && comparison.takes_equals()) {
        let distance = matches!(a, Value::Integer(_) | Value::Decimal { .. }).then(Distance::zero);
        return Ok(Verdict { holds: true, warned: false, distance });
    }
    if matches!((a, b), (Value::Instant(_), Value::WallClock(_)) | (Value::WallClock(_), Value::Instant(_))) {
        return Err(Ambiguous::Zones);
    }
    let holds = match comparison {
        Comparison::Tolerance(tolerance) => close(a, b, tolerance, singles)?,
        Comparison::Ulps(most) => match (a, b) {
            (Value::Float(a), Value::Float(b)) => {
                let apart = if singles.old || singles.new { number::single_ulps(*a, *b) } else { number::ulps(*a, *b) };
                apart.is_some_and(|apart| apart <= *most)
            }
            _ => exact(a)? == exact(b)?,
        },
        Comparison::Budget(budget) => affordable(a, b, budget, singles),
        Comparison::Map { absent, tolerance: Some(tolerance) } => match (a, b) {
            (Value::Map(a), Value::Map(b)) => maps_close(a, b, absent.as_ref(), tolerance)?,
            _ => exact(a)? == exact(b)?,
        },
        _ => {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            encode(old, comparison, Side::Old, &mut left)?;
            encode(new, comparison, Side::New, &mut right)?;
            left == right
        }
    };
    Ok(Verdict { holds, warned: false, distance: Distance::between(a, b) })
}

/// Whether two scalars are the same without a second look; floats and nested values want one.
fn plainly_equal(old: &Value, new: &Value) -> bool {
    use Value::{Bool, Bytes, Date, Decimal, Instant, Integer, Null, Text, Time, Uuid, WallClock};
    let scalar = matches!(
        old,
        Null | Bool(_)
            | Integer(_)
            | Decimal { .. }
            | Text(_)
            | Uuid(_)
            | Bytes(_)
            | Date(_)
            | Time(_)
            | Instant(_)
            | WallClock(_)
    );
    scalar && old == new
}

/// Whether two values are within a tolerance. NULL is close to NULL and nothing else.
///
/// # Errors
/// A value that stands for more than one.
pub(crate) fn close(old: &Value, new: &Value, tolerance: &Tolerance, singles: Sides<bool>) -> Result<bool, Ambiguous> {
    match (number(old), number(new)) {
        (Some(a), Some(b)) if number::within(&a, &b, tolerance) => Ok(true),
        // Two floats as people write them: 1.1 is 10 % more than 1.0, though the float is a little more than that.
        (Some(_), Some(_)) => Ok(match (old, new) {
            (Value::Float(old), Value::Float(new)) => {
                let (old, new) = (number::written(*old, singles.old), number::written(*new, singles.new));
                number::within(&old, &new, tolerance)
            }
            _ => false,
        }),
        _ => Ok(exact(old)? == exact(new)?),
    }
}

fn maps_close(
    old: &[(Value, Value)],
    new: &[(Value, Value)],
    absent: Option<&Value>,
    tolerance: &Tolerance,
) -> Result<bool, Ambiguous> {
    let sorted = |entries: &[(Value, Value)]| {
        let mut by_key = std::collections::BTreeMap::new();
        for (key, held) in entries {
            if by_key.insert(exact(key)?, held.clone()).is_some() {
                return Err(Ambiguous::DuplicateKey(super::display::shown(key).unwrap_or_else(|| "NULL".to_owned())));
            }
        }
        Ok(by_key)
    };
    let (old, new) = (sorted(old)?, sorted(new)?);
    for key in old.keys().chain(new.keys()) {
        let (Some(a), Some(b)) = (old.get(key).or(absent), new.get(key).or(absent)) else { return Ok(false) };
        if !close(a, b, tolerance, Sides::default())? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A NULL on one side, or a new that is not finite, affords nothing; a ratio to 0 has no meaning and does not hold, and a
/// ratio below 0 holds only where `min_ratio` says so. A float is taken as it is written or at its exact value, whichever
/// holds.
fn affordable(old: &Value, new: &Value, budget: &Budget, singles: Sides<bool>) -> bool {
    if *old == Value::Null {
        return false;
    }
    if afford(number(old), number(new), budget) {
        return true;
    }
    let written = |value: &Value, is_single: bool| match value {
        Value::Float(float) => Some(number::written(*float, is_single)),
        other => number(other),
    };
    let float = |value: &Value| matches!(value, Value::Float(_));
    (float(old) || float(new)) && afford(written(old, singles.old), written(new, singles.new), budget)
}

fn afford(old: Option<Number>, new: Option<Number>, budget: &Budget) -> bool {
    let Some(Number::Finite(new)) = new else { return false };
    if budget.at_least.as_ref().is_some_and(|bound| new < *bound)
        || budget.at_most.as_ref().is_some_and(|bound| new > *bound)
    {
        return false;
    }
    if budget.min_ratio.is_none() && budget.max_ratio.is_none() {
        return true;
    }
    let Some(Number::Finite(old)) = old else { return false };
    if old.is_zero() {
        return false;
    }
    // new ÷ old against a bound, without a division that would round.
    let (new, size) = if old < BigDecimal::zero() { (-new, -old) } else { (new, old) };
    // Any gain is "at most" a multiple of a loss: a change of sign is no small ratio.
    budget.min_ratio.as_ref().map_or(new >= BigDecimal::zero(), |bound| new >= bound * &size)
        && budget.max_ratio.as_ref().is_none_or(|bound| new <= bound * &size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(comparison: &Comparison, old: Value, new: Value) -> bool {
        judge(comparison, Sides::default(), &Normal::Value(old), &Normal::Value(new)).unwrap().holds
    }

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    fn within(absolute: &str, relative: &str) -> Comparison {
        Comparison::Tolerance(Tolerance { absolute: decimal(absolute), relative: decimal(relative) })
    }

    #[test]
    fn null_is_within_no_tolerance_of_a_value() {
        assert!(!holds(&within("100", "1"), Value::Null, Value::Integer(0)));
        assert!(holds(&within("100", "1"), Value::Null, Value::Null));
    }

    #[test]
    fn an_integer_meets_a_float_exactly() {
        let big = 9_007_199_254_740_993;
        assert!(!holds(&within("0", "0"), Value::Integer(big), Value::Float(9_007_199_254_740_992.0)));
        assert!(holds(&within("1", "0"), Value::Integer(big), Value::Float(9_007_199_254_740_992.0)));
    }

    #[test]
    fn minus_zero_is_zero_only_with_a_tolerance() {
        assert!(!holds(&Comparison::Exact, Value::Float(0.0), Value::Float(-0.0)));
        assert!(holds(&within("0", "0"), Value::Float(0.0), Value::Float(-0.0)));
        assert!(holds(&Comparison::Exact, Value::Float(f64::NAN), Value::Float(-f64::NAN)));
    }

    #[test]
    fn budgets_hold_at_their_bound_and_not_beyond() {
        let half = Comparison::Budget(Budget { max_ratio: Some(decimal("0.5")), ..Budget::default() });
        assert!(holds(&half, Value::Integer(100), Value::Integer(50)));
        assert!(!holds(&half, Value::Integer(100), Value::Integer(51)));
        assert!(!holds(&half, Value::Integer(0), Value::Integer(0)), "no ratio to nothing");
        for (old, new, within) in
            [(-100, -50, true), (-100, -51, false), (-100, 51, false), (100, -1, false), (-100, 0, true)]
        {
            assert_eq!(holds(&half, Value::Integer(old), Value::Integer(new)), within, "{old} → {new}");
        }
        let down = Budget { min_ratio: Some(decimal("-1")), max_ratio: Some(decimal("0.5")), ..Budget::default() };
        let down = Comparison::Budget(down);
        assert!(holds(&down, Value::Integer(-100), Value::Integer(100)), "a change of sign that is asked for");
        assert!(!holds(&down, Value::Integer(-100), Value::Integer(101)));
        let few = Comparison::Budget(Budget { at_most: Some(decimal("3")), ..Budget::default() });
        assert!(holds(&few, Value::Integer(100), Value::Integer(3)));
        assert!(!holds(&few, Value::Integer(100), Value::Integer(4)));
    }

    #[test]
    fn an_absent_key_stands_for_its_value_and_nothing_else() {
        let map = |entries: &[(&str, i128)]| {
            Value::Map(entries.iter().map(|(k, v)| (Value::Text((*k).into()), Value::Integer(*v))).collect())
        };
        for tolerance in [None, Some(Tolerance { absolute: decimal("1"), relative: decimal("0") })] {
            let rule = Comparison::Map { absent: Some(Value::Integer(0)), tolerance };
            assert!(holds(&rule, map(&[("a", 1), ("b", 0)]), map(&[("a", 1)])));
            assert!(!holds(&rule, map(&[("a", 1), ("b", 5)]), map(&[("a", 1)])));
        }
        let strict = Comparison::Map { absent: None, tolerance: None };
        assert!(!holds(&strict, map(&[("a", 1), ("b", 0)]), map(&[("a", 1)])));
        assert!(holds(&strict, map(&[("a", 1), ("b", 0)]), map(&[("b", 0), ("a", 1)])));
        let twice = Normal::Value(map(&[("a", 1), ("a", 1)]));
        assert!(judge(&strict, Sides::default(), &twice, &twice).is_err());
    }

    /// Catches a bound that is judged by the other level, and a level without `fail` that fails.
    #[test]
    fn a_value_between_the_levels_only_warns() {
        let two = |fail| Comparison::Levels(Box::new(crate::spec::check::Levels { warn: within("1", "0"), fail }));
        let judged = |rule: &Comparison, new| {
            let found = judge(rule, Sides::default(), &Normal::Value(Value::Integer(10)), &Normal::Value(new)).unwrap();
            (found.holds, found.warned)
        };
        let both = two(Some(within("2", "0")));
        for (new, verdict) in [(11, (true, false)), (12, (true, true)), (13, (false, false))] {
            assert_eq!(judged(&both, Value::Integer(new)), verdict, "{new}");
        }
        assert_eq!(judged(&both, Value::Null), (false, false));
        assert_eq!(judged(&two(None), Value::Integer(1_000)), (true, true));
        assert_eq!(judged(&two(None), Value::Null), (true, true));
    }

    #[test]
    fn what_cannot_be_read_never_holds() {
        let unreadable = Normal::Unreadable("x".into());
        assert!(!judge(&Comparison::Exact, Sides::default(), &unreadable, &unreadable).unwrap().holds);
    }
}

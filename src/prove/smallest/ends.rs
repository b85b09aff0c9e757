//! How low a number of new may be until its rule does not hold any more, from the number of old. Pure.

use bigdecimal::{BigDecimal, Zero};

use super::steps::{float, place, written};
use crate::frame::Value;
use crate::spec::check::{Budget, Comparison, Tolerance};

/// The lowest number for which a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// There is none: whatever is lower holds, too.
    Nowhere,
    /// This, or the last one above it that a column can hold.
    At(BigDecimal),
}

/// Where the rule of a column ends below, the tighter one of two levels; absent where it is not one of numbers, or holds for
/// no number at all. `is_single` says that `ulps` counts floats of 32 bits.
pub(super) fn lowest(comparison: &Comparison, old: &Value, is_single: bool) -> Option<End> {
    let ends = comparison.levels().map(|level| match level {
        Comparison::Exact => Some(End::At(written(old)?)),
        Comparison::Tolerance(tolerance) | Comparison::Map { tolerance: Some(tolerance), .. } => {
            let old = written(old)?;
            Some(End::At(&old - bound(tolerance, &old)))
        }
        Comparison::Ulps(most) => {
            let Value::Float(old) = old else { return None };
            match float(place(*old, is_single)? - i128::from(*most), is_single) {
                Some(end) => Some(End::At(written(&Value::Float(end))?)),
                // Beyond the last float there is only infinity, to which no steps lead.
                None => Some(End::Nowhere),
            }
        }
        Comparison::Budget(budget) => afforded(budget, &written(old)?),
        _ => None,
    });
    ends.collect::<Option<Vec<End>>>()?.into_iter().max()
}

/// How far from a number of old one of new may be.
fn bound(tolerance: &Tolerance, old: &BigDecimal) -> BigDecimal {
    &tolerance.absolute + &tolerance.relative * old.abs()
}

/// What a budget affords at least: its own bound, and of a ratio what that is of old. A ratio to 0 holds for nothing; one without
/// `min_ratio` lets the sign stay, so that a loss may fall to the most of it that `max_ratio` affords.
fn afforded(budget: &Budget, old: &BigDecimal) -> Option<End> {
    let own = budget.at_least.clone();
    if budget.min_ratio.is_none() && budget.max_ratio.is_none() {
        return Some(own.map_or(End::Nowhere, End::At));
    }
    let of_old = if old.is_zero() {
        return None;
    } else if *old > BigDecimal::zero() {
        Some(budget.min_ratio.as_ref().map_or_else(BigDecimal::zero, |ratio| ratio * old))
    } else {
        budget.max_ratio.as_ref().map(|ratio| ratio * old)
    };
    Some(own.into_iter().chain(of_old).max().map_or(End::Nowhere, End::At))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::check::Levels;

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    fn end(comparison: &Comparison, old: Value) -> Option<String> {
        lowest(comparison, &old, false).map(|end| match end {
            End::Nowhere => "nowhere".to_owned(),
            End::At(end) => end.normalized().to_plain_string(),
        })
    }

    /// Catches an end that is not that of its rule: the wrong sign of old, a ratio that is taken of nothing, a bound that is looser
    /// than another, and an end where there is none.
    #[test]
    fn each_rule_ends_where_it_says() {
        let within = |absolute: &str, relative: &str| {
            Comparison::Tolerance(Tolerance { absolute: decimal(absolute), relative: decimal(relative) })
        };
        let budget = |[at_least, at_most, min_ratio, max_ratio]: [&str; 4]| {
            let given = |text: &str| (!text.is_empty()).then(|| decimal(text));
            let (at_least, at_most) = (given(at_least), given(at_most));
            Comparison::Budget(Budget { at_least, at_most, min_ratio: given(min_ratio), max_ratio: given(max_ratio) })
        };
        let levels = |warn, fail| Comparison::Levels(Box::new(Levels { warn, fail: Some(fail) }));
        for (comparison, old, told) in [
            (Comparison::Exact, 7, Some("7")),
            (within("1", "0.1"), 100, Some("89")),
            (within("1", "0.1"), -100, Some("-111")),
            (levels(within("1", "0"), within("5", "0")), 100, Some("99")),
            (budget(["3", "", "", ""]), 100, Some("3")),
            (budget(["", "200", "", ""]), 100, Some("nowhere")),
            (budget(["", "", "0.9", ""]), 100, Some("90")),
            (budget(["95", "", "0.9", ""]), 100, Some("95")),
            (budget(["", "", "", "1.1"]), 100, Some("0")),
            (budget(["", "", "", "1.1"]), -100, Some("-110")),
            (budget(["", "", "0.9", ""]), -100, Some("nowhere")),
            (budget(["", "", "-0.5", "2"]), 100, Some("-50")),
            (budget(["", "", "0.9", ""]), 0, None),
            (levels(budget(["9", "", "", ""]), budget(["3", "", "", ""])), 100, Some("9")),
            (levels(budget(["", "9", "", ""]), budget(["3", "9", "", ""])), 100, Some("3")),
            (Comparison::Set, 1, None),
        ] {
            assert_eq!(end(&comparison, Value::Integer(old)).as_deref(), told, "{comparison:?} {old}");
        }
        assert_eq!(end(&Comparison::Ulps(0), Value::Float(1.5)).as_deref(), Some("1.5"));
        assert_eq!(
            end(&Comparison::Ulps(2), Value::Float(0.0)).as_deref(),
            Some(decimal("-1e-323").to_plain_string().as_str())
        );
        assert_eq!(end(&Comparison::Ulps(1), Value::Float(-f64::MAX)).as_deref(), Some("nowhere"));
        let single = lowest(&Comparison::Ulps(1), &Value::Float(2.0), true).unwrap();
        assert_eq!(single, End::At(written(&Value::Float(2.0 - f64::from(f32::EPSILON))).unwrap()));
        assert_eq!(end(&Comparison::Ulps(1), Value::Integer(1)), None);
        assert_eq!(end(&within("1", "0"), Value::Null), None);
    }
}

//! A check that compares its old side with itself: by the rules of the check, the tighter of two levels.

use bigdecimal::BigDecimal;

use crate::model::Sides;
use crate::spec::check::{Bounds, Check, Comparison, KindSettings, Percentile, Rule, Tolerance};

/// The check by which two answers to the query of old are compared.
///
/// A budget bounds new by old and says nothing of old alone, so its column is compared exactly.
pub(crate) fn against_itself(check: &Check) -> Check {
    let mut reflexive = check.clone();
    reflexive.sides.new = check.sides.old.clone();
    reflexive.rename.clear();
    reflexive.expect.clear();
    reflexive.allow_empty = true;
    // A key that stands twice in both answers does not differ between them.
    reflexive.duplicates_allowed = true;
    reflexive.settle = None;
    reflexive.noise = false;
    reflexive.default_rule = of_old(&check.default_rule);
    reflexive.columns = check.columns.iter().map(|(name, rule)| (name.clone(), of_old(rule))).collect();
    if let KindSettings::Percentile(settings) = &check.kind {
        reflexive.kind = KindSettings::Percentile(Box::new(tighter(settings)));
    }
    reflexive
}

/// The same check where `rank` and `max_ks` cannot be known, because old returns percentiles: by value alone.
pub(crate) fn by_value(check: &Check) -> Check {
    let mut plain = check.clone();
    if let KindSettings::Percentile(settings) = &mut plain.kind {
        settings.rank = None;
        settings.max_ks = None;
        settings
            .tolerance
            .get_or_insert_with(|| Tolerance { absolute: BigDecimal::from(0), relative: BigDecimal::from(0) });
    }
    plain
}

fn of_old(rule: &Rule) -> Rule {
    let twice = |side: &Option<_>| Sides { old: side.clone(), new: side.clone() };
    Rule {
        comparison: match &rule.comparison {
            Comparison::Levels(two) => exact_budget(&two.warn),
            one => exact_budget(one),
        },
        types: Sides { old: rule.types.old, new: rule.types.old },
        null: twice(&rule.null.old),
        itself: true,
        ..rule.clone()
    }
}

fn exact_budget(comparison: &Comparison) -> Comparison {
    match comparison {
        Comparison::Budget(_) => Comparison::Exact,
        other => other.clone(),
    }
}

fn tighter(settings: &Percentile) -> Percentile {
    let Bounds { tolerance, rank, max_ks } = settings.warn.clone();
    Percentile {
        tolerance: tolerance.or_else(|| settings.tolerance.clone()),
        rank: rank.or_else(|| settings.rank.clone()),
        max_ks: max_ks.or_else(|| settings.max_ks.clone()),
        warn: Bounds::default(),
        min_rows: 0,
        ..settings.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::check::{Budget, ForcedType, Levels};

    /// Catches a rule of new that is put on old, and a level or budget that hides what differs.
    #[test]
    fn old_is_compared_with_itself_by_its_own_half_of_a_rule() {
        let close = |relative: &str| {
            Comparison::Tolerance(Tolerance { absolute: 0.into(), relative: relative.parse().unwrap() })
        };
        let rule = Rule {
            comparison: Comparison::Levels(Box::new(Levels { warn: close("0.1"), fail: Some(close("0.5")) })),
            types: Sides { old: None, new: Some(ForcedType::Uuid) },
            null: Sides { old: None, new: Some(crate::frame::Value::Integer(0)) },
            ..Rule::default()
        };
        let found = of_old(&rule);
        assert_eq!((found.comparison, found.types, found.null), (close("0.1"), Sides::default(), Sides::default()));
        let budget = Rule { comparison: Comparison::Budget(Budget::default()), ..Rule::default() };
        assert_eq!(of_old(&budget).comparison, Comparison::Exact);
    }
}

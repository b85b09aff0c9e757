//! What became of a mutant, from the reports of its check without and with it. Pure.

use super::mutant::{Mutant, Size};
use crate::model::{CheckReport, Example, Key, Measure, MutantReport, Sighting, Status};
use crate::spec::check::{Check, Comparison, KindSettings, Rule};

/// Returns whether the verdict got worse: by its status, or by more that counts where the status cannot.
pub(super) fn is_worse(before: &[CheckReport], after: &[CheckReport]) -> bool {
    let status = |reports: &[CheckReport]| reports.iter().map(CheckReport::status).max().unwrap_or(Status::Skip);
    let count = |reports: &[CheckReport]| -> u64 {
        let of = |report: &CheckReport| {
            report.left().values().fold(0_u64, |sum, left| sum.saturating_add(*left))
                + report.outcome.warned().unwrap_or(0)
        };
        reports.iter().map(of).fold(0, u64::saturating_add)
    };
    status(after) > status(before) || (status(after) == status(before) && count(after) > count(before))
}

/// Returns the outcome of a mutant of `check`. `touched` are its keys as reports show them.
pub(super) fn sighting(
    check: &Check,
    mutant: &Mutant,
    touched: &[Key],
    before: &[CheckReport],
    after: &[CheckReport],
) -> Sighting {
    if !is_worse(before, after) {
        return if allows(check, mutant) { Sighting::Allowed } else { Sighting::Missed };
    }
    // A mutant of a group knows only the columns of the key that make the group.
    let within = |key: &Key, of: &Key| of.0.iter().all(|part| key.0.contains(part));
    let is_any = check.key.is_empty() || (mutant.column.is_none() && touched.is_empty());
    let key = |key: &Key| is_any || touched.iter().any(|of| within(key, of));
    let is_column = |name: &str| mutant.column.as_deref() == Some(name);
    let measure =
        |one: &Measure| (!one.within || one.level.is_some()) && (key(&one.key) || is_column(&one.quantity.to_string()));
    let example = |one: &Example| key(&one.key) || one.columns.keys().any(|name| is_column(name));
    let names = |report: &CheckReport| {
        let text = report.error.as_ref().map(|error| error.message().clone()).unwrap_or_default();
        report.outcome.measures().iter().any(measure)
            || report.outcome.examples().iter().any(example)
            || mutant.column.as_ref().is_some_and(|column| text.contains(&format!("`{column}`")))
    };
    if after.iter().any(names) { Sighting::Caught } else { Sighting::Noticed }
}

/// Whether a bound or rule of the suite is made for changes as small as this one.
fn allows(check: &Check, mutant: &Mutant) -> bool {
    if mutant.size != Size::Least {
        return false;
    }
    check.kind.kind().is_bounded() || mutant.column.as_ref().is_some_and(|column| is_loose(rule(check, column)))
}

/// The rule of a column by its name in old. The one number of a count is called otherwise on each side.
pub(super) fn rule<'a>(check: &'a Check, column: &str) -> &'a Rule {
    let only = || match (&check.kind, check.columns.len()) {
        (KindSettings::RowCount, 1) => check.columns.values().next(),
        _ => None,
    };
    check.columns.get(column).or_else(only).unwrap_or(&check.default_rule)
}

/// Whether two values may hold under the rule though they are not the same.
fn is_loose(rule: &Rule) -> bool {
    rule.truncate.is_some() || rule.comparison.levels().any(|one| !matches!(one, Comparison::Exact | Comparison::Json))
}

/// Returns whether the rule bounds new in such a way that a change may be within it by design, `exchange` one in which rows
/// have each other's values.
///
/// A bound on one side lets a number move the other way, and bounds of new alone do not tell one row's value from
/// another's. No number moves both ways within bounds on both sides unless they are too wide.
fn is_within_budget(rule: &Rule, exchange: bool) -> bool {
    let budgets = || {
        rule.comparison.levels().filter_map(|one| match one {
            Comparison::Budget(budget) => Some(budget),
            _ => None,
        })
    };
    let below = budgets().any(|one| one.at_least.is_some() || one.min_ratio.is_some());
    let above = budgets().any(|one| one.at_most.is_some() || one.max_ratio.is_some());
    let of_old = budgets().any(|one| one.min_ratio.is_some() || one.max_ratio.is_some());
    below != above || (exchange && below && !of_old)
}

/// Takes what a budget allows for no fault, where something of the same column is seen; `reports` tell of `made` one by one.
pub(super) fn settle_budgets(check: &Check, made: &[Mutant], reports: &mut [MutantReport]) {
    let seen: Vec<String> = made
        .iter()
        .zip(&*reports)
        .filter(|(_, report)| matches!(report.outcome, Sighting::Caught | Sighting::Noticed))
        // NULL is beyond every bound.
        .filter(|(mutant, _)| !mutant.is_null())
        .filter_map(|(mutant, _)| mutant.column.clone())
        .collect();
    for (mutant, report) in made.iter().zip(reports).filter(|(_, report)| report.outcome == Sighting::Missed) {
        let is_within =
            |column: &String| is_within_budget(rule(check, column), mutant.is_exchange()) && seen.contains(column);
        if mutant.column.as_ref().is_some_and(is_within) {
            report.outcome = Sighting::Allowed;
        }
    }
}

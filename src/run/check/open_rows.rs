//! Which of the differing rows no waiver and no baseline covers: those are what somebody has to look into.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use super::super::context::CheckRun;
use super::super::findings::mask::Mask;
use super::super::findings::truncate;
use crate::compare::diagnosis::{Change, DifferingRow, Evidence};
use crate::compare::value_as_shown as shown;
use crate::frame::Value;
use crate::model::{Difference, DuplicateKeys, Example, Key, Pair, RowCounts};
use crate::suppress::ledger::Open;

/// Leaves the rows out of `evidence` that are waived or known, and their numbers out of the counts.
pub(crate) fn only_open(
    one: CheckRun<'_>,
    mask: Option<&Mask>,
    evidence: &mut Evidence,
    rows: &mut RowCounts,
    changed: &mut BTreeMap<String, u64>,
) {
    let Some(ledger) = one.ledger else { return };
    let before = counted(evidence);
    let written = |example: Example| {
        let masked = mask.map_or_else(|| example.clone(), |mask| mask.example(example.clone()));
        truncate::example(&masked).unwrap_or(masked)
    };
    let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let open = if evidence.rows.iter().any(|row| !row.numbers.is_empty()) {
        let numbers = evidence.rows.iter().flat_map(|row| &row.numbers).map(|(_, example)| written(example.clone()));
        of_groups(evidence, ledger.open(numbers))
    } else {
        ledger.open(evidence.rows.iter().map(|row| written(example(evidence, row))))
    };
    if let DuplicateKeys::Differing(keys) = &mut rows.duplicate {
        let all = std::mem::replace(keys, ledger.open_duplicates());
        // Which of the numbers of copies are those that are covered is not known.
        if *keys < all {
            evidence.copies.clear();
        }
    }
    drop(ledger);
    for (row, open) in evidence.rows.iter_mut().zip(&open) {
        if let Open::Columns(open) = open {
            row.changes.retain(|change| open.contains(&evidence.columns[change.column].name));
        }
    }
    let kept: Vec<bool> = open.iter().map(|open| !matches!(open, Open::Nothing)).collect();
    evidence.keep(&kept);
    let after = counted(evidence);
    for (class, count) in [
        (Difference::Missing, &mut rows.missing),
        (Difference::Extra, &mut rows.extra),
        (Difference::Changed, &mut rows.changed),
    ] {
        let of = (class, String::new());
        *count = share(*count, before.get(&of), after.get(&of));
    }
    for (column, count) in changed {
        let of = (Difference::Changed, column.clone());
        *count = share(*count, before.get(&of), after.get(&of));
    }
}

/// Of which numbers of each group nothing covers the difference, where `open` says so of each number by itself.
fn of_groups(evidence: &Evidence, open: Vec<Open>) -> Vec<Open> {
    let mut open = open.into_iter();
    let group = |row: &DifferingRow| {
        let numbers = row.numbers.iter().zip(open.by_ref());
        let left = numbers.filter(|(_, open)| !matches!(open, Open::Nothing)).map(|((column, _), _)| *column);
        let left: Vec<usize> = left.collect();
        match (left.is_empty(), row.class) {
            (true, _) => Open::Nothing,
            (false, Difference::Changed) => {
                Open::Columns(left.into_iter().map(|column| evidence.columns[column].name.clone()).collect())
            }
            (false, _) => Open::All,
        }
    };
    evidence.rows.iter().map(group).collect()
}

/// The part of `all` that is left where of as many rows `before` there are so many `after`.
fn share(all: u64, before: Option<&u64>, after: Option<&u64>) -> u64 {
    let (before, after) = (before.copied().unwrap_or(0), after.copied().unwrap_or(0));
    if before == 0 {
        all
    } else {
        u64::try_from(u128::from(all) * u128::from(after) / u128::from(before)).unwrap_or(all)
    }
}

/// Rows by class, and changed rows by column as well.
fn counted(evidence: &Evidence) -> BTreeMap<(Difference, String), u64> {
    let mut counts = BTreeMap::new();
    for row in &evidence.rows {
        *counts.entry((row.class, String::new())).or_default() += 1;
        for change in &row.changes {
            *counts.entry((row.class, evidence.columns[change.column].name.clone())).or_default() += 1;
        }
    }
    counts
}

/// The row as waivers and baselines know it.
fn example(evidence: &Evidence, row: &DifferingRow) -> Example {
    let named = || evidence.columns.iter().zip(&row.values);
    let key = named().filter(|(head, _)| head.key).map(|(head, value)| (head.name.clone(), shown(value)));
    let alone = |value: &Value| match row.class {
        Difference::Extra => Pair { old: None, new: shown(value) },
        _ => Pair { old: shown(value), new: None },
    };
    let columns = if row.changes.is_empty() {
        named().filter(|(head, _)| !head.key).map(|(head, value)| (head.name.clone(), alone(value))).collect()
    } else {
        let pair = |change: &Change| {
            let (old, new) = match change.written.as_deref() {
                Some([old, new]) => (old, new),
                None => (&change.old, &change.new),
            };
            let pair = Pair { old: shown(old), new: shown(new) };
            (evidence.columns[change.column].name.clone(), pair)
        };
        row.changes.iter().map(pair).collect()
    };
    Example { difference: row.class, key: Key(key.collect()), columns }
}

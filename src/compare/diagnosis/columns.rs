//! The changed pairs of one column, and the tests that look at one pair after the other.

use std::collections::HashSet;

use polars::prelude::PlHashMap;

use super::evidence::{Change, Evidence};
use super::pair::{Fits, Pair};
use super::{arrays, encodings, nulls, numbers, rounding, spelling, texts, times};
use crate::compare::value::display::shown;
use crate::frame::Value;
use crate::model::{Difference, FindingCode};

/// A row in which a column changed.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    /// Its number in the evidence.
    pub(super) row: usize,
    /// What the column was and became.
    pub(super) pair: Pair<'a>,
}

/// All rows in which one column changed.
pub(super) struct ColumnChanges<'a> {
    /// The column's number.
    pub(super) column: usize,
    /// The rows.
    pub(super) changed: Vec<Changed<'a>>,
}

/// What may be said of some of the rows.
pub(super) struct Candidate {
    pub(super) code: FindingCode,
    /// Empty where nothing is constant.
    pub(super) parameter: String,
    /// Numbers of the rows of which it is true, among the changed ones.
    pub(super) holds: Vec<usize>,
}

/// The columns that changed in any row, in their order.
pub(super) fn changed(evidence: &Evidence) -> Vec<ColumnChanges<'_>> {
    let mut columns: Vec<ColumnChanges<'_>> =
        (0..evidence.columns.len()).map(|column| ColumnChanges { column, changed: Vec::new() }).collect();
    for row in evidence.of(Difference::Changed) {
        for Change { column, old, new, .. } in &evidence.rows[row].changes {
            columns[*column].changed.push(Changed { row, pair: Pair { old, new } });
        }
    }
    columns.retain(|column| !column.changed.is_empty());
    columns
}

/// Looks at one pair, and says what holds of it.
type Test = fn(Pair<'_>, &mut Fits);

/// What `test` says of a pair; nothing of two values which are the same, and differ only by what their rule makes of them.
fn fits(test: Test, pair: Pair<'_>, fits: &mut Fits) {
    if pair.old != pair.new {
        test(pair, fits);
    }
}

const TESTS: [Test; 11] = [
    nulls::fits,
    numbers::plus,
    numbers::times,
    numbers::through_floats,
    numbers::bounds,
    rounding::fits,
    times::fits,
    texts::fits,
    encodings::fits,
    spelling::fits,
    arrays::fits,
];

/// Rows that tell whether anything can hold of half of all: they are in the order of a hash, so these are any.
const SCREENED: usize = 256;

/// The tests that say something of so many of the first rows that it may hold of half of all. What holds of half of all holds
/// of fewer than a quarter of 256 of them once in 10¹⁵ draws.
fn promising(changed: &[Changed<'_>]) -> Vec<Test> {
    if changed.len() < 2 * SCREENED {
        return TESTS.to_vec();
    }
    // Of each of them how often it held, and which tests said so.
    let mut held: PlHashMap<(FindingCode, String), (usize, [bool; TESTS.len()])> = PlHashMap::default();
    let mut found = Fits::new();
    for one in &changed[..SCREENED] {
        let mut said = Vec::new();
        for (at, test) in TESTS.iter().enumerate() {
            fits(*test, one.pair, &mut found);
            said.extend(found.drain(..).map(|key| (key, at)));
        }
        said.sort_unstable();
        for same in said.chunk_by(|(one, _), (other, _)| one == other) {
            let (rows, by) = held.entry(same[0].0.clone()).or_default();
            *rows += 1;
            same.iter().for_each(|(_, test)| by[*test] = true);
        }
    }
    let is_promising = |test: &usize| held.values().any(|(rows, by)| by[*test] && rows * 4 >= SCREENED);
    (0..TESTS.len()).filter(is_promising).map(|test| TESTS[test]).collect()
}

/// What holds of enough of `changed`, which are of one column. Stops when `late`.
pub(super) fn candidates(changed: &[Changed<'_>], late: &(dyn Fn() -> bool + Sync)) -> Vec<Candidate> {
    let tests = promising(changed);
    if tests.is_empty() {
        return Vec::new();
    }
    let mut held: PlHashMap<(FindingCode, String), Vec<usize>> = PlHashMap::default();
    let mut found = Fits::new();
    for (at, one) in changed.iter().enumerate() {
        if at % 1_024 == 1_023 && late() {
            return Vec::new();
        }
        tests.iter().for_each(|test| fits(*test, one.pair, &mut found));
        for key in found.drain(..) {
            let rows = held.entry(key).or_default();
            // One test may find the same in two ways.
            if rows.last() != Some(&at) {
                rows.push(at);
            }
        }
    }
    let enough = |rows: &Vec<usize>| rows.len() * 2 >= changed.len();
    let kept = held.into_iter().filter(|(_, rows)| enough(rows));
    kept.map(|((code, parameter), holds)| Candidate { code, parameter, holds }).collect()
}

/// Fewest different values of old from which a code is more than a coincidence.
fn fewest_values(code: FindingCode) -> usize {
    match code {
        FindingCode::NullToValue | FindingCode::ValueToNull | FindingCode::OneValue => 1,
        FindingCode::Nulled | FindingCode::Constant => 2,
        _ => 3,
    }
}

/// Whether the rows of which `candidate` is true have values enough.
pub(super) fn is_varied(candidate: &Candidate, changed: &[Changed<'_>]) -> bool {
    let fewest = fewest_values(candidate.code);
    let mut seen: HashSet<Option<String>> = HashSet::new();
    let mut values = candidate.holds.iter().map(|at| shown(changed[*at].pair.old));
    values.any(|value| seen.insert(value) && seen.len() >= fewest)
}

/// Whether a value is worth comparing with those of other columns: one of a few says nothing.
pub(super) fn is_telling(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(_))
}

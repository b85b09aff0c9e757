//! Values that stand elsewhere in old: in another column of the row, or in the row beside it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::columns::{Candidate, Changed, ColumnChanges, is_telling};
use super::evidence::Evidence;
use crate::compare::value::display::shown;
use crate::compare::value::order::{Ordered, ascending};
use crate::frame::Value;
use crate::model::{Difference, FindingCode};

/// Fewest different values of new that stand elsewhere by more than chance.
const FEWEST: usize = 5;

fn same(a: &Value, b: &Value) -> bool {
    is_telling(a) && ascending(a, b) == Ordering::Equal
}

/// Whether the values of new are so many that they stand elsewhere by more than chance.
fn is_varied(changed: &[Changed<'_>], holds: &[usize]) -> bool {
    let values: BTreeSet<_> = holds.iter().take(10_000).map(|at| shown(changed[*at].pair.new)).collect();
    values.len() >= FEWEST
}

fn candidate(changed: &[Changed<'_>], code: FindingCode, parameter: &str, holds: Vec<usize>) -> Option<Candidate> {
    let wanted = holds.len() * 2 >= changed.len() && is_varied(changed, &holds);
    wanted.then(|| Candidate { code, parameter: parameter.to_owned(), holds })
}

/// What the column holds in new is what another column holds in old.
pub(super) fn other_columns(evidence: &Evidence, column: usize, changed: &[Changed<'_>]) -> Vec<Candidate> {
    let others = (0..evidence.columns.len()).filter(|other| *other != column);
    let holds = |other: usize| {
        let is_there = |one: &Changed<'_>| same(one.pair.new, &evidence.rows[one.row].values[other]);
        // Most columns have nothing to do with each other, which a few rows tell.
        let look = changed.len().min(64);
        let any = changed[..look].iter().filter(|one| is_there(one)).count() * 4 >= look;
        any.then(|| (0..changed.len()).filter(|at| is_there(&changed[*at])).collect::<Vec<_>>())
    };
    others
        .filter_map(|other| candidate(changed, FindingCode::OtherColumn, &evidence.columns[other].name, holds(other)?))
        .collect()
}

/// The rows of old beside each changed row by key, where the differing rows tell them.
pub(super) struct Neighbours {
    /// By row of the evidence: the rows before it and behind it.
    beside: Vec<(Option<usize>, Option<usize>)>,
}

impl Neighbours {
    /// Finds them where `agreeing` rows of old agree: of two that differ none of these may stand between, which is known where all of
    /// them are, or where the keys are integers beside each other.
    pub(super) fn new(evidence: &Evidence, agreeing: u64) -> Option<Neighbours> {
        let keys = evidence.columns.iter().filter(|column| column.key).count();
        if !evidence.complete || keys == 0 {
            return None;
        }
        let key = |row: usize| &evidence.rows[row].values[..keys];
        let mut order: Vec<usize> = evidence.of(Difference::Changed).chain(evidence.of(Difference::Missing)).collect();
        order.sort_by_cached_key(|row| Ordered(key(*row).to_vec()));
        let all_are_known = evidence.agreeing.len() as u64 == agreeing && !evidence.agreeing_unknown;
        let others =
            evidence.agreeing.iter().chain(&evidence.aside).map(|(_, values)| Ordered(values[..keys].to_vec()));
        let mut others: Vec<Ordered> = if all_are_known { others.collect() } else { Vec::new() };
        others.sort_unstable();
        let before = |row: usize| others.partition_point(|other| *other < Ordered(key(row).to_vec()));
        let adjoins = |one: usize, other: usize| {
            (all_are_known && before(one) == before(other))
                || matches!((key(one), key(other)), ([Value::Integer(a)], [Value::Integer(b)]) if a.checked_add(1) == Some(*b))
        };
        let mut beside = vec![(None, None); evidence.rows.len()];
        for two in order.windows(2).filter(|two| adjoins(two[0], two[1])) {
            beside[two[0]].1 = Some(two[1]);
            beside[two[1]].0 = Some(two[0]);
        }
        Some(Neighbours { beside })
    }

    /// What the column holds in new is what it holds in old one row before or behind.
    pub(super) fn candidates(
        &self,
        evidence: &Evidence,
        of: &ColumnChanges<'_>,
        changed: &[Changed<'_>],
    ) -> Vec<Candidate> {
        let holds = |pick: &dyn Fn(usize) -> Option<usize>| {
            let is_there = |one: &Changed<'_>| {
                pick(one.row).is_some_and(|other| same(one.pair.new, &evidence.rows[other].values[of.column]))
            };
            (0..changed.len()).filter(|at| is_there(&changed[*at])).collect::<Vec<_>>()
        };
        let before = holds(&|row| self.beside[row].0);
        let behind = holds(&|row| self.beside[row].1);
        let found = [(before, "previous"), (behind, "next")];
        found.into_iter().filter_map(|(holds, name)| candidate(changed, FindingCode::Neighbour, name, holds)).collect()
    }
}

//! What a column's new values are of its old ones: the best test first, then what holds of the rest.

use super::columns::{Candidate, Changed, ColumnChanges, candidates, is_varied};
use super::evidence::Evidence;
use super::rows::{Neighbours, other_columns};
use super::zones::summer_time;
use crate::model::FindingCode;

/// Findings of one column at most.
const MOST: usize = 3;

/// Fewest rows of which anything is said.
pub(super) const FEWEST: usize = 5;

/// Something that is true of rows of the evidence.
pub(super) struct Explained {
    pub(super) code: FindingCode,
    /// Empty where nothing is constant.
    pub(super) parameter: String,
    /// Numbers of the rows in the evidence, ascending.
    pub(super) rows: Vec<usize>,
}

/// What is true of most of the rows in which a column changed, then of most of the others.
pub(super) fn of_column(
    evidence: &Evidence,
    column: &ColumnChanges<'_>,
    neighbours: Option<&Neighbours>,
    late: &(dyn Fn() -> bool + Sync),
) -> Vec<Explained> {
    let mut left = column.changed.clone();
    let mut found = Vec::new();
    while found.len() < MOST && left.len() >= FEWEST {
        let mut all = candidates(&left, late);
        all.extend(summer_time(&left));
        all.extend(other_columns(evidence, column.column, &left));
        all.extend(neighbours.into_iter().flat_map(|beside| beside.candidates(evidence, column, &left)));
        let Some(best) = best(all, &left) else { break };
        let mut holds = vec![false; left.len()];
        best.holds.iter().for_each(|at| holds[*at] = true);
        let rows = best.holds.iter().map(|at| left[*at].row).collect();
        found.push(Explained { code: best.code, parameter: best.parameter, rows });
        let mut at = 0..;
        left.retain(|_| !holds[at.next().expect("numbers do not end")]);
    }
    found
}

/// The candidate that is true of most rows; of two that are as true the one of the preferred code.
pub(super) fn best(candidates: Vec<Candidate>, changed: &[Changed<'_>]) -> Option<Candidate> {
    let mut wanted: Vec<Candidate> = candidates
        .into_iter()
        .filter(|one| one.holds.len() >= FEWEST && one.holds.len() * 2 >= changed.len())
        .collect();
    wanted.sort_by(|a, b| {
        let preferred = || (a.code, &a.parameter).cmp(&(b.code, &b.parameter));
        b.holds.len().cmp(&a.holds.len()).then_with(preferred)
    });
    wanted.into_iter().find(|one| is_varied(one, changed))
}

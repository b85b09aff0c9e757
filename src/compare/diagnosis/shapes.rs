//! Which columns changed in the same rows.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::transformations::FEWEST;
use crate::model::{Difference, Finding, FindingCode};

/// Sets of columns that are told at most.
const MOST: usize = 3;

/// The sets of columns that changed together in a fifth of the changed rows, the most frequent first; none where only one
/// column is compared.
pub(super) fn shapes(evidence: &Evidence) -> Vec<Finding> {
    if evidence.columns.iter().filter(|column| !column.key).count() < 2 {
        return Vec::new();
    }
    let mut shapes: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    let mut all = 0;
    let mut columns = Vec::new();
    for row in evidence.of(Difference::Changed) {
        columns.clear();
        columns.extend(evidence.rows[row].changes.iter().map(|change| change.column));
        match shapes.get_mut(&columns) {
            Some(count) => *count += 1,
            None => _ = shapes.insert(columns.clone(), 1),
        }
        all += 1;
    }
    let mut shapes: Vec<(Vec<usize>, u64)> =
        shapes.into_iter().filter(|(_, count)| *count >= FEWEST as u64 && count * 5 >= all).collect();
    shapes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let told = shapes.into_iter().take(MOST);
    told.map(|(columns, count)| Finding {
        columns: columns.into_iter().map(|column| evidence.columns[column].name.clone()).collect(),
        ..Finding::new(FindingCode::ColumnsTogether, Difference::Changed, count, all)
    })
    .collect()
}

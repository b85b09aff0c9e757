//! Gains and losses of groups that cancel: what was counted in one is counted in another.

use bigdecimal::{BigDecimal, Zero};

use super::evidence::{DifferingRow, Evidence};
use super::transformations::FEWEST;
use crate::compare::value::number::{Number, number, plain};
use crate::frame::Value;
use crate::model::{Difference, Finding, FindingCode};

/// The columns of numbers whose gains and losses over all differing groups cancel, up to a hundredth.
pub(super) fn moved(evidence: &Evidence) -> Vec<Finding> {
    let columns = (0..evidence.columns.len()).filter(|column| !evidence.columns[*column].key && evidence.complete);
    columns.filter_map(|column| of_column(evidence, column)).collect()
}

fn of_column(evidence: &Evidence, column: usize) -> Option<Finding> {
    let (mut gained, mut lost, mut gains, mut losses) = (BigDecimal::zero(), BigDecimal::zero(), 0, 0);
    for row in &evidence.rows {
        let Some(delta) = delta(row, column)? else { continue };
        if delta > BigDecimal::zero() {
            (gained, gains) = (gained + delta, gains + 1);
        } else if delta < BigDecimal::zero() {
            (lost, losses) = (lost - delta, losses + 1);
        }
    }
    let apart = (&gained - &lost).abs();
    let cancels = apart * BigDecimal::from(100) <= &gained + &lost;
    if gains < 2 || losses < 2 || gains + losses < FEWEST as u64 || !cancels {
        return None;
    }
    Some(Finding {
        column: Some(evidence.columns[column].name.clone()),
        parameter: Some(plain(&gained)),
        ..Finding::new(FindingCode::MovedNotLost, Difference::Changed, gains + losses, gains + losses)
    })
}

/// By how much the number of a group changed, that of a group which one side lacks counted as 0 there; the inner one is absent
/// where it did not change, the outer one where it is no number.
pub(super) fn delta(row: &DifferingRow, column: usize) -> Option<Option<BigDecimal>> {
    let (old, new) = match row.class {
        Difference::Changed => match row.changes.iter().find(|change| change.column == column) {
            Some(change) => (Some(&change.old), Some(&change.new)),
            None => return Some(None),
        },
        Difference::Missing => (Some(&row.values[column]), None),
        _ => (None, Some(&row.values[column])),
    };
    Some(Some(finite(new)? - finite(old)?))
}

/// A number, nothing counted as 0; absent of what is no number.
fn finite(value: Option<&Value>) -> Option<BigDecimal> {
    match value {
        None | Some(Value::Null) => Some(BigDecimal::zero()),
        Some(value) => match number(value)? {
            Number::Finite(number) => Some(number),
            Number::Infinite { .. } | Number::NaN => None,
        },
    }
}

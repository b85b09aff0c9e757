//! A uniform draw of the rows of old that agree, for the diagnosis to hold differing rows against.
//!
//! Taken in the second reading, which there is only where something differs, and by a hash of the key without a seed, so that
//! the same data give the same rows.

use super::DiffPlan;
use crate::compare::diagnosis::draw::{Draw, MOST_AGREEING, MOST_AGREEING_BYTES, size};
use crate::frame::{Frame, Value};
use crate::model::Side;

/// Rows of old that agree.
pub(super) struct Agreeing(Draw<Vec<Value>>);

impl Agreeing {
    /// None yet of about `equal` rows; absent where no diagnosis is wanted, and of new.
    pub(super) fn wanted(plan: &DiffPlan, side: Side, equal: u64) -> Option<Agreeing> {
        let wanted = plan.options.limits.diagnosis && side == Side::Old && plan.elsewhere.is_none();
        wanted.then(|| Agreeing(Draw::of_number(MOST_AGREEING, MOST_AGREEING_BYTES, equal)))
    }

    /// Takes the rows of one batch but those with the numbers `candidates`, which ascend, and those of keys that are left out.
    pub(super) fn add(&mut self, plan: &DiffPlan, batch: &Frame, candidates: &[u32], key: impl Fn(usize) -> u64) {
        let mut candidates = candidates.iter().copied().peekable();
        let (mut rows, mut hashes) = (Vec::new(), Vec::new());
        for (row, hash) in (0_u32..).zip(plan.layout.draw_hashes(batch)) {
            if candidates.next_if_eq(&row).is_some() || !self.0.wants(hash) {
                continue;
            }
            if plan.excluded.binary_search(&key(row as usize)).is_err() {
                rows.push(row);
                hashes.push(hash);
            }
        }
        if rows.is_empty() {
            return;
        }
        for (hash, values) in hashes.into_iter().zip(plan.layout.rows_values(batch, &rows)) {
            self.0.add(hash, values.iter().map(size).sum(), values);
        }
    }

    /// Returns what was drawn.
    pub(super) fn finish(self) -> Draw<Vec<Value>> {
        self.0
    }
}

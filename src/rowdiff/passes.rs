//! Leads through the passes of a row diff: hashes, candidates, the rows fetched for them, and their verification.

use std::sync::Arc;

use super::candidates::Candidates;
use super::fetch_pass::Kept;
use super::hash_pass::Hashed;
use super::probability::false_equal_elsewhere;
use super::verify::Summary;
use super::{DiffPlan, Failure, SpillError, verify};
use crate::compare::{BatchComparer, ComparisonResult, FullDifference};
use crate::model::Side;

impl DiffPlan {
    /// Returns what is found where a server found every pair of rows equal: `pairs` of them, and per compared column whether
    /// any holds a finite number; `bits` are those of its hash.
    pub(crate) fn equal(&self, pairs: u64, numbers: &[bool], bits: u32) -> (ComparisonResult, Summary) {
        let mut judging = BatchComparer::new(&self.layout, &self.options.limits);
        judging.add_equal(pairs, numbers);
        (judging.finish(), Summary { false_equal: false_equal_elsewhere(pairs, bits), ..Summary::default() })
    }

    /// Begins the first reading of `side`. The two sides can be read on different threads.
    pub(crate) fn hashed(&self, side: Side) -> Hashed {
        Hashed::new(self, side)
    }

    /// Merges the two sides of the first reading.
    pub(crate) fn candidates(&self, old: Hashed, new: Hashed) -> Result<Arc<Candidates>, SpillError> {
        Candidates::new(self, old, new).map(Arc::new)
    }

    /// Begins the second reading of `side`.
    pub(crate) fn kept(&self, side: Side, candidates: &Arc<Candidates>) -> Kept {
        Kept::new(self, side, candidates)
    }

    /// Judges the rows that were kept; every difference goes to `sink` until it returns `false`.
    pub(crate) fn judge(
        &self,
        candidates: &Candidates,
        old: Kept,
        new: Kept,
        sink: &mut dyn FnMut(FullDifference) -> bool,
    ) -> Result<(ComparisonResult, Summary), Failure> {
        verify::judge(self, candidates, old, new, sink)
    }
}

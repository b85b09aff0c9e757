//! How a proof goes about it.

use std::time::{Duration, Instant};

use crate::model::ProofPlace;
use crate::run::RunOptions;

/// How a proof goes about it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// How each run of a check goes about it.
    pub(crate) options: RunOptions,
    /// Where losses and changes are put.
    pub(crate) on: ProofPlace,
    /// Checks at once, at least 1.
    pub(crate) jobs: usize,
    /// Bytes that the answers of one check may take.
    pub(crate) memory: u64,
    /// What the picks of rows follow from.
    pub(crate) seed: u64,
    /// When no further mutant is tried.
    pub(crate) until: Option<Instant>,
}

impl Request {
    /// Notes that mutants are tried for so long from now on.
    pub(crate) fn within(self, budget: Option<Duration>) -> Request {
        Request { until: budget.and_then(|budget| Instant::now().checked_add(budget)), ..self }
    }

    /// Returns whether the time for mutants is used up.
    pub(super) fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

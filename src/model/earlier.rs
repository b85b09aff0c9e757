//! Declares what is known of earlier runs, which stands beside the report of a run and not in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Measure, Status};

/// One earlier run of a check, as the history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPoint {
    /// When that run began.
    pub started_at: DateTime<Utc>,
    /// The verdict on the check.
    pub status: Status,
    /// All differences, whatever their name.
    pub differences: u64,
    /// Wall time of the check in milliseconds.
    pub elapsed_ms: u64,
    /// The worst of its measures.
    pub measures: Vec<Measure>,
}

/// Earlier runs of checks, which charts show beside the report of a run; the oldest first, by the id of the check.
#[derive(Clone, Debug, Default)]
pub struct EarlierRuns(pub BTreeMap<String, Vec<HistoryPoint>>);

impl EarlierRuns {
    /// Returns those of the check `id`.
    pub fn of(&self, id: &str) -> &[HistoryPoint] {
        self.0.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}

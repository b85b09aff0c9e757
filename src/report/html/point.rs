//! Holds what a trend draws of one run: its status, its differences and its numbers.

use chrono::{DateTime, Utc};

use super::order::found;
use crate::model::{CheckReport, HistoryPoint, Measure, RunReport, Status};

/// One run of a check, or of all of them.
pub(super) struct Point<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) status: Status,
    pub(super) found: u64,
    pub(super) measured: bool,
    pub(super) elapsed_ms: u64,
    pub(super) measures: &'a [Measure],
}

impl<'a> Point<'a> {
    pub(super) fn past(past: &'a HistoryPoint) -> Point<'a> {
        Point {
            at: past.started_at,
            status: past.status,
            found: past.differences,
            measured: !matches!(past.status, Status::Skip | Status::Error) || past.differences > 0,
            elapsed_ms: past.elapsed_ms,
            measures: &past.measures,
        }
    }

    pub(super) fn now(report: &RunReport, check: &'a CheckReport) -> Point<'a> {
        Point {
            at: report.started_at,
            status: check.status(),
            found: found(check),
            measured: check.measured(),
            elapsed_ms: check.elapsed_ms,
            measures: check.outcome.measures(),
        }
    }
}

//! Holds what is known of a run that has ended.

use super::last_run::LastRun;
use crate::model::RunReport;
use crate::run::Selected;

/// A run that has ended.
pub(crate) struct FinishedRun<'a> {
    /// What it found.
    pub(crate) report: &'a RunReport,
    /// The checks that were asked for.
    pub(crate) selected: &'a [Selected<'a>],
    /// Its exit code.
    pub(crate) code: u8,
    /// The run before.
    pub(crate) previous: Option<LastRun>,
    /// Where its reports are.
    pub(crate) places: &'a [String],
}

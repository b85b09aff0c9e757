//! Declares what a run tells while it goes on.

use std::time::Duration;

use crate::model::CheckReport;

/// What happens while a run goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'a> {
    /// So many checks and windows are to be run.
    Planned(usize),
    /// A check begins.
    Started(&'a str),
    /// A check has read so many rows of both sides, in so many seconds.
    Read {
        /// Its id.
        id: &'a str,
        /// Rows of both sides in this reading.
        rows: u64,
        /// Rows there are, where that is known: in the second reading.
        of: Option<u64>,
        /// Seconds since it began to read.
        seconds: f64,
    },
    /// A check waits before it is read again.
    Waiting {
        /// Its id.
        id: &'a str,
        /// How long.
        time: Duration,
    },
    /// A check has its verdict.
    Finished(&'a CheckReport),
}

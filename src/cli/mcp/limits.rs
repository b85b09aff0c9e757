//! How much an agent is given, by whoever starts the server.

use std::time::Duration;

/// Most differences that an answer can be allowed.
pub(super) const HIGHEST: u16 = 1_000;

/// How much an agent is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Most differences of an answer, and most examples and numbers of a check.
    pub(super) rows: usize,
    /// Time allowed per query.
    pub(super) timeout: Duration,
    /// Time allowed for a call.
    pub(super) deadline: Duration,
    /// Whether runs write reports.
    pub(super) reports: bool,
    /// Whether values of rows are shown.
    pub(super) examples: bool,
}

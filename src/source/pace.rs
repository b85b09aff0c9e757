//! What a suite says of the load that a source may be put under.

use std::num::NonZeroU64;
use std::time::Duration;

/// The load that a source may be put under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Most rows that are read in a second, by all checks together.
    pub rows_per_second: Option<NonZeroU64>,
    /// When checks and windows wait.
    pub pause: Option<PauseWhen>,
}

/// A question to a source, which is busy where the answer is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseWhen {
    /// A query of one row and one column.
    pub sql: String,
    /// Time between two questions.
    pub every: Duration,
    /// How long a source may be busy before the check is an error.
    pub at_most: Duration,
}

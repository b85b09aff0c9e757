//! Holds what the end of a run has to know of a check beside its report.

/// What was found out about a check that its report does not say.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckFacts {
    /// Columns that the sides returned, by their names there; absent where a side was not read.
    pub(crate) returned: Option<Vec<String>>,
    /// What there is to say of both sides having nothing to compare, whether or not that is allowed.
    pub(crate) empty: Option<String>,
    /// Of a window: whether any window of the check is known to have rows.
    pub(crate) rows_elsewhere: bool,
}

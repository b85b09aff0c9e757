//! A loss or change in a table, as what stands in its place. Plain data.

use crate::source::Shadow;

/// A loss or change in a table.
pub(super) struct TableMutant {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) column: Option<String>,
    pub(super) body: Body,
}

/// What stands in the place of a table.
pub(super) enum Body {
    /// These queries.
    Query(Shadow),
    /// Nothing else than the table: it has no row in which this could happen.
    Same,
    /// Nothing, because the engine has no literal for such a value.
    Unwritable,
    /// Nothing, for this reason.
    Untried(String),
}

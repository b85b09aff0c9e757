//! What is known of the differences beside the rows themselves.

use std::collections::BTreeMap;

use crate::model::{DifferenceForm, RowCounts};

/// What is known of the differences beside the rows themselves.
pub(crate) struct Known<'a> {
    /// The rows by how they relate.
    pub(crate) rows: RowCounts,
    /// Rows in which each column changed, by its name in old.
    pub(crate) changed: BTreeMap<&'a str, u64>,
    /// Whether the rows are groups whose numbers can move from one to another.
    pub(crate) groups: bool,
    /// What the differences of the check are.
    pub(crate) form: DifferenceForm,
    /// Whether the values of a column are not to be shown.
    pub(crate) hidden: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether a column has another name in new.
    pub(crate) renamed: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether the engine of a side takes other texts for the same by their collation.
    pub(crate) collated: bool,
    /// Whether the time for all this is over.
    pub(crate) late: &'a (dyn Fn() -> bool + Sync),
}

/// `all × part ÷ whole`, rounded.
pub(super) fn share(part: u64, whole: u64, all: u64) -> u64 {
    let exact = (u128::from(all) * u128::from(part) + u128::from(whole) / 2) / u128::from(whole.max(1));
    u64::try_from(exact).unwrap_or(u64::MAX)
}

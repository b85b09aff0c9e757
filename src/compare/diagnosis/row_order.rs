//! Rows with their places in the order of the keys of old. Plain data.

use crate::frame::Value;

/// The places of rows, counted from 0; none where not every row of old is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranks {
    /// Of the differing rows, by number; absent of an extra row whose key is not in old.
    pub(super) differing: Vec<Option<u64>>,
    /// Of the agreeing rows, and then of those that were put aside.
    pub(super) others: Vec<u64>,
    /// How many rows old has.
    pub(super) all: u64,
}

/// A row as it is asked for what it has in common with others.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowInOrder<'a> {
    /// Its number among all rows that are known: those that differ, those that agree, those that were put aside.
    pub(super) number: usize,
    pub(super) values: &'a [Value],
    /// Its place in the order of the keys of old, counted from 0, where that is known.
    pub(super) rank: Option<u64>,
}

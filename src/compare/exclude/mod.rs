//! Leaves keys out of a comparison: those that moved while it was read, and those that old itself cannot hold still.

pub(crate) mod excluded_keys;
pub(crate) mod self_comparison;

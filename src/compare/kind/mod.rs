//! Judges each kind of check; one file per kind, beside the statistics that a kind needs.

pub(crate) mod aggregate;
pub(crate) mod drift;
pub(crate) mod freshness;
pub(crate) mod invariant;
pub(crate) mod latency;
pub(crate) mod percentile;
pub(crate) mod quantile;
pub(crate) mod schema;
pub(crate) mod tag_dedup;

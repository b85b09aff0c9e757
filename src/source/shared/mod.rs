//! Holds what several engines need and none owns: pools, builders of columns, Arrow, sinks of batches.

pub(crate) mod arrow;
pub(crate) mod arrow_frame;
pub(crate) mod arrow_types;
pub(crate) mod batch_sink;
pub(crate) mod column_builder;
pub(crate) mod decimal;
pub(super) mod definitions;
pub(super) mod foreign_keys;
pub(crate) mod joins;
pub(crate) mod nested;
pub(crate) mod nondeterminism;
pub(crate) mod plain_filter;
pub(crate) mod plain_select;
pub(crate) mod pool;
pub(crate) mod shadow;
mod struct_json;
pub(crate) mod totals;

//! How two frames are judged: pure, one file per kind.
//!
//! Takes canonical frames and a valid check, returns a [`ComparisonResult`]. No clock, no I/O, no async:
//! the same frames give the same verdict everywhere.

pub(crate) mod diagnosis;
pub(crate) mod exclude;
pub(crate) mod kind;
mod result;
mod rows;
pub(crate) mod value;

pub use crate::suppress::baseline::BaselineIndex;
pub use crate::suppress::ledger::{Ledger, outside, with_tag};
pub(crate) use exclude::excluded_keys::{Answers, Itself, compare_counting, differing};
pub(crate) use exclude::self_comparison::{against_itself, by_value};
pub use result::{ComparisonResult, Limits};
pub(crate) use rows::batches::{BatchComparer, ComparePlan, Paired, same_type};
pub(crate) use rows::paired::misfit;
pub(crate) use rows::row_hashes::RowHasher;
pub(crate) use rows::side_by_side::{BothSides, RowsOfKey, SideBySide};
pub use rows::{FullDifference, Role, RowColumn, RowPair, Sink};
pub(crate) use value::display::{key as key_as_shown, shown as value_as_shown};
pub(crate) use value::types::comparable;

use crate::frame::Frame;
use crate::model::Sides;
use crate::schema::{ColumnData, Schema};
use crate::spec::check::{Check, SchemaCheck};

/// Judges what the sides of `check` returned.
///
/// A one-sided check has one frame. `population` is the answer of an invariant's count query.
pub fn compare(
    check: &Check,
    old: Option<&Frame>,
    new: Option<&Frame>,
    population: Option<&Frame>,
    limits: &Limits,
) -> ComparisonResult {
    compare_all(check, old, new, population, limits, &mut |_| false)
}

/// Does what [`compare`] does, and hands every difference to `sink`, however many are listed, until it returns `false`.
pub fn compare_all(
    check: &Check,
    old: Option<&Frame>,
    new: Option<&Frame>,
    population: Option<&Frame>,
    limits: &Limits,
    sink: Sink<'_>,
) -> ComparisonResult {
    ComparisonResult::settled(check, kind::compare(check, old, new, population, limits, sink))
}

/// Judges what the catalogues of both sides say, and the data of old where it was asked, and hands every difference to `sink` until it returns `false`.
pub(crate) fn compare_schemas(
    check: &Check,
    settings: &SchemaCheck,
    schemas: &Sides<Schema>,
    data: &[ColumnData],
    limits: &Limits,
    sink: Sink<'_>,
) -> ComparisonResult {
    ComparisonResult::settled(check, kind::schema::compare(check, settings, schemas, data, limits, sink))
}

#[cfg(test)]
pub(crate) mod verdicts;

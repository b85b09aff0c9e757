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
use kind::aggregate;
use kind::freshness;
use kind::invariant;
use kind::percentile;
use kind::schema;
use kind::tag_dedup;
pub use result::{ComparisonResult, Limits};
pub use rows::Sink;
pub(crate) use rows::batches::{BatchComparer, ComparePlan, Paired, same_type};
pub(crate) use rows::paired::misfit;
pub(crate) use rows::row_hashes::RowHasher;
pub(crate) use value::display::{key as key_as_shown, shown as value_as_shown};
pub(crate) use value::types::comparable;

use crate::frame::Frame;
use crate::model::{ErrorCode, ErrorReport, Sides};
use crate::schema::Schema;
use crate::spec::check::{Check, KindSettings, SchemaCheck};

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
    let found = match (&check.kind, old, new) {
        (KindSettings::Invariant { .. }, old, new) => invariant::compare(check, old, new, population, limits, sink),
        (_, Some(old), Some(new)) => both(check, old, new, limits, sink),
        _ => Err(ErrorReport::new(
            ErrorCode::CheckUnfit,
            "this kind compares two sides and has an answer of only one; give it `old` and `new`",
        )),
    };
    ComparisonResult::settled(check, found)
}

/// Judges what the catalogues of both sides say, and hands every difference to `sink` until it returns `false`.
pub(crate) fn compare_schemas(
    check: &Check,
    settings: &SchemaCheck,
    schemas: &Sides<Schema>,
    limits: &Limits,
    sink: Sink<'_>,
) -> ComparisonResult {
    ComparisonResult::settled(check, schema::compare(check, settings, schemas, limits, sink))
}

fn both(
    check: &Check,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    match &check.kind {
        KindSettings::RowCount | KindSettings::Sum => aggregate::compare(check, old, new, limits, sink),
        KindSettings::TagDedup => tag_dedup::compare(check, old, new, limits, sink),
        KindSettings::Percentile(settings) => percentile::compare(check, settings, old, new, limits, sink),
        KindSettings::Freshness { max_lag } => freshness::compare(check, *max_lag, old, new, limits, sink),
        KindSettings::Rows => rows::whole(check, old, new, limits, sink),
        // The one has its own way above, the others are judged by times and catalogues.
        KindSettings::Invariant { .. } | KindSettings::Latency(_) | KindSettings::Schema(_) => {
            Ok(ComparisonResult::default())
        }
    }
}

#[cfg(test)]
pub(crate) mod verdicts;

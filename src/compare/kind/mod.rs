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

use super::result::{ComparisonResult, Limits};
use super::rows;
use super::rows::Sink;
use crate::frame::Frame;
use crate::model::{ErrorCode, ErrorReport};
use crate::spec::check::{Check, KindSettings};

/// Judges what the sides of `check` returned, as its kind does, and hands every difference to `sink` until it returns `false`.
///
/// # Errors
/// Why it could not be compared; a kind that takes both sides has an answer of only one.
pub(super) fn compare(
    check: &Check,
    old: Option<&Frame>,
    new: Option<&Frame>,
    population: Option<&Frame>,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let both = || {
        old.zip(new).ok_or_else(|| {
            let why = "this kind compares two sides and has an answer of only one; give it `old` and `new`";
            ErrorReport::new(ErrorCode::CheckUnfit, why)
        })
    };
    match &check.kind {
        KindSettings::RowCount | KindSettings::Sum => {
            let (old, new) = both()?;
            aggregate::compare(check, old, new, limits, sink)
        }
        KindSettings::TagDedup => {
            let (old, new) = both()?;
            tag_dedup::compare(check, old, new, limits, sink)
        }
        KindSettings::Percentile(settings) => {
            let (old, new) = both()?;
            percentile::compare(check, settings, old, new, limits, sink)
        }
        KindSettings::Freshness { max_lag } => {
            let (old, new) = both()?;
            freshness::compare(check, *max_lag, old, new, limits, sink)
        }
        KindSettings::Rows => {
            let (old, new) = both()?;
            rows::whole(check, old, new, limits, sink)
        }
        KindSettings::Invariant { .. } => invariant::compare(check, old, new, population, limits, sink),
        // They are judged by times and by catalogues, and have no answers.
        KindSettings::Latency(_) | KindSettings::Schema(_) => both().map(|_| ComparisonResult::default()),
    }
}

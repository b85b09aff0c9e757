//! How two frames are judged: pure, one file per kind.
//!
//! Takes canonical frames and a valid check, fills the numbers of a report. No clock, no I/O, no async:
//! the same frames give the same verdict everywhere.

pub(crate) mod exclude;
pub(crate) mod kind;
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
use kind::tag_dedup;
pub use rows::Sink;
pub(crate) use rows::batches::{BatchComparer, ComparePlan, Paired, fail, same_type};
pub(crate) use rows::columns::misfit;
pub(crate) use value::cells::Cells;
pub(crate) use value::types::comparable;

use rows::columns::{Naming, error, sort_out};

use crate::frame::Frame;
use crate::model::{CheckReport, ErrorCode, ErrorReport, Expectation};
use crate::spec::check::{Check, KindSettings};

/// How much of what was found is listed; counts are always complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most examples of a check, spread over the kinds of difference.
    pub examples: usize,
    /// Most measures of a check, the worst first.
    pub measures: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { examples: 20, measures: 50 }
    }
}

/// Judges what the sides of `check` returned and writes every number into `report`.
///
/// A one-sided check has one frame. `population` is the answer of an invariant's count query. What cannot be
/// compared becomes `report.error`; whatever could be compared all the same is filled in beside it.
pub fn compare(
    check: &Check,
    old: Option<&Frame>,
    new: Option<&Frame>,
    population: Option<&Frame>,
    limits: &Limits,
    report: &mut CheckReport,
) {
    compare_all(check, old, new, population, limits, report, &mut |_| false);
}

/// Does what [`compare`] does, and hands every difference to `sink`, however many are listed, until it returns `false`.
pub fn compare_all(
    check: &Check,
    old: Option<&Frame>,
    new: Option<&Frame>,
    population: Option<&Frame>,
    limits: &Limits,
    report: &mut CheckReport,
    sink: Sink<'_>,
) {
    report.duplicates_allowed = check.duplicates_allowed;
    let found = match (&check.kind, old, new) {
        (KindSettings::Invariant { .. }, old, new) => {
            invariant::compare(check, old, new, population, limits, report, sink)
        }
        (_, Some(old), Some(new)) => both(check, old, new, limits, report, sink),
        _ => Err(error(
            ErrorCode::CheckUnfit,
            "this kind compares two sides and has an answer of only one; give it `old` and `new`",
        )),
    };
    settle(check, found, report);
}

/// Writes what every comparison ends with: the cause of a failed one, and what was expected beside what was found.
fn settle(check: &Check, found: Result<(), ErrorReport>, report: &mut CheckReport) {
    if let Err(cause) = found {
        report.error = Some(cause);
    }
    let differences = report.differences();
    report.expected = check
        .expect
        .iter()
        .map(|(name, expected)| Expectation {
            name: name.clone(),
            expected: *expected,
            found: differences.get(name.as_str()).copied().unwrap_or(0),
            windows: check.window.is_some(),
            in_all_windows: None,
        })
        .collect();
}

fn both(
    check: &Check,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    report: &mut CheckReport,
    sink: Sink<'_>,
) -> Result<(), ErrorReport> {
    match &check.kind {
        KindSettings::RowCount | KindSettings::Sum => aggregate::compare(check, old, new, limits, report, sink),
        KindSettings::TagDedup => tag_dedup::compare(check, old, new, limits, report, sink),
        KindSettings::Percentile(settings) => percentile::compare(check, settings, old, new, limits, report, sink),
        KindSettings::Freshness { max_lag } => freshness::compare(check, *max_lag, old, new, limits, report, sink),
        KindSettings::Rows => {
            let columns = sort_out(check, old, new, Naming::ByName)?;
            let empty = old.height() == 0 && new.height() == 0;
            not_empty(check, empty.then_some(NO_ROW), report)?;
            rows::compare(check, &columns, (old.height(), new.height()), limits, report, |_| {}, Some(sink))?;
            report.error = columns.error();
            Ok(())
        }
        // The one has its own way above, the other is judged by its times.
        KindSettings::Invariant { .. } | KindSettings::Latency(_) => Ok(()),
    }
}

/// Notes that there was nothing to compare, in the words of `empty`, where that is so.
///
/// # Errors
/// The same, unless the check allows it.
fn not_empty(check: &Check, empty: Option<&str>, report: &mut CheckReport) -> Result<(), ErrorReport> {
    report.empty = empty.map(|empty| match &check.sample {
        Some(sample) => format!(
            "no key of either side is in the sample of {}, so nothing was compared; take a larger one",
            sample.text
        ),
        None => format!("{empty}, so nothing was compared; correct the query, or say `allow_empty = true`"),
    });
    match &report.empty {
        Some(message) if !check.allow_empty => Err(error(ErrorCode::NothingCompared, message.as_str())),
        _ => Ok(()),
    }
}

/// What is said of two answers without a row.
const NO_ROW: &str = "both sides returned no row";

#[cfg(test)]
pub(crate) mod verdicts;

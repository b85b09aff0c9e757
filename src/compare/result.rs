//! What every comparison returns, whatever it compares.

use super::diagnosis::Evidence;
use crate::model::{ErrorCode, ErrorReport, Expectation, Outcome, Warning};
use crate::spec::check::Check;

/// How much of what was found is listed; counts are always complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most examples of a check, spread over the kinds of difference.
    pub examples: usize,
    /// Most measures of a check, the worst first.
    pub measures: usize,
    /// Whether rows that differ are kept for a diagnosis.
    pub diagnosis: bool,
    /// Whether differences are handed on with their whole rows.
    pub whole_rows: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { examples: 20, measures: 50, diagnosis: false, whole_rows: false }
    }
}

/// What a comparison found, and what else there is to say of it.
#[derive(Clone, Debug, Default)]
pub struct ComparisonResult {
    /// What was found.
    pub outcome: Outcome,
    /// What the suite expects, beside what was found of it.
    pub expected: Vec<Expectation>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// Why something could not be compared; the outcome is what was found all the same.
    pub error: Option<ErrorReport>,
    /// What there is to say of both sides having nothing to compare, where the check allows that.
    pub empty: Option<String>,
    /// The rows that differ, where a diagnosis is wanted.
    pub(crate) evidence: Option<Evidence>,
}

impl ComparisonResult {
    /// Returns a comparison that found `outcome` and has nothing else to say.
    pub(crate) fn of(outcome: Outcome) -> Self {
        ComparisonResult { outcome, ..ComparisonResult::default() }
    }

    /// Returns a comparison that did not come about, because of `error`.
    pub fn failed(error: ErrorReport) -> Self {
        ComparisonResult { error: Some(error), ..ComparisonResult::default() }
    }

    /// Returns what every comparison of `check` ends with: what it found, or why it did not come about, and what was
    /// expected beside what was found.
    pub(crate) fn settled(check: &Check, found: Result<ComparisonResult, ErrorReport>) -> Self {
        let found = found.unwrap_or_else(ComparisonResult::failed);
        let differences = found.outcome.differences();
        let expectation = |(name, expected): (&String, &u64)| Expectation {
            name: name.clone(),
            expected: *expected,
            found: differences.get(name.as_str()).copied().unwrap_or(0),
            windows: check.window.is_some(),
            in_all_windows: None,
        };
        ComparisonResult { expected: check.expect.iter().map(expectation).collect(), ..found }
    }

    /// Whether any number stands against the check, counting `expect` as exact and nothing as waived or known.
    pub(crate) fn differs(&self) -> bool {
        Expectation::any_broken(&self.expected, &self.outcome.differences())
    }
}

/// Returns what there is to say of there being nothing to compare, in the words of `empty`, where that is so.
///
/// # Errors
/// The same, unless the check allows it.
pub(crate) fn not_empty(check: &Check, empty: Option<&str>) -> Result<Option<String>, ErrorReport> {
    let said = empty.map(|empty| match &check.sample {
        Some(sample) => format!(
            "no key of either side is in the sample of {}, so nothing was compared; take a larger one",
            sample.text
        ),
        None => format!("{empty}, so nothing was compared; correct the query, or say `allow_empty = true`"),
    });
    match said {
        Some(message) if !check.allow_empty => Err(ErrorReport::new(ErrorCode::NothingCompared, message)),
        said => Ok(said),
    }
}

/// What is said of two answers without a row.
pub(crate) const NO_ROW: &str = "both sides returned no row";

//! What one attempt at a check came to. The report is made of it once, when no further attempt follows.

use super::facts::CheckFacts;
use crate::compare::ComparisonResult;
use crate::model::{
    CheckReport, Diagnosis, ErrorReport, Examined, Moved, PlanReport, SampleReport, SideReport, Sides, Transient,
    Undecided, Unstable, Warning, Written,
};

/// What was asked and read, and what the comparison found.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttemptResult {
    /// How each side was read.
    pub(crate) sides: Sides<Option<SideReport>>,
    /// Columns that the sides returned, by their names there; absent where a side was not read.
    pub(crate) returned: Option<Vec<String>>,
    /// What was found, or why nothing could be compared.
    pub(crate) comparison: ComparisonResult,
    /// What the differences have in common.
    pub(crate) diagnosis: Option<Diagnosis>,
    /// How the rows were read and compared.
    pub(crate) plan: Option<PlanReport>,
    /// The share of the keys that was examined.
    pub(crate) sample: Option<SampleReport>,
    /// The keys that were looked at again.
    pub(crate) examined: Option<Examined>,
    /// Rows that changed while they were read.
    pub(crate) moved: Option<Moved>,
    /// What differs between two runs of the old query.
    pub(crate) unstable: Option<Unstable>,
    /// Differing rows that may be equal.
    pub(crate) undecided: Option<Undecided>,
    /// What became of differences that were given time to settle.
    pub(crate) transient: Option<Transient>,
    /// What stands in `differences.parquet`.
    pub(crate) written: Option<Written>,
    /// What the sources say of what they were asked.
    pub(crate) warnings: Vec<Warning>,
}

impl AttemptResult {
    /// Returns the result of an attempt that ended with `error` before anything was compared.
    pub(crate) fn failed(error: ErrorReport) -> Self {
        AttemptResult { comparison: ComparisonResult::failed(error), ..AttemptResult::default() }
    }

    /// Adds warnings that are not there yet: a statement that is read again warns again.
    pub(crate) fn note(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Notes the names of the columns of both sides.
    pub(crate) fn note_columns<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.returned = Some(names.into_iter().map(str::to_owned).collect());
    }

    /// Makes the report of a check of `header`, and what else is known of it of `facts`, which both say what is known without
    /// an attempt.
    pub(crate) fn report(self, mut header: CheckReport, facts: CheckFacts) -> (CheckReport, CheckFacts) {
        let AttemptResult {
            sides,
            returned,
            comparison,
            diagnosis,
            plan,
            sample,
            examined,
            moved,
            unstable,
            undecided,
            transient,
            written,
            warnings: read,
        } = self;
        let ComparisonResult { outcome, expected, warnings: found, error, empty, evidence: _ } = comparison;
        let mut warnings = std::mem::take(&mut header.warnings);
        warnings.extend(read);
        warnings.extend(found);
        let facts = CheckFacts { returned, empty, ..facts };
        let report = CheckReport {
            sides,
            outcome,
            diagnosis,
            expected,
            plan,
            sample,
            examined,
            moved,
            unstable,
            undecided,
            transient,
            written,
            warnings,
            error,
            ..header
        };
        (report, facts)
    }
}

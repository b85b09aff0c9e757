//! The nouns of a verdict: what a run found, as plain data.
//!
//! Imports nothing of the crate. Numbers are text, exactly as they were compared. A status is never
//! stored: [`CheckReport::status`] derives it from the counts, so the two cannot disagree.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

mod asked;
mod code_words;
mod codes;
mod deltas;
mod diagnosis;
mod earlier;
mod errors;
mod expected;
mod finding_code;
mod finding_json;
mod finding_words;
mod kind;
mod numbers;
mod outcome;
mod proof;
mod quantity;
mod reading;
mod rerun;
mod rows;
mod side;
mod sign_off;
mod smallest_loss;
mod source_report;
mod spread;
mod suppressed;
mod verdict;
mod warnings;
mod words;

pub use asked::Asked;
pub use codes::{Disclosure, ErrorCode, SkipCode, UnknownCode, WarningCode};
pub use deltas::{DeltaRange, Deltas};
pub use diagnosis::{Diagnosis, Elsewhere, Finding, Term};
pub use earlier::{EarlierRuns, HistoryPoint};
pub use errors::{Cause, ErrorReport, Place};
pub use expected::Expectation;
pub use finding_code::FindingCode;
pub use kind::{DifferenceForm, KeyUse, Kind, KindProfile, Queries};
pub use numbers::{Counts, Drift, Key, Measure, Totals};
pub use outcome::{
    FreshnessFindings, LatencyFindings, NumberFindings, Outcome, PercentileFindings, RowFindings, TagFindings,
    ViolationFindings,
};
pub use proof::{
    CheckProof, ColumnShare, LastProof, MutantReport, ProofPlace, ProofReport, ProofStatus, ProvenSuite, Sighting,
    TableProof,
};
pub use quantity::Quantity;
pub use reading::{
    BucketReport, Moved, Outside, PlanReport, SampleReport, Times, Transient, Undecided, Unstable, WindowReport,
    Written,
};
pub use rerun::{Examined, RerunOf};
pub use rows::{ColumnReport, DuplicateKeys, Example, MASKED, Pair, RowCounts, TagCounts};
pub use side::{Side, Sides};
pub use sign_off::SignOff;
pub use smallest_loss::{LossInRows, LossUnit, SmallestLoss};
pub use source_report::{SourceReport, TableRead, ViaReport};
pub use spread::{Part, Spread};
pub use suppressed::{DifferenceCounts, Known, Waived};
pub use verdict::{Difference, Severity, Status};
pub use warnings::Warning;
pub use words::{agree, percent, plural, thousands};

/// Everything one invocation found.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// Tells this run from all others: when it began and a number drawn by chance.
    pub id: String,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Version of cutover.
    pub version: String,
    /// Whether the run was stopped before every check had its verdict.
    pub interrupted: bool,
    /// The run whose failures were run again; absent of a run by itself.
    pub rerun_of: Option<RerunOf>,
    /// Who answers for it; absent where nobody signed.
    pub sign_off: Option<SignOff>,
    /// The suites, in the order they were read.
    pub suites: Vec<SuiteReport>,
    /// The checks, in suite order.
    pub checks: Vec<CheckReport>,
}

impl RunReport {
    /// The worst status of all checks; `skip` only when nothing else ran, `error` when there is none.
    pub fn status(&self) -> Status {
        self.checks.iter().map(CheckReport::status).max().unwrap_or(Status::Error)
    }

    /// Whether another run may get further as everything stands: all that could not be compared has causes that pass. Absent
    /// where the run has nothing to get further with.
    pub fn retryable(&self) -> Option<bool> {
        let mut errors = self.checks.iter().filter_map(|check| match check.status() {
            Status::Error => Some(check.error.as_ref().is_some_and(|error| error.code().is_retryable())),
            _ => None,
        });
        let broken = self.status() == Status::Error || self.interrupted;
        broken.then(|| (self.interrupted || self.count(Status::Error) > 0) && errors.all(|passes| passes))
    }

    /// Whether any difference counts, beside errors too: where a check could be compared in part, that part may differ.
    pub fn differs(&self) -> bool {
        self.checks.iter().any(|check| check.status() == Status::Fail || check.differs_in_part())
    }

    /// How many checks ended with `status`.
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status() == status).count()
    }
}

/// One suite of a run.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SuiteReport {
    /// Name of the suite.
    pub name: String,
    /// Path of its file.
    pub path: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// SHA-256 of its file and its queries, wherever these stand, in hex.
    pub checks_sha256: String,
    /// Its params as they reached SQL.
    pub params: BTreeMap<String, String>,
    /// Its sources that were used.
    pub sources: BTreeMap<String, SourceReport>,
    /// What the command line said in place of the suite, and that no examples are shown, as arguments; passwords are masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// What `cutover prove` last found of it; absent where no proof was kept beside the reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<LastProof>,
}

/// One side of a check.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct SideReport {
    /// Name of the source in the suite.
    pub source: String,
    /// The query as it was sent.
    pub sql: String,
    /// Rows the query returned; absent where it returned none because it failed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub rows: Option<u64>,
    /// Wall time of the query in milliseconds.
    pub elapsed_ms: u64,
    /// What the server read for one run of the query, of a `latency` check whose engine tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<Volume>,
}

/// What a server read from its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Volume {
    /// Rows.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub rows: u64,
    /// Bytes, uncompressed.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub bytes: u64,
}

/// One check of a run.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CheckReport {
    /// `suite.check`.
    pub id: String,
    /// What it compares.
    pub kind: Kind,
    /// What a difference turns it into.
    pub severity: Severity,
    /// Its tags.
    pub tags: Vec<String>,
    /// Why it exists, in the suite's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// SHA-256, in hex, of what its differences are about: its kind, key, queries and windows as the suite has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Line of its suite's file on which it begins, counted from 1; absent where the suite is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// How each side was read, `old` and `new`.
    #[serde(flatten)]
    pub sides: Sides<Option<SideReport>>,
    /// What was found.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What the differences have in common; absent where there are none, and where it is turned off.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
    /// Differences by design.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Expectation>,
    /// Waivers that name the check, whether or not they cover anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Waived>,
    /// Differences that the baseline has too; absent without a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// How the rows were read and compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanReport>,
    /// The stretch of time that was compared; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowReport>,
    /// The share of the keys that was examined; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleReport>,
    /// The keys that were looked at again; absent means all keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examined: Option<Examined>,
    /// Rows that changed while they were read; with any, the check does not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// What differs between two runs of the old query, and so was left out; with any, the check does not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unstable: Option<Unstable>,
    /// Differing rows that may be equal, as a server could have shown others; with any, the check does not pass, and where
    /// these are all, it does not fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undecided: Option<Undecided>,
    /// What became of differences that were given time to settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transient: Option<Transient>,
    /// What stands in `differences.parquet`, where any difference does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// Columns whose values are shown as keyed hashes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
    /// Tells the key of the hashes from others; absent where nothing is masked, or only that run had the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask_key: Option<String>,
    /// What the reader must know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why it could not be compared; the rest of the report is what was found all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// Why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// What kind of reason that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_code: Option<SkipCode>,
    /// Wall time in milliseconds, both sides and the comparison.
    pub elapsed_ms: u64,
}

impl CheckReport {
    /// A report of a check on which nothing has been found yet.
    pub fn new(id: impl Into<String>, kind: Kind) -> Self {
        CheckReport {
            id: id.into(),
            kind,
            severity: Severity::Fail,
            tags: Vec::new(),
            why: None,
            definition: None,
            line: None,
            sides: Sides::default(),
            outcome: Outcome::default(),
            diagnosis: None,
            expected: Vec::new(),
            waived: Vec::new(),
            known: None,
            plan: None,
            window: None,
            sample: None,
            examined: None,
            moved: None,
            unstable: None,
            undecided: None,
            transient: None,
            written: None,
            masked: Vec::new(),
            mask_key: None,
            warnings: Vec::new(),
            error: None,
            skipped: None,
            skip_code: None,
            elapsed_ms: 0,
        }
    }

    /// Whether any number stands against the check: what is neither waived nor known, counting `expect` as exact.
    pub fn differs(&self) -> bool {
        Expectation::any_broken(&self.expected, &self.left())
    }

    /// Whether it could not be compared, and what of it could be differs.
    pub fn differs_in_part(&self) -> bool {
        self.error.is_some() && self.measured() && self.differs()
    }

    /// Whether the check holds any number a verdict could rest on.
    pub fn measured(&self) -> bool {
        !self.outcome.differences().is_empty()
    }

    /// Whether something was counted that is no difference and yet no pass.
    fn doubtful(&self) -> bool {
        self.outcome.warned().is_some_and(|warned| warned > 0)
            || self.unstable.as_ref().is_some_and(|unstable| unstable.keys > 0)
            || self.undecided.is_some_and(|undecided| undecided.rows > 0)
            || self.transient.is_some_and(|transient| transient.in_motion > 0)
    }

    /// Whether all that stands against the check may be equal. What the suite expects is a number of differences, and stays
    /// one. Where changed rows are waived or known, they may be the undecided ones, and the rest is not.
    fn is_undecided(&self) -> bool {
        let Some(undecided) = self.undecided.filter(|undecided| undecided.rows > 0) else { return false };
        let changed = self.suppressed().0.get("changed").copied().unwrap_or(0);
        let all: u64 =
            if changed == 0 { self.left().values().sum() } else { self.outcome.differences().values().sum() };
        self.expected.is_empty() && undecided.rows == all
    }

    /// The verdict, derived from the numbers; nothing measured is `error`.
    pub fn status(&self) -> Status {
        if self.error.is_some() {
            Status::Error
        } else if self.skipped.is_some() {
            Status::Skip
        } else if !self.measured() {
            Status::Error
        } else if self.differs() && !self.is_undecided() {
            match self.severity {
                Severity::Fail => Status::Fail,
                Severity::Warn => Status::Warn,
            }
        } else if self.outcome.too_small_groups().is_some_and(|groups| groups > 0)
            || self.moved.is_some()
            || self.doubtful()
        {
            Status::Warn
        } else {
            Status::Pass
        }
    }
}

fn text<S: serde::Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

fn text_of<S: serde::Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

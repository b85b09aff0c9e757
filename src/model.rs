//! The nouns of a verdict: what a run found, as plain data.
//!
//! Imports nothing of the crate. Numbers are text, exactly as they were compared. A status is never
//! stored: [`CheckReport::status`] derives it from the counts, so the two cannot disagree.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod forgiven;
mod rerun;

pub use forgiven::{Known, Tally, Waived};
pub use rerun::{Examined, RerunOf};

/// What a check compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One count per side, or one per key.
    RowCount,
    /// One or more measures per side, or per key.
    Sum,
    /// Tags per key, compared as sets.
    TagDedup,
    /// Quantiles per side or per key.
    Percentile,
    /// Rows paired by key, every column by its rule.
    Rows,
    /// The latest timestamp of new against that of old.
    Freshness,
    /// One query that must return no rows.
    Invariant,
    /// How long the queries take.
    Latency,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::RowCount => "row_count",
            Kind::Sum => "sum",
            Kind::TagDedup => "tag_dedup",
            Kind::Percentile => "percentile",
            Kind::Rows => "rows",
            Kind::Freshness => "freshness",
            Kind::Invariant => "invariant",
            Kind::Latency => "latency",
        })
    }
}

/// The verdict on a check or a run; ordered from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not run, with the reason.
    Skip,
    /// Everything compared agreed.
    Pass,
    /// The data differ where the suite only warns, or a group was too small to judge.
    Warn,
    /// The data differ.
    Fail,
    /// The data could not be compared.
    Error,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Skip => "skip",
            Status::Pass => "pass",
            Status::Warn => "warn",
            Status::Fail => "fail",
            Status::Error => "error",
        })
    }
}

/// What a difference in the data turns a check into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// `fail`.
    #[default]
    Fail,
    /// `warn`.
    Warn,
}

/// How a row of old relates to a row of new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Only in old.
    Missing,
    /// Only in new.
    Extra,
    /// In both, with at least one column that differs.
    Changed,
    /// A key with more than one row on either side.
    Duplicate,
    /// In both and beyond the `warn` level of a column, though within its `fail` level: no difference, but worth a look.
    Warned,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Difference::Missing => "missing",
            Difference::Extra => "extra",
            Difference::Changed => "changed",
            Difference::Duplicate => "duplicate",
            Difference::Warned => "warned",
        })
    }
}

/// Everything one invocation found.
#[derive(Clone, Debug)]
pub struct RunReport {
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
    /// Its params as they reached SQL.
    pub params: BTreeMap<String, String>,
    /// Its sources that were used.
    pub sources: BTreeMap<String, SourceReport>,
}

/// One source of a suite, as it described itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SourceReport {
    /// `clickhouse`, `postgres`, `sqlite`, `mysql` or `files`.
    pub engine: String,
    /// Version the server told, empty where it was never reached.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Time zone of the session.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub timezone: String,
    /// The URL, its password masked.
    pub url: String,
    /// Session settings that bear on the result.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
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

/// One compared number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Measure {
    /// Column or quantity, such as `cost` or `p95`.
    pub name: String,
    /// The group, empty where the check has no key.
    #[serde(skip_serializing_if = "Key::is_empty")]
    pub key: Key,
    /// Value of old; absent where old has no such row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Value of new; absent where new has no such row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// new − old; absent where it has no meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<String>,
    /// The rule in words, such as `exact` or `±0.01`.
    pub tolerance: String,
    /// Whether the rule holds.
    pub within: bool,
    /// Where the rule has two levels, the outermost one the number is beyond: `warn` while `within`, else `fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Severity>,
    /// Values behind each side, where the check counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Counts>,
}

/// How many values stand behind a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Values of old.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub old: Option<u64>,
    /// Values of new.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub new: Option<u64>,
}

/// How many numbers were compared, whatever number of them is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Totals {
    /// Numbers compared.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub compared: u64,
    /// Numbers whose rule does not hold.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub outside: u64,
}

/// How far a percentile moved, over all groups large enough to judge. It describes; the bounds judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Drift {
    /// Name of the quantile.
    pub name: String,
    /// What is spread: `relative` is (new − old) ÷ |old|, signed, where old is not 0; `rank` is the rank error, 0 to 1.
    pub of: String,
    /// Groups behind it.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub groups: u64,
    /// Median over the groups, signed.
    pub median: String,
    /// The size that nine groups in ten stay within, unsigned.
    pub p90: String,
    /// The largest in size, signed.
    pub worst: String,
    /// The group it is found in.
    #[serde(skip_serializing_if = "Key::is_empty")]
    pub worst_key: Key,
}

/// A key: column names with their values, in the order of the suite; NULL is absent here and shown as such.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub Vec<(String, Option<String>)>);

impl Key {
    /// Whether there is no key column at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Key {
    /// `day=2026-01-01, model=NULL`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{name}={}", value.as_deref().unwrap_or("NULL"))?;
        }
        Ok(())
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter_map(|(name, value)| value.as_ref().map(|v| (name, v))))
    }
}

impl schemars::JsonSchema for Key {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

/// Rows by how they relate: `old = equal + changed + missing`, `new = equal + changed + extra`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RowCounts {
    /// Rows of old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub old: u64,
    /// Rows of new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub new: u64,
    /// Pairs in which every rule holds, by its `fail` level where it has two.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub equal: u64,
    /// Rows only in old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub missing: u64,
    /// Rows only in new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub extra: u64,
    /// Pairs in which at least one rule does not hold.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub changed: u64,
    /// Keys (not rows) with more than one row on either side.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub duplicate: u64,
}

impl RowCounts {
    /// The count of one kind of difference.
    pub fn of(&self, difference: Difference) -> u64 {
        match difference {
            Difference::Missing => self.missing,
            Difference::Extra => self.extra,
            Difference::Changed => self.changed,
            Difference::Duplicate => self.duplicate,
            Difference::Warned => 0,
        }
    }
}

/// Tags over all keys of a `tag_dedup` check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TagCounts {
    /// Distinct (key, tag) pairs of old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub old: u64,
    /// Distinct (key, tag) pairs of new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub new: u64,
    /// Pairs only in old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub lost: u64,
    /// Pairs only in new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub added: u64,
    /// Pairs that stand more than once in old: noted.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub duplicate_old: u64,
    /// Pairs that stand more than once in new: a difference.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub duplicate_new: u64,
}

/// One column of a check: its rule and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ColumnReport {
    /// Name in old.
    pub name: String,
    /// The rule in words.
    pub rule: String,
    /// Rows in which the rule does not hold; absent where the column was not compared.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub changed: Option<u64>,
    /// Rows within the `fail` level of the column and beyond its `warn` level; absent where it has no two levels.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub warned: Option<u64>,
    /// Largest |new − old|, where the column holds numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_delta: Option<String>,
    /// Why the column was not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One difference, in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Example {
    /// How the row differs.
    pub difference: Difference,
    /// The whole key, never cut.
    pub key: Key,
    /// The columns that differ; for a missing or extra row all of them; for a duplicate key the counts as `rows`.
    pub columns: BTreeMap<String, Pair>,
}

/// Two values; an absent one is NULL or has no row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Pair {
    /// Value of old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Value of new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// Something the reader must know that changes no status by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Warning {
    /// Stable name, such as `retried` or `numbers_as_text`.
    pub code: String,
    /// One sentence with the way out.
    pub message: String,
    /// The table it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

/// Why a check could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ErrorReport {
    /// What was being done, on which side, source and column, and the way out.
    pub message: String,
    /// The causes below it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

/// A number of differences the suite states in advance, beside the number found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Expectation {
    /// `missing`, `extra`, `changed`, `duplicate`, `lost`, `added`, `outside` or `rows`.
    pub name: String,
    /// What the suite states.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub expected: u64,
    /// What was found.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub found: u64,
}

/// How the rows of a check were read and compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PlanReport {
    /// `stream`: all rows were read and hashed here; `server`: the server that holds both sides found the rows that
    /// differ, and only those were read.
    pub name: String,
    /// Rows that were looked at in full after their hashes, both sides.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub read_again: u64,
    /// Bytes that went to temporary files.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub spilled_bytes: u64,
    /// Upper bound of the probability that two different rows were called equal.
    pub false_equal: String,
}

/// The stretch of time that was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WindowReport {
    /// Column of time, by its name in old.
    pub column: String,
    /// First moment; absent for the rows without a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First moment after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Where rows without a time are: `apart`, in a window of their own, or `outside` of all.
    pub nulls: String,
}

/// The share of the keys that was examined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SampleReport {
    /// As the suite says it, such as `1%`.
    pub share: String,
    /// Whether the servers picked the rows, so that no others were sent.
    pub by_server: bool,
}

/// Rows that were not in the second reading what they were in the first, per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Moved {
    /// Rows of old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub old: u64,
    /// Rows of new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub new: u64,
}

/// What old differs from itself in. Keys stand for rows and groups; a check without a key has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Unstable {
    /// Keys that differ between two runs of the old query. They are in no other count.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub keys: u64,
    /// What may be behind it, each as a sentence; empty where that is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

/// What became of differences when the check was read again. Keys stand for rows and groups; a check without a key has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Transient {
    /// Readings after the first.
    pub readings: u32,
    /// Keys that differed in an earlier reading and agree in the last.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub healed: u64,
    /// The longest time, in milliseconds, from the reading that first saw one of them differ to the one that saw it
    /// agree; absent where none healed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// Keys that began to differ in the last reading: too late to tell whether they stay. They are in no other count,
    /// and with any the check does not pass.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub in_motion: u64,
}

/// Differences of a check that stand in `differences.parquet`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Written {
    /// How many.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub differences: u64,
    /// Whether there are more.
    pub truncated: bool,
}

/// How the times of a `latency` check are spread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Times {
    /// Shares of the queries, in percent, from the fastest to all.
    pub percent: Vec<u8>,
    /// Milliseconds within which each of these shares of old was answered; absent of a one-sided check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<String>,
    /// Milliseconds within which each of these shares of new was answered.
    pub new: Vec<String>,
}

/// One earlier run of a check, as the history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// When that run began.
    pub started_at: DateTime<Utc>,
    /// The verdict on the check.
    pub status: Status,
    /// All differences, whatever their name.
    pub differences: u64,
    /// Wall time of the check in milliseconds.
    pub elapsed_ms: u64,
    /// The worst of its measures.
    pub measures: Vec<Measure>,
}

/// One check of a run. Fields that do not apply to its kind are empty.
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
    /// The reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<SideReport>,
    /// The schema reads move to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<SideReport>,
    /// Numbers compared: all of them, or the worst when there are many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// How many numbers were compared in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// How the drift of each percentile is spread over the judged groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// How the times of a `latency` check are spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
    /// Rows by how they relate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowCounts>,
    /// Tags by how they relate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_counts: Option<TagCounts>,
    /// Columns by rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnReport>,
    /// Pairs of rows, or numbers where no rows are counted, that hold by the `fail` level of their rules and are beyond a
    /// `warn` level; absent where no rule has two levels. With any, the check does not pass.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub warned: Option<u64>,
    /// Differences in full, up to a bound, spread over the kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Groups below `min_rows`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub too_small: Vec<Key>,
    /// How many groups are below `min_rows`, whatever number of them is listed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub too_small_groups: Option<u64>,
    /// Rows an invariant returned; none is a pass.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub violations: Option<u64>,
    /// Rows an invariant was put to the test on, where the suite counts them.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub population: Option<u64>,
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
    /// What became of differences that were given time to settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transient: Option<Transient>,
    /// What stands in `differences.parquet`, where any difference does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// Columns whose values are shown as keyed hashes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
    /// Columns that the sides returned, by their names there; absent where a side was not read.
    #[serde(skip)]
    pub returned: Option<Vec<String>>,
    /// Whether duplicate keys are a difference.
    #[serde(skip)]
    pub duplicates_allowed: bool,
    /// What the reader must know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why it could not be compared; the rest of the report is what was found all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// Why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Wall time in milliseconds, both sides and the comparison.
    pub elapsed_ms: u64,
    /// Its earlier runs, oldest first, where a history knows any. Not what this run found, so no part of report.json.
    #[serde(skip)]
    pub past: Vec<Past>,
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
            old: None,
            new: None,
            measures: Vec::new(),
            totals: None,
            drift: Vec::new(),
            times: None,
            rows: None,
            tag_counts: None,
            columns: Vec::new(),
            warned: None,
            examples: Vec::new(),
            too_small: Vec::new(),
            too_small_groups: None,
            violations: None,
            population: None,
            expected: Vec::new(),
            waived: Vec::new(),
            known: None,
            plan: None,
            window: None,
            sample: None,
            examined: None,
            moved: None,
            unstable: None,
            transient: None,
            written: None,
            masked: Vec::new(),
            returned: None,
            duplicates_allowed: false,
            warnings: Vec::new(),
            error: None,
            skipped: None,
            elapsed_ms: 0,
            past: Vec::new(),
        }
    }

    /// The differences found, by name, before anything is expected or forgiven.
    pub fn differences(&self) -> BTreeMap<&'static str, u64> {
        let mut found = BTreeMap::new();
        if let Some(rows) = self.rows {
            found.insert("missing", rows.missing);
            found.insert("extra", rows.extra);
            found.insert("changed", rows.changed);
            found.insert("duplicate", if self.duplicates_allowed { 0 } else { rows.duplicate });
        }
        if let Some(tags) = self.tag_counts {
            found.insert("lost", tags.lost);
            found.insert("added", tags.added);
            found.insert("duplicate", tags.duplicate_new);
        }
        // Where rows are counted, a number outside its rule already counts as a changed row.
        if let (Some(totals), None) = (self.totals, self.rows) {
            found.insert("outside", totals.outside);
        }
        if let Some(violations) = self.violations {
            found.insert("rows", violations);
        }
        found
    }

    /// Whether any number stands against the check: what is neither waived nor known, counting `expect` as exact.
    pub fn differs(&self) -> bool {
        let expected: BTreeMap<&str, u64> = self.expected.iter().map(|e| (e.name.as_str(), e.expected)).collect();
        let mut found = self.differences();
        let forgiven = self.forgiven();
        for (name, count) in &mut found {
            *count = count.saturating_sub(forgiven.0.get(*name).copied().unwrap_or(0));
        }
        for name in expected.keys() {
            if !found.contains_key(name) {
                return true;
            }
        }
        found.retain(|name, count| *count != expected.get(name).copied().unwrap_or(0));
        !found.is_empty()
    }

    /// Whether the check holds any number a verdict could rest on.
    pub fn measured(&self) -> bool {
        !self.differences().is_empty()
    }

    /// Whether something was counted that is no difference and yet no pass.
    fn doubtful(&self) -> bool {
        self.warned.is_some_and(|warned| warned > 0)
            || self.unstable.as_ref().is_some_and(|unstable| unstable.keys > 0)
            || self.transient.is_some_and(|transient| transient.in_motion > 0)
    }

    /// The verdict, derived from the numbers; nothing measured is `error`.
    pub fn status(&self) -> Status {
        if self.error.is_some() {
            Status::Error
        } else if self.skipped.is_some() {
            Status::Skip
        } else if !self.measured() {
            Status::Error
        } else if self.differs() {
            match self.severity {
                Severity::Fail => Status::Fail,
                Severity::Warn => Status::Warn,
            }
        } else if self.too_small_groups.is_some_and(|groups| groups > 0) || self.moved.is_some() || self.doubtful() {
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

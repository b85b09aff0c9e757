//! How a check was read, and what of it stood still.

use serde::Serialize;

use super::{text, text_of};

/// How the rows of a check were read and compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PlanReport {
    /// `stream`: all rows were read and hashed here; `server`: the server that holds both sides found the rows that
    /// differ, and only those were read; `checksums`: two servers summed the hashes of their rows by bucket of the key, and only
    /// buckets that differ were read.
    pub name: String,
    /// The hash by which rows are called equal: that of the server, or of cutover.
    pub hash: String,
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
    /// The buckets of `checksums`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets: Option<BucketReport>,
}

/// By how many buckets two servers were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BucketReport {
    /// Buckets that were asked about, those of a second and finer question included.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub asked: u64,
    /// Buckets that differ, whose rows were read.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub read: u64,
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
    /// How many windows the check has, where the run was of some of them only.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub windows: Option<u64>,
    /// Rows that are in no window of the check, because they are before the first or after the last; absent where the
    /// queries cut themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
}

/// Rows in no window of a check, per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Outside {
    /// Rows of old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub old: u64,
    /// Rows of new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub new: u64,
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

/// Differing rows of which it cannot be told whether they differ: a side has several rows of the newest version, and
/// one of them is the row of the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Undecided {
    /// Rows among those that are counted as different.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub rows: u64,
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

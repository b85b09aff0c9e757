//! Declares what is read of a report.json. Keys that are not known are passed over, and those that older reports lack have
//! defaults, so that every report of one schema version can be read.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::model::{DifferenceCounts, Kind, SkipCode, Status};

/// A report.json.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) started_at: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) interrupted: bool,
    pub(super) suites: Vec<RecordedSuite>,
    pub(super) checks: Vec<RecordedCheck>,
}

/// A suite of an earlier run.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedSuite {
    /// Its name.
    pub name: String,
    /// Path of its file, from the folder that run was started in; empty for an ad hoc diff.
    pub path: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// SHA-256 of its file and its queries, in hex; absent where an earlier version wrote the report.
    #[serde(default)]
    pub checks_sha256: Option<String>,
    /// Its params as they reached SQL.
    pub params: BTreeMap<String, String>,
    /// The URLs of the sources that were used, by name, without their passwords.
    #[serde(deserialize_with = "urls")]
    pub sources: BTreeMap<String, String>,
    /// What the command line said in place of the suite, as arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
}

impl RecordedSuite {
    /// Returns the sources that the command line gave in place of the suite's, without their passwords.
    pub fn given_sources(&self) -> Vec<(String, String)> {
        let sources = self.arguments.chunks_exact(2).filter(|pair| pair[0] == "--source");
        let pairs = sources.filter_map(|pair| pair[1].split_once('='));
        pairs.filter(|(_, url)| *url != UNKNOWN).map(|(name, url)| (name.to_owned(), url.to_owned())).collect()
    }
}

/// What stands for the URL of a source that was not used.
const UNKNOWN: &str = "…";

/// A check or window of an earlier run.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Check")]
pub struct RecordedCheck {
    /// `suite.check`, and behind it `@window`.
    pub id: String,
    /// What it compares; absent where that is not known to this version.
    pub kind: Option<Kind>,
    /// Its verdict.
    pub status: Status,
    /// Differences by name, before anything was waived or expected.
    pub found: DifferenceCounts,
    /// Differences that were waived or known.
    pub suppressed: DifferenceCounts,
    /// Differences by design.
    pub expected: DifferenceCounts,
    /// How many differences stand in the file.
    pub written: u64,
    /// Whether every difference stands in the file.
    pub complete: bool,
    /// Whether it was compared to its end, and nothing changed meanwhile.
    pub settled: bool,
    /// Whether the verdict on it follows from each difference by itself: nothing counts them for the whole check, and nothing
    /// but they stands against it.
    pub by_key: bool,
    /// SHA-256, in hex, of its kind, key, queries and windows; absent where an earlier version wrote the report.
    pub definition: Option<String>,
    /// Whether it is a window, and other windows of its check were not run.
    pub partial: bool,
    /// Whether values of it are masked.
    pub masked: bool,
    /// Tells the key of the hashes from others; absent where only that run had it.
    pub mask_key: Option<String>,
    /// Why it was not run; absent where it was, or a version that knew no codes wrote the report.
    pub skip_code: Option<SkipCode>,
}

impl RecordedCheck {
    /// Returns true if it has differences that are not in the file.
    pub fn is_cut(&self) -> bool {
        !self.complete && self.found.total() > 0
    }

    /// Returns true if it is worth another run: it did not pass, and not because the server lacks what it needs.
    pub fn is_open(&self) -> bool {
        self.status != Status::Pass && self.skip_code != Some(SkipCode::RequirementUnmet)
    }
}

/// A check as the report has it.
#[derive(Deserialize)]
struct Check {
    id: String,
    kind: String,
    definition: Option<String>,
    window: Option<Window>,
    warned: Option<Count>,
    status: Status,
    rows: Option<Rows>,
    tag_counts: Option<Tags>,
    totals: Option<Totals>,
    violations: Option<Count>,
    #[serde(default)]
    expected: Vec<Expected>,
    #[serde(default)]
    waived: Vec<Waived>,
    known: Option<Known>,
    written: Option<Written>,
    error: Option<IgnoredAny>,
    moved: Option<IgnoredAny>,
    unstable: Option<IgnoredAny>,
    undecided: Option<IgnoredAny>,
    transient: Option<IgnoredAny>,
    skipped: Option<String>,
    skip_code: Option<SkipCode>,
    #[serde(default)]
    masked: Vec<IgnoredAny>,
    mask_key: Option<String>,
}

/// A count, which a report writes as text.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(try_from = "String")]
struct Count(u64);

impl TryFrom<String> for Count {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Count)
    }
}

#[derive(Deserialize)]
struct Window {
    windows: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rows {
    missing: Count,
    extra: Count,
    changed: Count,
    duplicate: Count,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tags {
    lost: Count,
    added: Count,
    duplicate_new: Count,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Totals {
    outside: Count,
}

#[derive(Deserialize)]
struct Expected {
    name: String,
    expected: Count,
    #[serde(default)]
    windows: bool,
}

#[derive(Deserialize)]
struct Waived {
    #[serde(default)]
    expired: bool,
    at_most: Option<IgnoredAny>,
    per_key: Option<IgnoredAny>,
    #[serde(default)]
    counts: BTreeMap<String, Count>,
}

#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    counts: BTreeMap<String, Count>,
}

#[derive(Deserialize)]
struct Written {
    differences: Count,
    truncated: bool,
}

impl From<Check> for RecordedCheck {
    fn from(check: Check) -> Self {
        let (found, suppressed) = (found(&check), suppressed(&check));
        // What all windows expect together is the share of none.
        let own = check.expected.iter().filter(|one| !one.windows);
        let expected = counts(own.map(|one| (one.name.as_str(), one.expected)));
        let complete = match &check.written {
            Some(written) => !written.truncated,
            // Keys that may stand several times are counted, and are no difference.
            None => found.is_empty() || (check.status == Status::Pass && suppressed.is_empty() && expected.is_empty()),
        };
        let by_count = |one: &Waived| !one.expired && (one.at_most.is_some() || one.per_key.is_some());
        let warned = check.warned.is_some_and(|Count(warned)| warned > 0);
        let by_key = check.expected.is_empty() && !warned && !check.waived.iter().any(by_count);
        let unsettled = [&check.error, &check.moved, &check.unstable, &check.undecided, &check.transient];
        RecordedCheck {
            kind: Kind::named(&check.kind),
            status: check.status,
            written: check.written.as_ref().map_or(0, |written| written.differences.0),
            complete,
            settled: unsettled.into_iter().all(Option::is_none) && check.skipped.is_none(),
            by_key,
            definition: check.definition,
            partial: check.window.is_some_and(|window| window.windows.is_some()),
            masked: !check.masked.is_empty(),
            mask_key: check.mask_key,
            skip_code: check.skip_code,
            id: check.id,
            found,
            suppressed,
            expected,
        }
    }
}

/// Returns the differences by name.
fn found(check: &Check) -> DifferenceCounts {
    let rows = check.rows.iter().flat_map(|rows| {
        let Rows { missing, extra, changed, duplicate } = rows;
        [("missing", *missing), ("extra", *extra), ("changed", *changed), ("duplicate", *duplicate)]
    });
    let tags = check
        .tag_counts
        .iter()
        .flat_map(|tags| [("lost", tags.lost), ("added", tags.added), ("duplicate", tags.duplicate_new)]);
    // Where rows are counted, a number outside its rule already counts as a changed row.
    let numbers = check.totals.iter().filter(|_| check.rows.is_none()).map(|totals| ("outside", totals.outside));
    let violations = check.violations.iter().map(|count| ("rows", *count));
    counts(rows.chain(tags).chain(numbers).chain(violations))
}

/// Returns the differences that were waived or known, by name.
fn suppressed(check: &Check) -> DifferenceCounts {
    let waived = check.waived.iter().filter(|one| !one.expired).map(|one| &one.counts);
    let all = waived.chain(check.known.iter().map(|known| &known.counts)).flatten();
    counts(all.map(|(name, count)| (name.as_str(), *count)))
}

fn counts<'a>(all: impl Iterator<Item = (&'a str, Count)>) -> DifferenceCounts {
    let mut counts = DifferenceCounts::default();
    all.for_each(|(name, Count(count))| counts.add(name, count));
    counts
}

/// Reads the URLs of sources.
fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    struct Source {
        #[serde(default)]
        url: String,
    }
    let sources = BTreeMap::<String, Source>::deserialize(deserializer)?;
    Ok(sources.into_iter().map(|(name, source)| (name, source.url)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(check: &str) -> Result<RecordedCheck, serde_json::Error> {
        serde_json::from_str(check)
    }

    /// Catches a report of an older or newer minor version that cannot be read, or is read as something else.
    #[test]
    fn keys_may_be_absent_or_unknown_and_a_count_may_not_be_wrong() {
        let check = read(
            r#"{ "id": "s.c", "kind": "rows", "status": "fail", "rows": { "missing": "2", "new": { "a": [] } } }"#,
        );
        let check = check.unwrap();
        assert_eq!((check.kind, check.found.total(), check.written), (Some(Kind::Rows), 2, 0));
        assert!(!check.complete && check.settled && !check.masked && check.is_open());
        let later = read(r#"{ "id": "s.c", "kind": "of_a_later_version", "status": "pass", "later": 1 }"#).unwrap();
        assert!(later.kind.is_none() && later.complete && !later.is_open());
        for wrong in [r#""rows": { "missing": "many" }"#, r#""violations": 3"#, r#""status": "odd""#] {
            assert!(
                read(&format!(r#"{{ "id": "s.c", "kind": "rows", {wrong}, "status": "fail" }}"#)).is_err(),
                "{wrong}"
            );
        }
    }
}

//! An earlier run, read back: its report.json, and the differences in the file beside it.
//!
//! What a report says is trusted only as far as the two agree: a file of another run would make differences known that
//! are new.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{DataFrame, ParquetReader, SerReader};
use serde_json::Value;

use crate::compare::BaselineIndex;
use crate::frame;
use crate::fs::input;
use crate::isolation::caught;
use crate::model::{Difference, DifferenceCounts, DifferenceForm, Example, Key, Kind, Pair, plural, thousands};

/// Name of the file of differences, beside the JSON report.
pub const DIFFERENCES: &str = "differences.parquet";

/// Version of the report that is understood.
const SCHEMA_VERSION: u64 = 1;

/// A report that was read back.
#[derive(Clone, Debug)]
pub struct RecordedRun {
    /// Its path as it was given.
    pub path: PathBuf,
    /// When the run began, as the report says it.
    pub started_at: String,
    /// Its suites.
    pub suites: Vec<EarlierSuite>,
    /// Its checks and windows, in their order.
    pub checks: Vec<EarlierCheck>,
}

/// A suite of an earlier run.
#[derive(Clone, Debug)]
pub struct EarlierSuite {
    /// Its name.
    pub name: String,
    /// Path of its file, from the folder that run was started in; empty for an ad hoc diff.
    pub path: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// Its params as they reached SQL.
    pub params: BTreeMap<String, String>,
    /// Names of the sources that were used.
    pub sources: Vec<String>,
}

/// A check or window of an earlier run.
#[derive(Clone, Debug)]
pub struct EarlierCheck {
    /// `suite.check`, and behind it `@window`.
    pub id: String,
    /// What it compares.
    pub kind: String,
    /// Its verdict.
    pub status: String,
    /// Differences by name, before anything was waived or expected.
    pub found: DifferenceCounts,
    /// Differences that were waived or known.
    pub forgiven: DifferenceCounts,
    /// Differences by design.
    pub expected: DifferenceCounts,
    /// How many differences stand in the file, and whether that is all of them.
    pub written: u64,
    /// Whether every difference stands in the file.
    pub complete: bool,
    /// Whether it was compared to its end, and nothing changed meanwhile.
    pub rests: bool,
    /// Whether values of it are masked.
    pub masked: bool,
    /// Tells the key of the hashes from others; absent where only that run had it.
    pub mask_key: Option<String>,
    /// Why it was not run.
    pub skipped: Option<String>,
}

impl EarlierCheck {
    /// Whether it is worth another run: it did not pass, and not because the server lacks what it needs.
    pub fn is_open(&self) -> bool {
        self.status != "pass" && !self.skipped.as_ref().is_some_and(|why| why.starts_with("requires "))
    }
}

/// What is known of the differences of every check.
#[derive(Clone, Debug)]
pub struct Baseline {
    checks: BTreeMap<String, Arc<BaselineIndex>>,
    none: Arc<BaselineIndex>,
}

impl Baseline {
    /// What is known of the check or window `id`; nothing where that run had no such check.
    pub fn of(&self, id: &str) -> Arc<BaselineIndex> {
        self.checks.get(id).unwrap_or(&self.none).clone()
    }
}

/// Why an earlier run cannot be used. Says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Unreadable {
    Unreadable(format!("the report {} {why}", path.display()))
}

impl RecordedRun {
    /// Reads report.json at `path`.
    pub fn read(path: &Path) -> Result<RecordedRun, Unreadable> {
        let text = input::text(path)
            .map_err(|cause| unreadable(path, format!("cannot be read: {cause}; give the path of a report.json")))?;
        let report = frame::json::read(&text)
            .map_err(|cause| unreadable(path, format!("is no JSON: {cause}; give the path of a report.json")))?;
        if report["schema_version"].as_u64() != Some(SCHEMA_VERSION) {
            let why =
                format!("is no report of schema version {SCHEMA_VERSION}; give a report.json that `cutover run` wrote");
            return Err(unreadable(path, why));
        }
        let damaged = |what: &str| unreadable(path, format!("is damaged: {what}; run the checks again"));
        let list = |name: &str| report[name].as_array().ok_or_else(|| damaged(&format!("`{name}` is missing")));
        let suites: Option<Vec<EarlierSuite>> = list("suites")?.iter().map(suite).collect();
        let checks: Option<Vec<EarlierCheck>> = list("checks")?.iter().map(check).collect();
        Ok(RecordedRun {
            path: path.to_owned(),
            started_at: text_of(&report, "started_at").ok_or_else(|| damaged("`started_at` is missing"))?,
            suites: suites.ok_or_else(|| damaged("a suite lacks a field"))?,
            checks: checks.ok_or_else(|| damaged("a check lacks a field"))?,
        })
    }

    /// The suite of the check or window `id`.
    pub fn suite_of(&self, id: &str) -> Option<&EarlierSuite> {
        let name = id.split_once('.').map_or(id, |(suite, _)| suite);
        self.suites.iter().find(|suite| suite.name == name)
    }

    /// The differences by check or window, as far as they are in the file; an error where it is not that of this report.
    pub fn differences(&self) -> Result<HashMap<String, Vec<Example>>, Unreadable> {
        if self.checks.iter().all(|check| check.written == 0) {
            return Ok(HashMap::new());
        }
        let path = self.path.with_file_name(DIFFERENCES);
        let failed = |why: String| {
            Unreadable(format!(
                "{} of the report {} {why}; keep the two together as the run wrote them, or run the checks again",
                path.display(),
                self.path.display()
            ))
        };
        let file = input::open(&path).map_err(|cause| failed(format!("cannot be read: {cause}")))?;
        // A damaged file makes some readers break off instead of saying so.
        let read = caught(|| {
            let data = ParquetReader::new(file).finish().map_err(|cause| format!("is damaged: {cause}"))?;
            self.regrouped(&data).ok_or_else(|| "is damaged: it lacks a column or a key".to_owned())
        });
        let found = read.unwrap_or_else(|_| Err("is damaged".to_owned())).map_err(failed)?;
        for check in &self.checks {
            let read = found.get(&check.id).map_or(0, |examples| examples.len() as u64);
            if read != check.written {
                let why = format!(
                    "is not that of this report: {} has {} in it, and {}",
                    check.id,
                    plural(read, "difference"),
                    thousands(check.written)
                );
                return Err(failed(why));
            }
        }
        Ok(found)
    }

    /// What is to be known of every check.
    pub fn baseline(&self) -> Result<Baseline, Unreadable> {
        let found = self.differences()?;
        let mut none = BaselineIndex::default();
        (none.report, none.started_at) = (self.path.display().to_string(), self.started_at.clone());
        none.complete = true;
        let past = |check: &EarlierCheck| {
            let mut past = none.clone();
            (past.total, past.complete) = (check.found.total(), check.complete);
            if check.complete {
                let examples = found.get(&check.id).map(Vec::as_slice).unwrap_or_default();
                past.total = examples.len() as u64;
                examples.iter().for_each(|example| past.add(example));
            }
            (check.id.clone(), Arc::new(past))
        };
        let checks = self.checks.iter().map(past).collect();
        Ok(Baseline { checks, none: Arc::new(none) })
    }

    /// The keys in which the rows of a check differed, by its id: of those checks of which they are all known.
    pub fn differing_keys(&self) -> Result<BTreeMap<String, Arc<BTreeSet<Key>>>, Unreadable> {
        let found = self.differences()?;
        let known = |check: &&EarlierCheck| check.kind == "rows" && check.complete && check.rests && check.written > 0;
        let keys = |check: &EarlierCheck| {
            let examples = found.get(&check.id).into_iter().flatten();
            (check.id.clone(), Arc::new(examples.map(|example| example.key.clone()).collect()))
        };
        Ok(self.checks.iter().filter(known).map(keys).collect())
    }

    /// The lines of the file put together to differences again.
    fn regrouped(&self, data: &DataFrame) -> Option<HashMap<String, Vec<Example>>> {
        let column = |name: &str| data.column(name).ok()?.as_materialized_series().str().ok().cloned();
        let (suites, checks, keys) = (column("suite")?, column("check")?, column("key")?);
        let (differences, columns) = (column("difference")?, column("column")?);
        let (olds, news) = (column("old")?, column("new")?);
        let kinds: HashMap<&str, &str> =
            self.checks.iter().map(|check| (check.id.as_str(), check.kind.as_str())).collect();
        let mut found: HashMap<String, Vec<Example>> = HashMap::new();
        for row in 0..data.height() {
            let id = format!("{}.{}", suites.get(row)?, checks.get(row)?);
            let key = key(keys.get(row)?)?;
            let difference = match differences.get(row)? {
                "missing" => Difference::Missing,
                "extra" => Difference::Extra,
                "changed" => Difference::Changed,
                "duplicate" => Difference::Duplicate,
                _ => return None,
            };
            let kind = kinds.get(id.as_str()).and_then(|kind| Kind::named(kind));
            let alone = kind.is_some_and(|kind| kind.differences(!key.is_empty()) == DifferenceForm::Numbers);
            let own = found.entry(id).or_default();
            let name = columns.get(row).map(str::to_owned);
            let pair = Pair { old: olds.get(row).map(str::to_owned), new: news.get(row).map(str::to_owned) };
            // The columns of one difference follow each other in their order, so the next one begins where that ends.
            let last = own.last_mut().filter(|last| {
                let later =
                    last.columns.last_key_value().zip(name.as_ref()).is_some_and(|((last, _), name)| last < name);
                !alone && later && last.key == key && last.difference == difference
            });
            match (last, name) {
                (Some(last), Some(name)) => {
                    last.columns.insert(name, pair);
                }
                (_, name) => {
                    own.push(Example { difference, key, columns: name.map(|name| (name, pair)).into_iter().collect() })
                }
            }
        }
        Some(found)
    }
}

fn key(text: &str) -> Option<Key> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
    let part = |(name, value): (String, Value)| match value {
        Value::Null => Some((name, None)),
        Value::String(text) => Some((name, Some(text))),
        _ => None,
    };
    object.into_iter().map(part).collect::<Option<Vec<_>>>().map(Key)
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

fn suite(suite: &Value) -> Option<EarlierSuite> {
    let params = suite["params"].as_object()?.iter();
    Some(EarlierSuite {
        name: text_of(suite, "name")?,
        path: text_of(suite, "path")?,
        sha256: text_of(suite, "sha256")?,
        params: params.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect::<Option<_>>()?,
        sources: suite["sources"].as_object()?.keys().cloned().collect(),
    })
}

fn check(check: &Value) -> Option<EarlierCheck> {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
    let mut found = DifferenceCounts::default();
    let mut add = |of: &Value, fields: &[(&str, &str)]| {
        for (field, name) in fields {
            found.add(name, number(&of[field]).unwrap_or(0));
        }
    };
    let same = ["missing", "extra", "changed", "duplicate"].map(|name| (name, name));
    add(&check["rows"], &same);
    add(&check["tag_counts"], &[("lost", "lost"), ("added", "added"), ("duplicate_new", "duplicate")]);
    if check.get("rows").is_none() {
        add(&check["totals"], &[("outside", "outside")]);
    }
    add(check, &[("violations", "rows")]);
    let (mut forgiven, mut expected) = (DifferenceCounts::default(), DifferenceCounts::default());
    let waived = check["waived"].as_array().into_iter().flatten().filter(|one| one["expired"] != true);
    for counts in waived.map(|one| &one["counts"]).chain([&check["known"]["counts"]]) {
        for (name, count) in counts.as_object().into_iter().flatten() {
            forgiven.add(name, number(count)?);
        }
    }
    // What all windows expect together is the share of none.
    for one in check["expected"].as_array().into_iter().flatten().filter(|one| one["windows"] != true) {
        expected.add(one["name"].as_str()?, number(&one["expected"])?);
    }
    let written = number(&check["written"]["differences"]).unwrap_or(0);
    let complete = match check.get("written") {
        Some(written) => written["truncated"] == false,
        // Keys that may stand several times are counted, and are no difference.
        None => found.is_empty() || (check["status"] == "pass" && forgiven.is_empty() && expected.is_empty()),
    };
    Some(EarlierCheck {
        id: text_of(check, "id")?,
        kind: text_of(check, "kind")?,
        status: text_of(check, "status")?,
        found,
        forgiven,
        expected,
        written,
        complete,
        rests: ["error", "skipped", "moved", "unstable", "transient"].iter().all(|name| check.get(*name).is_none()),
        masked: check["masked"].as_array().is_some_and(|names| !names.is_empty()),
        mask_key: text_of(check, "mask_key"),
        skipped: text_of(check, "skipped"),
    })
}

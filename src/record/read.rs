//! Reads an earlier run back: its report.json, and the differences in the file beside it.
//!
//! What a report says is trusted only as far as the two agree: a file of another run would make differences known that
//! are new.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SCHEMA_VERSION;
use super::differences::{DAMAGED, FILE, Lines, Part, key};
use super::place;
use super::report::Report;
use crate::compare::BaselineIndex;
use crate::frame;
use crate::fs::input;
use crate::model::{Difference, DifferenceForm, Example, Key, Kind, Pair, Sides, Status, plural, thousands};

pub use super::report::{RecordedCheck, RecordedSuite};

/// A report that was read back.
#[derive(Clone, Debug)]
pub struct RecordedRun {
    /// Its path.
    pub path: PathBuf,
    /// Its id; absent where an earlier version wrote the report.
    pub id: Option<String>,
    /// When the run began, as the report says it.
    pub started_at: String,
    /// Its verdict.
    pub status: Status,
    /// Whether it was stopped before every check had its verdict.
    pub interrupted: bool,
    /// Its suites.
    pub suites: Vec<RecordedSuite>,
    /// Its checks and windows, in their order.
    pub checks: Vec<RecordedCheck>,
}

/// A difference as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDifference {
    /// What differs.
    pub example: Example,
    /// The whole rows, each a JSON object; absent where a side has none, or the file no rows.
    pub rows: Sides<Option<String>>,
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

/// Returns all that the report.json at `path` says.
pub(crate) fn document(path: &Path) -> Result<serde_json::Value, Unreadable> {
    let hint = "give the path of a report.json or of its folder, or `last` for the newest in reports/";
    let text = input::text(path).map_err(|cause| unreadable(path, format!("cannot be read: {cause}; {hint}")))?;
    let report = frame::json::read(&text)
        .map_err(|cause| unreadable(path, format!("is no JSON: {cause}; give the path of a report.json")))?;
    if report["schema_version"].as_u64() != Some(SCHEMA_VERSION.into()) {
        let why =
            format!("is no report of schema version {SCHEMA_VERSION}; give a report.json that `cutover run` wrote");
        return Err(unreadable(path, why));
    }
    Ok(report)
}

impl RecordedRun {
    /// Reads the report that `named` means: a report.json, its folder, or `last`.
    pub fn read(named: &Path) -> Result<RecordedRun, Unreadable> {
        let path = &*place::report(named);
        let report = document(path)?;
        let Report { id, started_at, status, interrupted, suites, checks } = serde_json::from_value(report)
            .map_err(|cause| unreadable(path, format!("is damaged: {cause}; run the checks again")))?;
        Ok(RecordedRun { path: path.to_owned(), id, started_at, status, interrupted, suites, checks })
    }

    /// The suite of the check or window `id`.
    pub fn suite_of(&self, id: &str) -> Option<&RecordedSuite> {
        let name = id.split_once('.').map_or(id, |(suite, _)| suite);
        self.suites.iter().find(|suite| suite.name == name)
    }

    /// The differences by check or window, as far as they are in the file; an error where it is not that of this report.
    pub fn differences(&self) -> Result<HashMap<String, Vec<Example>>, Unreadable> {
        let found = self.kept(Part::Values)?;
        let examples = |kept: Vec<KeptDifference>| kept.into_iter().map(|kept| kept.example).collect();
        Ok(found.into_iter().map(|(id, kept)| (id, examples(kept))).collect())
    }

    /// The same with the whole rows of each difference.
    pub fn differences_in_full(&self) -> Result<HashMap<String, Vec<KeptDifference>>, Unreadable> {
        self.kept(Part::Rows)
    }

    fn kept(&self, part: Part) -> Result<HashMap<String, Vec<KeptDifference>>, Unreadable> {
        if self.checks.iter().all(|check| check.written == 0) {
            return Ok(HashMap::new());
        }
        let path = self.path.with_file_name(FILE);
        let failed = |why: String| {
            Unreadable(format!(
                "{} of the report {} {why}; keep the two together as the run wrote them, or run the checks again",
                path.display(),
                self.path.display()
            ))
        };
        let lines = Lines::read(&path, self.id.as_deref(), part).map_err(failed)?;
        let found = self.regrouped(&lines).ok_or_else(|| failed(DAMAGED.to_owned()))?;
        for check in &self.checks {
            let read = found.get(&check.id).map_or(0, |kept| kept.len() as u64);
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
        let past = |check: &RecordedCheck| {
            let mut past = none.clone();
            if check.status == Status::Error {
                // What was found beside an error is a part of something that nobody has judged.
                return (check.id.clone(), Arc::new(past));
            }
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

    /// The keys in which the rows of a check differed, by its id: of those checks of which they are all known, and the
    /// verdict follows from them alone.
    pub fn differing_keys(&self) -> Result<BTreeMap<String, Arc<BTreeSet<Key>>>, Unreadable> {
        let found = self.differences()?;
        let known = |check: &&RecordedCheck| {
            check.kind == Some(Kind::Rows) && check.complete && check.settled && check.by_key && check.written > 0
        };
        let keys = |check: &RecordedCheck| {
            let examples = found.get(&check.id).into_iter().flatten();
            (check.id.clone(), Arc::new(examples.map(|example| example.key.clone()).collect()))
        };
        Ok(self.checks.iter().filter(known).map(keys).collect())
    }

    /// The lines of the file put together to differences again.
    fn regrouped(&self, lines: &Lines) -> Option<HashMap<String, Vec<KeptDifference>>> {
        let kinds: HashMap<&str, Kind> =
            self.checks.iter().filter_map(|check| Some((check.id.as_str(), check.kind?))).collect();
        let mut found: HashMap<String, Vec<KeptDifference>> = HashMap::new();
        for [suite, check, key_text, difference, column, old, new, old_row, new_row] in lines.iter() {
            let id = format!("{}.{}", suite?, check?);
            let key = key(key_text?)?;
            let difference = match difference? {
                "missing" => Difference::Missing,
                "extra" => Difference::Extra,
                "changed" => Difference::Changed,
                "duplicate" => Difference::Duplicate,
                _ => return None,
            };
            let kind = kinds.get(id.as_str());
            let alone = kind.is_some_and(|kind| kind.differences(!key.is_empty()) == DifferenceForm::Numbers);
            let own = found.entry(id).or_default();
            let name = column.map(str::to_owned);
            let pair = Pair { old: old.map(str::to_owned), new: new.map(str::to_owned) };
            // The columns of one difference follow each other in their order, so the next one begins where that ends.
            let last = own.last_mut().map(|last| &mut last.example).filter(|last| {
                let later =
                    last.columns.last_key_value().zip(name.as_ref()).is_some_and(|((last, _), name)| last < name);
                !alone && later && last.key == key && last.difference == difference
            });
            match (last, name) {
                (Some(last), Some(name)) => {
                    last.columns.insert(name, pair);
                }
                (_, name) => {
                    let columns = name.map(|name| (name, pair)).into_iter().collect();
                    let rows = Sides { old: old_row, new: new_row }.map(|row| row.map(str::to_owned));
                    own.push(KeptDifference { example: Example { difference, key, columns }, rows });
                }
            }
        }
        Some(found)
    }
}

//! What became of the differences between two runs: which appeared, which healed, which stayed. Pure.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::keys::Keys;
use super::read::{Entry, Run};
use crate::model::{DifferenceForm, Kind, Status};

/// One check in two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `suite.check`, and `@window` behind it.
    pub id: String,
    /// What it compares.
    pub kind: String,
    /// The earlier verdict; absent where that run lacks the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<CheckInRun>,
    /// The later verdict; absent where that run lacks the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<CheckInRun>,
    /// What became of the differences; absent where a run has no number to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Fate>,
    /// Whether the suite's file, or one of its queries, is another one than before.
    pub suite_changed: bool,
}

/// A check in one of the runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckInRun {
    /// The verdict.
    pub status: Status,
    /// Differences by name, as text in JSON.
    #[serde(serialize_with = "super::trend::texts")]
    pub differences: BTreeMap<String, u64>,
}

/// What became of the differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// In the later run only.
    #[serde(serialize_with = "super::trend::text")]
    pub appeared: u64,
    /// In the earlier run only.
    #[serde(serialize_with = "super::trend::text")]
    pub healed: u64,
    /// In both.
    #[serde(serialize_with = "super::trend::text")]
    pub stayed: u64,
    /// How that is known.
    pub by: By,
}

/// How it is known what became of the differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Each difference is known by its key, from `differences.parquet` of both runs.
    Key,
    /// Only the counts are known: at least so many appeared or healed, and at most so many stayed.
    Count,
}

impl Change {
    /// Whether neither run has anything to say of the check.
    pub fn quiet(&self) -> bool {
        let passed = |side: &Option<CheckInRun>| side.as_ref().is_some_and(|side| side.status == Status::Pass);
        let nothing = |fate: Fate| fate.appeared + fate.healed + fate.stayed == 0;
        passed(&self.before) && passed(&self.after) && self.differences.is_none_or(nothing)
    }
}

/// The checks of two runs, those of the later one first and in its order. `keys` holds what their files of differences hold.
pub fn changes(before: &Run, after: &Run, keys: &[Option<Keys>; 2]) -> Vec<Change> {
    let earlier: HashMap<&str, &Entry> = before.checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let later: HashMap<&str, &Entry> = after.checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let gone = before.checks.iter().filter(|check| !later.contains_key(check.id.as_str()));
    after
        .checks
        .iter()
        .chain(gone)
        .map(|check| {
            let (old, new) = (earlier.get(check.id.as_str()).copied(), later.get(check.id.as_str()).copied());
            let suite = check.id.split_once('.').map_or("", |(suite, _)| suite);
            Change {
                id: check.id.clone(),
                kind: check.kind.clone(),
                before: old.map(side),
                after: new.map(side),
                differences: old.zip(new).and_then(|(old, new)| fate(old, new, keys)),
                suite_changed: before.suites.get(suite) != after.suites.get(suite),
            }
        })
        .collect()
}

fn side(entry: &Entry) -> CheckInRun {
    CheckInRun { status: entry.status, differences: entry.differences.clone() }
}

fn fate(old: &Entry, new: &Entry, keys: &[Option<Keys>; 2]) -> Option<Fate> {
    if old.differences.is_empty() || new.differences.is_empty() {
        return None;
    }
    let (before, after) = (old.found(), new.found());
    let kind = Kind::named(&new.kind);
    let rows = kind.is_some_and(|kind| kind.differences(false) != DifferenceForm::Numbers);
    let tags = kind == Some(Kind::TagDedup);
    let known = old.listed && new.listed;
    if let ([Some(earlier), Some(later)], true) = (keys, known)
        && let Some((earlier, later)) = earlier.of(&old.id).both(later.of(&new.id), (before, after), (rows, tags))
    {
        let stayed = earlier.iter().map(|(key, count)| (*count).min(later.get(key).copied().unwrap_or(0))).sum();
        return Some(Fate { appeared: after - stayed, healed: before - stayed, stayed, by: By::Key });
    }
    let by = if before == 0 || after == 0 { By::Key } else { By::Count };
    let stayed = before.min(after);
    Some(Fate { appeared: after - stayed, healed: before - stayed, stayed, by })
}

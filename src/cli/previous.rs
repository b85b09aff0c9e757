//! The verdict of the run before, by the reports that it left.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::run::is_report;
use crate::model::RunReport;
use crate::report::Format;

/// How the run before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Previous {
    /// Its verdict: a status, or `interrupted`.
    pub(super) verdict: &'static str,
    /// Whether everything was looked at and passed.
    pub(super) passed: bool,
}

/// What is read of a `report.json`.
#[derive(Deserialize)]
struct Left {
    status: String,
    interrupted: bool,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    id: String,
}

/// How the newest run of the same checks ended whose report is in a folder below `reports`, if there is one: of other
/// checks, such as those of another tag, the verdict says nothing. Reports that cannot be read are passed over.
pub(super) fn of(reports: &Path, report: &RunReport) -> Option<Previous> {
    let checks: BTreeSet<&str> = report.checks.iter().map(|check| whole(&check.id)).collect();
    let entries = std::fs::read_dir(reports).ok()?.flatten();
    let named = entries.filter(|entry| is_report(&entry.file_name().to_string_lossy()));
    let mut folders: Vec<_> = named.map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| {
        let text = std::fs::read_to_string(folder.join(Format::Json.file_name())).ok()?;
        let left: Left = serde_json::from_str(&text).ok()?;
        let same = left.checks.iter().map(|check| whole(&check.id)).collect::<BTreeSet<_>>() == checks;
        same.then(|| ended(&left)).flatten()
    })
}

/// The check that a window is of: the windows move with time.
fn whole(id: &str) -> &str {
    id.split_once('@').map_or(id, |(check, _)| check)
}

fn ended(left: &Left) -> Option<Previous> {
    let known = ["pass", "warn", "fail", "error", "skip"];
    let status = known.into_iter().find(|known| *known == left.status)?;
    let verdict = if left.interrupted { "interrupted" } else { status };
    Some(Previous { verdict, passed: verdict == "pass" })
}

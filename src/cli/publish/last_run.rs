//! The verdict of the run before, by the history or by the reports that it left.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::super::runtime;
use super::history::unless_interrupted;
use super::reports::is_report;
use crate::model::{RunReport, Status};
use crate::record::history;
use crate::record::history::{Place, Run, Wanted};
use crate::report::Format;

/// How the run before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Previous {
    /// Its verdict: a status, or `interrupted`.
    pub(crate) verdict: &'static str,
    /// Whether everything was looked at and passed.
    pub(crate) passed: bool,
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

/// How these checks ended when they last ran, if that is known: by the history, or else by the reports below `reports`. Of
/// other checks, such as those of another tag, the verdict says nothing.
pub(crate) fn of(history: Option<&Place>, reports: &Path, report: &RunReport) -> Option<Previous> {
    let checks: BTreeSet<&str> = report.checks.iter().map(|check| whole(&check.id)).collect();
    history.and_then(|place| recorded(place, &checks)).or_else(|| left(reports, &checks))
}

/// Runs of a history that are looked at.
const RUNS: usize = 30;

/// How the newest recorded run ended that held all of `checks`, by those alone. A history that cannot be read is shown by
/// those who record.
fn recorded(place: &Place, checks: &BTreeSet<&str>) -> Option<Previous> {
    let runtime = runtime().ok()?;
    let of_them = |id: &str| checks.contains(whole(id));
    let runs = runtime.block_on(unless_interrupted(history::last(place, RUNS, Wanted::Taken(&of_them))))?.ok()?;
    let held =
        |run: &&Run| run.checks.iter().map(|check| whole(&check.id)).collect::<BTreeSet<_>>().len() == checks.len();
    let run = runs.iter().find(held)?;
    let worst = run.checks.iter().map(|check| check.status).max()?;
    Some(ended(name(worst), run.interrupted))
}

/// How the newest run of exactly `checks` ended that left its report below `reports`. Reports that cannot be read are passed over.
fn left(reports: &Path, checks: &BTreeSet<&str>) -> Option<Previous> {
    let entries = std::fs::read_dir(reports).ok()?.flatten();
    let named = entries.filter(|entry| is_report(&entry.file_name().to_string_lossy()));
    let mut folders: Vec<_> = named.map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| {
        let text = crate::fs::input::text(&folder.join(Format::Json.file_name())).ok()?;
        let left: Left = serde_json::from_str(&text).ok()?;
        let same = left.checks.iter().map(|check| whole(&check.id)).collect::<BTreeSet<_>>() == *checks;
        let status = STATUSES.into_iter().map(name).find(|known| *known == left.status)?;
        same.then(|| ended(status, left.interrupted))
    })
}

const STATUSES: [Status; 5] = [Status::Pass, Status::Warn, Status::Fail, Status::Error, Status::Skip];

fn name(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Warn => "warn",
        Status::Fail => "fail",
        Status::Error => "error",
        Status::Skip => "skip",
    }
}

fn ended(status: &'static str, interrupted: bool) -> Previous {
    let verdict = if interrupted { "interrupted" } else { status };
    Previous { verdict, passed: verdict == "pass" }
}

/// The check that a window is of: the windows move with time.
fn whole(id: &str) -> &str {
    id.split_once('@').map_or(id, |(check, _)| check)
}

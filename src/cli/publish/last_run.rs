//! Finds the verdict of the run before, in the history or in the reports that it left.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::super::selection::check_of;
use super::super::signal::unless_interrupted;
use super::reports::is_report;
use crate::model::{RunReport, Status};
use crate::record::history;
use crate::record::history::{Place, Run, Wanted};
use crate::report::Format;

/// How the run before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastRun {
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
pub(crate) async fn of(history: Option<&Place>, reports: &Path, report: &RunReport) -> Option<LastRun> {
    let checks: BTreeSet<&str> = report.checks.iter().map(|check| check_of(&check.id)).collect();
    let recorded = match history {
        Some(place) => recorded(place, &checks).await,
        None => None,
    };
    recorded.or_else(|| left(reports, &checks))
}

/// Runs of a history that are looked at.
const RUNS: usize = 30;

/// How the newest recorded run ended that held all of `checks`, by those alone. A history that cannot be read is shown by
/// those who record.
async fn recorded(place: &Place, checks: &BTreeSet<&str>) -> Option<LastRun> {
    let of_them = |id: &str| checks.contains(check_of(id));
    let runs = unless_interrupted(history::last(place, RUNS, Wanted::Taken(&of_them))).await?.ok()?;
    let held =
        |run: &&Run| run.checks.iter().map(|check| check_of(&check.id)).collect::<BTreeSet<_>>().len() == checks.len();
    let run = runs.iter().find(held)?;
    let worst = run.checks.iter().map(|check| check.status).max()?;
    Some(ended(name(worst), run.interrupted))
}

/// How the newest run of exactly `checks` ended that left its report below `reports`. Reports that cannot be read are passed over.
fn left(reports: &Path, checks: &BTreeSet<&str>) -> Option<LastRun> {
    let entries = std::fs::read_dir(reports).ok()?.flatten();
    let named = entries.filter(|entry| is_report(&entry.file_name().to_string_lossy()));
    let mut folders: Vec<_> = named.map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| {
        let text = crate::fs::input::text(&folder.join(Format::Json.file_name())).ok()?;
        let left: Left = serde_json::from_str(&text).ok()?;
        let same = left.checks.iter().map(|check| check_of(&check.id)).collect::<BTreeSet<_>>() == *checks;
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

fn ended(status: &'static str, interrupted: bool) -> LastRun {
    let verdict = if interrupted { "interrupted" } else { status };
    LastRun { verdict, passed: verdict == "pass" }
}

//! Finds the verdict of the run before, in the history or in the reports that it left.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::selection::check_of;
use super::super::signal::unless_interrupted;
use crate::model::{CheckReport, RunReport, Status};
use crate::record::history::{Entry, Place, Run, Wanted};
use crate::record::read::RecordedRun;
use crate::record::{history, is_report};
use crate::report::Format;

/// How the run before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastRun {
    status: Status,
    interrupted: bool,
}

impl LastRun {
    /// Returns true if everything was looked at and passed.
    pub(crate) fn passed(self) -> bool {
        self.status == Status::Pass && !self.interrupted
    }

    /// Returns a status, or `interrupted`.
    pub(crate) fn verdict(self) -> String {
        if self.interrupted { "interrupted".to_owned() } else { self.status.to_string() }
    }
}

/// How these checks ended when they last ran, if that is known: by the history, or else by the reports below `reports`. Of
/// other checks, such as those of another tag, the verdict says nothing; nor do some windows of a check say how the others do.
pub(crate) async fn of(history: Option<&Place>, reports: &Path, report: &RunReport) -> Option<LastRun> {
    let partial = |check: &CheckReport| check.window.as_ref().is_some_and(|window| window.windows.is_some());
    let checks: BTreeSet<&str> = report.checks.iter().map(|check| looked_at(&check.id, partial(check))).collect();
    let recorded = match history {
        Some(place) => recorded(place, &checks).await,
        None => None,
    };
    recorded.or_else(|| left(reports, &checks))
}

/// What is looked at by running the check or window `id`: the window alone where others of its check are not run.
fn looked_at(id: &str, is_partial: bool) -> &str {
    if is_partial { id } else { check_of(id) }
}

/// Runs of a history that are looked at.
const RUNS: usize = 30;

/// How the newest recorded run ended that held all of `checks`, by those alone. A history that cannot be read is shown by
/// those who record.
async fn recorded(place: &Place, checks: &BTreeSet<&str>) -> Option<LastRun> {
    let of_them = |id: &str| checks.contains(id) || checks.contains(check_of(id));
    let runs = unless_interrupted(history::last(place, RUNS, Wanted::Taken(&of_them))).await?.ok()?;
    let of =
        |entry: &Entry| checks.get(entry.id.as_str()).or_else(|| checks.get(looked_at(&entry.id, entry.partial())));
    let held = |run: &&Run| run.checks.iter().filter_map(of).collect::<BTreeSet<_>>().len() == checks.len();
    let run = runs.iter().find(held)?;
    let status = run.checks.iter().filter(|entry| of(entry).is_some()).map(|entry| entry.status).max()?;
    Some(LastRun { status, interrupted: run.interrupted })
}

/// How the newest run of exactly `checks` ended that left its report below `reports`. Reports that cannot be read are passed over.
fn left(reports: &Path, checks: &BTreeSet<&str>) -> Option<LastRun> {
    let entries = std::fs::read_dir(reports).ok()?.flatten();
    let named = entries.filter(|entry| is_report(&entry.file_name().to_string_lossy()));
    let mut folders: Vec<_> = named.map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| {
        let run = RecordedRun::read(&folder.join(Format::Json.file_name())).ok()?;
        let same =
            run.checks.iter().map(|check| looked_at(&check.id, check.partial)).collect::<BTreeSet<_>>() == *checks;
        same.then_some(LastRun { status: run.status, interrupted: run.interrupted })
    })
}

//! Reads the earlier runs that a report shows, and adds the run to the history. A history that fails is shown and changes no exit code.

use std::collections::HashSet;
use std::path::Path;

use super::super::console;
use super::super::signal::unless_interrupted;
use crate::model::{CheckReport, EarlierRuns, HistoryPoint, RunReport};
use crate::record::history;
use crate::record::history::{Error, Place, Wanted};
use crate::report::visible;

/// Earlier runs of a check that its report shows.
const RUNS: usize = 30;

/// Returns the earlier runs of each check; without their numbers where values of rows are masked now and may not have been then.
///
/// # Errors
/// A history that cannot be read; one that is not there yet has no runs.
pub(crate) async fn earlier(place: &Place, report: &RunReport, examples: bool) -> Result<EarlierRuns, String> {
    let ids: HashSet<String> = report.checks.iter().map(|check| check.id.clone()).collect();
    let runs = match unless_interrupted(history::recent(place, RUNS, Wanted::Ids(&ids))).await {
        Some(Ok(runs)) => runs,
        Some(Err(Error::Absent(_))) => return Ok(EarlierRuns::default()),
        Some(Err(error)) => return Err(visible(&error.to_string())),
        None => return Err(INTERRUPTED.to_owned()),
    };
    let hidden = |check: &&CheckReport| !examples || !check.masked.is_empty();
    let hidden: HashSet<&str> = report.checks.iter().filter(hidden).map(|check| check.id.as_str()).collect();
    let mut earlier = EarlierRuns::default();
    for run in runs.into_iter().rev() {
        for check in run.checks {
            let one = HistoryPoint {
                started_at: run.started_at,
                status: check.status,
                differences: check.found(),
                elapsed_ms: check.elapsed_ms,
                measures: if hidden.contains(check.id.as_str()) { Vec::new() } else { check.measures },
            };
            earlier.0.entry(check.id).or_default().push(one);
        }
    }
    Ok(earlier)
}

/// Adds the run; `unread` is why its past could not be read.
pub(crate) async fn record(
    place: &Place,
    report: &RunReport,
    id: &str,
    code: u8,
    folder: Option<&Path>,
    unread: Option<String>,
) {
    let folder = folder.map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()));
    let folder = folder.map(|folder| folder.display().to_string());
    let work = history::record(place, report, id, code, folder.as_deref());
    let recorded = unless_interrupted(work).await;
    let not_recorded = |why: &str| console::complain(&format!("cutover run: the run is not recorded: {why}\n"));
    match (recorded, unread) {
        (Some(Ok(())), None) => {}
        (Some(Ok(())), Some(why)) => {
            console::complain(&format!("cutover run: the report shows no earlier runs: {why}\n"));
        }
        (Some(Err(error)), _) => not_recorded(&visible(&error.to_string())),
        (None, _) => not_recorded(INTERRUPTED),
    }
}

/// What is said of a history that was not waited for.
const INTERRUPTED: &str = "interrupted while it was waited for";

//! Defects that were planted in databases, each judged by a run beside the one without it.

use super::judge::is_worse;
use super::request::Request;
use crate::model::{CheckReport, MutantReport, ProofReport, Sighting};
use crate::run;
use crate::run::{RunOptions, Selected};
use crate::source::CancellationToken;

/// What patterns of `accept` have before the name of a defect.
const DEFECT: &str = "defect";

/// Runs `selected` on what the databases hold now, and returns the reports.
pub(crate) async fn ran(selected: &[Selected<'_>], request: &Request, stop: &CancellationToken) -> Vec<CheckReport> {
    let mut options = RunOptions { jobs: request.jobs, ..request.options.clone() };
    options.limits.diagnosis = false;
    run::run(selected, &options, stop, |_| {}).await.checks
}

/// Returns what became of the defect `name`, from the reports `before` it was planted and `after` it.
pub(crate) fn defect(name: &str, story: &str, before: &[CheckReport], after: &[CheckReport]) -> MutantReport {
    let of = |reports: &[CheckReport], check: &str| -> Vec<CheckReport> {
        reports.iter().filter(|report| checked(&report.id) == check).cloned().collect()
    };
    let mut checks: Vec<&str> = before.iter().map(|report| checked(&report.id)).collect();
    checks.dedup();
    let is_seen = |check: &&str| is_worse(&of(before, check), &of(after, check));
    let seen_by: Vec<String> = checks.into_iter().filter(is_seen).map(str::to_owned).collect();
    MutantReport {
        id: format!("{DEFECT}:{name}"),
        what: story.to_owned(),
        column: None,
        example: None,
        outcome: if seen_by.is_empty() { Sighting::Missed } else { Sighting::Caught },
        reason: None,
        accepted: None,
        seen_by,
    }
}

/// Notes which missed defects the suites accept; a pattern that names one is of use.
pub(crate) fn accept_defects(selected: &[Selected<'_>], report: &mut ProofReport) {
    for one in selected.iter().flat_map(|one| &one.suite.accepted_misses) {
        for defect in report.defects.iter_mut().filter(|defect| defect.outcome == Sighting::Missed) {
            if one.pattern.is_match(&defect.id) {
                defect.accepted.get_or_insert_with(|| one.reason.clone());
                report.unused.retain(|pattern| pattern != one.pattern.glob().glob());
            }
        }
    }
}

/// The check of a report, which may be of one of its windows.
fn checked(id: &str) -> &str {
    id.split_once('@').map_or(id, |(check, _)| check)
}

//! The verdict of a run in one sentence, the same in every format.

use super::suppressed;
use crate::model::{RunReport, Status, plural};

/// Whether another run may get further, where this one did not get to its end.
fn again_helps(report: &RunReport) -> Option<&'static str> {
    Some(match report.retryable()? {
        true => "retryable: another run may get further",
        false if report.checks.is_empty() => return None,
        false => "not retryable: something has to be corrected first",
    })
}

/// `2 fail`, `1 error`: statuses are words of their own, of which only an error is also a thing.
fn counted(report: &RunReport, status: Status) -> String {
    match (report.count(status), status) {
        (count, Status::Error) => plural(count as u64, "error"),
        (count, status) => format!("{count} {status}"),
    }
}

/// The verdict of a run in one sentence.
pub(super) fn verdict(report: &RunReport) -> String {
    let warned =
        report.checks.iter().filter(|check| check.status() == Status::Pass && !check.warnings.is_empty()).count();
    let warned = (warned > 0).then(|| format!("{warned} of them with a warning"));
    let passes = |status: Status| if status == Status::Pass { warned.as_ref() } else { None };
    let parts: Vec<String> = [Status::Fail, Status::Error, Status::Warn, Status::Pass, Status::Skip]
        .into_iter()
        .filter(|status| report.count(*status) > 0)
        .flat_map(|status| [Some(counted(report, status)), passes(status).cloned()])
        .flatten()
        .collect();
    let meaning = match report.status() {
        _ if report.interrupted && report.differs() => {
            "old and new differ, and it was cut short: no verdict on what was not looked at"
        }
        _ if report.interrupted => "cut short: no verdict on what was not looked at",
        Status::Pass if report.rerun_of.is_some() => "what did not pass before passes now; nothing else was run",
        Status::Pass if suppressed::total(report) != (0, 0) => "no difference but those that are waived or known",
        Status::Pass => "old and new tell the same story",
        Status::Warn => "no failure, but there are warnings to read",
        Status::Fail => "old and new differ",
        Status::Error if report.checks.is_empty() => "nothing ran",
        Status::Error if report.differs() => "old and new differ, and something could not be compared",
        Status::Error => "something could not be compared",
        Status::Skip => "nothing ran",
    };
    let again = again_helps(report).map_or(String::new(), |again| format!("; {again}"));
    format!("{}: {meaning} ({}){again}", report.status().to_string().to_uppercase(), parts.join(", "))
}

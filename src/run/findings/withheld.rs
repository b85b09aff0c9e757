//! What is left of a report where what hides its secrets met a defect: its verdict with every number, and no word of others.

use crate::model::{CheckReport, ErrorReport, Key, Outcome, Warning, WarningCode};

/// What stands in place of words.
const WITHHELD: &str = "withheld";

/// Leaves out every text that others wrote. The verdict is as before, because it follows from the numbers.
pub(super) fn withhold(report: &mut CheckReport) {
    report.why = None;
    report.sides.present_mut().for_each(|(_, side)| side.sql.clear());
    lists(&mut report.outcome);
    report.diagnosis = None;
    for waived in &mut report.waived {
        (waived.why, waived.owner) = (WITHHELD.to_owned(), WITHHELD.to_owned());
    }
    report.unstable.iter_mut().for_each(|unstable| unstable.causes.clear());
    for warning in &mut report.warnings {
        *warning = Warning::new(warning.code, WITHHELD).of_table(warning.table.take());
    }
    if let Some(error) = &report.error {
        report.error = Some(ErrorReport::new(error.code(), WITHHELD));
    }
    report.skipped.iter_mut().for_each(|why| WITHHELD.clone_into(why));
    report.warnings.push(defect_beside("every text and every example of this check, which may hold a secret"));
}

/// Empties what is listed one by one; totals stay.
fn lists(outcome: &mut Outcome) {
    outcome.measures_mut().into_iter().for_each(Vec::clear);
    outcome.examples_mut().into_iter().for_each(Vec::clear);
    if let Outcome::Percentiles(found) = outcome {
        found.too_small.clear();
        found.drift.iter_mut().for_each(|drift| drift.worst_key = Key::default());
    }
}

/// Returns whether `check` is one of `suite`.
pub(crate) fn is_of(suite: &str, check: &CheckReport) -> bool {
    check.id.split_once('.').is_some_and(|(name, _)| name == suite)
}

/// Returns what each check of a suite says where the report is without its params and sources.
pub(crate) fn left_out() -> Warning {
    defect_beside("the params and sources of this suite")
}

/// What is said where a defect of cutover itself left `what` out of a report whose verdict it does not touch.
fn defect_beside(what: &str) -> Warning {
    let text = format!("cutover met a defect of its own and left out {what}; the verdict stands; please report it");
    Warning::new(WarningCode::Defect, text)
}

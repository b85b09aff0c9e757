//! What is said of checks once all of them are done, because it depends on more than one.
//!
//! A defect of cutover here costs the checks that it may be about, and not the report of all.

use std::collections::HashMap;

use super::check::facts::CheckFacts;
use super::context::panicked;
use super::findings::{mask, unused_waivers};
use super::options::{RunOptions, Selected};
use super::windows;
use super::windows::ShiftedKeys;
use crate::isolation::{Defect, caught};
use crate::model::CheckReport;
use crate::spec::check::Masks;

/// Completes the reports of all checks; `facts` has one entry for each.
pub(super) fn end(
    reports: &mut [CheckReport],
    facts: &[CheckFacts],
    selected: &[Selected<'_>],
    options: &RunOptions,
    strays: &HashMap<String, ShiftedKeys>,
) {
    let windowed = |report: &CheckReport| report.id.contains('@');
    let of = |report: &CheckReport, is: &dyn Fn(&Selected<'_>) -> bool| {
        let id = report.id.split_once('@').map_or(report.id.as_str(), |(id, _)| id);
        selected.iter().any(|one| one.check.id == id && is(one))
    };
    let masked = |report: &CheckReport| of(report, &|one| one.check.mask != Masks::default());
    let waived = |report: &CheckReport| of(report, &|one| !one.suite.waivers.is_empty());
    step(reports, windowed, |reports| windows::settle_empty(reports, facts, selected));
    step(reports, masked, |reports| mask::unused(selected.iter().map(|one| one.check), reports, facts));
    step(reports, windowed, |reports| windows::moved(reports, strays));
    step(reports, windowed, |reports| windows::add_up(reports, selected, options));
    step(reports, waived, |reports| unused_waivers::unused(reports, selected, options));
}

/// Does `work`; where it meets a defect, every check that it is `about` has this for its error, beside what was found.
fn step(reports: &mut [CheckReport], about: impl Fn(&CheckReport) -> bool, work: impl FnOnce(&mut [CheckReport])) {
    if caught(|| work(&mut *reports)).is_ok() {
        return;
    }
    for report in reports.iter_mut().filter(|report| report.error.is_none() && about(report)) {
        // What it says could quote a value.
        report.error = Some(panicked(&Defect::new(Box::new(()))).without_causes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, Outcome, Status, ViolationFindings, Warning};

    /// Catches a defect that takes the reports of all checks with it, or that leaves a check it was about with a verdict.
    #[test]
    fn a_defect_costs_the_checks_it_is_about() {
        let report = |id: &str| {
            let mut report = CheckReport::new(id, Kind::Invariant);
            report.outcome =
                Outcome::Violations(ViolationFindings { population: Some(1), ..ViolationFindings::default() });
            report
        };
        let mut reports = ["s.a@2026", "s.a@2027", "s.b"].map(report);
        assert!(reports.iter().all(|report| report.status() == Status::Pass));
        reports[1].error = Some(crate::model::ErrorReport::new(crate::model::ErrorCode::Permanent, "another"));
        step(
            &mut reports,
            |report| report.id.contains('@'),
            |reports| {
                reports[2].warnings.push(Warning::new(crate::model::WarningCode::Retried, "m".to_owned()));
                panic!("a value")
            },
        );
        let errors: Vec<_> =
            reports.iter().map(|report| report.error.as_ref().map(crate::model::ErrorReport::message)).collect();
        assert!(errors[0].as_ref().is_some_and(|error| error.contains("defect of its own")), "{errors:?}");
        assert!(!format!("{reports:?}").contains("a value"));
        assert_eq!((errors[1].clone(), errors[2].clone()), (Some("another".to_owned()), None));
        assert_eq!((reports[2].status(), reports[2].warnings.len()), (Status::Pass, 1), "what was said stays");
    }
}

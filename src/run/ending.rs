//! What is said of checks once all of them are done, because it depends on more than one.
//!
//! A defect of cutover here costs the checks that it may be about, and not the report of all.

use std::collections::{BTreeSet, HashMap};

use super::addition::{Addition, Additions, broken};
use super::check::facts::CheckFacts;
use super::context::panicked;
use super::findings::{unused_columns, unused_waivers};
use super::options::{RunOptions, Selected};
use super::windows;
use super::windows::ShiftedKeys;
use crate::isolation::{Defect, caught};
use crate::model::CheckReport;
use crate::spec::check::Masks;

/// Returns what is to be added to the reports of all checks; `facts` has one entry for each, and `whole` are the checks of
/// which every window was to be run.
pub(super) fn additions(
    reports: &[CheckReport],
    facts: &[CheckFacts],
    selected: &[Selected<'_>],
    (options, whole): (&RunOptions, &BTreeSet<&str>),
    strays: &HashMap<String, ShiftedKeys>,
) -> Additions {
    let windowed = |report: &CheckReport| report.id.contains('@');
    let of = |report: &CheckReport, is: &dyn Fn(&Selected<'_>) -> bool| {
        let id = report.id.split_once('@').map_or(report.id.as_str(), |(id, _)| id);
        selected.iter().any(|one| one.check.id == id && is(one))
    };
    let masked = |report: &CheckReport| of(report, &|one| one.check.mask != Masks::default());
    let waived = |report: &CheckReport| of(report, &|one| !one.suite.waivers.is_empty());
    let checks = || selected.iter().map(|one| one.check);
    let mut all = Additions::new();
    step(reports, &mut all, windowed, |_| windows::settle_empty(reports, facts, selected));
    step(reports, &mut all, masked, |_| unused_columns::unused_masks(checks(), reports, facts));
    step(reports, &mut all, |_| !options.with.is_empty(), |_| unused_columns::unused_carried(&options.with, facts));
    step(reports, &mut all, windowed, |_| windows::moved(reports, strays));
    step(reports, &mut all, windowed, |_| windows::unique(reports, selected));
    step(reports, &mut all, windowed, |all| windows::add_up(reports, &broken(all), selected, whole));
    step(reports, &mut all, waived, |all| unused_waivers::unused(reports, &broken(all), selected, options));
    all
}

/// Adds what `work` makes of what is to be said already; where it meets a defect, every check that it is `about` has this for
/// its error, beside what was found.
fn step(
    reports: &[CheckReport],
    all: &mut Additions,
    about: impl Fn(&CheckReport) -> bool,
    work: impl FnOnce(&Additions) -> Additions,
) {
    if let Ok(more) = caught(|| work(all)) {
        return all.extend(more);
    }
    let broken = broken(all);
    let whole = |(at, report): &(usize, &CheckReport)| report.error.is_none() && !broken.contains(at) && about(report);
    for (at, _) in reports.iter().enumerate().filter(whole) {
        // What it says could quote a value.
        all.push((at, Addition::Error(panicked(&Defect::new(Box::new(()))).without_causes())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorCode, ErrorReport, Kind, Outcome, Status, ViolationFindings, Warning, WarningCode};
    use crate::run::addition::assemble;

    /// Catches a defect that takes the reports of all checks with it, or that leaves a check it was about with a verdict.
    #[test]
    fn a_defect_costs_the_checks_it_is_about() {
        let report = |id: &str| {
            let mut report = CheckReport::new(id, Kind::Invariant);
            report.outcome =
                Outcome::Violations(ViolationFindings { population: Some(1), ..ViolationFindings::default() });
            report
        };
        let mut reports = ["s.a@2026", "s.a@2027", "s.a@2028", "s.b"].map(report).to_vec();
        assert!(reports.iter().all(|report| report.status() == Status::Pass));
        reports[1].error = Some(ErrorReport::new(ErrorCode::Permanent, "another"));
        let said = Warning::new(WarningCode::Retried, "m".to_owned());
        let mut all = vec![
            (3, Addition::Warning(said)),
            (2, Addition::Error(ErrorReport::new(ErrorCode::NothingCompared, "empty"))),
        ];
        step(&reports, &mut all, |report| report.id.contains('@'), |_| panic!("a value"));
        let reports = assemble(reports, all);
        let errors: Vec<_> = reports.iter().map(|report| report.error.as_ref().map(ErrorReport::message)).collect();
        assert!(errors[0].as_ref().is_some_and(|error| error.contains("defect of its own")), "{errors:?}");
        assert!(!format!("{reports:?}").contains("a value"));
        assert_eq!(errors[1..], [Some("another".to_owned()), Some("empty".to_owned()), None]);
        assert_eq!((reports[3].status(), reports[3].warnings.len()), (Status::Pass, 1), "what was said stays");
    }
}

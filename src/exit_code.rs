//! The exit codes, all of them, in one place.

use crate::model::{RunReport, Status};

/// Every selected check passed, or only warned.
pub(crate) const PASSED: u8 = 0;
/// At least one difference.
pub(crate) const DIFFERENT: u8 = 1;
/// Something could not be compared, was cut short, or nothing ran; bad usage and bad suites too.
pub(crate) const BROKEN: u8 = 2;
/// Stopped by a signal.
pub(crate) const INTERRUPTED: u8 = 130;

/// Which statuses make a run fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    /// Differences.
    #[default]
    Fail,
    /// Differences and warnings.
    Warn,
    /// Differences and checks that were not run.
    Skip,
}

/// How the exit code of a run follows from its report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExitPolicy<'a> {
    /// Which statuses make a run fail.
    pub fail_on: &'a [FailOn],
    /// Stands in the place of 2 where another run may get further.
    pub retryable: Option<u8>,
}

impl ExitPolicy<'_> {
    /// The exit code of a run that no signal stopped.
    pub(crate) fn code(&self, report: &RunReport) -> u8 {
        match code(report, self.fail_on) {
            BROKEN if report.retryable() == Some(true) => self.retryable.unwrap_or(BROKEN),
            code => code,
        }
    }
}

/// The exit code of a run that no signal stopped; 2 beats 1.
pub(crate) fn code(report: &RunReport, fail_on: &[FailOn]) -> u8 {
    let ran = report.checks.iter().any(|check| check.status() != Status::Skip);
    let has = |status| report.count(status) > 0;
    if !ran || report.interrupted || has(Status::Error) {
        return BROKEN;
    }
    let failed = has(Status::Fail)
        || (fail_on.contains(&FailOn::Warn) && has(Status::Warn))
        || (fail_on.contains(&FailOn::Skip) && has(Status::Skip));
    if failed { DIFFERENT } else { PASSED }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckReport, ErrorCode, ErrorReport, Kind, NumberFindings, Outcome, Severity, Totals};

    fn report(statuses: &[Status]) -> RunReport {
        let check = |status: &Status| {
            let mut check = CheckReport::new("suite.check", Kind::Sum);
            let totals = Totals { compared: 1, outside: u64::from(matches!(status, Status::Fail | Status::Warn)) };
            check.outcome = Outcome::Numbers(NumberFindings { totals, ..NumberFindings::default() });
            match status {
                Status::Skip => check.skipped = Some("no extension".to_owned()),
                Status::Warn => check.severity = Severity::Warn,
                Status::Error => check.error = Some(ErrorReport::new(ErrorCode::Permanent, "unreachable")),
                Status::Pass | Status::Fail => {}
            }
            assert_eq!(check.status(), *status);
            check
        };
        RunReport {
            id: "20260108T000000.000Z-0000".to_owned(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            elapsed_ms: 0,
            version: String::new(),
            interrupted: false,
            rerun_of: None,
            sign_off: None,
            suites: Vec::new(),
            checks: statuses.iter().map(check).collect(),
        }
    }

    #[test]
    fn two_beats_one_beats_zero() {
        use Status::{Error, Fail, Pass, Skip, Warn};
        let table: [(&[Status], &[FailOn], u8); 11] = [
            (&[Pass], &[], PASSED),
            (&[Pass, Warn, Skip], &[], PASSED),
            (&[Pass, Warn], &[FailOn::Warn], DIFFERENT),
            (&[Pass, Skip], &[FailOn::Skip], DIFFERENT),
            (&[Pass, Skip], &[FailOn::Warn], PASSED),
            (&[Pass, Fail], &[], DIFFERENT),
            (&[Fail, Error], &[], BROKEN),
            (&[Pass, Error], &[], BROKEN),
            (&[Skip], &[], BROKEN),
            (&[Skip], &[FailOn::Skip], BROKEN),
            (&[], &[], BROKEN),
        ];
        for (statuses, fail_on, expected) in table {
            assert_eq!(code(&report(statuses), fail_on), expected, "{statuses:?} {fail_on:?}");
        }
        let cut_short = RunReport { interrupted: true, ..report(&[Pass]) };
        assert_eq!(code(&cut_short, &[]), BROKEN);
    }

    /// Catches a mistake that is tried again all night, and another code where nobody asked for one.
    #[test]
    fn another_code_stands_for_what_may_pass_and_for_nothing_else() {
        let wanted = |retryable| ExitPolicy { fail_on: &[FailOn::Fail], retryable };
        let away = |mut report: RunReport| {
            for error in report.checks.iter_mut().filter_map(|check| check.error.as_mut()) {
                *error = ErrorReport::new(ErrorCode::Connection, "away");
            }
            report
        };
        use Status::{Error, Fail, Pass};
        let mut mixed = away(report(&[Error, Error]));
        mixed.checks[1].error = Some(ErrorReport::new(ErrorCode::Permanent, "wrong"));
        let table = [
            (away(report(&[Pass, Error])), 75),
            (away(report(&[Fail, Error])), 75),
            (RunReport { interrupted: true, ..report(&[Pass]) }, 75),
            (report(&[Pass, Error]), BROKEN),
            (mixed, BROKEN),
            (report(&[]), BROKEN),
            (report(&[Fail]), DIFFERENT),
            (report(&[Pass]), PASSED),
        ];
        for (report, code) in table {
            assert_eq!(wanted(Some(75)).code(&report), code, "{:?}", report.retryable());
            assert_eq!(wanted(None).code(&report), if code == 75 { BROKEN } else { code });
        }
    }
}

//! JUnit XML: a suite is a test suite, a check a test case.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::suppressed;
use super::terminal::{Style, details};
use super::text::{finding, visible, visible_lines};
use super::verdict::verdict;
use crate::model::{CheckReport, RunReport, Status};

/// Renders the report.
pub(super) fn render(report: &RunReport) -> String {
    let mut junit = Report::new("cutover");
    junit.set_timestamp(report.started_at.fixed_offset()).set_time(Duration::from_millis(report.elapsed_ms));
    let mut suites: Vec<TestSuite> = Vec::new();
    for check in &report.checks {
        let (suite, name) = check.id.split_once('.').unwrap_or(("", &check.id));
        let case = test_case(report, check, suite, name);
        match suites.iter_mut().find(|one| one.name.as_str() == suite) {
            Some(one) => {
                one.add_test_case(case);
            }
            None => {
                let mut one = TestSuite::new(suite);
                one.add_test_case(case);
                suites.push(one);
            }
        }
    }
    suites.iter_mut().for_each(|suite| {
        suite.add_property(("verdict", visible(&verdict(report)).as_str()));
    });
    junit.add_test_suites(suites);
    let mut text = junit.to_string().unwrap_or_else(|error| unreachable!("XML is written to memory: {error}"));
    text.push('\n');
    text
}

fn test_case(report: &RunReport, check: &CheckReport, suite: &str, name: &str) -> TestCase {
    let status = match check.status() {
        Status::Pass | Status::Warn => TestCaseStatus::success(),
        Status::Skip => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(finding(check));
            status
        }
        failed => {
            let kind = if failed == Status::Fail { NonSuccessKind::Failure } else { NonSuccessKind::Error };
            let mut status = TestCaseStatus::non_success(kind);
            // What may pass with time and what has to be corrected have words of their own.
            let of = check.error.as_ref().map_or(check.kind.to_string(), |error| error.code().as_str().to_owned());
            status.set_type(of).set_message(message(check)).set_description(told(report, check));
            status
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(suite).set_time(Duration::from_millis(check.elapsed_ms));
    // Attributes that no schema has and CI systems follow to the check.
    if let (Some(of), Some(line)) = (report.suites.iter().find(|one| one.name == suite), check.line) {
        case.extra.insert("file".into(), visible(&of.path).as_str().into());
        case.extra.insert("line".into(), line.to_string().as_str().into());
    }
    if check.status() == Status::Warn || (check.status() == Status::Pass && !suppressed::lines(check).is_empty()) {
        case.set_system_out(told(report, check));
    }
    case
}

/// What was found, and the first thing that the differing rows have in common.
fn message(check: &CheckReport) -> String {
    let first = super::diagnosis::lines(check).into_iter().next();
    finding(check) + &first.map_or(String::new(), |line| format!("; {}", line.text))
}

/// The detail that the terminal shows, for this check alone; its lines stay, control characters are shown.
fn told(report: &RunReport, check: &CheckReport) -> String {
    let alone = RunReport { checks: vec![check.clone()], ..report.clone() };
    let text = details(&alone, &Style::default());
    if text.is_empty() { visible(&finding(check)) } else { visible_lines(&text) }
}

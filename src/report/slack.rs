//! A run in a few lines for a chat, in the markup of Slack, which others read too.
//!
//! It goes to a server that is not the user's, so it holds counts, names of suite files and of columns, never a value from
//! the data nor what a database said.

use std::fmt::Write as _;

use super::text;
use super::text::{differing, duration, thousands, visible};
use super::verdict::verdict;
use crate::model::{CheckReport, DifferenceCounts, Expectation, RunReport, Status, agree};

/// Checks that are named; the others are counted.
const NAMED: usize = 10;

/// What surrounds a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// Exit code of the run.
    pub code: u8,
    /// Verdict of the run before, where it is known.
    pub before: Option<&'a str>,
    /// Where its reports are.
    pub reports: &'a [String],
    /// Page on which people reach them, which is told in place of that.
    pub page: Option<&'a str>,
    /// Page of the job that it ran in.
    pub job: Option<&'a str>,
}

/// `report` as the text of a message.
pub fn render(report: &RunReport, around: Around<'_>) -> String {
    let mut text = format!("*cutover* {}", escaped(&verdict(report)));
    if report.checks.is_empty() {
        text = format!("*cutover* ERROR: the run did not begin, exit code {}; the job's log says why", around.code);
    } else if around.code != 0 && report.status() <= Status::Pass && !report.interrupted {
        let _ = write!(text, "; yet exit code {}", around.code);
    }
    if let Some(before) = around.before {
        let _ = write!(text, "; the run before: {}", escaped(before));
    }
    let wanted = |check: &&CheckReport| !matches!(check.status(), Status::Pass | Status::Skip);
    let mut checks: Vec<&CheckReport> = report.checks.iter().filter(wanted).collect();
    checks.sort_by_key(|check| std::cmp::Reverse(check.status()));
    for check in checks.iter().take(NAMED) {
        let _ = write!(text, "\n• {} {}", code(&check.id), found(check));
    }
    if checks.len() > NAMED {
        let _ = write!(text, "\n• and {} more", checks.len() - NAMED);
    }
    let suites: Vec<String> = report.suites.iter().map(|suite| code(&suite.name)).collect();
    let _ = write!(text, "\n{}, {}", report.started_at.format("%Y-%m-%d %H:%M UTC"), duration(report.elapsed_ms));
    if !suites.is_empty() {
        let _ = write!(text, ", {} {}", agree(suites.len() as u64, "suite", "suites"), suites.join(", "));
    }
    if let Some(page) = around.page {
        let _ = write!(text, "\nreport: {}", escaped(page));
    } else if !around.reports.is_empty() {
        let places: Vec<String> = around.reports.iter().map(|place| code(place)).collect();
        let _ = write!(text, "\nreport: {}", places.join(", "));
    }
    if let Some(job) = around.job {
        let _ = write!(text, "\njob: {}", escaped(job));
    }
    text
}

fn found(check: &CheckReport) -> String {
    if let Some(error) = &check.error {
        let beside = check.differs_in_part().then(|| format!("; beside that {}", differing(check)));
        return format!("error: could not be compared ({}){}", error.code().as_str(), beside.unwrap_or_default());
    }
    let suppressed = check.suppressed();
    let mut left = DifferenceCounts::default();
    for (name, count) in check.outcome.differences() {
        left.add(name, count.saturating_sub(suppressed.0.get(name).copied().unwrap_or(0)));
    }
    let mut counts: Vec<String> = left.0.iter().map(|(name, count)| format!("{} {name}", thousands(*count))).collect();
    if !suppressed.is_empty() {
        counts.push(format!("{} waived or known", thousands(suppressed.total())));
    }
    let holds = |one: &&Expectation| one.holds(left.0.get(&one.name).copied().unwrap_or(0));
    let expected: Vec<String> = check.expected.iter().filter(|one| !holds(one)).map(text::expected).collect();
    match [counts, expected].concat() {
        parts if parts.is_empty() => check.status().to_string(),
        parts => format!("{}: {}{}", check.status(), parts.join(", "), common(check)),
    }
}

/// The first thing that the differing rows have in common, without a value: `; times in 1,190 of 1,204 changed \`cost\``.
fn common(check: &CheckReport) -> String {
    let Some(first) = check.diagnosis.as_ref().and_then(|diagnosis| diagnosis.findings.first()) else {
        return String::new();
    };
    let column = first.column.as_deref().map_or(String::new(), |column| format!(" {}", code(column)));
    format!("; {} in {} of {} {}{column}", first.code, thousands(first.covers), thousands(first.of), first.class)
}

/// Text as code, in which servers look for no mention.
fn code(text: &str) -> String {
    format!("`{}`", escaped(text).replace('`', "'"))
}

/// Text that starts no link: Slack reads `&`, `<` and `>`, and wants nothing else escaped.
fn escaped(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

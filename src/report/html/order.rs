//! What the list of checks and the charts share: their order, their names in links, their signs, and what they are counted by.

use super::super::text::visible;
use crate::model::{CheckReport, EarlierRuns, RunReport, Status};

/// The checks of a report with their windows: the id of a window is that of its check and what stands behind an `@`.
pub(super) fn by_check(report: &RunReport) -> Vec<(&str, Vec<&CheckReport>)> {
    let mut groups: Vec<(&str, Vec<&CheckReport>)> = Vec::new();
    for check in &report.checks {
        let base = match check.window {
            Some(_) => check.id.split('@').next().unwrap_or(&check.id),
            None => check.id.as_str(),
        };
        match groups.last_mut() {
            Some((last, members)) if *last == base && check.window.is_some() => members.push(check),
            _ => groups.push((base, vec![check])),
        }
    }
    groups
}

/// What a link leads to a check by; its name, in which no space may stand.
pub(super) fn anchor(id: &str) -> String {
    visible(id).split_whitespace().collect::<Vec<_>>().join("_")
}

/// All differences of a check, whatever their name.
pub(super) fn found(check: &CheckReport) -> u64 {
    check.outcome.differences().values().fold(0, |sum, count| sum.saturating_add(*count))
}

/// Whether a check is `new` among those that fail, or `healed`, beside its run before.
pub(super) fn turn(check: &CheckReport, earlier: &EarlierRuns) -> Option<&'static str> {
    let is_bad = |status: Status| matches!(status, Status::Fail | Status::Error);
    let before = earlier.of(&check.id).last()?.status;
    match (is_bad(before), check.status()) {
        (false, now) if is_bad(now) && before != Status::Skip => Some("new"),
        (true, Status::Pass | Status::Warn) => Some("healed"),
        _ => None,
    }
}

/// A sign for each status, so that none is told by its colour.
pub(super) fn mark(status: Status) -> &'static str {
    match status {
        Status::Pass => "✓",
        Status::Warn => "▲",
        Status::Fail => "✕",
        Status::Error => "!",
        Status::Skip => "–",
    }
}

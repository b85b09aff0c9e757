//! What the reader must know of checks that passed: their warnings, each told once.

use super::suppressed;
use crate::model::{RunReport, Status, Warning};

/// Each warning about checks that passed, with their ids: one cause shows in many checks. Those that `suppressed` tells of
/// are left to it.
pub(crate) fn warnings(report: &RunReport) -> Vec<(&Warning, Vec<&str>)> {
    let mut told: Vec<(&Warning, Vec<&str>)> = Vec::new();
    let passed = report.checks.iter().filter(|check| check.status() == Status::Pass);
    for check in passed.filter(|check| suppressed::lines(check).is_empty()) {
        for warning in &check.warnings {
            match told.iter_mut().find(|(known, _)| *known == warning) {
                Some((_, ids)) => ids.push(&check.id),
                None => told.push((warning, vec![&check.id])),
            }
        }
    }
    told
}

/// Some of `ids`, and how many more there are.
pub(crate) fn some(ids: &[&str]) -> String {
    const SHOWN: usize = 5;
    match ids.len().checked_sub(SHOWN) {
        Some(more) if more > 1 => format!("{} and {more} more", ids[..SHOWN].join(", ")),
        _ => ids.join(", "),
    }
}

//! What of a report is told in detail, and in which order: failures first, then errors, and one error that hit many checks
//! once.

use super::text::counts;
use crate::model::{CheckReport, RunReport, Status};

/// The order in which checks are listed where all of them are.
pub(super) const ORDER: [Status; 5] = [Status::Fail, Status::Error, Status::Warn, Status::Skip, Status::Pass];

/// From so many checks on, an error that they share is told once.
const MANY: usize = 3;

/// Checks that are told of in one section.
#[derive(Clone, Debug)]
pub(super) enum Section<'a> {
    /// One check, with all that it found.
    One(&'a CheckReport),
    /// Checks that one error hit, in the order of the report; there are [`MANY`] or more.
    Shared(Vec<&'a CheckReport>),
}

/// Returns the sections about checks that did not pass.
pub(super) fn sections(report: &RunReport) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for wanted in [Status::Fail, Status::Error, Status::Warn] {
        for check in report.checks.iter().filter(|check| check.status() == wanted) {
            let like = |one: &&CheckReport| wanted == Status::Error && one.status() == wanted && is_shared(check, one);
            let alike: Vec<&CheckReport> = report.checks.iter().filter(like).collect();
            match alike.first() {
                Some(first) if alike.len() >= MANY => {
                    if first.id == check.id {
                        sections.push(Section::Shared(alike));
                    }
                }
                _ => sections.push(Section::One(check)),
            }
        }
    }
    sections
}

/// Returns the id of a section: that of its first check.
pub(super) fn id<'a>(section: &Section<'a>) -> &'a str {
    match section {
        Section::One(check) => &check.id,
        Section::Shared(checks) => checks.first().map_or("", |check| &check.id),
    }
}

/// Whether the same error hit both, and nothing else is to be told of either.
fn is_shared(one: &CheckReport, other: &CheckReport) -> bool {
    one.error.is_some() && one.error == other.error && counts(one).is_empty() && counts(other).is_empty()
}

//! The list of checks: what did not pass first, windows under their check, and what changed since the run before.

use std::collections::HashSet;

use serde::Serialize;

use super::super::diagnosis;
use super::super::shared_errors::{ORDER, Section, sections};
use super::super::text::{duration, finding, plural, thousands, visible};
use super::bars;
use super::bars::Bars;
use super::check;
use super::check::Check;
use super::order::{anchor, by_check, found, mark, turn};
use super::trend;
use super::trend::Strip;
use crate::model::{CheckReport, EarlierRuns, RunReport, Status};

/// Checks of one status.
#[derive(Serialize)]
pub(super) struct Group {
    status: String,
    heading: String,
    entries: Vec<Entry>,
}

/// One line of the list: a check, or one that was cut into windows with these below it.
#[derive(Serialize)]
pub(super) struct Entry {
    anchor: String,
    id: String,
    suite: String,
    kind: String,
    status: String,
    mark: &'static str,
    rank: u8,
    tags: Vec<String>,
    finding: String,
    said: Option<String>,
    turn: Option<&'static str>,
    found: u64,
    ms: u64,
    took: String,
    strip: Option<Strip>,
    open: bool,
    check: Option<Check>,
    bars: Option<Bars>,
    windows: Vec<Entry>,
}

/// The checks by status, in [`ORDER`].
pub(super) fn groups(report: &RunReport, earlier: &EarlierRuns) -> Vec<Group> {
    let mut entries: Vec<(Status, Entry)> = Vec::new();
    for (base, members) in by_check(report) {
        entries.push(match members.as_slice() {
            [one] => (one.status(), alone(report, earlier, one)),
            _ => cut(report, earlier, base, &members),
        });
    }
    for section in sections(report) {
        let Section::Shared(checks) = section else { continue };
        let ids: HashSet<String> = checks.iter().map(|check| visible(&check.id)).collect();
        let windows = entries.iter_mut().map(|(_, entry)| entry).flat_map(|entry| {
            if entry.windows.is_empty() { std::slice::from_mut(entry) } else { entry.windows.as_mut_slice() }
        });
        for entry in windows.filter(|entry| ids.contains(&entry.id)) {
            entry.finding = format!("one cause with {}: see above", plural(checks.len() as u64 - 1, "other check"));
        }
    }
    // What is the only thing to read is read without a click.
    let telling = entries.iter().filter(|(status, _)| *status != Status::Pass).count();
    let single = entries.len() == 1;
    for (status, entry) in &mut entries {
        entry.open = single || (telling == 1 && *status != Status::Pass);
    }
    ORDER
        .into_iter()
        .filter_map(|wanted| {
            let of: Vec<Entry> = entries.extract_if(.., |(status, _)| *status == wanted).map(|(_, one)| one).collect();
            let heading = format!("{} {}", plural(of.len() as u64, "check"), said(wanted, of.len()));
            (!of.is_empty()).then(|| Group { status: wanted.to_string(), heading, entries: of })
        })
        .collect()
}

fn said(status: Status, count: usize) -> &'static str {
    match (status, count) {
        (Status::Fail, 1) => "fails",
        (Status::Fail, _) => "fail",
        (Status::Error, _) => "could not be compared",
        (Status::Warn, 1) => "warns",
        (Status::Warn, _) => "warn",
        (Status::Skip, 1) => "was not run",
        (Status::Skip, _) => "were not run",
        (Status::Pass, 1) => "passes",
        (Status::Pass, _) => "pass",
    }
}

fn alone(report: &RunReport, earlier: &EarlierRuns, one: &CheckReport) -> Entry {
    let told = one.status() != Status::Pass;
    let diagnosed = diagnosis::lines(one).into_iter().next().map(|line| line.text);
    Entry {
        anchor: anchor(&one.id),
        id: visible(&one.id),
        suite: suite(&one.id),
        kind: one.kind.to_string(),
        status: one.status().to_string(),
        mark: mark(one.status()),
        rank: one.status() as u8,
        tags: one.tags.iter().map(|tag| visible(tag)).collect(),
        finding: finding(one),
        said: diagnosed.or_else(|| one.why.as_deref().map(visible)).filter(|_| told),
        turn: turn(one, earlier),
        found: found(one),
        ms: one.elapsed_ms,
        took: duration(one.elapsed_ms),
        strip: trend::strip(one, earlier),
        open: false,
        check: Some(check::check(report, earlier, one)),
        bars: None,
        windows: Vec::new(),
    }
}

/// A check with its windows: its status is the worst of theirs.
fn cut(report: &RunReport, earlier: &EarlierRuns, base: &str, members: &[&CheckReport]) -> (Status, Entry) {
    let status = members.iter().map(|one| one.status()).max().unwrap_or(Status::Error);
    let windows: Vec<Entry> = members.iter().map(|one| alone(report, earlier, one)).collect();
    let turned = |wanted| windows.iter().any(|one| one.turn == Some(wanted));
    let told = [("new", status > Status::Warn), ("healed", status <= Status::Warn)];
    let turn = told.into_iter().find(|(turn, may)| *may && turned(turn)).map(|(turn, _)| turn);
    let ms = members.iter().fold(0, |sum: u64, one| sum.saturating_add(one.elapsed_ms));
    let first = members.iter().filter(|one| one.status() == status);
    let said = first.clone().find_map(|one| diagnosis::lines(one).into_iter().next().map(|line| line.text));
    let why = members.first().and_then(|one| one.why.as_deref()).map(visible);
    let entry = Entry {
        anchor: anchor(base),
        id: visible(base),
        suite: suite(base),
        kind: members.first().map_or(String::new(), |one| one.kind.to_string()),
        status: status.to_string(),
        mark: mark(status),
        rank: status as u8,
        tags: windows.first().map_or(Vec::new(), |one| one.tags.clone()),
        finding: of_windows(members),
        said: said.or(why).filter(|_| status != Status::Pass),
        turn,
        found: members.iter().map(|one| found(one)).fold(0, u64::saturating_add),
        ms,
        took: duration(ms),
        strip: None,
        open: false,
        check: None,
        bars: Some(bars::bars(base, members)),
        windows,
    };
    (status, entry)
}

/// `2 of 31 windows fail, 1 could not be compared: 1,204 changed, 3 missing`.
fn of_windows(members: &[&CheckReport]) -> String {
    let all = plural(members.len() as u64, "window");
    let with = |status| members.iter().filter(|one| one.status() == status).count();
    let mut parts: Vec<String> = Vec::new();
    for status in ORDER.into_iter().filter(|status| *status != Status::Pass && with(*status) > 0) {
        let of = if parts.is_empty() { format!("of {all} ") } else { String::new() };
        parts.push(format!("{} {of}{}", thousands(with(status) as u64), said(status, with(status))));
    }
    if parts.is_empty() {
        parts.push(format!("{all} without a difference"));
    }
    let mut sums: Vec<(&str, u64)> = Vec::new();
    for (name, count) in members.iter().flat_map(|one| one.outcome.differences()).filter(|(_, count)| *count > 0) {
        match sums.iter_mut().find(|(other, _)| *other == name) {
            Some((_, sum)) => *sum = sum.saturating_add(count),
            None => sums.push((name, count)),
        }
    }
    let sums: Vec<String> = sums.iter().map(|(name, sum)| format!("{} {name}", thousands(*sum))).collect();
    let sums = if sums.is_empty() { String::new() } else { format!(": {}", sums.join(", ")) };
    parts.join(", ") + &sums
}

fn suite(id: &str) -> String {
    visible(id.split('.').next().unwrap_or(id))
}

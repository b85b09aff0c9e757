//! A run as GitHub Actions shows it: annotations by workflow commands, and a summary page of limited size.
//!
//! The runner takes any line of a step's output that looks like a command for one, so the output for people, which holds
//! values from data, stands between `stop-commands` and its token.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markdown;
use super::text::{again, finding, visible};
use super::verdict::verdict;
use crate::model::{CheckReport, RunReport, Status, agree, plural};

/// Bytes of the summary that GitHub takes of one step; a larger one is not shown at all.
pub const SUMMARY_LIMIT: usize = 1024 * 1024;

/// Annotations of one level that GitHub shows of one step.
const SHOWN: usize = 10;

/// Bytes kept for the words that say what a summary leaves out.
const NOTE: usize = 4 * 1024;

/// Where a check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The suite's file, from the top of the repository.
    pub file: String,
    /// The line of the check's header, counted from 1.
    pub line: usize,
}

/// The line after which the runner takes nothing for a command, until [`resumed`] with the same token.
pub fn stopped(token: &str) -> String {
    format!("::stop-commands::{token}\n")
}

/// The line that ends [`stopped`].
pub fn resumed(token: &str) -> String {
    format!("::{token}::\n")
}

/// A line for each check that is not a pass, the worst first; `code` is the run's exit code. Of more than GitHub shows, the
/// last counts the rest.
pub fn annotations(report: &RunReport, code: u8, place: impl Fn(&str) -> Option<Place>) -> String {
    let mut out = String::new();
    if report.checks.is_empty() {
        let message = format!("the run did not begin, exit code {code}; the log of this step says why");
        command(&mut out, "error", "cutover", None, &message);
    } else if report.interrupted {
        command(&mut out, "error", "cutover", None, &verdict(report));
    }
    let mut levels: BTreeMap<usize, Vec<&CheckReport>> = BTreeMap::new();
    for check in &report.checks {
        if let Some(level) = level(check.status()) {
            levels.entry(level).or_default().push(check);
        }
    }
    for (level, mut checks) in levels {
        checks.sort_by_key(|check| std::cmp::Reverse(check.status()));
        let room = SHOWN - out.lines().filter(|line| line.starts_with(&format!("::{} ", LEVELS[level]))).count();
        let shown = if checks.len() > room { room - 1 } else { checks.len() };
        for check in &checks[..shown] {
            let why = check.why.as_ref().map_or(String::new(), |why| format!("\n{}", visible(why)));
            let message = format!("{}{why}\n{}", finding(check), again(report, check));
            let id = check.id.split_once('@').map_or(check.id.as_str(), |(id, _)| id);
            let title = format!("{} {}", check.id, check.status());
            command(&mut out, LEVELS[level], &title, place(id).as_ref(), &message);
        }
        if shown < checks.len() {
            let message = format!("{} more checks like these; the summary of the job has them", checks.len() - shown);
            command(&mut out, LEVELS[level], "cutover", None, &message);
        }
    }
    out
}

const LEVELS: [&str; 3] = ["error", "warning", "notice"];

fn level(status: Status) -> Option<usize> {
    match status {
        Status::Fail | Status::Error => Some(0),
        Status::Warn => Some(1),
        Status::Skip => Some(2),
        Status::Pass => None,
    }
}

fn command(out: &mut String, level: &str, title: &str, place: Option<&Place>, message: &str) {
    let _ = write!(out, "::{level} title={}", property(title));
    if let Some(place) = place {
        let _ = write!(out, ",file={},line={}", property(&place.file), place.line);
    }
    let _ = writeln!(out, "::{}", data(message));
}

/// A message of a command. The runner unescapes `%` last, so it is escaped first.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The Markdown report in at most `room` bytes: whole sections, and what is left out is said; empty where not even that fits.
pub fn summary(report: &RunReport, room: usize) -> String {
    let whole = markdown::render(report);
    if whole.len() <= room {
        return whole;
    }
    let Some(mut room) = room.checked_sub(NOTE) else { return String::new() };
    let mut take = |text: &str| match room.checked_sub(text.len()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let parts = markdown::parts(report);
    let mut out = String::new();
    // The table of the checks ends where it no longer fits: a later line of it would stand in the wrong place.
    let mut lines = parts.head.split_inclusive('\n');
    out.extend(lines.by_ref().take_while(|line| take(line)));
    let whole_head = out.len() == parts.head.len();
    let mut left_out = Vec::new();
    for (id, section) in &parts.sections {
        if whole_head && take(section) {
            out.push_str(section);
        } else {
            left_out.push(*id);
        }
    }
    if whole_head && take(&parts.end) {
        out.push_str(&parts.end);
    }
    out.push_str("\n> This summary is cut: GitHub takes 1 MiB of a step. ");
    if !whole_head {
        out.push_str("Not all checks are in the table. ");
    }
    if !left_out.is_empty() {
        let _ = write!(
            out,
            "{} {} not shown in full: ",
            plural(left_out.len() as u64, "check"),
            agree(left_out.len() as u64, "is", "are")
        );
        let named: Vec<String> =
            left_out.iter().take_while(|id| id.len() < 100).take(20).map(|id| format!("`{id}`")).collect();
        out.push_str(&named.join(", "));
        out.push_str(if named.len() < left_out.len() { " and more. " } else { ". " });
    }
    out.push_str("The reports of the run have everything.\n");
    out
}

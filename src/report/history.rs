//! A history for the person at a terminal: the runs, the trend of each check, and what two runs have and have not in common.

use chrono::{DateTime, Utc};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::text::{duration, plural, thousands, visible};
use crate::record::history::Run;
use crate::record::history::changes::{By, Change, CheckInRun};
use crate::record::history::trend;
use crate::record::history::trend::{Point, Trend};

fn table(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width.unwrap_or(u16::MAX).max(40));
    table
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// The runs and the trends over them; `runs` are newest first, `shown` is where they are from.
pub fn trends(runs: &[Run], trends: &[Trend], shown: &str, width: Option<u16>) -> String {
    let mut checks = table(width);
    checks.set_header(["check", "runs", "differences", "now", "since", "time", "usual"]);
    for column in [5, 6] {
        if let Some(column) = checks.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for one in trends {
        let Some(last) = one.runs.last() else { continue };
        let since = one.since.as_ref().and_then(|run| one.runs.iter().find(|point| point.run == *run));
        checks.add_row([
            visible(&one.id),
            trend::letters(one, runs),
            trend::bars(one, runs),
            now(last),
            since.map_or("–".to_owned(), |point| moment(point.started_at)),
            duration(last.elapsed_ms),
            duration(median(one.runs.iter().map(|point| point.elapsed_ms))),
        ]);
    }
    let mut list = table(width);
    list.set_header(["run", "started (UTC)", "verdict", "exit", "took"]);
    for run in runs {
        let cut = if run.interrupted { ", cut short" } else { "" };
        list.add_row([
            visible(&run.id),
            moment(run.started_at),
            format!("{}{cut}", run.status),
            run.exit_code.to_string(),
            duration(run.elapsed_ms),
        ]);
    }
    format!(
        "{}: {}, oldest to newest; P pass, W warn, F fail, E error, s skip, · not in that run\n\n{}\n\n{}\n",
        visible(shown),
        plural(runs.len() as u64, "run"),
        checks.trim_fmt(),
        list.trim_fmt()
    )
}

fn now(point: &Point) -> String {
    match point.found {
        0 => point.status.to_string(),
        found => format!("{}, {}", point.status, plural(found, "difference")),
    }
}

fn median(times: impl Iterator<Item = u64>) -> u64 {
    let mut times: Vec<u64> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or(0)
}

/// What appeared, healed and stayed from `before` to `after`.
pub fn changes(before: &Run, after: &Run, changes: &[Change], width: Option<u16>) -> String {
    let mut rows = table(width);
    rows.set_header(["check", "verdict", "differences", "appeared", "healed", "stayed", "known by"]);
    for column in 3..6 {
        if let Some(column) = rows.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let (quiet, told): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.quiet());
    for change in &told {
        let number = |of: fn(&crate::record::history::changes::Fate) -> u64| match &change.differences {
            Some(fate) => thousands(of(fate)),
            None => "–".to_owned(),
        };
        rows.add_row([
            visible(&change.id),
            arrow(&change.before, &change.after, |side| side.status.to_string()),
            counted(change),
            number(|fate| fate.appeared),
            number(|fate| fate.healed),
            number(|fate| fate.stayed),
            match change.differences.map(|fate| fate.by) {
                Some(By::Key) => "key",
                Some(By::Count) => "count",
                None => "–",
            }
            .to_owned(),
        ]);
    }
    let mut text = format!("before: {}\nafter:  {}\n", title(before), title(after));
    if !told.is_empty() {
        text.push_str(&format!("\n{}\n", rows.trim_fmt()));
    }
    if !quiet.is_empty() {
        text.push_str(&format!("\n{} passed in both\n", plural(quiet.len() as u64, "check")));
    }
    if told.iter().any(|change| change.differences.is_some_and(|fate| fate.by == By::Count)) {
        text.push_str(
            "\nKnown by count: the differences of both runs are not all in their differences.parquet, so at least so many \
             appeared or healed, and at most so many stayed.\n",
        );
    }
    let suites = |change: &&Change| change.id.split_once('.').map(|(suite, _)| visible(suite));
    let mut edited: Vec<String> =
        changes.iter().filter(|change| change.suite_changed).collect::<Vec<_>>().iter().filter_map(suites).collect();
    edited.dedup();
    if !edited.is_empty() {
        text.push_str(&format!(
            "\nThe suite's file or one of its queries is not the same in both runs: {}\n",
            edited.join(", ")
        ));
    }
    text
}

fn title(run: &Run) -> String {
    format!("{} ({}, {})", visible(&run.id), moment(run.started_at), run.status)
}

/// `1 → 2`, or once where both are the same.
fn arrow(before: &Option<CheckInRun>, after: &Option<CheckInRun>, show: impl Fn(&CheckInRun) -> String) -> String {
    let one = |side: &Option<CheckInRun>| side.as_ref().map_or("not in it".to_owned(), &show);
    let (before, after) = (one(before), one(after));
    if before == after { after } else { format!("{before} → {after}") }
}

/// `missing 1 → 0, changed 3`, without what is 0 in both.
fn counted(change: &Change) -> String {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return "–".to_owned() };
    let of = |side: &CheckInRun, name: &str| side.differences.get(name).copied();
    let names: std::collections::BTreeSet<&String> =
        before.differences.keys().chain(after.differences.keys()).collect();
    let count = |count: Option<u64>| count.map_or("–".to_owned(), thousands);
    let parts: Vec<String> = names
        .into_iter()
        .map(|name| (name, of(before, name), of(after, name)))
        .filter(|(_, old, new)| old.unwrap_or(0) + new.unwrap_or(0) > 0)
        .map(|(name, old, new)| match old == new {
            true => format!("{} {}", visible(name), count(new)),
            false => format!("{} {} → {}", visible(name), count(old), count(new)),
        })
        .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_time_is_the_one_in_the_middle() {
        assert_eq!((median([9, 1, 5].into_iter()), median(std::iter::empty())), (5, 0));
    }
}

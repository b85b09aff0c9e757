//! Differences over the windows of a check, and all checks with windows as a matrix.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::text;
use super::super::text::visible;
use super::order;
use super::order::{anchor, by_check, found};
use crate::model::{CheckReport, RunReport, Status};

/// Width that a chart of few windows takes, and the least and most of one window.
const WIDTH: usize = 640;
const STEP: (usize, usize) = (14, 32);
/// Height of a row of the matrix, and the width of one of its cells.
const CELL: (usize, usize) = (20, 22);
/// Room that the name of a window takes.
const NAMED: usize = 104;

/// Differences of the windows of one check, in their order.
#[derive(Serialize)]
pub(super) struct Bars {
    title: String,
    most: String,
    range: String,
    width: usize,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    anchor: String,
    x: usize,
    wide: usize,
    y: String,
    height: String,
    label: String,
    status: String,
}

/// Checks by windows: a row for each check, a column for each window.
#[derive(Serialize)]
pub(super) struct Heat {
    width: usize,
    height: usize,
    rows: Vec<Row>,
    names: Vec<(usize, String)>,
}

#[derive(Serialize)]
struct Row {
    anchor: String,
    name: String,
    y: usize,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    anchor: String,
    x: usize,
    status: String,
    mark: &'static str,
    /// How much of the colour shows: the more differences, the more.
    opacity: String,
    is_strong: bool,
    label: String,
}

/// The bars of one check.
pub(super) fn bars(base: &str, members: &[&CheckReport]) -> Bars {
    let most = members.iter().map(|check| found(check)).max().unwrap_or(0);
    let step = (WIDTH / members.len().max(1)).clamp(STEP.0, STEP.1);
    let ends = members.iter().filter_map(|check| check.window.as_ref());
    let first = ends.clone().find_map(|window| window.from.as_deref());
    let last = ends.rev().find_map(|window| window.to.as_deref());
    let range = match (first, last) {
        (Some(first), Some(last)) => format!("{} to before {}, ", visible(first), visible(last)),
        _ => String::new(),
    };
    let bars = members.iter().enumerate().map(|(place, check)| {
        let count = found(check);
        // A window without a difference keeps a stub, so that it is not taken for one that is absent.
        let height = if count == 0 { 2.0 } else { (count as f64 / most as f64 * 80.0).max(5.0) };
        Bar {
            anchor: anchor(&check.id),
            x: place * step,
            wide: step - 4,
            y: format!("{:.1}", 90.0 - height),
            height: format!("{height:.1}"),
            label: label(check),
            status: check.status().to_string(),
        }
    });
    Bars { title: visible(base), most: text::thousands(most), range, width: members.len() * step, bars: bars.collect() }
}

/// The matrix, where any check was cut into windows.
pub(super) fn heat(report: &RunReport) -> Option<Heat> {
    let cut: Vec<(&str, Vec<&CheckReport>)> =
        by_check(report).into_iter().filter(|(_, members)| members.len() > 1).collect();
    let starts: BTreeSet<Option<&str>> = cut.iter().flat_map(|(_, members)| members).map(|one| start(one)).collect();
    // Rows without a time stand last.
    let columns: Vec<Option<&str>> =
        starts.iter().copied().filter(Option::is_some).chain(starts.contains(&None).then_some(None)).collect();
    let rows = cut.iter().enumerate().map(|(at, (base, members))| {
        let most = members.iter().map(|one| found(one)).max().unwrap_or(0);
        let cells = members.iter().map(|one| {
            let opacity = match (one.status(), found(one)) {
                (Status::Pass, _) => 0.25,
                (_, 0) => 0.6,
                (_, count) => 0.4 + 0.6 * count as f64 / most as f64,
            };
            Cell {
                anchor: anchor(&one.id),
                x: columns.iter().position(|column| *column == start(one)).unwrap_or(0) * CELL.1,
                status: one.status().to_string(),
                mark: if one.status() == Status::Pass { "" } else { order::mark(one.status()) },
                opacity: format!("{opacity:.2}"),
                is_strong: opacity > 0.7,
                label: label(one),
            }
        });
        Row { anchor: anchor(base), name: visible(base), y: at * CELL.0, cells: cells.collect() }
    });
    let every = NAMED.div_ceil(CELL.1);
    let names = columns.iter().enumerate().step_by(every);
    (!cut.is_empty()).then(|| Heat {
        width: (columns.len() * CELL.1).max(columns.len().saturating_sub(1) / every * every * CELL.1 + NAMED),
        height: cut.len() * CELL.0 + 16,
        rows: rows.collect(),
        names: names.map(|(at, start)| (at * CELL.1, start.map_or("no time".to_owned(), short))).collect(),
    })
}

fn start(check: &CheckReport) -> Option<&str> {
    check.window.as_ref()?.from.as_deref()
}

/// A moment by its day where it is the first one of it.
fn short(moment: &str) -> String {
    let day = moment.split(['T', ' ']).next().unwrap_or(moment);
    let rest = moment[day.len()..].trim_start_matches(['T', ' ']);
    let midnight = rest.chars().all(|c| "0:.Z".contains(c)) || rest == "00:00:00+00:00";
    let shown = visible(if midnight { day } else { moment });
    shown.chars().take(16).collect()
}

fn label(check: &CheckReport) -> String {
    let from = start(check).map_or("rows without a time".to_owned(), visible);
    format!("{from}: {}, {}", check.status(), text::plural(found(check), "difference"))
}

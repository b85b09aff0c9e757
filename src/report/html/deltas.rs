//! How far changed values are from the old ones: a bar for each sign and size, with its number, and a line at zero.

use serde::Serialize;

use super::super::text::{plural, thousands, visible};
use super::bar::Bar;
use super::digits::grouped;
use crate::model::{CheckReport, DeltaRange, Deltas};

/// Width of a bar with its gap, and height of the tallest.
const STEP: usize = 18;
const HEIGHT: f64 = 40.0;

/// The differences of one column.
#[derive(Serialize)]
pub(super) struct Histogram {
    column: String,
    told: String,
    width: usize,
    /// Where those below zero end; absent where all are of one sign.
    zero: Option<usize>,
    bars: Vec<Bar>,
    from: String,
    to: String,
    rows: Vec<(String, String)>,
}

/// The histograms of a check, the column that changed most often first.
pub(super) fn histograms(check: &CheckReport) -> Vec<Histogram> {
    check.diagnosis.iter().flat_map(|diagnosis| &diagnosis.deltas).map(of_column).collect()
}

fn of_column(deltas: &Deltas) -> Histogram {
    let ranges = &deltas.ranges;
    let most = ranges.iter().map(|range| range.rows).max().unwrap_or(0);
    let below = ranges.iter().filter(|range| range.is_below).count();
    let filled = ranges.iter().enumerate().filter(|(_, range)| range.rows > 0);
    let bars = filled.clone().map(|(at, range)| {
        let label = format!("{}: {}", words(range), plural(range.rows, "row"));
        Bar::new(at * STEP + 1, (range.rows, most), HEIGHT, label)
    });
    let bars: Vec<Bar> = bars.collect();
    let all: u64 = ranges.iter().map(|range| range.rows).sum();
    let fullest = ranges.iter().max_by_key(|range| range.rows);
    let told =
        |range: &DeltaRange| format!("{} of {} from {}", thousands(range.rows), plural(all, "row"), words(range));
    Histogram {
        column: visible(&deltas.column),
        told: fullest.map_or(String::new(), told),
        width: ranges.len() * STEP,
        zero: (below > 0 && below < ranges.len()).then_some(below * STEP),
        bars,
        from: ranges.first().map_or(String::new(), |range| end(range, range.is_below)),
        to: ranges.last().map_or(String::new(), |range| end(range, !range.is_below)),
        rows: filled.map(|(_, range)| (words(range), thousands(range.rows))).collect(),
    }
}

/// The end of a range that is further from zero, as far as it has one, or the nearer one.
fn end(range: &DeltaRange, is_far: bool) -> String {
    let far = range.to.as_ref().filter(|_| is_far);
    visible(&grouped(far.unwrap_or(&range.from)))
}

fn words(range: &DeltaRange) -> String {
    let (near, far) = (end(range, false), end(range, true));
    match (&range.to, range.is_below) {
        (Some(_), true) => format!("{near} to above {far}"),
        (Some(_), false) => format!("{near} to below {far}"),
        (None, true) => format!("{near} or less"),
        (None, false) => format!("{near} or more"),
    }
}

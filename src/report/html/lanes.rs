//! Where the differing rows of a check lie: bars on lanes that have a name and a number each, so that none is told by its colour.

use serde::Serialize;

use super::super::text::{plural, thousands, visible};
use super::bar::Bar;
use crate::model::{CheckReport, Part, Spread};

/// Width of one part, and height of a lane.
const STEP: usize = 10;
const HEIGHT: f64 = 30.0;

/// Rows over one column, a lane for each class.
#[derive(Serialize)]
pub(super) struct Lanes {
    column: String,
    from: String,
    to: String,
    width: usize,
    told: String,
    lanes: Vec<Lane>,
    rows: Vec<(String, Vec<String>)>,
    without: Option<String>,
}

#[derive(Serialize)]
struct Lane {
    name: &'static str,
    count: Option<String>,
    label: String,
    agreeing: bool,
    bars: Vec<Bar>,
}

/// What a lane is of: its name, and the rows of a part.
type Class = (&'static str, fn(&Part) -> u64);

const CLASSES: [Class; 3] =
    [("missing", |part| part.missing), ("extra", |part| part.extra), ("changed", |part| part.changed)];

/// Where the differing rows lie.
pub(super) fn over(check: &CheckReport) -> Option<Lanes> {
    let diagnosis = check.diagnosis.as_ref()?;
    let spread = diagnosis.spread.as_ref()?;
    let used = CLASSES.into_iter().filter(|class| total(spread, class.1) > 0);
    let used: Vec<Class> = used.collect();
    let most = used.iter().flat_map(|class| spread.parts.iter().map(class.1)).max().unwrap_or(0);
    let mut lanes: Vec<Lane> = used.iter().map(|class| lane(spread, *class, most)).collect();
    let agreeing: Class = ("agreeing", |part| part.agreeing);
    let of_agreeing = spread.parts.iter().map(agreeing.1).max().filter(|most| *most > 0);
    lanes.extend(of_agreeing.map(|most| Lane { count: None, agreeing: true, ..lane(spread, agreeing, most) }));
    let rows = spread.parts.iter().filter(|part| used.iter().any(|class| class.1(part) > 0));
    let rows = rows.map(|part| (visible(&part.from), used.iter().map(|class| thousands(class.1(part))).collect()));
    let drawn = diagnosis.drawn.map_or(String::new(), |rows| format!(" of a uniform draw of {}", thousands(rows)));
    Some(Lanes {
        column: visible(&spread.column),
        from: visible(&spread.from),
        to: visible(&spread.to),
        width: spread.parts.len() * STEP,
        told: format!("at most {}{drawn} in one of {} equal parts", plural(most, "row"), spread.parts.len()),
        lanes,
        rows: rows.collect(),
        without: (spread.without > 0).then(|| format!("{} without a value in it", plural(spread.without, "row"))),
    })
}

fn total(spread: &Spread, rows: fn(&Part) -> u64) -> u64 {
    spread.parts.iter().map(rows).sum()
}

fn lane(spread: &Spread, (name, rows): Class, most: u64) -> Lane {
    let filled = spread.parts.iter().enumerate().filter(|(_, part)| rows(part) > 0);
    let bars: Vec<Bar> = filled
        .map(|(at, part)| {
            let label = format!("from {}: {} {name}", visible(&part.from), thousands(rows(part)));
            Bar::new(at * STEP + 1, (rows(part), most), HEIGHT, label)
        })
        .collect();
    let count = total(spread, rows);
    let label = format!(
        "{} {name} in {} of {} parts of {}",
        plural(count, "row"),
        bars.len(),
        spread.parts.len(),
        visible(&spread.column)
    );
    Lane { name, count: Some(thousands(count)), label, agreeing: false, bars }
}

//! Where the marks of one measure stand over the runs: old and new as lines that break where a run has no number.

use serde::Serialize;

use super::super::text;
use super::super::text::visible;
use super::charts::number;
use super::point::Point;
use crate::model::{Measure, Side, Sides};

/// Half the range of a plot is at least so much of the largest number.
const TINY: f64 = 0.01;

/// Old and new of one measure, run by run.
#[derive(Serialize)]
pub(super) struct Series {
    pub(super) title: String,
    pub(super) range: String,
    pub(super) old: Vec<String>,
    pub(super) new: Vec<String>,
    pub(super) dots: Vec<Dot>,
    /// What the table shows of each run.
    pub(super) cells: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Dot {
    x: String,
    y: String,
    side: Side,
    within: bool,
    label: String,
}

/// The number of one side of a measure.
type Value = fn(&Measure) -> Option<&String>;

/// One measure over the runs that have it, where at least two do.
pub(super) fn series(measure: &Measure, points: &[Point<'_>], step: f64) -> Option<Series> {
    let same = |other: &&Measure| other.quantity == measure.quantity && other.key == measure.key;
    let found: Vec<Option<&Measure>> = points.iter().map(|point| point.measures.iter().find(same)).collect();
    let sides: Sides<Value> = Sides { old: |one| one.old.as_ref(), new: |one| one.new.as_ref() };
    let value = |at: usize, side: Value| found[at].and_then(side).and_then(|text| number(text));
    let known: Vec<f64> = sides.iter().flat_map(|(_, of)| (0..points.len()).filter_map(|at| value(at, *of))).collect();
    if found.iter().flatten().count() < 2 || known.is_empty() {
        return None;
    }
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(low, high), one| (low.min(*one), high.max(*one)));
    // Halved first: the range of two finite numbers can be more than the largest one.
    let (middle, range) = (high / 2.0 + low / 2.0, high / 2.0 - low / 2.0);
    // A range that is tiny beside the numbers is not blown up to the height of the plot.
    let range = range.max(high.abs().max(low.abs()) * TINY);
    let y = |one: f64| if range > 0.0 { 36.0 - (one / 2.0 - middle / 2.0) / range * 48.0 } else { 36.0 };
    let x = |at: usize| step * (at as f64 + 0.5);
    let mut dots = Vec::new();
    let mut lines_of = |side: Side| {
        let of = *sides.get(side);
        let mut lines: Vec<Vec<String>> = vec![Vec::new()];
        for (at, point) in points.iter().enumerate() {
            let Some(one) = value(at, of) else {
                lines.push(Vec::new());
                continue;
            };
            let (x, y) = (format!("{:.1}", x(at)), format!("{:.1}", y(one)));
            if let Some(line) = lines.last_mut() {
                line.push(format!("{x},{y}"));
            }
            let shown = text::value(found[at].and_then(of).map(String::as_str));
            let label = format!("{} {side}: {shown}", point.at.format("%Y-%m-%d %H:%M UTC"));
            let within = side == Side::Old || found[at].is_none_or(|measure| measure.within);
            dots.push(Dot { x, y, side, within, label });
        }
        lines.into_iter().filter(|line| line.len() > 1).map(|line| line.join(" ")).collect::<Vec<String>>()
    };
    let (old, new) = (lines_of(Side::Old), lines_of(Side::New));
    let shown = |wanted: f64| {
        let texts = found.iter().flatten().flat_map(|one| [&one.old, &one.new]).flatten();
        texts.into_iter().find(|text| number(text) == Some(wanted)).map_or(String::new(), |text| visible(text))
    };
    let (low, high) = (shown(low), shown(high));
    let cell = |one: &Option<&Measure>| match one {
        Some(one) => format!("{} → {}", text::value(one.old.as_deref()), text::value(one.new.as_deref())),
        None => "–".to_owned(),
    };
    let key = text::key(&measure.key);
    Some(Series {
        title: format!("{}{}{key}", visible(&measure.quantity.to_string()), if key.is_empty() { "" } else { ", " }),
        range: if low == high { format!("always {low}") } else { format!("{low} to {high}") },
        old,
        new,
        dots,
        cells: found.iter().map(cell).collect(),
    })
}

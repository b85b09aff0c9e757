//! Where the marks of one measure stand over runs or over days: old and new as lines that break where there is no number.

use serde::Serialize;

use super::super::text;
use super::super::text::visible;
use super::charts::number;
use super::digits::grouped;
use super::point::Point;
use crate::model::{Measure, Side, Sides};

/// Half the range of a plot is at least so much of the largest number.
const TINY: f64 = 0.01;

/// Old and new of one measure, place by place.
#[derive(Serialize)]
pub(super) struct Series {
    pub(super) title: String,
    pub(super) range: String,
    pub(super) old: Vec<String>,
    pub(super) new: Vec<String>,
    pub(super) dots: Vec<Dot>,
    /// What a table shows of each place.
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
    let places = points.iter().enumerate().map(|(at, point)| Spot {
        x: step * (at as f64 + 0.5),
        name: point.at.format("%Y-%m-%d %H:%M UTC").to_string(),
        measure: point.measures.iter().find(same),
    });
    let key = text::key(&measure.key);
    let title = format!("{}{}{key}", visible(&measure.quantity.to_string()), if key.is_empty() { "" } else { ", " });
    drawn(title, &places.collect::<Vec<_>>())
}

/// A place on the axis, and the measure that stands there.
pub(super) struct Spot<'a> {
    /// Where it is, in the units of the plot.
    pub(super) x: f64,
    /// What stands there, in words.
    pub(super) name: String,
    /// Its numbers.
    pub(super) measure: Option<&'a Measure>,
}

/// Old and new over `spots`, where at least two have numbers.
pub(super) fn drawn(title: String, spots: &[Spot<'_>]) -> Option<Series> {
    let sides: Sides<Value> = Sides { old: |one| one.old.as_ref(), new: |one| one.new.as_ref() };
    let value = |at: usize, side: Value| spots[at].measure.and_then(side).and_then(|text| number(text));
    let known: Vec<f64> = sides.iter().flat_map(|(_, of)| (0..spots.len()).filter_map(|at| value(at, *of))).collect();
    if spots.iter().filter(|spot| spot.measure.is_some()).count() < 2 || known.is_empty() {
        return None;
    }
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(low, high), one| (low.min(*one), high.max(*one)));
    // Halved first: the range of two finite numbers can be more than the largest one.
    let (middle, range) = (high / 2.0 + low / 2.0, high / 2.0 - low / 2.0);
    // A range that is tiny beside the numbers is not blown up to the height of the plot.
    let range = range.max(high.abs().max(low.abs()) * TINY);
    let y = |one: f64| if range > 0.0 { 36.0 - (one / 2.0 - middle / 2.0) / range * 48.0 } else { 36.0 };
    let mut dots = Vec::new();
    let mut lines_of = |side: Side| {
        let of = *sides.get(side);
        let mut lines: Vec<Vec<String>> = vec![Vec::new()];
        for (at, spot) in spots.iter().enumerate() {
            let Some(one) = value(at, of) else {
                lines.push(Vec::new());
                continue;
            };
            let (x, y) = (format!("{:.1}", spot.x), format!("{:.1}", y(one)));
            if let Some(line) = lines.last_mut() {
                line.push(format!("{x},{y}"));
            }
            let shown = text::value(spot.measure.and_then(of).map(String::as_str));
            let label = format!("{} {side}: {}", spot.name, grouped(&shown));
            let within = side == Side::Old || spot.measure.is_none_or(|measure| measure.within);
            dots.push(Dot { x, y, side, within, label });
        }
        lines.into_iter().filter(|line| line.len() > 1).map(|line| line.join(" ")).collect::<Vec<String>>()
    };
    let (old, new) = (lines_of(Side::Old), lines_of(Side::New));
    let shown = |wanted: f64| {
        let texts = spots.iter().filter_map(|spot| spot.measure).flat_map(|one| [&one.old, &one.new]).flatten();
        let found = texts.into_iter().find(|text| number(text) == Some(wanted));
        found.map_or(String::new(), |text| grouped(&visible(text)))
    };
    let (low, high) = (shown(low), shown(high));
    let cell = |spot: &Spot<'_>| match spot.measure {
        Some(one) => {
            format!("{} → {}", text::value(one.old.as_deref()), text::value(one.new.as_deref()))
        }
        None => "–".to_owned(),
    };
    Some(Series {
        title,
        range: if low == high { format!("always {low}") } else { format!("{low} to {high}") },
        old,
        new,
        dots,
        cells: spots.iter().map(cell).collect(),
    })
}

//! Where the marks of the charts stand, in the units of their SVG. Floats place marks; the numbers shown are the report's own text.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::text;
use super::super::text::visible;
use crate::model::{CheckReport, Quantity};

/// Groups whose curves are drawn; the table below lists them all.
const CURVES: usize = 12;

/// Percentiles of one group, old and new on one plot.
#[derive(Serialize)]
pub(super) struct Curve {
    title: String,
    range: String,
    points: Vec<Point>,
    old: String,
    new: String,
}

#[derive(Serialize)]
struct Point {
    x: String,
    old_y: String,
    new_y: String,
    name: String,
    old: String,
    new: String,
    within: bool,
}

/// The curves of a percentile check: groups with at least two percentiles known on both sides.
pub(super) fn curves(check: &CheckReport) -> Vec<Curve> {
    let mut groups: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for measure in check.outcome.measures() {
        let Quantity::Quantile(name) = &measure.quantity else { continue };
        let Some(at) = name.strip_prefix('p').and_then(number) else { continue };
        let (Some(old), Some(new)) = (&measure.old, &measure.new) else { continue };
        let (Some(old_at), Some(new_at)) = (number(old), number(new)) else { continue };
        let known = Known { at, name, old, new, old_at, new_at, within: measure.within };
        groups.entry(text::key(&measure.key)).or_default().push(known);
    }
    groups.into_iter().filter(|(_, known)| known.len() > 1).take(CURVES).map(|(key, known)| curve(key, known)).collect()
}

struct Known<'a> {
    at: f64,
    name: &'a str,
    old: &'a str,
    new: &'a str,
    old_at: f64,
    new_at: f64,
    within: bool,
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn curve(title: String, mut known: Vec<Known>) -> Curve {
    known.sort_by(|left, right| left.at.total_cmp(&right.at));
    let all = known.iter().flat_map(|one| [one.old_at, one.new_at]);
    let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), one| (low.min(one), high.max(one)));
    // Halved first: the range of two finite numbers can be more than the largest one.
    let range = high / 2.0 - low / 2.0;
    let y = |at: f64| if range > 0.0 { 92.0 - (at / 2.0 - low / 2.0) / range * 76.0 } else { 54.0 };
    let step = 180.0 / (known.len() - 1) as f64;
    let x = |index: usize| format!("{:.1}", 20.0 + step * index as f64);
    let line = |side: fn(&Known) -> f64| {
        let places = known.iter().enumerate().map(|(index, one)| format!("{},{:.1}", x(index), y(side(one))));
        places.collect::<Vec<_>>().join(" ")
    };
    let (old, new) = (line(|one| one.old_at), line(|one| one.new_at));
    let points = known.iter().enumerate().map(|(index, one)| Point {
        x: x(index),
        old_y: format!("{:.1}", y(one.old_at)),
        new_y: format!("{:.1}", y(one.new_at)),
        name: visible(one.name),
        old: visible(one.old),
        new: visible(one.new),
        within: one.within,
    });
    let shown = |wanted: f64| {
        let texts = known.iter().flat_map(|one| [(one.old_at, one.old), (one.new_at, one.new)]);
        #[expect(clippy::float_cmp, reason = "`wanted` is one of these numbers")]
        let found = texts.into_iter().find(|(at, _)| *at == wanted);
        found.map_or(String::new(), |(_, text)| visible(text))
    };
    let range = format!("{} to {}", shown(low), shown(high));
    Curve {
        title: if title.is_empty() { "all rows".to_owned() } else { title },
        range,
        points: points.collect(),
        old,
        new,
    }
}

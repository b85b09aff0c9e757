//! Numbers by day, or by another time in their key: old and new as lines, so that it is seen when they part.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::super::text::{plural, thousands, visible};
use super::series::{Series, Spot, drawn};
use crate::model::{CheckReport, Key, Measure};

/// Width of the plot, and the least number of moments that are worth one.
const WIDTH: f64 = 640.0;
const LEAST: usize = 3;
/// Groups whose lines are drawn; the table below lists more.
const GROUPS: usize = 4;

/// Old and new of one number of one group.
#[derive(Serialize)]
pub(super) struct OverKeys {
    column: String,
    from: String,
    to: String,
    width: String,
    /// That there are more numbers than are drawn.
    more: Option<String>,
    series: Series,
}

/// What stands on one plot: a number, and the rest of its key.
type Group<'a> = (String, Vec<(&'a str, &'a str)>);

/// The plots of a check whose numbers have a time in their key, those that are outside their rule first.
pub(super) fn charts(check: &CheckReport) -> Vec<OverKeys> {
    let measures = check.outcome.measures();
    let Some((column, days)) = time(measures) else { return Vec::new() };
    let (Some((first, from)), Some((last, to))) = (days.first_key_value(), days.last_key_value()) else {
        return Vec::new();
    };
    let span = (*last - *first).num_days().max(1) as f64;
    let mut groups: BTreeMap<Group<'_>, BTreeMap<&str, &Measure>> = BTreeMap::new();
    for one in measures {
        let rest = one.key.0.iter().filter(|(name, _)| name != column);
        let rest = rest.map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or("NULL"))).collect();
        let Some(at) = held(&one.key, column) else { continue };
        groups.entry((visible(&one.quantity.to_string()), rest)).or_default().insert(at, one);
    }
    let outside = |of: &BTreeMap<&str, &Measure>| of.values().filter(|one| !one.within).count();
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, of)| std::cmp::Reverse(outside(of)));
    // Of many numbers only the worst are listed: between them there are others, and no line.
    let unlisted = check.outcome.totals().map_or(0, |all| all.compared.saturating_sub(measures.len() as u64));
    let all = groups.len();
    let charts = groups.into_iter().take(GROUPS).filter_map(|((name, rest), of)| {
        let rest: Vec<String> =
            rest.iter().map(|(name, value)| format!(", {}={}", visible(name), visible(value))).collect();
        let spot = |at: &&str| Spot {
            x: 4.0 + (day(at).map_or(0, |day| (day - *first).num_days()) as f64 / span) * (WIDTH - 8.0),
            name: visible(at),
            measure: of.get(at).copied(),
        };
        let moments: BTreeSet<&str> = measures.iter().filter_map(|one| held(&one.key, column)).collect();
        let mut series = drawn(name + &rest.concat(), &moments.iter().map(spot).collect::<Vec<_>>())?;
        if unlisted > 0 {
            (series.old, series.new) = (Vec::new(), Vec::new());
        }
        let more = match (unlisted, all > GROUPS) {
            (0, false) => None,
            (0, true) => Some(format!("{} of {}", GROUPS, plural(all as u64, "line"))),
            (unlisted, _) => Some(format!(
                "the {} furthest apart; {} more are not drawn",
                thousands(measures.len() as u64),
                thousands(unlisted)
            )),
        };
        Some(OverKeys {
            column: visible(column),
            from: visible(from),
            to: visible(to),
            width: format!("{WIDTH:.0}"),
            more,
            series,
        })
    });
    charts.collect()
}

/// The column of the keys that is a time throughout, with the days it has.
fn time(measures: &[Measure]) -> Option<(&str, BTreeMap<NaiveDate, &str>)> {
    let names = measures.first()?.key.0.iter().map(|(name, _)| name.as_str());
    let days = |column: &str| -> Option<BTreeMap<NaiveDate, &str>> {
        measures.iter().map(|one| held(&one.key, column).and_then(|at| Some((day(at)?, at)))).collect()
    };
    names.filter_map(|name| Some((name, days(name)?))).find(|(_, days)| days.len() >= LEAST)
}

fn held<'a>(key: &'a Key, column: &str) -> Option<&'a str> {
    key.0.iter().find(|(name, _)| name == column)?.1.as_deref()
}

/// The day of a date or of a moment, as they are written.
fn day(text: &str) -> Option<NaiveDate> {
    let (date, rest) = text.split_at_checked(10)?;
    if !rest.is_empty() && !rest.starts_with(['T', ' ']) {
        return None;
    }
    NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()
}

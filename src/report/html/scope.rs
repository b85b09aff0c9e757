//! What a verdict rests on and what it does not cover: columns that were left out, samples, waivers, and what no proof has shown.

use serde::Serialize;

use super::super::suppressed;
use super::super::text::{plural, thousands, visible};
use super::order::{anchor, by_check};
use crate::model::{CheckReport, Kind, RunReport, SuiteReport};

/// What was looked at, and what was not.
#[derive(Serialize)]
pub(super) struct Scope {
    looked: Vec<String>,
    left: Vec<Left>,
}

/// Something that the verdict does not cover.
#[derive(Serialize)]
struct Left {
    anchor: Option<String>,
    id: String,
    what: String,
}

/// The scope of `report`.
pub(super) fn scope(report: &RunReport) -> Scope {
    let mut left = Vec::new();
    for (base, members) in by_check(report) {
        let mut told: Vec<String> = members.iter().flat_map(|one| of_check(one)).collect();
        let count = told.len();
        told.dedup();
        let of = if members.len() > 1 && count > told.len() { ", in each window" } else { "" };
        left.extend(told.into_iter().map(|what| Left {
            anchor: Some(anchor(base)),
            id: visible(base),
            what: format!("{what}{of}"),
        }));
    }
    left.extend(report.suites.iter().filter(|suite| !suite.path.is_empty()).map(proof));
    Scope { looked: looked(report), left }
}

/// Rows that were compared one by one, and in how many of their columns.
fn looked(report: &RunReport) -> Vec<String> {
    let of_rows = || report.checks.iter().filter(|check| check.kind == Kind::Rows);
    let rows = || of_rows().filter_map(|check| check.outcome.rows());
    let sum = |side: fn(&crate::model::RowCounts) -> u64| rows().map(|rows| side(&rows)).fold(0, u64::saturating_add);
    let mut told = Vec::new();
    if rows().next().is_some() {
        // The windows of a check have the same columns.
        let checks = by_check(report)
            .into_iter()
            .filter_map(|(_, members)| members.into_iter().find(|one| one.kind == Kind::Rows));
        let columns: Vec<bool> =
            checks.flat_map(|one| one.outcome.columns()).map(|column| column.changed.is_some()).collect();
        let compared = columns.iter().filter(|compared| **compared).count() as u64;
        let of_columns = match columns.len() as u64 {
            0 => String::new(),
            all => format!(
                ", in {} of {} that their queries return beside the key",
                thousands(compared),
                plural(all, "column")
            ),
        };
        let (old, new) = (sum(|rows| rows.old), sum(|rows| rows.new));
        told.push(format!("{} of old and {} of new, row by row{of_columns}", plural(old, "row"), thousands(new)));
    }
    let numbers = report.checks.iter().filter_map(|check| check.outcome.totals()).map(|totals| totals.compared);
    let numbers = numbers.fold(0, u64::saturating_add);
    if numbers > 0 {
        told.push(format!("{}, such as counts, sums and percentiles", plural(numbers, "number")));
    }
    let held = report.checks.iter().filter(|check| check.outcome.violations().is_some()).count() as u64;
    if held > 0 {
        told.push(plural(held, "invariant"));
    }
    told
}

fn of_check(check: &CheckReport) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(reason) = &check.skipped {
        told.push(format!("not run: {}", visible(reason)));
    }
    if let Some(sample) = &check.sample {
        told.push(format!("only a sample of {} of the keys", visible(&sample.share)));
    }
    if let Some(examined) = check.examined {
        told.push(format!("only the {} that differed before", plural(examined.keys, "key")));
    }
    if let Some(all) = check.window.as_ref().and_then(|window| window.windows) {
        told.push(format!("only some of its {}", plural(all, "window")));
    }
    told.extend(super::super::placed::outside(check));
    // Columns that were left out for the same reason are told together.
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for column in check.outcome.columns().iter().filter(|column| column.changed.is_none()) {
        let reason = column.reason.as_ref().map_or(String::new(), |reason| format!(": {}", visible(reason)));
        let why = format!("{}{reason}", visible(&column.rule));
        match reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, names)) => names.push(visible(&column.name)),
            None => reasons.push((why, vec![visible(&column.name)])),
        }
    }
    told.extend(reasons.into_iter().map(|(why, names)| format!("{} {why}", names.join(", "))));
    told.extend(suppressed::lines(check).into_iter().filter(|line| !line.starts_with("neither")));
    told
}

/// What `cutover prove` last found of a suite.
fn proof(suite: &SuiteReport) -> Left {
    let what = match &suite.proof {
        Some(proof) => format!("last proof: {}", crate::report::proof::last(proof)),
        None => "no proof is kept: `cutover prove` tells what its checks would not notice".to_owned(),
    };
    Left { anchor: None, id: visible(&suite.name), what }
}

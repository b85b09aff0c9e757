//! Where the marks of a check's past stand: its verdicts and differences over the runs, and old and new of its measures.
//! All charts of one check share their columns, one per run, so that they can be read one below the other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::text::{duration, plural, thousands};
use super::order::found;
use super::point::Point;
use super::series::{Series, series};
use crate::model::{CheckReport, EarlierRuns, Measure, RunReport, Status};

/// Width that a chart of few runs takes, and the least and most of one run.
const WIDTH: f64 = 448.0;
const STEP: (f64, f64) = (14.0, 32.0);
/// Highest bar, and its foot.
const TALL: f64 = 64.0;
const FOOT: f64 = 72.0;
/// Least height of the mark of a run that could not be compared.
const BROKEN: f64 = 16.0;
/// Measures that are drawn.
const SERIES: usize = 4;
/// Runs in the strip of a closed check.
const STRIP: usize = 14;

/// Verdicts and differences, run by run, this run last.
#[derive(Serialize)]
pub(super) struct Trend {
    told: String,
    /// Where the plot begins: without any difference there are no bars to make room for.
    top: u8,
    width: String,
    columns: Vec<Column>,
    series: Vec<Series>,
}

#[derive(Serialize)]
struct Column {
    x: String,
    middle: String,
    wide: String,
    y: String,
    height: String,
    status: String,
    /// Whether it could not be compared, and has a mark of its own: its few or no differences are no good sign.
    broken: bool,
    /// The cross in that mark.
    cross: String,
    letter: &'static str,
    day: String,
    when: String,
    found: String,
    took: String,
    label: String,
}

/// The last runs of a check at a glance.
#[derive(Serialize)]
pub(super) struct Strip {
    told: String,
    width: usize,
    marks: Vec<Mark>,
}

#[derive(Serialize)]
struct Mark {
    x: usize,
    y: usize,
    height: usize,
    status: String,
    /// Whether it is drawn hollow: what failed has the same height.
    broken: bool,
}

/// The past of `check`, where there is any.
pub(super) fn of_check(report: &RunReport, check: &CheckReport, earlier: &EarlierRuns) -> Option<Trend> {
    let mut points: Vec<Point<'_>> = earlier.of(&check.id).iter().map(Point::past).collect();
    if points.is_empty() {
        return None;
    }
    points.push(Point::now(report, check));
    let mut trend = drawn(&points);
    let step = step(points.len());
    // Of many groups those that are outside, and the first where none is.
    let telling = |measure: &&Measure| measure.key.is_empty() || !measure.within;
    let most = if check.outcome.measures().iter().any(|measure| telling(&measure)) { SERIES } else { 1 };
    let told = check.outcome.measures().iter().filter(|measure| most == 1 || telling(measure));
    for one in told.filter_map(|measure| series(measure, &points, step)) {
        // Two measures of the same numbers, such as a percentile and its rank error, are one line.
        if trend.series.len() < most && trend.series.iter().all(|other| other.cells != one.cells) {
            trend.series.push(one);
        }
    }
    Some(trend)
}

/// The past of all checks of `report` together, where there is any: the worst verdict and all differences of each run.
pub(super) fn of_run(report: &RunReport, earlier: &EarlierRuns) -> Option<Trend> {
    let mut runs: BTreeMap<DateTime<Utc>, Point<'_>> = BTreeMap::new();
    for past in report.checks.iter().flat_map(|check| earlier.of(&check.id)) {
        let one = Point { measures: &[], ..Point::past(past) };
        match runs.get_mut(&past.started_at) {
            Some(run) => {
                run.status = run.status.max(one.status);
                run.found = run.found.saturating_add(one.found);
                run.measured |= one.measured;
                run.elapsed_ms = run.elapsed_ms.saturating_add(one.elapsed_ms);
            }
            None => drop(runs.insert(past.started_at, one)),
        }
    }
    if runs.is_empty() {
        return None;
    }
    let mut points: Vec<Point<'_>> = runs.into_values().collect();
    points.push(Point {
        at: report.started_at,
        status: report.status(),
        found: report.checks.iter().map(found).fold(0, u64::saturating_add),
        measured: report.checks.iter().any(CheckReport::measured),
        elapsed_ms: report.checks.iter().map(|check| check.elapsed_ms).fold(0, u64::saturating_add),
        measures: &[],
    });
    Some(drawn(&points))
}

/// The last runs of `check` as a row of marks, the worse the taller, where it has a past.
pub(super) fn strip(check: &CheckReport, earlier: &EarlierRuns) -> Option<Strip> {
    let past = earlier.of(&check.id);
    if past.is_empty() {
        return None;
    }
    let mut statuses: Vec<Status> = past.iter().map(|past| past.status).chain([check.status()]).collect();
    statuses.drain(..statuses.len().saturating_sub(STRIP));
    let marks = statuses.iter().enumerate().map(|(at, status)| {
        let height = match status {
            Status::Skip => 2,
            Status::Pass => 5,
            Status::Warn => 9,
            Status::Fail | Status::Error => 14,
        };
        Mark { x: at * 7, y: 14 - height, height, status: status.to_string(), broken: *status == Status::Error }
    });
    let said: Vec<String> = statuses.iter().map(Status::to_string).collect();
    Some(Strip {
        told: format!("last {}: {}", plural(statuses.len() as u64, "run"), said.join(", ")),
        width: statuses.len() * 7 - 2,
        marks: marks.collect(),
    })
}

fn step(runs: usize) -> f64 {
    (WIDTH / runs as f64).clamp(STEP.0, STEP.1).floor()
}

fn drawn(points: &[Point<'_>]) -> Trend {
    let most = points.iter().map(|point| point.found).max().unwrap_or(0);
    let step = step(points.len());
    let days: Vec<String> = points.iter().map(|point| point.at.format("%b %-d").to_string()).collect();
    // A label takes the room of some columns; the last run is always named.
    let room = (52.0 / step).ceil() as usize;
    let named = |at: usize| at + 1 == points.len() || (at.is_multiple_of(room) && at + room < points.len());
    let columns = points.iter().enumerate().map(|(at, point)| {
        // Any difference is taller than none.
        let broken = point.status == Status::Error;
        let height = match point.found {
            0 => 1.5,
            found => (found as f64 / most as f64 * TALL).max(4.0),
        };
        let height = match point.status {
            Status::Error => height.max(BROKEN),
            // Nothing was looked at, which is no small number.
            Status::Skip => 0.0,
            _ => height,
        };
        let (left, wide) = (step * at as f64 + 2.0, step - 4.0);
        let counted = if point.measured { plural(point.found, "difference") } else { "nothing compared".to_owned() };
        let when = point.at.format("%Y-%m-%d %H:%M UTC").to_string();
        let found = if point.measured { thousands(point.found) } else { "–".to_owned() };
        Column {
            x: format!("{left:.1}"),
            middle: format!("{:.1}", step * (at as f64 + 0.5)),
            wide: format!("{wide:.1}"),
            y: format!("{:.1}", FOOT - height),
            height: format!("{height:.1}"),
            status: point.status.to_string(),
            broken,
            cross: if broken {
                format!("M{left:.1} {:.1}l{wide:.1} {BROKEN}m0 -{BROKEN}l-{wide:.1} {BROKEN}", FOOT - BROKEN)
            } else {
                String::new()
            },
            letter: letter(point.status),
            day: if named(at) { days[at].clone() } else { String::new() },
            label: format!("{when}: {}, {counted}", point.status),
            when,
            found,
            took: duration(point.elapsed_ms),
        }
    });
    let with = |status| points.iter().filter(|point| point.status == status).count();
    let counted = [Status::Pass, Status::Warn, Status::Fail, Status::Error, Status::Skip]
        .into_iter()
        .map(|status| (status, with(status)))
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| format!("{count} {status}"));
    let last = points.last().map_or(0, |point| point.found);
    let unlooked = with(Status::Error) + with(Status::Skip) > 0;
    let differences = match most {
        0 if unlooked => "no difference in any that could be compared".to_owned(),
        0 => "no difference in any".to_owned(),
        _ => format!("{} now, at most {}", plural(last, "difference"), thousands(most)),
    };
    Trend {
        told: format!("{}; {differences}", counted.collect::<Vec<_>>().join(", ")),
        top: match most {
            0 if with(Status::Error) > 0 => 48,
            0 => 64,
            _ => 0,
        },
        width: format!("{:.0}", step * points.len() as f64 + 32.0),
        columns: columns.collect(),
        series: Vec::new(),
    }
}

fn letter(status: Status) -> &'static str {
    match status {
        Status::Pass => "P",
        Status::Warn => "W",
        Status::Fail => "F",
        Status::Error => "E",
        Status::Skip => "s",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HistoryPoint;
    use crate::model::{Key, Kind, NumberFindings, Outcome, Quantity, RowCounts, RowFindings, Totals};

    fn past(day: u32, status: Status, differences: u64, measures: Vec<Measure>) -> HistoryPoint {
        let started_at = format!("2026-01-{day:02}T02:00:00Z").parse().unwrap();
        HistoryPoint { started_at, status, differences, elapsed_ms: 5, measures }
    }

    fn measure(old: Option<&str>, new: &str) -> Measure {
        Measure {
            quantity: Quantity::Column("cost".to_owned()),
            key: Key::default(),
            old: old.map(str::to_owned),
            new: Some(new.to_owned()),
            delta: None,
            tolerance: "exact".to_owned(),
            within: true,
            level: None,
            count: None,
        }
    }

    fn report(checks: Vec<CheckReport>) -> RunReport {
        RunReport {
            id: "20260108T000000.000Z-0000".to_owned(),
            started_at: "2026-01-09T02:00:00Z".parse().unwrap(),
            elapsed_ms: 0,
            version: String::new(),
            interrupted: false,
            suites: Vec::new(),
            checks,
            rerun_of: None,
            sign_off: None,
        }
    }

    fn earlier(past: Vec<HistoryPoint>) -> EarlierRuns {
        EarlierRuns([("s.rows".to_owned(), past)].into())
    }

    fn rows(changed: u64) -> CheckReport {
        let rows = RowCounts { old: 9, new: 9, equal: 9 - changed, changed, ..RowCounts::default() };
        let outcome = Outcome::Rows(RowFindings { rows, ..RowFindings::default() });
        CheckReport { outcome, ..CheckReport::new("s.rows", Kind::Rows) }
    }

    /// Catches a run too many or too few, this run left out, and one difference that looks like none beside a million.
    #[test]
    fn every_run_has_a_column_and_this_one_is_the_last() {
        let past = vec![past(1, Status::Pass, 0, vec![]), past(2, Status::Fail, 1_000_000, vec![])];
        let run = report(vec![rows(1)]);
        let trend = of_check(&run, &run.checks[0], &earlier(past)).unwrap();
        let heights: Vec<&str> = trend.columns.iter().map(|column| column.height.as_str()).collect();
        assert_eq!(heights, ["1.5", "64.0", "4.0"]);
        let letters: Vec<&str> = trend.columns.iter().map(|column| column.letter).collect();
        assert_eq!(letters, ["P", "F", "F"]);
        assert_eq!(trend.columns[2].label, "2026-01-09 02:00 UTC: fail, 1 difference");
        assert!(of_check(&report(vec![]), &rows(1), &EarlierRuns::default()).is_none(), "no past, no chart");
        assert!(of_run(&report(vec![rows(1)]), &EarlierRuns::default()).is_none());
    }

    /// Catches a run that could not be compared and is drawn like one that passed, or like one that failed but for its colour.
    #[test]
    fn what_could_not_be_compared_has_a_mark_of_its_own() {
        let past =
            vec![past(1, Status::Error, 0, vec![]), past(2, Status::Pass, 0, vec![]), past(3, Status::Skip, 0, vec![])];
        let run = report(vec![rows(0)]);
        let earlier = earlier(past);
        let trend = of_check(&run, &run.checks[0], &earlier).unwrap();
        let drawn: Vec<(bool, &str)> = trend.columns.iter().map(|one| (one.broken, one.height.as_str())).collect();
        assert_eq!(drawn, [(true, "16.0"), (false, "1.5"), (false, "0.0"), (false, "1.5")]);
        assert!(trend.columns[0].cross.starts_with('M') && trend.columns[1].cross.is_empty());
        assert_eq!(trend.columns[0].label, "2026-01-01 02:00 UTC: error, nothing compared");
        assert!(trend.told.ends_with("no difference in any that could be compared"), "{}", trend.told);
        assert!(trend.top + 16 <= 72, "it fits the plot");
        let strip = strip(&run.checks[0], &earlier).unwrap();
        let marks: Vec<(bool, usize)> = strip.marks.iter().map(|mark| (mark.broken, mark.height)).collect();
        assert_eq!(marks, [(true, 14), (false, 5), (false, 2), (false, 5)]);
    }

    /// Catches a run whose verdict is that of its last check instead of its worst.
    #[test]
    fn all_checks_together_have_the_worst_verdict_and_all_differences() {
        let (one, mut other) = (rows(0), rows(3));
        other.id = "s.other".to_owned();
        let mut earlier = earlier(vec![past(1, Status::Fail, 2, vec![])]);
        let of_other = vec![past(1, Status::Pass, 0, vec![]), past(2, Status::Pass, 0, vec![])];
        earlier.0.insert(other.id.clone(), of_other);
        let trend = of_run(&report(vec![one, other]), &earlier).unwrap();
        let told: Vec<(&str, &str)> =
            trend.columns.iter().map(|column| (column.letter, column.found.as_str())).collect();
        assert_eq!(told, [("F", "2"), ("P", "0"), ("F", "3")]);
    }

    /// Catches a line drawn through a run that lacks the number, and a NULL drawn as one.
    #[test]
    fn a_line_breaks_where_a_run_has_no_number() {
        let past = vec![
            past(1, Status::Pass, 0, vec![measure(Some("1"), "1")]),
            past(2, Status::Pass, 0, vec![measure(Some("2"), "2")]),
            past(3, Status::Fail, 1, vec![measure(None, "3")]),
            past(4, Status::Error, 0, vec![]),
        ];
        let mut check = CheckReport::new("s.sum", Kind::Sum);
        check.outcome = Outcome::Numbers(NumberFindings {
            totals: Totals { compared: 1, outside: 0 },
            measures: vec![measure(Some("9"), "9")],
            ..NumberFindings::default()
        });
        let run = report(vec![check]);
        let earlier = EarlierRuns([("s.sum".to_owned(), past)].into());
        let trend = of_check(&run, &run.checks[0], &earlier).unwrap();
        let series = &trend.series[0];
        let lengths = |lines: &[String]| lines.iter().map(|line| line.split(' ').count()).collect::<Vec<_>>();
        assert_eq!((lengths(&series.old), lengths(&series.new)), (vec![2], vec![3]));
        assert_eq!((series.dots.len(), series.range.as_str()), (7, "1 to 9"));
    }
}

//! What became of each check over its runs: letters, a line of differences, the last change. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::read::{Entry, Run};
use crate::model::Status;

/// One check over several runs; the windows of a check are folded into one.
#[derive(Clone, Debug, Serialize)]
pub struct Trend {
    /// `suite.check`.
    pub id: String,
    /// What it compares.
    pub kind: String,
    /// What each run found, oldest first; a run without the check is absent.
    pub runs: Vec<Point>,
    /// The run with which the last verdict began; absent where all runs that are looked at have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// What one run found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Id of the run.
    pub run: String,
    /// When it began.
    #[serde(serialize_with = "instant")]
    pub started_at: chrono::DateTime<chrono::Utc>,
    /// The verdict; of windows the worst.
    pub status: Status,
    /// Differences by name, as text in JSON; of windows their sums.
    #[serde(serialize_with = "texts")]
    pub differences: BTreeMap<String, u64>,
    /// All of them, as text in JSON.
    #[serde(serialize_with = "text")]
    pub found: u64,
    /// Wall time in milliseconds; of windows their sum.
    pub elapsed_ms: u64,
    /// Rows of old.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text_or_none")]
    pub old_rows: Option<u64>,
    /// Rows of new.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text_or_none")]
    pub new_rows: Option<u64>,
    /// Milliseconds of the query on old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_ms: Option<u64>,
    /// Milliseconds of the query on new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_ms: Option<u64>,
    /// Windows that were folded, where the check has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<u64>,
    /// Why it could not be compared, or was not run; of any other window, that some windows of its check were not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Counts are text in JSON, because they may exceed 2^53.
pub(crate) fn texts<S: serde::Serializer>(counts: &BTreeMap<String, u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(name, count)| (name, count.to_string())))
}

/// Writes an instant as RFC 3339 has it.
fn instant<S: serde::Serializer>(at: &chrono::DateTime<chrono::Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn text_or_none<S: serde::Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn text<S: serde::Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The checks of `runs`, which are newest first, in the order of the newest run that has them; `by_window` keeps windows
/// apart. Some windows of a check say of it that it fails where one of them does, and never that it passes.
pub fn trends(runs: &[Run], by_window: bool) -> Vec<Trend> {
    let name = |id: &str| if by_window { id.to_owned() } else { base(id).to_owned() };
    let mut trends: Vec<Trend> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for run in runs {
        let partial = |entry: &Entry| !by_window && entry.partial();
        let fails: HashSet<&str> = run
            .checks
            .iter()
            .filter(|entry| matches!(entry.status, Status::Fail | Status::Error))
            .map(|entry| base(&entry.id))
            .collect();
        for entry in run.checks.iter().filter(|entry| !partial(entry) || fails.contains(base(&entry.id))) {
            let at = *places.entry(name(&entry.id)).or_insert(trends.len());
            if at == trends.len() {
                trends.push(Trend { id: name(&entry.id), kind: entry.kind.clone(), runs: Vec::new(), since: None });
            }
            let points = &mut trends[at].runs;
            match points.last_mut().filter(|point| point.run == run.id) {
                Some(point) => fold(point, entry),
                None => points.push(point(run, entry, by_window)),
            }
        }
    }
    for trend in &mut trends {
        trend.since = since(&trend.runs).map(|point| point.run.clone());
        trend.runs.reverse();
    }
    trends
}

/// A check without its window.
pub(crate) fn base(id: &str) -> &str {
    id.split_once('@').map_or(id, |(check, _)| check)
}

fn point(run: &Run, entry: &Entry, by_window: bool) -> Point {
    Point {
        run: run.id.clone(),
        started_at: run.started_at,
        status: entry.status,
        differences: entry.differences.clone(),
        found: entry.found(),
        elapsed_ms: entry.elapsed_ms,
        old_rows: entry.old_rows,
        new_rows: entry.new_rows,
        old_ms: entry.old_ms,
        new_ms: entry.new_ms,
        windows: (!by_window && entry.id.contains('@')).then_some(1),
        note: entry.note.clone(),
    }
}

fn fold(point: &mut Point, entry: &Entry) {
    let add = |to: &mut Option<u64>, more: Option<u64>| {
        *to = match (*to, more) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
    };
    if entry.status > point.status {
        point.status = entry.status;
        point.note.clone_from(&entry.note);
    }
    for (name, found) in &entry.differences {
        let sum = point.differences.entry(name.clone()).or_default();
        *sum = sum.saturating_add(*found);
    }
    point.found = point.found.saturating_add(entry.found());
    point.elapsed_ms = point.elapsed_ms.saturating_add(entry.elapsed_ms);
    add(&mut point.old_rows, entry.old_rows);
    add(&mut point.new_rows, entry.new_rows);
    add(&mut point.old_ms, entry.old_ms);
    add(&mut point.new_ms, entry.new_ms);
    add(&mut point.windows, Some(1));
}

/// The first point of the present verdict, where there was another before it; `points` are newest first.
fn since(points: &[Point]) -> Option<&Point> {
    let now = points.first()?.status;
    let changed = points.iter().position(|point| point.status != now)?;
    points.get(changed - 1)
}

/// One letter of each run, oldest first: `P`, `W`, `F`, `E`, `s` of a skip, and `·` where the check was not in it.
pub fn letters(trend: &Trend, runs: &[Run]) -> String {
    over(trend, runs, |point| match point.map(|point| point.status) {
        None => '·',
        Some(Status::Pass) => 'P',
        Some(Status::Warn) => 'W',
        Some(Status::Fail) => 'F',
        Some(Status::Error) => 'E',
        Some(Status::Skip) => 's',
    })
}

/// The differences of each run as bars, oldest first: `_` is none, `·` unknown; any difference is higher than none.
pub fn bars(trend: &Trend, runs: &[Run]) -> String {
    const BARS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let most = trend.runs.iter().map(|point| point.found).max().unwrap_or(0);
    over(trend, runs, |point| match point.filter(|point| !point.differences.is_empty()) {
        None => '·',
        Some(point) if point.found == 0 => '_',
        Some(point) => {
            let height = (u128::from(point.found) * BARS.len() as u128).div_ceil(u128::from(most).max(1));
            BARS[usize::try_from(height).map_or(BARS.len(), |height| height.clamp(1, BARS.len())) - 1]
        }
    })
}

fn over(trend: &Trend, runs: &[Run], show: impl Fn(Option<&Point>) -> char) -> String {
    let points: HashMap<&str, &Point> = trend.runs.iter().map(|point| (point.run.as_str(), point)).collect();
    runs.iter().rev().map(|run| show(points.get(run.id.as_str()).copied())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, checks: &[(&str, Status, u64)]) -> Run {
        let entry = |(id, status, found): &(&str, Status, u64)| Entry {
            id: (*id).to_owned(),
            kind: "rows".to_owned(),
            status: *status,
            differences: BTreeMap::from([("changed".to_owned(), *found)]),
            elapsed_ms: 5,
            old_rows: Some(2),
            new_rows: None,
            old_ms: None,
            new_ms: None,
            note: None,
            measures: Vec::new(),
            listed: true,
        };
        Run {
            id: id.to_owned(),
            started_at: chrono::DateTime::UNIX_EPOCH,
            elapsed_ms: 0,
            status: Status::Pass,
            exit_code: 0,
            version: String::new(),
            interrupted: false,
            folder: None,
            suites: BTreeMap::new(),
            checks: checks.iter().map(entry).collect(),
        }
    }

    /// Catches runs in the wrong order, a run without the check that counts as one with it, and one difference that looks like none.
    #[test]
    fn a_trend_reads_from_the_oldest_run_to_the_newest() {
        use Status::{Fail, Pass};
        let runs = [
            run("d", &[("s.a", Fail, 1), ("s.b", Pass, 0)]),
            run("c", &[("s.a", Fail, 70)]),
            run("b", &[("s.b", Pass, 0)]),
            run("a", &[("s.a", Pass, 0)]),
        ];
        let trends = trends(&runs, false);
        assert_eq!(trends.iter().map(|trend| trend.id.as_str()).collect::<Vec<_>>(), ["s.a", "s.b"]);
        assert_eq!((letters(&trends[0], &runs).as_str(), bars(&trends[0], &runs).as_str()), ("P·FF", "_·▇▁"));
        assert_eq!((letters(&trends[1], &runs).as_str(), trends[1].since.as_deref()), ("·P·P", None));
        assert_eq!(trends[0].since.as_deref(), Some("c"), "the run with which it began to fail");
    }

    /// Catches some windows that pass in place of their check, and a failure of one that goes unseen.
    #[test]
    fn some_windows_say_that_a_check_fails_and_not_that_it_passes() {
        use Status::{Fail, Pass};
        let some = |mut run: Run| {
            run.checks.iter_mut().for_each(|entry| entry.note = Some("only some of the 3 windows".to_owned()));
            run
        };
        let whole = run("a", &[("s.a@1", Pass, 0), ("s.a@2", Fail, 3), ("s.a@3", Fail, 4)]);
        for (status, letters_) in [(Pass, "F·"), (Fail, "FF")] {
            let runs = [some(run("b", &[("s.a@1", Pass, 0), ("s.a@2", status, 0)])), whole.clone()];
            let found = trends(&runs, false);
            assert_eq!(letters(&found[0], &runs), letters_);
            assert_eq!(found[0].since, None);
            assert_eq!(trends(&runs, true)[0].runs.len(), 2, "each window for itself");
        }
    }

    /// Catches a window that hides the others of its check.
    #[test]
    fn windows_are_one_check_with_the_worst_verdict_and_all_differences() {
        use Status::{Fail, Pass};
        let runs = [run("a", &[("s.a@1", Pass, 0), ("s.a@2", Fail, 3), ("s.a@3", Fail, 4)])];
        let found = &trends(&runs, false);
        let point = &found[0].runs[0];
        assert_eq!((found.len(), point.status, point.found, point.windows), (1, Fail, 7, Some(3)));
        assert_eq!((point.elapsed_ms, point.old_rows, point.new_rows), (15, Some(6), None));
        assert_eq!(trends(&runs, true).len(), 3);
    }
}

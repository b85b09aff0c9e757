//! Checks cut into windows of time: one unit of work, and one line of the report, per window.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{NaiveDateTime, TimeDelta};
use globset::GlobMatcher;

use super::addition::{Addition, Additions};
use super::check::facts::CheckFacts;
use super::options::Selected;
use super::params::Params;
use crate::isolation::{Defect, caught};
use crate::model::{
    Cause, CheckReport, Difference, ErrorCode, ErrorReport, Example, Place, Warning, WarningCode, WindowReport,
};
use crate::spec::check::{Bound, Check, ParamValue, Window};

/// Windows of one check beyond which its step is taken for a mistake.
const MOST: usize = 10_000;

/// One window of a check.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    /// What stands behind `@` in its id.
    name: String,
    /// Its first moment and the first after it; absent for the rows that have no time.
    bounds: Option<(ParamValue, ParamValue)>,
}

impl Slice {
    /// What stands behind `@` in the id.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The values of `from` and `to`.
    pub(super) fn bounds(&self) -> Option<&(ParamValue, ParamValue)> {
        self.bounds.as_ref()
    }
}

/// Something that is run by itself: a check, or one window of it, or why it cannot be cut.
pub(super) struct Unit<'a> {
    pub(super) one: Selected<'a>,
    pub(super) slice: Result<Option<Slice>, ErrorReport>,
    /// How many windows the check has, where some of them are not run.
    pub(super) partial: Option<u64>,
}

impl Unit<'_> {
    /// Whether it is about speed, so that nothing may run beside it.
    pub(super) fn timed(&self) -> bool {
        self.one.check.kind.kind().profile().timed
    }

    /// `suite.check`, and behind it `@window`.
    pub(super) fn id(&self) -> String {
        match &self.slice {
            Ok(Some(slice)) => format!("{}@{}", self.one.check.id, slice.name),
            _ => self.one.check.id.clone(),
        }
    }
}

/// Every unit of `selected`, in order. Where `only` has patterns with an `@`, a window must match one of `only`.
pub(super) fn units<'a>(selected: &[Selected<'a>], params: &Params<'_>, only: &[GlobMatcher]) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for one in selected {
        let Some(window) = &one.check.window else {
            units.push(Unit { one: *one, slice: Ok(None), partial: None });
            continue;
        };
        let cut = caught(|| cut(one.check, window, &params[one.suite.name.as_str()]));
        match cut.unwrap_or_else(|defect| Err(broken(&defect))) {
            Err(error) => units.push(Unit { one: *one, slice: Err(error.at(Place::Windows)), partial: None }),
            Ok(slices) => {
                let count = slices.len();
                let all = slices.into_iter().map(|slice| Unit { one: *one, slice: Ok(Some(slice)), partial: None });
                let mut wanted: Vec<Unit<'_>> = all
                    .filter(|unit| {
                        only.is_empty()
                            || only.iter().any(|one| one.is_match(unit.id()) || one.is_match(&unit.one.check.id))
                    })
                    .collect();
                if wanted.is_empty() {
                    let message = "--only matches none of its windows; `--dry-run` shows their names";
                    units.push(Unit { one: *one, slice: Err(unfit(message)), partial: None });
                }
                let partial = (wanted.len() < count).then_some(count as u64);
                wanted.iter_mut().for_each(|unit| unit.partial = partial);
                units.extend(wanted);
            }
        }
    }
    units
}

/// The ids of the checks of which every window is among `units`.
pub(super) fn whole<'u>(units: &'u [Unit<'_>]) -> BTreeSet<&'u str> {
    let all = units.iter().filter(|unit| matches!(unit.slice, Ok(Some(_))) && unit.partial.is_none());
    all.map(|unit| unit.one.check.id.as_str()).collect()
}

/// The first moment of the first window, and the first after the last.
pub(super) fn ends(
    window: &Window,
    params: &BTreeMap<String, Result<ParamValue, ErrorReport>>,
) -> Result<(ParamValue, ParamValue), ErrorReport> {
    let value = |bound: &Bound| match bound {
        Bound::Value(value) => Ok(value.clone()),
        Bound::Param(name) => params
            .get(name)
            .cloned()
            .unwrap_or_else(|| Err(ErrorReport::new(ErrorCode::ParamUnfit, format!("there is no param `{name}`")))),
    };
    Ok((value(&window.from)?, value(&window.to)?))
}

/// The windows of a check, in order; where its queries are wrapped, the rows without a time come last.
pub(crate) fn cut(
    check: &Check,
    window: &Window,
    params: &BTreeMap<String, Result<ParamValue, ErrorReport>>,
) -> Result<Vec<Slice>, ErrorReport> {
    let (from, to) = ends(window, params)?;
    let step = TimeDelta::from_std(window.step).map_err(|_| unfit("the step is too long"))?;
    let (mut at, end) = window.stretch(&from, &to).map_err(unfit)?;
    let days = matches!(from, ParamValue::Date(_));
    let mut slices = Vec::new();
    while at < end {
        let next = at.checked_add_signed(step).unwrap_or(end).min(end);
        slices.push(Slice { name: name(at, days), bounds: Some((like(&from, at), like(&from, next))) });
        if slices.len() > MOST {
            return Err(unfit(format!("it makes more than {MOST} windows; give a longer step")));
        }
        at = next;
    }
    if !check.binds_window() {
        slices.push(Slice { name: "null".to_owned(), bounds: None });
    }
    Ok(slices)
}

fn unfit(why: impl Into<String>) -> ErrorReport {
    ErrorReport::new(ErrorCode::WindowUnfit, why)
}

fn broken(defect: &Defect) -> ErrorReport {
    let error = ErrorReport::new(ErrorCode::Defect, "cutover met a defect of its own; please report it with the check");
    error.caused_by([Cause::of_others(defect.text())])
}

/// `at` as a value of the type of `example`.
fn like(example: &ParamValue, at: NaiveDateTime) -> ParamValue {
    match example {
        ParamValue::Date(_) => ParamValue::Date(at.date()),
        ParamValue::Timestamp(_) => ParamValue::Timestamp(at.and_utc()),
        _ => ParamValue::WallClock(at),
    }
}

/// `2026-01-03`, or with the time of day where it is not midnight.
fn name(at: NaiveDateTime, days: bool) -> String {
    if days || at.time() == chrono::NaiveTime::MIN {
        at.date().to_string()
    } else {
        at.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
    }
}

/// What a report says of its window; `partial` is how many the check has, where some of them are not run.
pub(super) fn report(check: &Check, slice: &Slice, partial: Option<u64>) -> Option<WindowReport> {
    let window = check.window.as_ref()?;
    let bound = |value: &ParamValue| Some(value.to_string());
    Some(WindowReport {
        column: window.column.clone(),
        from: slice.bounds().and_then(|(from, _)| bound(from)),
        to: slice.bounds().and_then(|(_, to)| bound(to)),
        nulls: if check.binds_window() { "outside".to_owned() } else { "apart".to_owned() },
        windows: partial,
        outside: None,
    })
}

/// Makes an error of each empty window of a check whose windows are all empty, unless the check allows that; beside one
/// with rows an empty window is none. The window of rows without a time may always be empty.
pub(super) fn settle_empty(reports: &[CheckReport], facts: &[CheckFacts], selected: &[Selected<'_>]) -> Additions {
    let check = |report: &CheckReport| report.id.split_once('@').map(|(check, _)| check.to_owned());
    let rows = |(report, facts): &(&CheckReport, &CheckFacts)| {
        (facts.empty.is_none() && report.skipped.is_none()) || facts.rows_elsewhere
    };
    let filled: BTreeSet<String> =
        reports.iter().zip(facts).filter(rows).filter_map(|(report, _)| check(report)).collect();
    let allowed = selected.iter().map(|one| one.check).filter(|check| check.allow_empty).map(|check| &check.id);
    let fine: BTreeSet<&String> = filled.iter().chain(allowed).collect();
    let nothing = |(at, (report, facts)): (usize, (&CheckReport, &CheckFacts))| {
        let id = check(report).filter(|_| report.error.is_none())?;
        let timeless = report.window.as_ref().is_some_and(|window| window.from.is_none());
        let empty = facts.empty.clone().filter(|_| !timeless && !fine.contains(&id))?;
        Some((at, Addition::Error(ErrorReport::new(ErrorCode::NothingCompared, empty))))
    };
    reports.iter().zip(facts).enumerate().filter_map(nothing).collect()
}

/// Keys that one window misses or has in excess, as hashes: rows that moved to another window are both.
#[derive(Default)]
pub(crate) struct ShiftedKeys {
    missing: Vec<u64>,
    extra: Vec<u64>,
}

impl ShiftedKeys {
    /// Takes a difference into account.
    pub(super) fn note(&mut self, example: &Example) {
        let mut hasher = DefaultHasher::new();
        example.key.0.hash(&mut hasher);
        match example.difference {
            Difference::Missing => self.missing.push(hasher.finish()),
            Difference::Extra => self.extra.push(hasher.finish()),
            Difference::Changed | Difference::Duplicate | Difference::Warned => {}
        }
    }
}

/// Says in every window what all windows of its check have of the differences that `expect` names, where the check is among
/// the `whole` ones and all its windows were compared to their ends, none of them `broken`: `expect` speaks of all of it.
pub(super) fn add_up(
    reports: &[CheckReport],
    broken: &BTreeSet<usize>,
    selected: &[Selected<'_>],
    whole: &BTreeSet<&str>,
) -> Additions {
    let mut additions = Additions::new();
    let is_whole = |check: &&Check| whole.contains(check.id.as_str()) && !check.expect.is_empty();
    for check in selected.iter().map(|one| one.check).filter(is_whole) {
        let own = |report: &CheckReport| report.id.split_once('@').is_some_and(|(id, _)| id == check.id);
        let windows: Vec<usize> = (0..reports.len()).filter(|at| own(&reports[*at])).collect();
        let compared = |at: &usize| {
            let report = &reports[*at];
            !broken.contains(at) && report.error.is_none() && report.skipped.is_none() && report.examined.is_none()
        };
        if !windows.iter().all(compared) {
            continue;
        }
        for (name, expected) in &check.expect {
            let (mut left, mut found, mut by_design) = (*expected, 0_u64, Vec::new());
            for at in &windows {
                let mut report = reports[*at].clone();
                let back = report.expect_known(name, left);
                left -= back;
                found = found.saturating_add(report.left().get(name.as_str()).copied().unwrap_or(0));
                by_design.push((*at, back));
            }
            let of_window = |(at, by_design)| (at, Addition::AllWindows { name: name.clone(), found, by_design });
            additions.extend(by_design.into_iter().map(of_window));
        }
    }
    additions
}

/// Says in the first window of each check that was compared by windows that a key may stand in two of them unseen, where
/// that would be a difference and the key does not hold the time that windows are cut by.
pub(super) fn unique(reports: &[CheckReport], selected: &[Selected<'_>]) -> Additions {
    let wants = |check: &Check| {
        let apart = |window: &Window| !check.key.is_empty() && !check.key.contains(&window.column);
        let streamed = check.kind.kind().profile().streamed && !check.duplicates_allowed;
        streamed
            && check.window.as_ref().is_some_and(apart)
            && !check.accept.contains_key(&WarningCode::UniquePerWindow)
    };
    let first = |check: &Check| {
        let compared = |report: &CheckReport| {
            let timed = report.window.as_ref().is_some_and(|window| window.from.is_some());
            timed && report.error.is_none() && report.skipped.is_none()
        };
        let own = |report: &CheckReport| report.id.split_once('@').is_some_and(|(id, _)| id == check.id);
        let at = reports.iter().position(|report| own(report) && compared(report))?;
        let key = check.key.join(", ");
        let said = format!(
            "a key ({key}) is compared, and seen to stand twice, within a window only: one with rows in two windows is no \
             duplicate here; a check of kind invariant finds those (GROUP BY {key} HAVING count(*) > 1)"
        );
        Some((at, Addition::Warning(Warning::new(WarningCode::UniquePerWindow, said))))
    };
    selected.iter().map(|one| one.check).filter(|check| wants(check)).filter_map(first).collect()
}

/// Says in the reports of the windows of one check which rows are in another window of the other side.
pub(super) fn moved(reports: &[CheckReport], strays: &HashMap<String, ShiftedKeys>) -> Additions {
    let mut additions = Additions::new();
    let mut by_check: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        if let Some((check, _)) = report.id.split_once('@') {
            by_check.entry(check.to_owned()).or_default().push(at);
        }
    }
    for windows in by_check.values() {
        let of = |at: &usize| strays.get(&reports[*at].id);
        let count = |pick: fn(&ShiftedKeys) -> &Vec<u64>| {
            let mut count: HashMap<u64, u64> = HashMap::new();
            windows.iter().filter_map(of).flat_map(pick).for_each(|key| *count.entry(*key).or_default() += 1);
            count
        };
        let (missing, extra) = (count(|strays| &strays.missing), count(|strays| &strays.extra));
        let mut told: Vec<(usize, usize, usize)> = Vec::new();
        for at in windows {
            let Some(strays) = of(at) else { continue };
            let gone = strays.missing.iter().filter(|key| extra.contains_key(key)).count();
            let came = strays.extra.iter().filter(|key| missing.contains_key(key)).count();
            told.push((*at, gone, came));
        }
        for (at, gone, came) in told.into_iter().filter(|(_, gone, came)| gone + came > 0) {
            let said = format!(
                "rows moved in time: {gone} that are missing here are extra in another window, and {came} that are \
                 extra here are missing in another"
            );
            additions.push((at, Addition::Warning(Warning::new(WarningCode::MovedWindow, said))));
        }
    }
    additions
}

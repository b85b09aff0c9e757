//! `percentile`: quantiles of both sides by one definition, or an approximation against the raw values.

mod answer;
mod groups;

use bigdecimal::BigDecimal;

use super::super::result::{ComparisonResult, Limits, not_empty};
use super::super::rows::Sink;
use super::super::rows::columns::{Columns, Naming, error, renamed, sort_out};
use super::super::rows::join::pair;
use super::super::rows::key_group::KeyGroup;
use super::super::value::display;
use super::super::value::number;
use super::super::value::number::{Number, exact_text, plain};
use super::drift::{Spread, relative};
use super::quantile::{Sample, Share};
use crate::frame::{Column, Frame};
use crate::model::{
    Counts, ErrorCode, ErrorReport, Example, Key, Measure, Outcome, PercentileFindings, Quantity, Severity, Side,
    Sides, Totals, Warning, WarningCode, agree, plural,
};
use crate::spec::check::{Bounds, Check, Percentile, Tolerance};
use crate::suppress::ledger::outside;
use answer::{Answer, Values};
use groups::Groups;

/// Compares raw values or percentiles, group by group.
pub(crate) fn compare(
    check: &Check,
    settings: &Percentile,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let old_side = Answer::read(check, settings, old, Side::Old)?;
    let new_side = Answer::read(check, settings, new, Side::New)?;
    bounds_make_sense(settings, &old_side, &new_side)?;
    let columns = key_columns(check, old, new)?;
    let groups = pair(&columns, old.height(), new.height())?;
    let mut found = Found::new(settings, limits, sink);
    let mut dropped = Sides { old: 0, new: 0 };
    let mut collected = limits.diagnosis.then(|| Groups::new(check, settings));
    for group in &groups {
        let values = group.key(&columns);
        let key = display::key(&check.key, &values);
        let old_group =
            old_side.group(settings, &group.old, &mut dropped.old).map_err(|why| side_error(Side::Old, &key, &why))?;
        let new_group =
            new_side.group(settings, &group.new, &mut dropped.new).map_err(|why| side_error(Side::New, &key, &why))?;
        found.judge(&key, group, &old_group, &new_group);
        let differing = std::mem::take(&mut found.differing);
        if let Some(collected) = &mut collected {
            let [old, new] = [&old_group, &new_group].map(|side| side.as_ref().map(|values| &values.quantiles[..]));
            collected.add(&values, old, new, differing);
        }
    }
    let evidence = collected.map(Groups::finish);
    Ok(ComparisonResult { evidence, ..found.finish(check, &dropped) })
}

fn side_error(side: Side, key: &Key, why: &str) -> ErrorReport {
    let place = if key.is_empty() { String::new() } else { format!(", group {key}") };
    error(ErrorCode::ValueUnreadable, format!("{side}{place}: {why}"))
}

/// The columns of the key; every name that `rename` gives must be one of new, whatever it is that it names.
fn key_columns(check: &Check, old: &Frame, new: &Frame) -> Result<Columns, ErrorReport> {
    renamed(check, new)?;
    let mut of_key = check.clone();
    of_key.rename.retain(|name, _| check.key.contains(name));
    sort_out(&of_key, &keys_of(check, old, Side::Old)?, &keys_of(check, new, Side::New)?, Naming::ByName)
}

/// The key columns alone.
fn keys_of(check: &Check, frame: &Frame, side: Side) -> Result<Frame, ErrorReport> {
    let mut columns = Vec::new();
    for name in check.key.iter().map(|name| check.name_on(side, name).to_owned()) {
        if let Some((_, of)) = frame.column(&name) {
            columns.push(Column { of: of.clone(), values: frame.values(&name), name });
        }
    }
    Frame::from_columns(columns).map_err(|cause| error(ErrorCode::ValueUnreadable, cause.to_string()))
}

fn bounds_make_sense(settings: &Percentile, old: &Answer, new: &Answer) -> Result<(), ErrorReport> {
    if (settings.rank.is_some() || settings.warn.rank.is_some()) && !old.is_raw() && !new.is_raw() {
        return Err(error(
            ErrorCode::CheckUnfit,
            "`rank` needs the raw values of a side, and both return percentiles; return raw values, or remove `rank`",
        ));
    }
    if (settings.max_ks.is_some() || settings.warn.max_ks.is_some()) && !(old.is_raw() && new.is_raw()) {
        return Err(error(
            ErrorCode::CheckUnfit,
            "`max_ks` needs the raw values of both sides; return raw values, or remove `max_ks`",
        ));
    }
    Ok(())
}

/// What the groups came to.
struct Found<'a> {
    settings: &'a Percentile,
    limit: usize,
    totals: Totals,
    values: u64,
    groups: u64,
    outside: Vec<Measure>,
    /// Within, but beyond a `warn` bound.
    warned: Vec<Measure>,
    warnings: u64,
    within: Vec<Measure>,
    too_small: Vec<Key>,
    too_small_groups: u64,
    drift: Spread,
    sink: Option<Sink<'a>>,
    /// The numbers of the group that is judged which differ.
    differing: Vec<(Quantity, Example)>,
}

impl<'a> Found<'a> {
    fn new(settings: &'a Percentile, limits: &Limits, sink: Sink<'a>) -> Self {
        Found {
            settings,
            limit: limits.measures,
            totals: Totals::default(),
            values: 0,
            groups: 0,
            outside: Vec::new(),
            warned: Vec::new(),
            warnings: 0,
            within: Vec::new(),
            too_small: Vec::new(),
            too_small_groups: 0,
            drift: Spread::default(),
            sink: Some(sink),
            differing: Vec::new(),
        }
    }

    fn judge(&mut self, key: &Key, group: &KeyGroup, old: &Option<Values>, new: &Option<Values>) {
        debug_assert!(!group.old.is_empty() || !group.new.is_empty());
        self.groups += 1;
        let present = |side: &Option<Values>| side.as_ref().map_or(0, |v| v.quantiles.iter().flatten().count() as u64);
        self.values += present(old) + present(new);
        let count = Counts { old: old.as_ref().and_then(|v| v.count), new: new.as_ref().and_then(|v| v.count) };
        // A group that one side lost, with its rows or only with their values, is no matter of size.
        let small = |n: Option<u64>| n.is_some_and(|n| n < self.settings.min_rows);
        let lost = (present(old) == 0) != (present(new) == 0);
        if old.is_some() && new.is_some() && !lost && small(count.old) && small(count.new) {
            self.too_small_groups += 1;
            if self.too_small.len() < self.limit {
                self.too_small.push(key.clone());
            }
            return;
        }
        (0..self.settings.quantiles.len()).for_each(|at| self.judge_quantile(key, old, new, at, &count));
        self.judge_distance(key, old, new, count);
    }

    /// Judges one quantile of a group by the bounds of its value and by those of its rank.
    fn judge_quantile(&mut self, key: &Key, old: &Option<Values>, new: &Option<Values>, at: usize, count: &Counts) {
        let (name, q) = &self.settings.quantiles[at];
        let a = old.as_ref().and_then(|v| v.quantiles[at].clone());
        let b = new.as_ref().and_then(|v| v.quantiles[at].clone());
        let measure = |quantity, delta, tolerance, (within, level)| Measure {
            quantity,
            key: key.clone(),
            old: a.as_ref().map(text),
            new: b.as_ref().map(text),
            delta,
            tolerance,
            within,
            level,
            count: Some(count.clone()),
        };
        let delta = match (&a, &b) {
            (Some(Number::Finite(a)), Some(Number::Finite(b))) => Some(exact_text(&(b - a))),
            _ => None,
        };
        if let Some(moved) = relative(&a, &b) {
            self.drift.add(name, "relative", moved, key);
        }
        let both_absent = a.is_none() && b.is_none();
        // A quantile that one side lacks is a difference whatever the bounds are.
        let alike = a.is_some() == b.is_some();
        let mut judged = false;
        let (fail, warn) = (&self.settings.tolerance, &self.settings.warn.tolerance);
        if fail.is_some() || warn.is_some() {
            let close = |tolerance: &Tolerance| {
                both_absent || matches!((&a, &b), (Some(a), Some(b)) if number::within(a, b, tolerance))
            };
            let held = graded(alike, fail.as_ref().map(close), warn.as_ref().map(close));
            let words = display::levels(warn.as_ref().map(display::tolerance), fail.as_ref().map(display::tolerance));
            let one = measure(Quantity::Quantile(name.clone()), delta.clone(), words, held);
            self.list(one);
            judged = true;
        }
        let (fail, warn) = (self.settings.rank.as_ref(), self.settings.warn.rank.as_ref());
        if fail.is_some() || warn.is_some() {
            let error = rank_error(old, new, &a, &b, q);
            if let Some(error) = &error {
                self.drift.add(name, "rank", error.shown(), key);
            }
            let close = |bound: &BigDecimal| both_absent || error.as_ref().is_some_and(|error| error.is_within(bound));
            let words = |bound: &BigDecimal| format!("rank ≤ {}", plain(bound));
            let one = measure(
                Quantity::RankError(name.clone()),
                error.as_ref().map(|error| number::float_text(error.shown())),
                display::levels(warn.map(words), fail.map(words)),
                graded(alike, fail.map(close), warn.map(close)),
            );
            self.list(one);
            judged = true;
        }
        if !judged && !both_absent {
            // Only `max_ks` judges; a quantile that one side lacks is a difference all the same.
            let one = measure(Quantity::Quantile(name.clone()), delta, "shown".to_owned(), (alike, None));
            self.list(one);
        }
    }

    /// Judges how far the distributions of a group are apart, where `max_ks` says how far they may be.
    fn judge_distance(&mut self, key: &Key, old: &Option<Values>, new: &Option<Values>, count: Counts) {
        let (fail, warn) = (self.settings.max_ks.as_ref(), self.settings.warn.max_ks.as_ref());
        if fail.is_some() || warn.is_some() {
            let samples = (old.as_ref().and_then(|v| v.sample.as_ref()), new.as_ref().and_then(|v| v.sample.as_ref()));
            let distance = match samples {
                (Some(old), Some(new)) => old.ks_distance(new),
                _ => None,
            };
            let nothing = |side: &Option<Values>| side.as_ref().is_none_or(|v| v.count == Some(0));
            let neither = nothing(old) && nothing(new);
            let close = |bound: &BigDecimal| {
                neither || distance.as_ref().is_some_and(|distance: &Share| distance.is_within(bound))
            };
            let words = |bound: &BigDecimal| format!("≤ {}", plain(bound));
            let (within, level) = graded(neither || distance.is_some(), fail.map(close), warn.map(close));
            let measure = Measure {
                quantity: Quantity::KsDistance,
                key: key.clone(),
                old: None,
                new: None,
                delta: distance.as_ref().map(|distance| number::float_text(distance.shown())),
                tolerance: display::levels(warn.map(words), fail.map(words)),
                within,
                level,
                count: Some(count),
            };
            // No two distributions are further apart than those that have nothing in common, wherever new goes from there.
            let of_new = new.iter().flat_map(|values| self.settings.quantiles.iter().zip(&values.quantiles));
            let stands = of_new.filter_map(|((name, _), value)| Some(format!("{name} {}", text(value.as_ref()?))));
            let stands = stands.collect::<Vec<_>>().join(", ");
            let mut example = outside(&measure);
            if !within
                && let (Some(old), Some(new)) = samples
                && let Some(distance) =
                    example.columns.get_mut(&measure.quantity.to_string()).and_then(|pair| pair.new.as_mut())
            {
                // Between the quantiles, and beyond them, values may go anywhere at the same distance.
                *distance = format!("{distance} at {stands}, values {:016x}", old.fingerprint(new));
            }
            self.list_as(measure, &example);
        }
    }

    fn list(&mut self, measure: Measure) {
        let example = outside(&measure);
        self.list_as(measure, &example);
    }

    /// Lists a number, which is `example` among the differences.
    fn list_as(&mut self, measure: Measure, example: &Example) {
        self.totals.compared += 1;
        if !measure.within {
            self.totals.outside += 1;
            self.differing.push((measure.quantity.clone(), example.clone()));
            if let Some(sink) = &mut self.sink
                && !sink(example.clone().into())
            {
                self.sink = None;
            }
        }
        let list = match (measure.within, measure.level) {
            (false, _) => &mut self.outside,
            (true, Some(_)) => {
                self.warnings += 1;
                &mut self.warned
            }
            (true, None) => &mut self.within,
        };
        if list.len() < self.limit {
            list.push(measure);
        }
    }

    fn finish(self, check: &Check, dropped: &Sides<u64>) -> ComparisonResult {
        let left_out = |(side, count)| {
            let values = plural(count, "NULL value");
            let message = format!("{values} {} left out of the quantiles", agree(count, "was", "were"));
            (count > 0).then(|| Warning::new(WarningCode::NullsDropped, message).of(side))
        };
        let warnings = dropped.into_iter().filter_map(left_out).collect();
        let too_small_groups = (self.too_small_groups > 0).then_some(self.too_small_groups);
        let empty = not_empty(check, (self.values == 0).then_some("neither side has a value"));
        let unjudged = (self.groups > 0 && self.too_small_groups == self.groups).then(|| {
            error(
                ErrorCode::NothingCompared,
                format!(
                    "every group has fewer than {} on both sides, so none could be judged; widen the window, or lower `min_rows`",
                    plural(self.settings.min_rows, "value")
                ),
            )
        });
        let (empty, error) = match empty {
            Ok(empty) => (empty, unjudged),
            Err(error) => (None, Some(error)),
        };
        let found = if error.is_some() {
            PercentileFindings { too_small: self.too_small, too_small_groups, ..PercentileFindings::default() }
        } else {
            let Bounds { tolerance, rank, max_ks } = &self.settings.warn;
            let leveled = tolerance.is_some() || rank.is_some() || max_ks.is_some();
            PercentileFindings {
                measures: self.outside.into_iter().chain(self.warned).chain(self.within).take(self.limit).collect(),
                totals: Some(self.totals),
                drift: self.drift.finish(),
                warned: leveled.then_some(self.warnings),
                too_small: self.too_small,
                too_small_groups,
            }
        };
        ComparisonResult { warnings, error, empty, ..ComparisonResult::of(Outcome::Percentiles(found)) }
    }
}

/// Whether a number is within its bounds, and where there is one to warn, the level it is beyond; without a bound to fail
/// by, `otherwise` decides.
fn graded(otherwise: bool, fail: Option<bool>, warn: Option<bool>) -> (bool, Option<Severity>) {
    let within = fail.unwrap_or(otherwise);
    let level = match (within, warn) {
        (_, None) | (true, Some(true)) => None,
        (true, Some(false)) => Some(Severity::Warn),
        (false, Some(_)) => Some(Severity::Fail),
    };
    (within, level)
}

/// Rank error in the distribution that is known in full: old's where it is raw, else new's.
fn rank_error(
    old: &Option<Values>,
    new: &Option<Values>,
    a: &Option<Number>,
    b: &Option<Number>,
    q: &BigDecimal,
) -> Option<Share> {
    fn sample(side: &Option<Values>) -> Option<&Sample> {
        side.as_ref()?.sample.as_ref()
    }
    match (sample(old), sample(new)) {
        (Some(exact), _) => exact.rank_error(b.as_ref()?, q),
        (None, Some(exact)) => exact.rank_error(a.as_ref()?, q),
        (None, None) => None,
    }
}

/// Exact, for waivers and baselines know a value by its text.
fn text(number: &Number) -> String {
    match number {
        Number::Finite(n) => exact_text(n),
        Number::Infinite { negative } => if *negative { "-inf" } else { "inf" }.to_owned(),
        Number::NaN => "NaN".to_owned(),
    }
}

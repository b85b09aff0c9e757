//! `freshness`: how far the latest timestamp of new lags behind that of old.

use std::time::Duration;

use super::super::result::{ComparisonResult, Limits};
use super::super::rows::Sink;
use super::super::rows::columns::ambiguous;
use super::super::rows::columns::{Naming, error, sort_out};
use super::super::rows::join::pair;
use super::super::rows::paired::Paired;
use super::super::value::display;
use super::super::value::encode::Ambiguous;
use super::super::value::normalize::Normal;
use crate::frame::{Frame, Value, time};
use crate::model::{
    ErrorCode, ErrorReport, FreshnessFindings, Key, Measure, Outcome, Quantity, Side, Totals, Warning, WarningCode,
};
use crate::spec::check::Check;
use crate::suppress::ledger::outside;

/// Compares one timestamp per side or key; new may lag by `max_lag`, and may be ahead.
pub(crate) fn compare(
    check: &Check,
    max_lag: Duration,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let columns = sort_out(check, old, new, Naming::ByPlace)?;
    let [latest] = columns.compared.as_slice() else {
        return Err(columns.error().unwrap_or_else(|| {
            error(ErrorCode::NothingCompared, "no timestamp is left to compare; remove its `ignore`")
        }));
    };
    let empty = |side: Side| latest.raw(side).values().all(|value| is_none(&value));
    if empty(Side::Old) && empty(Side::New) {
        if check.allow_empty {
            return Ok(ComparisonResult::of(Outcome::Freshness(FreshnessFindings::default())));
        }
        return Err(error(
            ErrorCode::NothingCompared,
            "neither side has a timestamp, so nothing was compared; correct the query, or say `allow_empty = true`",
        ));
    }
    let (mut totals, mut ahead) = (Totals::default(), 0_u64);
    let (mut stale, mut fresh) = (Vec::new(), Vec::new());
    for group in pair(&columns, old.height(), new.height())? {
        let key = display::key(&check.key, &group.key(&columns));
        if group.duplicated() {
            let place = if key.is_empty() { "without a key".to_owned() } else { format!("for {key}") };
            return Err(error(
                ErrorCode::ValueAmbiguous,
                format!("more than one timestamp {place}; select max(…), or name the group in `key`"),
            ));
        }
        let moments = (moment(latest, Side::Old, group.old.first())?, moment(latest, Side::New, group.new.first())?);
        let (then, now) = match moments {
            (Some((_, zoned)), Some((_, other))) if zoned != other => {
                let cause = ambiguous(&latest.name, &Ambiguous::Zones);
                let place = if key.is_empty() { String::new() } else { format!(", key {key}") };
                return Err(error(ErrorCode::ValueAmbiguous, format!("{cause}{place}")));
            }
            (then, now) => (then.map(|(nanos, _)| nanos), now.map(|(nanos, _)| nanos)),
        };
        // NULL equals NULL whatever stands in for it.
        let nothing = match (group.old.first(), group.new.first()) {
            (Some(old), Some(new)) => {
                (then.is_none() && now.is_none()) || (latest.old.is_null(*old) && latest.new.is_null(*new))
            }
            _ => false,
        };
        let lag = then.zip(now).map(|(then, now)| then - now).filter(|_| !nothing);
        let within = nothing || lag.is_some_and(|lag| lag <= i128::try_from(max_lag.as_nanos()).unwrap_or(i128::MAX));
        ahead += u64::from(lag.is_some_and(|lag| lag < 0));
        totals.compared += 1;
        totals.outside += u64::from(!within);
        let list = if within { &mut fresh } else { &mut stale };
        list.push((lag.unwrap_or(i128::MAX), measure(latest, &group, key, lag, max_lag, within)));
    }
    let mut warnings = Vec::new();
    if ahead > 0 {
        warnings.push(Warning::new(
            WarningCode::NewAheadOfOld,
            format!("new is ahead of old in {ahead} of {} comparisons; is old still written to?", totals.compared),
        ));
    }
    let _ = stale.iter().all(|(_, measure)| sink(outside(measure).into()));
    stale.sort_by_key(|(lag, _)| std::cmp::Reverse(*lag));
    let measures = stale.into_iter().chain(fresh).map(|(_, measure)| measure).take(limits.measures).collect();
    let outcome = Outcome::Freshness(FreshnessFindings { measures, totals });
    Ok(ComparisonResult { warnings, error: columns.error(), ..ComparisonResult::of(outcome) })
}

/// Whether a value stands for no timestamp: NULL, and the beginning of 1970, which ClickHouse gives as the latest of no rows.
fn is_none(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Instant(0) | Value::WallClock(0) | Value::Date(0))
}

/// Nanoseconds since 1970, and whether they are those of an instant.
fn moment(latest: &Paired, side: Side, row: Option<&usize>) -> Result<Option<(i128, bool)>, ErrorReport> {
    let Some(row) = row else { return Ok(None) };
    match latest.normal(side, *row) {
        Normal::Value(value) if is_none(&value) => Ok(None),
        Normal::Value(Value::Instant(nanos)) => Ok(Some((nanos, true))),
        Normal::Value(Value::WallClock(nanos)) => Ok(Some((nanos, false))),
        Normal::Value(Value::Date(days)) => Ok(Some((i128::from(days) * time::DAY, false))),
        Normal::Value(other) => Err(error(
            ErrorCode::ValueUnreadable,
            format!(
                "column `{}` holds {}, which is no timestamp; cast it in the query, or say `type = \"timestamp\"`",
                latest.name,
                display::shown(&other).unwrap_or_else(|| "NULL".to_owned())
            ),
        )),
        Normal::Unreadable(text) => Err(error(
            ErrorCode::ValueUnreadable,
            format!("column `{}` holds {text:?}, which cannot be read as a timestamp", latest.name),
        )),
    }
}

fn measure(
    latest: &Paired,
    group: &super::super::rows::key_group::KeyGroup,
    key: Key,
    lag: Option<i128>,
    max_lag: Duration,
    within: bool,
) -> Measure {
    let value = |side: Side, row: Option<&usize>| row.and_then(|row| display::shown(&latest.raw(side).value(*row)));
    Measure {
        quantity: Quantity::Lag,
        key,
        old: value(Side::Old, group.old.first()),
        new: value(Side::New, group.new.first()),
        delta: lag.map(duration),
        tolerance: format!("lag ≤ {}", humantime::format_duration(max_lag)),
        within,
        level: None,
        count: None,
    }
}

/// A lag in words; negative where new is ahead.
fn duration(nanos: i128) -> String {
    const SECOND: u128 = 1_000_000_000;
    let size = nanos.unsigned_abs();
    let below = u32::try_from(size % SECOND).expect("less than a second");
    // Years of any calendar are fewer seconds than that.
    let size = Duration::new(u64::try_from(size / SECOND).unwrap_or(u64::MAX), below);
    format!("{}{}", if nanos < 0 { "-" } else { "" }, humantime::format_duration(size))
}

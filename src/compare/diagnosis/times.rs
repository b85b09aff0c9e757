//! Times that are old's, moved, cut or in another unit.

use chrono::{Datelike, NaiveDate, NaiveTime};

use super::pair::{Fits, Pair};
use crate::frame::Value;
use crate::frame::time::{DAY, MICROSECOND, MILLISECOND, SECOND, moment};
use crate::model::FindingCode as Code;

/// Nanoseconds of an hour.
pub(super) const HOUR: i128 = 3_600 * SECOND;

/// Units that a time is cut to, with their names.
const UNITS: [(i128, &str); 6] = [
    (MICROSECOND, "microsecond"),
    (MILLISECOND, "millisecond"),
    (SECOND, "second"),
    (60 * SECOND, "minute"),
    (HOUR, "hour"),
    (DAY, "day"),
];

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    let (Some(old), Some(new)) = (nanos(pair.old), nanos(pair.new)) else { return };
    let by = new - old;
    fits.push((if is_zone(by) { Code::Zone } else { Code::Shifted }, shift(by)));
    if is_zone(by) {
        fits.push((Code::Shifted, shift(by)));
    }
    for (unit, name) in UNITS {
        if old.div_euclid(unit) * unit == new {
            fits.push((Code::CutTime, name.to_owned()));
        }
    }
    for (start, name) in [(month as fn(_) -> _, "month"), (year, "year")] {
        if start(old) == Some(new) {
            fits.push((Code::CutTime, name.to_owned()));
        }
    }
    if !matches!(pair.old, Value::Date(_) | Value::Time(_)) {
        units(old, new, fits);
    }
}

/// Whether new is the number that old is in one unit, read in another. A coarser unit has lost a fraction.
fn units(old: i128, new: i128, fits: &mut Fits) {
    let kept = [1, MILLISECOND, SECOND].map(|unit| old.div_euclid(unit) * unit);
    for (factor, more, less) in
        [(1_000, "1000", "0.001"), (1_000_000, "1000000", "0.000001"), (1_000_000_000, "1000000000", "0.000000001")]
    {
        if kept.iter().any(|old| old.checked_mul(factor) == Some(new)) {
            fits.push((Code::EpochUnit, more.to_owned()));
        }
        if kept.iter().any(|old| new.checked_mul(factor) == Some(*old)) {
            fits.push((Code::EpochUnit, less.to_owned()));
        }
    }
}

/// The first moment of its month.
fn month(nanos: i128) -> Option<i128> {
    first(moment(nanos)?.date().with_day(1)?)
}

/// The first moment of its year.
fn year(nanos: i128) -> Option<i128> {
    first(moment(nanos)?.date().with_ordinal(1)?)
}

fn first(day: NaiveDate) -> Option<i128> {
    Some(i128::from(day.and_time(NaiveTime::MIN).and_utc().timestamp()) * SECOND)
}

/// Nanoseconds since 1970 or midnight; `None` for what is no time.
pub(super) fn nanos(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Date(days) => i128::from(*days) * DAY,
        Value::Time(nanos) => i128::from(*nanos),
        Value::Instant(nanos) | Value::WallClock(nanos) => *nanos,
        _ => return None,
    })
}

/// Whether a clock of some zone may be so far from another: whole quarters of an hour, 14 hours at most.
pub(super) fn is_zone(by: i128) -> bool {
    by != 0 && by % (HOUR / 4) == 0 && by.abs() <= 14 * HOUR
}

/// `+1 h`, `-2 d 30 min`, `+0.5 s`.
pub(super) fn shift(by: i128) -> String {
    let sign = if by < 0 { '-' } else { '+' };
    let mut left = by.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, name) in [(DAY, "d"), (HOUR, "h"), (60 * SECOND, "min")] {
        let unit = unit.unsigned_abs();
        if left >= unit {
            parts.push(format!("{} {name}", left / unit));
            left %= unit;
        }
    }
    if left > 0 {
        let nanos = i128::try_from(left).unwrap_or_default();
        parts.push(format!("{} s", crate::frame::decimal_text(nanos, 9)));
    }
    format!("{sign}{}", parts.join(" "))
}

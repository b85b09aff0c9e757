//! Times written as text: one strict reading for every place in which text becomes a date, a time or a timestamp.
//!
//! Whatever would be lost makes the text unreadable instead: digits after the ninth of a fraction that are not 0, a leap
//! second (`:60`), a day that no calendar has. Nothing is guessed: no other order of day and month, no blanks, no names.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::Value;

/// Nanoseconds of a microsecond.
pub(crate) const MICROSECOND: i128 = 1_000;
/// Nanoseconds of a millisecond.
pub(crate) const MILLISECOND: i128 = 1_000_000;
/// Nanoseconds of a second.
pub(crate) const SECOND: i128 = 1_000_000_000;
/// Nanoseconds of a day.
pub(crate) const DAY: i128 = 86_400 * SECOND;

/// Days since 1970-01-01 of `2026-01-01`.
pub(crate) fn date(text: &str) -> Option<i32> {
    days(calendar_day(text)?)
}

/// Nanoseconds since midnight of `12:00:00`, with up to nine digits of fraction.
pub(crate) fn time(text: &str) -> Option<i64> {
    let (second, rest) = time_of_day(text)?;
    let nanos = second * SECOND + i128::from(fraction(rest)?);
    i64::try_from(nanos).ok()
}

/// Nanoseconds since 1970-01-01T00:00:00 of `2026-01-01T12:00:00.5` or `2026-01-01 12:00`: no zone, `T` or a space, seconds
/// or none.
pub(crate) fn wall_clock(text: &str) -> Option<i128> {
    let (moment, rest) = moment_without_fraction(text)?;
    Some(moment + i128::from(fraction(rest)?))
}

/// A wall clock; or an instant, where the text ends in an offset: `Z`, `+02`, `+0200`, `+02:00` or `+02:00:00`.
pub(crate) fn timestamp(text: &str) -> Option<Value> {
    // The date has hyphens of its own.
    let offset = text.get(10..)?.find(['Z', 'z', '+', '-']).map(|at| at + 10);
    match offset {
        None => wall_clock(text).map(Value::WallClock),
        Some(at) => Some(Value::Instant(wall_clock(&text[..at])? - offset_nanos(&text[at..])?)),
    }
}

/// The moment that these nanoseconds since 1970 are.
pub(crate) fn moment(nanos: i128) -> Option<NaiveDateTime> {
    let second = i64::try_from(nanos.div_euclid(SECOND)).ok()?;
    let nanos = u32::try_from(nanos.rem_euclid(SECOND)).ok()?;
    Some(chrono::DateTime::from_timestamp(second, nanos)?.naive_utc())
}

fn days(day: NaiveDate) -> Option<i32> {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

/// `2026-01-01` and nothing else.
fn calendar_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-').then_some(())?;
    let part = |at: std::ops::Range<usize>| number(&bytes[at]);
    NaiveDate::from_ymd_opt(i32::try_from(part(0..4)?).ok()?, part(5..7)?, part(8..10)?)
}

fn moment_without_fraction(text: &str) -> Option<(i128, &str)> {
    let (day, rest) = text.split_at_checked(10)?;
    let (second, rest) = time_of_day(rest.strip_prefix([' ', 'T'])?)?;
    Some((i128::from(days(calendar_day(day)?)?) * DAY + second * SECOND, rest))
}

/// Seconds since midnight of `12:00` or `12:00:00`, and what follows them.
fn time_of_day(text: &str) -> Option<(i128, &str)> {
    let bytes = text.as_bytes();
    (bytes.len() >= 5 && bytes[2] == b':').then_some(())?;
    let (hour, minute) = (number(&bytes[..2])?, number(&bytes[3..5])?);
    let (second, rest) = match bytes.get(5) {
        None => (0, ""),
        Some(b':') => (number(bytes.get(6..8)?)?, text.get(8..)?),
        Some(_) => return None,
    };
    // Refuses a leap second, which has the place of the second after it.
    NaiveTime::from_hms_opt(hour, minute, second)?;
    Some((i128::from(hour * 3_600 + minute * 60 + second), rest))
}

/// Nanoseconds of nothing, or of a point and digits.
fn fraction(text: &str) -> Option<u32> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix('.').filter(|digits| !digits.is_empty())?;
    let (kept, beyond) = digits.split_at_checked(9).unwrap_or((digits, ""));
    beyond.bytes().all(|digit| digit == b'0').then_some(())?;
    Some(number(kept.as_bytes())? * 10u32.pow(9 - u32::try_from(kept.len()).ok()?))
}

/// Nanoseconds that an offset is ahead of UTC.
fn offset_nanos(text: &str) -> Option<i128> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let parts: Vec<&str> = match text.get(1..)? {
        rest if rest.contains(':') => rest.split(':').collect(),
        rest if rest.len() == 4 => rest.split_at_checked(2).map(|(hours, minutes)| vec![hours, minutes])?,
        rest => vec![rest],
    };
    let mut seconds = 0;
    for (at, part) in parts.iter().enumerate() {
        let value = number(part.as_bytes()).filter(|_| part.len() == 2)?;
        let (most, unit) = *[(23, 3_600), (59, 60), (59, 1)].get(at)?;
        (value <= most).then_some(())?;
        seconds += i128::from(value) * unit;
    }
    Some(sign * seconds * SECOND)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |number, digit| {
        digit.is_ascii_digit().then(|| number.checked_mul(10)?.checked_add(u32::from(digit - b'0')))?
    })
}

/// Whether a time zone of a session is UTC by one of its names; an engine without one says nothing.
pub(crate) fn is_utc(zone: &str) -> bool {
    ["UTC", "ETC/UTC", "UCT", "ZULU", "GMT", "ETC/GMT", "+00:00", "Z", ""].contains(&zone.to_ascii_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEW_YEAR: i128 = 1_767_225_600 * SECOND;

    /// Catches a form that another place reads and this one does not, or that is read as another moment.
    #[test]
    fn every_form_is_read_as_its_moment() {
        for (text, nanos) in [
            ("2026-01-01 00:00:00", 0),
            ("2026-01-01T00:00:00", 0),
            ("2026-01-01 00:00", 0),
            ("2026-01-01T00:00:00.5", SECOND / 2),
            ("2026-01-01 00:00:00.000000001", 1),
            ("2026-01-01 00:00:00.5000000000", SECOND / 2),
            ("2026-01-01 23:59:59", 86_399 * SECOND),
        ] {
            assert_eq!(timestamp(text), Some(Value::WallClock(NEW_YEAR + nanos)), "{text}");
        }
        for (text, hours) in [
            ("2026-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00:00z", 0),
            ("2026-01-01 00:00:00+00", 0),
            ("2026-01-01 02:00:00+02:00", 0),
            ("2026-01-01 02:00:00+0200", 0),
            ("2026-01-01T00:00-01:00:00", 1),
        ] {
            assert_eq!(timestamp(text), Some(Value::Instant(NEW_YEAR + hours * 3_600 * SECOND)), "{text}");
        }
        assert_eq!((date("1969-12-31"), date("2026-01-01")), (Some(-1), Some(20_454)));
        assert_eq!(time("23:59:59.999999999"), Some(86_399_999_999_999));
    }

    /// Catches text of which a part is lost, or that is read although it names no moment.
    #[test]
    fn what_would_lose_something_or_is_no_moment_is_not_read() {
        for text in [
            "2026-01-01 00:00:00.1234567891",
            "2026-12-31T23:59:60Z",
            "2026-12-31 23:59:60",
            "2026-01-01 24:00:00",
            "2026-02-30 00:00:00",
            "2026-13-01 00:00:00",
            "2026-1-1 00:00:00",
            "2026-01-01 0:00:00",
            "2026-01-01 00:00:0",
            "2026-01-01 00:00:00.",
            "2026-01-01 00:00.5",
            "2026-01-01 00:00:00.5x",
            " 2026-01-01 00:00:00",
            "2026-01-01 00:00:00 ",
            "2026-01-01  00:00:00",
            "2026-01-01 00:00:00 Z",
            "2026-01-01 00:00:00+24:00",
            "2026-01-01 00:00:00+2",
            "2026-01-01 00:00:00+",
            "2026-01-01 00:00:00ZZ",
            "2026-01-01",
            "-026-01-01 00:00:00",
            "+2026-01-01 00:00:00",
            "yesterday",
            "２026-01-01 00:00:00",
            "",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        for text in ["2026-1-1", "20260101", "2026-02-29", "2026-01-01 ", "01/02/2026", "0000-00-00", ""] {
            assert_eq!(date(text), None, "{text}");
        }
        for text in ["24:00:00", "23:59:60", "1:00:00", "12:00:00Z", "12:00:00.0000000001"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    proptest! {
        /// Catches a moment that changes on its way through text, in any form, and a panic on any text.
        #[test]
        fn text_and_moment_are_one(nanos in -62_135_596_800_000_000_000_i128..253_402_300_800_000_000_000, text in "\\PC{0,40}") {
            let moment = moment(nanos).unwrap();
            for form in ["%Y-%m-%d %H:%M:%S%.9f", "%Y-%m-%dT%H:%M:%S%.f"] {
                let written = moment.format(form).to_string();
                prop_assert_eq!(wall_clock(&written), Some(nanos));
                prop_assert_eq!(timestamp(&format!("{written}Z")), Some(Value::Instant(nanos)));
                prop_assert_eq!(timestamp(&format!("{written}+01:30")), Some(Value::Instant(nanos - 5_400 * SECOND)));
            }
            let _ = (timestamp(&text), date(&text), time(&text));
        }
    }
}

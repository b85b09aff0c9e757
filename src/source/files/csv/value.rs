//! The values of CSV fields: read strictly, nothing of a text lost, rounded or guessed.

use std::borrow::Cow;

use arrow::datatypes::TimeUnit;
use datafusion::common::ScalarValue;

use crate::frame::time;

/// A type that a CSV column may be declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Whole numbers of 64 bits.
    Integer,
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// Floats of 32 bits.
    Real,
    Float,
    Bool,
    Date,
    Time,
    Timestamp(TimeUnit),
    Text,
}

impl Kind {
    /// The names of all types, for people.
    pub(in super::super) const NAMES: &str =
        "integer, decimal(precision,scale), float, real, bool, date, time, timestamp, timestamp(6), text";

    /// Reads a type's name: `integer`, `decimal(12,2)`, `float`, `real`, `bool`, `date`, `time`, `timestamp` in nanoseconds,
    /// `timestamp(6)`, `text`.
    pub(in super::super) fn parse(name: &str) -> Option<Kind> {
        Some(match name {
            "integer" => Kind::Integer,
            "float" => Kind::Float,
            "real" => Kind::Real,
            "bool" => Kind::Bool,
            "date" => Kind::Date,
            "time" => Kind::Time,
            "timestamp" | "timestamp(9)" => Kind::Timestamp(TimeUnit::Nanosecond),
            "timestamp(6)" => Kind::Timestamp(TimeUnit::Microsecond),
            "timestamp(3)" => Kind::Timestamp(TimeUnit::Millisecond),
            "timestamp(0)" => Kind::Timestamp(TimeUnit::Second),
            "text" => Kind::Text,
            name => {
                let (precision, scale) = name.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
                let (precision, scale): (u8, u8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
                let known = (1..=38).contains(&precision) && scale <= precision;
                known.then_some(Kind::Decimal { precision, scale })?
            }
        })
    }
}

/// Returns the value that `text`, written with a decimal point, is of a type; absent where it is none.
pub(in super::super) fn scalar(kind: Kind, text: &str) -> Option<ScalarValue> {
    Some(match kind {
        Kind::Integer => ScalarValue::Int64(Some(integer(text)?)),
        Kind::Decimal { precision, scale } => {
            ScalarValue::Decimal128(Some(decimal(text, precision, scale, b'.')?), precision, scale.cast_signed())
        }
        Kind::Real => ScalarValue::Float32(Some(real(text, b'.')?)),
        Kind::Float => ScalarValue::Float64(Some(float(text, b'.')?)),
        Kind::Bool => ScalarValue::Boolean(Some(truth(text)?)),
        Kind::Date => ScalarValue::Date32(Some(time::date(text)?)),
        Kind::Time => ScalarValue::Time64Nanosecond(Some(time::time(text)?)),
        Kind::Timestamp(unit) => {
            let value = Some(timestamp(text, unit)?);
            match unit {
                TimeUnit::Second => ScalarValue::TimestampSecond(value, None),
                TimeUnit::Millisecond => ScalarValue::TimestampMillisecond(value, None),
                TimeUnit::Microsecond => ScalarValue::TimestampMicrosecond(value, None),
                TimeUnit::Nanosecond => ScalarValue::TimestampNanosecond(value, None),
            }
        }
        Kind::Text => ScalarValue::Utf8View(Some(text.to_owned())),
    })
}

/// A whole number of 64 bits.
pub(super) fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Digits with at most one `point`, as a number of this scale that fits this precision; zeros at the end of a fraction
/// are no digits that could be lost.
pub(super) fn decimal(text: &str, precision: u8, scale: u8, point: u8) -> Option<i128> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let at = digits.iter().position(|byte| *byte == point);
    let (whole, fraction) = at.map_or((digits, &[][..]), |at| (&digits[..at], &digits[at + 1..]));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let zeros = fraction.iter().rev().take_while(|byte| **byte == b'0').count();
    let kept = &fraction[..fraction.len() - zeros];
    let missing = usize::from(scale).checked_sub(kept.len())?;
    let number = if whole.len() + kept.len() <= 18 {
        // At most 18 digits, which 64 bits hold.
        let number = whole.iter().chain(kept).try_fold(0u64, |number, byte| Some(number * 10 + digit(*byte)?))?;
        u128::from(number)
    } else {
        whole
            .iter()
            .chain(kept)
            .try_fold(0u128, |number, byte| number.checked_mul(10)?.checked_add(u128::from(digit(*byte)?)))?
    };
    let number = number.checked_mul(10u128.pow(u32::try_from(missing).ok()?))?;
    let number = i128::try_from(number).ok().filter(|number| *number < 10i128.pow(u32::from(precision)))?;
    Some(if negative { -number } else { number })
}

fn digit(byte: u8) -> Option<u64> {
    byte.is_ascii_digit().then(|| u64::from(byte - b'0'))
}

/// The nearest float; absent where that would be an infinity or a zero that the text does not name.
pub(super) fn float(text: &str, point: u8) -> Option<f64> {
    let text = pointed(text, point)?;
    let value: f64 = text.parse().ok()?;
    is_named(&text, value == 0.0, value.is_infinite()).then_some(value)
}

/// The nearest float of 32 bits; absent as for [`float`].
pub(super) fn real(text: &str, point: u8) -> Option<f32> {
    let text = pointed(text, point)?;
    let value: f32 = text.parse().ok()?;
    is_named(&text, value == 0.0, value.is_infinite()).then_some(value)
}

/// A number with a point where it has `point`.
fn pointed(text: &str, point: u8) -> Option<Cow<'_, str>> {
    match point {
        b'.' => Some(Cow::Borrowed(text)),
        _ if text.contains('.') => None,
        _ => Some(Cow::Owned(text.replace(char::from(point), "."))),
    }
}

/// Whether the text says so that a number is 0, or no finite one.
fn is_named(text: &str, is_zero: bool, is_infinite: bool) -> bool {
    let mantissa = || text.split(['e', 'E']).next().unwrap_or(text);
    if is_infinite {
        !text.contains(|c: char| c.is_ascii_digit())
    } else {
        !is_zero || !mantissa().contains(|c: char| ('1'..='9').contains(&c))
    }
}

/// `true`, `t`, `1`, `false`, `f` or `0`.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A wall clock in this unit; absent where the unit cannot hold all of it.
pub(super) fn timestamp(text: &str, unit: TimeUnit) -> Option<i64> {
    let (nanos, size) = (time::wall_clock(text)?, nanos(unit));
    (nanos % size == 0).then(|| i64::try_from(nanos / size).ok())?
}

fn nanos(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Nanosecond => 1,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Second => 1_000_000_000,
    }
}

/// Returns what to do about a text that is no value of its column's type.
pub(super) fn advice(kind: Kind, text: &str, point: u8) -> &'static str {
    let without_sign = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = |point: char| decimal(without_sign, 38, 38, point as u8).is_some() || wide(without_sign, point);
    match kind {
        _ if text.is_empty() => {
            "write nothing, without quotes, for NULL, and name with `csv = { null = \"…\" }` what else is NULL"
        }
        _ if text.trim() != text => "take the blanks around it away, or declare the column `text`",
        Kind::Integer if wide(without_sign, '\0') && without_sign.len() > 38 => {
            "it is beyond 38 digits; declare the column `text`"
        }
        Kind::Integer if wide(without_sign, '\0') => "it is beyond 64 bits; declare the column `decimal(38,0)`",
        Kind::Integer if is_number('.') => "declare the column `decimal(precision,scale)`",
        Kind::Decimal { .. } if is_number(char::from(point)) => "declare a decimal of more digits",
        Kind::Decimal { .. } | Kind::Float | Kind::Real if point == b'.' && is_number(',') => {
            "set `csv = { decimal = \",\" }` on the source if that is its decimal point"
        }
        Kind::Decimal { .. } if float(text, point).is_some() => {
            "declare the column `float`, or write the number without exponent"
        }
        Kind::Float | Kind::Real if float_like(text) => "a float cannot hold it; declare the column `text`",
        Kind::Timestamp(unit) if time::wall_clock(text).is_some() => match unit {
            TimeUnit::Nanosecond => {
                "nanoseconds reach from 1677-09-21 to 2262-04-11; declare the column `timestamp(6)`, which has microseconds"
            }
            _ => "it has more digits of a second; declare the column `timestamp`",
        },
        Kind::Timestamp(_) if time::timestamp(text).is_some() => {
            "it has an offset; declare the column `text` and say `type = \"timestamp\"` in its rule"
        }
        Kind::Timestamp(_) if time::date(text).is_some() => "declare the column `date`",
        _ => "correct the file or the type",
    }
}

/// Tells whether `text` is digits with at most one point, however many.
fn wide(text: &str, point: char) -> bool {
    let mut points = 0;
    let all = text.chars().all(|c| {
        points += usize::from(c == point);
        c.is_ascii_digit() || c == point
    });
    all && points <= 1 && text.len() > points
}

fn float_like(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::super::super::shared;
    use super::*;
    use crate::frame::Value;
    use proptest::prelude::*;

    /// Catches a name that is taken for another type, and a decimal that Arrow has no room for.
    #[test]
    fn names_of_types_are_read() {
        assert_eq!(Kind::parse("decimal(38, 12)"), Some(Kind::Decimal { precision: 38, scale: 12 }));
        assert_eq!(Kind::parse("timestamp"), Some(Kind::Timestamp(TimeUnit::Nanosecond)));
        assert_eq!(Kind::parse("timestamp(6)"), Some(Kind::Timestamp(TimeUnit::Microsecond)));
        for name in ["decimal(39,0)", "decimal(0,0)", "decimal(2,3)", "decimal", "int", "Integer", "timestamp(7)", ""] {
            assert_eq!(Kind::parse(name), None, "{name}");
        }
    }

    /// Catches a digit that is lost, a sign that turns and a number that leaves its type.
    #[test]
    fn decimals_are_exact_or_nothing() {
        let of = |text| decimal(text, 6, 2, b'.');
        for (text, value) in [
            ("12.5", 1250),
            ("-12.50", -1250),
            ("12.5000000", 1250),
            (".5", 50),
            ("5.", 500),
            ("-0", 0),
            ("0009999.99", 999_999),
            ("-9999.99", -999_999),
        ] {
            assert_eq!(of(text), Some(value), "{text}");
        }
        for text in ["", "-", ".", "+1", "1e2", "1,5", "12.505", "10000", "--1", "1.2.3", " 1", "1 ", "٣", "nan", "0x1"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(decimal("-1234,5", 6, 2, b','), Some(-123_450));
        assert_eq!(decimal("1.5", 6, 2, b','), None, "a point groups thousands where a comma is the decimal point");
        let most = "9".repeat(38);
        assert_eq!(decimal(&most, 38, 0, b'.'), Some(10i128.pow(38) - 1));
        assert_eq!(decimal(&(most + "9"), 38, 0, b'.'), None);
        assert_eq!(decimal(&format!("0.{}1", "0".repeat(37)), 38, 38, b'.'), Some(1));
    }

    /// Catches an integer that wraps, and a float that becomes an infinity or a zero.
    #[test]
    fn numbers_that_do_not_fit_are_no_numbers() {
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        for text in ["9223372036854775808", "-9223372036854775809", "1.0", "1e3", "", " 1", "0x1"] {
            assert_eq!(integer(text), None, "{text}");
        }
        assert_eq!(float("1e308", b'.'), Some(1e308));
        assert_eq!(float("-inf", b'.'), Some(f64::NEG_INFINITY));
        assert_eq!(real("0.1", b'.'), Some(0.1_f32));
        // Read as a double first it would be 1.
        assert_eq!(
            real("1.000000059604644775390625000000000000000000000001", b'.').map(f32::to_bits),
            Some(0x3f80_0001)
        );
        assert_eq!((real("1e39", b'.'), real("1e-50", b'.'), real("0,5", b',')), (None, None, Some(0.5)));
        assert!(real("inf", b'.').is_some_and(f32::is_infinite));
        assert!(float("NaN", b'.').is_some_and(f64::is_nan));
        assert_eq!(float("0e999", b'.'), Some(0.0));
        assert_eq!(float("-0.0", b'.').map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!(float("1,5e3", b','), Some(1500.0));
        for text in ["1e309", "-1e309", "1e-400", "-0.0001e-400", "1_000", "1,5", "", "0x1p3"] {
            assert_eq!(float(text, b'.'), None, "{text}");
        }
        assert_eq!(float("1.5", b','), None);
    }

    /// Catches a digit of a second that is lost, and a moment that wraps round the range of its unit.
    #[test]
    fn timestamps_keep_their_digits() {
        use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
        for (text, unit, value) in [
            ("1970-01-01 00:00:01.000000001", Nanosecond, Some(1_000_000_001)),
            ("1970-01-01 00:00:01.0000000010", Nanosecond, Some(1_000_000_001)),
            ("1970-01-01 00:00:01.0000000011", Nanosecond, None),
            ("1970-01-01 00:00:01.000001", Microsecond, Some(1_000_001)),
            ("1970-01-01 00:00:01.0000001", Microsecond, None),
            ("1969-12-31 23:59:59.999", Millisecond, Some(-1)),
            ("1969-12-31 23:59:59.9999", Millisecond, None),
            ("1969-12-31T23:59:59", Second, Some(-1)),
            ("9999-12-31 23:59:59", Nanosecond, None),
            ("9999-12-31 23:59:59", Microsecond, Some(253_402_300_799_000_000)),
            ("2262-04-11 23:47:16.854775807", Nanosecond, Some(i64::MAX)),
            ("2262-04-11 23:47:16.854775808", Nanosecond, None),
            ("1677-09-21 00:12:43.145224192", Nanosecond, Some(i64::MIN)),
            ("1677-09-21 00:12:43.145224191", Nanosecond, None),
            ("1970-01-01 00:00:01Z", Nanosecond, None),
        ] {
            assert_eq!(timestamp(text, unit), value, "{text} in {unit:?}");
        }
    }

    /// Catches a hint that leads nowhere: what each one names reads the text.
    #[test]
    fn advice_is_what_would_help() {
        let nanos = Kind::Timestamp(TimeUnit::Nanosecond);
        let decimal = Kind::Decimal { precision: 4, scale: 2 };
        for (kind, text, says) in [
            (Kind::Integer, "9223372036854775808", "decimal(38,0)"),
            (Kind::Integer, "1.5", "decimal(precision,scale)"),
            (Kind::Integer, "", "null"),
            (Kind::Integer, " 1", "blanks"),
            (decimal, "100.5", "more digits"),
            (decimal, "1.005", "more digits"),
            (decimal, "1,5", "decimal = \",\""),
            (decimal, "1e1", "`float`"),
            (Kind::Float, "1,5", "decimal = \",\""),
            (Kind::Float, "1e999", "`text`"),
            (nanos, "9999-12-31 00:00:00", "timestamp(6)"),
            (nanos, "2026-01-01 00:00:00Z", "offset"),
            (nanos, "2026-01-01", "`date`"),
            (Kind::Timestamp(TimeUnit::Second), "2026-01-01 00:00:00.5", "more digits of a second"),
            (Kind::Bool, "yes", "correct the file"),
            (Kind::Date, "01/02/2026", "correct the file"),
        ] {
            let advice = advice(kind, text, b'.');
            assert!(advice.contains(says), "{kind:?} {text:?}: {advice}");
        }
    }

    proptest! {
        /// Catches a decimal that is another than the slow reading of the same text says.
        #[test]
        fn decimals_are_those_of_the_slow_reading(text in "-?[0-9]{0,24}(\\.[0-9]{0,18})?", scale in 0u8..20, room in 0u8..19) {
            let precision = scale + room.max(1);
            let exact = shared::decimal::parse(&text).and_then(|value| match value {
                Value::Decimal { unscaled, scale: own } => {
                    let (mut unscaled, mut own) = (unscaled, own);
                    while own > scale && unscaled % 10 == 0 {
                        (unscaled, own) = (unscaled / 10, own - 1);
                    }
                    let more = u32::from(scale.checked_sub(own)?);
                    let unscaled = unscaled.checked_mul(10i128.pow(more))?;
                    (unscaled.abs() < 10i128.pow(u32::from(precision))).then_some(unscaled)
                }
                _ => None,
            });
            prop_assert_eq!(decimal(&text, precision, scale, b'.'), exact);
        }
    }
}

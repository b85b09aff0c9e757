//! Reads one value as the type that a rule asks for, strictly.

use super::display;
use crate::frame::{Decimal, Value, time, uuid, wide};
use crate::spec::check::ForcedType;

/// `value` read as `forced`, strictly; `None` where it cannot be.
pub(crate) fn parsed(value: &Value, forced: ForcedType) -> Option<Value> {
    match (forced, value) {
        (ForcedType::Text, value) => display::shown(value).map(Value::Text),
        (ForcedType::Decimal { precision, scale }, Value::Text(text)) => decimal(text, precision, scale),
        (
            ForcedType::Decimal { precision, scale },
            Value::Integer(_) | Value::Unsigned(_) | Value::Wide(_) | Value::Decimal { .. },
        ) => decimal(&display::shown(value)?, precision, scale),
        (ForcedType::Uuid, Value::Text(text) | Value::Uuid(text)) => uuid(text).map(Value::Uuid),
        (ForcedType::Bool, Value::Bool(truth)) => Some(Value::Bool(*truth)),
        (ForcedType::Bool, Value::Integer(0 | 1)) => Some(Value::Bool(*value == Value::Integer(1))),
        (ForcedType::Bool, Value::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Some(Value::Bool(true)),
            "false" | "f" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        (ForcedType::Json, Value::Text(text) | Value::Json(text)) => Some(Value::Json(text.clone())),
        (ForcedType::Date, Value::Date(_)) => Some(value.clone()),
        (ForcedType::Date, Value::Text(text)) => time::date(text).map(Value::Date),
        // Only midnight is a date; any other time of day would be lost.
        (ForcedType::Date, Value::Instant(nanos) | Value::WallClock(nanos)) => (nanos.rem_euclid(time::DAY) == 0)
            .then(|| i32::try_from(nanos.div_euclid(time::DAY)).ok())?
            .map(Value::Date),
        (ForcedType::Timestamp, Value::Instant(_) | Value::WallClock(_)) => Some(value.clone()),
        (ForcedType::Timestamp, Value::Date(day)) => Some(Value::WallClock(i128::from(*day) * time::DAY)),
        (ForcedType::Timestamp, Value::Text(text)) => time::timestamp(text),
        _ => None,
    }
}

/// Digits with an optional sign and point, that fit `decimal(precision, scale)` without rounding.
fn decimal(text: &str, precision: u8, scale: u8) -> Option<Value> {
    let text = unsigned(text);
    let (whole, fraction) = places(text)?;
    if fraction > usize::from(scale) || whole > usize::from(precision - scale) {
        return None;
    }
    match Decimal::read(text).and_then(|number| number.fitted(scale)) {
        Some(unscaled) => Some(Value::Decimal { unscaled, scale }),
        None => wide::read(text),
    }
}

/// The digits before and after the point that a decimal type needs to read `text`; absent where none reads it.
pub(crate) fn places(text: &str) -> Option<(usize, usize)> {
    let text = unsigned(text);
    wide::places(&Decimal::read(text).map(Value::from).or_else(|| wide::read(text))?)
}

/// `text` without a plus sign before its digits.
fn unsigned(text: &str) -> &str {
    text.strip_prefix('+').filter(|digits| !digits.starts_with(['-', '+'])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    #[test]
    fn decimals_are_read_strictly() {
        assert_eq!(decimal("1.10", 38, 12), decimal("1.1", 38, 12));
        assert_eq!(decimal("-0.5", 3, 1), Some(Value::Decimal { unscaled: -5, scale: 1 }));
        for refused in ["", ".", "1e3", "1,0", " 1", "NaN", "0.25", "123", "--1"] {
            assert_eq!(decimal(refused, 3, 1), None, "{refused}");
        }
        let tall = "9".repeat(76);
        assert_eq!(decimal(&format!("+{tall}.0"), 78, 2), wide::read(&tall));
        assert_eq!(decimal(&tall, 75, 0), None, "a digit too many");
        assert_eq!(decimal("1.5", 76, 38), Some(Value::Decimal { unscaled: 15, scale: 1 }));
    }

    /// Catches text that is read as a time although something of it is lost.
    #[test]
    fn timestamps_tell_instant_from_wall_clock() {
        let timestamp = |s: &str| parsed(&text(s), ForcedType::Timestamp);
        assert_eq!(timestamp("2026-01-01 02:00:00.5+02:00"), Some(Value::Instant(1_767_225_600_500_000_000)));
        assert_eq!(timestamp("2026-01-01 00:00:00"), Some(Value::WallClock(1_767_225_600_000_000_000)));
        for refused in
            ["2026-01-01", "2016-12-31 23:59:60", "2016-12-31T23:59:60.5+00:00", "2026-01-01 00:00:00.1234567891"]
        {
            assert_eq!(timestamp(refused), None, "{refused}");
        }
    }

    #[test]
    fn only_midnight_is_a_date() {
        assert_eq!(parsed(&Value::WallClock(86_400_000_000_000), ForcedType::Date), Some(Value::Date(1)));
        assert_eq!(parsed(&Value::WallClock(86_400_000_000_001), ForcedType::Date), None);
        assert_eq!(parsed(&text("2026-1-1"), ForcedType::Date), None);
    }

    /// Catches a value that is read as what it is not, and one that is not read as what it is.
    #[test]
    fn values_are_read_strictly_as_their_type() {
        use ForcedType::{Bool, Date, Json, Text, Timestamp, Uuid};
        let tenth = ForcedType::Decimal { precision: 3, scale: 1 };
        let id = "0A000000-0000-0000-0000-00000000000f";
        let (midnight, truth) = (86_400_000_000_000, Value::Bool(true));
        let instant = Value::Instant(midnight);
        for (forced, given, read) in [
            (tenth, text("-1.50"), Some(Value::Decimal { unscaled: -15, scale: 1 })),
            (tenth, text("+.5"), Some(Value::Decimal { unscaled: 5, scale: 1 })),
            (tenth, text("5."), Some(Value::Decimal { unscaled: 50, scale: 1 })),
            (tenth, text("0099.9"), Some(Value::Decimal { unscaled: 999, scale: 1 })),
            (tenth, text("100"), None),
            (tenth, Value::Integer(7), Some(Value::Decimal { unscaled: 70, scale: 1 })),
            (tenth, Value::Decimal { unscaled: 700, scale: 2 }, Some(Value::Decimal { unscaled: 70, scale: 1 })),
            (tenth, Value::Decimal { unscaled: 701, scale: 2 }, None),
            (tenth, Value::Float(1.0), None),
            (Uuid, text(id), Some(Value::Uuid(id.to_ascii_lowercase()))),
            (Uuid, text(&id[1..]), None),
            (Uuid, text(&id.replace('-', "0")), None),
            (Uuid, text(&id.replace('A', "g")), None),
            (Uuid, text(&id.replacen("0-", "-0", 1)), None),
            (Bool, truth.clone(), Some(truth.clone())),
            (Bool, Value::Integer(1), Some(truth.clone())),
            (Bool, Value::Integer(0), Some(Value::Bool(false))),
            (Bool, Value::Integer(2), None),
            (Bool, text("TRUE"), Some(truth.clone())),
            (Bool, text("t"), Some(truth.clone())),
            (Bool, text("1"), Some(truth)),
            (Bool, text("F"), Some(Value::Bool(false))),
            (Bool, text("0"), Some(Value::Bool(false))),
            (Bool, text("false"), Some(Value::Bool(false))),
            (Bool, text("yes"), None),
            (Json, text("{"), Some(Value::Json("{".into()))),
            (Json, Value::Json("1".into()), Some(Value::Json("1".into()))),
            (Json, Value::Integer(1), None),
            (Date, Value::Date(3), Some(Value::Date(3))),
            (Date, text("1969-12-31"), Some(Value::Date(-1))),
            (Date, text("1969-12-32"), None),
            (Date, instant.clone(), Some(Value::Date(1))),
            (Date, Value::Instant(midnight + 1), None),
            (Date, Value::Integer(1), None),
            (Timestamp, instant.clone(), Some(instant.clone())),
            (Timestamp, Value::WallClock(5), Some(Value::WallClock(5))),
            (Timestamp, Value::Date(1), Some(Value::WallClock(midnight))),
            (Timestamp, text("1970-01-02T00:00:00z"), Some(instant.clone())),
            (Timestamp, text("1970-01-02 00:00:00+00:00"), Some(instant)),
            (Timestamp, text("1970-01-02 00:00:00.000000001"), Some(Value::WallClock(midnight + 1))),
            (Timestamp, Value::Integer(1), None),
            (Text, Value::Integer(1), Some(text("1"))),
            (Text, Value::Bool(true), Some(text("true"))),
        ] {
            assert_eq!(parsed(&given, forced), read, "{given:?} as {forced}");
        }
    }
}

//! What a column of a declared type keeps of one value: all of it, what is nearest to it, or nothing. Pure.

use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::capacity::{bounds, range};
use super::{Charset, ColumnType};
use crate::frame::{Value, time, uuid, wide};

/// What a column keeps of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Room {
    /// All of it, in the form in which the column gives it back.
    Exact(Value),
    /// Something else; what would be least far from it, and what it would be cut to.
    Rounded(Vec<Value>),
    /// Nothing.
    None,
}

impl Room {
    /// Returns what is kept, the best first.
    pub(crate) fn kept(self) -> Vec<Value> {
        match self {
            Room::Exact(value) => vec![value],
            Room::Rounded(values) => values,
            Room::None => Vec::new(),
        }
    }
}

/// Returns what a column of type `of` keeps of `value`. What only its engine knows of a type is no limit.
pub(crate) fn room(of: &ColumnType, value: &Value) -> Room {
    use ColumnType as Of;
    match (of, value) {
        (Of::Nullable(_) | Of::Unbarred(_), Value::Null) => Room::Exact(Value::Null),
        (Of::Nullable(of) | Of::Unbarred(of), value) => room(of, value),
        (Of::Json | Of::JsonText, Value::Text(text)) => Room::Exact(Value::Json(text.clone())),
        (Of::Any | Of::Other(_) | Of::Json | Of::JsonText, value) => Room::Exact(value.clone()),
        (_, Value::Null) => Room::None,
        (Of::Year, Value::Integer(0)) => Room::Exact(value.clone()),
        (Of::Float(bits), value) => float(*bits, value),
        (Of::Unsigned(of), value) => match number(value) {
            Some(number) if number.sign() == Sign::Minus => Room::None,
            _ => room(of, value),
        },
        (Of::Integer { .. } | Of::Decimal { .. } | Of::Year, value) => exact_number(of, value),
        (Of::Years { of, first, last }, value) => match moment(value) {
            Some(nanos) if !is_within(nanos, *first, *last) => Room::None,
            _ => room(of, value),
        },
        (Of::Date, Value::Instant(nanos) | Value::WallClock(nanos)) => {
            cut(*nanos, time::DAY, |days| i32::try_from(days / time::DAY).map_or(Value::Null, Value::Date))
        }
        (Of::Time { digits } | Of::Duration { digits }, Value::Time(nanos)) => {
            cut((*nanos).into(), step(*digits), |nanos| i64::try_from(nanos).map_or(Value::Null, Value::Time))
        }
        (Of::Timestamp { digits, .. }, Value::Instant(nanos)) => cut(*nanos, step(*digits), Value::Instant),
        (Of::Timestamp { digits, .. }, Value::WallClock(nanos)) => cut(*nanos, step(*digits), Value::WallClock),
        (Of::Uuid, Value::Text(text) | Value::Uuid(text)) => match uuid(text) {
            Some(read) => Room::Exact(Value::Uuid(read)),
            None => Room::None,
        },
        (Of::Enum(labels), Value::Text(text)) => exact_if(labels.contains(text), value),
        (Of::Array(of), Value::Array(items)) => {
            together(items.iter().map(|item| room(of, item)).collect(), Value::Array)
        }
        (Of::Map(of_key, of), Value::Map(entries)) => {
            let parts = entries.iter().flat_map(|(key, value)| [room(of_key, key), room(of, value)]);
            together(parts.collect(), |parts| {
                Value::Map(parts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
            })
        }
        (of, Value::Text(text)) => text_room(of, text),
        (Of::Bytes { limit: Some(limit) }, Value::Bytes(bytes)) => exact_if(bytes.len() as u64 <= *limit, value),
        (Of::FixedBytes { length }, Value::Bytes(bytes)) => match padded(bytes.clone(), *length) {
            Some(held) if held == *bytes => Room::Exact(value.clone()),
            Some(held) => Room::Rounded(vec![Value::Bytes(held)]),
            None => Room::None,
        },
        (_, value) => Room::Exact(value.clone()),
    }
}

fn exact_if(is_held: bool, value: &Value) -> Room {
    if is_held { Room::Exact(value.clone()) } else { Room::None }
}

/// The number that a value is; absent of NaN, of infinities and of what is no number.
fn number(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => Some(BigDecimal::from(*number)),
        Value::Unsigned(number) => Some(BigDecimal::from(*number)),
        Value::Decimal { unscaled, scale } => Some(BigDecimal::new((*unscaled).into(), i64::from(*scale))),
        Value::Wide(number) => Some(number.clone()),
        Value::Float(number) => BigDecimal::try_from(*number).ok(),
        _ => None,
    }
}

/// In a type of whole numbers or decimals.
fn exact_number(of: &ColumnType, value: &Value) -> Room {
    let Some(number) = number(value) else {
        return if matches!(value, Value::Float(_)) { Room::None } else { Room::Exact(value.clone()) };
    };
    let Some((least, most, scale)) = range(of) else { return Room::Exact(value.clone()) };
    let is_in = |number: &BigDecimal| *number >= least && *number <= most;
    let rounded = |mode| number.with_scale_round(i64::from(scale), mode);
    if rounded(RoundingMode::Floor) == number {
        return if is_in(&number) { Room::Exact(wide::narrowed(&number)) } else { Room::None };
    }
    let kept = [RoundingMode::HalfUp, RoundingMode::Floor].map(rounded);
    let kept: Vec<Value> = kept.iter().filter(|number| is_in(number)).map(wide::narrowed).collect();
    if kept.is_empty() { Room::None } else { Room::Rounded(kept) }
}

/// In a float of so many bits.
fn float(bits: u16, value: &Value) -> Room {
    let nearest = match value {
        Value::Float(number) => Some(*number),
        other => number(other).and_then(|number| number.to_f64()),
    };
    let Some(nearest) = nearest else { return Room::Exact(value.clone()) };
    #[expect(clippy::cast_possible_truncation, reason = "the nearest one of 32 bits is what such a column keeps")]
    let held = if bits == 32 { f64::from(nearest as f32) } else { nearest };
    let is_exact = match value {
        Value::Float(number) => number.to_bits() == held.to_bits() || number.is_nan(),
        other => BigDecimal::try_from(held).ok() == number(other),
    };
    match (is_exact, held.is_finite() || !nearest.is_finite()) {
        (true, _) => Room::Exact(Value::Float(held)),
        (false, true) => Room::Rounded(vec![Value::Float(held)]),
        (false, false) => Room::None,
    }
}

/// A time that is a whole multiple of `step`, else the nearest one and the one before it.
fn cut(nanos: i128, step: i128, of: impl Fn(i128) -> Value) -> Room {
    let before = nanos - nanos.rem_euclid(step);
    if before == nanos {
        return Room::Exact(of(nanos));
    }
    let nearest = if nanos - before >= step - (nanos - before) { before + step } else { before };
    Room::Rounded([nearest, before].map(of).to_vec())
}

/// Nanoseconds of the last of so many digits of a second.
fn step(digits: u8) -> i128 {
    10_i128.pow(9_u32.saturating_sub(digits.into()))
}

/// The moment of a day or a time; absent of what is neither.
fn moment(value: &Value) -> Option<i128> {
    match value {
        Value::Date(days) => Some(i128::from(*days) * time::DAY),
        Value::Instant(nanos) | Value::WallClock(nanos) => Some(*nanos),
        _ => None,
    }
}

fn is_within(nanos: i128, first: i32, last: i32) -> bool {
    let (from, to) = bounds(first, last);
    time::moment(nanos).is_some_and(|moment| from <= moment && moment <= to)
}

/// In a type of text.
fn text_room(of: &ColumnType, text: &str) -> Room {
    use ColumnType as Of;
    let length = text.chars().count() as u64;
    let kept = match of {
        Of::InCharset { of, charset } => {
            let has_all = match charset {
                Charset::Ascii => text.is_ascii(),
                Charset::Bmp => text.chars().all(|c| u32::from(c) <= 0xFFFF),
                Charset::Unicode | Charset::Utf16 | Charset::Named(_) => true,
            };
            return if has_all { text_room(of, text) } else { Room::None };
        }
        Of::Text { limit: Some(limit) } => (length <= *limit).then(|| text.to_owned()),
        Of::TextOfBytes { limit } => (text.len() as u64 <= *limit).then(|| text.to_owned()),
        Of::TrimmedText { limit } => (length <= *limit).then(|| text.trim_end_matches(' ').to_owned()),
        Of::PaddedText { length: all } => all
            .checked_sub(length)
            .and_then(|blanks| usize::try_from(blanks).ok())
            .map(|blanks| text.to_owned() + &" ".repeat(blanks)),
        Of::FixedBytes { length } => {
            padded(text.as_bytes().to_vec(), *length).and_then(|bytes| String::from_utf8(bytes).ok())
        }
        _ => Some(text.to_owned()),
    };
    match kept {
        Some(held) if held == text => Room::Exact(Value::Text(held)),
        Some(held) => Room::Rounded(vec![Value::Text(held)]),
        None => Room::None,
    }
}

/// Bytes with zeros behind them up to a length; absent where there are more.
fn padded(mut bytes: Vec<u8>, length: u64) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|length| bytes.len() <= *length)?;
    bytes.resize(length, 0);
    Some(bytes)
}

/// What is kept of the whole, where each part is kept so: nothing where one is not.
fn together(parts: Vec<Room>, whole: impl Fn(Vec<Value>) -> Value) -> Room {
    let is_exact = parts.iter().all(|part| matches!(part, Room::Exact(_)));
    let best: Option<Vec<Value>> = parts.into_iter().map(|part| part.kept().into_iter().next()).collect();
    match best {
        Some(best) if is_exact => Room::Exact(whole(best)),
        Some(best) => Room::Rounded(vec![whole(best)]),
        None => Room::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Value {
        wide::read(text).unwrap()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn day(text: &str) -> Value {
        Value::Date(time::date(text).unwrap())
    }

    fn clock(text: &str) -> Value {
        Value::WallClock(time::wall_clock(text).unwrap())
    }

    const INT8: ColumnType = ColumnType::Integer { bits: 8, is_signed: true };
    const CENTS: ColumnType = ColumnType::Decimal { precision: Some(5), scale: Some(2) };

    /// Catches a value that its column does not give back, and that is written all the same.
    #[test]
    fn what_a_column_cannot_keep_has_no_room() {
        use ColumnType as Of;
        let integer = |bits, is_signed| Of::Integer { bits, is_signed };
        let fixed = Of::FixedBytes { length: 2 };
        for (of, value) in [
            (INT8, Value::Integer(128)),
            (INT8, Value::Integer(-129)),
            (INT8, Value::Float(f64::NAN)),
            (integer(64, false), Value::Integer(-1)),
            (integer(64, false), Value::Unsigned(u128::MAX)),
            (integer(128, false), Value::Integer(-1)),
            (integer(256, false), decimal(&format!("1{}", "0".repeat(80)))),
            (CENTS, decimal("1000")),
            (CENTS, decimal("-999.999")),
            (CENTS, Value::Float(f64::INFINITY)),
            (Of::Unsigned(Box::new(Of::Float(64))), Value::Float(-0.5)),
            (Of::Float(32), Value::Float(1e300)),
            (Of::Date.in_years(1970, 2149), day("1969-12-31")),
            (Of::Date.in_years(1970, 2149), day("2149-06-07")),
            (Of::Date.in_years(1900, 2299), day("2300-01-01")),
            (Of::Timestamp { is_zoned: true, digits: 9 }.in_years(1900, 2262), clock("2262-12-31 00:00")),
            (Of::Text { limit: Some(1) }, text("ab")),
            (Of::TextOfBytes { limit: 1 }, text("é")),
            (Of::Text { limit: None }.in_charset(Charset::Ascii), text("é")),
            (Of::Text { limit: None }.in_charset(Charset::Bmp), text("😀")),
            (fixed.clone(), text("abc")),
            (fixed, Value::Bytes(vec![1, 2, 3])),
            (Of::Bytes { limit: Some(1) }, Value::Bytes(vec![1, 2])),
            (Of::Enum(vec!["a".to_owned()]), text("A")),
            (Of::Uuid, text("a")),
            (Of::Array(Box::new(INT8)), Value::Array(vec![Value::Integer(1), Value::Null])),
            (Of::Array(Box::new(INT8)), Value::Array(vec![Value::Integer(300)])),
        ] {
            assert_eq!(room(&of, &value), Room::None, "{of:?} {value:?}");
        }
    }

    /// Catches a value that is refused although its column keeps it.
    #[test]
    fn what_a_column_keeps_is_the_same_value() {
        use ColumnType as Of;
        let integer = |bits, is_signed| Of::Integer { bits, is_signed };
        let half = Value::Float(0.5);
        for (of, value) in [
            (INT8, Value::Integer(127)),
            (INT8, Value::Integer(-128)),
            (integer(64, false), Value::Integer(u64::MAX.into())),
            (integer(128, true), Value::Integer(i128::MIN)),
            (integer(256, true), decimal(&format!("-5{}", "0".repeat(76)))),
            (CENTS, decimal("-999.99")),
            (Of::Decimal { precision: None, scale: None }, decimal("0.000000000000000000000000000000000000000001")),
            (Of::Decimal { precision: Some(2), scale: Some(-2) }, Value::Integer(9_900)),
            (Of::Unsigned(Box::new(CENTS)), decimal("0")),
            (Of::Year, Value::Integer(0)),
            (Of::Float(32), half.clone()),
            (Of::Float(64), Value::Float(-0.0)),
            (Of::Date.in_years(1970, 2149), day("2149-06-06")),
            (Of::Date.in_years(1900, 2299), day("2299-12-31")),
            (Of::Timestamp { is_zoned: false, digits: 3 }, clock("2026-01-01 00:00:00.123")),
            (Of::Timestamp { is_zoned: true, digits: 3 }.in_years(1900, 2299), clock("2299-12-31 23:59:59.999")),
            (Of::Time { digits: 0 }, Value::Time(5_000_000_000)),
            (Of::Text { limit: Some(1) }, text("é")),
            (Of::PaddedText { length: 2 }, text("a ")),
            (Of::TrimmedText { limit: 2 }, text(" a")),
            (Of::FixedBytes { length: 2 }, text("ab")),
            (Of::Enum(vec!["a".to_owned()]), text("a")),
            (Of::Array(Box::new(Of::Nullable(Box::new(INT8)))), Value::Array(vec![Value::Integer(1), Value::Null])),
            (Of::Map(Box::new(Of::Text { limit: None }), Box::new(Of::Float(64))), Value::Map(vec![(text("a"), half)])),
            (Of::Other("geometry".to_owned()), text("anything")),
        ] {
            assert_eq!(room(&of, &value), Room::Exact(value), "{of:?}");
        }
        let upper = text("ABCDEF00-0000-0000-0000-000000000000");
        let lower = Value::Uuid("abcdef00-0000-0000-0000-000000000000".to_owned());
        assert_eq!(room(&ColumnType::Uuid, &upper), Room::Exact(lower));
        assert_eq!(room(&ColumnType::Float(64), &Value::Integer(3)), Room::Exact(Value::Float(3.0)));
        assert!(matches!(room(&ColumnType::Float(32), &Value::Float(f64::NAN)), Room::Exact(Value::Float(_))));
    }

    /// Catches a value that is taken for one its column keeps whole, and one that is cut to another than the nearest.
    #[test]
    fn what_is_rounded_is_told() {
        use ColumnType as Of;
        let whole = Of::Integer { bits: 64, is_signed: true };
        let seconds = Of::Timestamp { is_zoned: false, digits: 0 };
        for (of, value, kept) in [
            (CENTS, decimal("1.237"), vec![decimal("1.24"), decimal("1.23")]),
            (CENTS, decimal("-1.231"), vec![decimal("-1.23"), decimal("-1.24")]),
            (CENTS, decimal("999.996"), vec![decimal("999.99")]),
            (whole, decimal("1.5"), vec![Value::Integer(2), Value::Integer(1)]),
            (Of::Float(32), Value::Float(0.1), vec![Value::Float(f64::from(0.1_f32))]),
            (Of::Float(64), Value::Integer(9_007_199_254_740_993), vec![Value::Float(9_007_199_254_740_992.0)]),
            (Of::Float(64), decimal("0.1"), vec![Value::Float(0.1)]),
            (seconds, clock("2026-01-01 00:00:00.6"), vec![clock("2026-01-01 00:00:01"), clock("2026-01-01 00:00")]),
            (Of::Date, clock("1969-12-31 06:00"), vec![day("1969-12-31"), day("1969-12-31")]),
            (Of::PaddedText { length: 2 }, text("a"), vec![text("a ")]),
            (Of::TrimmedText { limit: 2 }, text("a "), vec![text("a")]),
            (Of::FixedBytes { length: 2 }, text("a"), vec![text("a\0")]),
            (
                Of::Array(Box::new(CENTS)),
                Value::Array(vec![decimal("1"), decimal("0.001")]),
                vec![Value::Array(vec![decimal("1"), decimal("0")])],
            ),
        ] {
            assert_eq!(room(&of, &value), Room::Rounded(kept), "{of:?} {value:?}");
        }
    }
}

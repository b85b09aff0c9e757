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
    /// What only its engine knows.
    Unknown,
}

impl Room {
    /// Returns what is kept, the best first.
    pub(crate) fn kept(self) -> Vec<Value> {
        match self {
            Room::Exact(value) => vec![value],
            Room::Rounded(values) => values,
            Room::None | Room::Unknown => Vec::new(),
        }
    }
}

/// Returns what a column of type `of` keeps of `value`: nothing of one of another kind, unless it is that value in its own.
pub(crate) fn room(of: &ColumnType, value: &Value) -> Room {
    use ColumnType as Of;
    match (of, value) {
        (Of::Nullable(_) | Of::Unbarred(_), Value::Null) => Room::Exact(Value::Null),
        (Of::Nullable(of) | Of::Unbarred(of), value) => room(of, value),
        (Of::Any, value) => Room::Exact(value.clone()),
        (Of::Other(_), _) => Room::Unknown,
        (_, Value::Null) => Room::None,
        (Of::Json | Of::JsonText, Value::Text(text) | Value::Json(text)) => Room::Exact(Value::Json(text.clone())),
        (Of::Bool, Value::Bool(_)) => Room::Exact(value.clone()),
        (Of::Bool, Value::Integer(number @ (0 | 1))) => Room::Exact(Value::Bool(*number == 1)),
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
        (Of::Date, Value::Date(_)) => Room::Exact(value.clone()),
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
        (
            Of::Text { .. }
            | Of::TextOfBytes { .. }
            | Of::TrimmedText { .. }
            | Of::PaddedText { .. }
            | Of::InCharset { .. }
            | Of::FixedBytes { .. },
            Value::Text(text),
        ) => text_room(of, text),
        (Of::Bytes { limit }, Value::Bytes(bytes)) => {
            exact_if(limit.is_none_or(|limit| bytes.len() as u64 <= limit), value)
        }
        (Of::FixedBytes { length }, Value::Bytes(bytes)) => match padded(bytes.clone(), *length) {
            Some(held) if held == *bytes => Room::Exact(value.clone()),
            Some(held) => Room::Rounded(vec![Value::Bytes(held)]),
            None => Room::None,
        },
        _ => Room::None,
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
    let Some(number) = number(value) else { return Room::None };
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
    let Some(nearest) = nearest else { return Room::None };
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
                Charset::Unicode | Charset::Utf16 => true,
                // Of this name each engine has its own set, and these are what they share.
                Charset::Named(name) if name == "latin1" => {
                    text.chars().all(|c| c.is_ascii() || ('\u{A0}'..='\u{FF}').contains(&c))
                }
                Charset::Named(_) => text.is_ascii(),
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
    if parts.contains(&Room::Unknown) {
        return Room::Unknown;
    }
    let is_exact = parts.iter().all(|part| matches!(part, Room::Exact(_)));
    let best: Option<Vec<Value>> = parts.into_iter().map(|part| part.kept().into_iter().next()).collect();
    match best {
        Some(best) if is_exact => Room::Exact(whole(best)),
        Some(best) => Room::Rounded(vec![whole(best)]),
        None => Room::None,
    }
}

#[cfg(test)]
mod tests;

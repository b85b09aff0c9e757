//! One value from PostgreSQL's binary form, apart from how rows arrive.

use super::super::shared::column_builder::DecodeError;
use super::numeric;
use super::numeric::integer;
use super::types::Shape;
use crate::frame::Value;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL starts to count.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * DAY_MICROS;
const DAY_MICROS: i64 = 86_400_000_000;
const JSONB_VERSION: u8 = 1;

/// The value that `raw` holds.
pub(super) fn value(shape: &Shape, raw: &[u8]) -> Result<Value, DecodeError> {
    Ok(match shape {
        Shape::Bool => Value::Bool(fixed::<1>(raw)? != 0),
        Shape::Integer(2) => Value::Integer(fixed::<2>(raw)?.into()),
        Shape::Integer(4) => Value::Integer(fixed::<4>(raw)?.into()),
        Shape::Integer(_) => Value::Integer(fixed::<8>(raw)?.into()),
        Shape::Oid => Value::Integer((fixed::<4>(raw)? as u32).into()),
        Shape::Float4 => Value::Float(f32::from_bits(fixed::<4>(raw)? as u32).into()),
        Shape::Float8 => Value::Float(f64::from_bits(fixed::<8>(raw)? as u64)),
        Shape::Numeric => numeric::decode(raw)?,
        Shape::Text => Value::Text(text(raw)?.to_owned()),
        // The zero byte stands for an empty string.
        Shape::Byte => Value::Text(text(if raw == [0] { &[] } else { raw })?.to_owned()),
        Shape::Bytea => Value::Bytes(raw.to_vec()),
        Shape::Date => Value::Date(date(raw)?),
        Shape::Time => match fixed::<8>(raw)? {
            micros if micros < DAY_MICROS => Value::Time(micros * 1_000),
            _ => {
                return Err(DecodeError::new(
                    "24:00:00 is past the last time of a day",
                    "cast it in the query, such as x::text",
                ));
            }
        },
        Shape::Timestamp => Value::WallClock(i128::from(moment(raw)?) * 1_000),
        Shape::TimestampTz => Value::Instant(i128::from(moment(raw)?) * 1_000),
        Shape::Uuid => Value::Uuid(uuid(raw)?),
        Shape::Json => Value::Json(text(raw)?.to_owned()),
        Shape::Jsonb => Value::Json(jsonb(raw)?.to_owned()),
        Shape::Hstore => Value::Map(hstore(raw)?),
        Shape::Array(element) => Value::Array(array(element, raw)?),
    })
}

pub(super) fn fixed<const N: usize>(raw: &[u8]) -> Result<i64, DecodeError> {
    integer::<N>(raw).ok_or_else(broken)
}

fn broken() -> DecodeError {
    DecodeError::new("the server sent a value that cannot be read", "cast it in the query, such as x::text")
}

fn endless(which: &str) -> DecodeError {
    DecodeError::new(
        format!("{which} is no point in time"),
        format!("turn it into NULL in the query, such as nullif(x, '{which}'), and select x = '{which}' beside it"),
    )
}

/// UTF-8 text.
pub(super) fn text(raw: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(raw).map_err(|_| {
        DecodeError::new(
            "the text is not UTF-8",
            "compare its bytes, such as encode(convert_to(x, 'SQL_ASCII'), 'hex')",
        )
    })
}

/// JSON as text.
pub(super) fn jsonb(raw: &[u8]) -> Result<&str, DecodeError> {
    match raw.split_first() {
        Some((&JSONB_VERSION, rest)) => text(rest),
        _ => Err(broken()),
    }
}

/// Days since 1970.
pub(super) fn date(raw: &[u8]) -> Result<i32, DecodeError> {
    match fixed::<4>(raw)? as i32 {
        i32::MAX => Err(endless("infinity")),
        i32::MIN => Err(endless("-infinity")),
        days => Ok(days + EPOCH_DAYS),
    }
}

/// Microseconds since 1970.
pub(super) fn moment(raw: &[u8]) -> Result<i64, DecodeError> {
    match fixed::<8>(raw)? {
        i64::MAX => Err(endless("infinity")),
        i64::MIN => Err(endless("-infinity")),
        micros => micros.checked_add(EPOCH_MICROS).ok_or_else(|| {
            DecodeError::new("the timestamp lies beyond the year 294247", "cast it in the query, such as x::text")
        }),
    }
}

/// Canonical text of a UUID.
pub(super) fn uuid(raw: &[u8]) -> Result<String, DecodeError> {
    if raw.len() != 16 {
        return Err(broken());
    }
    let mut written = String::with_capacity(36);
    for (index, byte) in raw.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            written.push('-');
        }
        written.push(char::from_digit(u32::from(byte >> 4), 16).expect("four bits"));
        written.push(char::from_digit(u32::from(byte & 15), 16).expect("four bits"));
    }
    Ok(written)
}

/// Reads a binary form from its start.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(broken)?;
        self.0 = rest;
        Ok(head)
    }

    fn number(&mut self) -> Result<i64, DecodeError> {
        fixed::<4>(self.take(4)?)
    }

    fn length(&mut self) -> Result<usize, DecodeError> {
        usize::try_from(self.number()?).map_err(|_| broken())
    }

    /// A value behind its length; `None` is NULL.
    fn item(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        match self.number()? {
            -1 => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| broken())?).map(Some),
        }
    }
}

fn array(element: &Shape, raw: &[u8]) -> Result<Vec<Value>, DecodeError> {
    let mut reader = Reader(raw);
    let dimensions = reader.length()?;
    let _has_null = reader.number()?;
    let _element_type = reader.number()?;
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    if dimensions > 1 {
        return Err(DecodeError::new(
            format!("the array has {dimensions} dimensions"),
            "select one of them in the query, unnest it, or cast it, such as x::text",
        ));
    }
    let length = reader.length()?;
    let first = reader.number()?;
    if first != 1 {
        return Err(DecodeError::new(
            format!("the array starts at {first}, not at 1"),
            "number it from 1 in the query, such as x[:]",
        ));
    }
    (0..length)
        .map(|_| match reader.item()? {
            Some(item) => value(element, item).map_err(|error| of_element(element, error)),
            None => Ok(Value::Null),
        })
        .collect()
}

/// What is advised for a value is none for an array that holds it.
fn of_element(element: &Shape, error: DecodeError) -> DecodeError {
    match element {
        Shape::Numeric | Shape::Date | Shape::Timestamp | Shape::TimestampTz => DecodeError::new(
            format!("an element is out of range: {}", error.what),
            "cast the array in the query, such as x::text",
        ),
        _ => error,
    }
}

fn hstore(raw: &[u8]) -> Result<Vec<(Value, Value)>, DecodeError> {
    let mut reader = Reader(raw);
    let entries = reader.length()?;
    (0..entries)
        .map(|_| {
            let key = reader.item()?.ok_or_else(broken)?;
            let held = reader.item()?;
            Ok((
                Value::Text(text(key)?.to_owned()),
                held.map_or(Ok(Value::Null), |held| text(held).map(|t| Value::Text(t.to_owned())))?,
            ))
        })
        .collect()
}

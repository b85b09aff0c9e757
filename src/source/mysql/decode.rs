//! One value from MySQL's binary protocol, apart from how rows arrive.

use chrono::{NaiveDate, NaiveDateTime};

use super::super::shared::column_builder::DecodeError;
use super::super::shared::decimal;
use super::types::Shape;
use crate::frame::{Value, time};

/// The value that `raw` holds; `offset` is the session's distance from UTC in seconds, where it has a fixed one.
pub(super) fn value(shape: Shape, raw: &[u8], offset: Option<i32>) -> Result<Value, DecodeError> {
    Ok(match shape {
        Shape::Null => Value::Null,
        Shape::Signed => Value::Integer(signed(raw)?.into()),
        Shape::Unsigned => Value::Integer(unsigned(raw.iter().rev())?.into()),
        Shape::Bit => Value::Integer(unsigned(raw.iter())?.into()),
        Shape::Float => Value::Float(f32::from_le_bytes(raw.try_into().map_err(|_| broken())?).into()),
        Shape::Double => Value::Float(f64::from_le_bytes(raw.try_into().map_err(|_| broken())?)),
        Shape::Decimal => std::str::from_utf8(raw).ok().and_then(decimal::read).ok_or_else(broken)?,
        Shape::Text => Value::Text(text(raw)?),
        Shape::Json => Value::Json(text(raw)?),
        Shape::Bytes => Value::Bytes(raw.to_vec()),
        Shape::Date => {
            let days = moment(raw)?.date().signed_duration_since(NaiveDate::default()).num_days();
            Value::Date(i32::try_from(days).map_err(|_| broken())?)
        }
        Shape::DateTime => Value::WallClock(nanos(moment(raw)?)),
        Shape::Timestamp => match offset {
            Some(seconds) => Value::Instant(nanos(moment(raw)?) - i128::from(seconds) * time::SECOND),
            None => {
                return Err(DecodeError::new(
                    "an instant cannot be told from the clock of a zone whose offset changes",
                    "give the source the timezone UTC or an offset such as +02:00, or write UNIX_TIMESTAMP(x)",
                ));
            }
        },
        Shape::Time => Value::Time(time(raw)?),
    })
}

fn broken() -> DecodeError {
    DecodeError::new("the server sent a value that cannot be read", "cast it in the query, such as CAST(x AS CHAR)")
}

/// A little-endian integer of 1 to 8 bytes.
fn signed(raw: &[u8]) -> Result<i64, DecodeError> {
    let last = raw.last().ok_or_else(broken)?;
    let mut wide = if last & 0x80 == 0 { [0; 8] } else { [0xFF; 8] };
    wide.get_mut(..raw.len()).ok_or_else(broken)?.copy_from_slice(raw);
    Ok(i64::from_le_bytes(wide))
}

/// An integer from its bytes, the most significant first.
fn unsigned<'a>(bytes: impl ExactSizeIterator<Item = &'a u8>) -> Result<u64, DecodeError> {
    if !(1..=8).contains(&bytes.len()) {
        return Err(broken());
    }
    Ok(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn text(raw: &[u8]) -> Result<String, DecodeError> {
    String::from_utf8(raw.to_vec())
        .map_err(|_| DecodeError::new("the text is not UTF-8", "compare its bytes in the query, such as HEX(x)"))
}

/// A date and time behind its length; parts that are left out are zero.
fn moment(raw: &[u8]) -> Result<NaiveDateTime, DecodeError> {
    let (&length, rest) = raw.split_first().ok_or_else(broken)?;
    if usize::from(length) != rest.len() || ![0, 4, 7, 11].contains(&length) {
        return Err(broken());
    }
    let mut parts = [0; 11];
    parts[..rest.len()].copy_from_slice(rest);
    let year = i32::from(u16::from_le_bytes([parts[0], parts[1]]));
    let (month, day) = (u32::from(parts[2]), u32::from(parts[3]));
    let micros = u32::from_le_bytes([parts[7], parts[8], parts[9], parts[10]]);
    let date = NaiveDate::from_ymd_opt(year, month, day).filter(|_| month > 0).ok_or_else(|| {
        DecodeError::new(
            format!("{year:04}-{month:02}-{day:02} is no date"),
            "turn it into NULL in the query, such as CASE WHEN x > 0 THEN x END",
        )
    })?;
    date.and_hms_micro_opt(parts[4].into(), parts[5].into(), parts[6].into(), micros).ok_or_else(broken)
}

fn nanos(moment: NaiveDateTime) -> i128 {
    let utc = moment.and_utc();
    i128::from(utc.timestamp()) * time::SECOND + i128::from(utc.timestamp_subsec_nanos())
}

/// Nanoseconds since midnight.
fn time(raw: &[u8]) -> Result<i64, DecodeError> {
    let (&length, rest) = raw.split_first().ok_or_else(broken)?;
    if usize::from(length) != rest.len() || ![0, 8, 12].contains(&length) {
        return Err(broken());
    }
    let mut parts = [0; 12];
    parts[..rest.len()].copy_from_slice(rest);
    let days = u32::from_le_bytes([parts[1], parts[2], parts[3], parts[4]]);
    if parts[0] != 0 || days != 0 {
        let sign = if parts[0] == 0 { "" } else { "-" };
        let hours = u64::from(days) * 24 + u64::from(parts[5]);
        return Err(DecodeError::new(
            format!("{sign}{hours:02}:{:02}:{:02} is no time of day", parts[6], parts[7]),
            "cast it in the query, such as CAST(x AS CHAR)",
        ));
    }
    let seconds = i64::from(parts[5]) * 3_600 + i64::from(parts[6]) * 60 + i64::from(parts[7]);
    let micros = i64::from(u32::from_le_bytes([parts[8], parts[9], parts[10], parts[11]]));
    Ok((seconds * 1_000_000 + micros) * 1_000)
}

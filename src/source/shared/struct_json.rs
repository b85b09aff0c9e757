//! Structs as JSON: each field by its name, every value in a text of its own, so that nothing of it is lost.
//!
//! Numbers keep their digits; a float that JSON has no number for is the text `NaN`, `inf` or `-inf`; dates and times are
//! text as ISO 8601 has it, bytes are text of hexadecimal digits, the entries of a map an array of pairs.

use chrono::{Days, NaiveDate, NaiveTime};
use serde_json::{Map, Number, Value as Json};

use crate::frame::{Value, decimal_text, json, time};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Returns the text of an object.
///
/// # Errors
/// A field whose text is meant to be JSON and is none.
pub(super) fn object(fields: impl Iterator<Item = (String, Value)>) -> Result<String, String> {
    let fields: Map<String, Json> =
        fields.map(|(name, value)| Ok((name, of(&value)?))).collect::<Result<_, String>>()?;
    Ok(Json::Object(fields).to_string())
}

fn of(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Integer(number) => written(&number.to_string())?,
        Value::Unsigned(number) => written(&number.to_string())?,
        Value::Decimal { unscaled, scale } => written(&decimal_text(*unscaled, *scale))?,
        Value::Wide(number) => written(&number.normalized().to_plain_string())?,
        Value::Float(number) => Number::from_f64(*number).map_or_else(|| Json::from(number.to_string()), Json::Number),
        Value::Text(text) | Value::Uuid(text) => Json::from(text.as_str()),
        Value::Json(text) => json::read(text).map_err(|cause| format!("its text is no JSON: {cause}"))?,
        Value::Bytes(bytes) => Json::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        Value::Date(days) => Json::from(date(*days).ok_or("a date is beyond the calendar")?),
        Value::Time(nanos) => Json::from(clock(*nanos).ok_or("a time of day is beyond the day")?),
        Value::Instant(nanos) => Json::from(format!("{}Z", moment(*nanos)?)),
        Value::WallClock(nanos) => Json::from(moment(*nanos)?),
        Value::Array(items) => Json::Array(items.iter().map(of).collect::<Result<_, _>>()?),
        Value::Map(entries) => {
            let pair = |(key, value): &(Value, Value)| Ok(Json::Array(vec![of(key)?, of(value)?]));
            Json::Array(entries.iter().map(pair).collect::<Result<_, String>>()?)
        }
    })
}

fn written(digits: &str) -> Result<Json, String> {
    digits.parse::<Number>().map(Json::Number).map_err(|cause| cause.to_string())
}

fn date(days: i32) -> Option<String> {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let by = Days::new(u64::from(days.unsigned_abs()));
    let day = if days < 0 { first.checked_sub_days(by) } else { first.checked_add_days(by) };
    day.map(|day| day.to_string())
}

fn clock(nanos: i64) -> Option<String> {
    let (seconds, rest) = (nanos.div_euclid(NANOS_PER_SECOND), nanos.rem_euclid(NANOS_PER_SECOND));
    let of = NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).ok()?, u32::try_from(rest).ok()?)?;
    Some(of.format("%H:%M:%S%.f").to_string())
}

fn moment(nanos: i128) -> Result<String, String> {
    let of = time::moment(nanos).ok_or("a time is beyond the calendar")?;
    Ok(of.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
}

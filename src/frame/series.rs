//! Turns canonical values into a Polars series and back.

use polars::prelude::*;

use super::decimal::Decimal;
use super::error::FrameError;
use super::types::Type;
use super::value::Value;
use super::{time, wide};

/// The values of `series`, read as `of`.
pub(crate) fn values(series: &Series, of: &Type) -> Vec<Value> {
    series.rechunk().iter().map(|any| from_any(any, of)).collect()
}

/// The value of `series` in `row`, read as `of`; absent beyond its end.
pub(crate) fn value(series: &Series, of: &Type, row: usize) -> Option<Value> {
    quickly(series, of, row).or_else(|| series.get(row).ok().map(|any| from_any(any, of)))
}

/// The same of the types that most columns have, without what Polars makes of a value in between; absent where it is NULL, too.
fn quickly(series: &Series, of: &Type, row: usize) -> Option<Value> {
    if row >= series.len() {
        return None;
    }
    match series.dtype() {
        DataType::Int64 => series.i64().ok()?.get(row).map(|v| Value::Integer(v.into())),
        DataType::Int32 => series.i32().ok()?.get(row).map(|v| Value::Integer(v.into())),
        DataType::Boolean => series.bool().ok()?.get(row).map(Value::Bool),
        DataType::Float64 => series.f64().ok()?.get(row).map(Value::Float),
        DataType::String => series.str().ok()?.get(row).map(|v| text(v.to_owned(), of)),
        DataType::Decimal(_, scale) => {
            let scale = u8::try_from(*scale).ok()?;
            series.decimal().ok()?.physical().get(row).map(|unscaled| Value::Decimal { unscaled, scale })
        }
        DataType::Datetime(unit, zone) => {
            series.datetime().ok()?.physical().get(row).map(|v| moment(nanos(v, *unit), zone.is_some()))
        }
        _ => None,
    }
}

fn nanos(value: i64, unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Nanoseconds => i128::from(value),
        TimeUnit::Microseconds => i128::from(value) * time::MICROSECOND,
        TimeUnit::Milliseconds => i128::from(value) * time::MILLISECOND,
    }
}

fn from_any(any: AnyValue<'_>, of: &Type) -> Value {
    match any {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(v) => Value::Bool(v),
        AnyValue::Int8(v) => Value::Integer(v.into()),
        AnyValue::Int16(v) => Value::Integer(v.into()),
        AnyValue::Int32(v) => Value::Integer(v.into()),
        AnyValue::Int64(v) => Value::Integer(v.into()),
        AnyValue::Int128(v) => Value::Integer(v),
        AnyValue::UInt8(v) => Value::Integer(v.into()),
        AnyValue::UInt16(v) => Value::Integer(v.into()),
        AnyValue::UInt32(v) => Value::Integer(v.into()),
        AnyValue::UInt64(v) => Value::Integer(v.into()),
        AnyValue::UInt128(v) => i128::try_from(v).map_or(Value::Unsigned(v), Value::Integer),
        AnyValue::Float32(v) => Value::Float(v.into()),
        AnyValue::Float64(v) => Value::Float(v),
        AnyValue::Decimal(unscaled, _, scale) => {
            Value::Decimal { unscaled, scale: u8::try_from(scale).expect("Polars decimals have at most 38 digits") }
        }
        AnyValue::String(v) => text(v.to_owned(), of),
        AnyValue::StringOwned(v) => text(v.to_string(), of),
        AnyValue::Binary(v) => Value::Bytes(v.to_vec()),
        AnyValue::BinaryOwned(v) => Value::Bytes(v),
        AnyValue::Date(v) => Value::Date(v),
        AnyValue::Time(v) => Value::Time(v),
        AnyValue::Datetime(v, unit, zone) => moment(nanos(v, unit), zone.is_some()),
        AnyValue::DatetimeOwned(v, unit, zone) => moment(nanos(v, unit), zone.is_some()),
        AnyValue::List(series) => list(&series, of),
        other => unreachable!("{} is not a canonical type", other.dtype()),
    }
}

fn text(value: String, of: &Type) -> Value {
    match of {
        Type::Uuid => Value::Uuid(value),
        Type::Json => Value::Json(value),
        Type::Integer | Type::Decimal { .. } => wide::read(&value).expect("a wide number is plain decimal text"),
        _ => Value::Text(value),
    }
}

fn moment(nanos: i128, zoned: bool) -> Value {
    if zoned { Value::Instant(nanos) } else { Value::WallClock(nanos) }
}

fn list(series: &Series, of: &Type) -> Value {
    match of {
        Type::Array(element) => Value::Array(values(series, element)),
        Type::Map(key, value) => {
            let entries = series.struct_().expect("a map is a list of structs");
            let keys = values(&entries.fields_as_series()[0], key);
            let held = values(&entries.fields_as_series()[1], value);
            Value::Map(keys.into_iter().zip(held).collect())
        }
        other => unreachable!("{other} is not held in a list"),
    }
}

/// Makes the series of a column; its Polars type follows from the canonical type and from what its values need.
pub(super) fn series(name: &str, of: &Type, values: &[Value]) -> Result<Series, FrameError> {
    let mut width = Width::default();
    values.iter().for_each(|value| width.look(value, of, false));
    build(name, of, values.iter(), width)
}

/// What the values of a column need, those in arrays and maps among them.
#[derive(Clone, Copy, Default)]
struct Width {
    /// Integers above the signed 128 bits.
    unsigned: bool,
    /// Integers below 0.
    negative: bool,
    /// Numbers that no integer and no decimal of 38 digits holds.
    wide: bool,
    /// Times finer than a microsecond.
    fine: bool,
}

impl Width {
    fn look(&mut self, value: &Value, of: &Type, nested: bool) {
        match (value, of) {
            (Value::Wide(_), _) | (Value::Unsigned(_), Type::Decimal { .. }) => self.wide = true,
            (Value::Unsigned(_), _) if nested => self.wide = true,
            (Value::Unsigned(_), _) => self.unsigned = true,
            (Value::Integer(number), Type::Decimal { scale }) => {
                self.wide |= Decimal::new(*number, 0).fitted(*scale).is_none();
            }
            (Value::Integer(number), _) => self.negative |= *number < 0,
            (Value::Decimal { unscaled, scale }, Type::Decimal { scale: wanted }) => {
                self.wide |= Decimal::new(*unscaled, *scale).fitted(*wanted).is_none();
            }
            (Value::Instant(nanos) | Value::WallClock(nanos), _) => self.fine |= nanos % time::MICROSECOND != 0,
            (Value::Array(items), Type::Array(element)) => {
                items.iter().for_each(|item| self.look(item, element, true));
            }
            (Value::Map(entries), Type::Map(key, held)) => entries.iter().for_each(|(a, b)| {
                self.look(a, key, true);
                self.look(b, held, true);
            }),
            _ => {}
        }
    }

    fn wide(self) -> bool {
        self.wide || (self.unsigned && self.negative)
    }

    fn time_unit(self) -> TimeUnit {
        if self.fine { TimeUnit::Nanoseconds } else { TimeUnit::Microseconds }
    }
}

fn dtype(of: &Type, width: Width) -> DataType {
    match of {
        Type::Null => DataType::Null,
        Type::Bool => DataType::Boolean,
        Type::Integer | Type::Decimal { .. } if width.wide() => DataType::String,
        Type::Integer if width.unsigned => DataType::UInt128,
        Type::Integer => DataType::Int128,
        Type::Decimal { scale } => DataType::Decimal(38, usize::from(*scale)),
        Type::Float => DataType::Float64,
        Type::Text | Type::Uuid | Type::Json => DataType::String,
        Type::Bytes => DataType::Binary,
        Type::Date => DataType::Date,
        Type::Time => DataType::Time,
        Type::Instant => DataType::Datetime(width.time_unit(), Some(TimeZone::UTC)),
        Type::WallClock => DataType::Datetime(width.time_unit(), None),
        Type::Array(element) => DataType::List(Box::new(dtype(element, width))),
        Type::Map(key, value) => DataType::List(Box::new(DataType::Struct(vec![
            Field::new("key".into(), dtype(key, width)),
            Field::new("value".into(), dtype(value, width)),
        ]))),
    }
}

fn build<'a>(
    name: &str,
    of: &Type,
    values: impl ExactSizeIterator<Item = &'a Value>,
    width: Width,
) -> Result<Series, FrameError> {
    let misfit =
        |value: &Value| FrameError::Misfit { column: name.to_owned(), value: format!("{value:?}"), of: of.clone() };
    let mut cells = Vec::with_capacity(values.len());
    for value in values {
        cells.push(cell(value, of, width).ok_or_else(|| misfit(value))?);
    }
    Ok(Series::from_any_values_and_dtype(name.into(), &cells, &dtype(of, width), true)?)
}

fn cell(value: &Value, of: &Type, width: Width) -> Option<AnyValue<'static>> {
    let ticks = |nanos: &i128| i64::try_from(if width.fine { *nanos } else { nanos / time::MICROSECOND }).ok();
    let unit = width.time_unit();
    Some(match (value, of) {
        (Value::Null, _) => AnyValue::Null,
        (Value::Bool(v), Type::Bool) => AnyValue::Boolean(*v),
        (number, Type::Integer | Type::Decimal { .. }) if width.wide() => {
            AnyValue::StringOwned(wide::text(number)?.into())
        }
        (Value::Integer(v), Type::Integer) if width.unsigned => AnyValue::UInt128(u128::try_from(*v).ok()?),
        (Value::Integer(v), Type::Integer) => AnyValue::Int128(*v),
        (Value::Unsigned(v), Type::Integer) => AnyValue::UInt128(*v),
        (Value::Decimal { unscaled, scale }, Type::Decimal { scale: wanted }) => {
            AnyValue::Decimal(Decimal::new(*unscaled, *scale).fitted(*wanted)?, 38, usize::from(*wanted))
        }
        (Value::Integer(v), Type::Decimal { scale }) => {
            AnyValue::Decimal(Decimal::new(*v, 0).fitted(*scale)?, 38, usize::from(*scale))
        }
        (Value::Float(v), Type::Float) => AnyValue::Float64(*v),
        (Value::Text(v), Type::Text) | (Value::Uuid(v), Type::Uuid) | (Value::Json(v), Type::Json) => {
            AnyValue::StringOwned(v.as_str().into())
        }
        (Value::Bytes(v), Type::Bytes) => AnyValue::BinaryOwned(v.clone()),
        (Value::Date(v), Type::Date) => AnyValue::Date(*v),
        (Value::Time(v), Type::Time) => AnyValue::Time(*v),
        (Value::Instant(v), Type::Instant) => {
            AnyValue::DatetimeOwned(ticks(v)?, unit, Some(std::sync::Arc::new(TimeZone::UTC)))
        }
        (Value::WallClock(v), Type::WallClock) => AnyValue::DatetimeOwned(ticks(v)?, unit, None),
        (Value::Array(items), Type::Array(element)) => AnyValue::List(build("", element, items.iter(), width).ok()?),
        (Value::Map(entries), Type::Map(key, held)) => {
            let keys: Vec<Value> = entries.iter().map(|(k, _)| k.clone()).collect();
            let values: Vec<Value> = entries.iter().map(|(_, v)| v.clone()).collect();
            let fields =
                [build("key", key, keys.iter(), width).ok()?, build("value", held, values.iter(), width).ok()?];
            AnyValue::List(StructChunked::from_series("".into(), keys.len(), fields.iter()).ok()?.into_series())
        }
        _ => return None,
    })
}

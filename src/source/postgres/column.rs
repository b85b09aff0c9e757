//! One column of an answer while its rows arrive: values straight into Polars builders, exact as `decode` reads them.

use polars::prelude::*;

use super::super::shared::column_builder;
use super::super::shared::column_builder::DecodeError;
use super::super::shared::decimal;
use super::super::{Error, ErrorCode};
use super::decode;
use super::types;
use super::types::Shape;
use crate::frame;
use crate::frame::{Decimal, Type, Value};

/// The values of one column so far.
enum Values {
    Bool(BooleanChunkedBuilder),
    Integer(PrimitiveChunkedBuilder<Int64Type>),
    Single(PrimitiveChunkedBuilder<Float32Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Text(StringChunkedBuilder),
    Date(PrimitiveChunkedBuilder<Int32Type>),
    /// Microseconds since 1970.
    Moment(PrimitiveChunkedBuilder<Int64Type>),
    /// Whatever needs a look at all values before it has a type, or is rare.
    Any(Vec<Value>),
}

/// A column that takes values in PostgreSQL's binary form.
pub(super) struct Column {
    name: String,
    type_name: String,
    shape: Shape,
    values: Values,
    height: usize,
    /// Rows of earlier batches.
    given: usize,
}

impl Column {
    /// No rows yet, behind `given` others.
    pub(super) fn new(name: &str, type_name: &str, shape: &Shape, given: usize) -> Self {
        let of: PlSmallStr = name.into();
        let values = match shape {
            Shape::Bool => Values::Bool(BooleanChunkedBuilder::new(of, 0)),
            Shape::Integer(_) | Shape::Oid => Values::Integer(PrimitiveChunkedBuilder::new(of, 0)),
            Shape::Float4 => Values::Single(PrimitiveChunkedBuilder::new(of, 0)),
            Shape::Float8 => Values::Float(PrimitiveChunkedBuilder::new(of, 0)),
            Shape::Text | Shape::Uuid | Shape::Json | Shape::Jsonb => Values::Text(StringChunkedBuilder::new(of, 0)),
            Shape::Date => Values::Date(PrimitiveChunkedBuilder::new(of, 0)),
            Shape::Timestamp | Shape::TimestampTz => Values::Moment(PrimitiveChunkedBuilder::new(of, 0)),
            Shape::Numeric | Shape::Byte | Shape::Bytea | Shape::Time | Shape::Hstore | Shape::Array(_) => {
                Values::Any(Vec::new())
            }
        };
        Column {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            shape: shape.clone(),
            values,
            height: 0,
            given,
        }
    }

    /// Adds the value of the next row; absent is NULL.
    pub(super) fn push(&mut self, raw: Option<&[u8]>) -> Result<(), Error> {
        self.height += 1;
        self.add(raw).map_err(|misread| misread.at(&self.name, &self.type_name, self.given + self.height))
    }

    fn add(&mut self, raw: Option<&[u8]>) -> Result<(), DecodeError> {
        let Some(raw) = raw else {
            match &mut self.values {
                Values::Bool(values) => values.append_null(),
                Values::Integer(values) | Values::Moment(values) => values.append_null(),
                Values::Single(values) => values.append_null(),
                Values::Float(values) => values.append_null(),
                Values::Text(values) => values.append_null(),
                Values::Date(values) => values.append_null(),
                Values::Any(values) => values.push(Value::Null),
            }
            return Ok(());
        };
        match (&mut self.values, &self.shape) {
            (Values::Bool(values), _) => values.append_value(decode::fixed::<1>(raw)? != 0),
            (Values::Integer(values), Shape::Integer(2)) => values.append_value(decode::fixed::<2>(raw)?),
            (Values::Integer(values), Shape::Integer(4)) => values.append_value(decode::fixed::<4>(raw)?),
            (Values::Integer(values), Shape::Oid) => values.append_value((decode::fixed::<4>(raw)? as u32).into()),
            (Values::Integer(values), _) => values.append_value(decode::fixed::<8>(raw)?),
            (Values::Single(values), _) => values.append_value(f32::from_bits(decode::fixed::<4>(raw)? as u32)),
            (Values::Float(values), _) => values.append_value(f64::from_bits(decode::fixed::<8>(raw)? as u64)),
            (Values::Text(values), Shape::Uuid) => values.append_value(decode::uuid(raw)?),
            (Values::Text(values), Shape::Jsonb) => values.append_value(decode::jsonb(raw)?),
            (Values::Text(values), _) => values.append_value(decode::text(raw)?),
            (Values::Date(values), _) => values.append_value(decode::date(raw)?),
            (Values::Moment(values), _) => values.append_value(decode::moment(raw)?),
            (Values::Any(values), shape) => values.push(decode::value(shape, raw)?),
        }
        Ok(())
    }

    /// The series of all rows, and its canonical type.
    pub(super) fn finish(self) -> Result<(Series, Type), Error> {
        let of = types::canonical(&self.shape);
        let series = match self.values {
            Values::Bool(values) => values.finish().into_series(),
            Values::Integer(values) => values.finish().into_series(),
            Values::Single(values) => values.finish().into_series(),
            Values::Float(values) => values.finish().into_series(),
            Values::Text(values) => values.finish().into_series(),
            Values::Date(values) => values.finish().into_date().into_series(),
            Values::Moment(values) => {
                let zone = (of == Type::Instant).then_some(TimeZone::UTC);
                values.finish().into_datetime(TimeUnit::Microseconds, zone).into_series()
            }
            Values::Any(values) if self.shape == Shape::Numeric => {
                return decimals(self.name, &self.type_name, values);
            }
            Values::Any(values) => return column_builder::series(frame::Column { name: self.name, of, values }),
        };
        Ok((series, of))
    }
}

/// Decimals at the one scale that fits all of them.
fn decimals(name: String, type_name: &str, mut values: Vec<Value>) -> Result<(Series, Type), Error> {
    let scale = decimal::settle(&mut values);
    // Absent where a value is not a decimal of 38 digits: only NULL may become NULL.
    let raised = |value: &Value| match value {
        Value::Null => Some(None),
        Value::Decimal { unscaled, scale: own } => Decimal::new(*unscaled, *own).fitted(scale).map(Some),
        _ => None,
    };
    let Some(unscaled) = values.iter().map(raised).collect::<Option<Vec<Option<i128>>>>() else {
        return column_builder::series(frame::Column { name, of: Type::Decimal { scale }, values });
    };
    let unscaled: Int128Chunked = unscaled.into_iter().collect();
    let series = unscaled.with_name(name.as_str().into()).into_decimal(38, usize::from(scale)).map_err(|cause| {
        Error::caused(
            ErrorCode::ValueUnreadable,
            format!("column `{name}` ({type_name}) makes no decimals; cast it"),
            &cause,
        )
    })?;
    Ok((series.into_series(), Type::Decimal { scale }))
}

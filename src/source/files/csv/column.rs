//! The columns of a batch, filled from the fields of records.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder, Int64Builder,
    PrimitiveBuilder, StringViewBuilder, Time64NanosecondBuilder, TimestampMicrosecondBuilder,
    TimestampMillisecondBuilder, TimestampNanosecondBuilder, TimestampSecondBuilder,
};
use arrow::datatypes::{ArrowPrimitiveType, DataType, TimeUnit};

use super::records::{Rows, Written};
use super::value::{self, Kind};
use crate::frame::time;

/// How fields are written that are not plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Writing {
    /// What stands, without quotes, for NULL.
    pub(super) null: String,
    /// The decimal point.
    pub(super) point: u8,
}

/// A field that is no value of its column's type.
#[derive(Debug)]
pub(super) struct Misread {
    pub(super) row: usize,
    pub(super) text: String,
}

/// A column that is being filled.
#[derive(Debug)]
pub(super) enum Column {
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u8, u8),
    Real(Float32Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Date(Date32Builder),
    Time(Time64NanosecondBuilder),
    Seconds(TimestampSecondBuilder),
    Millis(TimestampMillisecondBuilder),
    Micros(TimestampMicrosecondBuilder),
    Nanos(TimestampNanosecondBuilder),
    Text(StringViewBuilder),
}

/// Returns the Arrow type of a column.
pub(in super::super) fn arrow(kind: Kind) -> DataType {
    match kind {
        Kind::Integer => DataType::Int64,
        Kind::Decimal { precision, scale } => DataType::Decimal128(precision, scale.cast_signed()),
        Kind::Real => DataType::Float32,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Date => DataType::Date32,
        Kind::Time => DataType::Time64(TimeUnit::Nanosecond),
        Kind::Timestamp(unit) => DataType::Timestamp(unit, None),
        Kind::Text => DataType::Utf8View,
    }
}

impl Column {
    /// Returns an empty column.
    pub(super) fn new(kind: Kind) -> Column {
        match kind {
            Kind::Integer => Column::Integer(Int64Builder::new()),
            Kind::Decimal { precision, scale } => {
                Column::Decimal(Decimal128Builder::new().with_data_type(arrow(kind)), precision, scale)
            }
            Kind::Real => Column::Real(Float32Builder::new()),
            Kind::Float => Column::Float(Float64Builder::new()),
            Kind::Bool => Column::Bool(BooleanBuilder::new()),
            Kind::Date => Column::Date(Date32Builder::new()),
            Kind::Time => Column::Time(Time64NanosecondBuilder::new()),
            Kind::Timestamp(TimeUnit::Second) => Column::Seconds(TimestampSecondBuilder::new()),
            Kind::Timestamp(TimeUnit::Millisecond) => Column::Millis(TimestampMillisecondBuilder::new()),
            Kind::Timestamp(TimeUnit::Microsecond) => Column::Micros(TimestampMicrosecondBuilder::new()),
            Kind::Timestamp(TimeUnit::Nanosecond) => Column::Nanos(TimestampNanosecondBuilder::new()),
            Kind::Text => Column::Text(StringViewBuilder::new()),
        }
    }

    /// Adds the fields of the column `number`.
    ///
    /// # Errors
    /// The first field that is no value of the column's type.
    pub(super) fn fill(&mut self, rows: &Rows<'_>, number: usize, writing: &Writing) -> Result<(), Misread> {
        let fields = rows.column(number);
        let point = writing.point;
        match self {
            Column::Integer(to) => primitive(to, fields, writing, value::integer),
            Column::Decimal(to, precision, scale) => {
                let (precision, scale) = (*precision, *scale);
                primitive(to, fields, writing, |text| value::decimal(text, precision, scale, point))
            }
            Column::Real(to) => primitive(to, fields, writing, |text| value::real(text, point)),
            Column::Float(to) => primitive(to, fields, writing, |text| value::float(text, point)),
            Column::Bool(to) => each(fields, writing, value::truth, |value| to.append_option(value)),
            Column::Date(to) => primitive(to, fields, writing, time::date),
            Column::Time(to) => primitive(to, fields, writing, time::time),
            Column::Seconds(to) => moments(to, fields, writing, TimeUnit::Second),
            Column::Millis(to) => moments(to, fields, writing, TimeUnit::Millisecond),
            Column::Micros(to) => moments(to, fields, writing, TimeUnit::Microsecond),
            Column::Nanos(to) => moments(to, fields, writing, TimeUnit::Nanosecond),
            Column::Text(to) => {
                for field in fields {
                    if is_null(&field, writing) { to.append_null() } else { to.append_value(field.text) }
                }
                Ok(())
            }
        }
    }

    /// Returns what was added, and starts anew.
    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Column::Integer(from) => Arc::new(from.finish()),
            Column::Decimal(from, ..) => Arc::new(from.finish()),
            Column::Real(from) => Arc::new(from.finish()),
            Column::Float(from) => Arc::new(from.finish()),
            Column::Bool(from) => Arc::new(from.finish()),
            Column::Date(from) => Arc::new(from.finish()),
            Column::Time(from) => Arc::new(from.finish()),
            Column::Seconds(from) => Arc::new(from.finish()),
            Column::Millis(from) => Arc::new(from.finish()),
            Column::Micros(from) => Arc::new(from.finish()),
            Column::Nanos(from) => Arc::new(from.finish()),
            Column::Text(from) => Arc::new(from.finish()),
        }
    }
}

fn is_null(field: &Written<'_>, writing: &Writing) -> bool {
    !field.quoted && *field.text == *writing.null
}

fn moments<'a, T: ArrowPrimitiveType<Native = i64>>(
    to: &mut PrimitiveBuilder<T>,
    fields: impl Iterator<Item = Written<'a>>,
    writing: &Writing,
    unit: TimeUnit,
) -> Result<(), Misread> {
    primitive(to, fields, writing, |text| value::timestamp(text, unit))
}

fn primitive<'a, T: ArrowPrimitiveType>(
    to: &mut PrimitiveBuilder<T>,
    fields: impl Iterator<Item = Written<'a>>,
    writing: &Writing,
    read: impl Fn(&str) -> Option<T::Native>,
) -> Result<(), Misread> {
    each(fields, writing, read, |value| to.append_option(value))
}

fn each<'a, V>(
    fields: impl Iterator<Item = Written<'a>>,
    writing: &Writing,
    read: impl Fn(&str) -> Option<V>,
    mut add: impl FnMut(Option<V>),
) -> Result<(), Misread> {
    for (row, field) in fields.enumerate() {
        let value = match is_null(&field, writing) {
            true => None,
            false => Some(read(&field.text).ok_or_else(|| Misread { row, text: field.text.into_owned() })?),
        };
        add(value);
    }
    Ok(())
}

//! The columns of a batch, filled from the values of lines.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Float64Builder, Int64Builder, ListArray, NullArray, NullBufferBuilder,
    StringViewBuilder,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use serde_json::Value as Json;

use super::number::{Form, Number};
use super::shape::Type;

/// Returns the Arrow type of a field.
pub(super) fn arrow(of: &Type) -> DataType {
    match of {
        Type::Null => DataType::Null,
        Type::Bool => DataType::Boolean,
        Type::Number(Form::Integer) => DataType::Int64,
        Type::Number(Form::Decimal(scale)) => DataType::Decimal128(38, scale.cast_signed()),
        Type::Number(Form::Float) => DataType::Float64,
        Type::Text => DataType::Utf8View,
        Type::Array(item) => DataType::List(Arc::new(Field::new_list_field(arrow(item), true))),
    }
}

/// A column that is being filled.
#[derive(Debug)]
pub(super) enum Column {
    Null(usize),
    Bool(BooleanBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u8),
    Float(Float64Builder),
    Text(StringViewBuilder),
    Array(Box<Lists>),
}

/// Arrays that are being filled.
#[derive(Debug)]
pub(super) struct Lists {
    of: Type,
    items: Column,
    lengths: Vec<usize>,
    present: NullBufferBuilder,
}

/// A value that is not of its column's type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit;

impl Column {
    /// Returns an empty column.
    pub(super) fn new(of: &Type) -> Column {
        match of {
            Type::Null => Column::Null(0),
            Type::Bool => Column::Bool(BooleanBuilder::new()),
            Type::Number(Form::Integer) => Column::Integer(Int64Builder::new()),
            Type::Number(Form::Decimal(scale)) => {
                Column::Decimal(Decimal128Builder::new().with_data_type(arrow(of)), *scale)
            }
            Type::Number(Form::Float) => Column::Float(Float64Builder::new()),
            Type::Text => Column::Text(StringViewBuilder::new()),
            Type::Array(item) => Column::Array(Box::new(Lists {
                of: item.as_ref().clone(),
                items: Column::new(item),
                lengths: Vec::new(),
                present: NullBufferBuilder::new(0),
            })),
        }
    }

    /// Adds a value.
    ///
    /// # Errors
    /// One that is not of the column's type.
    pub(super) fn add(&mut self, value: &Json) -> Result<(), Misfit> {
        match (self, value) {
            (column, Json::Null) => column.add_null(),
            (Column::Bool(to), Json::Bool(truth)) => to.append_value(*truth),
            (Column::Integer(to), Json::Number(number)) => {
                to.append_value(number.as_str().parse().map_err(|_| Misfit)?);
            }
            (Column::Decimal(to, scale), Json::Number(number)) => {
                to.append_value(Number::parse(number.as_str()).unscaled(*scale).ok_or(Misfit)?);
            }
            (Column::Float(to), Json::Number(number)) => {
                to.append_value(number.as_str().parse().map_err(|_| Misfit)?);
            }
            (Column::Text(to), Json::String(text)) => to.append_value(text),
            (Column::Text(to), object @ Json::Object(_)) => to.append_value(object.to_string()),
            (Column::Array(to), Json::Array(items)) => {
                for item in items {
                    to.items.add(item)?;
                }
                to.lengths.push(items.len());
                to.present.append_non_null();
            }
            _ => return Err(Misfit),
        }
        Ok(())
    }

    /// Adds a NULL.
    pub(super) fn add_null(&mut self) {
        match self {
            Column::Null(count) => *count += 1,
            Column::Bool(to) => to.append_null(),
            Column::Integer(to) => to.append_null(),
            Column::Decimal(to, _) => to.append_null(),
            Column::Float(to) => to.append_null(),
            Column::Text(to) => to.append_null(),
            Column::Array(to) => {
                to.lengths.push(0);
                to.present.append_null();
            }
        }
    }

    /// Returns what was added, and starts anew.
    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Column::Null(count) => Arc::new(NullArray::new(std::mem::take(count))),
            Column::Bool(from) => Arc::new(from.finish()),
            Column::Integer(from) => Arc::new(from.finish()),
            Column::Decimal(from, _) => Arc::new(from.finish()),
            Column::Float(from) => Arc::new(from.finish()),
            Column::Text(from) => Arc::new(from.finish()),
            Column::Array(from) => {
                let offsets = OffsetBuffer::from_lengths(std::mem::take(&mut from.lengths));
                let field = Arc::new(Field::new_list_field(arrow(&from.of), true));
                Arc::new(ListArray::new(field, offsets, from.items.finish(), from.present.finish()))
            }
        }
    }
}

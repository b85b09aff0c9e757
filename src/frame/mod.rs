//! Canonical columns: the one shape in which every engine's answer reaches the comparison.
//!
//! A [`Frame`] is a Polars frame of canonical types, with beside it the distinctions Polars has no
//! type for (UUID, JSON, maps). Turning an engine's types into these is `source`'s business.

pub(crate) mod exact;
pub(crate) mod json;
pub(crate) mod time;
mod value;
pub(crate) mod wide;

pub use value::{Value, decimal_text};
pub(crate) use value::{value, values};

use polars::prelude::*;

/// A canonical type. Polars holds the values; this says what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Nothing but NULL: a column whose type the engine does not tell.
    Null,
    /// Polars `Boolean`.
    Bool,
    /// Any Polars integer, 8 to 128 bits; `String` of plain decimal text where some value needs more.
    Integer,
    /// Polars `Decimal` of at most 38 digits; `String` of plain decimal text where some value needs more.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// Polars `Float32` or `Float64`.
    Float,
    /// Polars `String`.
    Text,
    /// Polars `Binary`.
    Bytes,
    /// Polars `Date`.
    Date,
    /// Polars `Time`, nanoseconds since midnight.
    Time,
    /// Polars `Datetime` with zone UTC: an instant.
    Instant,
    /// Polars `Datetime` without a zone: a wall clock.
    WallClock,
    /// Polars `String` in canonical lower case.
    Uuid,
    /// Polars `String` holding JSON.
    Json,
    /// Polars `List`.
    Array(Box<Type>),
    /// Polars `List(Struct { key, value })`.
    Map(Box<Type>, Box<Type>),
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Integer => f.write_str("integer"),
            Type::Decimal { scale } => write!(f, "decimal({scale} after the point)"),
            Type::Float => f.write_str("float"),
            Type::Text => f.write_str("text"),
            Type::Bytes => f.write_str("bytes"),
            Type::Date => f.write_str("date"),
            Type::Time => f.write_str("time"),
            Type::Instant => f.write_str("timestamp with zone"),
            Type::WallClock => f.write_str("timestamp without zone"),
            Type::Uuid => f.write_str("uuid"),
            Type::Json => f.write_str("json"),
            Type::Array(of) => write!(f, "array of {of}"),
            Type::Map(key, value) => write!(f, "map of {key} to {value}"),
        }
    }
}

/// The answer to one query: canonical columns with distinct names, in the query's order.
#[derive(Clone, Debug)]
pub struct Frame {
    data: DataFrame,
    types: Vec<Type>,
}

/// Columns that do not make a frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Two columns have one name.
    #[error("column `{0}` appears twice in the result; give each column a name of its own (AS)")]
    DuplicateName(String),
    /// A value does not fit the type of its column.
    #[error("column `{column}`: {value} does not fit its type {of}; cast the column in the query")]
    Misfit {
        /// Column name.
        column: String,
        /// The value as text.
        value: String,
        /// Type of the column.
        of: Type,
    },
    /// Polars refused the columns.
    #[error("the columns do not make a frame")]
    Polars(#[from] PolarsError),
}

/// One column before it becomes a series: a name, a type and its values in row order.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name as the query gave it.
    pub name: String,
    /// Canonical type; every value is of it, or NULL.
    pub of: Type,
    /// Values in row order.
    pub values: Vec<Value>,
}

impl Column {
    /// The series of the values.
    pub fn into_series(self) -> Result<Series, FrameError> {
        value::series(&self)
    }
}

impl Frame {
    /// A frame over series that already have the Polars types their canonical types ask for.
    pub fn from_series(series: Vec<Series>, types: Vec<Type>) -> Result<Frame, FrameError> {
        let mut seen = std::collections::HashSet::new();
        for one in &series {
            if !seen.insert(one.name().to_string()) {
                return Err(FrameError::DuplicateName(one.name().to_string()));
            }
        }
        let height = series.first().map_or(0, |first| first.len());
        let data = DataFrame::new(height, series.into_iter().map(Into::into).collect())?;
        Ok(Frame { data, types })
    }

    /// A frame over values, as row-wise engines give them.
    pub fn from_columns(columns: Vec<Column>) -> Result<Frame, FrameError> {
        let mut series = Vec::with_capacity(columns.len());
        let mut types = Vec::with_capacity(columns.len());
        for column in columns {
            series.push(value::series(&column)?);
            types.push(column.of);
        }
        Frame::from_series(series, types)
    }

    /// The same frame, in which the columns of floats that `is_single` names by number are 32 bits wide, as their values
    /// came: how far apart two of them are is counted in that width.
    pub fn with_singles(self, is_single: impl Fn(usize) -> bool) -> Result<Frame, FrameError> {
        let narrowed = |(index, column): (usize, &polars::prelude::Column)| {
            let series = column.as_materialized_series();
            let wanted = *series.dtype() == DataType::Float64 && is_single(index);
            if wanted { series.cast(&DataType::Float32) } else { Ok(series.clone()) }
        };
        let series = self.data.columns().iter().enumerate().map(narrowed).collect::<PolarsResult<Vec<_>>>()?;
        Frame::from_series(series, self.types)
    }

    /// The rows from `offset` on, at most `rows` of them.
    pub fn slice(&self, offset: usize, rows: usize) -> Frame {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        Frame { data: self.data.slice(offset, rows), types: self.types.clone() }
    }

    /// The rows with these numbers, in their order.
    pub fn take(&self, rows: &[IdxSize]) -> Result<Frame, FrameError> {
        let rows = IdxCa::from_slice("rows".into(), rows);
        Ok(Frame { data: self.data.take(&rows)?, types: self.types.clone() })
    }

    /// No rows, with the types of `other` where this frame knows of nothing but NULL; both have the same columns.
    pub fn widened(&self, other: &Frame) -> Result<Frame, FrameError> {
        let known = self.data.columns().iter().zip(&self.types);
        let found = other.data.columns().iter().zip(&other.types);
        let (series, types): (Vec<Series>, Vec<Type>) = known
            .zip(found)
            .map(|(known, found)| if *known.1 == Type::Null { found } else { known })
            .map(|(column, of)| (column.as_materialized_series().clear(), of.clone()))
            .unzip();
        Frame::from_series(series, types)
    }

    /// The frame without its column `name`, and the values of that; absent if there is no such column.
    pub fn without(&self, name: &str) -> Option<(Frame, Vec<Value>)> {
        let index = self.data.get_column_index(name)?;
        let mut types = self.types.clone();
        types.remove(index);
        Some((Frame { data: self.data.drop(name).ok()?, types }, self.values(name)))
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.data.height()
    }

    /// Column names in the query's order.
    pub fn names(&self) -> Vec<&str> {
        self.data.get_column_names().into_iter().map(|name| name.as_str()).collect()
    }

    /// Canonical types in the query's order.
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// The Polars frame.
    pub fn data(&self) -> &DataFrame {
        &self.data
    }

    /// The column `name` with its type, if the frame has it.
    pub fn column(&self, name: &str) -> Option<(&Series, &Type)> {
        let index = self.data.get_column_index(name)?;
        Some((self.data.columns()[index].as_materialized_series(), &self.types[index]))
    }

    /// Every value of `name` in row order; empty if there is no such column.
    pub fn values(&self, name: &str) -> Vec<Value> {
        match self.column(name) {
            Some((series, of)) => value::values(series, of),
            None => Vec::new(),
        }
    }
}

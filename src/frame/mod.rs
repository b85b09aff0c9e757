//! Canonical columns: the one shape in which every engine's answer reaches the comparison.
//!
//! A [`Frame`] is a Polars frame of canonical types, with beside it the distinctions Polars has no
//! type for (UUID, JSON, maps). Turning an engine's types into these is `source`'s business.

pub(crate) mod bridge;
mod compact;
mod decimal;
mod error;
pub(crate) mod exact;
pub(crate) mod json;
mod series;
pub(crate) mod time;
mod types;
mod value;
pub(crate) mod wide;

pub(crate) use decimal::Decimal;
pub use decimal::decimal_text;
pub use error::FrameError;
pub(crate) use series::{value, values};
pub use types::Type;
pub use value::Value;
pub(crate) use value::uuid;

use polars::prelude::*;

/// The answer to one query: canonical columns with distinct names, in the query's order.
#[derive(Clone, Debug)]
pub struct Frame {
    data: DataFrame,
    types: Vec<Type>,
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
        series::series(&self.name, &self.of, &self.values)
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

    /// The rows of `frames` in as few frames as their Polars types allow, in their order.
    pub(crate) fn together(frames: &[Frame]) -> Vec<Frame> {
        let mut all: Vec<Frame> = Vec::new();
        for frame in frames.iter().filter(|frame| frames.len() == 1 || frame.height() > 0) {
            match all.last_mut() {
                Some(last) if last.data.schema() == frame.data.schema() && last.types == frame.types => {
                    // Columns of one type stand below each other.
                    if last.data.vstack_mut(&frame.data).is_err() {
                        all.push(frame.clone());
                    }
                }
                _ => all.push(frame.clone()),
            }
        }
        all
    }

    /// A frame over values, as row-wise engines give them.
    pub fn from_columns(columns: Vec<Column>) -> Result<Frame, FrameError> {
        let mut series = Vec::with_capacity(columns.len());
        let mut types = Vec::with_capacity(columns.len());
        for column in columns {
            series.push(series::series(&column.name, &column.of, &column.values)?);
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

    /// The rows with these numbers, in their order; they keep none of the other rows in memory.
    pub fn take(&self, rows: &[IdxSize]) -> Result<Frame, FrameError> {
        let rows = IdxCa::from_slice("rows".into(), rows);
        let taken = self.data.take(&rows)?;
        let series = taken.columns().iter().map(|column| compact::compact(column.as_materialized_series().clone()));
        Frame::from_series(series.collect::<PolarsResult<_>>()?, self.types.clone())
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

    /// The frame's one column `name`; all of it if there is no such column.
    ///
    /// What is kept for each column of a frame is of the column's own size, however many columns there are.
    pub(crate) fn only(&self, name: &str) -> Frame {
        let column = self.data.get_column_index(name).and_then(|index| {
            let data = DataFrame::new(self.height(), vec![self.data.columns()[index].clone()]).ok()?;
            Some(Frame { data, types: vec![self.types[index].clone()] })
        });
        column.unwrap_or_else(|| self.clone())
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.data.height()
    }

    /// Column names in the query's order.
    pub fn names(&self) -> Vec<&str> {
        self.data.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str).collect()
    }

    /// Canonical types in the query's order.
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// The Polars frame.
    pub fn data(&self) -> &DataFrame {
        &self.data
    }

    /// Whether a column holds floats of 32 bits.
    pub(crate) fn is_single(&self, name: &str) -> bool {
        self.column(name).is_some_and(|(series, _)| *series.dtype() == DataType::Float32)
    }

    /// The column `name` with its type, if the frame has it.
    pub fn column(&self, name: &str) -> Option<(&Series, &Type)> {
        let index = self.data.get_column_index(name)?;
        Some((self.data.columns()[index].as_materialized_series(), &self.types[index]))
    }

    /// Every value of `name` in row order; empty if there is no such column.
    pub fn values(&self, name: &str) -> Vec<Value> {
        match self.column(name) {
            Some((series, of)) => series::values(series, of),
            None => Vec::new(),
        }
    }
}

//! The values of one column on one side: as bytes for all that is equal, as values only where one is looked at.

use polars::prelude::{DataType, Series};

use super::super::value::cells;
use super::super::value::cells::{Cells, ColumnSide};
use crate::frame;
use crate::frame::{Frame, Type, Value};

/// A column over the rows of one frame or of several, one after the other.
#[derive(Default)]
pub(crate) struct ColumnValues {
    name: String,
    series: Vec<(Series, Type)>,
    ends: Vec<usize>,
    cells: Cells,
    text: bool,
}

impl ColumnValues {
    /// No rows yet; `name` is the column's name on its side.
    pub(crate) fn new(name: &str) -> Self {
        ColumnValues { name: name.to_owned(), ..ColumnValues::default() }
    }

    /// The column's name on its side.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The column `column` over `frames`.
    pub(crate) fn over(column: ColumnSide<'_>, frames: &[Frame]) -> Self {
        let mut held = ColumnValues::new(column.name);
        for frame in frames {
            held.cells.append(cells::compared(column, frame));
            held.ends.push(held.cells.len());
            if let Some((series, of)) = frame.column(&held.name) {
                held.text |= *of == Type::Text;
                held.series.push((series.rechunk(), of.clone()));
            }
        }
        held
    }

    /// The value of a row as the side returned it.
    pub(crate) fn value(&self, row: usize) -> Value {
        let (at, row) = self.place(row);
        let (series, of) = &self.series[at];
        frame::value(series, of, row).expect("a row of this column")
    }

    /// Whether any value is NULL as the side returned it.
    pub(crate) fn has_null(&self) -> bool {
        self.series.iter().any(|(series, _)| series.null_count() > 0)
    }

    /// Whether a row holds NULL as the side returned it.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        let (at, row) = self.place(row);
        self.series[at].0.get(row).is_ok_and(|value| value.is_null())
    }

    /// Whether a row is of a column of 32-bit floats.
    pub(crate) fn is_single(&self, row: usize) -> bool {
        *self.series[self.place(row).0].0.dtype() == DataType::Float32
    }

    /// The frame that a row is in, and its number there.
    fn place(&self, row: usize) -> (usize, usize) {
        let at = self.ends.partition_point(|end| *end <= row);
        (at, row - if at == 0 { 0 } else { self.ends[at - 1] })
    }

    /// Whether the side returned text.
    pub(crate) fn is_text(&self) -> bool {
        self.text
    }

    /// Every value in row order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> + '_ {
        self.series.iter().flat_map(|(series, of)| frame::values(series, of))
    }

    /// The bytes of every row; see [`cells::compared`].
    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }
}

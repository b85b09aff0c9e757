//! The values of one column on one side: as bytes and as values only where one is looked at.

use std::borrow::Cow;
use std::sync::OnceLock;

use polars::prelude::{DataType, Series};

use super::super::value::cells;
use super::super::value::cells::{Cells, ColumnSide};
use super::super::value::normalize::Normalizer;
use crate::frame;
use crate::frame::{Frame, Type, Value};
use crate::model::Side;
use crate::spec::check::Comparison;

/// A column over the rows of one frame or of several, one after the other.
pub(crate) struct ColumnValues {
    side: Side,
    name: String,
    comparison: Comparison,
    normalizer: Normalizer,
    frames: Vec<Frame>,
    series: Vec<(Series, Type)>,
    ends: Vec<usize>,
    cells: OnceLock<Cells>,
    text: bool,
}

impl ColumnValues {
    /// No rows yet of a column that is read so.
    pub(crate) fn new(column: ColumnSide<'_>) -> Self {
        ColumnValues {
            side: column.side,
            name: column.name.to_owned(),
            comparison: column.comparison.clone(),
            normalizer: column.normalizer.clone(),
            frames: Vec::new(),
            series: Vec::new(),
            ends: Vec::new(),
            cells: OnceLock::new(),
            text: false,
        }
    }

    /// The column's name on its side.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The column `column` over `frames`.
    pub(crate) fn over(column: ColumnSide<'_>, frames: &[Frame]) -> Self {
        let mut held = ColumnValues::new(column);
        let mut end = 0;
        for frame in frames {
            end += frame.height();
            held.ends.push(end);
            if let Some((series, of)) = frame.column(&held.name) {
                held.text |= *of == Type::Text;
                held.series.push((series.rechunk(), of.clone()));
            }
        }
        held.frames = frames.iter().map(|frame| frame.only(&held.name)).collect();
        held
    }

    /// How the values are read.
    fn column(&self) -> ColumnSide<'_> {
        ColumnSide { side: self.side, name: &self.name, comparison: &self.comparison, normalizer: &self.normalizer }
    }

    /// Its one frame; absent where it is over several, or none.
    pub(crate) fn frame(&self) -> Option<&Frame> {
        match self.frames.as_slice() {
            [frame] => Some(frame),
            _ => None,
        }
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

    /// Whether the type has one way to write each value.
    pub(crate) fn is_written_one_way(&self) -> bool {
        self.series.iter().all(|(_, of)| !matches!(of, Type::Json | Type::Array(_) | Type::Map(..)))
    }

    /// Every value in row order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> + '_ {
        self.series.iter().flat_map(|(series, of)| frame::values(series, of))
    }

    /// The bytes of every row; see [`cells::compared`].
    pub(crate) fn cells(&self) -> &Cells {
        self.cells.get_or_init(|| {
            let mut all = Cells::default();
            self.frames.iter().for_each(|frame| all.append(cells::compared(self.column(), frame)));
            all
        })
    }

    /// The bytes of one row: those of [`cells`](Self::cells), where there is no need for the others.
    pub(crate) fn cell(&self, row: usize) -> Cow<'_, [u8]> {
        match self.cells.get() {
            Some(cells) => cells.cell(row).into(),
            None => cells::one(self.column(), self.value(row)).into(),
        }
    }

    /// How many values are finite numbers.
    pub(crate) fn numbers(&self) -> u64 {
        let counted = self.frames.iter().map(|frame| cells::numbers(self.column(), frame));
        counted.sum::<Option<u64>>().unwrap_or_else(|| self.cells().numbers())
    }
}

//! Holds the rows of one key on both sides.

use smallvec::SmallVec;

use super::super::value::bytes::is_never_equal;
use super::super::value::order::Ordered;
use super::columns::Columns;
use super::paired::Paired;
use crate::frame::Value;
use crate::model::Side;

/// Numbers of the rows of one key on one side.
pub(crate) type Rows = SmallVec<[usize; 1]>;

/// The rows of one key on both sides, by row number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyGroup {
    /// Rows of old.
    pub old: Rows,
    /// Rows of new.
    pub new: Rows,
}

impl KeyGroup {
    /// The rows of `side`.
    pub(crate) fn rows_mut(&mut self, side: Side) -> &mut Rows {
        match side {
            Side::Old => &mut self.old,
            Side::New => &mut self.new,
        }
    }

    /// Whether the key stands more than once on either side.
    pub(crate) fn duplicated(&self) -> bool {
        self.old.len() > 1 || self.new.len() > 1
    }

    /// The rows by their values: which of several possible partners a row gets must not depend on the order in which they were
    /// read, since the largest delta follows from it.
    pub(crate) fn in_order(&self, columns: &Columns) -> KeyGroup {
        let sorted = |side: Side, rows: &[usize]| {
            if rows.len() < 2 {
                return rows.iter().copied().collect();
            }
            // Bytes that equal nothing say nothing of the value either.
            let value = |column: &Paired, row: usize| {
                is_never_equal(column.raw(side).cells().cell(row)).then(|| column.raw(side).value(row))
            };
            let values = |row: usize| columns.compared.iter().filter_map(|column| value(column, row)).collect();
            let mut placed: Vec<(usize, Ordered)> = rows.iter().map(|row| (*row, Ordered(values(*row)))).collect();
            placed.sort_by(|(a, a_values), (b, b_values)| {
                let cells = |row: usize| columns.compared.iter().map(move |column| column.raw(side).cells().cell(row));
                cells(*a).cmp(cells(*b)).then_with(|| a_values.cmp(b_values))
            });
            placed.into_iter().map(|(row, _)| row).collect()
        };
        KeyGroup { old: sorted(Side::Old, &self.old), new: sorted(Side::New, &self.new) }
    }

    /// The key's values, as the side that has it returned them.
    pub(crate) fn key(&self, columns: &Columns) -> Vec<Value> {
        let value = |column: &Paired| match (self.old.first(), self.new.first()) {
            (Some(row), _) => column.old.value(*row),
            (None, Some(row)) => column.new.value(*row),
            (None, None) => Value::Null,
        };
        columns.key.iter().map(value).collect()
    }
}

//! Holds the rows of one key on both sides.

use smallvec::SmallVec;

use super::super::value::order::Ordered;
use super::columns::Columns;
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

    /// The rows by their values: which of several possible partners a row gets, and which of two that are the same under the
    /// rules is shown, must not depend on the order in which they were read.
    pub(crate) fn in_order(&self, columns: &Columns) -> KeyGroup {
        let sorted = |side: Side, rows: &[usize]| {
            if rows.len() < 2 {
                return rows.iter().copied().collect();
            }
            // Most values that are the same are written the same, and a look at them would say nothing.
            let varied = columns.key.iter().chain(&columns.compared).any(|column| !column.is_written_one_way(side));
            let mut placed: Vec<usize> = rows.to_vec();
            placed.sort_by(|a, b| {
                let cells = |row: usize| columns.compared.iter().map(move |column| column.raw(side).cells().cell(row));
                let values = |row: usize| Ordered(if varied { all_values(columns, side, row) } else { Vec::new() });
                cells(*a).cmp(cells(*b)).then_with(|| values(*a).cmp(&values(*b)))
            });
            placed.into_iter().collect()
        };
        KeyGroup { old: sorted(Side::Old, &self.old), new: sorted(Side::New, &self.new) }
    }

    /// The key's values, as the side that has it returned them: of rows whose keys are the same under their rules the lowest.
    pub(crate) fn key(&self, columns: &Columns) -> Vec<Value> {
        let (side, rows) = if self.old.is_empty() { (Side::New, &self.new) } else { (Side::Old, &self.old) };
        let key = |row: &usize| columns.key.iter().map(|column| column.raw(side).value(*row)).collect::<Vec<_>>();
        match rows.as_slice() {
            [] => columns.key.iter().map(|_| Value::Null).collect(),
            [row] => key(row),
            rows if columns.key.iter().all(|column| column.is_written_one_way(side)) => key(&rows[0]),
            rows => rows.iter().map(key).map(Ordered).min().map(|lowest| lowest.0).unwrap_or_default(),
        }
    }
}

/// The values of a row of `side` as it returned them, those of the key first.
fn all_values(columns: &Columns, side: Side, row: usize) -> Vec<Value> {
    columns.key.iter().chain(&columns.compared).map(|column| column.raw(side).value(row)).collect()
}

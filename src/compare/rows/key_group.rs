//! Holds the rows of one key on both sides.

use smallvec::SmallVec;

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

//! Rows of two frames brought together by key, whatever order they came in.

use std::cmp::Ordering;

use polars::prelude::{InitHashMaps, PlHashMap};
use smallvec::SmallVec;

use super::cells::Cells;
use super::columns::{Columns, Paired, error};
use super::encode::Ambiguous;
use super::normal::Side;
use crate::frame::Value;
use crate::model::ErrorReport;

/// Numbers of the rows of one key on one side.
pub(super) type Rows = SmallVec<[usize; 1]>;

/// The rows of one key on both sides, by row number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// Rows of old.
    pub old: Rows,
    /// Rows of new.
    pub new: Rows,
}

impl Group {
    /// Whether the key stands more than once on either side.
    pub(super) fn duplicated(&self) -> bool {
        self.old.len() > 1 || self.new.len() > 1
    }

    /// The key's values, as the side that has it returned them.
    pub(super) fn key(&self, columns: &Columns) -> Vec<Value> {
        let value = |column: &Paired| match (self.old.first(), self.new.first()) {
            (Some(row), _) => column.old.value(*row),
            (None, Some(row)) => column.new.value(*row),
            (None, None) => Value::Null,
        };
        columns.key.iter().map(value).collect()
    }
}

/// Every key of either side, ascending, with its rows in their order. NULL keys pair with NULL keys.
pub(super) fn pair(columns: &Columns, old_height: usize, new_height: usize) -> Result<Vec<Group>, ErrorReport> {
    let mut groups = gather(columns, old_height, new_height)?;
    groups.sort_by_cached_key(|group| Ordered(group.key(columns)));
    Ok(groups)
}

/// Every key of either side with its rows in their order; the keys in the order in which they are met.
pub(super) fn gather(columns: &Columns, old_height: usize, new_height: usize) -> Result<Vec<Group>, ErrorReport> {
    let (old, new) = (keyed(columns, Side::Old, old_height)?, keyed(columns, Side::New, new_height)?);
    let mut places: PlHashMap<&[u8], usize> = PlHashMap::with_capacity(old_height.max(new_height));
    let mut groups: Vec<Group> = Vec::with_capacity(old_height.max(new_height));
    let rows = (0..old_height).map(|row| (Side::Old, row)).chain((0..new_height).map(|row| (Side::New, row)));
    for (side, row) in rows {
        let key = match side {
            Side::Old => old.cell(row),
            Side::New => new.cell(row),
        };
        let place = *places.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group::default());
        }
        match side {
            Side::Old => groups[place].old.push(row),
            Side::New => groups[place].new.push(row),
        }
    }
    Ok(groups)
}

/// The bytes of every key of a side.
pub(super) fn keyed(columns: &Columns, side: Side, height: usize) -> Result<Cells, ErrorReport> {
    let mut keys = Cells::with_capacity(height);
    for row in 0..height {
        let mut written = Ok(());
        keys.push(|bytes| {
            for column in &columns.key {
                let encoded = column.encode(side, row, bytes);
                written = written.clone().and(encoded.map_err(|cause| ambiguous(&column.name, &cause)));
            }
        });
        written?;
    }
    Ok(keys)
}

/// The error of a value whose meaning is not settled.
pub(super) fn ambiguous(column: &str, cause: &Ambiguous) -> ErrorReport {
    error(format!("column `{column}`: {cause}"))
}

/// A key in an order that people expect; only the order of a report depends on it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ordered(pub Vec<Value>);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().zip(&other.0).map(|(a, b)| ascending(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Natural order within a type; NULL first, different types by their text.
pub(super) fn ascending(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Instant(a) | Value::WallClock(a), Value::Instant(b) | Value::WallClock(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Text(a) | Value::Uuid(a), Value::Text(b) | Value::Uuid(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => super::show::shown(a).cmp(&super::show::shown(b)),
    }
}

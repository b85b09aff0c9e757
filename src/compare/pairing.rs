//! Rows of two frames brought together by key, whatever order they came in.

use std::cmp::Ordering;

use polars::prelude::*;

use super::columns::{Columns, Paired, error};
use super::encode::Ambiguous;
use super::normal::Side;
use crate::frame::Value;
use crate::model::ErrorReport;

/// The rows of one key on both sides, by row number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// Rows of old.
    pub old: Vec<usize>,
    /// Rows of new.
    pub new: Vec<usize>,
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

/// Every key of either side, ascending, with its rows. NULL keys pair with NULL keys.
pub(super) fn pair(columns: &Columns, old_height: usize, new_height: usize) -> Result<Vec<Group>, ErrorReport> {
    let old = keyed(columns, Side::Old, old_height)?;
    let new = keyed(columns, Side::New, new_height)?;
    let mut groups = join(old, new).map_err(|cause| error(format!("pairing the rows by key failed: {cause}")))?;
    groups.sort_by_cached_key(|group| Ordered(group.key(columns)));
    Ok(groups)
}

fn keyed(columns: &Columns, side: Side, height: usize) -> Result<LazyFrame, ErrorReport> {
    let mut keys = BinaryChunkedBuilder::new("key".into(), height);
    let mut bytes = Vec::new();
    for row in 0..height {
        bytes.clear();
        for column in &columns.key {
            column.encode(side, row, &mut bytes).map_err(|cause| ambiguous(&column.name, &cause))?;
        }
        keys.append_value(&bytes);
    }
    let name = match side {
        Side::Old => "old",
        Side::New => "new",
    };
    let rows = UInt64Chunked::from_iter_values(name.into(), 0..height as u64);
    DataFrame::new(height, vec![keys.finish().into_series().into(), rows.into_series().into()])
        .map(|frame| frame.lazy().group_by_stable([col("key")]).agg([col(name)]))
        .map_err(|cause| error(format!("pairing the rows by key failed: {cause}")))
}

fn join(old: LazyFrame, new: LazyFrame) -> PolarsResult<Vec<Group>> {
    let joined = old.join(new, [col("key")], [col("key")], JoinArgs::new(JoinType::Full)).collect()?;
    let (old, new) = (joined.column("old")?.list()?, joined.column("new")?.list()?);
    let rows = |series: Option<Series>| -> PolarsResult<Vec<usize>> {
        let Some(series) = series else { return Ok(Vec::new()) };
        Ok(series
            .u64()?
            .into_no_null_iter()
            .map(|row| usize::try_from(row).expect("a row number made from a usize"))
            .collect())
    };
    (0..joined.height())
        .map(|at| Ok(Group { old: rows(old.get_as_series(at))?, new: rows(new.get_as_series(at))? }))
        .collect()
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

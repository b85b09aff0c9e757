//! Rows of two frames brought together by key, whatever order they came in.

use polars::prelude::{InitHashMaps, PlHashMap};

use super::super::value::cells::Cells;
use super::super::value::order::Ordered;
use super::columns::{Columns, ambiguous};
use super::key_group::KeyGroup;
use super::time_zones::AloneKeys;
use crate::model::{ErrorReport, Side};

/// Every key of either side, ascending, with its rows in their order. NULL keys pair with NULL keys.
pub(crate) fn pair(columns: &Columns, old_height: usize, new_height: usize) -> Result<Vec<KeyGroup>, ErrorReport> {
    let mut groups = gather(columns, old_height, new_height)?;
    let mut alone = AloneKeys::new(columns);
    groups.iter().for_each(|group| alone.add(columns, group));
    alone.settled(columns)?;
    groups.sort_by_cached_key(|group| Ordered(group.key(columns)));
    Ok(groups)
}

/// Every key of either side with its rows in their order; the keys in the order in which they are met.
pub(crate) fn gather(columns: &Columns, old_height: usize, new_height: usize) -> Result<Vec<KeyGroup>, ErrorReport> {
    let (old, new) = (keyed(columns, Side::Old, old_height)?, keyed(columns, Side::New, new_height)?);
    let mut places: PlHashMap<&[u8], usize> = PlHashMap::with_capacity(old_height.max(new_height));
    let mut groups: Vec<KeyGroup> = Vec::with_capacity(old_height.max(new_height));
    let rows = (0..old_height).map(|row| (Side::Old, row)).chain((0..new_height).map(|row| (Side::New, row)));
    for (side, row) in rows {
        let key = match side {
            Side::Old => old.cell(row),
            Side::New => new.cell(row),
        };
        let place = *places.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push(KeyGroup::default());
        }
        match side {
            Side::Old => groups[place].old.push(row),
            Side::New => groups[place].new.push(row),
        }
    }
    Ok(groups)
}

/// The bytes of every key of a side.
pub(crate) fn keyed(columns: &Columns, side: Side, height: usize) -> Result<Cells, ErrorReport> {
    for column in &columns.key {
        column.pairs_nulls(side, column.raw(side).has_null()).map_err(|cause| ambiguous(&column.name, &cause))?;
    }
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

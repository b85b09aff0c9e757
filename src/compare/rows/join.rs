//! Rows of two frames brought together by key, whatever order they came in.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use polars::prelude::{InitHashMaps, PlHashMap};

use super::super::value::cells::Cells;
use super::super::value::order::Ordered;
use super::columns::{Columns, ambiguous};
use super::key_group::KeyGroup;
use super::time_zones::AloneKeys;
use crate::model::{ErrorReport, Side, Sides};

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

/// Hashes of the keys of all rows, by side: rows of one key have one hash.
pub(crate) type KeyHashes = Sides<Vec<u64>>;

/// Does what [`gather`] does by the hashes of the keys; keys of one hash are told apart by their values.
pub(crate) fn gather_by(columns: &Columns, hashes: &KeyHashes) -> Result<Vec<KeyGroup>, ErrorReport> {
    for side in [Side::Old, Side::New] {
        pairs_nulls(columns, side)?;
    }
    let most = hashes.old.len().max(hashes.new.len());
    let mut places: HashMap<u64, u32, BuildHasherDefault<Hashed>> =
        HashMap::with_capacity_and_hasher(most, Default::default());
    let mut groups: Vec<KeyGroup> = Vec::with_capacity(most);
    for (side, hashes) in hashes.as_ref() {
        for (row, hash) in hashes.iter().enumerate() {
            let next = u32::try_from(groups.len()).expect("a part has fewer keys than that");
            let place = *places.entry(*hash).or_insert(next);
            if place == next {
                groups.push(KeyGroup::default());
            }
            groups[place as usize].rows_mut(side).push(row);
        }
    }
    let mut others = Vec::new();
    for group in &mut groups {
        let is_one = match (group.old.as_slice(), group.new.as_slice()) {
            ([old], [new]) => columns.key.iter().all(|column| column.identical(*old, *new).is_some()),
            (old, new) => old.len() + new.len() == 1,
        };
        if !is_one {
            others.extend(apart(columns, std::mem::take(group))?);
        }
    }
    groups.retain(|group| !group.old.is_empty() || !group.new.is_empty());
    groups.extend(others);
    Ok(groups)
}

/// The rows of one hash by their keys.
fn apart(columns: &Columns, group: KeyGroup) -> Result<Vec<KeyGroup>, ErrorReport> {
    let mut groups: Vec<(Vec<u8>, KeyGroup)> = Vec::new();
    for (side, rows) in [(Side::Old, &group.old), (Side::New, &group.new)] {
        for row in rows {
            let mut key = Vec::new();
            write_key(columns, side, *row, &mut key)?;
            let place = groups.iter().position(|(other, _)| *other == key).unwrap_or(groups.len());
            if place == groups.len() {
                groups.push((key, KeyGroup::default()));
            }
            groups[place].1.rows_mut(side).push(*row);
        }
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

/// Takes a hash for its own.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        // Rows of one partition share the first bits, by which the table tells most of its places apart.
        self.0 = hash.rotate_left(32);
    }
}

fn write_key(columns: &Columns, side: Side, row: usize, bytes: &mut Vec<u8>) -> Result<(), ErrorReport> {
    columns
        .key
        .iter()
        .try_for_each(|column| column.encode(side, row, bytes).map_err(|cause| ambiguous(&column.name, &cause)))
}

fn pairs_nulls(columns: &Columns, side: Side) -> Result<(), ErrorReport> {
    columns.key.iter().try_for_each(|column| {
        column.pairs_nulls(side, column.raw(side).has_null()).map_err(|cause| ambiguous(&column.name, &cause))
    })
}

/// The bytes of every key of a side.
pub(crate) fn keyed(columns: &Columns, side: Side, height: usize) -> Result<Cells, ErrorReport> {
    pairs_nulls(columns, side)?;
    let mut keys = Cells::with_capacity(height);
    for row in 0..height {
        let mut written = Ok(());
        keys.push(|bytes| written = write_key(columns, side, row, bytes));
        written?;
    }
    Ok(keys)
}

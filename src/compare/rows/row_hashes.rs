//! The rows of one side as hashes of their keys and of all that is compared.

use super::super::value::hash::{ColumnKeys, Drawn, Sums, add, residue};
use super::batches::ComparePlan;
use super::columns::ambiguous;
use super::paired::Paired;
use crate::frame::Frame;
use crate::model::{ErrorReport, Side};

/// Hashes of rows. Its buffers are used again for every batch.
pub(crate) struct RowHasher {
    key: Part,
    /// Of the key columns, then of the compared ones.
    row: Part,
}

/// One of the two hashes: the secret number that each begins with, the keys of its columns, the sums of a batch.
struct Part {
    begin: u64,
    columns: Vec<ColumnKeys>,
    sums: Vec<u128>,
}

impl Part {
    fn new(seeds: [u64; 2], streams: u64, columns: usize) -> Part {
        let drawn = |at: usize| Drawn::new(seeds, streams | at as u64);
        let columns = (1..=columns).map(|at| ColumnKeys::new(drawn(at))).collect();
        Part { begin: drawn(0).block()[0], columns, sums: Vec::new() }
    }

    fn clear(&mut self, rows: usize) {
        self.sums.clear();
        self.sums.resize(rows, self.begin.into());
    }
}

/// The streams of the keys of row hashes.
const ROWS: u64 = 1 << 63;

impl RowHasher {
    /// Draws the keys for the columns of `plan` from `seeds`: the same on both sides.
    pub(crate) fn new(plan: &ComparePlan, seeds: [u64; 2]) -> RowHasher {
        let (key, compared) = (plan.columns().key.len(), plan.columns().compared.len());
        RowHasher { key: Part::new(seeds, 0, key), row: Part::new(seeds, ROWS, key + compared) }
    }

    /// The hashes of key and row of each row of `frame`; the finite numbers of each compared column are added to `numbers`.
    ///
    /// # Errors
    /// A value of a key that has no settled meaning.
    pub(crate) fn rows(
        &mut self,
        plan: &ComparePlan,
        side: Side,
        frame: &Frame,
        numbers: &mut [u64],
    ) -> Result<impl ExactSizeIterator<Item = (u64, u64)>, ErrorReport> {
        let RowHasher { key, row } = self;
        key.clear(frame.height());
        row.clear(frame.height());
        let (of_key, of_compared) = row.columns.split_at_mut(plan.columns().key.len());
        for ((column, keys), others) in plan.columns().key.iter().zip(&mut key.columns).zip(of_key) {
            let sums = [Sums { keys, rows: &mut key.sums }, Sums { keys: others, rows: &mut row.sums }];
            add_key(column, side, frame, sums)?;
        }
        for ((column, keys), finite) in plan.columns().compared.iter().zip(of_compared).zip(numbers) {
            let sums = Sums { keys, rows: &mut row.sums };
            let added = add(column.on(side), false, frame, &mut [sums]);
            *finite += added.map_err(|cause| ambiguous(&column.name, &cause))?;
        }
        Ok(key.sums.iter().zip(&row.sums).map(|(key, row)| (residue(*key), residue(*row))))
    }

    /// The hashes of the keys of `frame` alone.
    ///
    /// # Errors
    /// As [`RowHasher::rows`].
    pub(crate) fn keys(
        &mut self,
        plan: &ComparePlan,
        side: Side,
        frame: &Frame,
    ) -> Result<impl ExactSizeIterator<Item = u64>, ErrorReport> {
        self.key.clear(frame.height());
        for (column, keys) in plan.columns().key.iter().zip(&mut self.key.columns) {
            add_key(column, side, frame, [Sums { keys, rows: &mut self.key.sums }])?;
        }
        Ok(self.key.sums.iter().map(|sum| residue(*sum)))
    }
}

fn add_key<const N: usize>(
    column: &Paired,
    side: Side,
    frame: &Frame,
    mut sums: [Sums<'_>; N],
) -> Result<(), ErrorReport> {
    let has_null = frame.column(column.name_on(side)).is_some_and(|(series, _)| series.null_count() > 0);
    let added = column.pairs_nulls(side, has_null).and_then(|()| add(column.on(side), true, frame, &mut sums));
    added.map(drop).map_err(|cause| ambiguous(&column.name, &cause))
}

#[cfg(test)]
mod tests;

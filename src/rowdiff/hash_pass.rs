//! The first reading: every row becomes a pair of hashes.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::row_cache::Copied;
use super::row_hashes::{Record, Records};
use super::{DiffPlan, Failure, Seeds};
use crate::compare::Cells;
use crate::frame::Frame;
use crate::model::{ErrorReport, Side};

/// Name of the hash by which rows are called equal.
pub(crate) const HASH: &str = "xxh3";

/// The rows of one side as hashes.
pub(crate) struct Hashed {
    plan: DiffPlan,
    side: Side,
    pub(crate) records: Records,
    /// Finite numbers per compared column.
    pub(crate) numbers: Vec<u64>,
    /// Bytes that the frames held.
    bytes: u64,
    copied: Option<Copied>,
}

impl Hashed {
    pub(crate) fn new(plan: &DiffPlan, side: Side) -> Self {
        Hashed {
            plan: plan.clone(),
            side,
            records: Records::new(&plan.options, plan.options.share(5, 16)),
            numbers: vec![0; plan.layout.compared()],
            bytes: 0,
            copied: (plan.options.copy > 0).then(|| Copied::new(plan, side)),
        }
    }

    /// This reading, from which no copy of the rows is wanted.
    pub(crate) fn uncopied(self) -> Self {
        Hashed { copied: None, ..self }
    }

    /// The copy of the rows, where there is one of all of them.
    pub(crate) fn copied(&mut self) -> Option<Copied> {
        self.copied.take()
    }

    /// Hashes the rows of one batch.
    ///
    /// Fails with [`Failure::Widened`] where a column of nothing but NULL turns out to have a type: the reading must
    /// begin again.
    pub(crate) fn add(&mut self, batch: &Frame) -> Result<(), Failure> {
        self.plan.fits(self.side, batch)?;
        let hashes = Batch::new(&self.plan, self.side, batch)?;
        hashes.count(&mut self.numbers);
        self.bytes += batch.data().estimated_size() as u64;
        let limit = self.plan.options.copy;
        self.copied.take_if(|copied| !copied.add(batch, &hashes.records, limit));
        self.records.extend(hashes.records)?;
        Ok(())
    }

    /// Rows hashed so far.
    pub(crate) fn rows(&self) -> u64 {
        self.records.rows()
    }

    /// Bytes of hashes in memory.
    #[cfg(test)]
    pub(crate) fn resident(&self) -> usize {
        self.records.resident()
    }

    /// Mean size of a row in a frame, in bytes.
    pub(crate) fn row_size(&self) -> u64 {
        self.bytes.checked_div(self.rows()).unwrap_or(0)
    }
}

/// The hashes of one batch.
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    compared: Vec<Cells>,
}

impl Batch {
    pub(crate) fn new(plan: &DiffPlan, side: Side, batch: &Frame) -> Result<Self, ErrorReport> {
        let key = plan.layout.key_cells(side, batch)?;
        let compared = plan.layout.compared_cells(side, batch);
        let Seeds { key: key_seed, row: row_seed } = plan.options.seeds;
        let mut bytes = Vec::new();
        let mut records = Vec::with_capacity(batch.height());
        for row in 0..batch.height() {
            bytes.clear();
            key.iter().for_each(|cells| bytes.extend_from_slice(cells.cell(row)));
            let key = xxh3_64_with_seed(&bytes, key_seed) & plan.mask;
            compared.iter().for_each(|cells| bytes.extend_from_slice(cells.cell(row)));
            records.push(Record { key, row: xxh3_64_with_seed(&bytes, row_seed) });
        }
        Ok(Batch { records, compared })
    }

    /// Adds the finite numbers of each column.
    pub(crate) fn count(&self, numbers: &mut [u64]) {
        for (cells, count) in self.compared.iter().zip(numbers) {
            *count += cells.numbers();
        }
    }
}

/// The key hashes of one batch.
pub(crate) fn key_hashes(plan: &DiffPlan, side: Side, batch: &Frame) -> Result<Vec<u64>, ErrorReport> {
    let key = plan.layout.key_cells(side, batch)?;
    let mut bytes = Vec::new();
    let hash = |row| {
        bytes.clear();
        key.iter().for_each(|cells: &Cells| bytes.extend_from_slice(cells.cell(row)));
        xxh3_64_with_seed(&bytes, plan.options.seeds.key) & plan.mask
    };
    Ok((0..batch.height()).map(hash).collect())
}

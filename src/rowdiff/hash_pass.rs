//! The first reading: every row becomes a pair of hashes.

use super::row_cache::Copied;
use super::row_hashes::{Record, Records};
use super::{DiffPlan, Failure, Seeds};
use crate::compare::RowHasher;
use crate::frame::Frame;
use crate::model::Side;

/// Name of the hash by which rows are called equal.
pub(crate) const HASH: &str = "multilinear";

/// The rows of one side as hashes.
pub(crate) struct Hashed {
    plan: DiffPlan,
    side: Side,
    hasher: RowHasher,
    /// Those of one batch.
    batch: Vec<Record>,
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
            hasher: plan.hasher(),
            batch: Vec::new(),
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

    /// This reading, of a side that costs little to read again: a copy of its rows is kept where it takes at most so many bytes.
    pub(crate) fn held(self, most: usize) -> Self {
        let copied = Copied::held(&self.plan, self.side, most);
        Hashed { copied: Some(copied), ..self }
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
        let hashes = self.hasher.rows(&self.plan.layout, self.side, batch, &mut self.numbers)?;
        self.batch.clear();
        self.batch.extend(hashes.map(|(key, row)| Record { key: key & self.plan.mask, row }));
        self.bytes += batch.data().estimated_size() as u64;
        self.records.extend(&self.batch)?;
        let room = self.plan.options.share(3, 8).saturating_sub(self.records.resident());
        self.copied.take_if(|copied| !copied.add(batch, &self.batch, room));
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

impl DiffPlan {
    /// What hashes the rows of a side; that of the other has the same keys.
    pub(super) fn hasher(&self) -> RowHasher {
        let Seeds { key, row } = self.options.seeds;
        RowHasher::new(&self.layout, [key, row])
    }
}

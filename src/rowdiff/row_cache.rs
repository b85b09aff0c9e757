//! A copy of the rows of one side, made while they are read: what differs is then looked up here, and a side is read once.
//! It stays in memory up to a limit, and is on disk beyond it where the rows are those of a server.

use super::row_hashes::Record;
use super::rows::{Rows, blob, read};
use super::spill::Spill;
use super::{DiffPlan, Failure};
use crate::frame::{Frame, Type};
use crate::model::Side;

/// All rows of one side with their hashes.
pub(crate) struct Copied {
    /// The first batches, as they came.
    held: Vec<Rows>,
    /// Bytes that are held, and how many may be.
    size: usize,
    most: usize,
    /// The batches after those, and how many bytes of them there may be.
    spill: Spill,
    disk: u64,
    types: Vec<Type>,
}

impl Copied {
    /// No rows yet of a server.
    pub(crate) fn new(plan: &DiffPlan, side: Side) -> Self {
        Copied { disk: plan.options.copy, ..Copied::held(plan, side, plan.options.share(1, 16)) }
    }

    /// No rows yet of a side that costs little to read again, so that none are written to disk, and at most so many bytes of
    /// them are kept.
    pub(crate) fn held(plan: &DiffPlan, side: Side, most: usize) -> Self {
        Copied {
            held: Vec::new(),
            size: 0,
            most: most.min(plan.options.share(1, 4)),
            spill: Spill::new(&plan.options.directory, 1),
            disk: 0,
            types: plan.layout.schema(side).iter().map(|(_, of)| of.clone()).collect(),
        }
    }

    /// Adds the rows of one batch; `false` where they do not fit into memory, of which `room` bytes are there for all of them,
    /// nor onto the disk, and there is no copy.
    pub(crate) fn add(&mut self, batch: &Frame, records: &[Record], room: usize) -> bool {
        let size = batch.data().estimated_size() + size_of_val(records);
        if self.spill.length() == 0 && self.size + size <= self.most.min(room) {
            self.size += size;
            self.held.push(Rows { frame: batch.clone(), records: records.to_vec() });
            return true;
        }
        if self.disk == 0 {
            return false;
        }
        let left = self.disk.saturating_sub(self.spill.length());
        blob(batch, records).is_ok_and(|blob| blob.len() as u64 <= left && self.spill.write(0, &blob).is_ok())
    }

    /// Bytes written to disk.
    pub(crate) fn spilled(&self) -> u64 {
        self.spill.length()
    }

    /// Gives the rows to `each` in the order in which they were read.
    pub(crate) fn each(mut self, mut each: impl FnMut(Rows) -> Result<(), Failure>) -> Result<(), Failure> {
        self.held.into_iter().try_for_each(&mut each)?;
        let types = &self.types;
        self.spill.read(0, |bytes| each(read(bytes, types)?))
    }
}

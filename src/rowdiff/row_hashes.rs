//! One pair of hashes per row, by partition of the key hash, in memory up to a limit and on disk beyond it.

use super::DiffOptions;
use super::parallel::partition;
use super::spill::{Spill, SpillError};

/// A row as it stands in memory: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    /// Hash of the key columns.
    pub key: u64,
    /// Hash of the key and of all compared columns.
    pub row: u64,
}

/// Bytes of a record, in memory and on disk.
const WIDTH: usize = size_of::<Record>();

/// The records of one side.
#[derive(Debug)]
pub(crate) struct Records {
    bits: u32,
    limit: usize,
    rows: u64,
    resident: usize,
    /// Records of one batch by partition.
    counts: Vec<usize>,
    parts: Vec<Vec<Record>>,
    spill: Spill,
}

impl Records {
    /// None yet; at most about `limit` bytes stay in memory.
    pub(crate) fn new(options: &DiffOptions, limit: usize) -> Self {
        let partitions = 1 << options.bits;
        Records {
            bits: options.bits,
            limit,
            rows: 0,
            resident: 0,
            counts: Vec::new(),
            parts: vec![Vec::new(); partitions],
            spill: Spill::new(&options.directory, partitions),
        }
    }

    /// Bits of the key hash that name a partition.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// Number of records.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes held in memory.
    pub(crate) fn resident(&self) -> usize {
        self.resident
    }

    /// Bytes written to disk.
    pub(crate) fn spilled(&self) -> u64 {
        self.spill.length()
    }

    /// Adds records: first counted by partition, so that each partition makes room once.
    pub(crate) fn extend(&mut self, records: &[Record]) -> Result<(), SpillError> {
        self.counts.clear();
        self.counts.resize(self.parts.len(), 0);
        for record in records {
            self.counts[partition(record.key, self.bits)] += 1;
        }
        for (part, count) in self.parts.iter_mut().zip(&self.counts) {
            if part.len() + count > part.capacity() {
                // Doubling would leave half of the memory unused.
                let more = (part.len() / 4).max(16).max(*count);
                let before = part.capacity();
                part.reserve_exact(more);
                self.resident += (part.capacity() - before) * WIDTH;
            }
        }
        for record in records {
            self.parts[partition(record.key, self.bits)].push(*record);
        }
        self.rows += records.len() as u64;
        if self.resident > self.limit { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), SpillError> {
        self.resident = 0;
        let mut blob = Vec::new();
        for (at, part) in self.parts.iter_mut().enumerate().filter(|(_, part)| !part.is_empty()) {
            blob.clear();
            for record in std::mem::take(part) {
                blob.extend(record.key.to_le_bytes());
                blob.extend(record.row.to_le_bytes());
            }
            self.spill.write(at, &blob)?;
        }
        Ok(())
    }

    /// The records of one partition in no order; they are no longer held in memory afterwards.
    pub(crate) fn take(&mut self, part: usize) -> Result<Vec<Record>, SpillError> {
        let mut records = std::mem::take(&mut self.parts[part]);
        self.spill.read(part, |blob| {
            records.reserve_exact(blob.len() / WIDTH);
            let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("half a record is 8 bytes"));
            records.extend(blob.chunks_exact(WIDTH).map(|b| Record { key: word(&b[..8]), row: word(&b[8..]) }));
            Ok::<(), SpillError>(())
        })?;
        Ok(records)
    }
}

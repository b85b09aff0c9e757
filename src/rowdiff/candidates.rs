//! What the first reading tells: how many rows are equal, and which keys have to be looked at in full.

use std::sync::Mutex;

use super::hashed::Hashed;
use super::records::{Record, Records};
use super::spill::SpillError;
use super::{Options, Plan};
use crate::check::Sides;

/// The keys to be read again, and what is known of the others.
pub struct Candidates {
    /// Pairs equal in every column, each the only row of its key hash on its side.
    pub(super) equal: u64,
    /// The hashes of the rows to be read again, as they were in the first reading.
    first: Mutex<Sides<Records>>,
    rows: u64,
    /// Finite numbers of old per compared column, all rows.
    pub(super) numbers: Vec<u64>,
    /// Bytes written for the hashes.
    pub(super) spilled: u64,
    /// Mean size of a row of either side, in bytes.
    pub(super) row_size: u64,
    filter: Filter,
}

impl Candidates {
    pub(super) fn new(plan: &Plan, mut old: Hashed, mut new: Hashed) -> Result<Self, SpillError> {
        let options = &plan.options;
        let first = || Records::new(options, options.share(1, 8));
        let mut first = Sides { old: first(), new: first() };
        let mut filter = Filter::new(old.rows() + new.rows(), options);
        let mut equal = 0;
        for part in 0..1 << options.bits {
            equal += merge(&old.records.take(part)?, &new.records.take(part)?, &mut first, &mut filter)?;
        }
        Ok(Candidates {
            equal,
            rows: first.old.rows() + first.new.rows(),
            first: Mutex::new(first),
            numbers: std::mem::take(&mut old.numbers),
            spilled: old.records.spilled() + new.records.spilled(),
            row_size: old.row_size().max(new.row_size()),
            filter,
        })
    }

    /// Whether every row is equal, so that nothing has to be read again.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// Rows of both sides to be read again.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether rows of this key hash are to be kept; may say so of a few others too where memory is short.
    pub(super) fn may_hold(&self, key: u64) -> bool {
        self.filter.may_hold(key)
    }

    /// The hashes of the candidates of one part, ascending, as the first reading had them.
    pub(super) fn first_reading(&self, part: usize, bits: u32) -> Result<Sides<Vec<Record>>, SpillError> {
        let mut first = self.first.lock().expect("no one panics while holding the hashes");
        let finer = 1 << (first.old.bits() - bits);
        let mut records = Sides { old: Vec::new(), new: Vec::new() };
        // Partitions follow each other in the order of their keys.
        for part in part * finer..(part + 1) * finer {
            records.old.append(&mut first.old.take(part)?);
            records.new.append(&mut first.new.take(part)?);
        }
        Ok(records)
    }
}

/// Walks two ascending lists key hash by key hash, sets the candidates aside and counts the equal pairs.
fn merge(
    mut old: &[Record],
    mut new: &[Record],
    first: &mut Sides<Records>,
    filter: &mut Filter,
) -> Result<u64, SpillError> {
    let mut equal = 0;
    loop {
        let key = match (old.first(), new.first()) {
            (None, None) => return Ok(equal),
            (Some(one), None) | (None, Some(one)) => one.key,
            (Some(a), Some(b)) => a.key.min(b.key),
        };
        let (these, rest) = run(old, key);
        let (those, other_rest) = run(new, key);
        (old, new) = (rest, other_rest);
        match (these, those) {
            ([a], [b]) if a.row == b.row => equal += 1,
            _ => {
                filter.add(key);
                first.old.extend(these.iter().copied())?;
                first.new.extend(those.iter().copied())?;
            }
        }
    }
}

/// The records of `key` at the front, and the rest.
pub(super) fn run(records: &[Record], key: u64) -> (&[Record], &[Record]) {
    records.split_at(records.iter().take_while(|record| record.key == key).count())
}

/// The key hashes of the candidates: a bitmap over their first bits, and all of them while memory lasts.
struct Filter {
    bitmap: Vec<u64>,
    bits: u32,
    /// Ascending; absent once they are too many.
    keys: Option<Vec<u64>>,
    most: usize,
}

impl Filter {
    fn new(rows: u64, options: &Options) -> Self {
        let largest = (options.share(1, 16) as u64 * 8).max(1 << 12).ilog2();
        let bits = (rows.max(1).ilog2() + 1).clamp(12, largest);
        Filter { bitmap: vec![0; 1 << (bits - 6)], bits, keys: Some(Vec::new()), most: options.share(1, 8) / 8 }
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let at = key >> (64 - self.bits);
        (usize::try_from(at / 64).expect("a bitmap that fits memory"), 1 << (at % 64))
    }

    fn add(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        self.bitmap[word] |= bit;
        match &mut self.keys {
            Some(keys) if keys.len() < self.most => keys.push(key),
            keys => *keys = None,
        }
    }

    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.bitmap[word] & bit != 0 && self.keys.as_ref().is_none_or(|keys| keys.binary_search(&key).is_ok())
    }
}

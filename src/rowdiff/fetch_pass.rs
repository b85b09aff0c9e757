//! The second reading: the rows of the candidates in full, in memory up to a limit and on disk beyond it.

use std::sync::Arc;

use polars::prelude::*;

use super::agreeing::Agreeing;
use super::candidates::Candidates;
use super::parallel::partition;
use super::row_cache::Copied;
use super::row_hashes::Record;
use super::rows::{Rows, blob, from_data, read, select};
use super::spill::Spill;
use super::{DiffPlan, Failure};
use crate::compare::RowHasher;
use crate::compare::diagnosis::draw::Draw;
use crate::frame::{Frame, FrameError, Type, Value};
use crate::model::Side;

/// The rows of one side that have to be judged.
pub(crate) struct Kept {
    plan: DiffPlan,
    side: Side,
    candidates: Arc<Candidates>,
    hasher: RowHasher,
    bits: u32,
    limit: usize,
    held: Vec<Rows>,
    size: usize,
    spill: Spill,
    rows: u64,
    copied: u64,
    /// Whether the rows are those of the first reading.
    is_copy: bool,
    agreeing: Option<Agreeing>,
}

impl Kept {
    pub(crate) fn new(plan: &DiffPlan, side: Side, candidates: &Arc<Candidates>) -> Self {
        let bits = judged_bits(plan, candidates);
        Kept {
            plan: plan.clone(),
            side,
            candidates: Arc::clone(candidates),
            hasher: plan.hasher(),
            bits,
            limit: plan.options.share(1, 4),
            held: Vec::new(),
            size: 0,
            spill: Spill::new(&plan.options.directory, 1 << bits),
            rows: 0,
            copied: 0,
            is_copy: false,
            agreeing: Agreeing::wanted(plan, side, candidates.equal),
        }
    }

    /// Keeps the rows of `batch` that have to be judged.
    pub(crate) fn add(&mut self, batch: &Frame) -> Result<(), Failure> {
        self.plan.fits(self.side, batch)?;
        let (layout, mask) = (&self.plan.layout, self.plan.mask);
        let keys = self.hasher.keys(layout, self.side, batch)?;
        let keys: Vec<u64> = keys.map(|key| key & mask).collect();
        let wanted = wanted(&self.candidates, keys.iter().copied());
        if let Some(agreeing) = &mut self.agreeing {
            agreeing.add(&self.plan, batch, &wanted, |row| keys[row]);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let frame = if wanted.len() == batch.height() { batch.clone() } else { batch.take(&wanted)? };
        let mut numbers = vec![0; layout.compared()];
        let hashes = self.hasher.rows(layout, self.side, &frame, &mut numbers)?;
        let records = hashes.map(|(key, row)| Record { key: key & mask, row }).collect();
        self.keep(Rows { frame, records })
    }

    /// Keeps the rows of a copy that have to be judged.
    pub(crate) fn add_copied(&mut self, copied: Copied) -> Result<(), Failure> {
        self.copied += copied.spilled();
        self.is_copy = true;
        if self.candidates.equal == 0 && self.plan.excluded.is_empty() {
            return copied.each(|rows| self.keep(rows));
        }
        copied.each(|rows| {
            let wanted = wanted(&self.candidates, rows.records.iter().map(|record| record.key));
            if let Some(agreeing) = &mut self.agreeing {
                agreeing.add(&self.plan, &rows.frame, &wanted, |row| rows.records[row].key);
            }
            match wanted.len() {
                0 => Ok(()),
                all if all == rows.records.len() => self.keep(rows),
                _ => self.keep(select(&rows, &wanted)?),
            }
        })
    }

    fn keep(&mut self, rows: Rows) -> Result<(), Failure> {
        self.rows += rows.records.len() as u64;
        self.size += rows.frame.data().estimated_size() + rows.records.len() * size_of::<Record>();
        self.held.push(rows);
        if self.size > self.limit { self.write() } else { Ok(()) }
    }

    /// The rows that agree and were drawn for the diagnosis; absent where there are some that could not be.
    pub(super) fn take_agreeing(&mut self) -> Option<Draw<Vec<Value>>> {
        self.agreeing.take().map(Agreeing::finish)
    }

    /// Whether all rows are a copy of those of the first reading.
    pub(super) fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// Bytes written to disk, those of a copy among them.
    pub(crate) fn spilled(&self) -> u64 {
        self.spill.length() + self.copied
    }

    fn write(&mut self) -> Result<(), Failure> {
        self.size = 0;
        for rows in alike(std::mem::take(&mut self.held))? {
            // One part after the other: each has a copy of its text.
            for (part, numbers) in numbers(&rows, self.bits) {
                let cut = select(&rows, &numbers)?;
                self.spill.write(part, &blob(&cut.frame, &cut.records)?)?;
            }
        }
        Ok(())
    }

    /// Brings what is in memory into partitions, so that each can be taken by itself.
    pub(crate) fn finish(mut self) -> Result<Parts, Failure> {
        let mut parts: Vec<Vec<Rows>> = (0..1 << self.bits).map(|_| Vec::new()).collect();
        for rows in std::mem::take(&mut self.held) {
            if self.bits == 0 {
                parts[0].push(rows);
            } else {
                for (part, numbers) in numbers(&rows, self.bits) {
                    parts[part].push(select(&rows, &numbers)?);
                }
            }
        }
        let types = self.plan.layout.schema(self.side).iter().map(|(_, of)| of.clone()).collect();
        Ok(Parts { types, held: parts, spill: self.spill })
    }
}

/// The numbers of the rows of each partition that has some, in their order.
fn numbers(rows: &Rows, bits: u32) -> impl Iterator<Item = (usize, Vec<IdxSize>)> {
    let mut parts: Vec<Vec<IdxSize>> = vec![Vec::new(); 1 << bits];
    for (row, record) in (0..).zip(&rows.records) {
        parts[partition(record.key, bits)].push(row);
    }
    parts.into_iter().enumerate().filter(|(_, numbers)| !numbers.is_empty())
}

/// The numbers of the rows that have to be judged.
fn wanted(candidates: &Candidates, keys: impl Iterator<Item = u64>) -> Vec<IdxSize> {
    (0..).zip(keys).filter(|(_, key)| candidates.may_hold(*key)).map(|(row, _)| row).collect()
}

/// The kept rows of one side by partition.
pub(crate) struct Parts {
    types: Vec<Type>,
    held: Vec<Vec<Rows>>,
    spill: Spill,
}

impl Parts {
    /// The rows of one partition in the order in which they were read.
    pub(crate) fn take(&mut self, part: usize) -> Result<Vec<Rows>, Failure> {
        let mut all = Vec::new();
        let types = &self.types;
        self.spill.read(part, |bytes| {
            all.push(read(bytes, types)?);
            Ok::<(), Failure>(())
        })?;
        all.append(&mut self.held[part]);
        Ok(all)
    }
}

/// Rows that are judged together at most where there are partitions enough: what a core's cache still has a share of.
const PART: u64 = 1 << 18;

/// Bits of the key hash by which kept rows are cut, so that the parts judged at the same time fit in memory.
pub(super) fn judged_bits(plan: &DiffPlan, candidates: &Candidates) -> u32 {
    let room = plan.options.share(1, 4) / plan.options.threads.max(1);
    bits_for(candidates.rows(), candidates.row_size, plan.layout.compared() as u64, room as u64).min(plan.options.bits)
}

/// Bits that cut `rows`, of so many bytes and compared columns each, into parts of which both sides fit into `room` bytes.
fn bits_for(rows: u64, row_size: u64, compared: u64, room: u64) -> u32 {
    // A value that is judged takes some 32 bytes beside its text, a row some 128.
    let width = row_size + 128 + 32 * (compared + 2);
    let most = (room / width / 2).clamp(1, PART);
    let parts = rows / most;
    if parts == 0 { 0 } else { parts.ilog2() + 1 }
}

/// Consecutive rows of the same Polars types put together: fewer and larger blobs.
fn alike(rows: Vec<Rows>) -> Result<Vec<Rows>, Failure> {
    let mut joined: Vec<(DataFrame, Vec<Type>, Vec<Record>)> = Vec::new();
    for Rows { frame, records } in rows {
        match joined.last_mut() {
            Some((data, _, all)) if data.schema() == frame.data().schema() => {
                data.vstack_mut(frame.data()).map_err(FrameError::from)?;
                all.extend(records);
            }
            _ => joined.push((frame.data().clone(), frame.types().to_vec(), records)),
        }
    }
    let framed = |(data, types, records)| Ok(Rows { frame: from_data(data, types)?, records });
    joined.into_iter().map(framed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches parts that do not fit in memory, or that are far smaller than they have to be.
    #[test]
    fn parts_are_as_large_as_memory_lets_them_be() {
        // 8 + 128 + 32 · 4 bytes a row, both sides: 1,000 rows a part.
        let (row_size, compared, room) = (8, 2, 264 * 2 * 1_000);
        let bits = |rows| bits_for(rows, row_size, compared, room);
        assert_eq!([0, 999, 1_000, 1_999, 2_000, 4_000, 1 << 20].map(bits), [0, 0, 1, 1, 2, 3, 11]);
        assert_eq!(bits_for(10, row_size, compared, 0), 4, "one row a part");
        assert_eq!(bits_for(PART * 4, row_size, compared, u64::MAX), 3, "no part is larger than a cache likes");
    }
    use crate::frame::{Column, Value};

    /// Catches a type that does not survive the disk.
    #[test]
    fn rows_of_every_type_come_back_from_disk() {
        let map = Value::Map(vec![(Value::Text("k".into()), Value::Integer(1))]);
        let columns: Vec<(Type, Value)> = vec![
            (Type::Null, Value::Null),
            (Type::Bool, Value::Bool(true)),
            (Type::Integer, Value::Integer(i128::MIN)),
            (Type::Integer, Value::Unsigned(u128::MAX)),
            (
                Type::Decimal { scale: 12 },
                Value::Decimal { unscaled: 99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 12 },
            ),
            (Type::Integer, Value::Wide("1e60".parse().unwrap())),
            (Type::Decimal { scale: 38 }, Value::Wide("-1e60".parse().unwrap())),
            (Type::Float, Value::Float(-0.0)),
            (Type::Text, Value::Text("a\u{0}|é".into())),
            (Type::Bytes, Value::Bytes(vec![0, 255])),
            (Type::Date, Value::Date(-1)),
            (Type::Time, Value::Time(86_399_999_999_999)),
            (Type::Instant, Value::Instant(1_767_225_600_123_456_789)),
            (Type::WallClock, Value::WallClock(-1_000)),
            (Type::Uuid, Value::Uuid("00000000-0000-0000-0000-000000000000".into())),
            (Type::Json, Value::Json("{}".into())),
            (Type::Array(Box::new(Type::Integer)), Value::Array(vec![Value::Integer(1), Value::Null])),
            (Type::Array(Box::new(Type::Array(Box::new(Type::Text)))), Value::Array(vec![Value::Array(vec![])])),
            (Type::Map(Box::new(Type::Text), Box::new(Type::Integer)), map),
        ];
        let column = |(at, (of, value)): (usize, &(Type, Value))| Column {
            name: format!("c{at}"),
            of: of.clone(),
            values: vec![value.clone(), Value::Null],
        };
        let frame = Frame::from_columns(columns.iter().enumerate().map(column).collect()).unwrap();
        let records = vec![Record { key: 1, row: u64::MAX }, Record { key: u64::MAX, row: 0 }];
        let types = frame.types().to_vec();
        let back = read(&blob(&frame, &records).unwrap(), &types).unwrap();
        assert_eq!(back.records, records);
        for (at, (of, value)) in columns.into_iter().enumerate() {
            let values = back.frame.values(&format!("c{at}"));
            assert_eq!(format!("{values:?}"), format!("{:?}", [value, Value::Null]), "{of}");
        }
    }
}

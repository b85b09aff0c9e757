//! The kept rows judged, partition by partition, and what moved between the readings.

use polars::prelude::IdxSize;

use super::candidates::{Candidates, run};
use super::kept::{Kept, Rows, select};
use super::records::Record;
use super::{Failure, Plan, false_equal_probability};
use crate::check::Sides;
use crate::compare::{Judging, Side};
use crate::frame::Frame;
use crate::model::{CheckReport, Example};

/// How a verdict came about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Rows read again in full, both sides.
    pub read_again: u64,
    /// Rows that were not in the second reading what they were in the first, per side.
    pub moved: Sides<u64>,
    /// Bytes written to temporary files.
    pub spilled: u64,
    /// Upper bound of the probability that two different rows were called equal.
    pub false_equal: f64,
}

pub(super) fn judge(
    plan: &Plan,
    candidates: &Candidates,
    old: Kept,
    new: Kept,
    sink: &mut dyn FnMut(Example) -> bool,
    report: &mut CheckReport,
) -> Result<Summary, Failure> {
    let bits = plan.judged_bits(candidates);
    let rows = candidates.equal + candidates.rows();
    let mut summary = Summary {
        spilled: candidates.spilled + old.spilled() + new.spilled(),
        false_equal: false_equal_probability(rows),
        ..Summary::default()
    };
    let mut numbers = candidates.numbers.clone();
    numbers.iter_mut().zip(&old.numbers).for_each(|(all, kept)| *all = all.saturating_sub(*kept));
    let (mut old, mut new) = (old.finish()?, new.finish()?);
    let mut judging = Judging::new(&plan.layout, &plan.options.limits);
    let mut open = true;
    let mut sink = |example| {
        open = open && sink(example);
        open
    };
    for part in 0..1 << bits {
        let first = candidates.first_reading(part, bits)?;
        let old_rows = wanted(old.take(part)?, &first)?;
        let new_rows = wanted(new.take(part)?, &first)?;
        for frame in &old_rows.others {
            super::hashed::Batch::new(plan, Side::Old, frame)?.count(&mut numbers);
        }
        summary.moved.old += moved(&first.old, &old_rows.frames_and_records);
        summary.moved.new += moved(&first.new, &new_rows.frames_and_records);
        summary.read_again += height(&old_rows.frames_and_records) + height(&new_rows.frames_and_records);
        judging.add(&frames(old_rows), &frames(new_rows), Some(&mut sink));
    }
    let numbers: Vec<bool> = numbers.iter().map(|count| *count > 0).collect();
    judging.add_equal(candidates.equal, &numbers);
    judging.finish(report);
    Ok(summary)
}

/// Rows of a partition: those that are candidates, and those the filter could not tell from them.
struct Sorted {
    frames_and_records: Vec<Rows>,
    others: Vec<Frame>,
}

fn frames(rows: Sorted) -> Vec<Frame> {
    rows.frames_and_records.into_iter().map(|rows| rows.frame).collect()
}

fn height(rows: &[Rows]) -> u64 {
    rows.iter().map(|rows| rows.records.len() as u64).sum()
}

/// Sorts out the rows that are no candidates: they are already counted as equal.
fn wanted(rows: Vec<Rows>, first: &Sides<Vec<Record>>) -> Result<Sorted, Failure> {
    let holds = |records: &[Record], key| records.binary_search_by_key(&key, |record| record.key).is_ok();
    let mut sorted = Sorted { frames_and_records: Vec::new(), others: Vec::new() };
    for rows in rows {
        let candidate = |row: &IdxSize| {
            let key = rows.records[*row as usize].key;
            holds(&first.old, key) || holds(&first.new, key)
        };
        let height = IdxSize::try_from(rows.records.len()).expect("a frame's rows are numbered by IdxSize");
        let (these, others): (Vec<IdxSize>, Vec<IdxSize>) = (0..height).partition(candidate);
        if others.is_empty() {
            sorted.frames_and_records.push(rows);
        } else {
            sorted.frames_and_records.push(select(&rows, &these)?);
            sorted.others.push(rows.frame.take(&others)?);
        }
    }
    Ok(sorted)
}

/// Rows that differ between the readings of one side: a row that was updated counts once, so does one that is gone
/// or came in between.
fn moved(first: &[Record], again: &[Rows]) -> u64 {
    let mut again: Vec<Record> = again.iter().flat_map(|rows| rows.records.iter().copied()).collect();
    again.sort_unstable();
    let (mut first, mut again) = (first, again.as_slice());
    let mut count = 0;
    loop {
        let key = match (first.first(), again.first()) {
            (None, None) => return count,
            (Some(one), None) | (None, Some(one)) => one.key,
            (Some(a), Some(b)) => a.key.min(b.key),
        };
        let (before, rest) = run(first, key);
        let (after, other_rest) = run(again, key);
        (first, again) = (rest, other_rest);
        let same = common(before, after);
        count += (before.len().max(after.len()) - same) as u64;
    }
}

/// How many records two ascending lists share, repetition counted.
fn common(mut a: &[Record], mut b: &[Record]) -> usize {
    let mut shared = 0;
    while let (Some(one), Some(other)) = (a.first(), b.first()) {
        let (skip_a, skip_b) = (one <= other, other <= one);
        shared += usize::from(skip_a && skip_b);
        a = &a[usize::from(skip_a)..];
        b = &b[usize::from(skip_b)..];
    }
    shared
}

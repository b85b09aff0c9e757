//! The kept rows judged, partition by partition, and what moved between the readings.

use std::sync::{Mutex, mpsc};

use polars::prelude::IdxSize;
use xxhash_rust::xxh3::xxh3_64;

use super::agreeing::Agreeing;
use super::candidates::{Candidates, run};
use super::fetch_pass::{Kept, Parts, judged_bits};
use super::parallel::joined;
use super::probability::{false_equal_elsewhere, false_equal_probability};
use super::row_hashes::Record;
use super::rows::{Rows, select};
use super::{DiffPlan, Failure};
use crate::compare::{BatchComparer, ComparisonResult, FullDifference};
use crate::frame::Frame;
use crate::model::{Side, Sides};

/// Differences that a thread hands over together: one by one the threads would wait for each other.
const TOGETHER: usize = 64;

/// Times as many on their way to whoever wants them.
const BACKLOG: usize = 4;

/// How a verdict came about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Rows looked at in full after their hashes, both sides.
    pub read_again: u64,
    /// Rows that were not in the second reading what they were in the first, per side.
    pub moved: Sides<u64>,
    /// Bytes written to temporary files.
    pub spilled: u64,
    /// Upper bound of the probability that two different rows were called equal.
    pub false_equal: f64,
}

pub(crate) fn judge(
    plan: &DiffPlan,
    candidates: &Candidates,
    mut old: Kept,
    new: Kept,
    sink: &mut dyn FnMut(FullDifference) -> bool,
) -> Result<(ComparisonResult, Summary), Failure> {
    let rows = candidates.equal + candidates.rows();
    let agreeing = old.take_agreeing();
    let mut summary = Summary {
        spilled: candidates.spilled + old.spilled() + new.spilled(),
        false_equal: false_equal_probability(rows),
        ..Summary::default()
    };
    let mut numbers = candidates.numbers.clone();
    let queue = Mutex::new(Queue::new(plan, candidates, old, new)?);
    let mut judging = BatchComparer::new(&plan.layout, &plan.options.limits);
    for done in side_by_side(plan, candidates, &queue, sink) {
        let done = done?;
        summary.moved.old += done.moved.old;
        summary.moved.new += done.moved.new;
        summary.read_again += done.read_again;
        numbers.iter_mut().zip(done.judging.numbers()).for_each(|(all, judged)| *all = all.saturating_sub(*judged));
        judging.merge(done.judging);
    }
    let numbers: Vec<bool> = numbers.iter().map(|count| *count > 0).collect();
    judging.note_agreeing(agreeing);
    judging.add_equal(candidates.equal, &numbers);
    if let Some((pairs, numbers, bits)) = &plan.elsewhere {
        judging.add_equal(*pairs, numbers);
        summary.false_equal += false_equal_elsewhere(*pairs, *bits);
    }
    Ok((judging.finish(), summary))
}

/// Judges all partitions on as many threads as the plan has; the differences come to this one.
fn side_by_side<'a>(
    plan: &'a DiffPlan,
    candidates: &Candidates,
    queue: &Mutex<Queue>,
    sink: &mut dyn FnMut(FullDifference) -> bool,
) -> Vec<Result<Done<'a>, Failure>> {
    let threads = plan.options.threads.clamp(1, 1 << judged_bits(plan, candidates));
    std::thread::scope(|scope| {
        let (sender, differences) = mpsc::sync_channel(BACKLOG);
        let begin = |_| {
            let sender = sender.clone();
            scope.spawn(move || judge_all(plan, candidates, queue, &sender))
        };
        let threads: Vec<_> = (0..threads).map(begin).collect();
        drop(sender);
        // Once the receiver is gone, the threads make no more differences.
        let _ = differences.into_iter().flatten().all(sink);
        threads.into_iter().map(joined).collect()
    })
}

/// What one thread found.
struct Done<'a> {
    judging: BatchComparer<'a>,
    moved: Sides<u64>,
    read_again: u64,
}

/// Judges partitions until none is left.
fn judge_all<'a>(
    plan: &'a DiffPlan,
    candidates: &Candidates,
    queue: &Mutex<Queue>,
    differences: &mpsc::SyncSender<Vec<FullDifference>>,
) -> Result<Done<'a>, Failure> {
    let mut judging = BatchComparer::new(&plan.layout, &plan.options.limits);
    if plan.is_exact() && plan.gate.is_none() && candidates.all_differ() {
        judging = judging.expecting(candidates.keys());
    }
    let mut done = Done { judging, moved: Sides::default(), read_again: 0 };
    let mut agreeing = Agreeing::wanted(plan, Side::Old, candidates.equal);
    let mut outbox = Outbox { held: Vec::new(), to: differences, is_closed: false };
    let mut sink = |found| outbox.add(found);
    let next = || queue.lock().expect("no one panics while taking a partition").next(candidates);
    while let Some(Part { first, old, new }) = next()? {
        let exact = candidates.is_exact();
        // Rows that were kept and are no candidates agree like those that were not kept.
        let mut agree = |rows: &Rows, candidates: &[IdxSize]| {
            if let Some(agreeing) = &mut agreeing {
                agreeing.add(plan, &rows.frame, candidates, |row| rows.records[row].key);
            }
        };
        let old = wanted(old, &first, exact, &mut agree)?;
        let new = wanted(new, &first, exact, &mut |_, _| {})?;
        if let Some(first) = first {
            done.moved.old += moved(&first.old, &old);
            done.moved.new += moved(&first.new, &new);
        }
        done.read_again += height(&old) + height(&new);
        let hashes = Sides { old: keys(&old), new: keys(&new) };
        let Some(gate) = &plan.gate else {
            done.judging.add(&frames(old), &frames(new), &hashes, Some(&mut sink), None);
            continue;
        };
        let records =
            |rows: &[Rows]| -> Vec<Record> { rows.iter().flat_map(|rows| rows.records.iter().copied()).collect() };
        let (then, now) = (records(&old), records(&new));
        let mut counts = |old: &[usize], new: &[usize]| {
            let (key, content) = identity(&then, old, &now, new);
            gate(key, content)
        };
        done.judging.add(&frames(old), &frames(new), &hashes, Some(&mut sink), Some(&mut counts));
    }
    outbox.send();
    if let Some(agreeing) = agreeing {
        done.judging.note_agreeing(Some(agreeing.finish()));
    }
    Ok(done)
}

/// Differences of one thread until there are enough to be handed over.
struct Outbox<'a> {
    held: Vec<FullDifference>,
    to: &'a mpsc::SyncSender<Vec<FullDifference>>,
    /// Whether nobody wants more.
    is_closed: bool,
}

impl Outbox<'_> {
    /// Takes one; `false` where nobody wants more.
    fn add(&mut self, found: FullDifference) -> bool {
        if !self.is_closed {
            self.held.push(found);
        }
        if self.held.len() >= TOGETHER {
            self.send();
        }
        !self.is_closed
    }

    fn send(&mut self) {
        self.is_closed |= self.to.send(std::mem::take(&mut self.held)).is_err();
    }
}

/// The hash of a key, and one of all its rows that does not depend on their order.
fn identity(then: &[Record], old: &[usize], now: &[Record], new: &[usize]) -> (u64, u64) {
    let key = old.first().map(|row| then[*row].key).or(new.first().map(|row| now[*row].key)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(8 * (old.len() + new.len() + 1));
    for (records, rows) in [(then, old), (now, new)] {
        let mut hashes: Vec<u64> = rows.iter().map(|row| records[*row].row).collect();
        hashes.sort_unstable();
        bytes.extend((hashes.len() as u64).to_le_bytes());
        hashes.iter().for_each(|hash| bytes.extend(hash.to_le_bytes()));
    }
    (key, xxh3_64(&bytes))
}

/// The partitions that nobody has judged yet.
struct Queue {
    bits: u32,
    next: usize,
    /// Whether the rows may be others than in the first reading, or some that are no candidates.
    looks_back: bool,
    old: Parts,
    new: Parts,
}

/// The rows of one partition, and what they were in the first reading, where that may be something else.
struct Part {
    first: Option<Sides<Vec<Record>>>,
    old: Vec<Rows>,
    new: Vec<Rows>,
}

impl Queue {
    fn new(plan: &DiffPlan, candidates: &Candidates, old: Kept, new: Kept) -> Result<Self, Failure> {
        let looks_back = !(old.is_copy() && new.is_copy() && candidates.is_exact());
        let (old, new) = std::thread::scope(|scope| {
            let old = scope.spawn(|| old.finish());
            let new = new.finish();
            (joined(old), new)
        });
        Ok(Queue { bits: judged_bits(plan, candidates), next: 0, looks_back, old: old?, new: new? })
    }

    /// The next partition; absent after the last.
    fn next(&mut self, candidates: &Candidates) -> Result<Option<Part>, Failure> {
        let part = self.next;
        if part == 1 << self.bits {
            return Ok(None);
        }
        self.next += 1;
        let first = self.looks_back.then(|| candidates.first_reading(part, self.bits)).transpose()?;
        Ok(Some(Part { first, old: self.old.take(part)?, new: self.new.take(part)? }))
    }
}

/// The hashes of the keys of rows.
fn keys(rows: &[Rows]) -> Vec<u64> {
    rows.iter().flat_map(|rows| rows.records.iter().map(|record| record.key)).collect()
}

fn frames(rows: Vec<Rows>) -> Vec<Frame> {
    rows.into_iter().map(|rows| rows.frame).collect()
}

fn height(rows: &[Rows]) -> u64 {
    rows.iter().map(|rows| rows.records.len() as u64).sum()
}

/// Sorts out the rows that are no candidates, unless there can be none (`exact`): they are already counted as equal. Hands
/// the rows and the numbers of the candidates among them to `agree`.
fn wanted(
    rows: Vec<Rows>,
    first: &Option<Sides<Vec<Record>>>,
    exact: bool,
    agree: &mut dyn FnMut(&Rows, &[IdxSize]),
) -> Result<Vec<Rows>, Failure> {
    let Some(first) = first.as_ref().filter(|_| !exact) else { return Ok(rows) };
    let holds = |records: &[Record], key| records.binary_search_by_key(&key, |record| record.key).is_ok();
    let candidates = |rows: &Rows| {
        let keys = rows.records.iter().map(|record| record.key);
        let wanted = (0..).zip(keys).filter(|(_, key)| holds(&first.old, *key) || holds(&first.new, *key));
        wanted.map(|(row, _)| row).collect::<Vec<IdxSize>>()
    };
    rows.into_iter()
        .map(|rows| {
            let these = candidates(&rows);
            agree(&rows, &these);
            if these.len() == rows.records.len() { Ok(rows) } else { Ok(select(&rows, &these)?) }
        })
        .collect()
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

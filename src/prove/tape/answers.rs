//! Kept answers, by source and query.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::frame::Frame;
use crate::model::{SourceReport, Warning};

/// One answer to one query, in the batches in which it came; an answer without rows is one batch without rows.
#[derive(Debug)]
pub(crate) struct RecordedAnswer {
    pub(crate) batches: Vec<Frame>,
    pub(crate) warnings: Vec<Warning>,
}

impl RecordedAnswer {
    /// Returns how many rows it has.
    pub(crate) fn rows(&self) -> u64 {
        self.batches.iter().map(|batch| batch.height() as u64).sum()
    }
}

/// Everything that the sources of one check were asked, and what they answered.
#[derive(Debug)]
pub(crate) struct Answers {
    kept: Mutex<Kept>,
    /// Most bytes that are kept.
    limit: u64,
}

#[derive(Debug, Default)]
struct Kept {
    described: BTreeMap<usize, SourceReport>,
    clocks: BTreeMap<usize, DateTime<Utc>>,
    requirements: BTreeMap<(usize, String), bool>,
    /// A query that was asked several times has several answers, in their order.
    answers: BTreeMap<(usize, String), Vec<Arc<RecordedAnswer>>>,
    bytes: u64,
    is_full: bool,
}

impl Answers {
    /// Nothing kept yet, and never more than `limit` bytes.
    pub(crate) fn new(limit: u64) -> Answers {
        Answers { kept: Mutex::default(), limit }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether some answer was not kept because all of them take more than the limit.
    pub(crate) fn is_full(&self) -> bool {
        self.lock().is_full
    }

    /// Takes the right to keep `batch`; `false` where it does not fit any more.
    pub(super) fn has_room(&self, batch: &Frame) -> bool {
        let mut kept = self.lock();
        kept.bytes += batch.data().estimated_size() as u64;
        kept.is_full |= kept.bytes > self.limit;
        !kept.is_full
    }

    /// Keeps one more answer of the source `number` to `sql`.
    pub(super) fn add(&self, number: usize, sql: &str, answer: RecordedAnswer) {
        self.lock().answers.entry((number, sql.to_owned())).or_default().push(Arc::new(answer));
    }

    /// Returns the answer that `sql` had when it was asked for the `nth` time, counted from 0, and the last one later on;
    /// absent where it was never asked.
    pub(crate) fn get(&self, number: usize, sql: &str, nth: usize) -> Option<Arc<RecordedAnswer>> {
        let kept = self.lock();
        let answers = kept.answers.get(&(number, sql.to_owned()))?;
        answers.get(nth).or(answers.last()).cloned()
    }

    pub(super) fn describe(&self, number: usize, report: SourceReport) {
        self.lock().described.insert(number, report);
    }

    pub(super) fn described(&self, number: usize) -> Option<SourceReport> {
        self.lock().described.get(&number).cloned()
    }

    /// Notes what time it is at a source: the first time that it says, as a run asks once.
    pub(super) fn set_clock(&self, number: usize, now: DateTime<Utc>) {
        self.lock().clocks.entry(number).or_insert(now);
    }

    pub(super) fn clock(&self, number: usize) -> Option<DateTime<Utc>> {
        self.lock().clocks.get(&number).copied()
    }

    pub(super) fn require(&self, number: usize, requirement: String, has: bool) {
        self.lock().requirements.insert((number, requirement), has);
    }

    pub(super) fn required(&self, number: usize, requirement: String) -> Option<bool> {
        self.lock().requirements.get(&(number, requirement)).copied()
    }
}

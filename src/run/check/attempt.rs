//! What one reading of a check knows of those before it and leaves to the next; and the right to run at all.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::super::findings::parquet::ParquetSink;
use super::super::findings::repairs::RepairSink;
use crate::model::Written;
use crate::rowdiff::Seeds;

/// Keys that are followed from reading to reading: 16 bytes each, and the table around them.
pub(crate) const MOST: usize = 1 << 20;

/// One reading of a check that may be read again.
pub(crate) struct Attempt {
    /// Seeds of the hashes: a key has one hash in all readings.
    pub(crate) seeds: Seeds,
    /// Hashes of the keys that old differs from itself in, ascending.
    pub(crate) excluded: Arc<Vec<u64>>,
    /// Keys that differed in the reading before; absent in the first.
    before: Option<HashSet<u64>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    found: Found,
    sink: Option<ParquetSink>,
    repair: Option<RepairSink>,
}

/// The keys that differ in one reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// A hash of what differs by the hash of the key.
    pub(crate) keys: HashMap<u64, u64>,
    /// Whether there are more than [`MOST`].
    pub(crate) too_many: bool,
    /// Keys that did not differ in the reading before, and were left out of every count.
    pub(crate) fresh: u64,
}

impl Attempt {
    /// A reading after one in which the keys of `before` differed; the first has none before it.
    pub(crate) fn new(seeds: Seeds, excluded: Arc<Vec<u64>>, before: Option<&Found>) -> Self {
        let before = before.map(|found| found.keys.keys().copied().collect());
        Attempt { seeds, excluded, before, state: Mutex::default() }
    }

    /// Notes a key that differs; whether it counts: it has been given time since it was first seen to differ.
    pub(crate) fn counts(&self, key: u64, content: u64) -> bool {
        let found = &mut self.lock().found;
        if found.keys.len() < MOST || found.keys.contains_key(&key) {
            found.keys.insert(key, content);
        } else {
            found.too_many = true;
        }
        let counts = self.before.as_ref().is_none_or(|before| before.contains(&key));
        found.fresh += u64::from(!counts);
        counts
    }

    /// Keeps the differences of this reading until it is known whether they are the verdict.
    pub(crate) fn keep(&self, sink: ParquetSink, repair: Option<RepairSink>) {
        let mut state = self.lock();
        (state.sink, state.repair) = (Some(sink), repair);
    }

    /// The keys that differ.
    pub(crate) fn found(&self) -> Found {
        self.lock().found.clone()
    }

    /// Writes the differences that were kept, and what is said of them.
    pub(crate) fn write(&self) -> Option<Written> {
        let mut state = self.lock();
        state.repair.take().into_iter().for_each(RepairSink::finish);
        state.sink.take().and_then(ParquetSink::finish)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right of a check to run beside others.
pub(crate) struct Slot<'a> {
    slots: &'a Semaphore,
    held: Option<SemaphorePermit<'a>>,
}

impl<'a> Slot<'a> {
    /// A slot that is not held yet.
    pub(crate) fn free(slots: &'a Semaphore) -> Self {
        Slot { slots, held: None }
    }

    /// Waits for its turn.
    pub(crate) async fn take(&mut self) {
        self.held = self.slots.acquire().await.ok();
    }

    /// Lets another check run.
    pub(crate) fn leave(&mut self) {
        self.held = None;
    }
}

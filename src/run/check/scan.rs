//! How rows get from two sources to whoever takes them, at the same time.
//!
//! Each side is read by one session and taken on a thread of its own, with a few batches between them, so that neither
//! a table nor a backlog is ever held. What failed at a source outranks what followed from it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{SemaphorePermit, mpsc};

use super::super::context::{CheckRun, Context};
use super::super::sources::{retried, retrying};
use super::errors::located;
use super::pushdown::Differing;
use super::side::{Limits, one_side};
use crate::frame::{Frame, Value};
use crate::model::{ErrorReport, Side, Sides, Warning};
use crate::rowdiff;
use crate::rowdiff::{Copied, DiffPlan, Failure, Hashed, Kept};
use crate::source;
use crate::source::{Engine, Error, ErrorCode, Estimate, QueryHandle, Reader};

/// Batches between a source and its hashing.
pub(crate) const BACKLOG: usize = 2;

/// How long a server may take to end a session that is no longer needed.
const CLOSING: Duration = Duration::from_secs(5);

/// One side and its query.
pub(crate) struct SideQuery<'a> {
    pub(crate) side: Side,
    pub(crate) engine: &'a dyn Engine,
    pub(crate) sql: String,
    pub(crate) ticket: QueryHandle,
}

/// Both sides of a check while they are read.
pub(crate) struct TwoSidedScan<'a> {
    pub(crate) one: CheckRun<'a>,
    pub(crate) context: &'a Context<'a>,
    pub(crate) timeout: Duration,
    pub(crate) sides: Sides<SideQuery<'a>>,
    /// Rows read so far in this reading.
    pub(crate) rows: Arc<AtomicU64>,
    /// Rows there are; 0 until the first reading has told.
    pub(crate) total: AtomicU64,
    /// Sums of the hashes that the rows brought with them in this reading.
    pub(crate) sums: Sides<Arc<AtomicU64>>,
}

/// What is read: the queries of the check, or those of the rows that a server found to differ.
#[derive(Clone, Copy)]
pub(crate) struct ScanRequest<'q> {
    pub(crate) queries: &'q Sides<String>,
    pub(crate) differing: Option<(&'q Differing, &'static str)>,
}

/// An open session of one side.
pub(crate) type Session<'a> = Box<dyn Reader + 'a>;

/// What one reading of both sides came to.
pub(crate) struct ScanResult<T> {
    pub(crate) found: Result<T, Failure>,
    pub(crate) errors: Vec<ErrorReport>,
    pub(crate) warnings: Vec<Warning>,
}

impl<'a> TwoSidedScan<'a> {
    /// What the diff may use; the hashes of one attempt and the next are the same.
    pub(crate) fn options(&self) -> rowdiff::DiffOptions {
        let mut options = self.context.options.rowdiff();
        options.limits.diagnosis &= self.one.check.diagnosis;
        match self.one.attempt {
            Some(attempt) => rowdiff::DiffOptions { seeds: attempt.seeds, ..options },
            None => options,
        }
    }

    /// The right to two connections, in an order in which no two checks can wait for each other.
    pub(crate) async fn reserve(&self) -> Result<Vec<SemaphorePermit<'a>>, ErrorReport> {
        let address = |engine: &dyn Engine| std::ptr::from_ref(engine).cast::<()>() as usize;
        let (old, new) = (&self.sides.old, &self.sides.new);
        let wanted = match address(old.engine).cmp(&address(new.engine)) {
            std::cmp::Ordering::Equal => vec![(old, 2)],
            std::cmp::Ordering::Less => vec![(old, 1), (new, 1)],
            std::cmp::Ordering::Greater => vec![(new, 1), (old, 1)],
        };
        let mut reserved = Vec::new();
        for (side, connections) in wanted {
            let permit = tokio::select! {
                permit = side.engine.reserve(connections) => permit,
                () = self.context.stop.cancelled() => Err(Error::new(ErrorCode::Interrupted, "the run was interrupted")),
            };
            reserved.extend(permit.map_err(|error| self.located(side, error))?);
        }
        Ok(reserved)
    }

    pub(crate) async fn open(&self, side: &'a SideQuery<'a>) -> Result<(Session<'a>, Option<Warning>), ErrorReport>
    where
        Self: 'a,
    {
        let stop = self.context.stop;
        let (opened, again) = retrying(stop, || async {
            tokio::select! {
                opened = side.engine.reader(self.timeout, &side.ticket) => opened,
                () = stop.cancelled() => Err(Error::new(ErrorCode::Interrupted, "the run was interrupted")),
                () = tokio::time::sleep(self.timeout) => Err(source::timed_out(self.timeout)),
            }
        })
        .await;
        let session = opened.map_err(|error| self.located(side, error))?;
        Ok((session, again.then(|| retried(side.side))))
    }

    pub(crate) fn located(&self, side: &SideQuery<'_>, error: Error) -> ErrorReport {
        let query = self.one.check.sides.get(side.side);
        located(self.context, side.side.into(), query.as_ref().map_or("", |query| &query.source), error)
    }

    /// Reads the sides that are given from their first row while `work` takes their batches; when one fails, the other
    /// is given up.
    pub(crate) async fn both<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        wanted: ScanRequest<'_>,
        sessions: Sides<Option<&mut Session<'a>>>,
        work: impl FnOnce(Sides<Stream>) -> F,
    ) -> ScanResult<T> {
        self.rows.store(0, Ordering::Relaxed);
        let give_up = source::CancellationToken::default();
        let (old_sender, old_receiver) = mpsc::channel(BACKLOG);
        let (new_sender, new_receiver) = mpsc::channel(BACKLOG);
        let stream = |receiver, sum: &Arc<AtomicU64>| {
            sum.store(0, Ordering::Relaxed);
            let sum = wanted.differing.map(|(differing, _)| (differing.row_hash.clone(), sum.clone()));
            Stream { receiver, rows: self.rows.clone(), sum }
        };
        let work = work(Sides { old: stream(old_receiver, &self.sums.old), new: stream(new_receiver, &self.sums.new) });
        let working = async {
            let found = work.await;
            if found.is_err() {
                give_up.cancel();
            }
            found
        };
        let (old, new, found) = tokio::join!(
            self.one_side(&self.sides.old, &wanted.queries.old, sessions.old, old_sender, &give_up),
            self.one_side(&self.sides.new, &wanted.queries.new, sessions.new, new_sender, &give_up),
            working,
        );
        let mut read = ScanResult { found, errors: Vec::new(), warnings: Vec::new() };
        for (side, outcome) in [(&self.sides.old, old), (&self.sides.new, new)] {
            match outcome {
                Ok(warnings) => read.warnings.extend(warnings.into_iter().map(|warning| warning.of(side.side))),
                Err(None) => {}
                Err(Some(error)) => read.errors.push(self.located(side, error)),
            }
        }
        read
    }

    /// Reads one side, if it is to be read; no error of its own (`None`) where it was given up because of the other.
    pub(crate) async fn one_side(
        &self,
        side: &SideQuery<'_>,
        sql: &str,
        session: Option<&mut Session<'a>>,
        sender: mpsc::Sender<Frame>,
        give_up: &source::CancellationToken,
    ) -> Result<Vec<Warning>, Option<Error>> {
        let Some(session) = session else { return Ok(Vec::new()) };
        let limits = Limits { timeout: self.timeout, stop: self.context.stop, give_up };
        let cancel = source::cancel(side.engine, &side.ticket);
        one_side(session.as_mut(), sql, sender, limits, cancel).await
    }

    /// The first reading: columns from the first batches, then every row hashed.
    pub(crate) async fn first(
        &self,
        mut streams: Sides<Stream>,
        heads: &mut Option<Sides<Frame>>,
    ) -> Result<(DiffPlan, Sides<Hashed>), Failure> {
        let (old, new) = tokio::join!(streams.old.next(), streams.new.next());
        let (Some(old), Some(new)) = (old, new) else { return Err(Failure::Unread) };
        let known = match heads.take() {
            Some(known) => known,
            None => Sides { old: old.slice(0, 0), new: new.slice(0, 0) },
        };
        let plan = DiffPlan::new(self.one.check, &known.old, &known.new, self.options())?;
        let mut plan = self.keys().and_then(|keys| plan.clone().only(keys)).unwrap_or(plan);
        if let Some(attempt) = self.one.attempt.cloned() {
            plan = plan.without(attempt.excluded.clone());
            plan = plan.gated(Arc::new(move |key, content| attempt.counts(key, content)));
        }
        let (held_old, held_new) = tokio::join!(room_to_hold(&self.sides.old), room_to_hold(&self.sides.new));
        let held = Sides { old: held_old, new: held_new };
        let hash = |side, first, stream: Stream, head: Frame| {
            let (hashed, sampling) = (plan.hashed(side), plan.clone());
            let mut hashed = match *held.get(side) {
                Some(most) => hashed.held(most),
                None => hashed,
            };
            blocking(move || {
                let mut head = head;
                let added = stream.each(first, |batch| {
                    let added = sampling.sampled(side, batch.clone()).and_then(|batch| hashed.add(&batch));
                    if matches!(added, Err(Failure::Widened { .. })) {
                        head = head.widened(batch)?;
                    }
                    added
                });
                (added.map(|()| hashed), head)
            })
        };
        let (old, new) =
            tokio::join!(hash(Side::Old, old, streams.old, known.old), hash(Side::New, new, streams.new, known.new));
        *heads = Some(Sides { old: old.1, new: new.1 });
        Ok((plan.clone(), Sides { old: old.0?, new: new.0? }))
    }
}

/// Returns how many bytes of the rows of a side are held at most, where it is files: those are here already, and are read again
/// rather than written to disk.
pub(super) async fn room_to_hold(side: &SideQuery<'_>) -> Option<usize> {
    if !side.engine.driver().capabilities.cheap_rereads {
        return None;
    }
    // A folder that does not answer fails the reading itself.
    let near = tokio::time::timeout(NEAR, side.engine.near(&side.sql)).await;
    Some(most_held(near.ok().flatten()))
}

/// How long it may take to say how large files are.
const NEAR: Duration = Duration::from_secs(1);

/// Bytes of the rows of the files on this machine that are held at most, by what is known of those; files of Parquet are smaller
/// than their rows.
///
/// Memory costs more than it seems: the system clears each page that is new to a process, and on a virtual machine the host has
/// to find it first. Beyond what a few checks use again and again, reading files twice costs less than holding their rows, unless
/// they come over a network. Of large files a window or a filter may still ask for few rows.
fn most_held(near: Option<Estimate>) -> usize {
    const LARGE: u64 = 64 << 20;
    // More rows of a few columns than are held at most.
    const MANY: u64 = 2_000_000;
    match near {
        Some(Estimate { rows, bytes, .. }) if rows > Some(MANY) || bytes > Some(LARGE) => 32 << 20,
        Some(_) => 256 << 20,
        None => usize::MAX,
    }
}

/// The second reading, of the copies there are and of the streams where there are none: the rows that have to be judged
/// are kept.
pub(crate) async fn second(
    plan: DiffPlan,
    streams: Sides<Stream>,
    copies: Sides<Option<Copied>>,
    kept: Sides<Kept>,
) -> Result<Sides<Kept>, Failure> {
    let keep = |side, mut stream: Stream, copied: Option<Copied>, mut kept: Kept| {
        let sampling = plan.clone();
        async move {
            if let Some(copied) = copied {
                return blocking(move || kept.add_copied(copied).map(|()| kept)).await;
            }
            let Some(first) = stream.next().await else { return Err(Failure::Unread) };
            let take = move || {
                let each = |batch: &Frame| kept.add(&sampling.sampled(side, batch.clone())?);
                stream.each(first, each).map(|()| kept)
            };
            blocking(take).await
        }
    };
    let old = keep(Side::Old, streams.old, copies.old, kept.old);
    let (old, new) = tokio::join!(old, keep(Side::New, streams.new, copies.new, kept.new));
    Ok(Sides { old: old?, new: new? })
}

/// The batches of one side as they come in.
pub(crate) struct Stream {
    pub(crate) receiver: mpsc::Receiver<Frame>,
    pub(crate) rows: Arc<AtomicU64>,
    /// Sum of the hashes that the rows bring with them in the column of this name, which is none of the check.
    pub(crate) sum: Option<(String, Arc<AtomicU64>)>,
}

impl Stream {
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let batch = self.receiver.recv().await?;
        Some(self.bare(batch))
    }

    /// Gives `first` and every batch after it to `take`, on a thread that may wait.
    pub(crate) fn each(
        mut self,
        first: Frame,
        mut take: impl FnMut(&Frame) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut next = Some(first);
        while let Some(batch) = next {
            take(&batch)?;
            self.rows.fetch_add(batch.height() as u64, Ordering::Relaxed);
            next = self.receiver.blocking_recv().map(|batch| self.bare(batch));
        }
        Ok(())
    }

    /// `batch` without the hashes of its rows.
    fn bare(&self, batch: Frame) -> Frame {
        let Some((name, sum)) = &self.sum else { return batch };
        let Some((batch, hashes)) = batch.without(name) else { return batch };
        for hash in hashes {
            if let Value::Integer(hash) = hash {
                // Both sums wrap around at 64 bits.
                sum.fetch_add(hash as u64, Ordering::Relaxed);
            }
        }
        batch
    }
}

/// Ends a session; one whose server does not answer is dropped.
pub(crate) async fn closed(session: Session<'_>) {
    let _ = tokio::time::timeout(CLOSING, session.close()).await;
}

/// Runs `work` on a thread of its own; a panic there goes on here.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches large files whose rows all stay in memory, small ones that are read twice, and rows of a store that are.
    #[test]
    fn rows_of_small_files_are_held() {
        let of = |rows, bytes| most_held(Some(Estimate { rows, bytes, and_more: false }));
        let (near, large) = (64 << 20, (64 << 20) + 1);
        assert_eq!(most_held(None), usize::MAX);
        assert_eq!([of(None, None), of(Some(0), Some(0)), of(Some(2_000_000), Some(near))], [256 << 20; 3]);
        assert_eq!(
            [of(None, Some(large)), of(Some(1), Some(u64::MAX)), of(Some(2_000_001), Some(near))],
            [32 << 20; 3]
        );
    }
}

//! Where the rows of an answer go: into one frame, or batch by batch to whoever compares them.

use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::super::pushdown::Described;
use super::super::{Answer, Error, ErrorCode};
use crate::frame::Frame;
use crate::model::Warning;

/// BatchSink of a batch, where an engine can choose.
pub(crate) const ROWS: usize = 1 << 15;

/// Bytes of values after which a batch is full, however few rows they are.
pub(crate) const BYTES: usize = 4 << 20;

/// A session in which a statement is read to its end, as often as it is asked to.
pub trait Reader: Send {
    /// Whether every reading sees the same rows, whatever is written meanwhile.
    fn snapshot(&self) -> bool;

    /// Reads `sql` from its first row to its last and sends it in batches; a result without rows is one batch of
    /// height 0. Stops early, without an error, when nobody receives any longer.
    fn read<'a>(&'a mut self, sql: &'a str, batches: mpsc::Sender<Frame>)
    -> BoxFuture<'a, Result<Vec<Warning>, Error>>;

    /// Reads `sql`, an answer of few rows, into one frame; absent where the engine is never asked that way. Takes no
    /// connection beside those that the caller holds.
    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        let _ = sql;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The columns of `sql` without running it; absent where the engine knows them only from the rows.
    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        let _ = sql;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Ends the session; one that is dropped instead ends less politely.
    fn close<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(std::future::ready(()))
    }
}

/// What a reading ends with when nobody receives it any longer.
pub(crate) fn unwanted() -> Error {
    Error::new(ErrorCode::Abandoned, "the rest of the answer was not wanted")
}

/// Takes the rows of an answer.
pub(crate) enum BatchSink {
    /// All of them as one frame.
    Whole(Option<Frame>),
    /// Batch by batch.
    Batches(mpsc::Sender<Frame>),
}

impl BatchSink {
    /// Whether a batch of so many rows and bytes is to be given away.
    pub(crate) fn full(&self, rows: usize, bytes: usize) -> bool {
        matches!(self, BatchSink::Batches(_)) && (rows >= ROWS || bytes >= BYTES)
    }

    /// Takes a batch; `false` where no more is wanted.
    pub(crate) async fn take(&mut self, frame: Frame) -> bool {
        match self {
            BatchSink::Whole(whole) => {
                *whole = Some(frame);
                true
            }
            BatchSink::Batches(sender) => sender.send(frame).await.is_ok(),
        }
    }

    /// The same, on a thread that may wait.
    pub(crate) fn take_blocking(&mut self, frame: Frame) -> bool {
        match self {
            BatchSink::Whole(whole) => {
                *whole = Some(frame);
                true
            }
            BatchSink::Batches(sender) => sender.blocking_send(frame).is_ok(),
        }
    }
}

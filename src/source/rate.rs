//! How fast rows of a source are read, where the suite says how fast at most.
//!
//! A batch goes on when those before it are paid for, so that the channel behind it fills and the server slows down by
//! itself. What is waited counts as time of the query: a limit of time stays one.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::frame::Frame;

/// Rows per second, shared by all queries of a source.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: NonZeroU64,
    /// When everything that was read is paid for.
    paid: Mutex<Option<Instant>>,
}

impl Rate {
    pub(super) fn new(per_second: NonZeroU64) -> Rate {
        Rate { per_second, paid: Mutex::default() }
    }

    /// Waits until all rows so far are paid for.
    pub(super) async fn ready(&self) {
        loop {
            let paid = *self.paid.lock().unwrap_or_else(PoisonError::into_inner);
            match paid {
                Some(at) if at > Instant::now() => sleep_until(at).await,
                _ => return,
            }
        }
    }

    /// Takes `rows` that were read into account. What was not read in the past is not saved up.
    pub(super) fn charge(&self, rows: usize) {
        let took = Duration::from_secs_f64(rows as f64 / self.per_second.get() as f64);
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        let from = paid.filter(|at| *at > Instant::now()).unwrap_or_else(Instant::now);
        *paid = Some(from + took);
    }

    /// Hands batches on, each when those before it are paid for.
    pub(super) async fn hand_on(&self, mut batches: mpsc::Receiver<Frame>, to: mpsc::Sender<Frame>) {
        while let Some(batch) = batches.recv().await {
            self.ready().await;
            self.charge(batch.height());
            if to.send(batch).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches rows that come faster than they may, whoever reads them, and a source that is slower than it has to be.
    #[tokio::test(start_paused = true)]
    async fn rows_come_as_fast_as_they_may_and_no_faster() {
        let rate = Rate::new(NonZeroU64::new(1_000).unwrap());
        let begun = Instant::now();
        for _ in 0..10 {
            rate.ready().await;
            rate.charge(500);
        }
        assert_eq!(begun.elapsed().as_millis(), 4_500, "the last batch is not waited for");
        let one = async {
            for _ in 0..5 {
                rate.ready().await;
                rate.charge(500);
            }
        };
        let other = async {
            for _ in 0..5 {
                rate.ready().await;
                rate.charge(500);
            }
        };
        tokio::join!(one, other);
        assert!((9_000..=9_500).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_secs(60)).await;
        let begun = Instant::now();
        rate.ready().await;
        rate.charge(2_000);
        rate.ready().await;
        assert_eq!(begun.elapsed().as_millis(), 2_000, "what was not read is not saved up");
    }
}

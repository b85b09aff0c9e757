//! One side while it is read: its batches handed on, and an end to it whatever its source does.
//!
//! Which of several errors a report names must not depend on which came first: that of old, that of new, and only then
//! what followed from them.

use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::frame::Frame;
use crate::model::Warning;
use crate::source;
use crate::source::{CancellationToken, Error, ErrorCode, Reader};

/// How long a side may go on after the other one, or the comparison, has failed, so that its own error is reported too.
const GRACE: Duration = Duration::from_secs(1);

/// What ends a reading before its last row.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// Time for the whole reading.
    pub(crate) timeout: Duration,
    /// Told when the run is stopped.
    pub(crate) stop: &'a CancellationToken,
    /// Told when what the other side or the comparison came to makes this reading useless; tells the other side.
    pub(crate) give_up: &'a CancellationToken,
}

/// Reads `sql` to its end and hands its batches on to `sender`; no error of its own (`None`) where it was given up.
///
/// Batches go through here, so that whoever takes them sees their end only after it is known why they ended, and at once
/// where a source does not stop when it is told to. A reading that was given up is cancelled by `cancel`.
pub(crate) async fn one_side(
    session: &mut dyn Reader,
    sql: &str,
    sender: mpsc::Sender<Frame>,
    limits: Limits<'_>,
    cancel: impl Future<Output = ()>,
) -> Result<Vec<Warning>, Option<Error>> {
    let Limits { timeout, stop, give_up } = limits;
    let given_up = async {
        give_up.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let error = tokio::select! {
        biased;
        read = handed_on(session, sql, &sender) => match read {
            Ok(warnings) => return Ok(warnings),
            Err(error) => {
                give_up.cancel();
                return Err((error.code != ErrorCode::Abandoned).then_some(error));
            }
        },
        () = stop.cancelled() => {
            Some(Error::new(ErrorCode::Interrupted, "the run was interrupted; the query was cancelled"))
        }
        () = tokio::time::sleep(timeout) => Some(source::timed_out(timeout)),
        () = given_up => None,
    };
    drop(sender);
    give_up.cancel();
    cancel.await;
    Err(error)
}

/// Reads `sql` and hands its batches on, until nobody takes them any longer; an error of the source is reported at once.
async fn handed_on(session: &mut dyn Reader, sql: &str, sender: &mpsc::Sender<Frame>) -> Result<Vec<Warning>, Error> {
    let (inner, mut batches) = mpsc::channel(1);
    let handing = async move {
        while let Some(batch) = batches.recv().await {
            if sender.send(batch).await.is_err() {
                break;
            }
        }
        Ok(())
    };
    tokio::try_join!(session.read(sql, inner), handing).map(|(warnings, ())| warnings)
}

#[cfg(test)]
mod tests {
    use futures::future::BoxFuture;

    use super::*;

    /// A reading that ends as it is asked to: it lets go of its batches some time before it says why.
    struct Scripted {
        lets_go: Duration,
        then: Duration,
        outcome: Result<(), ErrorCode>,
    }

    impl Reader for Scripted {
        fn snapshot(&self) -> bool {
            false
        }

        fn read<'a>(
            &'a mut self,
            _sql: &'a str,
            batches: mpsc::Sender<Frame>,
        ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
            Box::pin(async move {
                tokio::time::sleep(self.lets_go).await;
                drop(batches);
                tokio::time::sleep(self.then).await;
                self.outcome.map(|()| Vec::new()).map_err(|fault| Error::new(fault, "the cause"))
            })
        }
    }

    const MILLISECOND: Duration = Duration::from_millis(1);
    const DAY: Duration = Duration::from_secs(86_400);

    fn failing(lets_go: Duration, then: Duration) -> Scripted {
        Scripted { lets_go, then, outcome: Err(ErrorCode::QueryRefused) }
    }

    /// What both sides come to beside a comparison that gives up as soon as a side gives nothing, as `rowdiff` does.
    async fn both(mut old: Scripted, mut new: Scripted) -> [Option<ErrorCode>; 2] {
        let (stop, give_up) = (CancellationToken::default(), CancellationToken::default());
        let limits = Limits { timeout: Duration::from_secs(10), stop: &stop, give_up: &give_up };
        let (old_sender, mut old_batches) = mpsc::channel(1);
        let (new_sender, mut new_batches) = mpsc::channel(1);
        let working = async {
            let (old, new) = tokio::join!(old_batches.recv(), new_batches.recv());
            if old.is_none() || new.is_none() {
                give_up.cancel();
            }
        };
        let (old, new, ()) = tokio::join!(
            one_side(&mut old, "", old_sender, limits, async {}),
            one_side(&mut new, "", new_sender, limits, async {}),
            working
        );
        [old, new].map(|side| side.err().flatten().map(|error| error.code))
    }

    /// Catches a cause that is lost where the end of the batches is seen before it, and one that depends on who was first.
    #[tokio::test(start_paused = true)]
    async fn the_cause_is_told_whoever_fails_first() {
        let query = Some(ErrorCode::QueryRefused);
        for pause in [Duration::ZERO, MILLISECOND, 100 * MILLISECOND] {
            for late in [Duration::ZERO, MILLISECOND, 100 * MILLISECOND, 900 * MILLISECOND] {
                assert_eq!(both(failing(Duration::ZERO, pause), failing(late, MILLISECOND)).await, [query, query]);
                assert_eq!(both(failing(late, MILLISECOND), failing(Duration::ZERO, pause)).await, [query, query]);
            }
        }
    }

    /// Catches a side that fails and leaves the other one running.
    #[tokio::test(start_paused = true)]
    async fn the_other_side_is_given_up_after_a_while_and_has_no_error_of_its_own() {
        let begun = tokio::time::Instant::now();
        let other = Scripted { lets_go: DAY, then: DAY, outcome: Ok(()) };
        assert_eq!(both(failing(MILLISECOND, MILLISECOND), other).await, [Some(ErrorCode::QueryRefused), None]);
        assert!(begun.elapsed() < 2 * GRACE, "{:?}", begun.elapsed());
    }

    /// Catches a source that keeps its batches and holds up the run beyond its time: both sides are late at once.
    #[tokio::test(start_paused = true)]
    async fn a_source_that_does_not_answer_ends_with_its_time() {
        let begun = tokio::time::Instant::now();
        let silent = || Scripted { lets_go: DAY, then: DAY, outcome: Ok(()) };
        assert_eq!(both(silent(), silent()).await, [Some(ErrorCode::Timeout), Some(ErrorCode::Timeout)]);
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    }
}

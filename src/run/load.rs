//! Whether a source is busy, by the query that a suite has for it: asked by one check after the other, each until it is free.

use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::frame::{Frame, Value};
use crate::model::ErrorCode;
use crate::source;
use crate::source::{CancellationToken, Engine, Error, PauseWhen};

/// How long a source that was not busy is taken not to be.
pub(super) const FREE: Duration = Duration::from_secs(1);

/// What a source was found to be, by whoever asked last: all checks of a run ask it one after the other.
#[derive(Debug, Default)]
pub(super) struct Load {
    asking: Mutex<()>,
    state: StdMutex<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    free_at: Option<Instant>,
    /// It was busy for as long as may be waited, and is not waited for again until it is free.
    given_up: bool,
}

impl Load {
    /// Waits until the source is free, and returns for how long.
    pub(super) async fn until_free(
        &self,
        engine: &dyn Engine,
        pause: &PauseWhen,
        timeout: Duration,
        stop: &CancellationToken,
    ) -> Result<Duration, Error> {
        let interrupted = || Error::new(ErrorCode::Interrupted, "the run was interrupted while it waited for a source");
        let begun = Instant::now();
        let _alone = tokio::select! {
            alone = self.asking.lock() => alone,
            () = stop.cancelled() => return Err(interrupted()),
        };
        let state = || *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let set = |to: State| *self.state.lock().unwrap_or_else(PoisonError::into_inner) = to;
        if state().free_at.is_some_and(|at| at.elapsed() < FREE) {
            return Ok(begun.elapsed());
        }
        let first = Instant::now();
        loop {
            let answer = source::query(engine, &pause.sql, timeout, stop).await?;
            if !is_busy(&answer.frame)? {
                set(State { free_at: Some(Instant::now()), given_up: false });
                return Ok(begun.elapsed());
            }
            let left = pause.at_most.saturating_sub(first.elapsed());
            if state().given_up || left.is_zero() {
                set(State { free_at: None, given_up: true });
                return Err(busy(pause));
            }
            tokio::select! {
                () = tokio::time::sleep(pause.every.min(left)) => {}
                () = stop.cancelled() => return Err(interrupted()),
            }
        }
    }
}

fn busy(pause: &PauseWhen) -> Error {
    let at_most = humantime::format_duration(pause.at_most);
    let message = format!(
        "the source was busy for {at_most}, which is as long as its `pace` waits; run it when there is less load, or allow more \
         with `at_most`"
    );
    Error::new(ErrorCode::Busy, message)
}

/// Whether an answer says that the source is busy.
fn is_busy(frame: &Frame) -> Result<bool, Error> {
    let wrong = |what: String| {
        let message = format!("{what}, where one row with one column of true or false is needed; correct the query");
        Err(Error::new(ErrorCode::CheckUnfit, message))
    };
    let names = frame.names();
    let [name] = names[..] else { return wrong(format!("the answer has {} columns", names.len())) };
    match &frame.values(name)[..] {
        [Value::Bool(busy)] => Ok(*busy),
        // Engines without a type of its own have numbers for it.
        [Value::Integer(number @ (0 | 1))] => Ok(*number == 1),
        [_] => wrong("the answer is neither true nor false".to_owned()),
        rows => wrong(format!("the answer has {} rows", rows.len())),
    }
}

//! Queries with a limit of time: one that is given up is cancelled at its server.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::answer::{Answer, QueryHandle};
use super::engine::Engine;
use super::error::{Error, timed_out};
use super::estimate::Estimate;
use super::gate::admits;
use super::lint::{Inspected, LintRequest};
use crate::model::ErrorCode;

/// How long a server may take to confirm a cancellation before it is left behind.
const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// Runs `sql` with a limit of `timeout`; a query given up is cancelled at its server first.
pub async fn query(
    engine: &dyn Engine,
    sql: &str,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Answer, Error> {
    admits(engine.driver().dialect, sql)?;
    let ticket = QueryHandle::default();
    within(engine.fetch(sql, timeout, &ticket), engine, &ticket, timeout, stop).await
}

/// What `asking` comes to within `timeout`; a query given up is cancelled at its server first.
pub async fn within<T>(
    asking: impl Future<Output = Result<T, Error>>,
    engine: &dyn Engine,
    ticket: &QueryHandle,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<T, Error> {
    let given_up = tokio::select! {
        answer = asking => return answer,
        () = stop.cancelled() => Error::new(ErrorCode::Interrupted, "the run was interrupted; the query was cancelled"),
        () = tokio::time::sleep(timeout) => timed_out(timeout),
    };
    cancel(engine, ticket).await;
    Err(given_up)
}

/// Cancels what `ticket` names, and waits a little for its server to say so.
pub async fn cancel(engine: &dyn Engine, ticket: &QueryHandle) {
    let _ = tokio::time::timeout(CANCEL_GRACE, engine.cancel(ticket)).await;
}

/// Asks what `sql` would read, with the limits of [`query`]; it does not run.
pub async fn estimate(
    engine: &dyn Engine,
    sql: &str,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Option<Estimate>, Error> {
    let ticket = QueryHandle::default();
    within(engine.estimate(sql, timeout, &ticket), engine, &ticket, timeout, stop).await
}

/// Asks what may make the answer to `sql` wrong, with the limits of [`query`].
pub async fn inspect(
    engine: &dyn Engine,
    sql: &str,
    asked: &LintRequest,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Inspected, Error> {
    let ticket = QueryHandle::default();
    let given_up = tokio::select! {
        found = engine.inspect(sql, asked, timeout, &ticket) => return found,
        () = stop.cancelled() => Error::new(ErrorCode::Interrupted, "the run was interrupted; the analysis was cancelled"),
        () = tokio::time::sleep(timeout) => timed_out(timeout),
    };
    let _ = tokio::time::timeout(CANCEL_GRACE, engine.cancel(&ticket)).await;
    Err(given_up)
}

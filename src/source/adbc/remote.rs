//! A server behind a driver as a source: sessions that are lent again, each query on a thread that may wait.
//!
//! How a session is opened and what a query of it must hold belongs to the engine.

use std::sync::Arc;
use std::time::Duration;

use adbc_driver_manager::ManagedConnection;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{SemaphorePermit, mpsc};

use super::super::answer::{Answer, QueryHandle};
use super::super::catalog::Cells;
use super::super::engine::{Driver, Engine};
use super::super::error::Error;
use super::super::pushdown::Described;
use super::super::shared::batch_sink::{BatchSink, Reader};
use super::super::shared::column_builder;
use super::super::shared::pool::ConnectionPool;
use super::cancel::{Cancel, GivenUp};
use super::waiting;
use crate::frame::{Frame, Value};
use crate::model::{ErrorCode, SourceReport, Warning};

/// How long a server may take to its first answer: one that sleeps is woken by it.
const WAKING: Duration = Duration::from_secs(300);

/// A server behind a driver.
pub(in crate::source) trait Server: Send + Sync + 'static {
    /// Which engine it is.
    fn driver(&self) -> &'static Driver;

    /// Its idle sessions.
    fn sessions(&self) -> &ConnectionPool<ManagedConnection>;

    /// A session: an idle one, or a new one. May wait.
    ///
    /// # Errors
    /// No driver, no server, or a setting that the server does not take.
    fn connect(&self) -> Result<ManagedConnection, Error>;

    /// Reads a query, which no gate has passed yet, to its last row. May wait.
    ///
    /// # Errors
    /// What the gate and the server refuse, and types and values without an exact canonical form.
    fn send(
        &self,
        connection: &mut ManagedConnection,
        sql: &str,
        rows: &mut BatchSink,
        cancel: &Cancel,
    ) -> Result<(), Error>;

    /// The columns of a query, which no gate has passed yet, without running it; absent where the server cannot tell.
    /// May wait.
    ///
    /// # Errors
    /// See [`Server::send`].
    fn described(
        &self,
        connection: &mut ManagedConnection,
        sql: &str,
        cancel: &Cancel,
    ) -> Result<Option<Vec<Described>>, Error>;

    /// The query whose answer [`Server::report`] reads.
    fn about(&self) -> &'static str;

    /// What the server says of itself, by the answer to [`Server::about`].
    fn report(&self, told: &Cells) -> SourceReport;

    /// The query of its clock, a moment named `now`.
    fn clock(&self) -> &'static str;

    /// Its URL without the password.
    fn shown(&self) -> &str;
}

/// A source that a server answers for.
pub(in crate::source) struct Remote<S>(Arc<S>);

/// Readings one after the other, each in a session.
struct Readings<'a, S>(&'a Remote<S>);

impl<S: Server> Remote<S> {
    pub(in crate::source) fn new(server: S) -> Self {
        Remote(Arc::new(server))
    }

    /// Reads `sql` into `rows`.
    async fn reading(&self, sql: &str, mut rows: BatchSink) -> Result<BatchSink, Error> {
        self.working(sql, move |server, connection, sql, cancel| {
            server.send(connection, sql, &mut rows, cancel)?;
            Ok(rows)
        })
        .await
    }

    /// Does `work` about `sql` in a session, on a thread that may wait; the driver is told to stop where this is dropped.
    async fn working<T: Send + 'static>(
        &self,
        sql: &str,
        work: impl FnOnce(&S, &mut ManagedConnection, &str, &Cancel) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let cancel = Cancel::default();
        let mut given_up = GivenUp::new(&cancel);
        let (server, sql) = (self.0.clone(), sql.to_owned());
        let done = waiting(move || {
            let mut connection = server.connect()?;
            let done = work(&server, &mut connection, &sql, &cancel)?;
            server.sessions().give(connection);
            Ok(done)
        })
        .await;
        given_up.keep();
        done
    }

    async fn answer(&self, sql: &str) -> Result<Answer, Error> {
        let BatchSink::Whole(Some(frame)) = self.reading(sql, BatchSink::Whole(None)).await? else {
            return Err(column_builder::no_columns());
        };
        Ok(Answer { frame, warnings: Vec::new() })
    }
}

impl<S: Server> Reader for Readings<'_, S> {
    fn snapshot(&self) -> bool {
        false
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move { self.0.reading(sql, BatchSink::Batches(batches)).await.map(|_| Vec::new()) })
    }

    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(async move { self.0.answer(sql).await.map(Some) })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(self.0.working(sql, |server, connection, sql, cancel| server.described(connection, sql, cancel)))
    }
}

impl<S: Server> Engine for Remote<S> {
    fn driver(&self) -> &'static Driver {
        self.0.driver()
    }

    fn identity(&self) -> String {
        String::new()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            let slow = || {
                let message = format!("{} does not answer within 5 minutes; check that it runs", self.0.shown());
                Error::new(ErrorCode::Connection, message)
            };
            let asked = tokio::time::timeout(WAKING, self.answer(self.0.about()));
            Ok(self.0.report(&Cells::of(&asked.await.map_err(|_| slow())??.frame)))
        })
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async {
            let frame = self.answer(self.0.clock()).await?.frame;
            let now = match frame.values("now").pop() {
                Some(Value::Instant(nanos)) => i64::try_from(nanos).ok().map(DateTime::from_timestamp_nanos),
                _ => None,
            };
            let unread = || {
                let engine = self.0.driver().dialect.label();
                Error::new(ErrorCode::QueryRefused, format!("cannot read the clock of {engine}; try again"))
            };
            now.ok_or_else(unread)
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let _running = self.0.sessions().slot().await;
            self.answer(sql).await
        })
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(self.0.sessions().reserve(connections))
    }

    fn reader<'a>(
        &'a self,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(std::future::ready(Ok(Box::new(Readings(self)) as Box<dyn Reader + 'a>)))
    }
}

//! All that talks to a database or reads a file of data; everything below it sees canonical frames.
//!
//! One file per engine, each with one declared table from the engine's types to canonical types.
//! Every query is read-only at the connection or transaction, has a timeout, and is cancelled at the
//! server when it is given up.

mod apart;
pub mod catalog;
mod clickhouse;
mod files;
mod gate;
pub mod lexer;
mod literal;
mod mysql;
mod postgres;
pub mod pushdown;
pub(crate) mod registry;
pub(crate) mod shared;
pub(crate) mod sqlite;
pub(crate) mod tls;
pub(crate) mod url;
pub mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::SemaphorePermit;

use crate::frame::Frame;
use crate::model::{Kind, SourceReport, Volume, Warning};
use crate::spec::check::Requirement;

pub use catalog::TableName;
pub use clickhouse::{ClickHouse, client as clickhouse_client};
pub use files::Files;
pub use gate::{ReadQuery, Refused, admits, statements};
pub use literal::literal;
pub use mysql::MySql;
pub use postgres::Postgres;
pub(crate) use postgres::options as postgres_options;
pub use registry::open;
pub use shared::batch_sink::Reader;
pub use shared::nondeterminism::fickle;
pub use sqlite::Sqlite;
pub(crate) use url::note_secrets;
pub(crate) use url::strict::{names_a_secret, network_refusal};
pub use url::{Location, SourceUrl, UrlError};

/// How long a server may take to confirm a cancellation before it is left behind.
const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// How long a server may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The engines, by the name that stands in reports and in `requires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineName {
    /// ClickHouse over HTTP(S).
    ClickHouse,
    /// PostgreSQL and TimescaleDB.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// SQLite.
    Sqlite,
    /// Parquet, CSV and NDJSON files through Polars SQL.
    Files,
}

impl EngineName {
    /// Every engine.
    pub const ALL: [EngineName; 5] =
        [EngineName::ClickHouse, EngineName::Postgres, EngineName::MySql, EngineName::Sqlite, EngineName::Files];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            EngineName::ClickHouse => "clickhouse",
            EngineName::Postgres => "postgres",
            EngineName::MySql => "mysql",
            EngineName::Sqlite => "sqlite",
            EngineName::Files => "files",
        }
    }
}

/// What a suite says of a source beside its URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceOptions {
    /// Session time zone; UTC unless given, on ClickHouse the server's own.
    pub timezone: Option<String>,
    /// Session settings by name.
    pub settings: BTreeMap<String, String>,
    /// Most connections held at once.
    pub max_connections: Option<u32>,
    /// Column types of CSV files: `column` or `table.column` to a type name.
    pub types: BTreeMap<String, String>,
}

/// What went wrong at a source: what was being done, what happened, the way out. Holds no password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure it is, for retries.
    pub fault: ErrorKind,
    /// The whole sentence.
    pub message: String,
    /// Causes below it, outermost first, none repeated.
    pub causes: Vec<String>,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The connection could not be made or broke; worth another try before the first row.
    Connection,
    /// The server refused the query, or the file could not be read.
    Query,
    /// A column has no canonical type, or a value no exact one.
    Column,
    /// The query took longer than allowed.
    Timeout,
    /// The run was stopped.
    Interrupted,
    /// Nobody receives the rows any longer; why, is told elsewhere.
    Unwanted,
}

impl Error {
    /// An error without causes.
    pub fn new(fault: ErrorKind, message: impl Into<String>) -> Self {
        Error { fault, message: message.into(), causes: Vec::new() }
    }

    /// An error with the chain below `cause`, each text once.
    pub fn caused(fault: ErrorKind, message: impl Into<String>, cause: &(dyn std::error::Error + 'static)) -> Self {
        let message = message.into();
        let mut causes: Vec<String> = Vec::new();
        let mut next = Some(cause);
        while let Some(one) = next {
            let text = one.to_string();
            if !message.contains(&text) && !causes.iter().any(|earlier| earlier.contains(&text)) {
                causes.push(text);
            }
            next = one.source();
        }
        Error { fault, message, causes }
    }
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Canonical columns.
    pub frame: Frame,
    /// What the reader must know of this answer, such as settings that could not be sent.
    pub warnings: Vec<Warning>,
}

/// What a query is for, as far as it bears on what [`Engine::inspect`] warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintRequest {
    /// What the check compares.
    pub kind: Kind,
    /// Whether a value must equal its counterpart exactly, so that an approximate aggregate cannot do.
    pub exact: bool,
    /// Columns that pair the rows of the two sides, by their name on this side; empty where there is one row a side.
    pub key: Vec<String>,
    /// Views whose age can be told.
    pub views: Vec<Refreshed>,
}

/// A view that is filled from other rows now and then, and how to tell that it has fallen behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// Its name.
    pub view: TableName,
    /// Column of the view whose largest value is that of `column` when it was filled.
    pub last_updated: String,
    /// The table it is filled from.
    pub table: TableName,
    /// Column of the table that is larger the newer a row is.
    pub column: String,
    /// How far behind it may be.
    pub max_lag: Duration,
}

/// What a server tells of a query before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspected {
    /// What may make its answer wrong.
    pub warnings: Vec<Warning>,
    /// Which of [`LintRequest::views`] it reads, by their place there.
    pub views: BTreeSet<usize>,
}

/// What a running query is known by at its server; an engine fills it before the query starts. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct QueryHandle(Arc<Mutex<Option<String>>>);

impl QueryHandle {
    /// Notes the backend process, connection or query id.
    pub fn note(&self, id: impl Into<String>) {
        *self.0.lock().expect("no one panics while holding a ticket") = Some(id.into());
    }

    /// What was noted, if the query got so far.
    pub fn id(&self) -> Option<String> {
        self.0.lock().expect("no one panics while holding a ticket").clone()
    }
}

/// One engine behind a source.
pub trait Engine: Send + Sync {
    /// Which engine it is.
    fn name(&self) -> EngineName;

    /// Engine, version, session time zone, masked URL and settings; the first thing to fail when a server is away.
    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>>;

    /// The server's clock.
    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>>;

    /// Whether the server has what `requirement` names.
    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>>;

    /// Runs one statement, read-only, to its last row. `timeout` may be handed to the server as well.
    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>>;

    /// Waits for the right to use so many connections at once; absent where connections are not counted.
    ///
    /// # Errors
    /// More than the source may ever have.
    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>>;

    /// Opens a session for readings of any size, read-only, in one snapshot where the engine has one. The caller
    /// holds a reservation. `timeout` is per reading.
    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>>;

    /// Cancels what `ticket` names, on a connection of its own.
    fn cancel<'a>(&'a self, ticket: &'a QueryHandle) -> BoxFuture<'a, ()>;

    /// What the server reads for one run of `sql`, for which it runs once more; absent where the engine does not tell.
    fn volume<'a>(
        &'a self,
        _sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Volume>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// What the account may do beside reading, in a sentence with the way out; absent where it only reads, and where the
    /// engine has no accounts.
    fn privileges(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// What may make the answer to `sql` wrong, told from the server's own analysis; the query itself does not run.
    ///
    /// No warnings unless the engine knows how. An engine that knows how and whose server refuses returns a warning
    /// `not_analysed`; an error is left for a connection that broke. Nothing is written, no session state changes.
    fn inspect<'a>(
        &'a self,
        _sql: &'a str,
        _asked: &'a LintRequest,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Inspected, Error>> {
        Box::pin(async { Ok(Inspected::default()) })
    }
}

/// Tells every query of a run to stop. Clones share the state.
#[derive(Clone, Debug)]
pub struct Stop(Arc<tokio::sync::watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Stop(Arc::new(tokio::sync::watch::Sender::new(false)))
    }
}

impl Stop {
    /// Stops everything that listens.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`Stop::stop`] was called.
    pub fn stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves once [`Stop::stop`] was called.
    pub async fn wait(&self) {
        let mut listener = self.0.subscribe();
        let _ = listener.wait_for(|stopped| *stopped).await;
    }
}

/// Runs `sql` with a limit of `timeout`; a query given up is cancelled at its server first.
pub async fn query(engine: &dyn Engine, sql: &str, timeout: Duration, stop: &Stop) -> Result<Answer, Error> {
    admits(engine.name(), sql)?;
    let ticket = QueryHandle::default();
    within(engine.fetch(sql, timeout, &ticket), engine, &ticket, timeout, stop).await
}

/// What `asking` comes to within `timeout`; a query given up is cancelled at its server first.
pub async fn within<T>(
    asking: impl Future<Output = Result<T, Error>>,
    engine: &dyn Engine,
    ticket: &QueryHandle,
    timeout: Duration,
    stop: &Stop,
) -> Result<T, Error> {
    let given_up = tokio::select! {
        answer = asking => return answer,
        () = stop.wait() => Error::new(ErrorKind::Interrupted, "the run was interrupted; the query was cancelled"),
        () = tokio::time::sleep(timeout) => timed_out(timeout),
    };
    cancel(engine, ticket).await;
    Err(given_up)
}

/// Cancels what `ticket` names, and waits a little for its server to say so.
pub async fn cancel(engine: &dyn Engine, ticket: &QueryHandle) {
    let _ = tokio::time::timeout(CANCEL_GRACE, engine.cancel(ticket)).await;
}

/// Asks what may make the answer to `sql` wrong, with the limits of [`query`].
pub async fn inspect(
    engine: &dyn Engine,
    sql: &str,
    asked: &LintRequest,
    timeout: Duration,
    stop: &Stop,
) -> Result<Inspected, Error> {
    let ticket = QueryHandle::default();
    let given_up = tokio::select! {
        found = engine.inspect(sql, asked, timeout, &ticket) => return found,
        () = stop.wait() => Error::new(ErrorKind::Interrupted, "the run was interrupted; the analysis was cancelled"),
        () = tokio::time::sleep(timeout) => timed_out(timeout),
    };
    let _ = tokio::time::timeout(CANCEL_GRACE, engine.cancel(&ticket)).await;
    Err(given_up)
}

/// The error for a query that took longer than `timeout`, whoever noticed first.
pub fn timed_out(timeout: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!(
            "the query took longer than {} and was cancelled; allow more with `timeout` on the check or --timeout",
            humantime::format_duration(timeout)
        ),
    )
}

/// The error for a server that accepts no connection in time; `shown` is the masked URL.
fn no_answer(shown: &str) -> Error {
    Error::new(
        ErrorKind::Connection,
        format!(
            "cannot connect to {shown}: no answer within {}; check the URL and that the server listens there",
            humantime::format_duration(CONNECT_LIMIT)
        ),
    )
}

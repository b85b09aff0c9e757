//! The trait that every engine implements, and what it is asked and answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::SemaphorePermit;

use super::catalog::TableName;
use super::error::Error;
use super::shared::batch_sink::Reader;
use crate::frame::Frame;
use crate::model::{Kind, SourceReport, Volume, Warning};
use crate::spec::check::Requirement;

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

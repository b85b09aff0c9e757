//! PostgreSQL and TimescaleDB through sqlx: read-only transactions, the binary protocol, exact values.
//!
//! Each query has a transaction of its own that carries every setting (`set_config(…, true)`), so that
//! nothing depends on session state a pooler may not keep. Decoding one value (`decode`) knows nothing
//! of how rows arrive, so that another way of streaming them can share it.

mod awareness;
mod column;
mod copy;
mod decode;
mod error;
mod numeric;
mod refreshed;
mod types;

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Statement, ValueRef};
use tokio::sync::{SemaphorePermit, mpsc};

use super::batches::{self, Rows};
use super::idle::Idle;
use super::pushdown::Described;
use super::rows;
use super::{Answer, CONNECT_LIMIT, Engine, EngineName, Error, Fault, Inspect, Options, Reader, Ticket};
use crate::check::Requirement;
use crate::frame::Frame;
use crate::model::{SourceReport, Warning};
use column::Column;
use types::Shape;

/// A prepared statement of another client may hold our statement's name behind a pooler; the next name is tried.
const DUPLICATE_STATEMENT: &str = "42P05";
const NAME_ATTEMPTS: usize = 8;
/// Bytes that are handed over at once, and how often that may be ahead of their reading.
const CHUNK: usize = 1 << 18;
const CHUNKS: usize = 4;
/// How long a query of our own, such as the server's clock, may take.
const OWN_QUERY_LIMIT: Duration = Duration::from_secs(30);

/// Settings of every transaction, so that casts to text and dates mean the same on every server.
const SETTINGS: [(&str, &str); 3] =
    [("DateStyle", "ISO, MDY"), ("IntervalStyle", "postgres"), ("extra_float_digits", "1")];

/// Settings that a suite may not make, because reading values depends on them or writing would become possible.
const OURS: [&str; 3] = ["timezone", "client_encoding", "transaction_read_only"];

/// A PostgreSQL server.
pub struct Postgres {
    connect: PgConnectOptions,
    idle: Idle<PgConnection>,
    /// Settings by name, the suite's after our own.
    settings: Vec<(String, String)>,
    /// Names the suite sets, shown in the report.
    reported: Vec<String>,
    shown: String,
}

impl Postgres {
    /// A source that connects on first use; `shown` is the URL without its password.
    ///
    /// # Errors
    /// A URL with a part that cannot be read, such as an unknown `sslmode`.
    pub fn open(url: &url::Url, options: &Options, shown: String) -> Result<Self, Error> {
        let connect = PgConnectOptions::from_url(url)
            .map_err(|cause| {
                Error::caused(Fault::Connection, format!("{shown} cannot be used; check the parts of the URL"), &cause)
            })?
            // Only for the statement of the transaction at hand, and closed with it.
            .statement_cache_capacity(1)
            // A start-up parameter that poolers refuse; set in each transaction instead.
            .extra_float_digits(None)
            .disable_statement_logging();
        let connect =
            if connect.get_application_name().is_none() { connect.application_name("cutover") } else { connect };
        if let Some(name) = options.settings.keys().find(|name| OURS.contains(&name.to_lowercase().as_str())) {
            let way_out = "the zone of a source is its `timezone`, its text is always UTF-8, and it only reads";
            return Err(Error::new(Fault::Query, format!("`{name}` cannot be a setting of {shown}; {way_out}")));
        }
        let timezone = options.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        let own = SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let given = options.settings.iter().map(|(name, value)| (name.clone(), value.clone()));
        Ok(Postgres {
            connect,
            idle: Idle::new(options.max_connections),
            settings: own.chain([("TimeZone".to_owned(), timezone)]).chain(given).collect(),
            reported: options.settings.keys().cloned().collect(),
            shown,
        })
    }

    async fn connect(&self) -> Result<PgConnection, Error> {
        match tokio::time::timeout(CONNECT_LIMIT, PgConnection::connect_with(&self.connect)).await {
            Ok(connected) => connected.map_err(|cause| error::connecting(&self.shown, &cause)),
            Err(_) => Err(super::no_answer(&self.shown)),
        }
    }

    /// A connection in a read-only transaction with its settings; its backend is on the ticket.
    async fn begin(&self, timeout: Duration, ticket: &Ticket) -> Result<PgConnection, Error> {
        // An idle connection may have been closed by the server; only a fresh one tells whether it is there.
        while let Some(mut connection) = self.idle.take() {
            match self.enter(&mut connection, timeout, ticket).await {
                Err(refused) if refused.fault == Fault::Connection => {}
                Err(refused) => return Err(refused),
                Ok(()) => return Ok(connection),
            }
        }
        let mut connection = self.connect().await?;
        self.enter(&mut connection, timeout, ticket).await?;
        Ok(connection)
    }

    async fn enter(&self, connection: &mut PgConnection, timeout: Duration, ticket: &Ticket) -> Result<(), Error> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        sqlx::raw_sql(begin).execute(&mut *connection).await.map_err(|e| error::running(begin, timeout, &e))?;
        let (mut names, mut values): (Vec<String>, Vec<String>) = self.settings.iter().cloned().unzip();
        names.push("statement_timeout".to_owned());
        values.push(format!("{}ms", timeout.as_millis().clamp(1, i32::MAX as u128)));
        let set = "SELECT pg_backend_pid(), count(set_config(name, value, true)) \
                   FROM unnest($1::text[], $2::text[]) AS setting(name, value)";
        let (backend, _): (i32, i64) =
            sqlx::query_as(set).bind(names).bind(values).persistent(false).fetch_one(connection).await.map_err(
                |cause| {
                    let refused = error::running(set, timeout, &cause);
                    let message =
                        format!("the session could not be set up (time zone, timeout, settings): {}", refused.message);
                    Error { message, ..refused }
                },
            )?;
        ticket.note(backend.to_string());
        Ok(())
    }

    /// Ends the transaction and gives the connection back; one that cannot end it is closed.
    async fn leave(&self, mut connection: PgConnection) {
        let ended = async {
            connection.clear_cached_statements().await?;
            sqlx::raw_sql("ROLLBACK").execute(&mut connection).await
        };
        if ended.await.is_ok() {
            self.idle.give(connection);
        }
    }

    /// Describes the statement without running it.
    async fn prepare(
        &self,
        mut connection: PgConnection,
        sql: &str,
        timeout: Duration,
        ticket: &Ticket,
    ) -> Result<(PgConnection, Vec<Plan>), Error> {
        let mut attempt = 1;
        loop {
            let refused = match connection.prepare(AssertSqlSafe(sql).into_sql_str()).await {
                Ok(statement) => {
                    let columns = statement.columns();
                    return Ok((connection, columns.iter().map(Plan::of).collect::<Result<_, _>>()?));
                }
                Err(refused) => refused,
            };
            let taken = refused.as_database_error().and_then(|e| e.code()).is_some_and(|c| c == DUPLICATE_STATEMENT);
            if !taken || attempt == NAME_ATTEMPTS {
                return Err(error::running(sql, timeout, &refused));
            }
            attempt += 1;
            let end = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
            end.map_err(|cause| error::running(sql, timeout, &cause))?;
            self.enter(&mut connection, timeout, ticket).await?;
        }
    }

    async fn answer(&self, sql: &str, timeout: Duration, ticket: &Ticket) -> Result<Answer, Error> {
        let _slot = self.idle.slot().await;
        let connection = self.begin(timeout, ticket).await?;
        let mut rows = Rows::Whole(None);
        let connection = self.read_rows(connection, sql, timeout, ticket, &mut rows).await?;
        self.leave(connection).await;
        let Rows::Whole(Some(frame)) = rows else { return Err(rows::no_columns()) };
        Ok(Answer { frame, warnings: Vec::new() })
    }

    /// One statement read to its last row, or until no more is wanted; its connection may be another one then.
    async fn read_rows(
        &self,
        connection: PgConnection,
        sql: &str,
        timeout: Duration,
        ticket: &Ticket,
        rows: &mut Rows,
    ) -> Result<PgConnection, Error> {
        let (mut connection, plans) = self.prepare(connection, sql, timeout, ticket).await?;
        if plans.is_empty() {
            return Err(rows::no_columns());
        }
        rows::distinct(plans.iter().map(|plan| plan.name.as_str()))?;
        if let (Rows::Batches(batches), Some(copied)) = (&*rows, copy::statement(sql)) {
            let batches = batches.clone();
            return self.copy(connection, sql, &copied, timeout, plans, batches).await;
        }
        let (mut columns, mut height, mut bytes, mut given) = (begun(&plans, 0), 0, 0, 0);
        {
            let mut stream = sqlx::query(AssertSqlSafe(sql)).fetch(&mut connection);
            while let Some(row) = stream.try_next().await.map_err(|cause| error::running(sql, timeout, &cause))? {
                bytes += read(&row, &plans, &mut columns)?;
                height += 1;
                if rows.full(height, bytes) {
                    given += height;
                    let batch = frame(std::mem::replace(&mut columns, begun(&plans, given)))?;
                    if !rows.take(batch).await {
                        return Err(batches::unwanted());
                    }
                    (height, bytes) = (0, 0);
                }
            }
        }
        if given == 0 || height > 0 {
            rows.take(frame(columns)?).await;
        }
        Ok(connection)
    }

    /// The rows of `copied`, put into columns on a thread of their own while the next ones come in.
    async fn copy(
        &self,
        mut connection: PgConnection,
        sql: &str,
        copied: &str,
        timeout: Duration,
        plans: Vec<Plan>,
        batches: mpsc::Sender<Frame>,
    ) -> Result<PgConnection, Error> {
        let refused = |cause: sqlx::Error| error::running(sql, timeout, &cause);
        let (sender, receiver) = mpsc::channel(CHUNKS);
        let reading = tokio::task::spawn_blocking(move || read_copied(receiver, &plans, batches));
        {
            let mut messages = connection.copy_out_raw(copied).await.map_err(refused)?;
            let (mut chunk, mut size) = (Vec::new(), 0);
            while let Some(message) = messages.try_next().await.map_err(refused)? {
                size += message.len();
                chunk.push(message);
                if size >= CHUNK && sender.send(std::mem::take(&mut chunk)).await.is_err() {
                    break;
                }
                if chunk.is_empty() {
                    size = 0;
                }
            }
            // Whether anyone still listens is told by the reading.
            let _ = sender.send(chunk).await;
        }
        drop(sender);
        match reading.await {
            Ok(read) => read.map(|()| connection),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// One row of a query of our own, in a transaction like every other.
    async fn own<T>(&self, sql: &'static str, names: &[String]) -> Result<T, Error>
    where
        T: for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin,
    {
        let _slot = self.idle.slot().await;
        let asked = async {
            let mut connection = self.begin(OWN_QUERY_LIMIT, &Ticket::default()).await?;
            let query = sqlx::query_as(sql).bind(names).persistent(false);
            let row = query.fetch_one(&mut connection).await;
            let row = row.map_err(|cause| error::running(sql, OWN_QUERY_LIMIT, &cause))?;
            self.leave(connection).await;
            Ok(row)
        };
        tokio::time::timeout(OWN_QUERY_LIMIT, asked).await.unwrap_or_else(|_| Err(super::timed_out(OWN_QUERY_LIMIT)))
    }
}

/// One column of a statement: its name and how its values are read.
struct Plan {
    name: String,
    type_name: String,
    shape: Shape,
}

impl Plan {
    fn of(column: &sqlx::postgres::PgColumn) -> Result<Plan, Error> {
        let info = column.type_info();
        let type_name = types::name(info);
        let name = column.name().to_owned();
        match types::shape(info) {
            Some(shape) => Ok(Plan { name, type_name, shape }),
            None => Err(rows::no_canonical_type(&name, &type_name, types::way_out(info))),
        }
    }
}

/// The columns of a batch behind `given` other rows.
fn begun(plans: &[Plan], given: usize) -> Vec<Column> {
    plans.iter().map(|plan| Column::new(&plan.name, &plan.type_name, &plan.shape, given)).collect()
}

/// Puts copied rows into batches until the last one.
fn read_copied(
    mut receiver: mpsc::Receiver<Vec<Bytes>>,
    plans: &[Plan],
    batches: mpsc::Sender<Frame>,
) -> Result<(), Error> {
    let mut rows = Rows::Batches(batches);
    let mut copied = copy::Rows::default();
    let (mut columns, mut height, mut bytes, mut given) = (begun(plans, 0), 0, 0, 0);
    while let Some(chunk) = receiver.blocking_recv() {
        for message in chunk {
            height += copied.read(&message, &mut columns)?;
            bytes += message.len();
            if rows.full(height, bytes) {
                given += height;
                let batch = frame(std::mem::replace(&mut columns, begun(plans, given)))?;
                if !rows.take_blocking(batch) {
                    return Err(batches::unwanted());
                }
                (height, bytes) = (0, 0);
            }
        }
    }
    copied.finished()?;
    if given == 0 || height > 0 {
        rows.take_blocking(frame(columns)?);
    }
    Ok(())
}

fn frame(columns: Vec<Column>) -> Result<Frame, Error> {
    let finished = columns.into_iter().map(Column::finish).collect::<Result<Vec<_>, _>>()?;
    let (series, types) = finished.into_iter().unzip();
    Frame::from_series(series, types).map_err(rows::frame_error)
}

/// Reads one row and tells how many bytes its values are.
fn read(row: &PgRow, plans: &[Plan], columns: &mut [Column]) -> Result<usize, Error> {
    let mut size = 0;
    for (index, (plan, column)) in plans.iter().zip(columns).enumerate() {
        let raw = row.try_get_raw(index).map_err(|cause| {
            Error::caused(Fault::Query, format!("column `{}` is missing from a row of the answer", plan.name), &cause)
        })?;
        if raw.is_null() {
            column.push(None)?;
            continue;
        }
        let bytes = raw.as_bytes().map_err(|cause| {
            Error::caused(Fault::Query, format!("column `{}` cannot be read; cast it in the query", plan.name), &*cause)
        })?;
        size += bytes.len();
        column.push(Some(bytes))?;
    }
    Ok(size)
}

/// A transaction whose readings all see the rows as they were at its first.
struct Session<'a> {
    source: &'a Postgres,
    connection: Option<PgConnection>,
    timeout: Duration,
    ticket: &'a Ticket,
}

impl Reader for Session<'_> {
    fn snapshot(&self) -> bool {
        true
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let connection = self.connection.take().ok_or_else(|| {
                Error::new(Fault::Connection, "the connection was given up in an earlier reading; run the check again")
            })?;
            let mut rows = Rows::Batches(batches);
            let read = self.source.read_rows(connection, sql, self.timeout, self.ticket, &mut rows).await?;
            self.connection = Some(read);
            Ok(Vec::new())
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(async move {
            let Some(connection) = self.connection.take() else { return Ok(None) };
            let (connection, plans) = self.source.prepare(connection, sql, self.timeout, self.ticket).await?;
            self.connection = Some(connection);
            let described = plans.into_iter().map(|plan| Described {
                of: types::canonical(&plan.shape),
                name: plan.name,
                database_type: plan.type_name,
            });
            Ok(Some(described.collect()))
        })
    }

    fn close<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move {
            if let Some(connection) = self.connection {
                self.source.leave(connection).await;
            }
        })
    }
}

impl Engine for Postgres {
    fn name(&self) -> EngineName {
        EngineName::Postgres
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async move {
            let names: Vec<String> =
                ["transaction_isolation", "transaction_read_only", "server_encoding", "DateStyle", "search_path"]
                    .into_iter()
                    .map(str::to_owned)
                    .chain(self.reported.iter().cloned())
                    .collect();
            let sql = "SELECT current_setting('server_version'), current_setting('TimeZone'), \
                       (SELECT extversion::text FROM pg_extension WHERE extname = 'timescaledb'), \
                       (SELECT array_agg(coalesce(current_setting(name, true), '') ORDER BY place) \
                        FROM unnest($1::text[]) WITH ORDINALITY AS setting(name, place))";
            let (version, timezone, timescale, values): (String, String, Option<String>, Vec<String>) =
                self.own(sql, &names).await?;
            let mut settings: std::collections::BTreeMap<_, _> = names.into_iter().zip(values).collect();
            settings.extend(timescale.map(|version| ("timescaledb".to_owned(), version)));
            Ok(SourceReport {
                engine: EngineName::Postgres.as_str().to_owned(),
                version,
                timezone,
                url: self.shown.clone(),
                settings,
            })
        })
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async move {
            let (now,): (DateTime<Utc>,) =
                self.own("SELECT clock_timestamp() WHERE $1::text[] IS NOT NULL", &[]).await?;
            Ok(now)
        })
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            match requirement {
                Requirement::Engine(name) => Ok(name == EngineName::Postgres.as_str()),
                Requirement::Extension(name) => {
                    let sql = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = ANY ($1::text[]))";
                    let (has,): (bool,) = self.own(sql, std::slice::from_ref(name)).await?;
                    Ok(has)
                }
            }
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(self.answer(sql, timeout, ticket))
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(self.idle.reserve(connections))
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move {
            let connection = Some(self.begin(timeout, ticket).await?);
            Ok(Box::new(Session { source: self, connection, timeout, ticket }) as Box<dyn Reader + 'a>)
        })
    }

    fn inspect<'a>(
        &'a self,
        sql: &'a str,
        asked: &'a Inspect,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(self.look(sql, asked, timeout, ticket))
    }

    fn cancel<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some(backend) = ticket.id().and_then(|id| id.parse::<i32>().ok()) else { return };
            // Beside the slots: they may all be taken by queries that wait to be cancelled.
            let Ok(mut connection) = self.connect().await else { return };
            let cancel = sqlx::query("SELECT pg_cancel_backend($1)").bind(backend).persistent(false);
            // Nobody is left to tell: the query was given up, and the server ends it by its own timeout.
            let _ = cancel.execute(&mut connection).await;
            let _ = connection.close().await;
        })
    }
}

//! The rows of a statement, whole or in batches, by the binary COPY.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Column as _, Row, ValueRef};
use tokio::sync::mpsc;

use super::super::catalog::Cells;
use super::super::pushdown::Described;
use super::super::shared::batch_sink;
use super::super::shared::batch_sink::BatchSink;
use super::super::shared::column_builder;
use super::super::{Answer, Error, ErrorCode, QueryHandle, ReadQuery, Reader};
use super::column::Column;
use super::send;
use super::send::{Form, Parsed};
use super::server::Postgres;
use super::types;
use super::types::Shape;
use super::{copy, error, server_diff};
use crate::frame::Frame;
use crate::model::Warning;

/// A prepared statement of another client may hold our statement's name behind a pooler; the next name is tried.
const DUPLICATE_STATEMENT: &str = "42P05";
const NAME_ATTEMPTS: usize = 8;
/// Bytes that are handed over at once, and how often that may be ahead of their reading.
const CHUNK: usize = 1 << 18;
const CHUNKS: usize = 4;

impl Postgres {
    /// Describes the statement without running it.
    async fn prepare(
        &self,
        connection: PgConnection,
        query: ReadQuery<'_>,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<(PgConnection, Vec<ColumnDecoder>), Error> {
        let (connection, parsed) = self.parse(connection, query, Form::Rows, timeout, ticket).await?;
        Ok((connection, parsed.columns().iter().map(ColumnDecoder::of).collect::<Result<_, _>>()?))
    }

    /// Has the server parse the statement, again where its name is taken.
    async fn parse(
        &self,
        mut connection: PgConnection,
        query: ReadQuery<'_>,
        form: Form,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<(PgConnection, Parsed), Error> {
        let sql = query.text();
        let mut attempt = 1;
        loop {
            let refused = match send::parse(&mut connection, query, form).await {
                Ok(parsed) => return Ok((connection, parsed)),
                Err(refused) => refused,
            };
            let taken = refused
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|c| c == DUPLICATE_STATEMENT);
            if !taken || attempt == NAME_ATTEMPTS {
                return Err(error::running(sql, timeout, &refused));
            }
            attempt += 1;
            let end = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
            end.map_err(|cause| error::running(sql, timeout, &cause))?;
            self.enter(&mut connection, timeout, ticket).await?;
        }
    }

    pub(super) async fn answer(&self, sql: &str, timeout: Duration, ticket: &QueryHandle) -> Result<Answer, Error> {
        let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
        let _slot = self.idle.slot().await;
        let connection = self.begin(timeout, ticket).await?;
        let mut rows = BatchSink::Whole(None);
        let connection = self.read_rows(connection, query, timeout, ticket, &mut rows).await?;
        self.leave(connection).await;
        let BatchSink::Whole(Some(frame)) = rows else { return Err(column_builder::no_columns()) };
        Ok(Answer { frame, warnings: Vec::new() })
    }

    /// One statement read to its last row, or until no more is wanted; its connection may be another one then.
    async fn read_rows(
        &self,
        connection: PgConnection,
        query: ReadQuery<'_>,
        timeout: Duration,
        ticket: &QueryHandle,
        rows: &mut BatchSink,
    ) -> Result<PgConnection, Error> {
        let (mut connection, plans) = self.prepare(connection, query, timeout, ticket).await?;
        if plans.is_empty() {
            return Err(column_builder::no_columns());
        }
        column_builder::distinct(plans.iter().map(|plan| plan.name.as_str()))?;
        if let BatchSink::Batches(batches) = &*rows {
            let batches = batches.clone();
            let (connection, parsed) = self.parse(connection, query, Form::Copy, timeout, ticket).await?;
            return self.copy(connection, query.text(), &parsed, timeout, plans, batches).await;
        }
        let (mut columns, mut height, mut bytes, mut given) = (begun(&plans, 0), 0, 0, 0);
        {
            let mut stream = send::rows(&mut connection, query);
            let refused = |cause: sqlx::Error| error::running(query.text(), timeout, &cause);
            while let Some(row) = stream.try_next().await.map_err(refused)? {
                bytes += read(&row, &plans, &mut columns)?;
                height += 1;
                if rows.full(height, bytes) {
                    given += height;
                    let batch = frame(std::mem::replace(&mut columns, begun(&plans, given)))?;
                    if !rows.take(batch).await {
                        return Err(batch_sink::unwanted());
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

    /// The rows that are copied, put into columns on a thread of their own while the next ones come in.
    async fn copy(
        &self,
        mut connection: PgConnection,
        sql: &str,
        parsed: &Parsed,
        timeout: Duration,
        plans: Vec<ColumnDecoder>,
        batches: mpsc::Sender<Frame>,
    ) -> Result<PgConnection, Error> {
        let refused = |cause: sqlx::Error| error::running(sql, timeout, &cause);
        let (sender, receiver) = mpsc::channel(CHUNKS);
        let reading = tokio::task::spawn_blocking(move || read_copied(receiver, &plans, batches));
        {
            let mut messages = parsed.copied(&mut connection).await.map_err(refused)?;
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
            // The reading finds out whether anyone still listens.
            let _ = sender.send(chunk).await;
        }
        drop(sender);
        match reading.await {
            Ok(read) => read.map(|()| connection),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

/// One column of a statement: its name and how its values are read.
struct ColumnDecoder {
    name: String,
    type_name: String,
    shape: Shape,
    printed: bool,
    hashed_as: Option<&'static str>,
}

impl ColumnDecoder {
    fn of(column: &sqlx::postgres::PgColumn) -> Result<ColumnDecoder, Error> {
        let info = column.type_info();
        let type_name = types::name(info);
        let name = column.name().to_owned();
        match types::shape(info) {
            Some(shape) => {
                let (printed, hashed_as) = (types::printed(info), server_diff::hashed_as(info));
                Ok(ColumnDecoder { name, type_name, shape, printed, hashed_as })
            }
            None => Err(column_builder::no_canonical_type(&name, &type_name, types::hint(info))),
        }
    }
}

/// The columns of a batch behind `given` other rows.
fn begun(plans: &[ColumnDecoder], given: usize) -> Vec<Column> {
    plans.iter().map(|plan| Column::new(&plan.name, &plan.type_name, &plan.shape, given)).collect()
}

/// Puts copied rows into batches until the last one.
fn read_copied(
    mut receiver: mpsc::Receiver<Vec<Bytes>>,
    plans: &[ColumnDecoder],
    batches: mpsc::Sender<Frame>,
) -> Result<(), Error> {
    let mut rows = BatchSink::Batches(batches);
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
                    return Err(batch_sink::unwanted());
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
    Frame::from_series(series, types).map_err(column_builder::frame_error)
}

/// Reads one row and tells how many bytes its values are.
fn read(row: &PgRow, plans: &[ColumnDecoder], columns: &mut [Column]) -> Result<usize, Error> {
    let mut size = 0;
    for (index, (plan, column)) in plans.iter().zip(columns).enumerate() {
        let raw = row.try_get_raw(index).map_err(|cause| {
            Error::caused(
                ErrorCode::QueryRefused,
                format!("column `{}` is missing from a row of the answer", plan.name),
                &cause,
            )
        })?;
        if raw.is_null() {
            column.push(None)?;
            continue;
        }
        let bytes = raw.as_bytes().map_err(|cause| {
            Error::caused(
                ErrorCode::ValueUnreadable,
                format!("column `{}` cannot be read; cast it in the query", plan.name),
                &*cause,
            )
        })?;
        size += bytes.len();
        column.push(Some(bytes))?;
    }
    Ok(size)
}

/// A transaction whose readings all see the rows as they were at its first.
pub(super) struct Session<'a> {
    pub(super) source: &'a Postgres,
    pub(super) connection: Option<PgConnection>,
    pub(super) timeout: Duration,
    pub(super) ticket: &'a QueryHandle,
}

impl Session<'_> {
    /// The rows of a query, in one frame; absent where the session is used up.
    async fn answer(&mut self, query: ReadQuery<'_>) -> Result<Option<Frame>, Error> {
        let Some(connection) = self.connection.take() else { return Ok(None) };
        let mut rows = BatchSink::Whole(None);
        let read = self.source.read_rows(connection, query, self.timeout, self.ticket, &mut rows).await?;
        self.connection = Some(read);
        let BatchSink::Whole(Some(frame)) = rows else { return Err(column_builder::no_columns()) };
        Ok(Some(frame))
    }
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
            let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
            let connection = self.connection.take().ok_or_else(|| {
                Error::new(
                    ErrorCode::ConnectionLost,
                    "the connection was given up in an earlier reading; run the check again",
                )
            })?;
            let mut rows = BatchSink::Batches(batches);
            let read = self.source.read_rows(connection, query, self.timeout, self.ticket, &mut rows).await?;
            self.connection = Some(read);
            Ok(Vec::new())
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(async move {
            let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
            let Some(connection) = self.connection.take() else { return Ok(None) };
            let (connection, plans) = self.source.prepare(connection, query, self.timeout, self.ticket).await?;
            self.connection = Some(connection);
            let described = plans.into_iter().map(|plan| Described {
                hashed_as: plan.hashed_as.map(str::to_owned),
                ..Described::new(plan.name, plan.type_name, types::canonical(&plan.shape), plan.printed)
            });
            Ok(Some(described.collect()))
        })
    }

    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(async move {
            let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
            let version = self.connection.as_ref().and_then(PgConnection::server_version_num);
            if version.is_none_or(|version| version < server_diff::SINCE) {
                return Ok(None);
            }
            let path = self.answer(ReadQuery::check(&super::lexer::LEXERS[0], server_diff::PATH)?).await?;
            let path = path.and_then(|path| Cells::of(&path).text(0, "path"));
            if !path.is_some_and(|path| server_diff::means_its_own(&path)) {
                return Ok(None);
            }
            let frame = self.answer(query).await?;
            Ok(frame.map(|frame| Answer { frame, warnings: Vec::new() }))
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

//! A statement described, sent and read.

use std::collections::HashSet;
use std::time::Duration;

use clickhouse::query::BytesCursor;
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::super::shared::batch_sink::BatchSink;
use super::super::shared::column_builder;
use super::super::{Answer, Error, ErrorCode, QueryHandle, ReadQuery, Reader, pushdown};
use super::decode::{Described, column_error, decode};
use super::error;
use super::send::{DESCRIBE, Form};
use super::server::ClickHouse;
use super::server_diff::hashable;
use super::session;
use super::session::Session;
use super::stream::Broken;
use super::types::{Kind, unwrapped};
use crate::frame::{Frame, FrameError};
use crate::model::{Volume, Warning};

/// Chunks of a response held between the network and the decoder.
const CHUNKS: usize = 8;

/// What a statement came to: its frame, unless that was given away in batches.
pub(super) struct Answered {
    pub(super) whole: Option<Frame>,
    pub(super) warnings: Vec<Warning>,
}

/// Readings of one statement after the other: each is a query of its own, of the rows as they are then.
pub(super) struct Readings<'a> {
    pub(super) source: &'a ClickHouse,
    pub(super) timeout: Duration,
    pub(super) ticket: &'a QueryHandle,
}

impl Reader for Readings<'_> {
    fn snapshot(&self) -> bool {
        false
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let answered = self.source.answer(sql, self.timeout, self.ticket, BatchSink::Batches(batches)).await?;
            Ok(answered.warnings)
        })
    }

    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(async move {
            let answered = self.source.answer(sql, self.timeout, self.ticket, BatchSink::Whole(None)).await?;
            let frame = answered.whole.ok_or_else(column_builder::no_columns)?;
            Ok(Some(Answer { frame, warnings: answered.warnings }))
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<pushdown::Described>>, Error>> {
        Box::pin(async move {
            let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
            let session = self.source.session().await?;
            let columns = self.source.describe_columns(session, query, self.timeout, self.ticket).await?;
            let described = columns.into_iter().map(|column| {
                let (hashed_as, nullable) = unwrapped(&column.database_type);
                let (hashed_as, printed) = (hashed_as.to_owned(), column.kind.printed(&column.database_type));
                let of = column.kind.canonical();
                let hashed_as = hashable(&of).then_some(hashed_as);
                let described = pushdown::Described::new(column.name, column.database_type, of, printed);
                pushdown::Described { hashed_as, nullable, ..described }
            });
            Ok(Some(described.collect()))
        })
    }
}

impl ClickHouse {
    /// Runs `sql` to its end, without its rows, and gives what the server then says it read.
    pub(super) async fn weigh(
        &self,
        sql: &str,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<Option<Volume>, Error> {
        let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
        let session = self.session().await?;
        // The summary stands before the rows: it is complete only where the server answers at the end.
        let query = self.request(session, query, Form::Rows, timeout, ticket).with_setting("wait_end_of_query", "1");
        let refused = |cause| error::from_client(cause, &self.address);
        let mut cursor = query.fetch_bytes("Null").map_err(refused)?;
        while cursor.next().await.map_err(refused)?.is_some() {}
        let summary = cursor.summary();
        Ok(summary.and_then(|told| Some(Volume { rows: told.read_rows()?, bytes: told.read_bytes()? })))
    }

    /// The columns of `query` with their exact types; the first that has no canonical type is the error.
    async fn describe_columns(
        &self,
        session: &Session,
        query: ReadQuery<'_>,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<Vec<Described>, Error> {
        let request = self.request(session, query, Form::Describe, timeout, ticket);
        let rows = session::pairs(&self.address, request).await.map_err(not_described)?;
        let mut seen = HashSet::new();
        let mut columns = Vec::with_capacity(rows.len());
        for (name, database_type) in rows {
            if !seen.insert(name.clone()) {
                return Err(Error::new(ErrorCode::ColumnDuplicate, FrameError::DuplicateName(name).to_string()));
            }
            let kind = Kind::read(&database_type)
                .map_err(|unfit| column_error(&name, &database_type, &unfit.why, &unfit.way, unfit.besides))?;
            columns.push(Described { name, database_type, kind });
        }
        Ok(columns)
    }

    fn start(
        &self,
        session: &Session,
        query: ReadQuery<'_>,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<BytesCursor, Error> {
        self.request(session, query, Form::Rows, timeout, ticket)
            .fetch_bytes("ArrowStream")
            .map_err(|cause| error::from_client(cause, &self.address))
    }

    pub(super) async fn answer(
        &self,
        sql: &str,
        timeout: Duration,
        ticket: &QueryHandle,
        rows: BatchSink,
    ) -> Result<Answered, Error> {
        let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
        let session = self.session().await?;
        let columns = self.describe_columns(session, query, timeout, ticket).await?;
        let cursor = self.start(session, query, timeout, ticket)?;
        Ok(Answered { whole: self.read(cursor, columns, rows).await?, warnings: session.warnings.clone() })
    }

    async fn read(
        &self,
        mut cursor: BytesCursor,
        columns: Vec<Described>,
        rows: BatchSink,
    ) -> Result<Option<Frame>, Error> {
        let (sender, receiver) = mpsc::channel(CHUNKS);
        // On a thread of its own, where a panic inside Polars ends the thread and nothing else.
        let decoder = tokio::task::spawn_blocking(move || decode(receiver, &columns, rows));
        loop {
            match cursor.next().await {
                Ok(Some(chunk)) => {
                    if sender.send(chunk).await.is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(cause) => {
                    drop(sender);
                    // A server that fails in the middle writes why and then breaks the connection.
                    return Err(match decoder.await {
                        Ok(Err(Broken::Exception(text))) => error::from_server(&text, &self.address),
                        _ => error::from_client(cause, &self.address),
                    });
                }
            }
        }
        drop(sender);
        let malformed = |how: &str| {
            format!("the result of ClickHouse at {} {how}; run again, and check proxies between", self.address.host)
        };
        match decoder.await {
            Ok(Ok(whole)) => Ok(whole),
            Ok(Err(Broken::Refused(refused))) => Err(refused),
            Ok(Err(Broken::CutOff)) => Err(Error::new(
                ErrorCode::ConnectionLost,
                malformed("was cut off: it has no end-of-stream marker, so rows may be missing"),
            )),
            Ok(Err(Broken::Exception(text))) => Err(error::from_server(&text, &self.address)),
            Ok(Err(Broken::Malformed(cause))) => {
                Err(Error::new(ErrorCode::ConnectionLost, malformed(&format!("is not a valid Arrow stream ({cause})"))))
            }
            Err(_) => Err(Error::new(
                ErrorCode::ValueUnreadable,
                "Polars gave up on the result of ClickHouse; cast the columns of unusual types in the query, such as \
                 toString(column)",
            )),
        }
    }
}

/// Why a statement could not be described.
fn not_described(refused: Error) -> Error {
    if !error::has_code(&refused, 62) {
        return refused;
    }
    let mut refused = error::moved_back(refused, DESCRIBE.len());
    refused.message.push_str("; write one SELECT, without FORMAT or INTO OUTFILE");
    refused
}

//! ClickHouse over HTTP(S).
//!
//! A query is described first, for its exact types, and then read as an Arrow stream, which is fast but
//! loses some of them. Every request is readonly: by `readonly = 2`, or by the account's own profile.

mod address;
mod arrow;
mod awareness;
mod error;
mod session;
mod statement;
mod stream;
mod types;

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use clickhouse::query::BytesCursor;
use futures::future::BoxFuture;
use polars::prelude::{ArrayRef, PlSmallStr, Series};
use polars_arrow::array::new_empty_array;
use polars_arrow::compute::aggregate::estimated_bytes_size;
use tokio::sync::{OnceCell, SemaphorePermit, mpsc};

use super::batches::{self, Rows};
use super::idle::Slots;
use super::{Answer, Engine, EngineName, Error, Fault, Inspect, Options, Reader, Ticket, pushdown, rows};
use crate::check::Requirement;
use crate::frame::{Frame, FrameError};
use crate::model::{SourceReport, Volume, Warning};
use address::Address;
use session::Session;
use stream::Broken;
use types::Kind;

/// How long the first questions may take, before which no query runs.
const HELLO: Duration = Duration::from_secs(30);

/// What asks for the columns of the statement that follows it. The server takes nothing here but a query that
/// returns rows, so this is also what keeps `INSERT INTO FUNCTION file(…)` from running, which `readonly = 2` lets pass.
const DESCRIBE: &str = "DESCRIBE TABLE (\n";

/// Chunks of a response held between the network and the decoder.
const CHUNKS: usize = 8;

/// A ClickHouse server as one account sees it.
pub struct ClickHouse {
    address: Address,
    shown: String,
    session: OnceCell<Session>,
    running: Slots,
}

/// What a statement came to: its frame, unless that was given away in batches.
struct Answered {
    whole: Option<Frame>,
    warnings: Vec<Warning>,
}

/// Readings of one statement after the other: each is a query of its own, of the rows as they are then.
struct Readings<'a> {
    source: &'a ClickHouse,
    timeout: Duration,
    ticket: &'a Ticket,
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
            let answered = self.source.answer(sql, self.timeout, self.ticket, Rows::Batches(batches)).await?;
            Ok(answered.warnings)
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<pushdown::Described>>, Error>> {
        Box::pin(async move {
            let statement = statement::single(sql)?;
            let session = self.source.session().await?;
            let columns = self.source.describe_columns(session, statement, self.timeout, self.ticket).await?;
            let described = columns.into_iter().map(|column| pushdown::Described {
                of: column.kind.canonical(),
                name: column.name,
                database_type: column.database_type,
            });
            Ok(Some(described.collect()))
        })
    }
}

/// A column of a result as the server describes it.
#[derive(Clone, Debug)]
struct Described {
    name: String,
    database_type: String,
    kind: Kind,
}

impl ClickHouse {
    /// Reads `url` and connects to nothing yet; `shown` is the URL with its password masked.
    pub fn open(url: &url::Url, options: &Options, shown: String) -> Result<ClickHouse, Error> {
        Ok(ClickHouse {
            address: Address::read(url, options)?,
            shown,
            session: OnceCell::new(),
            running: Slots::new(options.max_connections.unwrap_or(u32::MAX)),
        })
    }

    async fn session(&self) -> Result<&Session, Error> {
        let ask = async {
            tokio::time::timeout(HELLO, Session::ask(&self.address)).await.unwrap_or_else(|_| {
                let message = format!(
                    "ClickHouse at {} did not answer within {}; check host and port and that the server runs",
                    self.address.host,
                    humantime::format_duration(HELLO)
                );
                Err(Error::new(Fault::Connection, message))
            })
        };
        self.session.get_or_try_init(|| ask).await
    }

    /// The columns of `statement` with their exact types; the first that has no canonical type is the error.
    async fn describe_columns(
        &self,
        session: &Session,
        statement: &str,
        timeout: Duration,
        ticket: &Ticket,
    ) -> Result<Vec<Described>, Error> {
        // On lines of its own, so that a closing comment does not swallow the parenthesis.
        let describe = format!("{DESCRIBE}{statement}\n)");
        let query = session.apply_limited(self.address.client.query_raw(&describe), timeout, describe.len());
        let query = query.with_setting("query_id", noted(ticket));
        let rows = session::pairs(&self.address, query).await.map_err(|refused| not_described(refused, statement))?;
        let mut seen = HashSet::new();
        let mut columns = Vec::with_capacity(rows.len());
        for (name, database_type) in rows {
            if !seen.insert(name.clone()) {
                return Err(Error::new(Fault::Column, FrameError::DuplicateName(name).to_string()));
            }
            let kind = Kind::read(&database_type)
                .map_err(|unfit| column_error(&name, &database_type, &unfit.why, &unfit.way, unfit.besides))?;
            columns.push(Described { name, database_type, kind });
        }
        Ok(columns)
    }

    fn start(&self, session: &Session, sql: &str, timeout: Duration, ticket: &Ticket) -> Result<BytesCursor, Error> {
        session
            .apply_limited(self.address.client.query_raw(sql), timeout, sql.len())
            .with_setting("query_id", noted(ticket))
            .fetch_bytes("ArrowStream")
            .map_err(|cause| error::from_client(cause, &self.address))
    }

    async fn answer(&self, sql: &str, timeout: Duration, ticket: &Ticket, rows: Rows) -> Result<Answered, Error> {
        let statement = statement::single(sql)?;
        let session = self.session().await?;
        let columns = self.describe_columns(session, statement, timeout, ticket).await?;
        let cursor = self.start(session, statement, timeout, ticket)?;
        Ok(Answered { whole: self.read(cursor, columns, rows).await?, warnings: session.warnings.clone() })
    }

    async fn read(&self, mut cursor: BytesCursor, columns: Vec<Described>, rows: Rows) -> Result<Option<Frame>, Error> {
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
                Fault::Connection,
                malformed("was cut off: it has no end-of-stream marker, so rows may be missing"),
            )),
            Ok(Err(Broken::Exception(text))) => Err(error::from_server(&text, &self.address)),
            Ok(Err(Broken::Malformed(cause))) => {
                Err(Error::new(Fault::Connection, malformed(&format!("is not a valid Arrow stream ({cause})"))))
            }
            Err(_) => Err(Error::new(
                Fault::Column,
                "Polars gave up on the result of ClickHouse; cast the columns of unusual types in the query, such as \
                 toString(column)",
            )),
        }
    }
}

impl ClickHouse {
    /// Runs `sql` to its end, without its rows, and gives what the server then says it read.
    async fn weigh(&self, sql: &str, timeout: Duration, ticket: &Ticket) -> Result<Option<Volume>, Error> {
        let statement = statement::single(sql)?;
        let session = self.session().await?;
        let query = session.apply_limited(self.address.client.query_raw(statement), timeout, statement.len());
        // The summary stands before the rows: it is complete only where the server answers at the end.
        let query = query.with_setting("query_id", noted(ticket)).with_setting("wait_end_of_query", "1");
        let refused = |cause| error::from_client(cause, &self.address);
        let mut cursor = query.fetch_bytes("Null").map_err(refused)?;
        while cursor.next().await.map_err(refused)?.is_some() {}
        let summary = cursor.summary();
        Ok(summary.and_then(|told| Some(Volume { rows: told.read_rows()?, bytes: told.read_bytes()? })))
    }
}

impl Engine for ClickHouse {
    fn name(&self) -> EngineName {
        EngineName::ClickHouse
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            let session = self.session().await?;
            Ok(SourceReport {
                engine: EngineName::ClickHouse.as_str().to_owned(),
                version: session.version.clone(),
                timezone: session.timezone.clone(),
                url: self.shown.clone(),
                settings: session.shown.clone(),
            })
        })
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async {
            let session = self.session().await?;
            let query = self.address.client.query_raw("SELECT 'now', toString(toUnixTimestamp64Micro(now64(6)))");
            let rows = session::pairs(&self.address, session.apply(query)).await?;
            let micros = rows.first().and_then(|(_, micros)| micros.parse().ok());
            micros.and_then(DateTime::from_timestamp_micros).ok_or_else(|| {
                Error::new(Fault::Query, "cannot read the clock of ClickHouse; check that now64(6) works there")
            })
        })
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            Ok(match requirement {
                Requirement::Engine(name) => name == EngineName::ClickHouse.as_str(),
                Requirement::Extension(_) => false,
            })
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let _running = self.running.slot().await;
            let answered = self.answer(sql, timeout, ticket, Rows::Whole(None)).await?;
            let frame = answered.whole.ok_or_else(rows::no_columns)?;
            Ok(Answer { frame, warnings: answered.warnings })
        })
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(self.running.reserve(connections))
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move { Ok(Box::new(Readings { source: self, timeout, ticket }) as Box<dyn Reader + 'a>) })
    }

    fn cancel<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(id) = ticket.id() {
                // Without settings: killing is no reading. Where the account may not kill, its request has been dropped,
                // which ends the query too if `cancel_http_readonly_queries_on_client_close` could be sent.
                let _ = self.address.client.query_raw(&format!("KILL QUERY WHERE query_id = '{id}'")).execute().await;
            }
        })
    }

    fn volume<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Option<Volume>, Error>> {
        Box::pin(self.weigh(sql, timeout, ticket))
    }

    fn inspect<'a>(
        &'a self,
        sql: &'a str,
        asked: &'a Inspect,
        timeout: Duration,
        ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let _running = self.running.slot().await;
            awareness::inspect(self, sql, asked, timeout, ticket).await
        })
    }
}

/// A client for a URL, as a writer uses it.
pub fn client(url: &url::Url) -> Result<clickhouse::Client, Error> {
    Address::read(url, &Options::default()).map(|address| address.client)
}

/// The statements of `sql`, one by one.
pub fn statements(sql: &str) -> Vec<&str> {
    statement::all(sql)
}

/// A query id of its own, on the ticket before the query starts.
fn noted(ticket: &Ticket) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let random = RandomState::new().hash_one(std::process::id());
    let id = format!("cutover-{random:016x}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    ticket.note(&id);
    id
}

/// Why a statement could not be described.
fn not_described(refused: Error, statement: &str) -> Error {
    if !error::has_code(&refused, 62) {
        return refused;
    }
    let word = statement::first_word(statement);
    if !["SELECT", "WITH", "FROM", "EXPLAIN", ""].contains(&word.as_str()) {
        let message = format!("the statement begins with {word} and was not sent; a run only reads: write one SELECT");
        return Error::new(Fault::Query, message);
    }
    let mut refused = error::moved_back(refused, DESCRIBE.len());
    refused.message.push_str("; write one SELECT, without FORMAT or INTO OUTFILE");
    refused
}

fn column_error(name: &str, database_type: &str, why: &str, way: &str, besides: &str) -> Error {
    let way = way.replace("{}", name);
    Error::new(
        Fault::Column,
        format!("column `{name}` of ClickHouse type {database_type}: {why}; select `{way}` instead{besides}"),
    )
}

/// The rows of a stream whose columns are `described`, in that order; the frame, unless it goes in batches.
fn decode<B: AsRef<[u8]>>(
    receiver: mpsc::Receiver<B>,
    described: &[Described],
    rows: Rows,
) -> Result<Option<Frame>, Broken> {
    let rows = RefCell::new(rows);
    let mut chunks: Vec<Vec<ArrayRef>> = vec![Vec::new(); described.len()];
    let canonical = |array: &dyn polars_arrow::array::Array, column: &Described| {
        arrow::canonical(array, &column.kind)
            .map_err(|unread| column_error(&column.name, &column.database_type, &unread.why, unread.way, ""))
    };
    let empty = RefCell::new(Vec::new());
    let (mut height, mut bytes, mut given) = (0, 0, 0);
    stream::read(
        receiver,
        |fields| {
            if fields.len() != described.len() {
                let message = format!(
                    "ClickHouse describes {} columns and sends {}; give every column a name of its own and run again",
                    described.len(),
                    fields.len()
                );
                return Err(Error::new(Fault::Column, message));
            }
            for (field, column) in fields.iter().zip(described) {
                empty.borrow_mut().push(canonical(new_empty_array(field.dtype.clone()).as_ref(), column)?);
            }
            Ok(())
        },
        |batch| {
            for ((array, column), chunks) in batch.iter().zip(described).zip(&mut chunks) {
                let array = canonical(array.as_ref(), column)?;
                bytes += estimated_bytes_size(array.as_ref());
                chunks.push(array);
            }
            height += batch.first().map_or(0, |array| array.len());
            if rows.borrow().full(height, bytes) {
                let taken = std::mem::replace(&mut chunks, vec![Vec::new(); described.len()]);
                if !rows.borrow_mut().take_blocking(frame(described, &empty.borrow(), taken)?) {
                    return Err(batches::unwanted());
                }
                given += height;
                (height, bytes) = (0, 0);
            }
            Ok(())
        },
    )?;
    let mut rows = rows.into_inner();
    if given == 0 || height > 0 {
        rows.take_blocking(frame(described, &empty.borrow(), chunks).map_err(Broken::Refused)?);
    }
    Ok(match rows {
        Rows::Whole(whole) => whole,
        Rows::Batches(_) => None,
    })
}

fn frame(described: &[Described], empty: &[ArrayRef], chunks: Vec<Vec<ArrayRef>>) -> Result<Frame, Error> {
    let mut series = Vec::with_capacity(described.len());
    for ((column, empty), mut chunks) in described.iter().zip(empty).zip(chunks) {
        if chunks.is_empty() {
            chunks.push(empty.clone());
        }
        series.push(Series::try_from((PlSmallStr::from_str(&column.name), chunks)).map_err(|cause| made(&cause))?);
    }
    let types = described.iter().map(|column| column.kind.canonical()).collect();
    Frame::from_series(series, types).map_err(|cause| made(&cause))
}

fn made(cause: &(dyn std::error::Error + 'static)) -> Error {
    Error::caused(Fault::Column, "cannot make a frame of the columns ClickHouse sent; cast them", cause)
}

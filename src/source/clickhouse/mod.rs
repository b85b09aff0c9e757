//! ClickHouse over HTTP(S).
//!
//! A query is described first, for its exact types, and then read as an Arrow stream, which is fast but
//! loses some of them. Every request is readonly: by `readonly = 2`, or by the account's own profile.

mod address;
mod catalog;
mod decode;
mod dialect;
mod error;
mod lexer;
mod lint;
mod parameters;
mod privileges;
mod reading;
mod send;
mod server_diff;
mod session;
mod settings;
mod stream;
pub(crate) mod types;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{OnceCell, SemaphorePermit};

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::Error;
use super::gate::ReadQuery;
use super::lint::{Inspected, LintRequest};
use super::options::SourceOptions;
use super::shared::batch_sink::BatchSink;
use super::shared::batch_sink::Reader;
use super::shared::column_builder;
use super::shared::pool::Permits;
use super::tls::Tls;
use crate::model::{ErrorCode, SourceReport, Volume};
use address::Address;
use parameters::PARAMETERS;
use reading::Readings;
use send::Form;
use session::Session;

/// What is known of ClickHouse before a source is opened.
pub static DRIVER: Driver = Driver {
    name: "clickhouse",
    dialect: &dialect::ClickHouse,
    capabilities: Capabilities { zoned_windows: true, ..Capabilities::NONE },
    catalog: &catalog::SystemTables,
    access: Access::Server {
        schemes: &["clickhouse", "clickhouses"],
        aliases: &[],
        parameters: &PARAMETERS,
        open: |url, options, shown| Ok(Arc::new(ClickHouse::open(url, options, shown)?)),
    },
};

/// How long the first questions may take, before which no query runs.
const HELLO: Duration = Duration::from_secs(30);

/// A ClickHouse server as one account sees it.
pub struct ClickHouse {
    address: Address,
    shown: String,
    session: OnceCell<Session>,
    running: Permits,
}

impl ClickHouse {
    /// Reads `url` and connects to nothing yet; `shown` is the URL with its password masked.
    pub fn open(url: &url::Url, options: &SourceOptions, shown: String) -> Result<ClickHouse, Error> {
        Ok(ClickHouse {
            address: Address::read(url, options)?,
            shown,
            session: OnceCell::new(),
            running: Permits::new(options.max_connections.unwrap_or(u32::MAX)),
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
                Err(Error::new(ErrorCode::Connection, message))
            })
        };
        self.session.get_or_try_init(|| ask).await
    }

    /// Runs `sql` to its end, without its rows, and gives what the server then says it read.
    async fn weigh(&self, sql: &str, timeout: Duration, ticket: &QueryHandle) -> Result<Option<Volume>, Error> {
        let query = ReadQuery::check(&lexer::LEXERS[0], sql)?;
        let session = self.session().await?;
        // The summary stands before the rows: it is complete only where the server answers at the end.
        let query = self.request(session, query, Form::Rows, timeout, ticket).with_setting("wait_end_of_query", "1");
        let refused = |cause| error::from_client(cause, &self.address);
        let mut cursor = query.fetch_bytes("Null").map_err(refused)?;
        while cursor.next().await.map_err(refused)?.is_some() {}
        let summary = cursor.summary();
        Ok(summary.and_then(|told| Some(Volume { rows: told.read_rows()?, bytes: told.read_bytes()? })))
    }
}

impl Engine for ClickHouse {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            let session = self.session().await?;
            Ok(SourceReport {
                engine: DRIVER.name.to_owned(),
                version: session.version.clone(),
                timezone: session.timezone.clone(),
                url: self.shown.clone(),
                tls: if self.address.tls { Tls::Verified } else { Tls::Absent }.as_str().to_owned(),
                settings: session.shown.clone(),
            })
        })
    }

    fn privileges(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(self.excess())
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async {
            let session = self.session().await?;
            let query = self.address.client.query_raw("SELECT 'now', toString(toUnixTimestamp64Micro(now64(6)))");
            let rows = session::pairs(&self.address, session.apply(query)).await?;
            let micros = rows.first().and_then(|(_, micros)| micros.parse().ok());
            micros.and_then(DateTime::from_timestamp_micros).ok_or_else(|| {
                Error::new(
                    ErrorCode::QueryRefused,
                    "cannot read the clock of ClickHouse; check that now64(6) works there",
                )
            })
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let _running = self.running.slot().await;
            let answered = self.answer(sql, timeout, ticket, BatchSink::Whole(None)).await?;
            let frame = answered.whole.ok_or_else(column_builder::no_columns)?;
            Ok(Answer { frame, warnings: answered.warnings })
        })
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(self.running.reserve(connections))
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move { Ok(Box::new(Readings { source: self, timeout, ticket }) as Box<dyn Reader + 'a>) })
    }

    fn cancel<'a>(&'a self, ticket: &'a QueryHandle) -> BoxFuture<'a, ()> {
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
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Volume>, Error>> {
        Box::pin(self.weigh(sql, timeout, ticket))
    }

    fn inspect<'a>(
        &'a self,
        sql: &'a str,
        asked: &'a LintRequest,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Inspected, Error>> {
        Box::pin(async move {
            let _running = self.running.slot().await;
            let warnings = lint::inspect(self, sql, asked, timeout, ticket).await?;
            Ok(Inspected { warnings, ..Inspected::default() })
        })
    }
}

/// A client for a URL, as a writer uses it.
pub fn client(url: &url::Url) -> Result<clickhouse::Client, Error> {
    Address::read(url, &SourceOptions::default()).map(|address| address.client)
}

/// A query id of its own, on the ticket before the query starts.
fn noted(ticket: &QueryHandle) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let random = RandomState::new().hash_one(std::process::id());
    let id = format!("cutover-{random:016x}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    ticket.note(&id);
    id
}

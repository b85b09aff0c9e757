//! ClickHouse over HTTP(S).
//!
//! A query is described first, for its exact types, and then read as an Arrow stream, which is fast but
//! loses some of them. Every request is readonly: by `readonly = 2`, or by the account's own profile.

mod address;
mod capacity;
mod catalog;
mod changes;
mod declared;
mod decode;
mod dialect;
mod error;
mod estimate;
mod lexer;
mod lint;
mod parameters;
mod privileges;
mod reading;
mod schema;
mod send;
mod server;
mod server_diff;
mod session;
mod settings;
mod storage;
mod stream;
pub(crate) mod types;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::SemaphorePermit;

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine, PathOf};
use super::error::Error;
use super::estimate::Estimate;
use super::lint::{Inspected, LintRequest};
use super::merging::Merging;
use super::shared::batch_sink::BatchSink;
use super::shared::batch_sink::Reader;
use super::shared::column_builder;
use super::tls::Tls;
use crate::model::{ErrorCode, SourceReport, Volume};
use parameters::PARAMETERS;
use reading::Readings;
pub use server::{ClickHouse, client};

/// What is known of ClickHouse before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "clickhouse",
    dialect: &dialect::ClickHouse,
    capabilities: Capabilities { zoned_windows: true, ..Capabilities::NONE },
    catalog: &catalog::SystemTables,
    access: &[Access::Server {
        schemes: &["clickhouse", "clickhouses"],
        aliases: &[],
        parameters: &PARAMETERS,
        path: PathOf::Database,
        open: |url, options, shown| Ok(Arc::new(ClickHouse::open(url, options, shown)?)),
    }],
};

impl Engine for ClickHouse {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        String::new()
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
                ..SourceReport::default()
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

    fn estimate<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Estimate>, Error>> {
        Box::pin(async move {
            let _running = self.running.slot().await;
            estimate::estimated(self, sql, timeout, ticket).await.map(Some)
        })
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

    fn merging<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Merging>, Error>> {
        Box::pin(async move {
            let _running = self.running.slot().await;
            lint::merging(self, sql, timeout, ticket).await
        })
    }
}

//! PostgreSQL and TimescaleDB through sqlx: read-only transactions, the binary protocol, exact values.
//!
//! Each query has a transaction of its own that carries every setting (`set_config(…, true)`), so that
//! nothing depends on session state a pooler may not keep. Decoding one value (`decode`) knows nothing
//! of how rows arrive, so that another way of streaming them can share it.

mod capacity;
mod catalog;
mod changes;
mod column;
mod connection;
mod copy;
mod declared;
mod decode;
mod dialect;
mod error;
mod estimate;
mod lent;
mod lexer;
mod lint;
mod made;
mod numeric;
mod options;
mod parameters;
mod privileges;
mod reading;
mod relations;
mod schema;
mod schema_sql;
mod send;
mod server;
mod server_diff;
mod service;
mod settings;
mod types;
mod view_lag;
mod writing;
mod zone;

pub(super) use lexer::next;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::Connection;
use tokio::sync::SemaphorePermit;

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine, PathOf};
use super::error::Error;
use super::estimate::Estimate;
use super::lint::{Inspected, LintRequest};
use super::shared::batch_sink::Reader;
use crate::model::SourceReport;
use crate::spec::check::Requirement;
pub(crate) use options::options;
use parameters::PARAMETERS;
use reading::Session;
pub use server::Postgres;

/// What is known of PostgreSQL before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "postgres",
    dialect: &dialect::Postgres,
    capabilities: Capabilities { unordered_float_sums: true, lends: Some(lent::lent), ..Capabilities::NONE },
    catalog: &catalog::PgCatalog,
    access: &[Access::Server {
        schemes: &["postgres"],
        aliases: &["postgresql"],
        parameters: &PARAMETERS,
        path: PathOf::Database,
        open: |url, options, shown| Ok(Arc::new(Postgres::open(url, options, shown)?)),
    }],
};

impl Engine for Postgres {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        format!("{:?}", self.connect.clone().password(""))
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async move {
            let names: Vec<String> = [
                "transaction_isolation",
                "transaction_read_only",
                "server_encoding",
                "DateStyle",
                "search_path",
                "lc_monetary",
                "default_text_search_config",
            ]
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
                engine: DRIVER.name.to_owned(),
                version,
                timezone,
                url: self.shown.clone(),
                tls: self.made.told(),
                settings,
                ..SourceReport::default()
            })
        })
    }

    fn privileges(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(self.excess())
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
                Requirement::Engine(_) => Ok(DRIVER.is(requirement)),
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
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(self.answer(sql, timeout, ticket))
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(self.idle.reserve(connections))
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move {
            let connection = Some(self.begin(timeout, ticket).await?);
            Ok(Box::new(Session { source: self, connection, timeout, ticket }) as Box<dyn Reader + 'a>)
        })
    }

    fn inspect<'a>(
        &'a self,
        sql: &'a str,
        asked: &'a LintRequest,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Inspected, Error>> {
        Box::pin(self.look(sql, asked, timeout, ticket))
    }

    fn estimate<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Estimate>, Error>> {
        Box::pin(self.foresee(sql, timeout, ticket))
    }

    fn cancel<'a>(&'a self, ticket: &'a QueryHandle) -> BoxFuture<'a, ()> {
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

//! MySQL and MariaDB through sqlx: read-only transactions, the binary protocol, exact values.
//!
//! A statement without a result is refused before it runs, so that no check can change its session (`session`).

mod capacity;
mod catalog;
mod changes;
mod declared;
mod decode;
mod dialect;
mod error;
mod estimate;
mod lexer;
mod option_file;
mod options;
mod parameters;
mod privileges;
mod reading;
mod schema;
mod send;
mod server;
mod session;
mod settings;
mod types;
mod writing;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use futures::future::BoxFuture;
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, Connection, Row};
use tokio::sync::SemaphorePermit;

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine, PathOf};
use super::error::Error;
use super::estimate::Estimate;
use super::shared::batch_sink::Reader;
use crate::model::SourceReport;
use crate::spec::check::ParamValue;
use parameters::PARAMETERS;
use reading::Snapshot;
pub use server::MySql;
use session::Session;

/// What is known of MySQL and MariaDB before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "mysql",
    dialect: &dialect::MySql,
    capabilities: Capabilities { collates_texts: true, ..Capabilities::NONE },
    catalog: &catalog::MySqlCatalog,
    access: &[Access::Server {
        schemes: &["mysql"],
        aliases: &["mariadb"],
        parameters: &PARAMETERS,
        path: PathOf::Database,
        open: |url, options, shown| Ok(Arc::new(MySql::open(url, options, shown)?)),
    }],
};

/// Variables that bear on a result; a server has one of the two names of its isolation level.
const REPORTED: [&str; 5] =
    ["character_set_results", "collation_connection", "sql_mode", "transaction_isolation", "tx_isolation"];

impl Engine for MySql {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        format!("{:?}", self.connect.clone().password(""))
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async move {
            let (version, variables) = self
                .own(async |session: &mut Session| {
                    let query = sqlx::raw_sql("SHOW SESSION VARIABLES");
                    let shown = query.fetch_all(&mut session.connection).await?;
                    let pair = |row: &MySqlRow| Ok((row.try_get_unchecked(0)?, row.try_get_unchecked(1)?));
                    let variables =
                        shown.iter().map(pair).collect::<Result<BTreeMap<String, String>, sqlx::Error>>()?;
                    Ok((session.version.clone(), variables))
                })
                .await?;
            let wanted: BTreeSet<&str> = REPORTED.into_iter().chain(self.settings.keys().map(String::as_str)).collect();
            Ok(SourceReport {
                engine: DRIVER.name.to_owned(),
                version,
                timezone: variables.get("time_zone").cloned().unwrap_or_default(),
                url: self.shown.clone(),
                tls: self.made.told(),
                settings: variables.into_iter().filter(|(name, _)| wanted.contains(name.as_str())).collect(),
                ..SourceReport::default()
            })
        })
    }

    fn admits_param(&self, value: &ParamValue) -> Result<(), String> {
        zone::admits(value, self.offset, &self.timezone)
    }

    fn privileges(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(self.excess())
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async move {
            let now: NaiveDateTime = self
                .own(async |session: &mut Session| {
                    let query = sqlx::query_scalar("SELECT UTC_TIMESTAMP(6)");
                    query.fetch_one(&mut session.connection).await
                })
                .await?;
            Ok(now.and_utc())
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
            let session = self.begin(timeout, ticket).await?;
            Ok(Box::new(Snapshot { source: self, session, timeout }) as Box<dyn Reader + 'a>)
        })
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
            let Some(id) = ticket.id().and_then(|id| id.parse::<u64>().ok()) else { return };
            // Beside the slots: they may all be taken by queries that wait to be cancelled.
            let Ok(mut connection) = self.connect().await else { return };
            // Nobody is left to tell: the query was given up, and the server ends it by its own timeout.
            let _ = sqlx::raw_sql(AssertSqlSafe(format!("KILL QUERY {id}"))).execute(&mut connection).await;
            let _ = connection.close().await;
        })
    }
}

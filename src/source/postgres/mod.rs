//! PostgreSQL and TimescaleDB through sqlx: read-only transactions, the binary protocol, exact values.
//!
//! Each query has a transaction of its own that carries every setting (`set_config(…, true)`), so that
//! nothing depends on session state a pooler may not keep. Decoding one value (`decode`) knows nothing
//! of how rows arrive, so that another way of streaming them can share it.

mod catalog;
mod column;
mod connection;
mod copy;
mod decode;
mod dialect;
mod error;
mod lexer;
mod lint;
mod numeric;
mod options;
mod parameters;
mod privileges;
mod reading;
mod send;
mod settings;
mod types;
mod view_lag;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::SemaphorePermit;

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::Error;
use super::lint::{Inspected, LintRequest};
use super::options::SourceOptions;
use super::shared::batch_sink::Reader;
use super::shared::pool::ConnectionPool;
use super::tls::Made;
use crate::model::{ErrorCode, SourceReport};
use crate::spec::check::Requirement;
pub(crate) use options::options;
use parameters::PARAMETERS;
use reading::Session;

/// What is known of PostgreSQL before a source is opened.
pub static DRIVER: Driver = Driver {
    name: "postgres",
    dialect: &dialect::Postgres,
    capabilities: Capabilities { unordered_float_sums: true, ..Capabilities::NONE },
    catalog: &catalog::PgCatalog,
    access: Access::Server {
        schemes: &["postgres"],
        aliases: &["postgresql"],
        parameters: &PARAMETERS,
        open: |url, options, shown| Ok(Arc::new(Postgres::open(url, options, shown)?)),
    },
};

/// How long a query of our own, such as the server's clock, may take.
const OWN_QUERY_LIMIT: Duration = Duration::from_secs(30);

/// Settings that a suite may not make, because reading values depends on them or writing would become possible.
const OURS: [&str; 3] = ["timezone", "client_encoding", "transaction_read_only"];

/// A PostgreSQL server.
pub struct Postgres {
    connect: PgConnectOptions,
    mode: PgSslMode,
    made: Made,
    idle: ConnectionPool<PgConnection>,
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
    pub fn open(url: &url::Url, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        let (connect, mode) = options::options(url).map_err(|cause| {
            let message = format!("{shown} cannot be used; check the parts of the URL, and PGSSLMODE");
            Error::caused(ErrorCode::Connection, message, &cause)
        })?;
        let connect = connect
            // Only for the statement of the transaction at hand, and closed with it.
            .statement_cache_capacity(1)
            // A start-up parameter that poolers refuse; set in each transaction instead.
            .extra_float_digits(None)
            .disable_statement_logging();
        let connect =
            if connect.get_application_name().is_none() { connect.application_name("cutover") } else { connect };
        if let Some(name) = options.settings.keys().find(|name| OURS.contains(&name.to_lowercase().as_str())) {
            let way_out = "the zone of a source is its `timezone`, its text is always UTF-8, and it only reads";
            return Err(Error::new(
                ErrorCode::QueryRefused,
                format!("`{name}` cannot be a setting of {shown}; {way_out}"),
            ));
        }
        let timezone = options.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        let own = settings::NEUTRAL.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let given = options.settings.iter().map(|(name, value)| (name.clone(), value.clone()));
        Ok(Postgres {
            connect,
            mode,
            made: Made::default(),
            idle: ConnectionPool::new(options.max_connections),
            settings: own.chain([("TimeZone".to_owned(), timezone)]).chain(given).collect(),
            reported: options.settings.keys().cloned().collect(),
            shown,
        })
    }

    /// One row of a query of our own, in a transaction like every other.
    async fn own<T>(&self, sql: &'static str, names: &[String]) -> Result<T, Error>
    where
        T: for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin,
    {
        let _slot = self.idle.slot().await;
        let asked = async {
            let mut connection = self.begin(OWN_QUERY_LIMIT, &QueryHandle::default()).await?;
            let query = sqlx::query_as(sql).bind(names).persistent(false);
            let row = query.fetch_one(&mut connection).await;
            let row = row.map_err(|cause| error::running(sql, OWN_QUERY_LIMIT, &cause))?;
            self.leave(connection).await;
            Ok(row)
        };
        tokio::time::timeout(OWN_QUERY_LIMIT, asked).await.unwrap_or_else(|_| Err(super::timed_out(OWN_QUERY_LIMIT)))
    }
}

impl Engine for Postgres {
    fn driver(&self) -> &'static Driver {
        &DRIVER
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

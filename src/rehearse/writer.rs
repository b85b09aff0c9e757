//! A connection that writes: statements run as they are, one file after the other.
//!
//! Sources only read, so what writes stands here: the engines that a pack can be rehearsed on are a list of this room.

use std::path::Path;

use clickhouse::Client;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection, SqliteConnection};

use crate::source::{Dialect, Error, ErrorCode, Location, SourceUrl, clickhouse_client, statements};

/// A connection to a scratch database.
pub(crate) struct Writer {
    connection: Held,
    dialect: &'static dyn Dialect,
    variants: Vec<String>,
}

enum Held {
    ClickHouse(Box<Client>),
    Postgres(PgConnection),
    MySql(MySqlConnection),
    Sqlite(SqliteConnection),
}

fn refused(cause: &(dyn std::error::Error + 'static)) -> Error {
    Error::caused(ErrorCode::QueryRefused, cause.to_string(), cause)
}

impl Writer {
    /// Connects to `url`.
    ///
    /// # Errors
    /// A server that cannot be reached, and files, which nothing is written to.
    pub(crate) async fn open(url: &SourceUrl) -> Result<Writer, Error> {
        let connection = match (url.driver().name, url.location()) {
            ("clickhouse", Location::Server(url)) => Held::ClickHouse(Box::new(clickhouse_client(url)?)),
            ("postgres", Location::Server(url)) => {
                Held::Postgres(PgConnection::connect(url.as_str()).await.map_err(|cause| unreachable(&cause))?)
            }
            ("mysql", Location::Server(url)) => {
                Held::MySql(MySqlConnection::connect(url.as_str()).await.map_err(|cause| unreachable(&cause))?)
            }
            ("sqlite", Location::Path(path)) if crate::fs::input::other(path).is_some() => {
                let message = format!("{} is no file; give a scratch database", path.display());
                return Err(Error::new(ErrorCode::QueryRefused, message));
            }
            ("sqlite", Location::Path(path)) => Held::Sqlite(sqlite(path).await.map_err(|cause| unreachable(&cause))?),
            _ => {
                let message = "a rehearsal needs a database; give the URL of a scratch database";
                return Err(Error::new(ErrorCode::QueryRefused, message));
            }
        };
        let mut writer = Writer { connection, dialect: url.driver().dialect, variants: Vec::new() };
        if let Held::Postgres(connection) = &mut writer.connection {
            let sql = "SELECT extname::text FROM pg_extension WHERE extname = 'timescaledb'";
            writer.variants = sqlx::query_scalar(sql).fetch_all(connection).await.map_err(|cause| refused(&cause))?;
        }
        Ok(writer)
    }

    /// How its SQL is written.
    pub(super) fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Extensions that a pack may have files of their own for.
    pub(super) fn variants(&self) -> &[String] {
        &self.variants
    }

    /// Runs every statement of `sql`.
    pub(super) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        let text = || sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &mut self.connection {
            Held::ClickHouse(client) => {
                for statement in statements(self.dialect, sql) {
                    // The client reads a question mark as a placeholder.
                    let query = client.query(&statement.replace('?', "??"));
                    query.execute().await.map_err(|cause| refused(&cause))?;
                }
                Ok(())
            }
            // Several statements sent at once are one transaction, in which TimescaleDB refreshes no aggregate.
            Held::Postgres(connection) if !self.variants.is_empty() && !sql.contains("$$") => {
                for statement in statements(self.dialect, sql) {
                    let query = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
                    query.execute(&mut *connection).await.map_err(|cause| refused(&cause))?;
                }
                Ok(())
            }
            Held::Postgres(connection) => text().execute(connection).await.map(drop).map_err(|cause| refused(&cause)),
            Held::MySql(connection) => text().execute(connection).await.map(drop).map_err(|cause| refused(&cause)),
            Held::Sqlite(connection) => text().execute(connection).await.map(drop).map_err(|cause| refused(&cause)),
        }
    }

    /// Whether the database holds a table or view called `name`.
    pub(super) async fn holds(&mut self, name: &str) -> Result<bool, Error> {
        let found: i64 = match &mut self.connection {
            Held::ClickHouse(client) => {
                let sql = "SELECT toInt64(count()) FROM system.tables WHERE database = currentDatabase() AND name = ?";
                client.query(sql).bind(name).fetch_one().await.map_err(|cause| refused(&cause))?
            }
            Held::Postgres(connection) => {
                let sql = "SELECT (to_regclass($1) IS NOT NULL)::int::bigint";
                sqlx::query_scalar(sql).bind(name).fetch_one(connection).await.map_err(|cause| refused(&cause))?
            }
            Held::MySql(connection) => {
                let sql = "SELECT CAST(count(*) AS SIGNED) FROM information_schema.tables \
                           WHERE table_schema = DATABASE() AND table_name = ?";
                sqlx::query_scalar(sql).bind(name).fetch_one(connection).await.map_err(|cause| refused(&cause))?
            }
            Held::Sqlite(connection) => {
                let sql = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
                sqlx::query_scalar(sql).bind(name).fetch_one(connection).await.map_err(|cause| refused(&cause))?
            }
        };
        Ok(found > 0)
    }

    /// Rows of a table or view; `name` comes from the pack's own schema.
    pub(super) async fn count(&mut self, name: &str) -> Result<u64, Error> {
        let rows: i64 = match &mut self.connection {
            Held::ClickHouse(client) => {
                let sql = format!("SELECT toInt64(count()) FROM {name}");
                client.query(&sql).fetch_one().await.map_err(|cause| refused(&cause))?
            }
            Held::Postgres(connection) => {
                let sql = format!("SELECT count(*) FROM {name}");
                let query = sqlx::query_scalar(AssertSqlSafe(sql));
                query.fetch_one(connection).await.map_err(|cause| refused(&cause))?
            }
            Held::MySql(connection) => {
                let sql = format!("SELECT CAST(count(*) AS SIGNED) FROM {name}");
                let query = sqlx::query_scalar(AssertSqlSafe(sql));
                query.fetch_one(connection).await.map_err(|cause| refused(&cause))?
            }
            Held::Sqlite(connection) => {
                let sql = format!("SELECT count(*) FROM {name}");
                let query = sqlx::query_scalar(AssertSqlSafe(sql));
                query.fetch_one(connection).await.map_err(|cause| refused(&cause))?
            }
        };
        Ok(u64::try_from(rows).unwrap_or(0))
    }
}

async fn sqlite(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    SqliteConnection::connect_with(&options).await
}

fn unreachable(cause: &sqlx::Error) -> Error {
    let message = format!("cannot connect: {cause}; check the URL, and that the user may create tables");
    Error::caused(ErrorCode::Connection, message, cause)
}

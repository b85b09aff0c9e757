//! MySQL and MariaDB through sqlx: read-only transactions, the binary protocol, exact values.
//!
//! A statement without a result is refused before it runs, so that no check can change its session (`session`).

mod catalog;
mod decode;
mod dialect;
mod error;
mod lexer;
mod options;
mod parameters;
mod privileges;
mod send;
mod session;
mod settings;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::mysql::{MySqlColumn, MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Connection, Decode, Row, Statement};
use tokio::sync::{SemaphorePermit, mpsc};

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::{CONNECT_LIMIT, Error};
use super::gate::{ReadQuery, admits};
use super::options::SourceOptions;
use super::pushdown::Described;
use super::shared::batch_sink;
use super::shared::batch_sink::BatchSink;
use super::shared::batch_sink::Reader;
use super::shared::column_builder;
use super::shared::pool::ConnectionPool;
use super::tls::Made;
use crate::frame::{Column, Frame, Value};
use crate::model::{ErrorCode, SourceReport, Warning};
use parameters::PARAMETERS;
use session::{OWN_QUERY_LIMIT, Session};
use types::Shape;

/// What is known of MySQL and MariaDB before a source is opened.
pub static DRIVER: Driver = Driver {
    name: "mysql",
    dialect: &dialect::MySql,
    capabilities: Capabilities::NONE,
    catalog: &catalog::MySqlCatalog,
    access: Access::Server {
        schemes: &["mysql"],
        aliases: &["mariadb"],
        parameters: &PARAMETERS,
        open: |url, options, shown| Ok(Arc::new(MySql::open(url, options, shown)?)),
    },
};

/// Statements that stay prepared in a session.
const STATEMENTS_KEPT: usize = 64;

/// Variables that bear on a result; a server has one of the two names of its isolation level.
const REPORTED: [&str; 5] =
    ["character_set_results", "collation_connection", "sql_mode", "transaction_isolation", "tx_isolation"];

/// A MySQL or MariaDB server.
pub struct MySql {
    connect: MySqlConnectOptions,
    made: Made,
    idle: ConnectionPool<Session>,
    timezone: String,
    /// The session's distance from UTC in seconds; absent where the zone has no fixed one.
    offset: Option<i32>,
    /// Settings of the suite, their names checked.
    settings: BTreeMap<String, String>,
    shown: String,
}

impl MySql {
    /// A source that connects on first use; `shown` is the URL without its password.
    ///
    /// # Errors
    /// A URL with a part that cannot be read, or a setting whose name is no name.
    pub fn open(url: &url::Url, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        let connect = options::options(url)
            .map_err(|cause| {
                Error::caused(
                    ErrorCode::Connection,
                    format!("{shown} cannot be used; check the parts of the URL"),
                    &cause,
                )
            })?
            .charset("utf8mb4")
            // The server's own modes, so that a query means here what it means in the user's client.
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            // Statements stay prepared for the life of a session: sqlx closes one by a packet that waits for the
            // server's delayed acknowledgement, some 40 ms each time.
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        // A name stands in SQL as it is, only values can be bound.
        let odd = |name: &&String| name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if let Some(name) = options.settings.keys().find(odd) {
            let message = format!("`{name}` is no name of a session variable; check `settings` of {shown}");
            return Err(Error::new(ErrorCode::QueryRefused, message));
        }
        if let Some(name) = options.settings.keys().find(|name| session::OURS.contains(&name.to_lowercase().as_str())) {
            let way_out = "the zone of a source is its `timezone`, its text is always UTF-8, it only reads, and it reads every row";
            return Err(Error::new(
                ErrorCode::QueryRefused,
                format!("`{name}` cannot be a setting of {shown}; {way_out}"),
            ));
        }
        let given = options.timezone.as_deref().unwrap_or("UTC");
        // Named zones, UTC among them, exist only where their tables were loaded.
        let timezone = if ["UTC", "Z"].contains(&given) { "+00:00" } else { given };
        Ok(MySql {
            connect,
            made: Made::default(),
            idle: ConnectionPool::new(options.max_connections),
            timezone: timezone.to_owned(),
            offset: fixed_offset(timezone),
            settings: options.settings.clone(),
            shown,
        })
    }

    async fn connect(&self) -> Result<MySqlConnection, Error> {
        match tokio::time::timeout(CONNECT_LIMIT, options::connect(&self.connect)).await {
            Ok(Ok((connection, tls))) => {
                self.made.note(tls);
                Ok(connection)
            }
            Ok(Err(cause)) => Err(error::connecting(&self.shown, &cause)),
            Err(_) => Err(super::no_answer(&self.shown)),
        }
    }

    /// A session in a read-only transaction; its connection is on the ticket.
    async fn begin(&self, timeout: Duration, ticket: &QueryHandle) -> Result<Session, Error> {
        // An idle connection may have been closed by the server; only a fresh one tells whether it is there.
        while let Some(mut session) = self.idle.take() {
            match session.enter(timeout, ticket).await {
                Err(refused) if refused.code.is_of_connection() => {}
                Err(refused) => return Err(refused),
                Ok(()) => return Ok(session),
            }
        }
        let mut session = Session::open(self.connect().await?, &self.timezone, &self.settings).await?;
        session.enter(timeout, ticket).await?;
        Ok(session)
    }

    /// Ends the transaction and gives the session back; one that cannot end it is closed.
    async fn leave(&self, mut session: Session) {
        if sqlx::raw_sql("ROLLBACK").execute(&mut session.connection).await.is_ok() {
            self.idle.give(session);
        }
    }

    async fn answer(&self, sql: &str, timeout: Duration, ticket: &QueryHandle) -> Result<Answer, Error> {
        admits(DRIVER.dialect, sql)?;
        let _slot = self.idle.slot().await;
        let mut session = self.begin(timeout, ticket).await?;
        let mut rows = BatchSink::Whole(None);
        let warnings = self.read_rows(&mut session, sql, timeout, &mut rows).await?;
        self.leave(session).await;
        let BatchSink::Whole(Some(frame)) = rows else { return Err(column_builder::no_columns()) };
        Ok(Answer { frame, warnings })
    }

    /// One statement read to its last row, or until no more is wanted.
    async fn read_rows(
        &self,
        session: &mut Session,
        sql: &str,
        timeout: Duration,
        rows: &mut BatchSink,
    ) -> Result<Vec<Warning>, Error> {
        let refused = |cause: sqlx::Error| error::running(timeout, &cause);
        let query = ReadQuery::check(session.lexer, sql)?;
        let statement = send::parse(session, query).await.map_err(refused)?;
        let mut plans = plans(statement.columns())?;
        if plans.is_empty() {
            return Err(column_builder::no_columns());
        }
        column_builder::distinct(plans.iter().map(|plan| plan.name.as_str()))?;
        let mut columns: Vec<Column> = plans.iter().map(ColumnDecoder::column).collect();
        let (mut first, mut bytes, mut given) = (true, 0, 0);
        {
            let mut stream = send::rows(session, query);
            while let Some(row) = stream.try_next().await.map_err(refused)? {
                if std::mem::take(&mut first) {
                    // The types of the answer itself, where they became known only by running.
                    plans = self::plans(row.columns())?;
                    columns = plans.iter().map(ColumnDecoder::column).collect();
                }
                bytes += self.read(&row, &plans, &mut columns, given)?;
                let height = columns[0].values.len();
                if rows.full(height, bytes) {
                    let next = plans.iter().map(ColumnDecoder::column).collect();
                    let batch = framed(std::mem::replace(&mut columns, next), &plans)?;
                    if !rows.take(batch).await {
                        return Err(batch_sink::unwanted());
                    }
                    (given, bytes) = (given + height, 0);
                }
            }
        }
        let warnings = session.warnings().await?;
        if given == 0 || !columns[0].values.is_empty() {
            rows.take(framed(columns, &plans)?).await;
        }
        Ok(warnings)
    }

    /// Reads one row, behind `given` rows of earlier batches, and tells how many bytes its values are.
    fn read(
        &self,
        row: &MySqlRow,
        plans: &[ColumnDecoder],
        columns: &mut [Column],
        given: usize,
    ) -> Result<usize, Error> {
        let mut size = 0;
        for (index, (plan, column)) in plans.iter().zip(columns).enumerate() {
            let raw = row.try_get_raw(index).map_err(|cause| {
                Error::caused(
                    ErrorCode::QueryRefused,
                    format!("column `{}` is missing from a row of the answer", plan.name),
                    &cause,
                )
            })?;
            // Without asking the value whether it is NULL: sqlx says so of zero dates.
            let value = match <&[u8] as Decode<sqlx::MySql>>::decode(raw) {
                Ok(bytes) => {
                    size += bytes.len();
                    decode::value(plan.shape, bytes, self.offset)
                }
                Err(_) => Ok(Value::Null),
            };
            column_builder::push(column, &plan.type_name, value, given)?;
        }
        Ok(size)
    }

    /// Runs `ask` in a transaction like every other.
    async fn own<T>(&self, ask: impl AsyncFnOnce(&mut Session) -> Result<T, sqlx::Error>) -> Result<T, Error> {
        let _slot = self.idle.slot().await;
        let asked = async {
            let mut session = self.begin(OWN_QUERY_LIMIT, &QueryHandle::default()).await?;
            let told = ask(&mut session).await.map_err(|cause| error::running(OWN_QUERY_LIMIT, &cause))?;
            self.leave(session).await;
            Ok(told)
        };
        tokio::time::timeout(OWN_QUERY_LIMIT, asked).await.unwrap_or_else(|_| Err(super::timed_out(OWN_QUERY_LIMIT)))
    }
}

/// A transaction whose readings all see the rows as they were at its start.
struct Snapshot<'a> {
    source: &'a MySql,
    session: Session,
    timeout: Duration,
}

impl Reader for Snapshot<'_> {
    /// Of the tables of engines that have transactions, such as InnoDB.
    fn snapshot(&self) -> bool {
        true
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let mut rows = BatchSink::Batches(batches);
            self.source.read_rows(&mut self.session, sql, self.timeout, &mut rows).await
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(async move {
            let refused = |cause: sqlx::Error| error::running(self.timeout, &cause);
            let query = ReadQuery::check(self.session.lexer, sql)?;
            let parsed = send::parse(&mut self.session, query).await;
            let described = plans(parsed.map_err(refused)?.columns())?.into_iter().map(|plan| Described {
                printed: types::printed(plan.shape),
                of: types::canonical(plan.shape),
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
        Box::pin(async move { self.source.leave(self.session).await })
    }
}

/// One column of a statement: its name and how its values are read.
struct ColumnDecoder {
    name: String,
    type_name: String,
    shape: Shape,
}

impl ColumnDecoder {
    fn column(&self) -> Column {
        Column { name: self.name.clone(), of: types::canonical(self.shape), values: Vec::new() }
    }
}

/// The frame of collected columns; 32-bit floats keep their width.
fn framed(columns: Vec<Column>, plans: &[ColumnDecoder]) -> Result<Frame, Error> {
    let is_single = |index: usize| matches!(plans[index].shape, Shape::Float);
    column_builder::frame(columns)?.with_singles(is_single).map_err(column_builder::frame_error)
}

fn plans(columns: &[MySqlColumn]) -> Result<Vec<ColumnDecoder>, Error> {
    let plan = |column: &MySqlColumn| {
        let info = column.type_info();
        let type_name = types::name(info);
        let name = column.name().to_owned();
        match types::shape(info) {
            Some(shape) => Ok(ColumnDecoder { name, type_name, shape }),
            None => Err(column_builder::no_canonical_type(&name, &type_name, types::way_out(info))),
        }
    };
    columns.iter().map(plan).collect()
}

/// Seconds east of UTC of an offset such as `+05:30`.
fn fixed_offset(timezone: &str) -> Option<i32> {
    let (sign, rest) = match timezone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60))
}

impl Engine for MySql {
    fn driver(&self) -> &'static Driver {
        &DRIVER
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
            })
        })
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

#[cfg(test)]
mod tests {
    use super::fixed_offset;

    #[test]
    fn only_an_offset_is_fixed() {
        assert_eq!(fixed_offset("+00:00"), Some(0));
        assert_eq!(fixed_offset("-03:30"), Some(-12_600));
        assert_eq!(fixed_offset("Europe/Berlin"), None);
        assert_eq!(fixed_offset("SYSTEM"), None);
        assert_eq!(fixed_offset(""), None);
    }
}

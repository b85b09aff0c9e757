//! SQLite through sqlx: opened read-only, one statement, types from the storage classes of the values.
//!
//! SQLite types values, not columns, so a column is what its values are: INTEGER → integer, REAL → float,
//! TEXT → text, BLOB → bytes; mixed classes are an error. Of declared types only BOOLEAN (0 and 1), DATE and
//! DATETIME or TIMESTAMP (ISO 8601 text without zone) count. A column of NULLs alone has no type.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions, Either, Executor, Row, SqlSafeStr, Statement, TypeInfo, ValueRef,
};
use tokio::sync::{SemaphorePermit, mpsc};

use super::batches::Rows;
use super::rows::{self, Misread};
use super::{Answer, Engine, EngineName, Error, Fault, Options, Reader, Ticket};
use crate::check::Requirement;
use crate::frame::{Column, Frame, Type, Value};
use crate::model::{SourceReport, Warning};

/// Virtual machine steps between two looks at the cancellation.
const STEPS: i32 = 1_000;

/// A SQLite database file.
pub struct Sqlite {
    path: PathBuf,
    shown: String,
}

/// A connection whose one transaction sees the file as it was at its first reading.
struct Session {
    connection: SqliteConnection,
    _cancel: Cancel,
}

impl Reader for Session {
    fn snapshot(&self) -> bool {
        true
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            read_rows(&mut self.connection, sql, &mut Rows::Batches(batches)).await?;
            Ok(Vec::new())
        })
    }
}

/// Tells SQLite to stop when the query is given up.
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A column while its rows arrive.
struct Reading {
    name: String,
    declared: String,
    values: Vec<Value>,
    classes: BTreeSet<&'static str>,
}

impl Sqlite {
    /// A source over the file at `path`, which is opened by each query.
    ///
    /// # Errors
    /// Settings, which SQLite does not take.
    pub fn open(path: &Path, options: &Options, shown: String) -> Result<Self, Error> {
        if !options.settings.is_empty() || options.timezone.is_some() {
            let message = format!("{shown} takes no `settings` and no `timezone`; remove them");
            return Err(Error::new(Fault::Query, message));
        }
        Ok(Sqlite { path: path.to_owned(), shown })
    }

    async fn connect(&self, timeout: Duration) -> Result<SqliteConnection, Error> {
        if let Some(what) = crate::input::other(&self.path) {
            let message = format!("{} is {what}, where a database file is needed; check the path", self.path.display());
            return Err(Error::new(Fault::Query, message));
        }
        if !self.path.is_file() {
            let message = format!("there is no database file {}; check the path", self.path.display());
            return Err(Error::new(Fault::Query, message));
        }
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(timeout)
            .pragma("query_only", "ON")
            .disable_statement_logging();
        options.connect().await.map_err(|cause| {
            Error::caused(
                Fault::Query,
                format!("cannot open {}; check that it is a readable SQLite database", self.shown),
                &cause,
            )
        })
    }

    /// A connection that stops by itself when `cancel` is dropped, in a transaction of its own.
    async fn begin(&self, timeout: Duration) -> Result<(SqliteConnection, Cancel), Error> {
        let mut connection = self.connect(timeout).await?;
        let cancel = Cancel(Arc::default());
        let stopped = cancel.0.clone();
        connection
            .lock_handle()
            .await
            .map_err(|cause| refused(&cause))?
            .set_progress_handler(STEPS, move || !stopped.load(Ordering::Relaxed));
        sqlx::raw_sql("BEGIN").execute(&mut connection).await.map_err(|cause| refused(&cause))?;
        Ok((connection, cancel))
    }

    async fn answer(&self, sql: &str, timeout: Duration) -> Result<Answer, Error> {
        let (mut connection, _cancel) = self.begin(timeout).await?;
        let mut rows = Rows::Whole(None);
        read_rows(&mut connection, sql, &mut rows).await?;
        let Rows::Whole(Some(frame)) = rows else { return Err(rows::no_columns()) };
        Ok(Answer { frame, warnings: Vec::new() })
    }
}

/// One statement read to its last row.
async fn read_rows(connection: &mut SqliteConnection, sql: &str, rows: &mut Rows) -> Result<(), Error> {
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await.map_err(|cause| refused(&cause))?;
    let columns: Vec<(String, String)> = statement
        .columns()
        .iter()
        .map(|column| (column.name().to_owned(), column.type_info().name().to_owned()))
        .collect();
    if columns.is_empty() {
        return Err(rows::no_columns());
    }
    rows::distinct(columns.iter().map(|(name, _)| name.as_str()))?;
    let begun = || columns.iter().map(|(name, declared)| Reading::new(name, declared)).collect::<Vec<_>>();
    let (mut reading, mut given, mut bytes, mut statements) = (begun(), 0, 0, 0);
    let mut stream = connection.fetch_many(AssertSqlSafe(sql).into_sql_str());
    while let Some(step) = stream.try_next().await.map_err(|cause| refused(&cause))? {
        match step {
            Either::Left(_) => statements += 1,
            Either::Right(row) if statements == 0 => bytes += read(&row, &mut reading, given)?,
            Either::Right(_) => statements += 1,
        }
        let height = reading[0].values.len();
        if rows.full(height, bytes) {
            if !rows.take(frame(std::mem::replace(&mut reading, begun()))?).await {
                return Ok(());
            }
            (given, bytes) = (given + height, 0);
        }
    }
    if statements > 1 {
        return Err(Error::new(Fault::Query, "the query holds more than one statement; a check takes one that reads"));
    }
    if given == 0 || !reading[0].values.is_empty() {
        rows.take(frame(reading)?).await;
    }
    Ok(())
}

fn frame(columns: Vec<Reading>) -> Result<Frame, Error> {
    let columns = columns.into_iter().map(Reading::column).collect::<Result<Vec<_>, _>>()?;
    rows::frame(columns)
}

fn refused(cause: &sqlx::Error) -> Error {
    let text = match cause {
        sqlx::Error::Database(inner) => inner.message().to_owned(),
        other => other.to_string(),
    };
    let way_out = if text.contains("locked") {
        "another process writes to the file; try again when it is done"
    } else if text.contains("no such table") {
        "check the table's name, and that the URL names the right file"
    } else {
        "check the query"
    };
    Error::new(Fault::Query, format!("SQLite refused the query: {text}; {way_out}"))
}

/// Reads one row, behind `given` others, and tells roughly how many bytes its values are.
fn read(row: &SqliteRow, columns: &mut [Reading], given: usize) -> Result<usize, Error> {
    let mut size = 0;
    for (index, column) in columns.iter_mut().enumerate() {
        let raw = row.try_get_raw(index).map_err(|cause| refused(&cause))?;
        let number = given + column.values.len() + 1;
        if raw.is_null() {
            column.values.push(Value::Null);
            continue;
        }
        let class = raw.type_info().name().to_owned();
        size += size_of::<Value>();
        let undecodable = |cause: &sqlx::Error| refused(cause);
        let (class, value) = match class.as_str() {
            "INTEGER" | "BOOLEAN" => {
                ("INTEGER", Value::Integer(row.try_get_unchecked::<i64, _>(index).map_err(|c| undecodable(&c))?.into()))
            }
            "REAL" => ("REAL", Value::Float(row.try_get_unchecked::<f64, _>(index).map_err(|c| undecodable(&c))?)),
            "TEXT" | "DATE" | "TIME" | "DATETIME" => {
                let bytes: Vec<u8> = row.try_get_unchecked(index).map_err(|c| undecodable(&c))?;
                size += bytes.len();
                let text = String::from_utf8(bytes).map_err(|_| {
                    Misread::new("the text is not UTF-8", format!("select hex({})", column.name)).at(
                        &column.name,
                        "TEXT",
                        number,
                    )
                })?;
                ("TEXT", Value::Text(text))
            }
            "BLOB" => {
                let bytes: Vec<u8> = row.try_get_unchecked(index).map_err(|c| undecodable(&c))?;
                size += bytes.len();
                ("BLOB", Value::Bytes(bytes))
            }
            other => return Err(rows::no_canonical_type(&column.name, other, "cast the column in the query")),
        };
        column.classes.insert(class);
        column.values.push(value);
    }
    Ok(size)
}

impl Reading {
    fn new(name: &str, declared: &str) -> Self {
        Reading { name: name.to_owned(), declared: declared.to_owned(), values: Vec::new(), classes: BTreeSet::new() }
    }

    fn column(self) -> Result<Column, Error> {
        let classes: Vec<&str> = self.classes.iter().copied().collect();
        let declared = self.declared.to_ascii_uppercase();
        let (of, values) = match (classes.as_slice(), declared.as_str()) {
            ([], "BOOLEAN") => (Type::Bool, self.values),
            ([], "DATE") => (Type::Date, self.values),
            ([], "DATETIME" | "TIMESTAMP") => (Type::WallClock, self.values),
            ([], _) => (Type::Null, self.values),
            (["INTEGER"], "BOOLEAN") => (Type::Bool, self.each("BOOLEAN", boolean)?),
            (["TEXT"], "DATE") => (Type::Date, self.each("DATE", date)?),
            (["TEXT"], "DATETIME" | "TIMESTAMP") => (Type::WallClock, self.each("DATETIME", wall_clock)?),
            ([class], "BOOLEAN" | "DATE" | "DATETIME" | "TIMESTAMP") => {
                let way_out = match declared.as_str() {
                    "DATE" => "cast the column, such as date(x, 'unixepoch')",
                    "BOOLEAN" => "cast the column to what it holds",
                    _ => "cast the column, such as datetime(x, 'unixepoch')",
                };
                let message = format!("column `{}` is declared {declared} and holds {class}; {way_out}", self.name);
                return Err(Error::new(Fault::Column, message));
            }
            (["INTEGER"], _) => (Type::Integer, self.values),
            (["REAL"], _) => (Type::Float, self.values),
            (["TEXT"], _) => (Type::Text, self.values),
            (["BLOB"], _) => (Type::Bytes, self.values),
            (mixed, _) => {
                let message = format!(
                    "column `{}` holds values of several types ({}); cast it in the query, such as CAST({} AS TEXT)",
                    self.name,
                    mixed.join(" and "),
                    self.name
                );
                return Err(Error::new(Fault::Column, message));
            }
        };
        Ok(Column { name: self.name, of, values })
    }

    fn each(&self, type_name: &str, parse: fn(&Value) -> Option<Value>) -> Result<Vec<Value>, Error> {
        let one = |(index, value): (usize, &Value)| match value {
            Value::Null => Ok(Value::Null),
            value => parse(value).ok_or_else(|| {
                let what = format!("{value:?} is no {type_name}");
                Misread::new(what, "correct the value, or cast the column to TEXT or INTEGER").at(
                    &self.name,
                    type_name,
                    index + 1,
                )
            }),
        };
        self.values.iter().enumerate().map(one).collect()
    }
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(truth @ (0 | 1)) => Some(Value::Bool(*truth == 1)),
        _ => None,
    }
}

fn date(value: &Value) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == *text)?;
    let unix_epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    i32::try_from(day.signed_duration_since(unix_epoch).num_days()).ok().map(Value::Date)
}

fn wall_clock(value: &Value) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    if text.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 9) {
        return None;
    }
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let moment = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?.and_utc();
    let (seconds, nanos) = (moment.timestamp(), moment.timestamp_subsec_nanos());
    // A leap second would be taken for the next one.
    (nanos < 1_000_000_000).then(|| Value::WallClock(i128::from(seconds) * 1_000_000_000 + i128::from(nanos)))
}

impl Engine for Sqlite {
    fn name(&self) -> EngineName {
        EngineName::Sqlite
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            let mut connection = self.connect(super::CONNECT_LIMIT).await?;
            // Reading the schema shows whether the file is a database at all.
            let version: String =
                sqlx::query_scalar("SELECT sqlite_version() FROM (SELECT count(*) FROM sqlite_schema)")
                    .fetch_one(&mut connection)
                    .await
                    .map_err(|cause| {
                        Error::caused(
                            Fault::Query,
                            format!("cannot read {}; check that it is a SQLite database", self.shown),
                            &cause,
                        )
                    })?;
            Ok(SourceReport {
                engine: self.name().as_str().to_owned(),
                version,
                timezone: "UTC".to_owned(),
                url: self.shown.clone(),
                ..SourceReport::default()
            })
        })
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async { Ok(Utc::now()) })
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(
            async move { Ok(matches!(requirement, Requirement::Engine(engine) if engine == self.name().as_str())) },
        )
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        _ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(self.answer(sql, timeout))
    }

    /// Every query has a connection of its own.
    fn reserve(&self, _connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        _ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move {
            let (connection, cancel) = self.begin(timeout).await?;
            Ok(Box::new(Session { connection, _cancel: cancel }) as Box<dyn Reader + 'a>)
        })
    }

    /// A query that is dropped has stopped itself.
    fn cancel<'a>(&'a self, _ticket: &'a Ticket) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

//! One connection to a history, the same for SQLite and PostgreSQL: the SQL of this folder runs on both.
//!
//! Every question is asked on a thread of its own, so that whoever waits for it hears the clock and signals, however long a
//! server talks.

use std::time::Duration;

use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ColumnIndex, ConnectOptions, Connection as _, Decode, Type, TypeInfo, ValueRef};

use super::error::Error;
use super::place::Place;
use crate::isolation::apart;

/// How long a writer waits for the others.
const BUSY: Duration = Duration::from_secs(30);
/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(20);
/// Bytes that an answer may take here; ten runs of as many checks as a suite may have take less.
const ANSWER: usize = 512 << 20;
/// Arguments of one statement that both engines take.
const ARGUMENTS: usize = 30_000;

/// What a connection is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// An open connection, in a transaction.
pub(crate) struct Connection<'a> {
    /// Away while it is asked something, and for good once nobody waits for the answer.
    held: Option<Held>,
    shared: bool,
    place: &'a Place,
}

enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    async fn execute(&mut self, sql: String) -> Result<(), sqlx::Error> {
        let text = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Held::Sqlite(connection) => text.execute(connection).await.map(drop),
            Held::Postgres(connection) => text.execute(connection).await.map(drop),
        }
    }

    async fn insert(&mut self, sql: String, cells: Vec<Cell>) -> Result<(), sqlx::Error> {
        macro_rules! run {
            ($connection:expr) => {{
                let query =
                    cells.into_iter().fold(
                        sqlx::query(AssertSqlSafe(sql)).persistent(false),
                        |query, cell| match cell {
                            Cell::Text(text) => query.bind(text),
                            Cell::Number(number) => query.bind(number),
                        },
                    );
                query.execute($connection).await.map(drop)
            }};
        }
        match self {
            Held::Sqlite(connection) => run!(connection),
            Held::Postgres(connection) => run!(connection),
        }
    }

    async fn rows(&mut self, sql: String, arguments: Vec<Cell>) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        macro_rules! run {
            ($connection:expr) => {{
                let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
                let query = arguments.into_iter().fold(query, |query, cell| match cell {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(number),
                });
                let (mut answer, mut rows, mut bytes) = (query.fetch($connection), Vec::new(), 0_usize);
                while let Some(row) = answer.try_next().await? {
                    let row = cells(&row)?;
                    bytes += row.iter().map(Cell::bytes).sum::<usize>();
                    if bytes > ANSWER {
                        return Err(sqlx::Error::Protocol("an answer is longer than any history's".to_owned()));
                    }
                    rows.push(row);
                }
                Ok(rows)
            }};
        }
        match self {
            Held::Sqlite(connection) => run!(connection),
            Held::Postgres(connection) => run!(connection),
        }
    }

    async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Held::Sqlite(connection) => connection.close().await,
            Held::Postgres(connection) => connection.close().await,
        }
    }
}

/// What goes into a statement and comes out of one; NULL has a type too, because PostgreSQL asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
}

impl Cell {
    /// What it takes of memory.
    fn bytes(&self) -> usize {
        let held = if let Cell::Text(Some(text)) = self { text.len() } else { 0 };
        size_of::<Cell>() + held
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(Some(text.to_owned()))
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Cell {
        Cell::Text(text.map(str::to_owned))
    }
}

impl From<u64> for Cell {
    /// What is beyond 2^63 − 1 becomes that: no run counts so far.
    fn from(number: u64) -> Cell {
        Cell::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<Option<u64>> for Cell {
    fn from(number: Option<u64>) -> Cell {
        number.map_or(Cell::Number(None), Cell::from)
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Cell {
        Cell::from(u64::from(truth))
    }
}

/// One row of an answer, read from its first column to its last.
pub(crate) struct Row<'a> {
    cells: std::vec::IntoIter<Cell>,
    place: &'a Place,
}

impl Row<'_> {
    fn unexpected(&self) -> Error {
        Error::damaged(self.place, "it holds a value that cutover did not write")
    }

    /// The next column, a text or NULL.
    pub(crate) fn text_or_null(&mut self) -> Result<Option<String>, Error> {
        match self.cells.next() {
            Some(Cell::Text(text)) => Ok(text),
            Some(Cell::Number(None)) => Ok(None),
            _ => Err(self.unexpected()),
        }
    }

    /// The next column, a text.
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        self.text_or_null()?.ok_or_else(|| self.unexpected())
    }

    /// The next column, a count or NULL.
    pub(crate) fn number_or_null(&mut self) -> Result<Option<u64>, Error> {
        match self.cells.next() {
            Some(Cell::Number(Some(number))) => u64::try_from(number).map(Some).map_err(|_| self.unexpected()),
            Some(Cell::Number(None) | Cell::Text(None)) => Ok(None),
            _ => Err(self.unexpected()),
        }
    }

    /// The next column, a count.
    pub(crate) fn number(&mut self) -> Result<u64, Error> {
        self.number_or_null()?.ok_or_else(|| self.unexpected())
    }

    /// The next column, read by `parse`.
    pub(crate) fn parsed<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| self.unexpected())
    }
}

impl<'a> Connection<'a> {
    /// Connects to `place` and begins a transaction; a file that is missing is made for writing and is an error for reading.
    pub(crate) async fn open(place: &'a Place, access: Access) -> Result<Connection<'a>, Error> {
        let refused = |cause: &sqlx::Error| Error::refused(place, cause);
        let held = match place {
            Place::File(path) => {
                if let Some(what) = crate::fs::input::other(path) {
                    return Err(Error::no_file(place, what));
                }
                if access == Access::Read && !path.exists() {
                    return Err(Error::Absent(place.to_string()));
                }
                if let Some(folder) = path.parent().filter(|_| access == Access::Write) {
                    std::fs::create_dir_all(folder).map_err(|cause| Error::unwritable(place, &cause.to_string()))?;
                }
                // Never opened read-only: a reader too must be able to roll back what a killed writer left behind.
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(access == Access::Write)
                    .pragma("query_only", if access == Access::Read { "ON" } else { "OFF" })
                    .busy_timeout(BUSY)
                    .disable_statement_logging();
                let connected = apart(move || Box::pin(async move { options.connect().await })).await;
                Held::Sqlite(connected.map_err(|cause| refused(&cause))?)
            }
            Place::Postgres(url, _) => {
                let (options, _) = crate::source::postgres_options(url).map_err(|cause| refused(&cause))?;
                // Neither outlives a transaction behind a pooler.
                let options = options.statement_cache_capacity(0).extra_float_digits(None).disable_statement_logging();
                let connected = apart(move || Box::pin(async move { options.connect().await }));
                match tokio::time::timeout(CONNECT, connected).await {
                    Ok(connected) => Held::Postgres(connected.map_err(|cause| refused(&cause))?),
                    Err(_) => return Err(Error::late(place, CONNECT)),
                }
            }
        };
        let begin = match (&held, access) {
            // A writer asks for its lock at once: two that read first would wait for each other.
            (Held::Sqlite(_), Access::Write) => "BEGIN IMMEDIATE",
            (Held::Sqlite(_), Access::Read) => "BEGIN",
            // Whoever waited for the tables has to see those that another one made, whatever the server's default is.
            (Held::Postgres(_), Access::Write) => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            (Held::Postgres(_), Access::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let shared = matches!(held, Held::Postgres(_));
        let mut connection = Connection { held: Some(held), shared, place };
        connection.execute(begin).await?;
        Ok(connection)
    }

    /// Whether it is a server that others may use for other things.
    pub(crate) fn shared(&self) -> bool {
        self.shared
    }

    /// What `question` comes to.
    async fn ask<T: Send + 'static>(
        &mut self,
        question: impl for<'h> FnOnce(&'h mut Held) -> BoxFuture<'h, Result<T, sqlx::Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let mut held = self.held.take().ok_or_else(|| Error::late(self.place, Duration::ZERO))?;
        let work = apart(move || {
            Box::pin(async move {
                let answer = question(&mut held).await;
                (held, answer)
            })
        });
        let (held, answer) = work.await;
        self.held = Some(held);
        answer.map_err(|cause| Error::refused(self.place, &cause))
    }

    /// Runs statements without arguments.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        let sql = sql.to_owned();
        self.ask(move |held| Box::pin(held.execute(sql))).await
    }

    /// Adds `rows` to `table`, whose columns they have all and in order.
    pub(crate) async fn insert(&mut self, table: &str, rows: &[Vec<Cell>]) -> Result<(), Error> {
        let width = rows.first().map_or(1, Vec::len).max(1);
        for chunk in rows.chunks(ARGUMENTS / width) {
            let mut at = 0;
            let tuples: Vec<String> = chunk
                .iter()
                .map(|row| {
                    let places: Vec<String> = row
                        .iter()
                        .map(|_| {
                            at += 1;
                            format!("${at}")
                        })
                        .collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let sql = format!("INSERT INTO {table} VALUES {}", tuples.join(", "));
            let cells = chunk.iter().flatten().cloned().collect();
            self.ask(move |held| Box::pin(held.insert(sql, cells))).await?;
        }
        Ok(())
    }

    /// The answer to `sql`, whose arguments are `$1`, `$2` and so on.
    pub(crate) async fn rows(&mut self, sql: &str, arguments: &[Cell]) -> Result<Vec<Row<'a>>, Error> {
        let (sql, arguments, place) = (sql.to_owned(), arguments.to_vec(), self.place);
        let found = self.ask(move |held| Box::pin(held.rows(sql, arguments))).await?;
        Ok(found.into_iter().map(|cells| Row { cells: cells.into_iter(), place }).collect())
    }

    /// Ends the transaction and makes its changes last.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.execute("COMMIT").await?;
        let (place, held) = (self.place, self.held.take());
        let close = async move { if let Some(held) = held { held.close().await } else { Ok(()) } };
        apart(move || Box::pin(close)).await.map_err(|cause| Error::refused(place, &cause))
    }
}

/// The columns of a row, by the types they are found to have.
fn cells<R>(row: &R) -> Result<Vec<Cell>, sqlx::Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
{
    let cell = |at: usize| {
        let raw = row.try_get_raw(at)?;
        let number = ["INTEGER", "INT8", "BIGINT"].contains(&raw.type_info().name());
        if number { row.try_get(at).map(Cell::Number) } else { row.try_get(at).map(Cell::Text) }
    };
    (0..row.len()).map(cell).collect()
}

//! One connection to a history, the same for SQLite and PostgreSQL: the SQL of this folder runs on both.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ColumnIndex, ConnectOptions, Connection as _, Decode, Type, TypeInfo, ValueRef};

use super::error::Error;
use super::place::Place;

/// How long a writer waits for the others.
const BUSY: Duration = Duration::from_secs(30);
/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(20);
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
    held: Held,
    place: &'a Place,
}

enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// What goes into a statement and comes out of one; NULL has a type too, because PostgreSQL asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
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
                Held::Sqlite(options.connect().await.map_err(|cause| refused(&cause))?)
            }
            Place::Postgres(url, _) => {
                let (options, _) = crate::source::postgres_options(url).map_err(|cause| refused(&cause))?;
                // Neither outlives a transaction behind a pooler.
                let options = options.statement_cache_capacity(0).extra_float_digits(None).disable_statement_logging();
                match tokio::time::timeout(CONNECT, options.connect()).await {
                    Ok(connected) => Held::Postgres(connected.map_err(|cause| refused(&cause))?),
                    Err(_) => return Err(Error::late(place, CONNECT)),
                }
            }
        };
        let mut connection = Connection { held, place };
        let begin = match (&connection.held, access) {
            // A writer asks for its lock at once: two that read first would wait for each other.
            (Held::Sqlite(_), Access::Write) => "BEGIN IMMEDIATE",
            (Held::Sqlite(_), Access::Read) => "BEGIN",
            // Whoever waited for the tables has to see those that another one made, whatever the server's default is.
            (Held::Postgres(_), Access::Write) => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            (Held::Postgres(_), Access::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        connection.execute(begin).await?;
        Ok(connection)
    }

    /// Whether it is a server that others may use for other things.
    pub(crate) fn shared(&self) -> bool {
        matches!(self.held, Held::Postgres(_))
    }

    /// Runs statements without arguments.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<(), Error> {
        let text = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = match &mut self.held {
            Held::Sqlite(connection) => text.execute(connection).await.map(drop),
            Held::Postgres(connection) => text.execute(connection).await.map(drop),
        };
        done.map_err(|cause| Error::refused(self.place, &cause))
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
            let sql = AssertSqlSafe(format!("INSERT INTO {table} VALUES {}", tuples.join(", ")));
            let cells = chunk.iter().flatten().cloned();
            macro_rules! run {
                ($connection:expr) => {{
                    let query = cells.fold(sqlx::query(sql).persistent(false), |query, cell| match cell {
                        Cell::Text(text) => query.bind(text),
                        Cell::Number(number) => query.bind(number),
                    });
                    query.execute($connection).await.map(drop)
                }};
            }
            let done = match &mut self.held {
                Held::Sqlite(connection) => run!(connection),
                Held::Postgres(connection) => run!(connection),
            };
            done.map_err(|cause| Error::refused(self.place, &cause))?;
        }
        Ok(())
    }

    /// The answer to `sql`, whose arguments are `$1`, `$2` and so on.
    pub(crate) async fn rows(&mut self, sql: &str, arguments: &[Cell]) -> Result<Vec<Row<'a>>, Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        macro_rules! run {
            ($connection:expr) => {{
                let query =
                    arguments.iter().cloned().fold(sqlx::query(sql).persistent(false), |query, cell| match cell {
                        Cell::Text(text) => query.bind(text),
                        Cell::Number(number) => query.bind(number),
                    });
                match query.fetch_all($connection).await {
                    Ok(rows) => rows.iter().map(cells).collect::<Result<Vec<_>, _>>(),
                    Err(cause) => Err(cause),
                }
            }};
        }
        let found = match &mut self.held {
            Held::Sqlite(connection) => run!(connection),
            Held::Postgres(connection) => run!(connection),
        };
        let place = self.place;
        let found = found.map_err(|cause| Error::refused(place, &cause))?;
        Ok(found.into_iter().map(|cells| Row { cells: cells.into_iter(), place }).collect())
    }

    /// Ends the transaction and makes its changes last.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.execute("COMMIT").await?;
        let place = self.place;
        let closed = match self.held {
            Held::Sqlite(connection) => connection.close().await,
            Held::Postgres(connection) => connection.close().await,
        };
        closed.map_err(|cause| Error::refused(place, &cause))
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

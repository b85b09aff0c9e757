//! DuckDB through its own ADBC driver: a file opened read-only, with nothing reachable but that file.
//!
//! One database is held from the first query on, with its lock on the file, and each session is a connection to it in a
//! transaction that only reads.

mod capacity;
mod catalog;
mod changes;
mod database;
mod declared;
mod dialect;
mod functions;
mod lexer;
mod schema;
mod server_diff;
mod values;
mod vendor;
mod writing;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adbc_driver_manager::ManagedConnection;
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::adbc::{Cancel, GivenUp, read, waiting};
use super::answer::{Answer, QueryHandle};
use super::catalog::Cells;
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::{CONNECT_LIMIT, Error};
use super::gate::ReadQuery;
use super::options::SourceOptions;
use super::pushdown::{Described, statement};
use super::shared::batch_sink::{BatchSink, Reader};
use super::shared::column_builder;
use crate::frame::{Frame, Value};
use crate::model::{ErrorCode, SourceReport, Warning};

use database::{Database, LIBRARY};

/// What is known of DuckDB before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "duckdb",
    dialect: &dialect::DuckDb,
    capabilities: Capabilities {
        local: true,
        library: Some(&LIBRARY),
        ignores_case: true,
        unordered_float_sums: true,
        ..Capabilities::NONE
    },
    catalog: &catalog::Functions,
    access: &[Access::Path {
        prefix: "adbc:duckdb:",
        endings: &["duckdb", "ddb"],
        open: |path, options, shown| Ok(Arc::new(DuckDb::open(path, options, shown)?)),
    }],
};

/// A DuckDB database file.
struct DuckDb {
    database: Arc<Database>,
    shown: String,
}

/// A connection in a transaction; none after a reading that was given up.
struct Session(Option<ManagedConnection>);

impl DuckDb {
    /// A source over the file at `path`, which the first query opens.
    ///
    /// # Errors
    /// A `timezone`, and settings that a source may not have.
    fn open(path: &Path, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        if options.timezone.is_some() {
            let message = format!("{shown} takes no `timezone`; remove it");
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        let database = Arc::new(Database::new(path, options, &shown)?);
        Ok(DuckDb { database, shown })
    }

    async fn connect(&self) -> Result<ManagedConnection, Error> {
        let database = self.database.clone();
        waiting(move || database.connect()).await
    }

    async fn answer(&self, sql: &str) -> Result<Answer, Error> {
        let connection = self.connect().await?;
        let (_, rows) = reading(connection, sql, BatchSink::Whole(None)).await;
        let BatchSink::Whole(Some(frame)) = rows? else { return Err(column_builder::no_columns()) };
        Ok(Answer { frame, warnings: Vec::new() })
    }
}

/// Reads `sql` on a thread that may wait, and gives the connection back; the driver is told to stop where this is dropped.
async fn reading(
    mut connection: ManagedConnection,
    sql: &str,
    mut rows: BatchSink,
) -> (ManagedConnection, Result<BatchSink, Error>) {
    let cancel = Cancel::default();
    let mut given_up = GivenUp::new(&cancel);
    let sql = sql.to_owned();
    let done = waiting(move || {
        let outcome = ReadQuery::check(&lexer::LEXERS[0], &sql)
            .map_err(Error::from)
            .and_then(|query| read(&mut connection, &vendor::OfDuckDb, query, &mut rows, &cancel));
        (connection, outcome.map(|_| rows))
    })
    .await;
    given_up.keep();
    done
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
            let ended = || Error::new(ErrorCode::QueryRefused, "an earlier reading was given up; run the check again");
            let connection = self.0.take().ok_or_else(ended)?;
            let (connection, outcome) = reading(connection, sql, BatchSink::Batches(batches)).await;
            self.0 = Some(connection);
            outcome.map(|_| Vec::new())
        })
    }

    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(async move {
            let Some(connection) = self.0.take() else { return Ok(None) };
            let (connection, outcome) = reading(connection, sql, BatchSink::Whole(None)).await;
            self.0 = Some(connection);
            let BatchSink::Whole(Some(frame)) = outcome? else { return Err(column_builder::no_columns()) };
            Ok(Some(Answer { frame, warnings: Vec::new() }))
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(async move {
            // As a statement of its own first: what is described stands in parentheses.
            ReadQuery::check(&lexer::LEXERS[0], sql)?;
            let told = self.whole(&server_diff::describing(statement(&dialect::DuckDb, sql))).await?;
            let macros = self.whole(server_diff::MACROS).await?;
            let (Some(told), Some(macros)) = (told, macros) else { return Ok(None) };
            let (cells, macros) = (Cells::of(&told.frame), Cells::of(&macros.frame));
            if (0..macros.rows())
                .filter_map(|row| macros.text(row, "function_name"))
                .any(|name| server_diff::is_used(&name))
            {
                return Ok(None);
            }
            let column = |row: usize| {
                Some(server_diff::described(cells.text(row, "column_name")?, cells.text(row, "column_type")?))
            };
            Ok((0..cells.rows()).map(column).collect())
        })
    }
}

impl Engine for DuckDb {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        String::new()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            let asked = tokio::time::timeout(CONNECT_LIMIT, self.answer("SELECT version() AS version"));
            let slow =
                || Error::new(ErrorCode::Connection, format!("{} does not open within 10s; try again", self.shown));
            let frame = asked.await.map_err(|_| slow())??.frame;
            let version = match frame.values("version").pop() {
                Some(Value::Text(version)) => version,
                _ => String::new(),
            };
            Ok(SourceReport {
                engine: DRIVER.name.to_owned(),
                version,
                timezone: "UTC".to_owned(),
                url: self.shown.clone(),
                ..SourceReport::default()
            })
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(self.answer(sql))
    }

    fn reader<'a>(
        &'a self,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move { Ok(Box::new(Session(Some(self.connect().await?))) as Box<dyn Reader + 'a>) })
    }
}

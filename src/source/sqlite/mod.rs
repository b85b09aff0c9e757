//! SQLite: opened read-only, one statement, types from declared types and the storage classes of the values.
//!
//! Queries run on threads that may wait. A query that is dropped stops itself, so there is nothing to cancel elsewhere.

mod beside;
mod capacity;
mod catalog;
mod changes;
mod checks;
mod conditions;
mod connection;
mod declared;
mod dialect;
mod held;
mod lexer;
mod literals;
mod operands;
mod reading;
mod schema;
mod stored;
mod times;
mod types;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::{CONNECT_LIMIT, Error};
use super::options::SourceOptions;
use super::shared::batch_sink::BatchSink;
use super::shared::batch_sink::Reader;
use super::shared::column_builder;
use crate::frame::{Frame, Value};
use crate::model::{ErrorCode, SourceReport, Warning};

use connection::{Cancel, Connection, GivenUp};

/// What is known of SQLite before a source is opened.
pub(crate) static DRIVER: Driver = Driver {
    name: "sqlite",
    dialect: &dialect::Sqlite,
    capabilities: Capabilities { local: true, text_times: true, ignores_case: true, ..Capabilities::NONE },
    catalog: &catalog::Pragmas,
    access: &[Access::Path {
        prefix: "sqlite:",
        endings: &["db", "db3", "sqlite", "sqlite3"],
        open: |path, options, shown| Ok(Arc::new(Sqlite::open(path, options, shown)?)),
    }],
};

/// A SQLite database file.
pub struct Sqlite {
    path: PathBuf,
    shown: String,
}

/// A connection whose one transaction sees the file as it was when it was opened; none after a reading that was given up.
struct Session(Option<Connection>, Cancel);

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
            let (sql, mut given_up) = (sql.to_owned(), GivenUp::new(&self.1));
            let (connection, read) = waiting(move || {
                let read = reading::read(&connection, &sql, &mut BatchSink::Batches(batches));
                let read = read.map(|()| connection.warnings());
                (connection, read)
            })
            .await;
            given_up.keep();
            self.0 = Some(connection);
            read
        })
    }
}

impl Sqlite {
    /// A source over the file at `path`, which is opened by each query.
    ///
    /// # Errors
    /// Settings, which SQLite does not take.
    pub fn open(path: &Path, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        if !options.settings.is_empty() || options.timezone.is_some() {
            let message = format!("{shown} takes no `settings` and no `timezone`; remove them");
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        Ok(Sqlite { path: path.to_owned(), shown })
    }

    /// A connection that stops what it does when `cancel` is cancelled.
    async fn connect(&self, timeout: Duration, cancel: &Cancel) -> Result<Connection, Error> {
        let (path, shown, cancel) = (self.path.clone(), self.shown.clone(), cancel.clone());
        waiting(move || Connection::open(&path, &shown, timeout, &cancel)).await
    }

    async fn answer(&self, sql: &str, timeout: Duration) -> Result<Answer, Error> {
        let cancel = Cancel::default();
        let _given_up = GivenUp::new(&cancel);
        let connection = self.connect(timeout, &cancel).await?;
        let sql = sql.to_owned();
        waiting(move || {
            let mut rows = BatchSink::Whole(None);
            reading::read(&connection, &sql, &mut rows)?;
            let BatchSink::Whole(Some(frame)) = rows else { return Err(column_builder::no_columns()) };
            Ok(Answer { frame, warnings: connection.warnings() })
        })
        .await
    }
}

/// Runs `work` on a thread that may wait; a panic there goes on here.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}

impl Engine for Sqlite {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        String::new()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            // Reading the schema shows whether the file is a database at all.
            let sql = "SELECT sqlite_version() AS version FROM (SELECT count(*) FROM sqlite_schema)";
            let frame = self.answer(sql, CONNECT_LIMIT).await?.frame;
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
        timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(self.answer(sql, timeout))
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move {
            let cancel = Cancel::default();
            let mut given_up = GivenUp::new(&cancel);
            let connection = self.connect(timeout, &cancel).await?;
            given_up.keep();
            Ok(Box::new(Session(Some(connection), cancel)) as Box<dyn Reader + 'a>)
        })
    }
}

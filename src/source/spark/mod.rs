//! Spark through the ADBC driver of Spark Connect: sessions of a server, each set up the same.
//!
//! Spark has no transaction and no snapshot over several queries, and no account that only reads: what keeps it from writing
//! is the gate, and the rights of the account.

mod asking;
mod capacity;
mod catalog;
mod dialect;
mod file_views;
mod jdbc_views;
mod lexer;
mod parameters;
mod relations;
mod send;
mod server;
mod server_diff;
mod types;
mod vendor;
mod views;

use std::sync::Arc;
use std::time::Duration;

use adbc_driver_manager::ManagedConnection;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{SemaphorePermit, mpsc};
use url::Url;

use super::adbc::{Cancel, GivenUp, waiting};
use super::answer::{Answer, QueryHandle};
use super::catalog::Cells;
use super::engine::{Access, Capabilities, Driver, Engine, Over, PathOf};
use super::error::Error;
use super::gate::ReadQuery;
use super::options::SourceOptions;
use super::pushdown::Described;
use super::shared::batch_sink::{BatchSink, Reader};
use super::shared::column_builder;
use crate::frame::{Frame, Value};
use crate::model::{ErrorCode, SourceReport, ViaReport, Warning};

use lexer::LEXERS;
use parameters::PARAMETERS;
use server::{LIBRARY, Server};
use views::Views;

/// How long a server may take to its first answer: one that sleeps is woken by it.
const WAKING: Duration = Duration::from_secs(300);

/// What is known of Spark before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "spark",
    dialect: &dialect::Spark,
    capabilities: Capabilities {
        library: Some(&LIBRARY),
        ignores_case: true,
        unordered_float_sums: true,
        reads_others: Some(|url, options, over| Ok(Arc::new(Spark::over(url, options, over)?))),
        ..Capabilities::NONE
    },
    catalog: &catalog::Shown,
    access: &[Access::Server {
        schemes: &["adbc:spark"],
        aliases: &[],
        parameters: &PARAMETERS,
        path: PathOf::Database,
        open: |url, options, shown| {
            let server = Arc::new(Server::new(url, options, &shown)?);
            Ok(Arc::new(Spark { server, shown, over: None }))
        },
    }],
};

/// A server of Spark Connect.
struct Spark {
    server: Arc<Server>,
    /// Where what it reads is.
    shown: String,
    /// The tables of another source, which it reads in place of its own.
    over: Option<(Arc<Views>, ViaReport)>,
}

/// Readings one after the other, each in a session.
struct Readings<'a>(&'a Spark);

impl Spark {
    /// A server that reads another source.
    fn over(url: &Url, options: &SourceOptions, over: Over) -> Result<Spark, Error> {
        let server = Server::new(url, options, &over.at)?.beginning_with(views::begins());
        let views = Arc::new(Views::new(over.lent, over.shown.clone()));
        if views.tells_password() {
            server.may_be_told(&format!("the password of {}", over.shown))?;
        }
        let via = ViaReport { source: over.reader, url: over.at };
        Ok(Spark { server: Arc::new(server), shown: over.shown, over: Some((views, via)) })
    }

    /// Reads `sql` into `rows`.
    async fn reading(&self, sql: &str, mut rows: BatchSink) -> Result<BatchSink, Error> {
        self.working(sql, move |connection, sql, cancel| {
            send::send(connection, sql, &mut rows, cancel)?;
            Ok(rows)
        })
        .await
    }

    /// Does `work` about `sql` in a session, on a thread that may wait; Spark is told to stop where this is dropped.
    async fn working<T: Send + 'static>(
        &self,
        sql: &str,
        work: impl FnOnce(&mut ManagedConnection, &str, &Cancel) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let cancel = Cancel::default();
        let mut given_up = GivenUp::new(&cancel);
        let (server, sql) = (self.server.clone(), sql.to_owned());
        let views = self.over.as_ref().map(|(views, _)| views.clone());
        let done = waiting(move || {
            let mut session = server.connect()?;
            if let Some(views) = views {
                views.ready(&mut session, &sql, &cancel)?;
            }
            let done = work(&mut session.connection, &sql, &cancel)?;
            server.sessions.give(session);
            Ok(done)
        })
        .await;
        given_up.keep();
        done
    }

    async fn answer(&self, sql: &str) -> Result<Answer, Error> {
        let BatchSink::Whole(Some(frame)) = self.reading(sql, BatchSink::Whole(None)).await? else {
            return Err(column_builder::no_columns());
        };
        Ok(Answer { frame, warnings: self.warnings(sql) })
    }

    fn warnings(&self, sql: &str) -> Vec<Warning> {
        self.over.as_ref().map(|(views, _)| views.warnings(sql)).unwrap_or_default()
    }
}

impl Reader for Readings<'_> {
    fn snapshot(&self) -> bool {
        false
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move { self.0.reading(sql, BatchSink::Batches(batches)).await.map(|_| self.0.warnings(sql)) })
    }

    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(async move { self.0.answer(sql).await.map(Some) })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        let describing = |connection: &mut ManagedConnection, sql: &str, cancel: &Cancel| {
            let query = ReadQuery::check(&LEXERS[0], sql)?;
            Ok(send::described(connection, query, cancel)?.map(server_diff::columns))
        };
        Box::pin(self.0.working(sql, describing))
    }
}

impl Engine for Spark {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        self.over.as_ref().map(|(views, _)| views.identity()).unwrap_or_default()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            let asked = self.answer("SELECT version() AS version, current_timezone() AS zone");
            let slow = || {
                let message = format!("{} does not answer within 5 minutes; check that it runs", self.server.shown);
                Error::new(ErrorCode::Connection, message)
            };
            let cells = Cells::of(&tokio::time::timeout(WAKING, asked).await.map_err(|_| slow())??.frame);
            let told = |name: &str| cells.text(0, name).unwrap_or_default();
            Ok(SourceReport {
                engine: DRIVER.name.to_owned(),
                // Behind the version stands the commit that it was built from.
                version: told("version").split(' ').next().unwrap_or_default().to_owned(),
                timezone: told("zone"),
                url: self.shown.clone(),
                tls: self.server.tls.as_str().to_owned(),
                settings: self.server.settings.iter().cloned().collect(),
                via: self.over.as_ref().map(|(_, via)| via.clone()),
                ..SourceReport::default()
            })
        })
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async {
            let frame = self.answer("SELECT current_timestamp() AS now").await?.frame;
            let now = match frame.values("now").pop() {
                Some(Value::Instant(nanos)) => i64::try_from(nanos).ok().map(DateTime::from_timestamp_nanos),
                _ => None,
            };
            let unread = || Error::new(ErrorCode::QueryRefused, "cannot read the clock of Spark; try again");
            now.ok_or_else(unread)
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let _running = self.server.sessions.slot().await;
            self.answer(sql).await
        })
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(self.server.sessions.reserve(connections))
    }

    fn reader<'a>(
        &'a self,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(std::future::ready(Ok(Box::new(Readings(self)) as Box<dyn Reader + 'a>)))
    }
}

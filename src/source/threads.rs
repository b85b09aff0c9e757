//! A source on threads of its own: whoever asks it goes on looking at the clock and at signals, whatever its driver does.
//!
//! A driver reads as long as there is something to read, so a server that never stops talking keeps the thread that asked it.
//! One that is no longer waited for is told so, and ends where it next gives way; a thread that never does is left behind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{SemaphorePermit, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Driver, Engine, Over};
use super::error::Error;
use super::estimate::Estimate;
use super::lint::{Inspected, LintRequest};
use super::location::Location;
use super::merging::Merging;
use super::options::SourceOptions;
use super::pushdown::Described;
use super::rate::Rate;
use super::registry::DRIVERS;
use super::shared::batch_sink::Reader;
use super::url::{SourceUrl, Via};
use crate::frame::Frame;
use crate::isolation::{apart, resumed};
use crate::model::{ErrorCode, SourceReport, TableRead, Volume, Warning};
use crate::spec::check::{ParamValue, Requirement};

/// The engine at `url`. Connects to nothing yet; an error means that the options make no sense for it.
pub fn open(url: &SourceUrl, options: &SourceOptions) -> Result<Arc<dyn Engine>, Error> {
    let shown = url.to_string();
    if let Some(why) = url.misnamed() {
        return Err(Error::new(ErrorCode::SourceUnfit, format!("{shown}: {why}")));
    }
    let opened = match url.via() {
        Some(via) => Some(opened_by(url, via)),
        None => url.driver().access.iter().find_map(|access| match (access, url.location()) {
            (Access::Server { open, .. }, Location::Server(url)) => Some(open(url, options, shown.clone())),
            (Access::Path { open, .. }, Location::Path(path)) => Some(open(path, options, shown.clone())),
            _ => None,
        }),
    };
    let unfit = || Err(Error::new(ErrorCode::Connection, format!("{shown} is no place that its engine can be at")));
    let rate = options.pace.as_ref().and_then(|pace| pace.rows_per_second).map(|most| Arc::new(Rate::new(most)));
    Ok(Arc::new(OnOwnThreads { engine: opened.unwrap_or_else(unfit)?, rate }))
}

/// The engine of `via`, which reads what is at `url`.
fn opened_by(url: &SourceUrl, via: &Via) -> Result<Arc<dyn Engine>, Error> {
    let (keeper, reader, name) = (url.keeper(), via.url.driver(), &via.name);
    let unfit = |message: String| Error::new(ErrorCode::SourceUnfit, message);
    let able = |has: fn(&Driver) -> bool| {
        let names: Vec<&str> = DRIVERS.into_iter().filter(|driver| has(driver)).map(|driver| driver.name).collect();
        names.join(", ")
    };
    let (Some(open), Location::Server(at)) = (reader.capabilities.reads_others, via.url.location()) else {
        return Err(unfit(format!(
            "`via` names the source `{name}`, which is one of {} and reads no others; name one of {}",
            reader.name,
            able(|driver| driver.capabilities.reads_others.is_some())
        )));
    };
    let Some(lend) = keeper.capabilities.lends else {
        return Err(unfit(format!(
            "a source of {} cannot be read via `{name}`; leave `via` out (it is for sources of {})",
            keeper.name,
            able(|driver| driver.capabilities.lends.is_some())
        )));
    };
    let shown = url.to_string();
    let lent = lend(url.location(), &shown)?;
    open(at, &via.options, Over { lent, shown, reader: name.clone(), at: via.url.to_string() })
}

/// An engine whose every question is asked on a thread of its own, and whose rows come as fast as they may.
struct OnOwnThreads {
    engine: Arc<dyn Engine>,
    rate: Option<Arc<Rate>>,
}

impl OnOwnThreads {
    /// What `question` comes to.
    fn ask<'a, T: Send + 'static>(
        &self,
        question: impl FnOnce(Arc<dyn Engine>) -> BoxFuture<'static, T> + Send + 'static,
    ) -> BoxFuture<'a, T> {
        let engine = self.engine.clone();
        Box::pin(apart(move || question(engine)))
    }
}

impl Engine for OnOwnThreads {
    fn driver(&self) -> &'static Driver {
        self.engine.driver()
    }

    fn identity(&self) -> String {
        self.engine.identity()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        self.ask(|engine| Box::pin(async move { engine.describe().await }))
    }

    fn tables_read(&self) -> BTreeMap<String, TableRead> {
        self.engine.tables_read()
    }

    fn has_states<'a>(&'a self, states: &'a BTreeMap<String, TableRead>) -> BoxFuture<'a, Result<bool, Error>> {
        let states = states.clone();
        self.ask(move |engine| Box::pin(async move { engine.has_states(&states).await }))
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        self.ask(|engine| Box::pin(async move { engine.now().await }))
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        let requirement = requirement.clone();
        self.ask(|engine| Box::pin(async move { engine.has(&requirement).await }))
    }

    fn admits_param(&self, value: &ParamValue) -> Result<(), String> {
        self.engine.admits_param(value)
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        let (sql, ticket, rate) = (sql.to_owned(), ticket.clone(), self.rate.clone());
        Box::pin(async move {
            if let Some(rate) = &rate {
                rate.ready().await;
            }
            let asked = self.ask(move |engine| Box::pin(async move { engine.fetch(&sql, timeout, &ticket).await }));
            let answer: Result<Answer, Error> = asked.await;
            if let (Some(rate), Ok(answer)) = (&rate, &answer) {
                // They are here: what comes next waits for them.
                rate.charge(answer.frame.height());
            }
            answer
        })
    }

    /// Waits for others of this run and for no server.
    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        self.engine.reserve(connections)
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        let (engine, ticket, rate) = (self.engine.clone(), ticket.clone(), self.rate.clone());
        Box::pin(async move {
            let (asks, asked) = mpsc::channel(1);
            let (told, opened) = oneshot::channel();
            let thread = tokio::task::spawn(apart(move || Box::pin(session(engine, timeout, ticket, told, asked))));
            match opened.await {
                Ok(opened) => Ok(Box::new(Session { snapshot: opened?, asks, thread, rate }) as Box<dyn Reader + 'a>),
                Err(_) => resumed(thread).await,
            }
        })
    }

    fn cancel<'a>(&'a self, ticket: &'a QueryHandle) -> BoxFuture<'a, ()> {
        let ticket = ticket.clone();
        self.ask(|engine| Box::pin(async move { engine.cancel(&ticket).await }))
    }

    fn volume<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Volume>, Error>> {
        let (sql, ticket) = (sql.to_owned(), ticket.clone());
        self.ask(move |engine| Box::pin(async move { engine.volume(&sql, timeout, &ticket).await }))
    }

    fn estimate<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Estimate>, Error>> {
        let (sql, ticket) = (sql.to_owned(), ticket.clone());
        self.ask(move |engine| Box::pin(async move { engine.estimate(&sql, timeout, &ticket).await }))
    }

    fn near<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Option<Estimate>> {
        let sql = sql.to_owned();
        self.ask(move |engine| Box::pin(async move { engine.near(&sql).await }))
    }

    fn privileges(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        self.ask(|engine| Box::pin(async move { engine.privileges().await }))
    }

    fn inspect<'a>(
        &'a self,
        sql: &'a str,
        asked: &'a LintRequest,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Inspected, Error>> {
        let (sql, asked, ticket) = (sql.to_owned(), asked.clone(), ticket.clone());
        self.ask(move |engine| Box::pin(async move { engine.inspect(&sql, &asked, timeout, &ticket).await }))
    }

    fn merging<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Merging>, Error>> {
        let (sql, ticket) = (sql.to_owned(), ticket.clone());
        self.ask(move |engine| Box::pin(async move { engine.merging(&sql, timeout, &ticket).await }))
    }
}

/// What a session is asked, with where the answer goes.
enum Request {
    Read(String, mpsc::Sender<Frame>, oneshot::Sender<Result<Vec<Warning>, Error>>),
    Whole(String, oneshot::Sender<Result<Option<Answer>, Error>>),
    Describe(String, oneshot::Sender<Result<Option<Vec<Described>>, Error>>),
    Close(oneshot::Sender<()>),
}

/// Opens a session and answers what it is asked, until nobody can ask any longer.
async fn session(
    engine: Arc<dyn Engine>,
    timeout: Duration,
    ticket: QueryHandle,
    mut opened: oneshot::Sender<Result<bool, Error>>,
    mut asked: mpsc::Receiver<Request>,
) {
    let reader = tokio::select! {
        reader = engine.reader(timeout, &ticket) => reader,
        () = opened.closed() => return,
    };
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => return drop(opened.send(Err(error))),
    };
    if opened.send(Ok(reader.snapshot())).is_err() {
        return;
    }
    while let Some(ask) = asked.recv().await {
        match ask {
            Request::Read(sql, batches, told) => answered(reader.read(&sql, batches), told).await,
            Request::Whole(sql, told) => answered(reader.whole(&sql), told).await,
            Request::Describe(sql, told) => answered(reader.describe(&sql), told).await,
            Request::Close(told) => return answered(reader.close(), told).await,
        }
    }
}

/// Tells what `work` comes to, unless nobody waits for it any longer.
async fn answered<T>(work: impl Future<Output = T>, mut told: oneshot::Sender<T>) {
    tokio::select! {
        done = work => drop(told.send(done)),
        () = told.closed() => {}
    }
}

/// A session on a thread of its own, which ends with this.
struct Session {
    snapshot: bool,
    asks: mpsc::Sender<Request>,
    thread: JoinHandle<()>,
    rate: Option<Arc<Rate>>,
}

impl Session {
    /// The answer to a question; a panic of the driver goes on here.
    async fn ask<T>(&mut self, ask: impl FnOnce(oneshot::Sender<T>) -> Request) -> T {
        let (told, answered) = oneshot::channel();
        // Where nobody is there to be asked, nobody answers either.
        let _ = self.asks.send(ask(told)).await;
        match answered.await {
            Ok(answer) => answer,
            Err(_) => resumed(&mut self.thread).await,
        }
    }
}

impl Reader for Session {
    fn snapshot(&self) -> bool {
        self.snapshot
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        let Some(rate) = self.rate.clone() else {
            return Box::pin(self.ask(|told| Request::Read(sql.to_owned(), batches, told)));
        };
        Box::pin(async move {
            let (inner, read) = mpsc::channel(1);
            let asked = self.ask(|told| Request::Read(sql.to_owned(), inner, told));
            tokio::join!(asked, rate.hand_on(read, batches)).0
        })
    }

    fn whole<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(self.ask(|told| Request::Whole(sql.to_owned(), told)))
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(self.ask(|told| Request::Describe(sql.to_owned(), told)))
    }

    fn close<'a>(mut self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move { self.ask(Request::Close).await })
    }
}

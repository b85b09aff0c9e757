//! Sources of a run in which the queries of one side read something else in the place of a table; all other answers are the
//! kept ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{SemaphorePermit, mpsc};

use super::super::tape::{Asked, Replayer};
use super::super::trial::Ready;
use crate::frame::Frame;
use crate::model::{ErrorCode, Side, SourceReport, Warning};
use crate::source::{
    Answer, Driver, Engine, Error, Interpose, QueryHandle, Reader, Shadow, TableName, admits, shadowed,
};
use crate::spec::check::{ParamValue, Requirement};

/// Why a query could not be asked in its other form; the first reason stays.
type Failed = Arc<Mutex<Option<String>>>;

/// Puts `shadow` in the place of a table.
#[derive(Clone, Debug)]
pub(super) struct Rewriter {
    replayer: Replayer,
    side: Side,
    queries: Vec<String>,
    table: TableName,
    shadow: Shadow,
    failed: Failed,
}

impl Rewriter {
    pub(super) fn new(ready: &Ready, table: &TableName, shadow: &Shadow, failed: Failed) -> Rewriter {
        let asked = Arc::new(Asked::default());
        Rewriter {
            replayer: Replayer { answers: ready.baseline.answers.clone(), edits: None, asked },
            side: ready.side,
            queries: ready.queries.iter().map(|query| query.sql.clone()).collect(),
            table: table.clone(),
            shadow: shadow.clone(),
            failed,
        }
    }
}

impl Interpose for Rewriter {
    /// The source itself, which is asked for nothing but the queries of the side.
    fn source(&self, number: usize, engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        let replay = self.replayer.source(number, engine.clone());
        Arc::new(Rewritten { replay, engine, side: None, queries: BTreeMap::new(), failed: self.failed.clone() })
    }

    fn side(&self, number: usize, side: Side, engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        let replay = self.replayer.side(number, side, engine.clone());
        let dialect = engine.driver().dialect;
        let mut queries = BTreeMap::new();
        for sql in self.queries.iter().filter(|_| side == self.side) {
            match shadowed(dialect, sql, &self.table, &self.shadow) {
                Ok(Some(other)) => drop(queries.insert(sql.clone(), other)),
                // One of the other queries of the check reads it.
                Ok(None) => {}
                Err(why) => {
                    let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.get_or_insert(why);
                }
            }
        }
        Arc::new(Rewritten { replay, engine, side: Some(side), queries, failed: self.failed.clone() })
    }
}

/// Asks the source for the queries that are rewritten, and nobody for the others.
struct Rewritten {
    replay: Arc<dyn Engine>,
    engine: Arc<dyn Engine>,
    /// The side whose queries it answers; absent of the source itself, which is asked for what is rewritten.
    side: Option<Side>,
    queries: BTreeMap<String, String>,
    failed: Failed,
}

impl Rewritten {
    fn note(&self, error: &Error) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get_or_insert_with(|| error.message.clone());
    }

    fn noted<T>(&self, done: Result<T, Error>) -> Result<T, Error> {
        done.inspect_err(|error| {
            if error.code != ErrorCode::Abandoned {
                self.note(error);
            }
        })
    }

    /// The other form of a query, which is held to reading as every query is.
    fn other(&self, sql: &str) -> Result<Option<&String>, Error> {
        let Some(other) = self.queries.get(sql) else { return Ok(None) };
        self.noted(admits(self.engine.driver().dialect, other).map_err(Error::from))?;
        Ok(Some(other))
    }
}

impl Engine for Rewritten {
    fn driver(&self) -> &'static Driver {
        self.engine.driver()
    }

    fn identity(&self) -> String {
        self.engine.identity()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        self.replay.describe()
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        self.replay.now()
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        self.replay.has(requirement)
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
        Box::pin(async move {
            match self.other(sql)? {
                _ if self.side.is_none() => self.engine.fetch(sql, timeout, ticket).await,
                Some(other) => self.noted(self.engine.fetch(other, timeout, ticket).await),
                None => self.replay.fetch(sql, timeout, ticket).await,
            }
        })
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        let is_asked = self.side.is_none() || !self.queries.is_empty();
        if is_asked { self.engine.reserve(connections) } else { self.replay.reserve(connections) }
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        if self.side.is_none() {
            return self.engine.reader(timeout, ticket);
        }
        Box::pin(async move {
            let kept = self.replay.reader(timeout, ticket).await?;
            let asked = match self.queries.is_empty() {
                true => None,
                false => Some(self.noted(self.engine.reader(timeout, ticket).await)?),
            };
            Ok(Box::new(Session { of: self, kept, asked }) as Box<dyn Reader + 'a>)
        })
    }

    fn cancel<'a>(&'a self, ticket: &'a QueryHandle) -> BoxFuture<'a, ()> {
        self.engine.cancel(ticket)
    }
}

struct Session<'a> {
    of: &'a Rewritten,
    kept: Box<dyn Reader + 'a>,
    asked: Option<Box<dyn Reader + 'a>>,
}

impl Reader for Session<'_> {
    fn snapshot(&self) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.snapshot())
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            match (self.of.other(sql)?, &mut self.asked) {
                (Some(other), Some(asked)) => {
                    let read = asked.read(other, batches).await;
                    self.of.noted(read)
                }
                _ => self.kept.read(sql, batches).await,
            }
        })
    }

    fn close<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        match self.asked {
            Some(asked) => asked.close(),
            None => Box::pin(std::future::ready(())),
        }
    }
}

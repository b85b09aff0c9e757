//! Sources whose answers are kept as they are read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{SemaphorePermit, mpsc};

use super::answers::{Answers, RecordedAnswer};
use crate::frame::Frame;
use crate::model::{Side, SourceReport, TableRead, Warning};
use crate::source::{Answer, Driver, Engine, Error, Inspected, Interpose, LintRequest, QueryHandle, Reader};
use crate::spec::check::{ParamValue, Requirement};

/// Keeps what the sources of a run answer.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(pub(crate) Arc<Answers>);

impl Interpose for Recorder {
    fn source(&self, number: usize, engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        Arc::new(Recorded { number, engine, answers: self.0.clone() })
    }

    /// The source itself, so that two sides of one source share its connections.
    fn side(&self, _: usize, _: Side, engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        engine
    }
}

struct Recorded {
    number: usize,
    engine: Arc<dyn Engine>,
    answers: Arc<Answers>,
}

impl Engine for Recorded {
    fn driver(&self) -> &'static Driver {
        self.engine.driver()
    }

    fn identity(&self) -> String {
        self.engine.identity()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async move {
            let report = self.engine.describe().await?;
            self.answers.describe(self.number, report.clone());
            Ok(report)
        })
    }

    fn tables_read(&self) -> BTreeMap<String, TableRead> {
        self.engine.tables_read()
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async move {
            self.answers.set_clock(self.number, self.engine.now().await?);
            Ok(self.answers.clock(self.number).unwrap_or_else(Utc::now))
        })
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let has = self.engine.has(requirement).await?;
            self.answers.require(self.number, format!("{requirement:?}"), has);
            Ok(has)
        })
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
            let answer = self.engine.fetch(sql, timeout, ticket).await?;
            if self.answers.has_room(&answer.frame) {
                let Answer { frame, warnings } = answer.clone();
                self.answers.add(self.number, sql, RecordedAnswer { batches: vec![frame], warnings });
            }
            Ok(answer)
        })
    }

    fn reserve(&self, connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        self.engine.reserve(connections)
    }

    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move {
            let reader = self.engine.reader(timeout, ticket).await?;
            Ok(Box::new(Session { number: self.number, reader, answers: &self.answers }) as Box<dyn Reader + 'a>)
        })
    }

    fn cancel<'a>(&'a self, ticket: &'a QueryHandle) -> BoxFuture<'a, ()> {
        self.engine.cancel(ticket)
    }

    fn inspect<'a>(
        &'a self,
        sql: &'a str,
        asked: &'a LintRequest,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Inspected, Error>> {
        self.engine.inspect(sql, asked, timeout, ticket)
    }
}

/// A session whose readings are kept. It describes no query, so that no server cuts one down to a sample.
struct Session<'a> {
    number: usize,
    reader: Box<dyn Reader + 'a>,
    answers: &'a Answers,
}

impl Reader for Session<'_> {
    fn snapshot(&self) -> bool {
        self.reader.snapshot()
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let (sender, mut receiver) = mpsc::channel::<Frame>(1);
            let (mut kept, mut is_whole) = (Vec::new(), true);
            let answers = self.answers;
            let taking = async {
                while let Some(batch) = receiver.recv().await {
                    is_whole = is_whole && answers.has_room(&batch);
                    if is_whole {
                        kept.push(batch.clone());
                    }
                    if batches.send(batch).await.is_err() {
                        is_whole = false;
                        break;
                    }
                }
                // The source is to notice at once that nobody takes what it reads.
                drop(receiver);
                Ok(())
            };
            let (warnings, ()) = tokio::try_join!(self.reader.read(sql, sender), taking)?;
            if is_whole {
                self.answers.add(self.number, sql, RecordedAnswer { batches: kept, warnings: warnings.clone() });
            }
            Ok(warnings)
        })
    }

    fn close<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        self.reader.close()
    }
}

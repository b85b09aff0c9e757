//! Sources that give kept answers again and ask nobody, those of one side changed on their way.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::super::edit::{Edit, edited};
use super::answers::{Answers, RecordedAnswer};
use crate::frame::{Frame, FrameError};
use crate::model::{ErrorCode, Side, SourceReport, Warning};
use crate::source::{Answer, Driver, Engine, Error, Interpose, QueryHandle, Reader};
use crate::spec::check::Requirement;

/// How the answers of one side are changed, by query.
#[derive(Clone, Debug)]
pub(crate) struct Edits {
    pub(crate) side: Side,
    pub(crate) by_query: BTreeMap<String, Vec<Edit>>,
}

/// What a run over kept answers asked.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    queries: Mutex<Vec<Query>>,
    is_unanswered: AtomicBool,
}

/// One query of a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    /// Number of its source.
    pub(crate) source: usize,
    pub(crate) side: Side,
    pub(crate) sql: String,
    /// Whether its answer was read batch by batch.
    pub(crate) is_streamed: bool,
}

impl Asked {
    fn note(&self, query: Query) {
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        if !queries.contains(&query) {
            queries.push(query);
        }
    }

    /// Returns the queries of `side`, in the order in which they were asked first.
    pub(crate) fn of(&self, side: Side) -> Vec<Query> {
        let queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        queries.iter().filter(|query| query.side == side).cloned().collect()
    }

    /// Returns whether anything was asked whose answer is not kept, so that the run says nothing of the check.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.is_unanswered.load(Ordering::Relaxed)
    }
}

/// Gives kept answers in place of the sources of a run.
#[derive(Clone, Debug)]
pub(crate) struct Replayer {
    pub(crate) answers: Arc<Answers>,
    pub(crate) edits: Option<Arc<Edits>>,
    pub(crate) asked: Arc<Asked>,
}

impl Replayer {
    fn replayed(&self, number: usize, side: Option<Side>, engine: &dyn Engine) -> Arc<dyn Engine> {
        let edits = self.edits.clone().filter(|edits| Some(edits.side) == side);
        Arc::new(Replayed {
            number,
            side,
            driver: engine.driver(),
            answers: self.answers.clone(),
            edits,
            asked: self.asked.clone(),
            counts: Mutex::default(),
        })
    }
}

impl Interpose for Replayer {
    fn source(&self, number: usize, engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        self.replayed(number, None, engine.as_ref())
    }

    fn side(&self, number: usize, side: Side, engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        self.replayed(number, Some(side), engine.as_ref())
    }
}

struct Replayed {
    number: usize,
    side: Option<Side>,
    driver: &'static Driver,
    answers: Arc<Answers>,
    edits: Option<Arc<Edits>>,
    asked: Arc<Asked>,
    /// How often each query was asked.
    counts: Mutex<HashMap<String, usize>>,
}

impl Replayed {
    /// The answer to `sql`, and how it is changed.
    fn find(&self, sql: &str, is_streamed: bool) -> Result<(Arc<RecordedAnswer>, &[Edit]), Error> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(sql.to_owned()).or_default();
        let answer = self.answers.get(self.number, sql, *count).ok_or_else(|| self.unanswered("this query"))?;
        *count += 1;
        if let Some(side) = self.side {
            self.asked.note(Query { source: self.number, side, sql: sql.to_owned(), is_streamed });
        }
        let edits = self.edits.as_ref().and_then(|edits| edits.by_query.get(sql));
        Ok((answer, edits.map_or(&[], Vec::as_slice)))
    }

    fn unanswered(&self, what: &str) -> Error {
        self.asked.is_unanswered.store(true, Ordering::Relaxed);
        Error::new(ErrorCode::Permanent, format!("{what} was not asked when the answers were read"))
    }
}

/// Every batch of `answer` after `edits`, in order.
fn changed<'a>(answer: &'a RecordedAnswer, edits: &'a [Edit]) -> impl Iterator<Item = Result<Frame, Error>> + 'a {
    let mut first = 0;
    answer.batches.iter().map(move |batch| {
        let from = first;
        first += batch.height() as u64;
        if edits.is_empty() { Ok(batch.clone()) } else { edited(batch, from, edits).map_err(|cause| unmade(&cause)) }
    })
}

fn unmade(cause: &FrameError) -> Error {
    Error::caused(ErrorCode::Defect, "a changed answer could not be made", cause)
}

impl Engine for Replayed {
    fn driver(&self) -> &'static Driver {
        self.driver
    }

    fn identity(&self) -> String {
        String::new()
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        let described = self.answers.described(self.number).ok_or_else(|| self.unanswered("what a source is"));
        Box::pin(std::future::ready(described))
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        let now = self.answers.clock(self.number).ok_or_else(|| self.unanswered("a clock"));
        Box::pin(std::future::ready(now))
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        let has = self.answers.required(self.number, format!("{requirement:?}"));
        Box::pin(std::future::ready(has.ok_or_else(|| self.unanswered("a requirement"))))
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let (answer, edits) = self.find(sql, false)?;
            let mut frames = changed(&answer, edits);
            // What is fetched was kept as one batch.
            let frame = frames.next().unwrap_or_else(|| Err(self.unanswered("a row")))?;
            Ok(Answer { frame, warnings: answer.warnings.clone() })
        })
    }

    fn reader<'a>(
        &'a self,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(std::future::ready(Ok(Box::new(Session(self)) as Box<dyn Reader + 'a>)))
    }
}

struct Session<'a>(&'a Replayed);

impl Reader for Session<'_> {
    fn snapshot(&self) -> bool {
        true
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let (answer, edits) = self.0.find(sql, true)?;
            let (mut is_sent, mut last) = (false, None);
            for frame in changed(&answer, edits) {
                let frame = frame?;
                if frame.height() == 0 {
                    last = Some(frame);
                    continue;
                }
                is_sent = true;
                if batches.send(frame).await.is_err() {
                    return Ok(answer.warnings.clone());
                }
            }
            // An answer without rows is one batch.
            if let Some(empty) = last.filter(|_| !is_sent) {
                let _ = batches.send(empty).await;
            }
            Ok(answer.warnings.clone())
        })
    }
}

//! The sources of a run: each opened once, described once, shared by every check that names it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::load::Load;
use super::options::{RunOptions, Selected};
use crate::isolation::{Defect, caught, isolated};
use crate::model::{Asked, Cause, ErrorReport, Side, Sides, SourceReport, Warning, WarningCode};
use crate::source;
use crate::source::{CancellationToken, Engine, Error, ErrorCode, Location, SourceUrl};
use crate::suite::{Param, SourceSpecError, Suite};

/// Pauses before the second and the third try of a connection.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A source that was opened, or why not.
#[derive(Clone)]
pub(crate) struct Open {
    pub engine: Arc<dyn Engine>,
    /// What the queries of each side are asked of.
    pub sides: Sides<Arc<dyn Engine>>,
    /// Where it is.
    pub location: Location,
    /// What it said of itself, and whether that took more than one try.
    pub described: Result<(SourceReport, bool), Error>,
    shown: String,
    /// Whether it is busy, where the suite has it asked.
    pub(super) load: Arc<Load>,
}

/// All sources of a run by suite and name.
pub(crate) struct Opened(BTreeMap<(String, String), Result<Open, ErrorReport>>);

impl Opened {
    /// The source `name` of `suite`.
    pub(super) fn get(&self, suite: &Suite, name: &str) -> Result<&Open, ErrorReport> {
        match self.0.get(&(suite.name.clone(), name.to_owned())) {
            Some(Ok(open)) => Ok(open),
            Some(Err(why)) => Err(why.clone()),
            None => Err(unknown()),
        }
    }

    /// The sources of `suite` that were used, as reports show them.
    pub(super) fn reports(&self, suite: &Suite) -> BTreeMap<String, SourceReport> {
        let own = self.0.iter().filter(|((owner, _), _)| *owner == suite.name);
        own.filter_map(|((_, name), open)| {
            let open = open.as_ref().ok()?;
            let report = match &open.described {
                Ok((report, _)) => SourceReport { tables: open.engine.tables_read(), ..report.clone() },
                Err(_) => SourceReport {
                    engine: open.engine.driver().name.to_owned(),
                    url: open.shown.clone(),
                    ..SourceReport::default()
                },
            };
            Some((name.clone(), report))
        })
        .collect()
    }
}

/// Opens and describes every source that `selected` names or whose clock a param follows.
pub(super) async fn open(selected: &[Selected<'_>], options: &RunOptions, stop: &CancellationToken) -> Opened {
    let mut wanted: BTreeMap<(String, String), &Suite> = BTreeMap::new();
    for one in selected {
        for name in names(one) {
            wanted.insert((one.suite.name.clone(), name), one.suite);
        }
    }
    let mut opened: BTreeMap<(String, String), Result<Open, ErrorReport>> = BTreeMap::new();
    let mut engines: Vec<(SourceUrl, source::SourceOptions, Arc<dyn Engine>)> = Vec::new();
    let mut pending = Vec::new();
    // Both sides of every check that runs at once.
    let memory = Some(options.memory / options.jobs.max(1).saturating_mul(2)).filter(|bytes| *bytes > 0);
    for ((suite_name, name), suite) in wanted {
        let at = (suite_name, name);
        match engine(suite, &at.1, memory, options, &mut engines) {
            Ok((index, shown)) => pending.push((at, index, shown)),
            Err(why) => {
                opened.insert(at, Err(why));
            }
        }
    }
    let described = engines.iter().map(|(_, _, engine)| async {
        let described = isolated(describe(engine, options.timeout, stop)).await;
        described.unwrap_or_else(|defect| Err(broken("the source was described", &defect)))
    });
    let described = join_all(described).await;
    let loads: Vec<Arc<Load>> = engines.iter().map(|_| Arc::default()).collect();
    for (at, index, shown) in pending {
        let engine = engines[index].2.clone();
        let sides = Sides::each(|side| match &options.between {
            Some(between) => between.side(index, side, engine.clone()),
            None => engine.clone(),
        });
        let location = engines[index].0.location().clone();
        opened.insert(
            at,
            Ok(Open {
                engine,
                sides,
                location,
                described: described[index].clone(),
                shown,
                load: loads[index].clone(),
            }),
        );
    }
    Opened(opened)
}

fn names(one: &Selected<'_>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = one.check.sides.present().map(|(_, query)| query.source.clone()).collect();
    for param in one.suite.params.values() {
        if let Param::Moving(moving) = param {
            names.insert(moving.clock.clone().unwrap_or_else(|| Side::Old.to_string()));
        }
    }
    names
}

type Engines = Vec<(SourceUrl, source::SourceOptions, Arc<dyn Engine>)>;

/// Index of the engine behind a source; two names of one URL share it.
fn engine(
    suite: &Suite,
    name: &str,
    memory: Option<usize>,
    options: &RunOptions,
    engines: &mut Engines,
) -> Result<(usize, String), ErrorReport> {
    let spec = suite.sources.get(name).ok_or_else(unknown)?;
    let url = spec.resolve(suite.folder(), |name| std::env::var(name).ok()).map_err(|error| unresolved(&error))?;
    let shown = url.to_string();
    let wanted = source::SourceOptions { memory, ..spec.options.clone() };
    if let Some(index) = engines.iter().position(|(other, known, _)| *other == url && *known == wanted) {
        return Ok((index, shown));
    }
    let engine = caught(|| source::open(&url, &wanted));
    let engine = engine.unwrap_or_else(|defect| Err(broken("the source was opened", &defect)));
    let engine = match &options.between {
        Some(between) => between.source(engines.len(), engine?),
        None => engine?,
    };
    engines.push((url, wanted, engine));
    Ok((engines.len() - 1, shown))
}

fn unknown() -> ErrorReport {
    ErrorReport::new(ErrorCode::SourceMissing, "the suite has no such source")
}

/// The error of a source without a URL.
fn unresolved(error: &SourceSpecError) -> ErrorReport {
    let code = match error {
        SourceSpecError::Unset(_) | SourceSpecError::File(..) => ErrorCode::SourceMissing,
        SourceSpecError::Malformed | SourceSpecError::Url(_) => ErrorCode::SourceUnfit,
    };
    ErrorReport::new(code, error.to_string())
}

/// The error of a source at which cutover met a defect of its own.
pub(super) fn broken(when: &str, defect: &Defect) -> Error {
    let message = format!(
        "cutover met a defect of its own while {when}; check that the URL names a server of this kind, and report it"
    );
    Error::new(ErrorCode::Defect, message).with_cause(Cause::of_others(defect.text()))
}

/// Asks a source to describe itself.
async fn describe(
    engine: &Arc<dyn Engine>,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<(SourceReport, bool), Error> {
    let (described, retried) = retrying(stop, || async {
        tokio::select! {
            described = engine.describe() => described,
            () = stop.cancelled() => Err(Error::new(ErrorCode::Interrupted, "the run was interrupted")),
            () = tokio::time::sleep(timeout) => Err(Error::new(
                ErrorCode::Timeout,
                format!("the server did not describe itself within {}; allow more with --timeout", humantime::format_duration(timeout)),
            )),
        }
    })
    .await;
    described.map(|report| (report, retried))
}

/// Tries again twice where the connection is at fault; also tells whether it did.
pub(super) async fn retrying<T, F: Future<Output = Result<T, Error>>>(
    stop: &CancellationToken,
    attempt: impl Fn() -> F,
) -> (Result<T, Error>, bool) {
    let mut retried = false;
    for pause in PAUSES {
        match attempt().await {
            Err(error) if error.code.is_of_connection() && !stop.is_cancelled() => {
                retried = true;
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = stop.cancelled() => return (Err(error), retried),
                }
            }
            done => return (done, retried),
        }
    }
    (attempt().await, retried)
}

/// The note that a connection took more than one try.
pub(super) fn retried(asked: impl Into<Asked>) -> Warning {
    Warning::new(WarningCode::Retried, "the connection failed at first and was tried again").of(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    async fn tries(fault: ErrorCode, failures: usize) -> (bool, usize) {
        let count = AtomicUsize::new(0);
        let attempt = || async {
            if count.fetch_add(1, Ordering::SeqCst) < failures { Err(Error::new(fault, "no")) } else { Ok(()) }
        };
        let (done, _) = retrying(&CancellationToken::default(), attempt).await;
        (done.is_ok(), count.load(Ordering::SeqCst))
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_broken_connection_is_tried_again_and_only_twice() {
        assert_eq!(tries(ErrorCode::Connection, 2).await, (true, 3));
        assert_eq!(tries(ErrorCode::Connection, 3).await, (false, 3));
        assert_eq!(tries(ErrorCode::QueryRefused, 1).await, (false, 1));
        assert_eq!(tries(ErrorCode::Timeout, 1).await, (false, 1));
    }
}

//! Times the queries of a `latency` check: in alternation, or one side after the other under a load of clients.
//!
//! Nothing else of the run is under way meanwhile. What the times mean is `compare`'s business.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::super::context::{CheckRun, Context, panicked};
use super::super::findings::fanout::DifferenceFanout;
use super::super::sources::{retried, retrying};
use super::attempt_result::AttemptResult;
use super::errors::located;
use super::query::prepare;
use crate::compare::kind::latency;
use crate::compare::kind::latency::Timed;
use crate::compare::{ComparisonResult, outside};
use crate::isolation::Defect;
use crate::model::{ErrorReport, Side, SideReport, Sides, Volume};
use crate::source;
use crate::source::{CancellationToken, Engine, Error, ErrorCode, QueryHandle};
use crate::spec::check::{Latency, Load, Query};

/// A side while it is timed.
struct TimedSide<'a> {
    side: Side,
    query: &'a Query,
    engine: Arc<dyn Engine>,
    report: SideReport,
    timeout: Duration,
    timed: Timed,
    retried: bool,
}

/// Times every side there is and judges the times.
pub(crate) async fn run(one: CheckRun<'_>, settings: &Latency, context: &Context<'_>) -> AttemptResult {
    let mut result = AttemptResult::default();
    let (mut sides, mut errors) = (Vec::new(), Vec::new());
    for (side, query) in one.check.sides.present() {
        match ready(one, context, side, query) {
            Ok(ready) => sides.push(ready),
            Err(refused) => {
                let (refused, error) = *refused;
                *result.sides.get_mut(side) = Some(refused);
                errors.push(error);
            }
        }
    }
    if errors.is_empty() {
        let timed = match &settings.load {
            None => alternate(&mut sides, settings, context).await,
            Some(load) => loaded(&mut sides, load, settings.warm_up, context).await,
        };
        errors.extend(timed.err());
    }
    let mut times = Sides::default();
    for mut side in sides {
        if errors.is_empty() {
            side.report.read = volume(&side, context.stop).await;
        }
        if !side.timed.times.is_empty() {
            side.report.rows = Some(side.timed.rows);
            side.report.elapsed_ms = side.timed.median_ms();
        }
        if side.retried {
            result.warnings.push(retried(side.side));
        }
        *result.sides.get_mut(side.side) = Some(side.report);
        *times.get_mut(side.side) = Some(side.timed);
    }
    match (errors.is_empty(), times.new) {
        (true, Some(new)) => {
            result.comparison = latency::compare(one.check, settings, times.old.as_ref(), &new);
            // All of its numbers are listed.
            let mut findings = DifferenceFanout::new(one, context, None);
            let outside = result.comparison.outcome.measures().iter().filter(|measure| !measure.within).map(outside);
            outside.into_iter().all(|example| findings.take(&example.into()));
            result.written = findings.finish();
        }
        _ => result.comparison = ComparisonResult::failed(ErrorReport::joined(errors)),
    }
    result
}

fn ready<'a>(
    one: CheckRun<'_>,
    context: &Context<'_>,
    side: Side,
    query: &'a Query,
) -> Result<TimedSide<'a>, Box<(SideReport, ErrorReport)>> {
    let prepared = prepare(one, context, side.into(), query, &query.sql);
    if let Err(error) = prepared.engine {
        return Err(Box::new((prepared.report, error)));
    }
    match context.sources.get(one.suite, &query.source) {
        Ok(open) => Ok(TimedSide {
            side,
            query,
            engine: open.engine.clone(),
            report: prepared.report,
            timeout: one.check.timeout.unwrap_or(context.options.timeout),
            timed: Timed::default(),
            retried: false,
        }),
        Err(error) => Err(Box::new((prepared.report, error))),
    }
}

/// What the server reads for the query; absent where that cannot be known, which is no error.
async fn volume(side: &TimedSide<'_>, stop: &CancellationToken) -> Option<Volume> {
    let ticket = QueryHandle::default();
    tokio::select! {
        told = side.engine.volume(&side.report.sql, side.timeout, &ticket) => return told.unwrap_or(None),
        () = stop.cancelled() => {}
        () = tokio::time::sleep(side.timeout) => {}
    }
    source::cancel(side.engine.as_ref(), &ticket).await;
    None
}

/// Round after round, old and then new in each, so that what else the servers do meets both alike.
async fn alternate(sides: &mut [TimedSide<'_>], settings: &Latency, context: &Context<'_>) -> Result<(), ErrorReport> {
    for round in 0..u64::from(settings.warm_up) + u64::from(settings.rounds) {
        for side in &mut *sides {
            let (found, again) = timed(side.engine.as_ref(), &side.report.sql, side.timeout, context.stop).await;
            let (time, rows) = found.map_err(|error| located(context, side.side.into(), &side.query.source, error))?;
            side.retried |= again;
            side.timed.rows = rows;
            if round >= u64::from(settings.warm_up) {
                side.timed.times.push(time);
                side.timed.wall += time;
            }
        }
    }
    Ok(())
}

/// Each side in turn: `clients` at once, each query after query until the time is over; the last ones are waited for.
async fn loaded(
    sides: &mut [TimedSide<'_>],
    load: &Load,
    warm_up: u32,
    context: &Context<'_>,
) -> Result<(), ErrorReport> {
    for side in sides {
        let refused = |error| located(context, side.side.into(), &side.query.source, error);
        // Without as many connections, clients would queue here and their waiting would count as the server's time.
        if side.engine.reserve(load.clients).await.is_err() {
            let message = format!(
                "a load of {} clients takes as many connections, and the source allows fewer; raise its `max_connections`",
                load.clients
            );
            return Err(refused(Error::new(ErrorCode::CheckUnfit, message)));
        }
        // Also opens the connections, which no client of a service does for each query.
        hold(side, load.clients, Until::Queries(warm_up), context.stop).await.map_err(refused)?;
        side.timed = Timed::default();
        let clock = Instant::now();
        let until = Until::Moment(clock + load.duration);
        let clients = hold(side, load.clients, until, context.stop).await.map_err(refused)?;
        let wall = clock.elapsed();
        side.retried |= clients.iter().any(|client| client.retried);
        side.timed = Timed {
            wall,
            rows: clients.last().map_or(0, |client| client.rows),
            times: clients.into_iter().flat_map(|client| client.times).collect(),
        };
    }
    Ok(())
}

/// When a client sends no further query.
#[derive(Clone, Copy)]
enum Until {
    Queries(u32),
    Moment(Instant),
}

/// What one client of a load timed.
#[derive(Default)]
struct Client {
    times: Vec<Duration>,
    rows: u64,
    retried: bool,
}

/// Holds the load; the first client that fails stops the others, whose queries are cancelled.
async fn hold(
    side: &TimedSide<'_>,
    clients: u32,
    until: Until,
    stop: &CancellationToken,
) -> Result<Vec<Client>, Error> {
    let together = CancellationToken::default();
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let (engine, sql, timeout, stop) =
            (side.engine.clone(), side.report.sql.clone(), side.timeout, together.clone());
        tasks.spawn(async move { client(engine.as_ref(), &sql, timeout, until, &stop).await });
    }
    let (mut done, mut failed) = (Vec::new(), None);
    loop {
        let ended = tokio::select! {
            ended = tasks.join_next() => ended,
            () = stop.cancelled(), if !together.is_cancelled() => {
                together.cancel();
                continue;
            }
        };
        let Some(ended) = ended else { break };
        match ended.unwrap_or_else(|failure| Err(lost(failure))) {
            Ok(client) => done.push(client),
            Err(error) => {
                together.cancel();
                failed = failed.or(Some(error));
            }
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(done),
    }
}

fn lost(failure: tokio::task::JoinError) -> Error {
    let why = failure.try_into_panic().map(|panic| panicked(&Defect::new(panic)));
    let message = why.map_or_else(|_| "a client of the load was cut short".to_owned(), |error| error.message());
    Error::new(ErrorCode::Defect, message)
}

async fn client(
    engine: &dyn Engine,
    sql: &str,
    timeout: Duration,
    until: Until,
    stop: &CancellationToken,
) -> Result<Client, Error> {
    let mut client = Client::default();
    loop {
        let over = match until {
            Until::Queries(count) => client.times.len() >= count as usize,
            Until::Moment(end) => Instant::now() >= end,
        };
        if over {
            return Ok(client);
        }
        let (found, again) = timed(engine, sql, timeout, stop).await;
        let (time, rows) = found?;
        client.retried |= again;
        client.rows = rows;
        client.times.push(time);
    }
}

/// One query to its last row: its time and its rows, and whether the connection took more than one try. Tries that
/// failed do not count into the time.
async fn timed(
    engine: &dyn Engine,
    sql: &str,
    timeout: Duration,
    stop: &CancellationToken,
) -> (Result<(Duration, u64), Error>, bool) {
    retrying(stop, || async {
        let clock = Instant::now();
        let answer = source::query(engine, sql, timeout, stop).await?;
        Ok((clock.elapsed(), answer.frame.height() as u64))
    })
    .await
}

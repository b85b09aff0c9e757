//! Losses and changes in the tables that queries read: every query that names a table is asked again with a subquery in its
//! place, which loses or changes rows. Read-only, and only the side that is tried is asked.
//!
//! What the queries themselves do not look at is found here, where answers cannot tell.

mod asking;
mod body;
mod cover;
mod kept;
mod mutants;
mod picks;
mod rewrite;
mod unread;
mod versions;

use std::sync::{Arc, Mutex};

use futures::StreamExt;

use super::judge::is_worse;
use super::opened::opened;
use super::request::Request;
use super::trial::{Ready, Trial, as_tried};
use crate::model::{CheckProof, CheckReport, ErrorCode, MutantReport, Sighting, TableProof};
use crate::run::Selected;
use crate::source::{CancellationToken, Shadow, TableName, joined_columns, named_tables};
use crate::spec::check::Check;
use crate::suite::Suite;
use body::{Body, TableMutant};
use mutants::mutants;
use picks::{Picked, Said, picked};
use rewrite::Rewriter;

pub(super) use cover::smallest;

/// A check that can be tried, and the tables that its queries read.
struct Reader<'a> {
    suite: &'a Suite,
    check: Check,
    ready: Ready,
    source: String,
    tables: Vec<TableName>,
}

/// Puts the tables of the checks of `selected` to the proof.
pub(super) async fn prove(
    selected: &[Selected<'_>],
    request: &Request,
    stop: &CancellationToken,
    watch: &(impl Fn(&CheckProof) + Sync),
) -> (Vec<CheckProof>, Vec<TableProof>) {
    let mut checks = Vec::new();
    let mut readers: Vec<Reader<'_>> = Vec::new();
    for one in selected {
        let mut proof = CheckProof::new(&one.check.id, one.check.kind.kind());
        let check = as_tried(one.check, &mut proof);
        let trial = Trial { one: Selected { suite: one.suite, check: &check }, request, stop };
        if let Some(ready) = trial.ready(&mut proof).await {
            let query = check.sides.get(ready.side).as_ref();
            let source = query.map(|query| query.source.clone()).unwrap_or_default();
            match tables(one.suite, &source, &ready) {
                Ok(tables) => readers.push(Reader { suite: one.suite, check, ready, source, tables }),
                Err(why) => proof.not_provable = Some(format!("its tables cannot be told: {why}")),
            }
        }
        watch(&proof);
        checks.push(proof);
    }
    let mut wanted: Vec<(&Suite, String, TableName)> = Vec::new();
    for reader in &readers {
        for table in &reader.tables {
            let is_known = |(suite, source, known): &(&Suite, String, TableName)| {
                suite.name == reader.suite.name && *source == reader.source && known == table
            };
            if !wanted.iter().any(is_known) {
                wanted.push((reader.suite, reader.source.clone(), table.clone()));
            }
        }
    }
    let mut proofs = Vec::new();
    for (suite, source, table) in wanted {
        let reading: Vec<&Reader<'_>> = readers
            .iter()
            .filter(|reader| {
                reader.suite.name == suite.name && reader.source == source && reader.tables.contains(&table)
            })
            .collect();
        proofs.push(one_table(suite, &source, &table, &reading, request, stop).await);
    }
    (checks, proofs)
}

/// The tables that the queries of a check read.
fn tables(suite: &Suite, source: &str, ready: &Ready) -> Result<Vec<TableName>, String> {
    let engine = opened(suite, source)?;
    let mut tables = Vec::new();
    for query in &ready.queries {
        for table in named_tables(engine.driver().dialect, &query.sql)? {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
    Ok(tables)
}

async fn one_table(
    suite: &Suite,
    source: &str,
    table: &TableName,
    reading: &[&Reader<'_>],
    request: &Request,
    stop: &CancellationToken,
) -> TableProof {
    let mut proof = TableProof {
        source: source.to_owned(),
        table: table.to_string(),
        checks: reading.iter().map(|reader| reader.check.id.clone()).collect(),
        not_provable: None,
        mutants: Vec::new(),
    };
    let picked = match opened(suite, source) {
        Ok(engine) => {
            let dialect = engine.driver().dialect;
            let queries = reading.iter().flat_map(|reader| &reader.ready.queries);
            let joined: Vec<String> = queries.flat_map(|query| joined_columns(dialect, &query.sql, table)).collect();
            picked(engine.as_ref(), table, &Said::of(suite, table, joined), request, stop).await
        }
        Err(why) => Err(why),
    };
    let picked: Picked = match picked {
        Ok(picked) => picked,
        Err(why) => {
            proof.not_provable = Some(why);
            return proof;
        }
    };
    for mutant in mutants(table, &picked) {
        proof.mutants.push(tried(&mutant, table, reading, request, stop).await);
    }
    proof
}

/// What all checks that read the table make of a mutant of it.
async fn tried(
    mutant: &TableMutant,
    table: &TableName,
    reading: &[&Reader<'_>],
    request: &Request,
    stop: &CancellationToken,
) -> MutantReport {
    let name = match &mutant.column {
        Some(column) => format!("{}.{column}:{}", table.name(), mutant.name),
        None => format!("{}:{}", table.name(), mutant.name),
    };
    let mut report = MutantReport {
        id: name,
        what: mutant.what.to_owned(),
        column: mutant.column.clone(),
        example: None,
        outcome: Sighting::Untested,
        reason: None,
        accepted: None,
        seen_by: Vec::new(),
    };
    let body = match &mutant.body {
        Body::Query(body) => body,
        Body::Same => {
            report.outcome = Sighting::NoEffect;
            return report;
        }
        Body::Unwritable => {
            report.reason = Some("no literal of the engine is another value of this type".to_owned());
            return report;
        }
        Body::Untried(why) => {
            report.reason = Some(why.clone());
            return report;
        }
    };
    if stop.is_cancelled() || request.is_late() {
        let why = if stop.is_cancelled() {
            "the proof was interrupted"
        } else {
            "the budget was used up; allow more with --budget"
        };
        report.reason = Some(why.to_owned());
        return report;
    }
    let trials = futures::stream::iter(reading.iter().copied())
        .map(|reader| async move { (reader.check.id.clone(), seen(reader, table, body, request, stop).await) });
    let mut found: Vec<(String, Result<bool, String>)> = trials.buffer_unordered(request.jobs.max(1)).collect().await;
    found.sort_by(|one, other| one.0.cmp(&other.0));
    report.seen_by = found.iter().filter(|(_, seen)| *seen == Ok(true)).map(|(id, _)| id.clone()).collect();
    let untold = found.iter().find_map(|(id, seen)| Some(format!("{id}: {}", seen.as_ref().err()?)));
    report.outcome = match (report.seen_by.is_empty(), &untold) {
        (false, _) => Sighting::Caught,
        // One of the checks may see it in a run.
        (true, Some(_)) => Sighting::Untested,
        (true, None) => Sighting::Missed,
    };
    report.reason = untold.filter(|_| report.outcome == Sighting::Untested);
    report
}

/// Whether a check sees that `body` stands in the place of `table`.
async fn seen(
    reader: &Reader<'_>,
    table: &TableName,
    body: &Shadow,
    request: &Request,
    stop: &CancellationToken,
) -> Result<bool, String> {
    let trial = Trial { one: Selected { suite: reader.suite, check: &reader.check }, request, stop };
    let failed = Arc::new(Mutex::new(None));
    let rewriter = Rewriter::new(&reader.ready, table, body, failed.clone());
    let reports = trial.judged(Arc::new(rewriter), 0).await;
    let failed = failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    match failed {
        Some(why) => Err(why),
        None if stop.is_cancelled() => Err("the proof was interrupted".to_owned()),
        None => unjudged(&reports).map_or(Ok(()), Err).map(|()| is_worse(&reader.ready.baseline.reports, &reports)),
    }
}

/// Why the reports say nothing of the rows: a value of another type than the column's cannot be compared, and that is no
/// sight of a loss.
fn unjudged(reports: &[CheckReport]) -> Option<String> {
    let errors = reports.iter().filter_map(|report| report.error.as_ref());
    let mut broken = errors.filter(|error| error.code() != ErrorCode::NothingCompared);
    broken.next().map(|error| error.message().clone())
}

//! `cutover prove`: would these checks notice? The answers of both sides are read once and judged again with one loss or
//! change at a time.
//!
//! Writes to no database and asks no server twice. What a verdict is stays `run`'s and `compare`'s business: a mutant is a run of
//! its check whose sources are kept answers.

mod accept;
mod check;
mod defect;
mod edit;
mod judge;
mod mutant;
mod opened;
mod request;
mod sample;
mod smallest;
mod tables;
mod tape;
mod trial;

use std::time::Instant;

use chrono::Utc;
use futures::StreamExt;

use crate::isolation::isolated;
use crate::model::{CheckProof, ProofPlace, ProofReport, ProvenSuite};
use crate::run::Selected;
use crate::source::CancellationToken;

pub(crate) use defect::{accept_defects, defect, ran};
pub(crate) use request::Request;

/// Puts the checks of `selected` to the proof, and tells `watch` of each that is done.
pub(crate) async fn prove(
    selected: &[Selected<'_>],
    request: &Request,
    stop: &CancellationToken,
    watch: impl Fn(&CheckProof) + Sync,
) -> ProofReport {
    let (started_at, clock) = (Utc::now(), Instant::now());
    let (mut checks, mut tables) = match request.on {
        ProofPlace::Answers => (answers(selected, request, stop, &watch).await, Vec::new()),
        ProofPlace::Tables => tables::prove(selected, request, stop, &watch).await,
    };
    let mut suites: Vec<ProvenSuite> = Vec::new();
    let mut unused = Vec::new();
    for suite in selected.iter().map(|one| one.suite) {
        if suites.iter().any(|known| known.name == suite.name) {
            continue;
        }
        unused.extend(accept::accept(suite, &mut checks, &mut tables));
        suites.push(ProvenSuite {
            name: suite.name.clone(),
            path: suite.path.display().to_string(),
            sha256: suite.sha256.clone(),
            definition: suite.definition(),
            checks: suite.checks.len() as u64,
        });
    }
    ProofReport {
        started_at,
        elapsed_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: request.seed,
        interrupted: stop.is_cancelled(),
        suites,
        on: request.on,
        smallest: tables::smallest(&tables),
        checks,
        tables,
        defects: Vec::new(),
        unused,
    }
}

/// Puts the answers of the checks to the proof, several checks side by side.
async fn answers(
    selected: &[Selected<'_>],
    request: &Request,
    stop: &CancellationToken,
    watch: &(impl Fn(&CheckProof) + Sync),
) -> Vec<CheckProof> {
    let trial = |(at, one)| async move {
        let one: Selected<'_> = one;
        let mut proof = isolated(check::prove(one, request, stop)).await.unwrap_or_else(|_| {
            let void = "cutover met a defect of its own in this check; please report it".to_owned();
            CheckProof { void: Some(void), ..CheckProof::new(&one.check.id, one.check.kind.kind()) }
        });
        // What the suite accepts is no news to those who watch.
        accept::accept(one.suite, std::slice::from_mut(&mut proof), &mut []);
        watch(&proof);
        (at, proof)
    };
    let trials = futures::stream::iter(selected.iter().copied().enumerate()).map(trial);
    let mut proofs: Vec<(usize, CheckProof)> = trials.buffer_unordered(request.jobs.max(1)).collect().await;
    proofs.sort_by_key(|(at, _)| *at);
    proofs.into_iter().map(|(_, proof)| proof).collect()
}

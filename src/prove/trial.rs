//! One check while it is tried: its answers read once, the verdict on them, and the loss of all rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::judge::is_worse;
use super::mutant::setbacks;
use super::request::Request;
use super::sample::{Picks, Sample};
use super::tape::{Answers, Asked, Edits, Query, Recorder, Replayer};
use crate::model::{CheckProof, CheckReport, Measure, Outcome, Queries, RunReport, Side, Sighting, Status};
use crate::run;
use crate::run::{DiffStrategy, RunOptions, Selected};
use crate::source::{CancellationToken, Interpose};
use crate::spec::check::{Check, KindSettings, Settle};

/// The check as it is tried: on every key, without a pause between two readings of answers that never change, and without a
/// diagnosis of what differs, which nobody is shown.
pub(super) fn as_tried(check: &Check, proof: &mut CheckProof) -> Check {
    if let Some(sample) = &check.sample {
        // 1 − (1 − s)^k ≥ 95 %.
        let share = sample.below as f64 / 2_f64.powi(64);
        let rows = (0.05_f64.ln() / (1.0 - share).ln()).ceil().max(1.0);
        proof.notes.push(format!(
            "it looks at {} of the keys and was tried on all of them: a single row that it would catch here is seen in \
             a run only where its key is in the sample, and {rows} rows are seen with 95 %",
            sample.text
        ));
    }
    let settle = check.settle.map(|settle| Settle { wait: std::time::Duration::ZERO, ..settle });
    Check { sample: None, settle, diagnosis: false, ..check.clone() }
}

/// One check while it is tried.
pub(super) struct Trial<'a> {
    pub(super) one: Selected<'a>,
    pub(super) request: &'a Request,
    pub(super) stop: &'a CancellationToken,
}

/// What the answers of a check are, and the verdict on them.
pub(super) struct Baseline {
    pub(super) answers: Arc<Answers>,
    pub(super) reports: Vec<CheckReport>,
    pub(super) asked: Arc<Asked>,
}

/// A check that passes as it is and sees that every row is lost.
pub(super) struct Ready {
    pub(super) baseline: Baseline,
    /// The side whose rows are lost or changed.
    pub(super) side: Side,
    /// What that side was asked.
    pub(super) queries: Vec<Query>,
    /// The query with the longest answer, and rows of that.
    pub(super) target: Query,
    pub(super) sample: Sample,
    /// The same of the next window with rows, or of the one before where there is none.
    pub(super) next: Option<(Query, Sample)>,
}

impl Trial<'_> {
    /// Reads the answers and sees whether the check can be tried at all; `proof` says why not.
    pub(super) async fn ready(&self, proof: &mut CheckProof) -> Option<Ready> {
        let profile = self.one.check.kind.kind().profile();
        if profile.timed {
            proof.not_provable = Some("it measures time, which no answer holds".to_owned());
            return None;
        }
        if profile.queries == Queries::Catalogues {
            proof.not_provable = Some("it compares catalogues, which hold no rows".to_owned());
            return None;
        }
        let baseline = self.baseline(proof).await?;
        let side = if self.one.check.sides.new.is_some() { Side::New } else { Side::Old };
        proof.side = Some(side);
        let queries = baseline.asked.of(side);
        let answers = self.answers(&queries);
        let mut samples: Vec<(&Query, Sample)> =
            answers.iter().filter_map(|query| Some((*query, self.sample(&baseline, query)?))).collect();
        if samples.is_empty() {
            proof.not_provable = Some("none of its answers was kept".to_owned());
            return None;
        }
        if !self.canary(proof, &baseline, &queries, &samples).await {
            return None;
        }
        // Of several as long, the last.
        let (at, _) = samples.iter().enumerate().max_by_key(|(_, (_, sample))| sample.total)?;
        let others = samples.iter().skip(at + 1).chain(samples[..at].iter().rev());
        let mut others = others.filter(|(_, sample)| self.one.check.window.is_some() && sample.total > 0);
        let next = others.next().map(|(query, sample)| ((*query).clone(), sample.clone()));
        let (target, sample) = samples.swap_remove(at);
        let target = target.clone();
        Some(Ready { baseline, side, target, sample, next, queries: queries.clone() })
    }

    /// Reads the answers and judges them as they are, twice: as they come, and as they were kept.
    async fn baseline(&self, proof: &mut CheckProof) -> Option<Baseline> {
        let answers = Arc::new(Answers::new(self.request.memory));
        let run = self.run(Arc::new(Recorder(answers.clone())), self.request.options.copies).await;
        proof.params = run.suites.into_iter().flat_map(|suite| suite.params).collect();
        let reports = run.checks;
        let status = reports.iter().map(CheckReport::status).max().unwrap_or(Status::Error);
        proof.status = Some(status);
        match status {
            Status::Pass | Status::Warn => {}
            Status::Skip => {
                let reason = reports.iter().find_map(|report| report.skipped.clone());
                proof.not_provable = Some(reason.unwrap_or_else(|| "it was not run".to_owned()));
                return None;
            }
            Status::Fail | Status::Error => {
                let bad = reports.iter().find(|report| report.status() == status);
                let found = bad.map(crate::report::finding).unwrap_or_default();
                proof.void = Some(format!("it does not pass as it is: {found}"));
                return None;
            }
        }
        if answers.is_full() {
            proof.not_provable = Some(format!(
                "its answers take more than {}; allow more with --memory, or read less of the tables by a param",
                bytesize::ByteSize(self.request.memory)
            ));
            return None;
        }
        let asked = Arc::new(Asked::default());
        let replayer = Replayer { answers: answers.clone(), edits: None, asked: asked.clone() };
        let again = self.judged(Arc::new(replayer), 0).await;
        if asked.is_unanswered() || is_worse(&reports, &again) || is_worse(&again, &reports) {
            proof.not_provable =
                Some("its answers, judged again as they were kept, do not give the same verdict".to_owned());
            return None;
        }
        Some(Baseline { answers, reports: again, asked })
    }

    /// The queries whose answers are compared; others count what is there or where it is.
    fn answers<'q>(&self, queries: &'q [Query]) -> Vec<&'q Query> {
        let is_streamed = self.one.check.kind.kind().profile().streamed;
        let mut answers: Vec<&Query> = queries.iter().filter(|query| query.is_streamed == is_streamed).collect();
        if is_one_sided(self.one.check) {
            // The one that counts what an invariant was put to the test on comes after it.
            answers.truncate(1);
        }
        answers
    }

    pub(super) fn sample(&self, baseline: &Baseline, query: &Query) -> Option<Sample> {
        let answer = baseline.answers.get(query.source, &query.sql, 0)?;
        Some(Sample::of(&answer, &mut Picks::new(self.request.seed, &self.one.check.id)))
    }

    /// Loses every row; whether that was seen, so that smaller losses are worth a try.
    async fn canary(
        &self,
        proof: &mut CheckProof,
        baseline: &Baseline,
        queries: &[Query],
        samples: &[(&Query, Sample)],
    ) -> bool {
        let check = self.one.check;
        let is_one_sided = is_one_sided(check);
        if !is_one_sided && samples.iter().all(|(_, sample)| sample.total == 0) {
            proof.not_provable = Some("its answers have no row, so nothing of them can be lost".to_owned());
            return false;
        }
        let mut by_query = BTreeMap::new();
        for query in queries {
            let is_answer = samples.iter().any(|(answer, _)| *answer == query);
            if !is_answer && !is_one_sided {
                continue;
            }
            let Some(sample) = self.sample(baseline, query) else { continue };
            by_query.insert(query.sql.clone(), setbacks(check, &sample.names, &sample.types, !is_answer));
        }
        let side = proof.side.unwrap_or(Side::New);
        // A count of nothing is an answer with a row, and 0 without rows is the same 0.
        if !is_one_sided && baseline.reports.iter().all(|report| counts_nothing(check, report)) {
            proof.not_provable = Some("both sides count nothing, so there is no row that could be lost".to_owned());
            return false;
        }
        let (after, is_known) = self.tried(baseline, Edits { side, by_query }).await;
        let is_seen = is_known && is_worse(&baseline.reports, &after);
        proof.canary = Some(if is_seen { Sighting::Caught } else { Sighting::Missed });
        if !is_seen {
            let hint = match is_one_sided {
                true => "; give it a `population`, so that it cannot pass on a table without rows",
                false => {
                    "; either nothing that it compares depends on the rows, or its rules take all of them for no difference"
                }
            };
            proof.void = Some(format!("it passes though every row of {side} is lost{hint}"));
        }
        is_seen
    }

    /// Judges the kept answers after `edits`; `false` where that asks for what was not kept.
    pub(super) async fn tried(&self, baseline: &Baseline, edits: Edits) -> (Vec<CheckReport>, bool) {
        let asked = Arc::new(Asked::default());
        let answers = baseline.answers.clone();
        let replayer = Replayer { answers, edits: Some(Arc::new(edits)), asked: asked.clone() };
        let reports = self.judged(Arc::new(replayer), 0).await;
        let is_known = !asked.is_unanswered() && !self.stop.is_cancelled();
        (reports, is_known)
    }

    /// Runs the check with `between` in place of its sources.
    pub(super) async fn judged(&self, between: Arc<dyn Interpose>, copies: u64) -> Vec<CheckReport> {
        self.run(between, copies).await.checks
    }

    async fn run(&self, between: Arc<dyn Interpose>, copies: u64) -> RunReport {
        let mut options = RunOptions {
            jobs: 1,
            plan: DiffStrategy::Stream,
            between: Some(between),
            copies,
            ..self.request.options.clone()
        };
        // Nobody is shown these reports, and without examples they do not name what they found.
        options.privacy.examples = true;
        // On the heap: what a run has to remember does not add up on the stack of whoever waits for it.
        Box::pin(run::run(&[self.one], &options, self.stop, |_| {})).await
    }
}

/// Whether only one side is asked.
fn is_one_sided(check: &Check) -> bool {
    check.sides.present().count() == 1
}

/// Whether both sides have one row of numbers that says there is nothing: a count of 0, or a sum of no value.
fn counts_nothing(check: &Check, report: &CheckReport) -> bool {
    let Outcome::Numbers(found) = &report.outcome else { return false };
    let is_nothing = |held: &Option<String>| match check.kind {
        KindSettings::RowCount => held.as_deref() == Some("0"),
        KindSettings::Sum => held.is_none(),
        _ => false,
    };
    let is_none = |measure: &Measure| is_nothing(&measure.old) && is_nothing(&measure.new);
    check.key.is_empty() && !found.measures.is_empty() && found.measures.iter().all(is_none)
}

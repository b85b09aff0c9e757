//! The proof of one check: its answers are read once, and judged again with every mutant by the code that judges a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::judge::{is_worse, settle_budgets, sighting};
use super::mutant::{Context, Mutant, Touched, mutants, setbacks};
use super::request::Request;
use super::sample::{Picks, Sample};
use super::tape::{Answers, Asked, Edits, Query, Recorder, Replayer};
use crate::compare::{key_as_shown, value_as_shown};
use crate::model::{CheckProof, CheckReport, Difference, Example, Key, MutantReport, Pair, Side, Sighting, Status};
use crate::run;
use crate::run::{DiffStrategy, RunOptions, Selected};
use crate::source::{CancellationToken, Interpose};
use crate::spec::check::{Check, Settle};

/// Puts a check to the proof.
pub(super) async fn prove(one: Selected<'_>, request: &Request, stop: &CancellationToken) -> CheckProof {
    let mut proof = CheckProof::new(&one.check.id, one.check.kind.kind());
    if one.check.kind.kind().profile().timed {
        proof.not_provable = Some("it measures time, which no answer holds".to_owned());
        return proof;
    }
    let check = as_tried(one.check, &mut proof);
    let trial = Trial { one: Selected { suite: one.suite, check: &check }, request, stop };
    trial.run(&mut proof).await;
    proof
}

/// The check as it is tried: on every key, without a pause between two readings of answers that never change, and without a
/// diagnosis of what differs, which nobody is shown.
fn as_tried(check: &Check, proof: &mut CheckProof) -> Check {
    if let Some(sample) = &check.sample {
        proof.notes.push(format!(
            "it looks at {} of the keys and was tried on all of them: a single row that it would catch here is seen in \
             a run only where its key is in the sample",
            sample.text
        ));
    }
    let settle = check.settle.map(|settle| Settle { wait: std::time::Duration::ZERO, ..settle });
    Check { sample: None, settle, diagnosis: false, ..check.clone() }
}

/// One check while it is tried.
struct Trial<'a> {
    one: Selected<'a>,
    request: &'a Request,
    stop: &'a CancellationToken,
}

/// What the answers of a check are, and the verdict on them.
struct Baseline {
    answers: Arc<Answers>,
    reports: Vec<CheckReport>,
    asked: Arc<Asked>,
}

impl Trial<'_> {
    async fn run(&self, proof: &mut CheckProof) {
        let Some(baseline) = self.baseline(proof).await else { return };
        let sides = &self.one.check.sides;
        let side = if sides.new.is_some() { Side::New } else { Side::Old };
        proof.side = Some(side);
        let queries = baseline.asked.of(side);
        let answers = self.answers(&queries);
        let samples: Vec<(&Query, Sample)> =
            answers.iter().filter_map(|query| Some((*query, self.sample(&baseline, query)?))).collect();
        let Some((query, sample)) = samples.iter().max_by_key(|(_, sample)| sample.total) else {
            proof.not_provable = Some("none of its answers was kept".to_owned());
            return;
        };
        if !self.canary(proof, &baseline, &queries, &samples).await {
            return;
        }
        let context = Context { check: self.one.check, side, sample };
        proof.ignored = context.ignored().into_iter().collect();
        let returned: Vec<String> = [Side::Old, Side::New]
            .into_iter()
            .flat_map(|side| baseline.asked.of(side))
            .filter_map(|query| self.sample(&baseline, &query))
            .flat_map(|sample| sample.names)
            .collect();
        for mutant in mutants(&context) {
            let tried = self.mutant(&baseline, query, &mutant, &returned).await;
            proof.mutants.push(tried);
        }
        proof.mutants.extend(self.unchanged(&context, &proof.mutants));
        settle_budgets(self.one.check, &mut proof.mutants);
    }

    /// Reads the answers and judges them as they are, twice: as they come, and as they were kept.
    async fn baseline(&self, proof: &mut CheckProof) -> Option<Baseline> {
        let answers = Arc::new(Answers::new(self.request.memory));
        let reports = self.judged(Arc::new(Recorder(answers.clone())), self.request.options.copies).await;
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

    fn sample(&self, baseline: &Baseline, query: &Query) -> Option<Sample> {
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
        let (after, is_known) = self.tried(baseline, Edits { side, by_query }).await;
        let is_seen = is_known && is_worse(&baseline.reports, &after);
        proof.canary = Some(if is_seen { Sighting::Caught } else { Sighting::Missed });
        if !is_seen {
            let hint = match is_one_sided {
                true => "; give it a `population`, so that it cannot pass on a table without rows",
                false => "; it compares nothing that depends on the rows",
            };
            proof.void = Some(format!("it passes though every row of {side} is lost{hint}"));
        }
        is_seen
    }

    async fn mutant(&self, baseline: &Baseline, query: &Query, mutant: &Mutant, returned: &[String]) -> MutantReport {
        let check = self.one.check;
        let mut tried = MutantReport {
            id: id(&check.id, mutant.column.as_deref(), mutant.name),
            what: mutant.what.to_owned(),
            column: mutant.column.clone(),
            example: None,
            outcome: Sighting::Untested,
            reason: None,
            accepted: None,
        };
        if self.stop.is_cancelled() {
            tried.reason = Some("the proof was interrupted".to_owned());
            return tried;
        }
        if self.request.is_late() {
            tried.reason = Some("the budget was used up; allow more with --budget".to_owned());
            return tried;
        }
        let by_query = [(query.sql.clone(), mutant.edits.clone())].into();
        let (after, is_known) = self.tried(baseline, Edits { side: query.side, by_query }).await;
        if !is_known {
            tried.reason = Some("a run with it asks more than a run without it did".to_owned());
            return tried;
        }
        let shown: Vec<Example> = mutant.touched.iter().map(|one| self.shown(mutant, one, returned)).collect();
        let keys: Vec<Key> = shown.iter().map(|example| example.key.clone()).collect();
        tried.outcome = sighting(check, mutant, &keys, &baseline.reports, &after);
        if self.request.options.privacy.examples {
            tried.example = shown.first().and_then(|example| told(example, mutant));
        }
        tried
    }

    /// The columns of which no mutant could be made, because all picked rows have nothing to change in them.
    fn unchanged(&self, context: &Context<'_>, tried: &[MutantReport]) -> Vec<MutantReport> {
        let has = |name: &String| tried.iter().any(|mutant| mutant.column.as_ref() == Some(name));
        let without = context.tried_columns().into_iter().filter(|name| !has(name));
        let report = |name: String| MutantReport {
            id: id(&self.one.check.id, Some(&name), "any"),
            what: "no row that was looked at holds anything to change".to_owned(),
            column: Some(name),
            example: None,
            outcome: Sighting::NoEffect,
            reason: None,
            accepted: None,
        };
        without.map(report).collect()
    }

    /// A change as the reports of a run would show it.
    fn shown(&self, mutant: &Mutant, touched: &Touched, returned: &[String]) -> Example {
        let (check, privacy) = (self.one.check, &self.request.options.privacy);
        let mut columns = BTreeMap::new();
        if let (Some(column), Some(before)) = (&mutant.column, &touched.before) {
            let new = touched.after.as_ref().and_then(value_as_shown);
            columns.insert(column.clone(), Pair { old: value_as_shown(before), new });
        }
        let key = key_as_shown(&check.key, &touched.key);
        run::shown_example(check, privacy, returned, Example { difference: Difference::Changed, key, columns })
    }

    /// Judges the kept answers after `edits`; `false` where that asks for what was not kept.
    async fn tried(&self, baseline: &Baseline, edits: Edits) -> (Vec<CheckReport>, bool) {
        let asked = Arc::new(Asked::default());
        let answers = baseline.answers.clone();
        let replayer = Replayer { answers, edits: Some(Arc::new(edits)), asked: asked.clone() };
        let reports = self.judged(Arc::new(replayer), 0).await;
        let is_known = !asked.is_unanswered() && !self.stop.is_cancelled();
        (reports, is_known)
    }

    /// Runs the check with `between` in place of its sources.
    async fn judged(&self, between: Arc<dyn Interpose>, copies: u64) -> Vec<CheckReport> {
        let mut options = RunOptions {
            jobs: 1,
            plan: DiffStrategy::Stream,
            between: Some(between),
            copies,
            ..self.request.options.clone()
        };
        // Nobody is shown these reports, and without examples they do not name what they found.
        options.privacy.examples = true;
        run::run(&[self.one], &options, self.stop, |_| {}).await.checks
    }
}

/// Whether only one side is asked.
fn is_one_sided(check: &Check) -> bool {
    check.sides.present().count() == 1
}

/// What patterns of `accept` match: the check without its suite, the column, the mutant.
fn id(check: &str, column: Option<&str>, mutant: &str) -> String {
    let name = check.split_once('.').map_or(check, |(_, name)| name);
    match column {
        Some(column) => format!("{name}.{column}:{mutant}"),
        None => format!("{name}:{mutant}"),
    }
}

/// Where a value was changed, and from what to what.
fn told(example: &Example, mutant: &Mutant) -> Option<String> {
    let shown = |value: &Option<String>| value.as_ref().map_or("NULL".to_owned(), |value| format!("{value:?}"));
    let place: Vec<String> = example.key.0.iter().map(|(name, value)| format!("{name} = {}", shown(value))).collect();
    let change = mutant.column.as_ref().and_then(|column| example.columns.get(column));
    let change = change.map(|pair| format!("{} → {}", shown(&pair.old), shown(&pair.new)));
    let parts: Vec<String> = [place.join(", ")].into_iter().filter(|place| !place.is_empty()).chain(change).collect();
    (!parts.is_empty()).then(|| parts.join(": "))
}

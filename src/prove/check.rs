//! The mutants of the answers of one check, each judged by the code that judges a run.

use std::collections::BTreeMap;

use super::judge::{settle_budgets, sighting};
use super::mutant::{Context, Mutant, Touched, mutants};
use super::request::Request;
use super::tape::Edits;
use super::trial::{Ready, Trial, as_tried};
use crate::compare::{key_as_shown, value_as_shown};
use crate::model::{CheckProof, Difference, Example, Key, MutantReport, Pair, Side, Sighting};
use crate::run;
use crate::run::Selected;
use crate::source::CancellationToken;

/// Puts a check to the proof.
pub(super) async fn prove(one: Selected<'_>, request: &Request, stop: &CancellationToken) -> CheckProof {
    let mut proof = CheckProof::new(&one.check.id, one.check.kind.kind());
    let check = as_tried(one.check, &mut proof);
    let trial = Trial { one: Selected { suite: one.suite, check: &check }, request, stop };
    if let Some(ready) = trial.ready(&mut proof).await {
        trial.mutants(&mut proof, &ready).await;
        proof.smallest = trial.smallest(&ready).await;
        proof.untold = trial.untold(&ready, &proof.smallest);
    }
    proof
}

impl Trial<'_> {
    async fn mutants(&self, proof: &mut CheckProof, ready: &Ready) {
        let next = ready.next.as_ref().map(|(_, sample)| sample);
        let context = Context { check: self.one.check, side: ready.side, sample: &ready.sample, next };
        proof.ignored = context.ignored().into_iter().collect();
        let returned: Vec<String> = Side::BOTH
            .into_iter()
            .flat_map(|side| ready.baseline.asked.of(side))
            .filter_map(|query| self.sample(&ready.baseline, &query))
            .flat_map(|sample| sample.names)
            .collect();
        let made = mutants(&context);
        for mutant in &made {
            let tried = self.mutant(ready, mutant, &returned).await;
            proof.mutants.push(tried);
        }
        settle_budgets(self.one.check, &made, &mut proof.mutants);
        proof.mutants.extend(self.unchanged(&context, &proof.mutants));
    }

    async fn mutant(&self, ready: &Ready, mutant: &Mutant, returned: &[String]) -> MutantReport {
        let check = self.one.check;
        let mut tried = MutantReport {
            id: id(&check.id, mutant.column.as_deref(), mutant.name),
            what: mutant.what.to_owned(),
            column: mutant.column.clone(),
            example: None,
            outcome: Sighting::Untested,
            reason: None,
            accepted: None,
            seen_by: Vec::new(),
        };
        if self.stop.is_cancelled() {
            tried.reason = Some("the proof was interrupted".to_owned());
            return tried;
        }
        if self.request.is_late() {
            tried.reason = Some("the budget was used up; allow more with --budget".to_owned());
            return tried;
        }
        let Ready { baseline, target: query, .. } = ready;
        let mut by_query: BTreeMap<_, _> = [(query.sql.clone(), mutant.edits.clone())].into();
        if let Some((next, _)) = ready.next.as_ref().filter(|_| !mutant.next.is_empty()) {
            by_query.insert(next.sql.clone(), mutant.next.clone());
        }
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
            seen_by: Vec::new(),
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

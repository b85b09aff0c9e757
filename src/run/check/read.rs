//! Reads both sides of a check once and compares what they returned.

use super::super::context::{CheckRun, Context, panicked};
use super::super::event::Event;
use super::super::findings::fanout::DifferenceFanout;
use super::attempt_result::AttemptResult;
use super::diagnosis::diagnosed;
use super::query::{Fetched, maybe, population};
use super::{catalogs, rows};
use crate::compare::{Answers, ComparisonResult, FullDifference, compare_all, compare_counting};
use crate::frame::Frame;
use crate::isolation::Defect;
use crate::model::{Asked, ErrorCode, ErrorReport, Side, SideReport, Sides, Warning};
use crate::spec::check::KindSettings;

/// Reads both sides once, at the same time, and compares what they returned.
pub(crate) async fn read(
    one: CheckRun<'_>,
    context: &Context<'_>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> AttemptResult {
    let check = one.check;
    if matches!(check.kind, KindSettings::Rows) {
        return rows::run(one, context, watch).await;
    }
    if let KindSettings::Schema(settings) = &check.kind {
        return catalogs::run(one, context, settings).await;
    }
    let (old, new, population) =
        tokio::join!(maybe(one, context, Side::Old), maybe(one, context, Side::New), population(one, context),);
    let mut result = AttemptResult::default();
    let mut errors = Vec::new();
    let mut take = |fetched: Option<Fetched>, asked: Asked| -> (Option<SideReport>, Option<Frame>) {
        let Some(side) = fetched else { return (None, None) };
        let of_query = |warning: Warning| if warning.asked.is_none() { warning.of(asked) } else { warning };
        result.warnings.extend(side.warnings.into_iter().map(of_query));
        match side.frame {
            Ok(frame) => (Some(side.report), Some(frame)),
            Err(error) => {
                errors.push(error);
                (Some(side.report), None)
            }
        }
    };
    let (old_report, old) = take(old, Side::Old.into());
    let (new_report, new) = take(new, Side::New.into());
    let (_, population) = take(population, Asked::Population(Side::Old));
    result.sides = Sides { old: old_report, new: new_report };
    if !errors.is_empty() {
        return AttemptResult { comparison: ComparisonResult::failed(ErrorReport::joined(errors)), ..result };
    }
    let names = [&old, &new].into_iter().flatten().flat_map(Frame::names);
    result.returned = Some(names.map(str::to_owned).collect());
    let (owned, mut limits) = (check.clone(), context.options.limits);
    limits.diagnosis &= check.diagnosis;
    let mut findings = DifferenceFanout::new(one, context, result.returned.as_deref());
    let attempt = one.attempt.cloned();
    let judged = tokio::task::spawn_blocking(move || {
        let mut take = |found: FullDifference| findings.take(&found);
        let answers = Answers { old: old.as_ref(), new: new.as_ref(), population: population.as_ref() };
        let found = match attempt {
            None => compare_all(&owned, answers.old, answers.new, answers.population, &limits, &mut take),
            Some(attempt) => {
                let counts = |key, content| attempt.counts(key, content);
                compare_counting(&owned, answers, &attempt.excluded, &limits, counts, &mut take)
            }
        };
        (found, findings.finish())
    });
    match judged.await {
        Ok((mut comparison, written)) => {
            let returned = result.returned.as_deref();
            let (diagnosis, undecided) = diagnosed(one, context, &mut comparison, returned, &result.sides).await;
            AttemptResult { comparison, diagnosis, undecided, written, ..result }
        }
        Err(failure) => {
            let error = match failure.try_into_panic() {
                Ok(panic) => panicked(&Defect::new(panic)),
                Err(_) => ErrorReport::new(ErrorCode::Defect, "the comparison was cut short; run the check again"),
            };
            AttemptResult { comparison: ComparisonResult::failed(error), ..result }
        }
    }
}

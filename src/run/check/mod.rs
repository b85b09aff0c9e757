//! One check from its queries to its report.

pub(crate) mod attempt;
pub(crate) mod attempt_result;
pub(crate) mod background;
pub(crate) mod capacity;
pub(crate) mod catalogs;
pub(crate) mod diagnosis;
pub(crate) mod errors;
pub(crate) mod estimate;
pub(crate) mod facts;
pub(crate) mod known_keys;
pub(crate) mod latency;
pub(crate) mod lint;
pub(crate) mod open_rows;
pub(crate) mod placed;
pub(crate) mod pushdown;
pub(crate) mod query;
pub(crate) mod read;
pub(crate) mod recheck;
pub(crate) mod repair_target;
pub(crate) mod rows;
pub(crate) mod scan;
pub(crate) mod self_check;
pub(crate) mod server_side;
pub(crate) mod side;
pub(crate) mod versions;
pub(crate) mod window_counts;

use super::context::{CheckRun, Context};
use super::event::Event;
use crate::model::{CheckReport, ErrorCode, ErrorReport, SkipCode};
use crate::source::Error;
use crate::spec::check::KindSettings;
use attempt::Slot;
use errors::located;
use facts::CheckFacts;
use query::opened;

/// Runs a check whose requirements are met, as often as its differences are given time to settle.
pub(super) async fn run<'a>(
    one: CheckRun<'_>,
    context: &'a Context<'a>,
    mut report: CheckReport,
    slot: &mut Slot<'a>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> (CheckReport, CheckFacts) {
    let check = one.check;
    let mut facts = CheckFacts::default();
    match unmet(one, context).await {
        Ok(None) => {}
        Ok(Some(reason)) => {
            (report.skipped, report.skip_code) = (Some(reason), Some(SkipCode::RequirementUnmet));
            return (report, facts);
        }
        Err(error) => {
            report.error = Some(error);
            return (report, facts);
        }
    }
    report.warnings.extend(lint::look(one, context).await);
    match window_counts::of(one, context).await {
        None => {}
        Some(Ok(known)) => {
            report.window.iter_mut().for_each(|window| window.outside = Some(known.outside));
            facts.rows_elsewhere = known.rows;
        }
        Some(Err(error)) => {
            report.error = Some(error);
            return (report, facts);
        }
    }
    let result = match &check.kind {
        KindSettings::Latency(settings) => latency::run(one, settings, context).await,
        _ => recheck::run(one, context, &report.warnings, slot, watch).await,
    };
    result.report(report, facts)
}

/// Why the check makes no sense on these servers, if so.
async fn unmet(one: CheckRun<'_>, context: &Context<'_>) -> Result<Option<String>, ErrorReport> {
    for (side, query) in one.check.sides.present() {
        for requirement in &one.check.requires {
            let open = opened(one.suite, context, side.into(), query)?;
            let has = tokio::select! {
                has = open.has(requirement) => has,
                () = context.stop.cancelled() => Err(Error::new(ErrorCode::Interrupted, "the run was interrupted")),
                () = tokio::time::sleep(context.options.timeout) => Err(Error::new(ErrorCode::Timeout, "the server did not answer; allow more with --timeout")),
            };
            let has = has.map_err(|error| located(context, side.into(), &query.source, error))?;
            if !has {
                let what = match requirement {
                    crate::spec::check::Requirement::Extension(extension) => format!("the extension {extension}"),
                    crate::spec::check::Requirement::Engine(engine) => format!("the engine {engine}"),
                };
                return Ok(Some(format!("requires {what}, which source `{}` does not have", query.source)));
            }
        }
    }
    Ok(None)
}

//! Waits before a check or a window as long as a source says that it is busy, where the suite asks it.
//!
//! Between readings only: a pause within one would hold its snapshot open.

use std::time::Duration;

use super::context::{CheckRun, Context};
use super::load::FREE;
use crate::model::{ErrorReport, Place, Side, Warning, WarningCode};
use crate::source::Error;

/// Waits for the sources of `one`, and says for how long.
///
/// # Errors
/// A source that is busy for longer than the suite allows, or that does not say.
pub(super) async fn wait(one: CheckRun<'_>, context: &Context<'_>) -> Result<Vec<Warning>, ErrorReport> {
    // Answers that were kept are given as fast as they are asked for.
    if context.options.between.is_some() {
        return Ok(Vec::new());
    }
    let (mut waited, mut names) = (Vec::new(), Vec::new());
    for (side, query) in one.check.sides.present() {
        let Some(spec) = one.suite.sources.get(&query.source) else { continue };
        let Some(pause) = spec.options.pace.as_ref().and_then(|pace| pace.pause.as_ref()) else { continue };
        if names.contains(&query.source) {
            continue;
        }
        names.push(query.source.clone());
        let open = context.sources.get(one.suite, &query.source)?;
        let timeout = one.check.timeout.unwrap_or(context.options.timeout);
        let free = open.load.until_free(open.engine.as_ref(), pause, timeout, context.stop).await;
        let took = free.map_err(|error| located(error, side, &query.source))?;
        if took >= FREE {
            let text = format!(
                "waited {} until source `{}` was no longer busy, as `pause_when` of its `pace` asks",
                humantime::format_duration(Duration::from_secs(took.as_secs())),
                query.source
            );
            waited.push(Warning::new(WarningCode::Paused, text));
        }
    }
    Ok(waited)
}

fn located(error: Error, side: Side, source: &str) -> ErrorReport {
    let place = Place::Query { asked: side.into(), source: source.to_owned() };
    ErrorReport::from(error).at(place).and_hint("this was asked by `pause_when` of the source's `pace`")
}

//! Runs checks, as `cutover run` does.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::super::super::args::{DetailArgs, LookArgs, PrivacyArgs};
use super::super::super::execute;
use super::super::super::publish::reports::{Reports, write};
use super::super::super::request::RunRequest;
use super::super::super::selection::{Patterns, select};
use super::super::answer::Answer;
use super::call::{Call, Progress, arguments};
use super::pages;
use super::params::Params;
use crate::model::EarlierRuns;
use crate::report::terminal::Style;
use crate::report::{Format, render};
use crate::run;
use crate::run::Event;

/// Folder of the reports of runs.
const REPORTS: &str = "reports";

/// What is run.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RunArguments {
    /// Suite files, or folders with suites below them, as paths from the server's folder; all suites where absent
    suites: Vec<String>,
    /// Run only checks whose id matches one of these patterns, such as `costs.*`; all where absent
    only: Vec<String>,
    /// Run only checks with one of these tags
    tags: Vec<String>,
    /// Values of declared params by name, such as { "from": "2026-01-01" }; a list is written `a,b`
    params: Params,
}

/// Runs them. A difference is an answer, and no error of the tool.
pub(crate) async fn run(given: JsonObject, call: &Call<'_>) -> Result<Answer, String> {
    let RunArguments { suites, only, tags, params } = arguments(given)?;
    let limits = call.limits;
    let patterns = Patterns::new(&only)?;
    let suites = call.suites(&suites, &params.overrides())?;
    let selected = select(&suites, &patterns, &tags)?;
    let reports = if limits.reports {
        Reports::Folder(call.folder.inside(&PathBuf::from(REPORTS))?, None)
    } else {
        Reports::Paths(Vec::new())
    };
    let usual = DetailArgs::default();
    let detail = DetailArgs {
        examples: usual.examples.min(limits.rows),
        privacy: PrivacyArgs { no_examples: !limits.examples },
        ..usual
    };
    // One after another: each may take the machine's memory.
    let _alone = tokio::select! {
        alone = call.running.lock() => alone,
        () = call.stop.cancelled() => return Err("cancelled while another run was at work".to_owned()),
    };
    let jobs = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2);
    let look = LookArgs::default();
    let mut request = RunRequest::of_selected(selected, jobs, limits.timeout, &detail, reports, look)?;
    request.options.deadline = Some(limits.deadline);
    request.options.only = patterns.matchers();
    execute::withhold(&request);
    let (done, of) = (AtomicUsize::new(0), AtomicUsize::new(request.selected.len()));
    let report = run::run(&request.selected, &request.options, call.stop, |event| match event {
        Event::Planned(units) => of.store(units, Ordering::Relaxed),
        Event::Finished(check) => {
            let done = 1 + done.fetch_add(1, Ordering::Relaxed);
            let what = format!("{} {}", check.id, check.status());
            let _ = call.tell.send(Progress { done, of: of.load(Ordering::Relaxed), what });
        }
        _ => {}
    })
    .await;
    let words = std::cell::RefCell::new(String::new());
    execute::told(&report, &Style::default(), |text| words.borrow_mut().push_str(text));
    let mut words = words.into_inner();
    let earlier = EarlierRuns::default();
    let (places, broken) = match write(&report, &earlier, &request.reports, request.options.differences.as_ref()) {
        Ok(written) => (written.places.clone(), written.broken.clone()),
        Err(why) => (Vec::new(), vec![why]),
    };
    places.iter().for_each(|place| words += &format!("report: {place}\n"));
    broken.iter().for_each(|why| words += &format!("{why}\n"));
    let text = render(Format::Json, &report, &earlier);
    let whole: Value = serde_json::from_str(&text).map_err(|cause| format!("the report is no JSON: {cause}"))?;
    let json = pages::page(whole, &patterns, !only.is_empty(), limits.rows);
    Ok(Answer { is_error: !broken.is_empty(), ..Answer::new(words, json) })
}

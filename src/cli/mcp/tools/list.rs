//! Lists suites and checks, as `cutover list` does.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::listing;
use super::super::answer::Answer;
use super::call::{Call, arguments};
use crate::suite::Overrides;

/// What is listed.
#[derive(Deserialize, JsonSchema)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct ListArguments {
    /// Suite files, or folders with suites below them, as paths from the server's folder; all suites where absent
    suites: Vec<String>,
}

/// Lists them.
pub(crate) fn list(given: JsonObject, call: &Call<'_>) -> Result<Answer, String> {
    let ListArguments { suites } = arguments(given)?;
    let suites = call.suites(&suites, &Overrides::default())?;
    Ok(Answer::new(listing::table(&suites), listing::json(&suites)))
}

//! Reads the report of a run.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::selection::Patterns;
use super::super::answer::Answer;
use super::call::{Call, arguments};
use super::pages;
use crate::record::read;

/// Which report is read.
#[derive(Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ReportArguments {
    /// A report.json or its folder, as a path from the server's folder, or `last` for the newest in reports/
    report: String,
    /// Only checks and windows whose id matches one of these patterns, such as `costs.*`, all of them in full
    only: Vec<String>,
}

impl Default for ReportArguments {
    fn default() -> Self {
        ReportArguments { report: "last".to_owned(), only: Vec::new() }
    }
}

/// Reads it.
pub(crate) fn report(given: JsonObject, call: &Call<'_>) -> Result<Answer, String> {
    let ReportArguments { report, only } = arguments(given)?;
    let patterns = Patterns::new(&only)?;
    let path = call.folder.report(&report)?;
    let whole = read::document(&path).map_err(|why| why.to_string())?;
    let page = match call.limits.examples {
        true => pages::page(whole, &patterns, !only.is_empty(), call.limits.rows),
        false => pages::without_values(&whole, &patterns),
    };
    if page["checks"].as_array().is_none_or(Vec::is_empty) {
        return Err(format!("no check of {} matches {}; read it without `only`", path.display(), only.join(", ")));
    }
    Ok(Answer::new(page.to_string(), page))
}

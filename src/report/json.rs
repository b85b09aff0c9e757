//! `report.json`: the contract with scripts. Keys keep their meaning within a schema version.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{CheckReport, RerunOf, RunReport, SignOff, Status, SuiteReport};
use crate::record::SCHEMA_VERSION;

/// A run, as scripts read it.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "cutover report")]
struct Report<'a> {
    /// Version of this contract.
    schema_version: u32,
    /// Tells this run from all others, in the history and in the name of its folder too.
    id: &'a str,
    /// The worst status of all checks.
    status: Status,
    /// When the run began, UTC.
    started_at: String,
    /// Wall time in milliseconds.
    elapsed_ms: u64,
    /// Version of cutover.
    version: &'a str,
    /// Whether the run was stopped before every check had its verdict.
    interrupted: bool,
    /// Whether another run may get further as everything stands; absent where nothing is left to get further with.
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    /// The run whose failures were run again.
    #[serde(skip_serializing_if = "Option::is_none")]
    rerun_of: Option<&'a RerunOf>,
    /// Who answers for the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_off: Option<&'a SignOff>,
    /// The suites that were run.
    suites: &'a [SuiteReport],
    /// The checks of all suites, in their order.
    checks: Vec<Check<'a>>,
}

/// A check with the status that follows from its numbers.
#[derive(JsonSchema, Serialize)]
struct Check<'a> {
    /// The verdict.
    status: Status,
    #[serde(flatten)]
    found: &'a CheckReport,
}

/// Renders the report.
pub(super) fn render(report: &RunReport) -> String {
    let shown = Report {
        schema_version: SCHEMA_VERSION,
        id: &report.id,
        status: report.status(),
        started_at: report.started_at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        elapsed_ms: report.elapsed_ms,
        version: &report.version,
        interrupted: report.interrupted,
        retryable: report.retryable(),
        rerun_of: report.rerun_of.as_ref(),
        sign_off: report.sign_off.as_ref(),
        suites: &report.suites,
        checks: report.checks.iter().map(|found| Check { status: found.status(), found }).collect(),
    };
    let mut text = serde_json::to_string_pretty(&shown).expect("a report has only text keys and no failing serializer");
    text.push('\n');
    text
}

/// The JSON Schema of `report.json`.
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report<'static>>();
    schema.insert("$id".to_owned(), "urn:cutover:schema:report".into());
    schema.to_value()
}

//! Runs `cutover list`: the checks of suites, without running any.

use std::path::PathBuf;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;

use super::super::{console, suites};
use crate::exit_code::PASSED;
use crate::report::{Format, visible};
use crate::spec::check::Check;
use crate::suite::{Overrides, Suite};

/// `cutover list`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ListArgs {
    /// Suite files, or folders with suites below them
    #[arg(value_name = "SUITE|DIR", default_value = "checks/")]
    suites: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover list                                  everything below checks/
  cutover list checks/costs --json | jq -r '.checks[].id'";

/// Prints the checks and returns the exit code.
pub(crate) fn list(args: &ListArgs) -> Result<u8, u8> {
    let suites = suites::load(&args.suites, &Overrides::default())?;
    if args.json {
        let checks: Vec<_> =
            suites.iter().flat_map(|suite| suite.checks.iter().map(move |check| entry(suite, check))).collect();
        console::report(Format::Json, &format!("{:#}\n", json!({ "schema_version": 1, "checks": checks })));
        return Ok(PASSED);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["check", "kind", "tags", "sources", "why"]);
    for check in suites.iter().flat_map(|suite| &suite.checks) {
        table.add_row([
            check.id.clone(),
            check.kind.kind().to_string(),
            visible(&check.tags.join(", ")),
            sources(check).join(" → "),
            visible(check.why.as_deref().unwrap_or_default()),
        ]);
    }
    console::print(&format!("{}\n", table.trim_fmt()));
    Ok(PASSED)
}

fn sources(check: &Check) -> Vec<String> {
    [&check.sides.old, &check.sides.new].into_iter().flatten().map(|query| query.source.clone()).collect()
}

fn entry(suite: &Suite, check: &Check) -> serde_json::Value {
    let mut entry = json!({
        "id": check.id,
        "kind": check.kind.kind().to_string(),
        "suite": suite.path.display().to_string(),
        "tags": check.tags,
    });
    if let Some(object) = entry.as_object_mut() {
        object.extend(check.why.iter().map(|why| ("why".to_owned(), why.clone().into())));
        object.extend(check.sides.present().map(|(side, query)| (side.to_string(), query.source.clone().into())));
    }
    entry
}

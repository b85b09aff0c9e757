//! `cutover list` and `cutover validate`: what the suites say, and what the servers say of their queries, without running any.

use std::path::PathBuf;
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;

use super::super::{console, load, runtime};
use super::run::done;
use crate::exit_code::{BROKEN, PASSED};
use crate::model::plural;
use crate::report::{Format, visible};
use crate::run;
use crate::run::Selected;
use crate::secret::hidden;
use crate::source;
use crate::source::CancellationToken;
use crate::spec::check::Check;
use crate::suite::{Overrides, Suite};

/// How long a source may take to describe itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Prints the checks and returns the exit code.
pub(crate) fn list(paths: &[PathBuf], as_json: bool) -> u8 {
    let suites = match load(paths, &Overrides::default()) {
        Ok(suites) => suites,
        Err(code) => return code,
    };
    if as_json {
        let checks: Vec<_> =
            suites.iter().flat_map(|suite| suite.checks.iter().map(move |check| entry(suite, check))).collect();
        console::report(Format::Json, &format!("{:#}\n", json!({ "schema_version": 1, "checks": checks })));
        return PASSED;
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
    PASSED
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

/// Shows every mistake, or that there is none; with `connect`, reaches every source too and shows what its server says of the queries.
pub(crate) fn validate(paths: &[PathBuf], overrides: &Overrides, connect: bool) -> u8 {
    let suites = match load(paths, overrides) {
        Ok(suites) => suites,
        Err(code) => return code,
    };
    let checks: usize = suites.iter().map(|suite| suite.checks.len()).sum();
    let waivers: usize = suites.iter().map(|suite| suite.waivers.len()).sum();
    let waivers = if waivers == 0 { String::new() } else { format!("{}, ", plural(waivers as u64, "waiver")) };
    console::print(&format!(
        "{}, {}, {waivers}no mistakes\n",
        plural(suites.len() as u64, "suite"),
        plural(checks as u64, "check")
    ));
    if connect { done(reach(&suites)) } else { PASSED }
}

/// Describes every source, and prints the warnings about the checks; a warning is no mistake, but a query that cannot be
/// analysed or would fail is one.
fn reach(suites: &[Suite]) -> Result<u8, u8> {
    let runtime = runtime()?;
    let mut code = PASSED;
    for suite in suites {
        for (name, spec) in &suite.sources {
            let described = runtime.block_on(async {
                let url =
                    spec.resolve(suite.folder(), |name| std::env::var(name).ok()).map_err(|error| error.to_string())?;
                let engine = source::open(&url, &spec.options).map_err(|error| visible(&error.message))?;
                match tokio::time::timeout(PATIENCE, engine.describe()).await {
                    Ok(described) => {
                        let report = described.map_err(|error| visible(&error.message))?;
                        let advice = tokio::time::timeout(PATIENCE, engine.privileges()).await;
                        Ok((source::tls::advice(&url, &report.tls), report, advice))
                    }
                    Err(_) => Err(format!("no answer within {}", humantime::format_duration(PATIENCE))),
                }
            });
            match described {
                Ok((way, report, advice)) => {
                    console::print(&format!(
                        "{}: source `{name}`: {} {} at {}\n",
                        suite.name,
                        report.engine,
                        visible(&hidden(&report.version)),
                        report.url
                    ));
                    if let Some(way) = way {
                        console::print(&format!("{}: source `{name}`: {way}\n", suite.name));
                    }
                    // Whatever keeps it from being told is no mistake of the suite.
                    if let Ok(Ok(Some(advice))) = advice {
                        console::print(&format!("{}: source `{name}`: {}\n", suite.name, visible(&hidden(&advice))));
                    }
                }
                Err(why) => {
                    code = BROKEN;
                    console::complain(&format!("{}: source `{name}`: {why}\n", suite.name));
                }
            }
        }
    }
    let selected: Vec<Selected<'_>> =
        suites.iter().flat_map(|suite| suite.checks.iter().map(move |check| Selected { suite, check })).collect();
    let said = runtime.block_on(run::inspect(&selected, PATIENCE, &CancellationToken::default()));
    for (warning, ids) in &said.warnings {
        console::print(&format!("{}: {}: {}\n", ids.join(", "), warning.code, visible(&hidden(&warning.message))));
    }
    // What a source that is not there would read is not known.
    for (suite, view) in said.unread.iter().filter(|_| code == PASSED) {
        console::complain(&format!(
            "{suite}: [views] `{view}`: no query of the suite reads it on PostgreSQL; correct its name, or remove it\n"
        ));
    }
    let whole = !said.broken() && said.unread.is_empty();
    Ok(if whole { code } else { BROKEN })
}

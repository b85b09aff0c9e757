//! Says which checks suites have, for people and for programs.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

use crate::report::visible;
use crate::spec::check::Check;
use crate::suite::{Param, ParamType, Suite};

/// The suites with their params, and the checks of all of them.
pub(super) fn json(suites: &[Suite]) -> Value {
    let checks: Vec<Value> =
        suites.iter().flat_map(|suite| suite.checks.iter().map(move |check| entry(suite, check))).collect();
    let suites: Vec<Value> = suites.iter().map(described).collect();
    json!({ "schema_version": 1, "suites": suites, "checks": checks })
}

/// A line for each check.
pub(super) fn table(suites: &[Suite]) -> String {
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
    format!("{}\n", table.trim_fmt())
}

fn sources(check: &Check) -> Vec<String> {
    [&check.sides.old, &check.sides.new].into_iter().flatten().map(|query| query.source.clone()).collect()
}

/// A suite with its params; one that must be given has no value, and that of one that moves is known when it runs.
fn described(suite: &Suite) -> Value {
    let param = |(name, param): (&String, &Param)| match param {
        Param::Value(value) => {
            json!({ "name": name, "type": ParamType::of(value).to_string(), "value": value.to_string() })
        }
        Param::Moving(_) => json!({ "name": name, "type": ParamType::Timestamp.to_string(), "moving": true }),
        Param::Unset(of) => json!({ "name": name, "type": of.to_string() }),
    };
    let params: Vec<Value> = suite.params.iter().map(param).collect();
    json!({ "name": suite.name, "path": suite.path.display().to_string(), "params": params })
}

fn entry(suite: &Suite, check: &Check) -> Value {
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

//! As much of a report.json as an agent can use at once.

use serde_json::{Map, Value};

use super::super::super::selection::Patterns;

/// Checks of an answer that are told in full.
const WHOLE: usize = 50;

/// Keys of a check that is not told in full.
const BRIEF: [&str; 4] = ["id", "kind", "status", "why"];

/// Keys of a run that hold no value of a row.
const OF_RUN: [&str; 8] =
    ["schema_version", "id", "status", "started_at", "elapsed_ms", "version", "interrupted", "retryable"];

/// Keys of a check that hold none.
const OF_CHECK: [&str; 9] =
    ["id", "kind", "status", "severity", "elapsed_ms", "rows", "tag_counts", "violations", "skip_code"];

/// Lists of a check that grow with its data.
const LISTS: [&str; 2] = ["examples", "measures"];

/// Returns `report` with the checks that are meant: those that passed in brief, unless they are `named`, and the others in full
/// as far as an agent can read them, each with so many `rows` at most.
pub(super) fn page(mut report: Value, patterns: &Patterns, named: bool, rows: usize) -> Value {
    let Some(checks) = report.get_mut("checks").and_then(Value::as_array_mut) else { return report };
    checks.retain(|check| patterns.mean(check["id"].as_str().unwrap_or_default()));
    let mut whole = 0;
    for check in checks.iter_mut() {
        if (!named && check["status"] == "pass") || whole == WHOLE {
            *check = kept(check, &BRIEF);
            continue;
        }
        whole += 1;
        for list in LISTS {
            if let Some(items) = check.get_mut(list).and_then(Value::as_array_mut) {
                items.truncate(rows);
            }
        }
    }
    report
}

/// Returns what `report` says of the checks that are meant without any value of a row, whatever the run that wrote it showed.
pub(super) fn without_values(report: &Value, patterns: &Patterns) -> Value {
    let checks = report["checks"].as_array().into_iter().flatten();
    let meant = checks.filter(|check| patterns.mean(check["id"].as_str().unwrap_or_default()));
    let checks: Vec<Value> = meant.map(|check| kept(check, &OF_CHECK)).collect();
    let mut page = kept(report, &OF_RUN);
    page["checks"] = checks.into();
    page
}

fn kept(object: &Value, keys: &[&str]) -> Value {
    let one = |key: &&str| Some(((*key).to_owned(), object.get(*key)?.clone()));
    Value::Object(keys.iter().filter_map(one).collect::<Map<String, Value>>())
}

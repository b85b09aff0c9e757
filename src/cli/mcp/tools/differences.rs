//! Shows the differences that a run kept, as `cutover show` does, with what the differing rows have in common.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::selection::Patterns;
use super::super::super::shown::{Found, Wanted};
use super::super::answer::Answer;
use super::call::{Call, arguments};
use crate::record::read;
use crate::report::terminal::Style;
use crate::report::visible;

/// Which differences are shown.
#[derive(Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct DifferencesArguments {
    /// A report.json or its folder, as a path from the server's folder, or `last` for the newest in reports/
    report: String,
    /// Differences that are shown, as many as the server allows at most
    limit: Option<usize>,
    #[serde(flatten)]
    wanted: Wanted,
}

impl Default for DifferencesArguments {
    fn default() -> Self {
        DifferencesArguments { report: "last".to_owned(), limit: None, wanted: Wanted::default() }
    }
}

/// Shows them.
pub(crate) fn differences(given: JsonObject, call: &Call<'_>) -> Result<Answer, String> {
    let DifferencesArguments { report, limit, wanted } = arguments(given)?;
    if !call.limits.examples {
        return Err("this server shows no values of rows (--no-examples); read_report has the counts".to_owned());
    }
    let limit = limit.unwrap_or(usize::MAX).min(call.limits.rows);
    let path = call.folder.report(&report)?;
    let found = Found::read(&path, &wanted)?;
    let patterns = Patterns::new(wanted.only())?;
    let diagnosis = diagnosis(&read::document(&path).map_err(|why| why.to_string())?, &patterns);
    let told = diagnosis.iter().flat_map(|one| {
        let texts = one["diagnosis"].as_array().into_iter().flatten().filter_map(|found| found["text"].as_str());
        texts.map(|text| format!("{}: {}\n", visible(one["check"].as_str().unwrap_or_default()), visible(text)))
    });
    let words = told.collect::<String>() + "\n" + &found.page(&wanted, limit, Style::default());
    let mut differences = found.objects(&wanted, Some(limit));
    if !wanted.rows() {
        let objects = differences.iter_mut().filter_map(Value::as_object_mut);
        objects.for_each(|difference| difference.retain(|name, _| !["old_row", "new_row"].contains(&name.as_str())));
    }
    let json = json!({
        "report": path.display().to_string(),
        "matching": found.matching(),
        "differences": differences,
        "diagnosis": diagnosis,
    });
    Ok(Answer { is_error: found.is_lost(), ..Answer::new(words, json) })
}

/// What the differing rows of each check that is meant have in common, as the run found it.
fn diagnosis(report: &Value, patterns: &Patterns) -> Vec<Value> {
    let checks = report["checks"].as_array().into_iter().flatten();
    let one = |check: &Value| {
        let id = check["id"].as_str().filter(|id| patterns.mean(id))?;
        Some(json!({ "check": id, "diagnosis": check.get("diagnosis")? }))
    };
    checks.filter_map(one).collect()
}

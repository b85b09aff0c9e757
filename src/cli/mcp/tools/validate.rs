//! Judges suites without running them, as `cutover validate` does.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::validation::{Reach, Told, reached, summary};
use super::super::answer::Answer;
use super::call::{Call, Mistakes, arguments, lines};
use super::params::Params;
use crate::exit_code::PASSED;

/// What is judged.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ValidateArguments {
    /// Suite files, or folders with suites below them, as paths from the server's folder; all suites where absent
    suites: Vec<String>,
    /// Values of declared params by name, such as { "from": "2026-01-01" }; a list is written `a,b`
    params: Params,
    /// Also connect to every source, and say what its server finds wrong with the queries
    connect: bool,
    /// Also say what each query would read, where its server can tell without running it; needs `connect`
    estimate: bool,
}

/// Judges them. Mistakes are an answer, and no error of the tool.
pub(crate) async fn validate(given: JsonObject, call: &Call<'_>) -> Result<Answer, String> {
    let ValidateArguments { suites, params, connect, estimate } = arguments(given)?;
    if estimate && !connect {
        return Err("`estimate` needs `connect`: only a server can tell what a query would read".to_owned());
    }
    let suites = match call.suites(&suites, &params.overrides()) {
        Ok(suites) => suites,
        Err(Mistakes::Path(why)) => return Err(why),
        Err(Mistakes::Suites(problems)) => {
            return Ok(Answer::new(lines(&problems), Told::mistaken(&problems).json(false)));
        }
    };
    let mut told = Some(Told::valid(&suites));
    let code = reached(&suites, Reach { connect, estimate }, &mut told, call.stop).await;
    let json = told.unwrap_or_default().json(code == PASSED);
    // What the servers say has no words of its own but those in the object.
    let summary = summary(&suites, code);
    let words = if connect { format!("{summary}{json}") } else { summary };
    Ok(Answer::new(words, json))
}

//! Words waivers, as `cutover waive` does, and writes none.

use std::path::Path;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::waiving::{Acceptance, Proposal, Refused, meant, proposal, suite_of};
use super::super::answer::{Answer, WORDS};
use super::call::{Call, arguments, lines};

/// Characters of all TOML of an answer, which leaves room for the words around it.
const TOML: usize = WORDS * 4 / 5;

/// What would be accepted.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct WaiverArguments {
    /// A report.json or its folder, as a path from the server's folder, or `last` for the newest in reports/
    #[serde(default = "last")]
    report: String,
    #[serde(flatten)]
    accepted: Acceptance,
}

fn last() -> String {
    "last".to_owned()
}

/// Words the waivers of each check that is meant; one that cannot be waived keeps the others from nothing, and is told.
pub(crate) fn waiver(given: JsonObject, call: &Call<'_>) -> Result<Answer, String> {
    let WaiverArguments { report, accepted } = arguments(given)?;
    if !call.limits.examples && accepted.at_most.is_none() {
        let why = "this server shows no values of rows (--no-examples), and a waiver names them; give `at_most`";
        return Err(why.to_owned());
    }
    let path = call.folder.report(&report)?;
    let (mut words, mut proposals, mut refused) = (String::new(), Vec::new(), Vec::new());
    let mut room = Room { keys: call.limits.rows, characters: TOML };
    for check in meant(&path, &accepted)? {
        match one(&path, &Acceptance { check: check.clone(), ..accepted.clone() }, call) {
            Ok(Proposal { place, toml, summary, named, .. }) => {
                // A part of it would be other TOML, or none.
                if let Err(why) = room.take(named, toml.chars().count(), call.limits.rows) {
                    refused.push((check.clone(), format!("the waiver of {check} {why}")));
                    continue;
                }
                let (place, until) = (place.display(), accepted.until);
                words += &format!("# to be added to {place}: waives {summary} until {until}\n{toml}\n");
                proposals.push(json!({
                    "file": place.to_string(),
                    "check": check,
                    "waived": summary,
                    "until": until.to_string(),
                    "toml": toml,
                }));
            }
            Err(why) => refused.push((check, why)),
        }
    }
    if proposals.is_empty() {
        return Err(refused.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("\n"));
    }
    refused.iter().for_each(|(_, why)| words += &format!("{why}\n"));
    let refused: Vec<Value> = refused.into_iter().map(|(check, why)| json!({ "check": check, "why": why })).collect();
    Ok(Answer::new(words, json!({ "proposals": proposals, "refused": refused })).whole())
}

/// What an answer still has room for.
struct Room {
    keys: usize,
    characters: usize,
}

impl Room {
    /// Takes the room of a waiver; the error says why it has none, `rows` being all that there ever was.
    fn take(&mut self, keys: usize, characters: usize, rows: usize) -> Result<(), String> {
        const ELSE: &str = "accept its differences by count with `at_most`, or have a person call `cutover waive`, which \
                            writes it whole";
        if keys > rows {
            return Err(format!("names {keys} differences, and an answer has {rows} at most (--max-rows); {ELSE}"));
        }
        if characters > TOML {
            return Err(format!("has {characters} characters, and an answer has room for {TOML}; {ELSE}"));
        }
        let left = self.keys.checked_sub(keys).zip(self.characters.checked_sub(characters));
        let (keys, characters) = left.ok_or("has no room beside the others of this answer; propose it alone")?;
        *self = Room { keys, characters };
        Ok(())
    }
}

/// Words the waivers of one check, whose suite the report names.
fn one(report: &Path, accepted: &Acceptance, call: &Call<'_>) -> Result<Proposal, String> {
    if let Ok(suite) = suite_of(report, &accepted.check) {
        call.folder.inside(&suite)?;
    }
    proposal(report, accepted).map_err(|refused| match refused {
        Refused::Why(why) => why,
        Refused::Suite(problems) => lines(&problems),
        Refused::Waivers(problems, why) => format!("{}\n{why}", lines(&problems)),
    })
}

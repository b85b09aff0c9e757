//! The load that a source may be put under, from TOML.

use std::num::NonZeroU64;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::{Pace, PauseWhen};

/// Time between two questions unless the suite says so.
const EVERY: Duration = Duration::from_secs(5);

/// How long is waited unless the suite says so.
const AT_MOST: Duration = Duration::from_secs(600);

/// The load that a source may be put under.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
#[schemars(rename = "Pace")]
pub(super) struct RawPace {
    /// Most rows that are read in a second, by all checks together.
    rows_per_second: Option<u64>,
    /// A query of one row and one column: as long as it is true, no check and no window begins.
    pause_when: Option<String>,
    /// Time between two of these questions; 5s unless given.
    every: Option<String>,
    /// How long the source may be busy before a check is an error; 10min unless given.
    at_most: Option<String>,
}

/// A valid pace; problems are texts with a hint.
pub(super) fn pace(raw: RawPace) -> Result<Pace, Vec<String>> {
    let mut problems = Vec::new();
    let rows_per_second = match raw.rows_per_second.map(NonZeroU64::new) {
        Some(None) => {
            problems.push("`rows_per_second` of `pace` must be at least 1".to_owned());
            None
        }
        given => given.flatten(),
    };
    let mut time = |name: &str, given: &Option<String>, standard: Duration| {
        let Some(text) = given else { return standard };
        match humantime::parse_duration(text).ok().filter(|time| !time.is_zero()) {
            Some(time) => time,
            None => {
                problems
                    .push(format!("`{name}` of `pace` is `{text}`, which is no time; write one such as 5s or 10min"));
                standard
            }
        }
    };
    let every = time("every", &raw.every, EVERY);
    // A pause that is longer than all that may be waited is one question.
    let at_most = time("at_most", &raw.at_most, AT_MOST.max(every));
    if every > at_most {
        problems.push(
            "`every` of `pace` is longer than `at_most`, so that nothing is ever waited for; shorten it".to_owned(),
        );
    }
    let pause = raw.pause_when.map(|sql| PauseWhen { sql, every, at_most });
    if pause.is_none() && (raw.every.is_some() || raw.at_most.is_some()) {
        problems
            .push("`every` and `at_most` of `pace` say how `pause_when` is asked, which is missing; add it".to_owned());
    }
    if pause.is_none() && rows_per_second.is_none() && problems.is_empty() {
        problems.push("`pace` says nothing; give it `rows_per_second` or `pause_when`".to_owned());
    }
    if problems.is_empty() { Ok(Pace { rows_per_second, pause }) } else { Err(problems) }
}

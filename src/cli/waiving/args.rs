//! Declares what is accepted, as the command line and agents say it.

use chrono::NaiveDate;
use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::super::args::value_parsers::date;

/// What is accepted, until when, and who answers for it.
#[derive(Args, Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Acceptance {
    /// The check, or one window of it, whose differences are accepted; a pattern such as 'costs.*' means each that differs
    #[arg(long, value_name = "ID|GLOB")]
    pub(crate) check: String,
    /// Last day on which they are, UTC
    #[arg(long, value_name = "DATE", value_parser = date)]
    #[serde(deserialize_with = "day")]
    #[schemars(with = "String")]
    pub(crate) until: NaiveDate,
    /// Why they are accepted
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// Who answers for it
    #[arg(long, value_name = "TEXT")]
    pub(crate) owner: String,
    /// List every key, however many there are [default: up to 1,000 keys]
    #[arg(long, conflicts_with = "at_most")]
    #[serde(default)]
    pub(crate) keys: bool,
    /// Accept the difference of numbers, new − old, instead of the two numbers
    #[arg(long, conflicts_with_all = ["at_most", "any_value"])]
    #[serde(default)]
    pub(crate) delta: bool,
    /// Accept whatever values the differences of these keys and columns take from now on
    #[arg(long, conflicts_with = "at_most")]
    #[serde(default)]
    pub(crate) any_value: bool,
    /// Accept any N differences instead of those in the report
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub(crate) at_most: Option<u64>,
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    date(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

impl Acceptance {
    /// Refuses what contradicts itself; the parser of the command line has done so.
    pub(super) fn judged(&self) -> Result<(), String> {
        for (flag, text) in [("--why", &self.why), ("--owner", &self.owner)] {
            if text.trim().is_empty() {
                return Err(format!("{flag} is empty; a waiver says why, and who answers for it"));
            }
        }
        if self.at_most == Some(0) {
            return Err("--at-most 0 accepts nothing; say at least 1".to_owned());
        }
        let given = |flags: &[(&'static str, bool)]| flags.iter().find(|(_, given)| *given).map(|(flag, _)| *flag);
        let other = match self.at_most {
            Some(_) => given(&[("--keys", self.keys), ("--delta", self.delta), ("--any-value", self.any_value)])
                .map(|flag| (flag, "--at-most")),
            None => Some(("--delta", "--any-value")).filter(|_| self.delta && self.any_value),
        };
        match other {
            Some((one, two)) => Err(format!("{one} cannot be used with {two}; leave one of them out")),
            None => Ok(()),
        }
    }
}

//! What the command line says in place of suites, and which of it no suite took.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Param;
use super::problem::{Problem, Problems, nearest};

/// What the command line says in place of the suites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--param NAME=VALUE`.
    pub params: Vec<(String, String)>,
    /// `--source NAME=URL`.
    pub sources: Vec<(String, String)>,
}

impl Overrides {
    /// Those that mean a suite with these params and sources; of several for one name the last, which is the one that counts.
    pub(super) fn of(&self, params: &BTreeMap<String, Param>, sources: &[&str]) -> Overrides {
        let last = |given: &[(String, String)], has: &dyn Fn(&str) -> bool| {
            let counts = |at: usize, name: &str| has(name) && given[at + 1..].iter().all(|(later, _)| later != name);
            let own = given.iter().enumerate().filter(|(at, (name, _))| counts(*at, name));
            own.map(|(_, one)| one.clone()).collect()
        };
        Overrides {
            params: last(&self.params, &|name| params.contains_key(name)),
            sources: last(&self.sources, &|name| sources.contains(&name)),
        }
    }
}

/// Overrides that some suite took.
#[derive(Default)]
pub(super) struct Used {
    pub(super) params: BTreeSet<String>,
    pub(super) sources: BTreeSet<String>,
    pub(super) known_params: BTreeSet<String>,
    pub(super) known_sources: BTreeSet<String>,
}

impl Used {
    pub(super) fn unused(&self, overrides: &Overrides, problems: &mut Problems) {
        let kinds = [
            ("--param", "param", &overrides.params, &self.params, &self.known_params),
            ("--source", "source", &overrides.sources, &self.sources, &self.known_sources),
        ];
        for (flag, noun, given, used, known) in kinds {
            for (name, _) in given.iter().filter(|(name, _)| !used.contains(name)) {
                problems.0.push(Problem {
                    field: None,
                    path: PathBuf::new(),
                    place: None,
                    message: format!("{flag} {name}: no suite has a {noun} of this name"),
                    help: nearest(name, known.iter().map(String::as_str)),
                });
            }
        }
    }
}

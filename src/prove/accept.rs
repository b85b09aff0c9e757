//! Misses that a suite accepts, each with a reason. Pure.

use std::collections::BTreeSet;

use crate::model::{CheckProof, Sighting, TableProof};
use crate::suite::Suite;

/// The loss of every row, as patterns call it.
const EVERY_ROW: &str = "every_row";

/// Notes in the proofs of the checks of `suite` and of their tables what it accepts, and returns the patterns that were of no use.
pub(super) fn accept(suite: &Suite, checks: &mut [CheckProof], tables: &mut [TableProof]) -> Vec<String> {
    let mut used = BTreeSet::new();
    let is_of = |check: &&mut CheckProof| check.id.split('.').next() == Some(suite.name.as_str());
    for check in checks.iter_mut().filter(is_of).filter(|check| check.canary == Some(Sighting::Missed)) {
        let id = check.id.split_once('.').map_or(String::new(), |(_, name)| format!("{name}:{EVERY_ROW}"));
        for one in suite.accepted_misses.iter().filter(|one| one.pattern.is_match(&id)) {
            used.insert(one.pattern.glob().glob());
            check.void = None;
            check.not_provable.get_or_insert_with(|| {
                format!("it passes though every row is lost, as the suite accepts: {}", one.reason)
            });
        }
    }
    let own = checks.iter_mut().filter(|check| check.id.split('.').next() == Some(suite.name.as_str()));
    let is_own = |id: &String| id.split('.').next() == Some(suite.name.as_str());
    let own_tables = tables.iter_mut().filter(|table| table.checks.iter().any(is_own));
    let mutants = own.flat_map(|check| check.mutants.iter_mut());
    for mutant in mutants.chain(own_tables.flat_map(|table| table.mutants.iter_mut())) {
        if mutant.outcome != Sighting::Missed {
            continue;
        }
        let matching = suite.accepted_misses.iter().filter(|one| one.pattern.is_match(&mutant.id));
        for one in matching {
            used.insert(one.pattern.glob().glob());
            mutant.accepted.get_or_insert_with(|| one.reason.clone());
        }
    }
    let all = suite.accepted_misses.iter().map(|one| one.pattern.glob().glob());
    all.filter(|pattern| !used.contains(pattern)).map(str::to_owned).collect()
}

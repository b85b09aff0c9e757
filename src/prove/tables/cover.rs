//! The smallest set of checks that sees all that any of them sees. Pure.

use std::collections::BTreeSet;

use crate::model::TableProof;

/// Returns checks that together see every mutant that any check sees, each the one that sees most of what is left (which is
/// within a factor of the logarithm of the smallest set, see Chvátal, A greedy heuristic for the set-covering problem, 1979).
pub(crate) fn smallest(tables: &[TableProof]) -> Vec<String> {
    let mutants = tables.iter().flat_map(|table| &table.mutants).filter(|mutant| !mutant.seen_by.is_empty());
    let mut left: Vec<&Vec<String>> = mutants.map(|mutant| &mutant.seen_by).collect();
    let checks: BTreeSet<&String> = left.iter().copied().flatten().collect();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let count = |check: &&&String| left.iter().filter(|seen_by| seen_by.contains(*check)).count();
        // Of several that see as many, the first by name.
        let Some(best) = checks.iter().rev().max_by_key(count) else { break };
        left.retain(|seen_by| !seen_by.contains(*best));
        chosen.push((*best).clone());
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MutantReport, Sighting};

    /// Catches a set that lacks a check which alone sees something, and one with a check that adds nothing.
    #[test]
    fn checks_that_add_nothing_are_left_out() {
        let mutant = |seen_by: &[&str]| MutantReport {
            id: String::new(),
            what: String::new(),
            column: None,
            example: None,
            outcome: Sighting::Caught,
            reason: None,
            accepted: None,
            seen_by: seen_by.iter().map(ToString::to_string).collect(),
        };
        let table = |mutants| TableProof {
            source: String::new(),
            table: String::new(),
            checks: Vec::new(),
            not_provable: None,
            mutants,
        };
        let tables = [
            table(vec![mutant(&["a", "b"]), mutant(&["b"]), mutant(&[])]),
            table(vec![mutant(&["b", "c"]), mutant(&["d"]), mutant(&["c", "b"])]),
        ];
        assert_eq!(smallest(&tables), ["b", "d"]);
        assert!(smallest(&[]).is_empty());
    }
}

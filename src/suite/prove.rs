//! Mutants that `cutover prove` may find missed.

use globset::{Glob, GlobMatcher};

use super::problem::{File, Problems};
use super::raw;

/// Mutants that may be missed.
#[derive(Clone, Debug)]
pub struct AcceptedMiss {
    /// Matches `check:mutant` and `check.column:mutant`.
    pub pattern: GlobMatcher,
    /// Why.
    pub reason: String,
}

/// The valid entries of `[prove.accept]`.
pub(super) fn accepted(raw: &raw::Prove, file: &File<'_>, problems: &mut Problems) -> Vec<AcceptedMiss> {
    let mut accepted = Vec::new();
    for (text, reason) in &raw.accept {
        let owner = format!("`prove.accept.\"{text}\"`");
        if reason.trim().is_empty() {
            problems.0.push(file.problem(0, format!("{owner} needs its reason"), None));
        }
        match Glob::new(text) {
            Ok(glob) if text.contains(':') => {
                accepted.push(AcceptedMiss { pattern: glob.compile_matcher(), reason: reason.clone() });
            }
            Ok(_) => {
                let help = Some("write `check:mutant` or `check.column:mutant`, such as \"orders.note:*\"".to_owned());
                problems.0.push(file.problem(0, format!("{owner} names no mutant"), help));
            }
            Err(error) => {
                problems.0.push(file.problem(0, format!("{owner} is no pattern: {}", error.kind()), None));
            }
        }
    }
    accepted
}

//! The last proof of each suite, kept beside the reports, so that later runs tell of it.

use std::io;
use std::path::{Path, PathBuf};

use crate::fs::{input, output};
use crate::model::{LastProof, ProofReport};

/// The folder below that of the reports.
const FOLDER: &str = "proofs";

/// Where the proof of the suite `name` is, in the folder of the reports.
fn place(reports: &Path, name: &str) -> PathBuf {
    reports.join(FOLDER).join(format!("{name}.json"))
}

/// Keeps what `report` found of each suite in `reports`, in place of what was found before.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn keep(reports: &Path, report: &ProofReport) -> io::Result<()> {
    for suite in &report.suites {
        let path = place(reports, &suite.name);
        let mut text = serde_json::to_string_pretty(&report.last(suite)).map_err(io::Error::other)?;
        text.push('\n');
        output::write_atomically(&path, &text)?;
    }
    Ok(())
}

/// Returns the last proof of the suite `name`, which now has this `definition`; absent where none is kept that can be read.
pub(crate) fn last(reports: &Path, name: &str, definition: &str) -> Option<LastProof> {
    let text = input::text(&place(reports, name)).ok()?;
    let proof: LastProof = serde_json::from_str(&text).ok()?;
    let stale = proof.definition != definition;
    Some(LastProof { stale, ..proof })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckProof, Kind, MutantReport, ProofPlace, ProofStatus, ProvenSuite, Sighting};

    fn mutant(outcome: Sighting) -> MutantReport {
        MutantReport {
            id: "c:lose_row".to_owned(),
            what: String::new(),
            column: None,
            example: None,
            outcome,
            reason: None,
            accepted: None,
            seen_by: Vec::new(),
        }
    }

    fn report(outcomes: &[Sighting]) -> ProofReport {
        let mutants = outcomes.iter().map(|outcome| mutant(*outcome)).collect();
        let other = CheckProof { mutants: vec![mutant(Sighting::Missed)], ..CheckProof::new("t.c", Kind::Rows) };
        let suite = |name: &str| ProvenSuite {
            name: name.to_owned(),
            path: String::new(),
            sha256: String::new(),
            definition: "one".to_owned(),
        };
        ProofReport {
            started_at: chrono::DateTime::UNIX_EPOCH,
            elapsed_ms: 0,
            version: String::new(),
            seed: 1,
            interrupted: false,
            suites: vec![suite("s"), suite("t")],
            on: ProofPlace::Answers,
            checks: vec![CheckProof { mutants, ..CheckProof::new("s.c", Kind::Rows) }, other],
            tables: Vec::new(),
            defects: Vec::new(),
            smallest: Vec::new(),
            unused: Vec::new(),
        }
    }

    /// Catches a proof of one suite that tells of another, one that stays fresh though the suite is another, one that is
    /// proven though nothing was tried, and a broken file that ends a run.
    #[test]
    fn what_was_found_of_a_suite_is_found_again_and_stale_once_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(last(folder.path(), "s", "one"), None);
        for (outcomes, status, mutants, missed) in [
            (&[Sighting::Caught, Sighting::Untested][..], ProofStatus::Proven, 1, 0),
            (&[Sighting::Caught, Sighting::Missed], ProofStatus::Missed, 2, 1),
            (&[Sighting::Untested], ProofStatus::Void, 0, 0),
        ] {
            keep(folder.path(), &report(outcomes)).unwrap();
            let found = last(folder.path(), "s", "one").unwrap();
            assert_eq!((found.status, found.mutants, found.missed, found.stale), (status, mutants, missed, false));
            assert_eq!(found.started_at, "1970-01-01T00:00:00.000Z");
            assert!(last(folder.path(), "s", "two").unwrap().stale);
            assert_eq!(last(folder.path(), "t", "one").unwrap().missed, 1);
        }
        std::fs::write(folder.path().join("proofs/s.json"), "{").unwrap();
        assert_eq!(last(folder.path(), "s", "one"), None);
    }
}

//! The last proof of each suite, kept beside the reports, so that later runs tell of it.

use std::io;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::fs::{input, output};
use crate::model::{CheckProof, LastProof, ProofReport, ProvenSuite, Sighting};

/// The folder below that of the reports.
const FOLDER: &str = "proofs";

/// Where the proof of the suite `name` in `file` is, in the folder of the reports. Suites of one name in other files are others.
fn place(reports: &Path, name: &str, file: &Path) -> PathBuf {
    let hash = Sha256::digest(from(reports, file).to_string_lossy().as_bytes());
    let hash: String = hash.iter().take(HASHED).map(|byte| format!("{byte:02x}")).collect();
    reports.join(FOLDER).join(format!("{name}-{hash}.json"))
}

/// Bytes of the hash of a path that tell its file apart.
const HASHED: usize = 8;

/// Returns the way from a folder to a file, however both are named, so that it stays when both are moved together.
fn from(folder: &Path, file: &Path) -> PathBuf {
    let real =
        |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    let (folder, file) = (real(folder), real(file));
    let shared = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

/// Keeps what `report` found of each suite in `reports`, in place of what was found before, unless that knows more;
/// `is_limited` says whether there was no time for all. Returns the proofs that stay, by the name of their suite.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn keep(reports: &Path, report: &ProofReport, is_limited: bool) -> io::Result<Vec<(String, LastProof)>> {
    // Where it is by the links that lead there, which is not known of a folder that is not there.
    std::fs::create_dir_all(reports)?;
    let mut stay = Vec::new();
    for suite in &report.suites {
        let file = Path::new(&suite.path);
        let path = place(reports, &suite.name, file);
        let found = report.last(suite);
        if let Some(known) = last(reports, (&suite.name, file), &suite.definition)
            && knows_more(&known, &found, is_part(report, suite, is_limited))
        {
            stay.push((suite.name.clone(), known));
            continue;
        }
        let mut text = serde_json::to_string_pretty(&found).map_err(io::Error::other)?;
        text.push('\n');
        output::write_atomically(&path, &text)?;
    }
    Ok(stay)
}

/// Whether `report` is of a part of `suite`: of some of its checks, or of the mutants that there was time for.
fn is_part(report: &ProofReport, suite: &ProvenSuite, is_limited: bool) -> bool {
    let is_own = |check: &&CheckProof| check.id.split('.').next() == Some(suite.name.as_str());
    let untested = |check: &CheckProof| check.count(Sighting::Untested) > 0;
    let own: Vec<&CheckProof> = report.checks.iter().filter(is_own).collect();
    (own.len() as u64) < suite.checks || (is_limited && own.into_iter().any(untested))
}

/// Whether the proof that is kept says more of the suite as it is than what was `found` of a part of it: more mutants were
/// tried, in the same place, and at least as many missed.
fn knows_more(kept: &LastProof, found: &LastProof, is_part: bool) -> bool {
    is_part && !kept.stale && kept.on == found.on && kept.mutants > found.mutants && kept.missed >= found.missed
}

/// Returns the last proof of the suite `name` in `file`, which now has this `definition`; absent where none is kept that can be read.
pub(crate) fn last(reports: &Path, (name, file): (&str, &Path), definition: &str) -> Option<LastProof> {
    let text = input::text(&place(reports, name, file)).ok()?;
    let proof: LastProof = serde_json::from_str(&text).ok()?;
    let stale = proof.definition != definition;
    Some(LastProof { stale, ..proof })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ColumnShare, Kind, MutantReport, ProofPlace, ProofStatus, TableProof};

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

    fn file(name: &str) -> &Path {
        Path::new(if name == "s" { "s.suite.toml" } else { "t.suite.toml" })
    }

    fn report(outcomes: &[Sighting]) -> ProofReport {
        let mutants = outcomes.iter().map(|outcome| mutant(*outcome)).collect();
        let other = CheckProof { mutants: vec![mutant(Sighting::Missed)], ..CheckProof::new("t.c", Kind::Rows) };
        let suite = |name: &str| ProvenSuite {
            name: name.to_owned(),
            path: file(name).display().to_string(),
            sha256: String::new(),
            definition: "one".to_owned(),
            checks: 1,
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
        assert_eq!(last(folder.path(), ("s", file("s")), "one"), None);
        for (outcomes, status, mutants, missed) in [
            (&[Sighting::Caught, Sighting::Untested][..], ProofStatus::Proven, 1, 0),
            (&[Sighting::Caught, Sighting::Missed], ProofStatus::Missed, 2, 1),
            (&[Sighting::Untested], ProofStatus::Void, 0, 0),
        ] {
            keep(folder.path(), &report(outcomes), false).unwrap();
            let found = last(folder.path(), ("s", file("s")), "one").unwrap();
            assert_eq!((found.status, found.mutants, found.missed, found.stale), (status, mutants, missed, false));
            assert_eq!(found.started_at, "1970-01-01T00:00:00.000Z");
            assert!(last(folder.path(), ("s", file("s")), "two").unwrap().stale);
            assert_eq!(last(folder.path(), ("t", file("t")), "one").unwrap().missed, 1);
        }
        let path = place(folder.path(), "s", file("s"));
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(kept.contains("\"mutants\": \"0\""), "{kept}");
        std::fs::write(&path, kept.replace("\"mutants\": \"0\"", "\"mutants\": 7")).unwrap();
        assert_eq!(
            last(folder.path(), ("s", file("s")), "one").unwrap().mutants,
            7,
            "as numbers, as they were kept before"
        );
        std::fs::write(&path, "{").unwrap();
        assert_eq!(last(folder.path(), ("s", file("s")), "one"), None);
    }

    /// Catches a column that is counted as seen, or is not counted, by a mutant that was not tried, or twice, or that of another suite.
    #[test]
    fn columns_of_tables_are_counted() {
        let of = |column: &str, outcome| MutantReport { column: Some(column.to_owned()), ..mutant(outcome) };
        let table = |check: &str, mutants| TableProof {
            source: "new".to_owned(),
            table: "t".to_owned(),
            checks: vec![check.to_owned()],
            not_provable: None,
            mutants,
        };
        let own = vec![
            of("a", Sighting::Missed),
            of("a", Sighting::Noticed),
            of("b", Sighting::Allowed),
            of("c", Sighting::Untested),
            of("e", Sighting::NoEffect),
            mutant(Sighting::Caught),
        ];
        let tables = vec![table("s.c", own), table("t.c", vec![of("d", Sighting::Caught)])];
        let whole = ProofReport { tables, ..report(&[Sighting::Caught]) };
        let columns = |name: usize| whole.last(&whole.suites[name]).columns;
        assert_eq!(columns(0), Some(ColumnShare { seen: 1, of: 3 }));
        assert_eq!(columns(1), Some(ColumnShare { seen: 1, of: 1 }));
        assert_eq!(report(&[Sighting::Caught]).last(&whole.suites[0]).columns, None);
    }

    /// Catches a proof of a part that takes the place of one that knows more, and one that stays though what is new is of the
    /// whole, of another state of the suite, or worse.
    #[test]
    fn a_part_does_not_stand_for_the_whole() {
        use Sighting::{Caught, Missed, Untested};
        let folder = tempfile::tempdir().unwrap();
        let whole = report(&[Caught, Caught, Missed]);
        let of_two = |mut report: ProofReport| {
            report.suites.iter_mut().for_each(|suite| suite.checks = 2);
            report
        };
        let other = |mut report: ProofReport| {
            report.suites.iter_mut().for_each(|suite| suite.definition = "two".to_owned());
            report
        };
        for (found, is_limited, stays) in [
            (of_two(report(&[Caught])), false, true),
            (report(&[Caught, Untested]), true, true),
            (report(&[Caught, Untested]), false, false),
            (report(&[Caught]), false, false),
            (of_two(report(&[Missed, Missed])), false, false),
            (of_two(other(report(&[Caught]))), false, false),
        ] {
            keep(folder.path(), &whole, false).unwrap();
            let told = keep(folder.path(), &found, is_limited).unwrap();
            let kept = last(folder.path(), ("s", file("s")), "one").unwrap();
            assert_eq!((kept.mutants, kept.missed) == (3, 1), stays, "{kept:?}");
            assert_eq!(told.iter().any(|(name, _)| name == "s"), stays);
            let of_checks = (!stays).then_some(2).filter(|_| found.suites[0].checks == 2);
            assert_eq!(kept.of_checks, of_checks);
        }
    }

    /// Catches a proof that is told of a suite of the same name in another file, and one that is lost where the folder of both is
    /// moved or named otherwise.
    #[test]
    fn a_proof_is_of_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| folder.path().join(name).join("suite.toml");
        for name in ["a", "b", "moved"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(of(name), "").unwrap();
        }
        let reports = folder.path().join("reports");
        for (name, outcomes) in [("a", &[Sighting::Caught][..]), ("b", &[Sighting::Missed])] {
            let mut report = report(outcomes);
            report.suites.iter_mut().for_each(|suite| suite.path = of(name).display().to_string());
            assert_eq!(last(&reports, ("s", &of(name)), "one"), None, "{name}");
            keep(&reports, &report, false).unwrap();
        }
        let missed = |reports: &Path, file: &Path| last(reports, ("s", file), "one").map(|proof| proof.missed);
        assert_eq!((missed(&reports, &of("a")), missed(&reports, &of("b"))), (Some(0), Some(1)));
        assert_eq!(missed(&reports, &folder.path().join("b/../a/suite.toml")), Some(0));
        let moved = folder.path().join("moved");
        for name in ["a", "reports"] {
            std::fs::rename(folder.path().join(name), moved.join(name)).unwrap();
        }
        assert_eq!(missed(&moved.join("reports"), &moved.join("a/suite.toml")), Some(0));
    }
}

//! Finds the report that somebody means: its file, its folder, or the last one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

/// Name of the report that is read back, in its folder.
const REPORT: &str = "report.json";

/// Folder of the reports of runs that were given no other.
const REPORTS: &str = "reports";

/// Names a run: `20260103T040506.789Z-1f2e` sorts by time, and two runs of one moment differ.
pub(crate) fn run_id(started_at: DateTime<Utc>) -> String {
    use std::hash::{BuildHasher, RandomState};
    let chance = RandomState::new().hash_one(started_at) & 0xffff;
    format!("{}-{chance:04x}", moment(started_at))
}

/// Returns a time as a run's name begins with it.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%S%.3fZ").to_string()
}

/// Returns whether a folder has the name of one that a run made.
pub(crate) fn is_report(name: &str) -> bool {
    let bytes = name.as_bytes();
    let pattern = "dddddddd\u{54}dddddd.ddd\u{5a}-xxxx";
    bytes.len() == pattern.len()
        && pattern.bytes().zip(bytes).all(|(wanted, byte)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            exact => exact == *byte,
        })
}

/// Returns the report.json that `named` means: a folder's own, with `last` that of the newest folder in `reports/`, and
/// any other name itself. A file or folder that is called `last` is meant by that name.
pub(crate) fn report(named: &Path) -> PathBuf {
    if named.is_dir() {
        return named.join(REPORT);
    }
    match named.as_os_str() == OsStr::new("last") && !named.exists() {
        true => last(Path::new(REPORTS)).unwrap_or_else(|| named.to_owned()),
        false => named.to_owned(),
    }
}

/// The report of the newest folder that has one: a folder is named after the moment at which its run began.
fn last(reports: &Path) -> Option<PathBuf> {
    let found = std::fs::read_dir(reports).ok()?.flatten().map(|entry| entry.path().join(REPORT));
    let of_a_run = |path: &PathBuf| {
        let folder = path.parent().and_then(Path::file_name).and_then(OsStr::to_str);
        folder.is_some_and(is_report) && path.is_file()
    };
    found.filter(of_a_run).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_knows_its_own_folders() {
        let started_at = "2026-01-03T04:05:06.789Z".parse().unwrap();
        let name = run_id(started_at);
        assert!(name.starts_with("20260103T040506.789Z-"), "{name}");
        assert!(is_report(&name));
        for other in ["sample", "20260103", "20260103T040506.789Z-12", "x0260103T040506.789Z-1f2e"] {
            assert!(!is_report(other), "{other}");
        }
    }

    /// Catches another run than the newest that has a report, and a file whose name is taken for a word.
    #[test]
    fn a_report_is_found_by_its_folder_and_by_its_age() {
        let folder = tempfile::tempdir().unwrap();
        let run = |name: &str, whole: bool| {
            let run = folder.path().join(name);
            std::fs::create_dir(&run).unwrap();
            if whole {
                std::fs::write(run.join(REPORT), "{}").unwrap();
            }
            run
        };
        assert_eq!(last(folder.path()), None);
        let old = run("20260101T020000.000Z-aaaa", true);
        let new = run("20260103T020000.000Z-0000", true);
        run("20260104T020000.000Z-0000", false);
        run("sample", true);
        assert_eq!(last(folder.path()), Some(new.join(REPORT)));
        assert_eq!(report(&old), old.join(REPORT));
        assert_eq!(report(&old.join(REPORT)), old.join(REPORT));
        assert_eq!(report(&folder.path().join("last")), folder.path().join("last"));
    }
}

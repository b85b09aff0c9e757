//! Where the reports of a run go: written whole, with the differences beside them, the oldest removed.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{PrivacyArgs, screen};
use crate::earlier::DIFFERENCES;
use crate::model::RunReport;
use crate::output::{is_special, write_atomically};
use crate::report::{Format, render};
use crate::run::Differences;

/// Where the reports of a run go.
pub(super) enum Reports {
    /// Every format, in a folder of the run's own below this one; at most so many are kept.
    Folder(PathBuf, Option<u32>),
    /// These formats to these paths; `-` is stdout.
    Paths(Vec<(Format, String)>),
}

impl Reports {
    /// The file that takes up to `most` differences of each check, where a report has a place on disk and values may
    /// be shown.
    pub(super) fn differences(&self, most: u64, privacy: PrivacyArgs) -> Result<Option<Differences>, String> {
        if privacy.no_examples {
            return Ok(None);
        }
        let folder = match self {
            Reports::Folder(parent, _) => parent.clone(),
            Reports::Paths(_) => match self.beside_json() {
                Some(folder) => folder,
                None => return Ok(None),
            },
        };
        let made = Differences::new(&folder, most).map(Some);
        made.map_err(|cause| {
            format!(
                "reports cannot be written to {}: {cause}; check the folder's permissions, or give another path",
                folder.display()
            )
        })
    }

    /// The folder of the run `id`, where it has one of its own.
    pub(super) fn folder(&self, id: &str) -> Option<PathBuf> {
        match self {
            Reports::Folder(parent, _) => Some(parent.join(id)),
            Reports::Paths(_) => None,
        }
    }

    /// The folder of the JSON report that has a path.
    fn beside_json(&self) -> Option<PathBuf> {
        let Reports::Paths(paths) = self else { return None };
        let is_file = |path: &str| path != "-" && !is_special(Path::new(path));
        let (_, path) = paths.iter().find(|(format, path)| *format == Format::Json && is_file(path))?;
        let folder = Path::new(path).parent()?;
        Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
    }
}

/// Writes the reports and returns where they are.
pub(super) fn write(
    report: &RunReport,
    to: &Reports,
    id: &str,
    differences: Option<&Differences>,
) -> Result<Vec<String>, String> {
    let failed = |path: &Path, cause: &io::Error| {
        format!(
            "the report {} cannot be written: {cause}; check the folder's permissions, or give another path",
            path.display()
        )
    };
    let place = |path: PathBuf| match differences {
        Some(differences) => differences.keep(path.clone()).map_err(|cause| failed(&path, &cause)),
        None => Ok(()),
    };
    match to {
        Reports::Paths(paths) => {
            let mut written = Vec::new();
            if let Some(folder) = to.beside_json() {
                place(folder.join(DIFFERENCES))?;
            }
            for (format, path) in paths {
                let text = render(*format, report);
                if path == "-" {
                    screen::print(&text);
                    continue;
                }
                write_atomically(Path::new(path), &text).map_err(|cause| failed(Path::new(path), &cause))?;
                written.push(path.clone());
            }
            Ok(written)
        }
        Reports::Folder(parent, keep) => {
            let folder = parent.join(id);
            place(folder.join(DIFFERENCES))?;
            for format in Format::ALL {
                let path = folder.join(format.file_name());
                write_atomically(&path, &render(format, report)).map_err(|cause| failed(&path, &cause))?;
            }
            if let Some(keep) = keep {
                prune(parent, *keep)
                    .map_err(|cause| format!("old reports in {} cannot be removed: {cause}", parent.display()))?;
            }
            Ok(vec![format!("{}/", folder.display())])
        }
    }
}

/// `20260103T040506.789Z-1f2e`: sorts by time, and two runs of one moment differ.
pub(super) fn folder_name(started_at: DateTime<Utc>) -> String {
    use std::hash::{BuildHasher, RandomState};
    let chance = RandomState::new().hash_one(started_at) & 0xffff;
    format!("{}-{chance:04x}", started_at.format("%Y%m%dT%H%M%S%.3fZ"))
}

/// Whether a folder is one that a run made.
pub(super) fn is_report(name: &str) -> bool {
    let bytes = name.as_bytes();
    let pattern = "dddddddd\u{54}dddddd.ddd\u{5a}-xxxx";
    bytes.len() == pattern.len()
        && pattern.bytes().zip(bytes).all(|(wanted, byte)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            exact => exact == *byte,
        })
}

fn prune(parent: &Path, keep: u32) -> io::Result<()> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && is_report(&entry.file_name().to_string_lossy()) {
            folders.push(entry.path());
        }
    }
    folders.sort();
    let surplus = folders.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    folders.iter().take(surplus).try_for_each(std::fs::remove_dir_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_knows_its_own_folders() {
        let started_at = "2026-01-03T04:05:06.789Z".parse().unwrap();
        let name = folder_name(started_at);
        assert!(name.starts_with("20260103T040506.789Z-"), "{name}");
        assert!(is_report(&name));
        for other in ["sample", "20260103", "20260103T040506.789Z-12", "x0260103T040506.789Z-1f2e"] {
            assert!(!is_report(other), "{other}");
        }
    }

    #[test]
    fn only_the_oldest_reports_go() {
        let parent = tempfile::tempdir().unwrap();
        let names = ["20260101T000000.000Z-0000", "20260102T000000.000Z-0000", "20260103T000000.000Z-0000", "sample"];
        names.iter().for_each(|name| std::fs::create_dir(parent.path().join(name)).unwrap());
        prune(parent.path(), 2).unwrap();
        let left: Vec<bool> = names.iter().map(|name| parent.path().join(name).exists()).collect();
        assert_eq!(left, [false, true, true, true]);
    }
}

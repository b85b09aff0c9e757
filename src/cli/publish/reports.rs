//! Writes the reports of a run whole, with the differences beside them, and removes the oldest.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::super::args::ReportArgs;
use super::super::console;
use crate::fs::output;
use crate::fs::output::{Held, Unfinished, is_special, write_atomically};
use crate::isolation::caught;
use crate::model::{EarlierRuns, RunReport};
use crate::record::{differences, is_report, moment};
use crate::report::{Format, render_beside};
use crate::run::Differences;

/// Where the reports of a run go.
pub(crate) enum Reports {
    /// Every format, in a folder of the run's own below this one; at most so many are kept.
    Folder(PathBuf, Option<u32>),
    /// These formats to these paths; `-` is stdout.
    Paths(Vec<(Format, String)>),
}

impl Reports {
    /// Returns where `args` send the reports; a folder keeps only the newest `keep`.
    pub(crate) fn new(args: &ReportArgs, keep: Option<u32>) -> Reports {
        if args.report.is_empty() {
            Reports::Folder(args.reports.clone(), keep)
        } else {
            Reports::Paths(args.report.clone())
        }
    }

    /// Returns true if a report goes to stdout, so that people's output must not.
    pub(crate) fn use_stdout(&self) -> bool {
        matches!(self, Reports::Paths(paths) if paths.iter().any(|(_, path)| path == "-"))
    }

    /// Makes the file that takes up to `most` differences of each check, where a report has a place on disk.
    pub(crate) fn differences(&self, most: u64) -> Result<Option<Differences>, String> {
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
    pub(crate) fn folder(&self, id: &str) -> Option<PathBuf> {
        match self {
            Reports::Folder(parent, _) => Some(parent.join(id)),
            Reports::Paths(_) => None,
        }
    }

    /// Returns the files with paths of their own, the differences beside them among these.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let Reports::Paths(paths) = self else { return Vec::new() };
        let beside = self.beside_json().map(|folder| folder.join(differences::FILE));
        paths.iter().map(|(_, path)| PathBuf::from(path)).chain(beside).collect()
    }

    /// The JSON report that is a file of a path of its own.
    fn json(&self) -> Option<&Path> {
        let Reports::Paths(paths) = self else { return None };
        let is_file = |path: &str| path != "-" && !is_special(Path::new(path));
        paths.iter().find(|(format, path)| *format == Format::Json && is_file(path)).map(|(_, path)| Path::new(path))
    }

    /// The name of the file that is the JSON report; absent where none is written to a file.
    fn json_name(&self) -> Option<String> {
        match self {
            Reports::Folder(..) => Some(Format::Json.file_name().to_owned()),
            Reports::Paths(_) => Some(self.json()?.file_name()?.to_string_lossy().into_owned()),
        }
    }

    /// The folder of the JSON report that has a path.
    fn beside_json(&self) -> Option<PathBuf> {
        let folder = self.json()?.parent()?;
        Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
    }
}

/// Reports that were written.
pub(crate) struct Written {
    /// Where they are.
    pub(crate) places: Vec<String>,
    /// Why the others were not.
    pub(crate) broken: Vec<String>,
    /// Keeps the folder from other runs that remove old ones, as long as this one tells of it.
    _held: Option<Held>,
}

/// Writes the reports and returns where they are.
pub(crate) fn write(
    report: &RunReport,
    earlier: &EarlierRuns,
    to: &Reports,
    differences: Option<&Differences>,
) -> Result<Written, String> {
    let json = to.json_name();
    written(to, &report.id, differences, |format| render_beside(format, report, earlier, json.as_deref()))
}

/// The same of reports as `render` makes them. One that cannot be written keeps no other from being written.
fn written(
    to: &Reports,
    id: &str,
    differences: Option<&Differences>,
    render: impl Fn(Format) -> String,
) -> Result<Written, String> {
    let place = |path: PathBuf| match differences {
        Some(differences) => differences.keep(path.clone(), id).map_err(|cause| failed(&path, &cause)),
        None => Ok(()),
    };
    let mut broken = Vec::new();
    let (places, held) = match to {
        Reports::Paths(paths) => {
            let mut places = Vec::new();
            if let Some(folder) = to.beside_json() {
                broken.extend(place(folder.join(differences::FILE)).err());
            }
            for (format, path) in paths {
                match rendered(*format, &render) {
                    Ok(text) if path == "-" => console::report(*format, &text),
                    Ok(text) => match write_atomically(Path::new(path), &text) {
                        Ok(()) => places.push(path.clone()),
                        Err(cause) => broken.push(failed(Path::new(path), &cause)),
                    },
                    Err(why) => broken.push(why),
                }
            }
            (places, None)
        }
        Reports::Folder(parent, keep) => {
            let folder = parent.join(id);
            // It has its name once all is in it, so that nobody finds a part of it.
            let made = Unfinished::new(parent).map_err(|cause| failed(&folder, &cause))?;
            broken.extend(place(made.path().join(differences::FILE)).err());
            for format in Format::ALL {
                let path = made.path().join(format.file_name());
                let written = rendered(format, &render)
                    .and_then(|text| write_atomically(&path, &text).map_err(|cause| failed(&path, &cause)));
                broken.extend(written.err());
            }
            let held = made.finish(&folder).map_err(|cause| failed(&folder, &cause))?;
            if let Some(keep) = keep {
                prune(parent, id, *keep, Utc::now())
                    .map_err(|cause| format!("old reports in {} cannot be removed: {cause}", parent.display()))?;
            }
            (vec![format!("{}/", folder.display())], Some(held))
        }
    };
    Ok(Written { places, broken, _held: held })
}

/// Why a report is not there, with a way out.
fn failed(path: &Path, cause: &io::Error) -> String {
    let hint = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room there",
        _ => "check the folder's permissions",
    };
    format!("the report {} cannot be written: {cause}; {hint}, or give another path", path.display())
}

/// A report as text; one that cannot be made keeps no other from being written.
fn rendered(format: Format, render: impl Fn(Format) -> String) -> Result<String, String> {
    caught(|| render(format)).map_err(|_| {
        let name = format.file_name();
        format!("cutover met a defect of its own while it made {name}; please report it, and use another format")
    })
}

/// Removes reports that are older than that of the run `own`, the oldest first, until `keep` are left. One without
/// report.json is not finished, and one from the future, by the clock of this run, says nothing about age: neither is
/// removed or counted.
fn prune(parent: &Path, own: &str, keep: u32, now: DateTime<Utc>) -> io::Result<()> {
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(parent)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let finished = || parent.join(&name).join(Format::Json.file_name()).is_file();
        if is_report(&name) && name[..name.len() - 5] <= *moment(now) && finished() {
            names.push(name);
        }
    }
    names.sort();
    let surplus = names.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    let older = names.iter().take(surplus).take_while(|name| name.as_str() < own);
    older.map(|name| parent.join(name)).try_for_each(|folder| output::remove(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a report that cannot be made and takes the others with it, or that nobody hears of.
    #[test]
    fn a_format_that_cannot_be_made_keeps_no_other_from_being_written() {
        let parent = tempfile::tempdir().unwrap();
        let render = |format: Format| if format == Format::Json { panic!("{}", "no json") } else { "text".to_owned() };
        let folder = written(&Reports::Folder(parent.path().join("all"), None), "run", None, render).unwrap();
        let there = |format: &Format| parent.path().join("all/run").join(format.file_name()).is_file();
        let formats: Vec<Format> = Format::ALL.into_iter().filter(there).collect();
        assert_eq!((formats.len(), formats.contains(&Format::Json)), (Format::ALL.len() - 1, false));
        let path = |name: &str| parent.path().join(name).display().to_string();
        let paths = vec![(Format::Json, path("a.json")), (Format::Html, path("b.html"))];
        let some = written(&Reports::Paths(paths), "run", None, render).unwrap();
        assert_eq!(some.places, [path("b.html")]);
        assert!(parent.path().join("b.html").is_file());
        for written in [folder, some] {
            assert!(written.broken.len() == 1 && written.broken[0].contains("report.json"), "{:?}", written.broken);
        }
    }

    /// Catches a report, or a file of differences, that cannot be written and takes the reports of a whole run with it.
    #[test]
    fn a_report_that_cannot_be_written_keeps_no_other_from_being_written() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name).display().to_string();
        std::fs::write(path("file"), "").unwrap();
        let differences = Differences::new(parent.path(), 1).unwrap();
        differences.keep(parent.path().join("taken"), "other").unwrap();
        let paths = vec![(Format::Html, path("file/a.html")), (Format::Json, path("b.json"))];
        let some = written(&Reports::Paths(paths), "run", Some(&differences), |_| "text".to_owned()).unwrap();
        assert_eq!(some.places, [path("b.json")]);
        let [first, second] = <[String; 2]>::try_from(some.broken).unwrap();
        assert!(first.contains(super::differences::FILE) && second.contains("a.html"), "{first} {second}");
        let full = failed(Path::new("x"), &io::Error::from(io::ErrorKind::StorageFull));
        assert!(full.contains("make room there"), "{full}");
    }

    /// Catches the removal of a report that is not finished, from the future, a run's own, or of a run that began later.
    #[test]
    fn only_the_oldest_reports_go() {
        let parent = tempfile::tempdir().unwrap();
        let unfinished = "20260101T000000.000Z-0000";
        let names = [
            "20260102T000000.000Z-0000",
            "20260103T000000.000Z-0000",
            "20260104T000000.000Z-0000",
            "20260105T000000.000Z-0000",
            "20990101T000000.000Z-0000",
            "sample",
        ];
        std::fs::create_dir(parent.path().join(unfinished)).unwrap();
        for name in names {
            std::fs::create_dir(parent.path().join(name)).unwrap();
            std::fs::write(parent.path().join(name).join("report.json"), "{}").unwrap();
        }
        let now = "2026-01-06T00:00:00Z".parse().unwrap();
        let left = |own: &str, keep: u32| {
            prune(parent.path(), own, keep, now).unwrap();
            assert!(parent.path().join(unfinished).exists());
            names.map(|name| parent.path().join(name).exists())
        };
        assert_eq!(left(names[3], 3), [false, true, true, true, true, true]);
        assert_eq!(left(names[2], 1), [false, false, true, true, true, true]);
        assert_eq!(left(names[3], 1), [false, false, false, true, true, true]);
    }
}

//! Suite files below folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Problems;
use crate::fs::input;

/// The suite files of `paths`, each once, whatever links lead to it too; with `within`, a folder without links in its path,
/// none that lies outside of it.
pub(super) fn files(paths: &[PathBuf], within: Option<&Path>, problems: &mut Problems) -> BTreeSet<PathBuf> {
    let inside =
        |path: &Path| within.is_none_or(|folder| path.canonicalize().is_ok_and(|place| place.starts_with(folder)));
    let mut found: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for path in paths {
        if !inside(path) && path.exists() {
            problems.add(path, OUTSIDE);
            continue;
        }
        if path.is_file() {
            add(path.clone(), &mut found);
            continue;
        }
        if let Some(what) = input::other(path) {
            problems.add(path, format!("it is {what}; give a suite file, or a folder with a suite.toml below it"));
            continue;
        }
        if !path.is_dir() {
            problems.add(
                path,
                "there is no such file or folder; give a suite file, or a folder with a suite.toml below it",
            );
            continue;
        }
        if !below(path, &inside, &mut found, problems) {
            problems.add(
                path,
                "there is no suite.toml and no *.suite.toml below this folder; add one, or give the suite's file",
            );
        }
    }
    found.into_values().collect()
}

/// What is said of a suite file that may not be read.
const OUTSIDE: &str = "it lies outside of the folder that suites are taken from; give one below that folder";

/// Finds the suite files below `folder`, links to files and folders followed as far as these are `inside`; whether there is one.
fn below(
    folder: &Path,
    inside: &impl Fn(&Path) -> bool,
    found: &mut BTreeMap<PathBuf, PathBuf>,
    problems: &mut Problems,
) -> bool {
    let named = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == "suite.toml" || name.ends_with(".suite.toml")
    };
    let mut any = false;
    let leads_out = |entry: &walkdir::DirEntry| entry.path_is_symlink() && !inside(entry.path());
    let walk = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| !(entry.file_type().is_dir() && leads_out(entry))) {
        match entry {
            Ok(entry) if !named(entry.path()) => {}
            Ok(entry) if leads_out(&entry) => problems.add(entry.path(), OUTSIDE),
            Ok(entry) => match input::named(entry.file_type()) {
                // Left out, it would look as if its checks had passed.
                Some(what) => problems.add(entry.path(), format!("it is {what}, where a suite file is needed")),
                None if entry.file_type().is_file() => {
                    any = true;
                    add(entry.into_path(), found);
                }
                None => {}
            },
            // Back to a folder that is being searched.
            Err(cause) if cause.loop_ancestor().is_some() => {}
            Err(cause) => match cause.path().filter(|path| path.is_symlink()) {
                Some(link) if named(link) => {
                    problems.add(link, "it is a link to nothing, where a suite file is needed; mend or remove it");
                }
                Some(_) => {}
                None => problems.add(folder, format!("cannot be searched: {cause}")),
            },
        }
    }
    any
}

/// Takes a suite file; of several ways to one file the shortest is its path, because the suite's own files stand beside it.
fn add(path: PathBuf, found: &mut BTreeMap<PathBuf, PathBuf>) {
    let file = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let length = |path: &Path| path.components().count();
    match found.get(&file) {
        Some(known) if length(known) <= length(&path) => {}
        _ => drop(found.insert(file, path)),
    }
}

//! The tables at a path: a file, a folder of files, a folder of folders, or all files that a pattern names.
//!
//! A file is a table by its stem, a folder within a folder is one by its name, with all files below it. What begins with a
//! dot or an underscore is no data. A pattern is one table, by what stands before its first wildcard, else by its folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::{DirEntry, WalkDir};

use super::super::error::Error;
use super::data_file::DataFile;
use super::format::{self, Format};
use super::lake::{Keeper, Lake, Root};
use crate::fs::input;
use crate::model::ErrorCode;

/// What an ending may be, in words.
pub(super) const ENDINGS: &str = ".parquet, .csv, .tsv, .ndjson, .jsonl, .arrow, .feather, .ipc or .avro file";

/// Tables by their names.
pub(super) type Tables = BTreeMap<String, Contents>;

/// What a table lies in.
#[derive(Clone, Debug)]
pub(super) enum Contents {
    /// All of these, in the order of their names.
    Files(Vec<DataFile>),
    /// What a log says.
    Lake(Lake),
}

impl Contents {
    /// Returns what errors call what it lies in.
    pub(super) fn shown(&self) -> Vec<String> {
        match self {
            Contents::Files(files) => files.iter().map(ToString::to_string).collect(),
            Contents::Lake(lake) => vec![lake.shown()],
        }
    }
}

/// Returns the tables at `path`.
///
/// # Errors
/// A path that is not there or holds no table, two tables of one name, and a table with a log among the files of another.
pub(super) fn tables(path: &Path) -> Result<Tables, Error> {
    if let Some((folder, file)) = metadata(path) {
        let root = Root::local(&folder).map_err(|cause| absent(path, &format!("cannot be read: {cause}")))?;
        let name = name(&folder).ok_or_else(|| absent(path, "gives its table no name"))?;
        let lake = Lake { keeper: Keeper::Iceberg, root, metadata: Some(file) };
        return Ok(BTreeMap::from([(name, Contents::Lake(lake))]));
    }
    if path.is_file() {
        let name = stem(path).ok_or_else(|| absent(path, &format!("is no {ENDINGS}")))?;
        return Ok(BTreeMap::from([(name, Contents::Files(vec![path.to_owned().into()]))]));
    }
    if let Some(what) = input::other(path) {
        return Err(absent(path, &format!("is {what}, where a file or a folder of files is needed")));
    }
    if !path.exists() && is_pattern(path) {
        return matching(path);
    }
    if let Some(lake) = lake(path)? {
        let name = path.canonicalize().ok().as_deref().and_then(name);
        let name = name.ok_or_else(|| absent(path, "gives its table no name"))?;
        return Ok(BTreeMap::from([(name, Contents::Lake(lake))]));
    }
    if let Some(logged) = logged_above(path) {
        return Err(among(&logged));
    }
    let entries = std::fs::read_dir(path).map_err(|cause| absent(path, &format!("cannot be read: {cause}")))?;
    let mut tables = Tables::new();
    for entry in entries {
        let entry = entry.map_err(|cause| absent(path, &format!("cannot be read: {cause}")))?.path();
        let (name, contents) = match stem(&entry) {
            Some(name) if entry.is_file() => (Some(name), Contents::Files(vec![entry.clone().into()])),
            _ if entry.is_dir() && !is_hidden(&entry) => (name(&entry), below(&entry)?),
            _ => continue,
        };
        let is_empty = matches!(&contents, Contents::Files(files) if files.is_empty());
        let Some(name) = name.filter(|_| !is_empty) else { continue };
        if let Some(others) = tables.insert(name.clone(), contents) {
            let first = others.shown().into_iter().next().unwrap_or_default();
            let message = format!("{first} and {} are both the table `{name}`; rename one", entry.display());
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
    }
    if tables.is_empty() { Err(absent(path, &format!("holds no {ENDINGS}"))) } else { Ok(tables) }
}

/// Returns whether a path names files by a pattern.
pub(super) fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[', '{']))
}

/// Returns the name of the table that all files of a pattern make.
pub(super) fn pattern_name(pattern: &Path) -> Option<String> {
    let last = pattern.file_name()?.to_str()?;
    let before = last.split(['*', '?', '[', '{']).next().unwrap_or_default().trim_end_matches(['-', '_', '.', '=']);
    if !before.is_empty() {
        return Some(before.to_owned());
    }
    pattern.ancestors().skip(1).find(|folder| !is_pattern(folder)).and_then(name)
}

/// The files of a pattern: `*` and `?` stay within a folder, `**` goes down.
fn matching(pattern: &Path) -> Result<Tables, Error> {
    let text = pattern.to_str().ok_or_else(|| absent(pattern, "is not UTF-8"))?;
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    let glob = glob.map_err(|cause| absent(pattern, &format!("is no pattern: {cause}")))?.compile_matcher();
    let root = pattern.ancestors().find(|folder| !is_pattern(folder)).unwrap_or(Path::new("."));
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let files = data(root, |file| glob.is_match(file))?;
    if files.is_empty() {
        return Err(absent(pattern, &format!("names no {ENDINGS}")));
    }
    let name = pattern_name(pattern).ok_or_else(|| absent(pattern, "gives its table no name"))?;
    Ok(BTreeMap::from([(name, Contents::Files(files))]))
}

/// One table in a folder.
fn below(folder: &Path) -> Result<Contents, Error> {
    match lake(folder)? {
        Some(lake) => Ok(Contents::Lake(lake)),
        None => data(folder, |_| true).map(Contents::Files),
    }
}

/// Why a table is not read without a file that lies among its own.
const LEFT_OUT: &str = "lies among the files of a table and is of no format that is read here; unpack or convert it, or name \
                                   the others by a pattern such as folder/*.csv";

/// Refuses a table that would be read without a file that lies among its own.
///
/// # Errors
/// Such a file, by its name.
pub(super) fn complete(files: &[DataFile]) -> Result<(), Error> {
    match files.iter().find_map(DataFile::unread) {
        Some(path) => Err(Error::new(ErrorCode::SourceUnfit, format!("{} {LEFT_OUT}", path.display()))),
        None => Ok(()),
    }
}

/// The data files below a folder that are `wanted`; the first knows of one beside them that seems to hold rows too.
fn data(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<DataFile>, Error> {
    let shown = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry.path());
    let (mut files, mut unread) = (Vec::new(), None);
    let above = logged_above(folder);
    let mut within: Vec<(PathBuf, PathBuf)> = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(shown) {
        let entry = entry.map_err(|cause| absent(folder, &format!("cannot be read: {cause}")))?;
        // A link may lead to the files of a table whose log lies elsewhere.
        let logged = if entry.path_is_symlink() { logged_above(entry.path()) } else { None };
        if entry.file_type().is_dir() {
            let own = Keeper::of_folder(entry.path()).map(|_| entry.path().to_owned());
            within.extend(own.or(logged).map(|logged| (entry.into_path(), logged)));
            continue;
        }
        if !entry.file_type().is_file() || !wanted(entry.path()) {
            continue;
        }
        let inside = within.iter().find(|(folder, _)| entry.path().starts_with(folder)).map(|(_, logged)| logged);
        if let Some(logged) = above.as_ref().or(inside).or(logged.as_ref()) {
            return Err(among(logged));
        }
        if format::of(entry.path()).is_some() {
            let depth = entry.depth().saturating_sub(1);
            files.push(DataFile::from(entry.into_path()).within(depth));
        } else if format::seems_data(entry.path()) {
            unread.get_or_insert(entry.into_path());
        }
    }
    if let Some(first) = files.first_mut() {
        *first = first.clone().beside(unread);
    }
    Ok(files)
}

/// The folder of a table with a log that a path leads into, by its real path, which a relative one and a link do not show.
fn logged_above(path: &Path) -> Option<PathBuf> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real.ancestors().find(|above| Keeper::of_folder(above).is_some()).map(Path::to_owned)
}

fn among(logged: &Path) -> Error {
    Error::new(ErrorCode::SourceUnfit, format!("{} {AMONG}", logged.display()))
}

/// The table with a log that a folder is, if it is one.
fn lake(folder: &Path) -> Result<Option<Lake>, Error> {
    let Some(keeper) = Keeper::of_folder(folder) else { return Ok(None) };
    let root = Root::local(folder).map_err(|cause| absent(folder, &format!("cannot be read: {cause}")))?;
    Ok(Some(Lake { keeper, root, metadata: None }))
}

/// Returns the folder of the Iceberg table whose metadata file a path is, and the name of the file.
pub(super) fn metadata(path: &Path) -> Option<(PathBuf, String)> {
    let whole = path.canonicalize().ok().filter(|path| path.is_file())?;
    let (folder, file) = Keeper::named_by(whole.to_str()?)?;
    Some((PathBuf::from(folder), file.to_owned()))
}

/// Why files below the folder of a table with a log are not read as they are.
pub(super) const AMONG: &str = "is a table with a log, which says which of its files and rows count; name its folder, or the \
                                folder that it is in";

fn absent(path: &Path, what: &str) -> Error {
    Error::new(ErrorCode::SourceMissing, format!("{} {what}; check the path", path.display()))
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(['.', '_']))
}

fn name(path: &Path) -> Option<String> {
    path.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

/// The name of a file without the endings that say what it is.
pub(super) fn stem(file: &Path) -> Option<String> {
    let (_, endings) = format::of(file)?;
    let name = file.file_name()?.to_str()?;
    Some(name[..name.len() - endings].to_owned()).filter(|name| !name.is_empty())
}

/// Returns the format that all files of a table have.
///
/// # Errors
/// Two formats, with a file of each.
pub(super) fn format(files: &[DataFile]) -> Result<Format, Error> {
    let mut found: Option<(Format, &DataFile)> = None;
    for file in files {
        let Some((of, _)) = format::of(file.path()) else { continue };
        match found {
            Some((known, first)) if known.kind != of.kind => {
                let message = format!(
                    "{first} and {file} are files of one table and of two formats; put them into folders of their own"
                );
                return Err(Error::new(ErrorCode::SourceUnfit, message));
            }
            _ => found = found.or(Some((of, file))),
        }
    }
    found.map(|(of, _)| of).ok_or_else(|| Error::new(ErrorCode::SourceMissing, "the table has no files"))
}

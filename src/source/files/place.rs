//! Where the tables of a source lie: on this machine, or in a store of objects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use url::Url;

use super::super::error::Error;
use super::super::location::Location;
use super::format::{self, Kind};
use super::lake::Keeper;
use super::stores::{Objects, decoded};
use super::tables::{self, Contents, Tables, is_pattern, pattern_name, stem, tables};

/// A file, a folder or a pattern, here or in a store.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Local(PathBuf),
    Stored(Objects),
}

/// The tables at a place as they are now, and the store that reads them, if it is none of this machine's folders.
pub(super) struct Listed {
    pub(super) tables: Tables,
    pub(super) store: Option<(Url, Arc<dyn ObjectStore>)>,
}

impl Place {
    /// Names the place at `location`; nothing is asked yet.
    ///
    /// # Errors
    /// A store of which the URL or the environment says too little.
    pub(super) fn of(location: &Location) -> Result<Place, Error> {
        match location {
            Location::Path(path) => Ok(Place::Local(path.clone())),
            Location::Server(url) => Objects::open(url).map(Place::Stored),
        }
    }

    /// Lists its tables.
    ///
    /// # Errors
    /// A place that is away or holds no table, and what [`tables`] refuses of folders.
    pub(super) async fn list(&self) -> Result<Listed, Error> {
        match self {
            Place::Local(path) => Ok(Listed { tables: tables(path)?, store: None }),
            Place::Stored(objects) => {
                let listed = objects.list().await?;
                Ok(Listed { tables: listed.tables, store: Some((listed.store_url, listed.store)) })
            }
        }
    }
}

/// Returns the name of the one table at a location that can hold no other.
pub(super) fn only_table(at: &Location) -> Option<String> {
    if let Location::Path(path) = at
        && let Some((folder, _)) = tables::metadata(path)
    {
        return folder.file_name()?.to_str().map(str::to_owned);
    }
    let (path, is_one) = match at {
        Location::Path(path) if path.is_dir() && Keeper::of_folder(path).is_some() => {
            return path.canonicalize().ok()?.file_name()?.to_str().map(str::to_owned);
        }
        Location::Path(path) => (path.clone(), path.is_file() || (is_pattern(path) && !path.exists())),
        Location::Server(url) => {
            let path = PathBuf::from(decoded(url.path())?);
            if let Some((folder, _)) = path.to_str().and_then(Keeper::named_by) {
                return Path::new(folder).file_name()?.to_str().map(str::to_owned);
            }
            let is_one = is_pattern(&path) || format::of(&path).is_some();
            (path, is_one)
        }
    };
    if !is_one {
        return None;
    }
    if is_pattern(&path) && !path.exists() { pattern_name(&path) } else { stem(&path) }
}

/// Returns whether a location is one file, whatever it is named.
pub(super) fn is_one_file(at: &Location) -> bool {
    match at {
        Location::Path(path) => path.is_file() && tables::metadata(path).is_none(),
        Location::Server(url) => decoded(url.path())
            .is_some_and(|path| !is_pattern(Path::new(&path)) && format::of(Path::new(&path)).is_some()),
    }
}

/// Returns whether the columns of a table at a location have no types but those that a suite declares: it is CSV. Of a folder
/// in a store nobody knows before it is asked.
pub(super) fn is_untyped(at: &Location, table: Option<&str>) -> bool {
    let is_text = |kind: Kind| matches!(kind, Kind::Csv | Kind::Tsv);
    let by_name = |path: &Path| format::of(path).is_some_and(|(format, _)| is_text(format.kind));
    match at {
        Location::Server(url) => decoded(url.path()).is_some_and(|path| by_name(Path::new(&path))),
        Location::Path(path) => {
            let Ok(tables) = tables(path) else { return false };
            let of = |contents: &Contents| match contents {
                Contents::Files(files) => tables::format(files).is_ok_and(|format| is_text(format.kind)),
                Contents::Lake(_) => false,
            };
            match table {
                Some(table) => tables.get(table).is_some_and(of),
                None => tables.values().any(of),
            }
        }
    }
}

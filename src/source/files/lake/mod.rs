//! Tables of which a log says what they are: which files count, with which columns, and which of their rows.
//!
//! A file in the folder of such a table may be one that was replaced, or one that nobody committed; nothing is read but what
//! the log names, and what the log says of it is applied, or is an error.

mod as_of;
mod delta;
mod file_bytes;
mod fit;
mod iceberg;
mod live;
mod reading;
mod root;
mod wanted;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::super::{Error, ErrorCode};
use super::own_thread;
use crate::model::TableRead;
use live::Live;

pub(super) use as_of::AsOf;
pub use as_of::AsOfOptions;
pub(super) use reading::LakeTable;
pub(super) use root::Root;

/// Who keeps a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeper {
    Delta,
    Iceberg,
    Hudi,
}

impl Keeper {
    /// Returns whose log it is that holds a file at this path below a folder, if it is one's.
    pub(super) fn of<P: AsRef<str>>(path: &[P]) -> Option<Keeper> {
        let [log, rest @ ..] = path else { return None };
        match (log.as_ref(), rest) {
            ("_delta_log", _) => Some(Keeper::Delta),
            (".hoodie", _) => Some(Keeper::Hudi),
            ("metadata", [file]) if file.as_ref().ends_with(".metadata.json") => Some(Keeper::Iceberg),
            _ => None,
        }
    }

    /// Returns the folder of the Iceberg table whose metadata file a path is, and the name of the file; absent for any other.
    pub(super) fn named_by(path: &str) -> Option<(&str, &str)> {
        let (above, file) = path.rsplit_once('/')?;
        let folder = above.strip_suffix("/metadata")?;
        (Keeper::of(&["metadata", file]) == Some(Keeper::Iceberg)).then_some((folder, file))
    }

    /// Returns whose log a folder of this machine has, if any.
    pub(super) fn of_folder(folder: &Path) -> Option<Keeper> {
        LOGS.iter().find_map(|log| {
            let entries = std::fs::read_dir(folder.join(log)).ok()?;
            let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
            // A log that has nothing in it yet is one, too.
            let mut paths =
                std::iter::once(vec![(*log).to_owned()]).chain(names.map(|name| vec![(*log).to_owned(), name]));
            paths.find_map(|path| Keeper::of(&path))
        })
    }
}

/// Folders that hold a log.
pub(super) const LOGS: [&str; 3] = ["_delta_log", ".hoodie", "metadata"];

/// The folder of a table with a log.
#[derive(Clone, Debug)]
pub(super) struct Lake {
    pub(super) keeper: Keeper,
    pub(super) root: Root,
    /// The name of an Iceberg table's metadata file, where it is that which was named.
    pub(super) metadata: Option<String>,
}

/// What the queries of a source have read of its tables so far: what was the latest stays so for the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    known: Arc<std::sync::Mutex<BTreeMap<String, Seen>>>,
    /// Held by whoever reads a table that is not known, so that no two find two states to be the latest.
    first: Arc<Mutex<()>>,
}

impl Reads {
    /// Returns them by the names of the tables.
    pub(super) fn all(&self) -> BTreeMap<String, TableRead> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(name, seen)| (name.clone(), seen.read.clone())).collect()
    }

    /// Returns the state of a table, if it was read.
    pub(super) fn state(&self, name: &str) -> Option<TableRead> {
        self.of(name).map(|seen| seen.read)
    }

    fn of(&self, name: &str) -> Option<Seen> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn note(&self, name: &str, live: &Live) {
        let seen = Seen { read: live.read.clone(), metadata: live.metadata.clone() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), seen);
    }
}

/// A state that was read.
#[derive(Clone, Debug)]
struct Seen {
    read: TableRead,
    /// The metadata file of Iceberg that said so.
    metadata: Option<String>,
}

impl Lake {
    /// Returns what errors call its folder.
    pub(super) fn shown(&self) -> String {
        self.root.shown(self.root.folder())
    }

    /// Opens the table `name` as it was when it was first read, where `as_of` says nothing else.
    ///
    /// # Errors
    /// A log that is broken or away, a state that it does not have, another table than was read first, and whatever would
    /// have to be applied and is not.
    pub(super) async fn open(&self, name: &str, as_of: &AsOf, reads: Option<&Reads>) -> Result<LakeTable, Error> {
        let seen = || reads.and_then(|reads| reads.of(name));
        let first = match reads {
            Some(reads) if seen().is_none() => Some(reads.first.lock().await),
            _ => None,
        };
        let known = seen();
        let first_id = known.as_ref().map(|known| known.read.id.clone());
        let (as_of, metadata) = self.again(as_of, known);
        let (lake, runtime) = (self.clone(), Handle::current());
        let opened = own_thread::done(move || match lake.keeper {
            Keeper::Delta => delta::open(&lake.root, &as_of, runtime),
            Keeper::Iceberg => iceberg::open(&lake.root, metadata.as_deref(), &as_of, runtime),
            Keeper::Hudi => {
                Err("it is a Hudi table, whose log is not read here; read it through an engine that does".to_owned())
            }
        });
        let unfit = |why: String| {
            let message = format!("the table `{name}` in {} cannot be read: {why}", self.shown());
            Error::new(ErrorCode::SourceUnfit, message)
        };
        let live = opened.await?.map_err(unfit)?;
        if let Some(first_id) = first_id.filter(|first| *first != live.read.id) {
            return Err(unfit(format!(
                "it was made anew since this run read it first: its id was {first_id} and is {}; run it again",
                live.read.id
            )));
        }
        if let Some(reads) = reads {
            reads.note(name, &live);
        }
        drop(first);
        Ok(LakeTable::new(self.root.clone(), live))
    }

    /// What leads to the state that was read before, where there is one: of Delta a version, of Iceberg the same metadata file.
    fn again(&self, as_of: &AsOf, seen: Option<Seen>) -> (AsOf, Option<String>) {
        let Some(seen) = seen else { return (as_of.clone(), self.metadata.clone()) };
        match (self.keeper, seen.read.version.parse()) {
            (Keeper::Delta, Ok(version)) => (AsOf::Version(version), None),
            _ => (as_of.clone(), seen.metadata),
        }
    }
}

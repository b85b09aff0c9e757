//! Tables of which a log says what they are: which files count, with which columns, and which of their rows.
//!
//! A file in the folder of such a table may be one that was replaced, or one that nobody committed; nothing is read but what
//! the log names, and what the log says of it is applied, or is an error.

mod as_of;
mod delta;
mod file_bytes;
mod fit;
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
use crate::model::TableRead;

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
}

/// What the queries of a source have read of its tables so far: what was the latest stays so for the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    known: Arc<std::sync::Mutex<BTreeMap<String, TableRead>>>,
    /// Held by whoever reads a table that is not known, so that no two find two states to be the latest.
    first: Arc<Mutex<()>>,
}

impl Reads {
    /// Returns them by the names of the tables.
    pub(super) fn all(&self) -> BTreeMap<String, TableRead> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, name: &str, read: &TableRead) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), read.clone());
    }
}

impl Lake {
    /// Returns what errors call its folder.
    pub(super) fn shown(&self) -> String {
        self.root.shown(self.root.folder())
    }

    /// Opens the table `name` as it was when it was first read, where `as_of` says nothing else.
    ///
    /// # Errors
    /// A log that is broken or away, a state that it does not have, and whatever would have to be applied and is not.
    pub(super) async fn open(&self, name: &str, as_of: &AsOf, reads: Option<&Reads>) -> Result<LakeTable, Error> {
        let seen = || reads.and_then(|reads| reads.all().remove(name));
        let first = match reads {
            Some(reads) if seen().is_none() => Some(reads.first.lock().await),
            _ => None,
        };
        let as_of = match (seen(), as_of) {
            (Some(seen), AsOf::Latest | AsOf::Time(_)) => self.again(&seen),
            _ => as_of.clone(),
        };
        let (lake, runtime) = (self.clone(), Handle::current());
        let opened = tokio::task::spawn_blocking(move || match lake.keeper {
            Keeper::Delta => delta::open(&lake.root, &as_of, runtime),
            Keeper::Iceberg => {
                Err("it is an Iceberg table, whose log is not read here; read it through an engine that does"
                    .to_owned())
            }
            Keeper::Hudi => {
                Err("it is a Hudi table, whose log is not read here; read it through an engine that does".to_owned())
            }
        });
        let unfit = |why: String| {
            let message = format!("the table `{name}` in {} cannot be read: {why}", self.shown());
            Error::new(ErrorCode::SourceUnfit, message)
        };
        let live = opened.await.map_err(|cause| unfit(cause.to_string()))?.map_err(unfit)?;
        if let Some(reads) = reads {
            reads.note(name, &live.read);
        }
        drop(first);
        Ok(LakeTable::new(self.root.clone(), live))
    }

    /// The state that was read before.
    fn again(&self, seen: &TableRead) -> AsOf {
        match self.keeper {
            Keeper::Iceberg => seen.version.parse().map_or(AsOf::Latest, AsOf::Snapshot),
            _ => seen.version.parse().map_or(AsOf::Latest, AsOf::Version),
        }
    }
}

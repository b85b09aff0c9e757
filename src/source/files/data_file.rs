//! A file of a table: one of this machine, or an object of a store.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::object::{Object, Reading};

/// A file of a table.
#[derive(Clone, Debug)]
pub(super) struct DataFile {
    /// What errors call it; its name is behind the last `/`.
    path: PathBuf,
    /// Where it is, if not on this machine.
    object: Option<Object>,
    /// A file that lies among those of its table and seems to hold rows, which nobody reads.
    beside: Option<PathBuf>,
    /// How many of the folders that it lies in are within its table.
    depth: usize,
}

impl DataFile {
    /// Names the object that people find at `path`.
    pub(super) fn object(path: PathBuf, object: Object) -> DataFile {
        DataFile { path, object: Some(object), beside: None, depth: 0 }
    }

    /// The same with a file beside it that nobody reads.
    pub(super) fn beside(self, unread: Option<PathBuf>) -> DataFile {
        DataFile { beside: unread, ..self }
    }

    /// The same so many folders below that of its table.
    pub(super) fn within(self, depth: usize) -> DataFile {
        DataFile { depth, ..self }
    }

    /// Returns the columns that its folders within its table name, `day=2026-01-31`, each with its text as it is written.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&str, &str)> {
        named(&self.path).take(self.depth).flatten()
    }

    /// Returns the text that its folders give a column: those within its table, else those above it.
    ///
    /// # Errors
    /// Two folders that do.
    pub(super) fn folder(&self, column: &str) -> Result<Option<&str>, ()> {
        let all = || named(&self.path).flatten().filter(|(name, _)| *name == column).map(|(_, text)| text);
        let mut within = self.folders().filter(|(name, _)| *name == column).map(|(_, text)| text);
        match (within.next(), within.next()) {
            (None, _) => Ok(all().next()),
            (one, None) => Ok(one),
            (Some(_), Some(_)) => Err(()),
        }
    }

    /// Returns the file beside it that seems to hold rows and that nobody reads.
    pub(super) fn unread(&self) -> Option<&Path> {
        self.beside.as_deref()
    }

    /// Returns the path that people know it by, of which the end tells what it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it for one reading from its first byte to its last, by a thread that may wait.
    ///
    /// # Errors
    /// A file that is absent or may not be read; of an object, the reading tells it.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.object {
            Some(object) => Ok(Box::new(Reading::new(object.clone()))),
            None => Ok(Box::new(File::open(&self.path)?)),
        }
    }

    /// Returns the store that it lies in, as DataFusion names it.
    pub(super) fn store_url(&self) -> ObjectStoreUrl {
        self.object.as_ref().map_or_else(ObjectStoreUrl::local_filesystem, |object| object.store_url.clone())
    }

    /// Returns its store and what that says of it: place, size, time.
    ///
    /// # Errors
    /// A file that is not there, and a path that is not UTF-8.
    pub(super) async fn stored(&self, runtime: &RuntimeEnv) -> Result<(Arc<dyn ObjectStore>, ObjectMeta), String> {
        let store = runtime.object_store(self.store_url()).map_err(|cause| cause.to_string())?;
        if let Some(object) = &self.object {
            return Ok((store, object.meta.clone()));
        }
        // Without links and steps up.
        let whole = self.path.canonicalize().map_err(|cause| cause.to_string())?;
        let place = object_store::path::Path::from_absolute_path(whole).map_err(|cause| cause.to_string())?;
        let meta = store.head(&place).await.map_err(|cause| cause.to_string())?;
        Ok((store, meta))
    }
}

/// The folders of a path from the last to the first, each as the column that it names, if it does.
fn named(path: &Path) -> impl Iterator<Item = Option<(&str, &str)>> {
    let folders = path.parent().into_iter().flat_map(Path::ancestors);
    folders.map(|folder| folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('=')))
}

impl From<PathBuf> for DataFile {
    /// Names a file of this machine.
    fn from(path: PathBuf) -> DataFile {
        DataFile { path, object: None, beside: None, depth: 0 }
    }
}

impl fmt::Display for DataFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

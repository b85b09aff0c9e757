//! The files of a log, for the kernel: read from the table's store and never written.

use std::sync::Arc;

use bytes::Bytes;
use delta_kernel::{FileMeta, FileSlice, KernelError, KernelResult, KernelResultIteratorStatic, StorageHandler};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;
use url::Url;

use super::super::root::Root;
use super::identity::Identity;

/// The store of a table, read by a thread that may wait.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    pub(super) root: Root,
    pub(super) runtime: Handle,
    /// Which table it is, as far as it was read.
    pub(super) identity: Identity,
}

impl Storage {
    /// Returns the place of a URL that the kernel made of what the log says.
    pub(super) fn place(&self, url: &Url) -> KernelResult<Path> {
        self.root.place_of(url).map_err(|why| KernelError::Generic(format!("{url} {why}")))
    }

    /// Reads a whole file.
    pub(super) fn read(&self, place: &Path) -> KernelResult<Bytes> {
        let store = self.root.store();
        Ok(self.runtime.block_on(async { store.get(place).await?.bytes().await })?)
    }

    /// Refuses a folder of this machine in which something after `from` is named as a commit and is no file, such as a link that
    /// leads nowhere: a listing passes over it, and the table would be read as it was before. What was `found` is sorted.
    fn all_are_files(&self, folder: &Path, from: &Path, found: &[ObjectMeta]) -> KernelResult<()> {
        let Some(path) = self.root.path_of(folder) else { return Ok(()) };
        let Ok(entries) = std::fs::read_dir(&path) else { return Ok(()) };
        for name in entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
            let is_commit = name.len() > VERSION && name.as_bytes()[..VERSION].iter().all(u8::is_ascii_digit);
            let place = folder.clone().join(name.as_str());
            let is_found = || found.binary_search_by(|meta| meta.location.cmp(&place)).is_ok();
            if is_commit && place > *from && !is_found() {
                let message = format!(
                    "{} is no file that can be read; see what it is, or where its link leads",
                    path.join(name).display()
                );
                return Err(KernelError::Generic(message));
            }
        }
        Ok(())
    }

    fn described(&self, meta: &ObjectMeta) -> FileMeta {
        let time = meta.last_modified.timestamp_millis();
        FileMeta::new(self.root.url_of(&meta.location), time, meta.size)
    }
}

impl StorageHandler for Storage {
    fn list_from(&self, path: &Url) -> KernelResult<KernelResultIteratorStatic<FileMeta>> {
        let from = self.place(path)?;
        let folder = match path.path().ends_with('/') {
            true => from.clone(),
            false => {
                let parts: Vec<_> = from.parts().collect();
                parts[..parts.len().saturating_sub(1)].iter().cloned().collect()
            }
        };
        let store = self.root.store();
        let found = self.runtime.block_on(store.list_with_offset(Some(&folder), &from).try_collect::<Vec<_>>());
        let mut found = found?;
        found.sort_unstable_by(|one, other| one.location.cmp(&other.location));
        self.all_are_files(&folder, &from, &found)?;
        let found: Vec<_> = found.iter().map(|meta| Ok(self.described(meta))).collect();
        Ok(Box::new(found.into_iter()))
    }

    fn read_files(&self, files: Vec<FileSlice>) -> KernelResult<KernelResultIteratorStatic<Bytes>> {
        let storage = self.clone();
        Ok(Box::new(files.into_iter().map(move |(url, range)| {
            let place = storage.place(&url)?;
            let Some(range) = range else {
                let bytes = storage.read(&place)?;
                storage.identity.of_file(&url, &bytes);
                return Ok(bytes);
            };
            let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
            let store: &Arc<dyn ObjectStore> = storage.root.store();
            Ok(storage.runtime.block_on(async { store.get_opts(&place, options).await?.bytes().await })?)
        })))
    }

    fn head(&self, path: &Url) -> KernelResult<FileMeta> {
        let place = self.place(path)?;
        let meta = self.runtime.block_on(self.root.store().head(&place))?;
        Ok(self.described(&meta))
    }

    fn copy_atomic(&self, _: &Url, _: &Url) -> KernelResult<()> {
        Err(written())
    }

    fn put(&self, _: &Url, _: Bytes, _: bool) -> KernelResult<()> {
        Err(written())
    }

    fn delete(&self, _: &Url) -> KernelResult<()> {
        Err(written())
    }
}

/// Digits of the version that the name of a file of the log begins with.
const VERSION: usize = 20;

/// What is said to whoever wants to write.
pub(super) fn written() -> KernelError {
    KernelError::Unsupported("nothing is written here".to_owned())
}

//! A store that gives the objects that were listed, or looked at first, and none that took their place since.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error as Cause, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::super::super::{Error, ErrorCode};

/// A store from which only known objects are read. Nothing can be written to it.
#[derive(Debug)]
pub(in crate::source::files) struct Pinned {
    inner: Arc<dyn ObjectStore>,
    /// What stands before every place where people read it.
    root: String,
    known: Mutex<HashMap<Path, ObjectMeta>>,
    /// Whether an object that is not known is so from its first answer on.
    learns: bool,
}

impl Pinned {
    pub(super) fn new<'a>(
        inner: Arc<dyn ObjectStore>,
        root: &str,
        known: impl Iterator<Item = &'a ObjectMeta>,
    ) -> Pinned {
        let known = Mutex::new(known.map(|meta| (meta.location.clone(), meta.clone())).collect());
        Pinned { inner, root: root.to_owned(), known, learns: false }
    }

    /// The objects of `inner`, each as it is when it is first looked at.
    pub(super) fn learning(inner: Arc<dyn ObjectStore>, root: &str) -> Pinned {
        Pinned { learns: true, ..Pinned::new(inner, root, std::iter::empty()) }
    }

    /// The files of this machine, each as it is when it is first looked at.
    pub(in crate::source::files) fn local() -> Pinned {
        Pinned::learning(Arc::new(LocalFileSystem::new()), "")
    }

    /// Refuses an answer that is of another object than the one that was listed.
    fn check(&self, found: &ObjectMeta) -> Result<()> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(&found.location) {
            Some(known) if is_same(known, found) => Ok(()),
            None if self.learns => {
                all.insert(found.location.clone(), found.clone());
                Ok(())
            }
            known => {
                let what = if known.is_some() { "was replaced while it was read" } else { "was not there" };
                let message = format!("{}/{} {what}; run it again", self.root, found.location);
                let error = Error::new(ErrorCode::SourceUnfit, message);
                Err(Cause::Generic { store: "objects", source: Box::new(error) })
            }
        }
    }

    fn written(&self) -> Cause {
        Cause::NotImplemented { operation: "writing".to_owned(), implementer: self.to_string() }
    }
}

/// Returns whether both tell of one object: by its entity tag, else by its size and time.
fn is_same(known: &ObjectMeta, found: &ObjectMeta) -> bool {
    // Lists and headers quote tags differently.
    let tag = |meta: &ObjectMeta| meta.e_tag.as_ref().map(|tag| tag.trim_matches('"').to_owned());
    match (tag(known), tag(found)) {
        (Some(known_tag), Some(found_tag)) => known_tag == found_tag && known.size == found.size,
        _ => known.size == found.size && known.last_modified.timestamp() == found.last_modified.timestamp(),
    }
}

impl fmt::Display for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Pinned {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let answer = self.inner.get_opts(location, options).await?;
        self.check(&answer.meta)?;
        Ok(answer)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(self.written())
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(self.written())
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        Box::pin(futures::stream::iter([Err(self.written())]))
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(self.written())
    }
}

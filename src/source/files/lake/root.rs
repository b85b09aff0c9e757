//! The folder of a table that has a log, here or in a store, and what a log may name in it.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::stores::Pinned;

/// The folder of a table.
#[derive(Clone, Debug)]
pub(in crate::source::files) struct Root {
    store: Arc<dyn ObjectStore>,
    /// Where the folder is in the store.
    folder: Path,
    /// What stands before a place of the store where people read it.
    base: String,
    /// The folder, with a slash at its end.
    url: Url,
}

impl Root {
    /// Names a folder of this machine.
    ///
    /// # Errors
    /// A folder that is not there, or whose name is not UTF-8.
    pub(in crate::source::files) fn local(folder: &FilePath) -> Result<Root, String> {
        let whole = folder.canonicalize().map_err(|cause| cause.to_string())?;
        let url = Url::from_directory_path(&whole).map_err(|()| "its path is no URL".to_owned())?;
        let folder = Path::from_absolute_path(&whole).map_err(|cause| cause.to_string())?;
        Ok(Root { store: Arc::new(Pinned::local()), folder, base: String::new(), url })
    }

    /// Names a folder of `store`, whose places are known by `base` before them.
    ///
    /// # Errors
    /// A base that is no URL.
    pub(in crate::source::files) fn stored(
        store: Arc<dyn ObjectStore>,
        base: &str,
        folder: Path,
    ) -> Result<Root, String> {
        let mut url = Url::parse(base).map_err(|cause| cause.to_string())?;
        let segments = url.path_segments_mut();
        segments.map_err(|()| "its store has no paths".to_owned())?.clear().extend(folder.parts()).push("");
        Ok(Root { store, folder, base: base.trim_end_matches('/').to_owned(), url })
    }

    /// Returns the store that the table lies in.
    pub(super) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Returns the folder in its store.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the folder as a URL.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the path of a place; absent where the store is none of this machine's folders.
    pub(super) fn path_of(&self, place: &Path) -> Option<PathBuf> {
        self.url_of(place).to_file_path().ok()
    }

    /// Returns what people call a place of the store.
    pub(super) fn shown(&self, place: &Path) -> String {
        format!("{}/{place}", self.base)
    }

    /// Returns the URL of a place of the store.
    pub(super) fn url_of(&self, place: &Path) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(place.parts());
        }
        url
    }

    /// Returns the place in the store of what a log names: a path below the folder, or a URI, percent-encoded.
    ///
    /// # Errors
    /// What lies elsewhere, in words that follow its name.
    pub(super) fn place(&self, named: &str) -> Result<Path, String> {
        if let Some(absolute) = is_absolute(named).then(|| Url::parse(named)) {
            return self.place_of(&absolute.map_err(|cause| format!("is no URI: {cause}"))?);
        }
        let decoded = percent_decode_str(named).decode_utf8().map_err(|_| "is not UTF-8".to_owned())?;
        if let Some(whole) = decoded.strip_prefix('/') {
            return self.within(whole);
        }
        self.within(&format!("{}/{decoded}", self.folder))
    }

    /// Returns the place of a path below the folder, as it is written.
    ///
    /// # Errors
    /// As [`Root::place`].
    pub(super) fn inside(&self, path: &str) -> Result<Path, String> {
        self.within(&format!("{}/{path}", self.folder))
    }

    /// The same of a URL.
    ///
    /// # Errors
    /// As [`Root::place`].
    pub(super) fn place_of(&self, url: &Url) -> Result<Path, String> {
        if family(url.scheme()) != family(self.url.scheme()) || url.authority() != self.url.authority() {
            return Err(self.elsewhere());
        }
        let decoded = percent_decode_str(url.path()).decode_utf8().map_err(|_| "is not UTF-8".to_owned())?;
        self.within(decoded.trim_start_matches('/'))
    }

    fn within(&self, path: &str) -> Result<Path, String> {
        if path.split('/').any(|part| part == "..") {
            return Err(self.elsewhere());
        }
        let place = Path::parse(path.trim_end_matches('/')).map_err(|cause| format!("is no path: {cause}"))?;
        let is_below = place.prefix_match(&self.folder).is_some_and(|mut rest| rest.next().is_some());
        if is_below { Ok(place) } else { Err(self.elsewhere()) }
    }

    fn elsewhere(&self) -> String {
        format!(
            "lies outside of the table's folder {}, where nothing is read; read the table through an engine that does",
            self.shown(&self.folder)
        )
    }
}

/// Whether a name in a log begins with a scheme.
fn is_absolute(named: &str) -> bool {
    let scheme = named.split_once(":/").map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Schemes that mean one store.
fn family(scheme: &str) -> &str {
    match scheme {
        "s3a" | "s3n" => "s3",
        "gcs" => "gs",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    /// Catches a log that has files of others read: above its folder, in another bucket, beside it under a longer name.
    #[test]
    fn a_log_names_nothing_outside_of_its_folder() {
        let root = Root::stored(Arc::new(InMemory::new()), "s3://bucket", Path::from("lake/t x")).unwrap();
        assert_eq!(root.url().as_str(), "s3://bucket/lake/t%20x/");
        for (named, place) in [
            ("part-0.parquet", "lake/t x/part-0.parquet"),
            ("day=a%253Ab/part%200.parquet", "lake/t x/day=a%3Ab/part 0.parquet"),
            ("time=2026-01-01 00:00:00/p.parquet", "lake/t x/time=2026-01-01 00:00:00/p.parquet"),
            ("s3a://bucket/lake/t%20x/p.parquet", "lake/t x/p.parquet"),
            ("/lake/t%20x/p.parquet", "lake/t x/p.parquet"),
        ] {
            assert_eq!(root.place(named).unwrap().as_ref(), place, "{named}");
            assert_eq!(root.place_of(&root.url_of(&root.place(named).unwrap())).unwrap().as_ref(), place, "{named}");
        }
        for named in [
            "../other/p.parquet",
            "%2e%2e/other/p.parquet",
            "a/../../other/p.parquet",
            "s3://other/lake/t%20x/p.parquet",
            "s3://bucket/lake/t%20xy/p.parquet",
            "file:///lake/t%20x/p.parquet",
            "/etc/passwd",
            "",
            ".",
        ] {
            assert!(root.place(named).is_err(), "{named}: {:?}", root.place(named));
        }
    }
}

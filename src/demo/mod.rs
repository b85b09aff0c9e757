//! The demo: an embedded pair of schemas, with planted differences, and the suite that finds them.
//!
//! Everything is written from the program itself, so an installed binary needs nothing beside it.
//! Running the suite and showing its report is left to the caller.

pub mod invoices;
mod parquet;
pub mod planted;
pub mod shop;
mod sqlite;
mod suite;

use std::io;
use std::path::{Path, PathBuf};

pub use parquet::Error as ParquetError;
pub use sqlite::{day_text, timestamp_text};
pub use suite::{FILES, SUITE};

/// Marks a folder as the demo's own.
const MARKER: &str = ".cutover-demo";
const MARKER_TEXT: &str = "written by `cutover demo`, which may write its files here again\n";
const OLD: &str = "old.db";
const NEW: &str = "new";

/// Why the demo could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds something that the demo did not write.
    #[error(
        "writing the demo: `{0}` is there already and is not an earlier demo; \
         name another folder with --dir, or remove it yourself"
    )]
    Foreign(PathBuf),
    /// A file or folder could not be written.
    #[error("writing the demo: `{path}` cannot be written; name a folder you may write to with --dir")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The SQLite database could not be written.
    #[error("writing the demo: the database `{path}` cannot be written; name a folder you may write to with --dir")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// A Parquet file could not be written.
    #[error("writing the demo: Parquet files in `{path}` cannot be written; name a folder you may write to with --dir")]
    Parquet {
        /// The folder of the files.
        path: PathBuf,
        /// What went wrong.
        source: ParquetError,
    },
}

/// Writes the demo into `dir`: `old.db`, `new/`, `suite.toml` and `sql/`; `clean` leaves out the planted differences.
///
/// `dir` must be absent, empty, or an earlier demo, whose own files are then replaced; any other file stays as it is.
pub async fn create(dir: &Path, clean: bool) -> Result<(), Error> {
    claim(dir)?;
    for (name, content) in FILES {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        std::fs::write(&path, content).map_err(|source| Error::Write { path, source })?;
    }
    let shop = planted::shop(clean);
    let old = dir.join(OLD);
    for stale in [old.clone(), dir.join("old.db-journal"), dir.join("old.db-wal"), dir.join("old.db-shm")] {
        remove(&stale)?;
    }
    sqlite::write(&shop.old, &old).await.map_err(|source| Error::Sqlite { path: old, source })?;
    let new = dir.join(NEW);
    make_folder(&new)?;
    parquet::write(&shop.new, &new).map_err(|source| Error::Parquet { path: new, source })
}

/// Makes sure that `dir` is the demo's to write to, before anything is written.
fn claim(dir: &Path) -> Result<(), Error> {
    let marker = dir.join(MARKER);
    let failed = |source| Error::Write { path: dir.to_owned(), source };
    match std::fs::read_dir(dir) {
        Ok(mut entries) => {
            if !marker.is_file() && entries.next().is_some() {
                return Err(Error::Foreign(dir.to_owned()));
            }
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => make_folder(dir)?,
        Err(cause) if cause.kind() == io::ErrorKind::NotADirectory => return Err(Error::Foreign(dir.to_owned())),
        Err(cause) => return Err(failed(cause)),
    }
    std::fs::write(&marker, MARKER_TEXT).map_err(failed)
}

fn make_folder(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source })
}

fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Write { path: path.to_owned(), source }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;

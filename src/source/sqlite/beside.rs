//! What lies beside a database file, and how it can be read without anything being left there.
//!
//! SQLite makes a write-ahead log and its index beside a database in WAL mode even for a connection that only reads, and
//! such a connection cannot take them away again. Where nobody has the file open they do not exist and the file is all there
//! is: it is then read as one that does not change (`immutable`), and whether it did change is looked at afterwards.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::super::{Error, ErrorCode};

/// Longest time within which a file system may give two writes the same moment, where it tells parts of a second, and where not.
const FINE: Duration = Duration::from_millis(50);
const COARSE: Duration = Duration::from_secs(2);

/// How a database file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// With SQLite's own locks; nothing appears beside the file.
    Locked,
    /// With SQLite's own locks; the index of a write-ahead log appears beside the file and stays.
    LeavingIndex,
    /// As a file that nobody writes to: it had this face when it was opened.
    Unchanging(Face),
}

/// What a write changes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Face {
    size: u64,
    modified: Option<SystemTime>,
    identity: Option<(u64, u64, i64, i64)>,
}

/// How the file at `path`, whose links are resolved, is to be read. May wait until two writes cannot have the same moment.
pub(super) fn way(path: &Path) -> Result<Way, Error> {
    let log = size(&beside(path, "-wal"));
    let index = size(&beside(path, "-shm")).is_some();
    if log.is_some_and(|bytes| bytes > 0) {
        return Ok(if index { Way::Locked } else { Way::LeavingIndex });
    }
    // Someone has it open, or somebody died while changing it.
    let open = log.is_some() && index;
    if open || size(&beside(path, "-journal")).is_some() || !writes_ahead(path)? {
        return Ok(Way::Locked);
    }
    loop {
        let face = face(path)?;
        match face.settles_in() {
            None => return Ok(Way::Unchanging(face)),
            Some(pause) => std::thread::sleep(pause),
        }
    }
}

/// The face of the file at `path` now.
pub(super) fn face(path: &Path) -> Result<Face, Error> {
    let found = path.metadata().map_err(|cause| unreadable(path, &cause))?;
    Ok(Face { size: found.len(), modified: found.modified().ok(), identity: identity(&found) })
}

impl Face {
    /// How long to wait before another write would be seen by its moment; absent where it is old enough.
    fn settles_in(&self) -> Option<Duration> {
        let modified = self.modified?;
        let since_1970 = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let grain = if since_1970.subsec_nanos() == 0 { COARSE } else { FINE };
        // A file of the future is not waited for: whoever writes to it now gives it another moment.
        let age = SystemTime::now().duration_since(modified).ok()?;
        grain.checked_sub(age).filter(|left| !left.is_zero())
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn size(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|found| found.len())
}

#[cfg(unix)]
fn identity(found: &Metadata) -> Option<(u64, u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((found.dev(), found.ino(), found.ctime(), found.ctime_nsec()))
}

#[cfg(not(unix))]
fn identity(_found: &Metadata) -> Option<(u64, u64, i64, i64)> {
    None
}

/// Whether the header says that the database is in WAL mode.
///
/// The file stays open as long as the program runs: closing it would take away the locks that SQLite holds on the same file,
/// because those of POSIX belong to the process.
fn writes_ahead(path: &Path) -> Result<bool, Error> {
    static OPEN: Mutex<Option<HashMap<PathBuf, Vec<File>>>> = Mutex::new(None);
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let files = open.get_or_insert_default().entry(path.to_owned()).or_default();
    let now = path.metadata().map_err(|cause| unreadable(path, &cause))?;
    let same = |file: &File| file.metadata().is_ok_and(|kept| inode(&kept) == inode(&now));
    if !files.last().is_some_and(same) {
        files.push(File::open(path).map_err(|cause| unreadable(path, &cause))?);
    }
    let file = files.last_mut().expect("one was opened");
    let mut header = [0; 20];
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_exact(&mut header));
    // A file without a header is empty, or no database.
    Ok(read.is_ok() && header.starts_with(b"SQLite format 3\0") && header[18..20].contains(&2))
}

fn inode(found: &Metadata) -> Option<(u64, u64)> {
    identity(found).map(|(device, inode, _, _)| (device, inode))
}

fn unreadable(path: &Path, cause: &std::io::Error) -> Error {
    let message = format!("cannot read {}: {cause}; check that the file is there and may be read", path.display());
    Error::new(ErrorCode::SourceUnfit, message)
}

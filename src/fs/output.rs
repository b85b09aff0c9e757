//! Files and folders that are either whole or not there.
//!
//! What is being written has a name of our own beside its place, and is locked by the process that writes it. The system
//! lifts the lock however that process ends, so what is left and not locked is a killed run's, and the next one removes it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, NamedTempFile, TempDir};

/// What the name of everything unfinished begins with.
const PREFIX: &str = ".cutover-";

/// Characters of chance behind it.
const CHANCE: usize = 6;

/// How long something unfinished is left alone though it is not locked: its writer may be about to.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes `text` beside `path` and renames it into place; folders are made as needed. A device or a pipe, such as
/// /dev/null, is written to as it is: renaming would put a file in its place.
pub(crate) fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
    if is_special(path) {
        return std::fs::write(path, text);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = beside(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file in `folder` that is gone with its handle unless it is renamed into its place.
pub(crate) fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    sweep(folder);
    let file = unfinished(0o666).tempfile_in(folder)?;
    // Where the file system has no locks, nothing is ever swept.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// A folder that is gone with its handle unless it is finished.
#[derive(Debug)]
pub(crate) struct Unfinished {
    folder: TempDir,
    lock: Option<File>,
}

/// A folder that a process holds: nobody else removes it, or has it to itself, before this is dropped.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "the lock goes with it")] Option<File>);

impl Unfinished {
    /// An empty folder in `parent`, which is made as needed.
    pub(crate) fn new(parent: &Path) -> io::Result<Unfinished> {
        std::fs::create_dir_all(parent)?;
        sweep(parent);
        let folder = unfinished(0o777).tempdir_in(parent)?;
        let lock = File::open(folder.path()).ok().filter(|folder| folder.try_lock().is_ok());
        Ok(Unfinished { folder, lock })
    }

    /// Where it is now.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Renames it to `path`, where nothing may be.
    pub(crate) fn finish(self, path: &Path) -> io::Result<Held> {
        std::fs::rename(self.folder.path(), path)?;
        let _ = self.folder.keep();
        Ok(Held(self.lock))
    }
}

/// Waits until no other process has `folder` to itself, and has it then until what is returned is dropped. Where folders
/// have no locks, nobody waits.
pub(crate) fn alone_in(folder: &Path) -> Held {
    Held(File::open(folder).ok().filter(|folder| folder.lock().is_ok()))
}

/// Removes the folder at `path` at once, as far as others can see, unless its writer still runs or somebody else removes it.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let gone = |cause: io::Error| if cause.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(cause) };
    let folder = match File::open(path) {
        Ok(folder) => folder,
        Err(cause) => return gone(cause),
    };
    if is_locked(&folder) {
        return Ok(());
    }
    let bin = unfinished(0o777).tempdir_in(path.parent().unwrap_or(Path::new(".")))?;
    match std::fs::rename(path, bin.path().join("gone")) {
        Ok(()) => bin.close(),
        Err(cause) => gone(cause),
    }
}

/// Whether another process, or another handle, holds a lock; not where there are no locks.
fn is_locked(file: &File) -> bool {
    matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

/// Removes what killed runs left unfinished in `folder`. What cannot be removed is nobody's business here.
fn sweep(folder: &Path) {
    let left = std::fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| {
        let name = entry.file_name();
        let chance = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        chance.is_some_and(|chance| chance.len() == CHANCE && chance.chars().all(|c| c.is_ascii_alphanumeric()))
    });
    for entry in left {
        let path: PathBuf = entry.path();
        let Ok(found) = std::fs::symlink_metadata(&path) else { continue };
        let old = found.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > PATIENCE);
        if !old || !(found.is_file() || found.is_dir()) {
            continue;
        }
        // The lock is held while it is removed, so two do not.
        let Ok(held) = File::open(&path) else { continue };
        if held.try_lock().is_ok() {
            let _ = if found.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}

/// Whether something stands at `path` that is neither a file nor a folder.
pub(crate) fn is_special(path: &Path) -> bool {
    super::input::other(path).is_some()
}

/// What a report's reader needs, less what the user's mask takes; a temporary file would be its owner's alone.
fn unfinished(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).rand_bytes(CHANCE);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a device that is replaced by a file, which breaks every other program of the machine. A link to the device
    /// stands in for it.
    #[test]
    #[cfg(unix)]
    fn a_device_stays_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        write_atomically(&path, "gone").unwrap();
        assert!(std::fs::symlink_metadata(&path).unwrap().is_symlink());
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/report.json");
        write_atomically(&path, "one").unwrap();
        write_atomically(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert!(write_atomically(&path.join("below/a/file"), "x").is_err());
    }

    /// Catches what a killed run left that is never removed, and what a running one is at work on, somebody else's file and
    /// what is too young to tell that are.
    #[test]
    fn only_what_a_dead_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let age = |path: &Path| {
            let past = std::time::SystemTime::now() - 2 * PATIENCE;
            File::open(path).unwrap().set_times(std::fs::FileTimes::new().set_modified(past)).unwrap();
        };
        std::fs::create_dir(at(".cutover-dead00")).unwrap();
        for name in [".cutover-dead00/report.json", ".cutover-dead11", ".cutover-young1", ".cutover-notours", "report"]
        {
            std::fs::write(at(name), "x").unwrap();
        }
        let running = beside(folder.path()).unwrap();
        let building = Unfinished::new(folder.path()).unwrap();
        for path in
            [&at(".cutover-dead00"), &at(".cutover-dead11"), &at(".cutover-notours"), running.path(), building.path()]
        {
            age(path);
        }
        write_atomically(&at("other"), "x").unwrap();
        let left = |name: &str| at(name).exists();
        assert!(!left(".cutover-dead00") && !left(".cutover-dead11"));
        assert!(left(".cutover-young1") && left(".cutover-notours") && left("report"));
        assert!(running.path().exists() && building.path().exists());
    }

    /// Catches a folder that is removed under the process that made it.
    #[test]
    fn a_held_folder_stays() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("a");
        let made = Unfinished::new(parent.path()).unwrap();
        write_atomically(&made.path().join("report"), "x").unwrap();
        let held = made.finish(&place).unwrap();
        remove(&place).unwrap();
        assert!(place.join("report").exists());
        drop(held);
        remove(&place).unwrap();
        remove(&place).unwrap();
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}

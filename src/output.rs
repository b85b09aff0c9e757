//! Files that are either whole or not there.

use std::io::{self, Write};
use std::path::Path;

/// Writes `text` beside `path` and renames it into place; folders are made as needed. A device or a pipe, such as
/// /dev/null, is written to as it is: renaming would put a file in its place.
pub fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
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
pub fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix(".cutover-").permissions(readable()).tempfile_in(folder)
}

/// Whether something stands at `path` that is neither a file nor a folder.
pub fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// What a report's reader needs; a temporary file would be its owner's alone.
#[cfg(unix)]
fn readable() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

#[cfg(not(unix))]
fn readable() -> std::fs::Permissions {
    std::fs::metadata(".").map_or_else(|_| unreachable!("the working folder exists"), |metadata| metadata.permissions())
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
}

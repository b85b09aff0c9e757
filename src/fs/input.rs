//! Files that are read: a pipe, a socket or a device in place of one is refused at once, where reading it would wait for
//! ever, or take what somebody else was to read.

use std::fs::{File, FileType};
use std::io;
use std::path::Path;

/// The text of the file at `path`.
///
/// # Errors
/// What is not there, is no file, or is not UTF-8.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    io::read_to_string(open(path)?)
}

/// The file at `path`.
///
/// # Errors
/// What is not there, or is no file.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match other(path) {
        Some(what) => {
            let message = format!("it is {what}, where a file is needed; write what it gives to a file first");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
        None => File::open(path),
    }
}

/// What stands at `path`, if anything does that is neither a file nor a folder.
pub(crate) fn other(path: &Path) -> Option<&'static str> {
    named(std::fs::metadata(path).ok()?.file_type())
}

/// What `of` is called, if it is neither a file nor a folder nor a link.
pub(crate) fn named(of: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if of.is_fifo() {
            return Some("a pipe");
        } else if of.is_socket() {
            return Some("a socket");
        } else if of.is_char_device() || of.is_block_device() {
            return Some("a device");
        }
    }
    (!of.is_file() && !of.is_dir() && !of.is_symlink()).then_some("no file")
}

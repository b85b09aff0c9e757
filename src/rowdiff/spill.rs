//! Partitions on disk: the only I/O of a diff. The file has no name, so that nothing is left of it however the
//! process ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Why partitions could not be written or read back.
#[derive(Debug, thiserror::Error)]
#[error(
    "{doing} the partitions of a diff in {directory} failed: {cause}; free space there, set TMPDIR to a larger disk, or allow more with --memory"
)]
pub struct SpillError {
    doing: &'static str,
    directory: PathBuf,
    cause: io::Error,
}

/// Blobs by partition in one temporary file.
#[derive(Debug)]
pub(super) struct Spill {
    directory: PathBuf,
    file: Option<File>,
    length: u64,
    /// Place and length of each blob.
    blobs: Vec<Vec<(u64, usize)>>,
}

impl Spill {
    /// No file yet; it is made in `directory` with the first blob.
    pub(super) fn new(directory: &Path, partitions: usize) -> Self {
        Spill { directory: directory.to_owned(), file: None, length: 0, blobs: vec![Vec::new(); partitions] }
    }

    /// Bytes written so far.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Adds a blob to `partition`.
    pub(super) fn write(&mut self, partition: usize, blob: &[u8]) -> Result<(), SpillError> {
        let written = self.append(blob);
        written.map_err(|cause| self.error("writing", cause))?;
        self.blobs[partition].push((self.length, blob.len()));
        self.length += blob.len() as u64;
        Ok(())
    }

    fn append(&mut self, blob: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.directory)?),
        };
        file.seek(SeekFrom::Start(self.length))?;
        file.write_all(blob)
    }

    /// Gives the blobs of `partition`, in the order in which they were written, to `each`.
    pub(super) fn read<E: From<SpillError>>(
        &mut self,
        partition: usize,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut blob = Vec::new();
        for (place, length) in self.blobs[partition].clone() {
            blob.resize(length, 0);
            let read = match &mut self.file {
                Some(file) => file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(&mut blob)),
                None => Err(io::ErrorKind::NotFound.into()),
            };
            read.map_err(|cause| self.error("reading", cause))?;
            each(&blob)?;
        }
        Ok(())
    }

    fn error(&self, doing: &'static str, cause: io::Error) -> SpillError {
        SpillError { doing, directory: self.directory.clone(), cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_come_back_by_partition_and_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(directory.path(), 2);
        for (partition, blob) in [(0, "a"), (1, "bb"), (0, ""), (0, "ccc")] {
            spill.write(partition, blob.as_bytes()).unwrap();
        }
        let mut read = Vec::new();
        spill
            .read(0, |blob| {
                read.push(String::from_utf8(blob.to_vec()).unwrap());
                Ok::<(), SpillError>(())
            })
            .unwrap();
        assert_eq!(read, ["a", "", "ccc"]);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "the file must have no name");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_names_the_directory_and_the_hint() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut spill = Spill::new(Path::new("/somewhere"), 1);
        spill.file = Some(full);
        let message = spill.write(0, b"a").unwrap_err().to_string();
        assert!(message.contains("/somewhere") && message.contains("No space left"), "{message}");
        assert!(message.contains("--memory"), "{message}");
    }
}

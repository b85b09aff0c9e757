//! Names a line of one of the files of a table.

/// A line of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Number of the file, from 0.
    pub(super) file: usize,
    /// Number of the line, from 1.
    pub(super) line: u64,
}

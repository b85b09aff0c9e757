//! What of a table is alive at one moment: its columns, its files, and the rows of them that were deleted.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::ScalarValue;
use object_store::path::Path;

use super::wanted::Wanted;
use crate::model::TableRead;

/// A table as it is at one moment.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// Which moment that is.
    pub(super) read: TableRead,
    /// The name of the metadata file of Iceberg that says so.
    pub(super) metadata: Option<String>,
    /// Its columns in their order.
    pub(super) columns: Arc<[Wanted]>,
    pub(super) files: Vec<LiveFile>,
}

/// A data file that counts.
#[derive(Clone, Debug)]
pub(super) struct LiveFile {
    /// Where it is in the table's store.
    pub(super) place: Path,
    /// Its bytes, as far as the log says.
    pub(super) size: Option<u64>,
    /// Columns whose values stand in the log, by their numbers.
    pub(super) constants: BTreeMap<usize, Constant>,
    /// Rows that do not count, by their numbers in the file; in order, apart from each other.
    pub(super) deleted: Arc<[Range<u64>]>,
}

/// The value that a column has in all rows of a file.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) value: ScalarValue,
    /// Whether a column of the file itself comes before it.
    pub(super) unless_in_file: bool,
}

/// Returns the ranges that the numbers of rows make, whatever their order and however often each comes.
pub(super) fn ranges(mut rows: Vec<u64>) -> Arc<[Range<u64>]> {
    rows.sort_unstable();
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some(last) if last.end == row => last.end = row.saturating_add(1),
            Some(last) if last.end > row => {}
            _ => ranges.push(row..row.saturating_add(1)),
        }
    }
    ranges.into()
}

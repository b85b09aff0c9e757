//! How large a file of a suite may be: what is beyond is refused before it is looked at, with the limit.

use std::io::Read;
use std::path::Path;

use toml::de::{DeTable, DeValue};

/// Bytes of a suite file.
pub(super) const SUITE_BYTES: u64 = 8 << 20;

/// Bytes of `waivers.toml`, which may list keys by the thousand, and of a file of SQL.
pub(super) const OTHER_BYTES: u64 = 64 << 20;

/// Tables of a suite file, inline ones included.
const TABLES: usize = 20_000;

/// The text of the file at `path`, unless it has more than `most` bytes.
///
/// # Errors
/// A sentence about the file, such as that it cannot be read.
pub(super) fn text(path: &Path, most: u64) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = crate::fs::input::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|cause| format!("cannot be read: {cause}"))?;
    within(bytes, most)
}

/// The text that `bytes` are, unless they are more than `most`.
///
/// # Errors
/// A sentence about the file that has them.
pub(super) fn within(bytes: Vec<u8>, most: u64) -> Result<String, String> {
    if bytes.len() as u64 > most {
        return Err(format!("has more than {}, the most that is read; split it", bytesize::ByteSize(most)));
    }
    String::from_utf8(bytes).map_err(|_| "cannot be read: it is not UTF-8".to_owned())
}

/// Says so where `suite` has more tables than are read.
pub(super) fn too_many_tables(suite: &DeTable<'_>) -> Option<String> {
    let mut tables = 0;
    count(suite, &mut tables);
    (tables > TABLES)
        .then(|| format!("the suite has {tables} tables, and at most {TABLES} are read; split it into several suites"))
}

/// Adds the tables in `table` and itself; a parsed file is never nested deep.
fn count(table: &DeTable<'_>, tables: &mut usize) {
    *tables += 1;
    table.values().for_each(|value| count_in(value.get_ref(), tables));
}

fn count_in(value: &DeValue<'_>, tables: &mut usize) {
    match value {
        DeValue::Table(table) => count(table, tables),
        DeValue::Array(items) => items.iter().for_each(|item| count_in(item.get_ref(), tables)),
        _ => {}
    }
}

//! Tables in files as views of a session: exactly the files that the source has, each of the size and with as many rows as it
//! has there.
//!
//! A view has one path. Of several files it is a pattern that names each of them; Spark leaves out what a pattern names and
//! is not there, and may find others, so that it is asked afterwards what it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use adbc_driver_manager::ManagedConnection;
use percent_encoding::percent_decode_str;

use super::super::adbc::Cancel;
use super::super::dialect::Dialect;
use super::super::error::Error;
use super::super::lent::LentFile;
use super::asking::{asked, make};
use super::dialect::Spark;
use crate::model::ErrorCode;

/// Most files of a table: all of them stand in one statement.
const MOST: usize = 10_000;

/// By what a session reads files: no row is skipped by what a footer says of its values, and no type is another because the
/// server is set so.
pub(super) const SETTINGS: [(&str, &str); 7] = [
    ("spark.sql.parquet.filterPushdown", "false"),
    ("spark.sql.parquet.aggregatePushdown", "false"),
    ("spark.sql.parquet.binaryAsString", "false"),
    ("spark.sql.parquet.int96AsTimestamp", "true"),
    ("spark.sql.parquet.inferTimestampNTZ.enabled", "true"),
    ("spark.sql.files.ignoreCorruptFiles", "false"),
    ("spark.sql.files.ignoreMissingFiles", "false"),
];

/// How a view reads its files. The columns are those of all files together, no folder is a column, and a day before 1582 is
/// the day that the file says unless its writer said otherwise.
const OPTIONS: [(&str, &str); 6] = [
    ("mergeSchema", "true"),
    ("recursiveFileLookup", "true"),
    ("ignoreCorruptFiles", "false"),
    ("ignoreMissingFiles", "false"),
    ("datetimeRebaseMode", "CORRECTED"),
    ("int96RebaseMode", "CORRECTED"),
];

/// Makes the view `name` of `files`.
///
/// # Errors
/// What Spark says, and files that are not to Spark what they are here.
pub(super) fn made(
    connection: &mut ManagedConnection,
    name: &str,
    files: &[LentFile],
    cancel: &Cancel,
) -> Result<(), Error> {
    if files.len() > MOST {
        let message = format!(
            "it has {} files, and a view of more than {MOST} is not made; write fewer and larger ones, or name their folder in the \
             query of a source of Spark itself: SELECT * FROM parquet.`/lake/orders`",
            files.len()
        );
        return Err(Error::new(ErrorCode::SourceUnfit, message));
    }
    let paths: Vec<&str> = files.iter().map(|file| plain(&file.path)).collect::<Result<_, _>>()?;
    let pattern = pattern(&paths);
    let options = OPTIONS.iter().map(|(name, value)| format!(", {} '{value}'", Spark.quoted(name)));
    make(
        connection,
        &format!(
            "CREATE OR REPLACE TEMPORARY VIEW {} USING parquet OPTIONS ({} '{}'{})",
            Spark.quoted(name),
            Spark.quoted("path"),
            // Read as a text is; there is no backslash in a pattern.
            pattern.replace('\'', "\\'"),
            options.collect::<String>()
        ),
    )?;
    let cells = asked(
        connection,
        &format!(
            "SELECT _metadata.file_path AS path, _metadata.file_size AS bytes, count(*) AS rows FROM parquet.{} GROUP BY \
             _metadata.file_path, _metadata.file_size",
            Spark.quoted(&pattern)
        ),
        cancel,
    )?;
    let mut seen = BTreeMap::new();
    for row in 0..cells.rows() {
        let path = cells.text(row, "path").unwrap_or_default();
        seen.insert(local(&path), (cells.number(row, "bytes"), cells.number(row, "rows")));
    }
    same(files, &seen)
}

/// Refuses files of which Spark sees fewer, more or others.
fn same(files: &[LentFile], seen: &BTreeMap<String, (Option<u64>, Option<u64>)>) -> Result<(), Error> {
    let differs = |path: &dyn std::fmt::Display, here: &str, there: &str| {
        let message = format!(
            "{path} {here} here, and to Spark {there}; check that both see the same folder, and that nobody writes to it meanwhile"
        );
        Err(Error::new(ErrorCode::SourceUnfit, message))
    };
    let told = |bytes: u64, rows: u64| format!("has {bytes} bytes and {rows} rows");
    for file in files {
        let here = told(file.bytes, file.rows);
        match file.path.to_str().and_then(|path| seen.get(path)) {
            Some((Some(bytes), Some(rows))) if (*bytes, *rows) == (file.bytes, file.rows) => {}
            Some((Some(bytes), Some(rows))) => return differs(&file.path.display(), &here, &told(*bytes, *rows)),
            // It tells the files of rows.
            None if file.rows == 0 => {}
            _ => return differs(&file.path.display(), &here, "it is not there"),
        }
    }
    let known: BTreeSet<&str> = files.iter().filter_map(|file| file.path.to_str()).collect();
    let other = seen.keys().find(|path| !known.contains(path.as_str()));
    other.map_or(Ok(()), |path| differs(path, "is no file of the table", "it is one"))
}

/// A path as a text that a statement can hold.
fn plain(path: &Path) -> Result<&str, Error> {
    let fits = |text: &&str| !text.contains("${") && !text.contains(char::is_control);
    path.to_str().filter(fits).ok_or_else(|| {
        let message = format!("{} has a name that no statement of Spark can hold; rename it", path.display());
        Error::new(ErrorCode::SourceUnfit, message)
    })
}

/// A pattern of Hadoop for `paths`. What has a meaning in one is any character in it: it is not read the same way inside of
/// braces and outside, and what the pattern names beside the paths is told afterwards.
fn pattern(paths: &[&str]) -> String {
    let plain = |path: &&str| path.trim_start_matches('/').replace(|c| "\\*?[]{},".contains(c), "?");
    let all: Vec<String> = paths.iter().map(plain).collect();
    match all.as_slice() {
        [one] => format!("file:///{one}"),
        several => format!("file:///{{{}}}", several.join(",")),
    }
}

/// A path of this machine, of the URL that Spark tells.
fn local(url: &str) -> String {
    let path = url.strip_prefix("file:").unwrap_or(url);
    let path = format!("/{}", path.trim_start_matches('/'));
    percent_decode_str(&path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Catches a file that Spark leaves out, reads twice or has from elsewhere, and one that it reads beside the others.
    #[test]
    fn files_are_to_spark_what_they_are_here() {
        let file = |path: &str, rows| LentFile { path: PathBuf::from(path), bytes: 10, rows };
        let files = [file("/a b", 3), file("/none", 0)];
        let seen = |all: &[(&str, u64, u64)]| {
            all.iter().map(|(url, bytes, rows)| (local(url), (Some(*bytes), Some(*rows)))).collect::<BTreeMap<_, _>>()
        };
        assert!(same(&files, &seen(&[("file:/a%20b", 10, 3)])).is_ok());
        assert!(same(&files, &seen(&[("file:///a%20b", 10, 3), ("file:/none", 10, 0)])).is_ok());
        for wrong in [
            seen(&[]),
            seen(&[("file:/a%20b", 10, 6)]),
            seen(&[("file:/a%20b", 11, 3)]),
            seen(&[("hdfs://host/a%20b", 10, 3)]),
            seen(&[("file:/a%20b", 10, 3), ("file:/other", 10, 3)]),
            BTreeMap::from([("/a b".to_owned(), (None, Some(3)))]),
        ] {
            assert_eq!(same(&files, &wrong).unwrap_err().code, ErrorCode::SourceUnfit, "{wrong:?}");
        }
    }
}

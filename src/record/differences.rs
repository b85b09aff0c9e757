//! Declares the file of differences beside the JSON report, and reads it back.

use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};

use crate::fs::input;
use crate::isolation::caught;
use crate::model::Key;

/// Name of the file.
pub const FILE: &str = "differences.parquet";

/// Key in the file's footer of the id of its run.
pub const RUN: &str = "cutover.run";

/// Columns of the file, in their order: a line per difference and column, of which the first has the whole rows.
pub const COLUMNS: [&str; 9] = ["suite", "check", "key", "difference", "column", "old", "new", "old_row", "new_row"];

/// Columns that a file of earlier versions lacks.
const ROWS: [&str; 2] = [COLUMNS[7], COLUMNS[8]];

/// One line, by [`COLUMNS`]. A difference of no column has one line without column and values.
pub type Line<T> = [Option<T>; COLUMNS.len()];

/// How much of each line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What differs, with the values that do.
    Values,
    /// The whole rows, too, which a file of earlier versions lacks.
    Rows,
}

impl Part {
    /// The columns that are read.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Part::Values => &COLUMNS[..7],
            Part::Rows => &COLUMNS,
        }
    }
}

/// The lines of a file.
pub(super) struct Lines {
    columns: Vec<StringArray>,
    height: usize,
}

impl Lines {
    /// Reads `part` of the file at `path` of the run `id`; a report of earlier versions has no id, nor has its file. The error
    /// says what is wrong, and belongs behind the path.
    pub(super) fn read(path: &Path, id: Option<&str>, part: Part) -> Result<Lines, String> {
        let file = input::open(path).map_err(|cause| format!("cannot be read: {cause}"))?;
        let names = part.columns();
        // A damaged file makes some readers break off instead of saying so.
        let read = caught(|| {
            let damaged = |cause: ArrowError| format!("is damaged: {cause}");
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| damaged(cause.into()))?;
            if run(&reader) != id {
                return Err("is of another run".to_owned());
            }
            let batch = batch(reader, names).map_err(damaged)?;
            let column = |name: &&str| match batch.column_by_name(name) {
                Some(column) => text(column),
                None => ROWS.contains(name).then(|| StringArray::new_null(batch.num_rows())),
            };
            let columns: Option<Vec<_>> = names.iter().map(column).collect();
            let columns = columns.ok_or_else(|| DAMAGED.to_owned())?;
            Ok(Lines { columns, height: batch.num_rows() })
        });
        read.unwrap_or_else(|_| Err("is damaged".to_owned()))
    }

    /// Returns the lines in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Line<&str>> {
        (0..self.height).map(|row| {
            std::array::from_fn(|at| {
                self.columns.get(at).filter(|column| column.is_valid(row)).map(|column| column.value(row))
            })
        })
    }
}

/// The id of the run that wrote a file, where it says so.
fn run(reader: &ParquetRecordBatchReaderBuilder<std::fs::File>) -> Option<&str> {
    let pairs = reader.metadata().file_metadata().key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == RUN)?.value.as_deref()
}

/// The columns `names` of all rows of a file, those that it has.
fn batch(reader: ParquetRecordBatchReaderBuilder<std::fs::File>, names: &[&str]) -> Result<RecordBatch, ArrowError> {
    let mask = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
    let reader = reader.with_projection(mask).build()?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    concat_batches(&schema, &batches)
}

/// The texts of a column, if that is what it holds.
fn text(column: &ArrayRef) -> Option<StringArray> {
    let held = matches!(column.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    Some(cast(column, &DataType::Utf8).ok().filter(|_| held)?.as_string::<i32>().clone())
}

/// What is wrong with a file that is none of differences.
pub(super) const DAMAGED: &str = "is damaged: it lacks a column or a key";

/// Writes a key as the file has it.
pub fn key_text(key: &Key) -> String {
    let part = |(name, value): &(String, Option<String>)| (name.clone(), Value::from(value.clone()));
    Value::Object(key.0.iter().map(part).collect()).to_string()
}

/// Reads a key back; nothing where the text is none.
pub(super) fn key(text: &str) -> Option<Key> {
    let object: Map<String, Value> = serde_json::from_str(text).ok()?;
    let part = |(name, value): (String, Value)| match value {
        Value::Null => Some((name, None)),
        Value::String(text) => Some((name, Some(text))),
        _ => None,
    };
    object.into_iter().map(part).collect::<Option<Vec<_>>>().map(Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a key that comes back as another.
    #[test]
    fn a_key_comes_back_as_it_was_written() {
        let part = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        for key_ in
            [vec![], vec![part("b", Some("\"\\\n")), part("a", None)], vec![part("", Some("")), part("é", Some("1"))]]
        {
            let written = Key(key_);
            assert_eq!(key(&key_text(&written)), Some(written));
        }
        assert_eq!(key("[]"), None);
        assert_eq!(key(r#"{"a":1}"#), None);
    }
}

//! Manifests of Iceberg: Avro files that say which files a snapshot has.

use std::io::Cursor;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow_avro::reader::{ReaderBuilder, read_header_info};
use arrow_avro::schema::AvroSchema;
use bytes::Bytes;
use serde_json::Value;

use super::super::super::avro::{Rows, why};

/// What files are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Data,
    /// Rows that are deleted, by file and number.
    Positions,
    /// Rows that are deleted, by the values of some columns.
    Values,
}

/// A manifest, as the list of a snapshot has it.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) path: String,
    pub(super) spec: i64,
    /// The commit that added it; 0 in old files.
    pub(super) sequence: i64,
}

/// A file that a manifest has.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) content: Content,
    pub(super) path: String,
    pub(super) format: String,
    pub(super) size: Option<u64>,
    /// The commit that added it.
    pub(super) sequence: i64,
    /// The values of its partition, a row of one.
    pub(super) partition: Option<StructArray>,
}

/// Reads the list of a snapshot's manifests.
///
/// # Errors
/// What is none.
pub(super) fn list(bytes: Bytes) -> Result<Vec<Manifest>, String> {
    let mut found = Vec::new();
    for batch in batches(bytes)? {
        let paths = texts(&batch, "manifest_path")?.ok_or("it has no manifest_path")?;
        let (specs, sequences) = (numbers(&batch, "partition_spec_id")?, numbers(&batch, "sequence_number")?);
        for row in 0..batch.num_rows() {
            let path = text(&paths, row).ok_or("it has a manifest without a path")?;
            let (spec, sequence) = (number(&specs, row).unwrap_or(0), number(&sequences, row).unwrap_or(0));
            found.push(Manifest { path, spec, sequence });
        }
    }
    Ok(found)
}

/// Reads the files of a manifest that are of its snapshot: none that it says were deleted.
///
/// # Errors
/// What is no manifest.
pub(super) fn entries(bytes: Bytes, manifest: &Manifest) -> Result<Vec<Entry>, String> {
    let mut found = Vec::new();
    for batch in batches(bytes)? {
        let statuses = numbers(&batch, "status")?;
        let sequences = numbers(&batch, "sequence_number")?;
        let file = batch.column_by_name("data_file").and_then(|file| file.as_struct_opt().cloned());
        let file = file.filter(|file| file.null_count() == 0).ok_or("it has no data_file")?;
        let file = RecordBatch::from(file);
        let (contents, sizes) = (numbers(&file, "content")?, numbers(&file, "file_size_in_bytes")?);
        let paths = texts(&file, "file_path")?.ok_or("it has no file_path")?;
        let formats = texts(&file, "file_format")?.ok_or("it has no file_format")?;
        let partitions = file.column_by_name("partition").and_then(|values| values.as_struct_opt());
        for row in 0..batch.num_rows() {
            let status = number(&statuses, row).ok_or("it has a file without a status")?;
            if status == DELETED {
                continue;
            }
            if !(0..DELETED).contains(&status) {
                return Err(format!("it has a file with the status {status}"));
            }
            let content = match number(&contents, row).unwrap_or(0) {
                0 => Content::Data,
                1 => Content::Positions,
                2 => Content::Values,
                other => return Err(format!("it has a file with the content {other}")),
            };
            // What was added with the manifest has its number.
            let sequence = number(&sequences, row).unwrap_or(manifest.sequence);
            found.push(Entry {
                content,
                path: text(&paths, row).ok_or("it has a file without a path")?,
                format: text(&formats, row).unwrap_or_default(),
                size: number(&sizes, row).and_then(|size| u64::try_from(size).ok()),
                sequence,
                partition: partitions.map(|values| values.slice(row, 1)),
            });
        }
    }
    Ok(found)
}

/// The status of a file that was deleted.
const DELETED: i64 = 2;

fn batches(bytes: Bytes) -> Result<Vec<RecordBatch>, String> {
    let header = read_header_info(Cursor::new(&bytes)).and_then(|header| header.writer_schema());
    let written = header.map_err(|cause| cause.to_string())?.json_string;
    let mut wanted: Value = serde_json::from_str(&written).map_err(|cause| cause.to_string())?;
    narrow(&mut wanted);
    let reader = ReaderBuilder::new().with_reader_schema(AvroSchema::new(wanted.to_string()));
    let reader = reader.build(Rows::of(bytes)?).map_err(|cause| why(&cause))?;
    reader.collect::<Result<_, _>>().map_err(|cause| why(&cause))
}

/// The fields that are read.
const READ: [&str; 11] = [
    "manifest_path",
    "partition_spec_id",
    "sequence_number",
    "status",
    "data_file",
    "content",
    "file_path",
    "file_format",
    "partition",
    "file_size_in_bytes",
    "snapshot_id",
];

/// Leaves out what else a record has, such as bounds of columns, and a record of nothing, which Arrow's reader does not take.
fn narrow(record: &mut Value) {
    let Some(fields) = record.get_mut("fields").and_then(Value::as_array_mut) else { return };
    fields.retain_mut(|field| {
        let name = field.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(of) = field.get_mut("type") else { return false };
        if name == "data_file" {
            narrow(of);
        }
        let is_empty = of.get("fields").and_then(Value::as_array).is_some_and(Vec::is_empty);
        READ.contains(&name.as_str()) && !is_empty
    });
}

fn numbers(batch: &RecordBatch, name: &str) -> Result<Option<ArrayRef>, String> {
    column(batch, name, &DataType::Int64)
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Option<ArrayRef>, String> {
    column(batch, name, &DataType::Utf8)
}

fn column(batch: &RecordBatch, name: &str, of: &DataType) -> Result<Option<ArrayRef>, String> {
    batch.column_by_name(name).map(|column| cast(column, of).map_err(|cause| cause.to_string())).transpose()
}

fn number(column: &Option<ArrayRef>, row: usize) -> Option<i64> {
    let column = column.as_ref()?.as_primitive_opt::<Int64Type>()?;
    column.is_valid(row).then(|| column.value(row))
}

fn text(column: &ArrayRef, row: usize) -> Option<String> {
    let column = column.as_string_opt::<i32>()?;
    column.is_valid(row).then(|| column.value(row).to_owned())
}

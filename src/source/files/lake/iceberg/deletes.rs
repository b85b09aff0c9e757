//! Rows that Iceberg deletes by file and number.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use futures::StreamExt;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;

use super::super::file_bytes::FileBytes;
use super::super::fit::found;
use super::super::wanted::{By, Wanted};

/// Rows that were deleted, by the path of their file, each with the commit that did.
#[derive(Debug, Default)]
pub(super) struct Deleted(HashMap<String, Vec<(i64, u64)>>);

impl Deleted {
    /// Adds the rows of a file of deletes, which a commit with the number `sequence` added.
    ///
    /// # Errors
    /// What is no such file.
    pub(super) async fn read(&mut self, file: FileBytes, sequence: i64) -> Result<(), String> {
        let opened = ParquetRecordBatchStreamBuilder::new(file).await.map_err(|cause| cause.to_string())?;
        let mut batches = opened.build().map_err(|cause| cause.to_string())?;
        while let Some(batch) = batches.next().await {
            self.add(&batch.map_err(|cause| cause.to_string())?, sequence)?;
        }
        Ok(())
    }

    fn add(&mut self, batch: &RecordBatch, sequence: i64) -> Result<(), String> {
        let paths = column(batch, "file_path", 2_147_483_546, &DataType::Utf8)?;
        let rows = column(batch, "pos", 2_147_483_545, &DataType::Int64)?;
        let (paths, rows) = (paths.as_string::<i32>(), rows.as_primitive::<Int64Type>());
        for at in 0..batch.num_rows() {
            let row = u64::try_from(rows.value(at)).map_err(|_| format!("it deletes a row {}", rows.value(at)))?;
            if paths.is_null(at) || rows.is_null(at) {
                return Err("it deletes a row without a number".to_owned());
            }
            match self.0.get_mut(paths.value(at)) {
                Some(known) => known.push((sequence, row)),
                None => {
                    self.0.insert(paths.value(at).to_owned(), vec![(sequence, row)]);
                }
            }
        }
        Ok(())
    }

    /// Returns the rows of a data file, which a commit with the number `sequence` added, that were deleted since.
    pub(super) fn of(&self, path: &str, sequence: i64) -> Vec<u64> {
        let all = self.0.get(path).into_iter().flatten();
        all.filter(|(deleted, _)| *deleted >= sequence).map(|(_, row)| *row).collect()
    }
}

fn column(batch: &RecordBatch, name: &str, id: i32, of: &DataType) -> Result<arrow::array::ArrayRef, String> {
    let wanted = |by| Wanted {
        name: name.to_owned(),
        of: of.clone(),
        nullable: false,
        by,
        is_uuid: false,
        children: Vec::new(),
    };
    let schema = batch.schema();
    let at = match found(&wanted(By::Id(id)), schema.fields())? {
        Some(at) => Some(at),
        None => found(&wanted(By::Name(name.to_owned())), schema.fields())?,
    };
    let column = batch.column(at.ok_or_else(|| format!("it has no column `{name}`"))?);
    cast(column, of).map_err(|cause| cause.to_string())
}

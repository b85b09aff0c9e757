//! Avro files: rows that arrow-avro decodes, from bytes that are known to be what they say.

mod head;
mod layout;
mod marks;
mod names;
mod packing;
mod rows;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow_avro::reader::{Reader, ReaderBuilder};
use datafusion::execution::runtime_env::RuntimeEnv;

use super::super::shared::batch_sink::{BYTES, ROWS};
use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::object::{Object, Reading};
use super::plain::said;
use super::row_table::{Batches, RowFile};
use super::unify::{held, unified_as};

use head::Head;
use layout::Layout;
pub(super) use rows::Rows;

/// An Avro file whose columns are known.
#[derive(Clone, Debug)]
struct AvroFile {
    name: String,
    object: Object,
    head: Head,
    layout: Layout,
    /// Its columns as they are written.
    written: SchemaRef,
    /// The columns of its table.
    schema: SchemaRef,
}

/// Opens `files` as one table. A column that a file lacks is NULL there, and types are those that hold the values of all files.
///
/// # Errors
/// A file that is not whole or cannot be read, and files whose columns do not go together.
pub(super) async fn open(runtime: &RuntimeEnv, files: &[DataFile]) -> Result<Vec<Arc<dyn RowFile>>, Error> {
    let mut opened = Vec::with_capacity(files.len());
    for file in files {
        opened.push(one(runtime, file).await.map_err(|why| unreadable(&file.to_string(), &why))?);
    }
    let schemas = opened.iter().map(|file| (file.name.as_str(), file.written.as_ref()));
    let schema = unified_as(schemas, held).map_err(|why| Error::new(ErrorCode::SourceUnfit, why))?;
    let schema = Arc::new(schema);
    Ok(opened
        .into_iter()
        .map(|file| Arc::new(AvroFile { schema: schema.clone(), ..file }) as Arc<dyn RowFile>)
        .collect())
}

async fn one(runtime: &RuntimeEnv, file: &DataFile) -> Result<AvroFile, String> {
    let (store, meta) = file.stored(runtime).await?;
    let head = marks::head(store.as_ref(), &meta).await?;
    let written = ReaderBuilder::new().build(head.plain().as_slice()).map_err(|cause| why(&cause))?.schema();
    let layout = Layout::of(&head.schema)?;
    if let Some(why) = layout.unfit() {
        return Err(why.to_owned());
    }
    let object = Object { store, store_url: file.store_url(), meta };
    Ok(AvroFile { name: file.to_string(), object, head, layout, schema: written.clone(), written })
}

/// The error of a file, with a hint where `why` ends with none of its own.
fn unreadable(name: &str, why: &str) -> Error {
    let hint = if why.contains("; ") { "" } else { "; check that the file is whole" };
    Error::new(ErrorCode::SourceUnfit, format!("{name} cannot be read: {why}{hint}"))
}

/// Returns what is wrong, without what Arrow says only of itself.
pub(super) fn why(cause: &ArrowError) -> String {
    match cause {
        ArrowError::ExternalError(inner) => inner.to_string(),
        ArrowError::IoError(text, _) => text.clone(),
        other => other.to_string(),
    }
}

impl AvroFile {
    fn failed(&self, cause: &ArrowError) -> Error {
        said(cause).unwrap_or_else(|| unreadable(&self.name, &why(cause)))
    }

    /// Opens it for the columns with these numbers, in their order.
    fn reader(&self, columns: Vec<usize>) -> Result<Reader<Rows>, ArrowError> {
        let file = Box::new(Reading::new(self.object.clone()));
        let mut rows = Rows::new(self.head.clone(), self.layout.clone(), file)?;
        let height = rows.within(BYTES)?.min(ROWS);
        ReaderBuilder::new().with_projection(columns).with_batch_size(height).build(rows)
    }
}

impl RowFile for AvroFile {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn read(&self, columns: &[usize]) -> Result<Batches, Error> {
        let schema = Arc::new(self.schema.project(columns).map_err(|cause| self.failed(&cause))?);
        let own = |name: &str| self.written.index_of(name).ok();
        let mut wanted: Vec<usize> = schema.fields().iter().filter_map(|field| own(field.name())).collect();
        if wanted.is_empty() {
            // Rows without a value are not read at all.
            wanted.push(0);
        }
        let reader = self.reader(wanted).map_err(|cause| self.failed(&cause))?;
        let file = self.clone();
        Ok(Box::new(
            reader
                .map(move |batch| batch.and_then(|batch| fitted(&batch, &schema)).map_err(|cause| file.failed(&cause))),
        ))
    }
}

/// The columns of `schema`, by name: what a batch lacks is NULL, and what it has of another type is turned into that, exactly.
fn fitted(batch: &RecordBatch, schema: &Arc<Schema>) -> Result<RecordBatch, ArrowError> {
    let exact = CastOptions { safe: false, ..CastOptions::default() };
    let column = |name: &str, of| -> Result<ArrayRef, ArrowError> {
        match batch.column_by_name(name) {
            Some(column) => cast_with_options(column, of, &exact),
            None => Ok(new_null_array(of, batch.num_rows())),
        }
    };
    let columns = schema.fields().iter().map(|field| column(field.name(), field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
}

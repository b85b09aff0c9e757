//! Commits, for the kernel: JSON by Arrow's reader.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, StructArray};
use arrow::datatypes::Schema;
use delta_kernel::arrow::json::ReaderBuilder;
use delta_kernel::engine::arrow_conversion::TryFromKernel;
use delta_kernel::engine::arrow_data::{ArrowEngineData, fix_nested_null_masks};
use delta_kernel::schema::{MetadataColumnSpec, SchemaRef};
use delta_kernel::{
    EngineData, FileDataReadResultIterator, FileMeta, FileSize, FilteredEngineData, JsonHandler, KernelError,
    KernelResult, KernelResultIterator, PredicateRef,
};
use url::Url;

use super::storage::{Storage, written};

/// Reads files of JSON.
pub(super) struct Commits(pub(super) Storage);

impl JsonHandler for Commits {
    fn parse_json(&self, _: Box<dyn EngineData>, _: SchemaRef) -> KernelResult<Box<dyn EngineData>> {
        Err(KernelError::Unsupported("JSON within a column is not read".to_owned()))
    }

    fn read_json_files(
        &self,
        files: &[FileMeta],
        schema: SchemaRef,
        _: Option<PredicateRef>,
    ) -> KernelResult<FileDataReadResultIterator> {
        let (storage, files) = (self.0.clone(), files.to_vec());
        let batches = files.into_iter().map(move |file| read(&storage, &file.location, &schema));
        Ok(Box::new(batches.flat_map(|read| match read {
            Ok(batches) => batches.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        })))
    }

    fn write_json_file(
        &self,
        _: &Url,
        _: KernelResultIterator<'_, FilteredEngineData>,
        _: bool,
    ) -> KernelResult<FileSize> {
        Err(written())
    }
}

fn read(storage: &Storage, file: &Url, schema: &SchemaRef) -> KernelResult<Vec<Box<dyn EngineData>>> {
    let place = storage.place(file)?;
    let broken = |cause: &dyn std::fmt::Display| {
        KernelError::Generic(format!("{} is no commit of a table: {cause}", storage.root.shown(&place)))
    };
    let own = schema.with_fields_filtered(|field| field.get_metadata_column_spec().is_none())?;
    let own = Arc::new(Schema::try_from_kernel(&own)?);
    let whole = Arc::new(Schema::try_from_kernel(schema.as_ref())?);
    let bytes = storage.read(&place)?;
    let reader = ReaderBuilder::new(own).with_coerce_primitive(true).build(Cursor::new(bytes));
    let mut batches: Vec<Box<dyn EngineData>> = Vec::new();
    for batch in reader.map_err(|cause| broken(&cause))? {
        let batch = batch.map_err(|cause| broken(&cause))?;
        let mut read = batch.columns().iter().cloned();
        let column = |field: &delta_kernel::schema::StructField| -> KernelResult<ArrayRef> {
            match field.get_metadata_column_spec() {
                None => read.next().ok_or_else(|| KernelError::MissingColumn(field.name().clone())),
                Some(MetadataColumnSpec::FilePath) => {
                    Ok(Arc::new(StringArray::from(vec![file.as_str(); batch.num_rows()])))
                }
                Some(_) => Err(KernelError::Unsupported(format!("JSON has no column `{}`", field.name()))),
            }
        };
        let columns = schema.fields().map(column).collect::<KernelResult<Vec<_>>>()?;
        let batch = RecordBatch::try_new(whole.clone(), columns).map_err(|cause| broken(&cause))?;
        let batch = fix_nested_null_masks(StructArray::from(batch));
        storage.identity.of_actions(&batch);
        batches.push(Box::new(ArrowEngineData::from(batch)));
    }
    Ok(batches)
}

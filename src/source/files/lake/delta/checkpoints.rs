//! Checkpoints, for the kernel: Parquet files of actions, of which the columns that are asked for are read.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions, StructArray};
use arrow::datatypes::{DataType, Schema};
use delta_kernel::engine::arrow_conversion::{TryFromArrow, TryFromKernel};
use delta_kernel::engine::arrow_data::{ArrowEngineData, fix_nested_null_masks};
use delta_kernel::schema::{SchemaRef, StructType};
use delta_kernel::{
    EngineData, FileDataReadResultIterator, FileMeta, FileSize, KernelError, KernelResult, KernelResultIteratorStatic,
    ParquetFooter, ParquetHandler, PredicateRef,
};
use futures::StreamExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use url::Url;

use super::super::file_bytes::FileBytes;
use super::super::fit::{absent, fitted, found};
use super::super::wanted::Wanted;
use super::storage::{Storage, written};

/// Rows of a batch.
const ROWS: usize = 8192;

/// Reads Parquet files of a log.
pub(super) struct Checkpoints(pub(super) Storage);

impl Checkpoints {
    /// Opens a file and reads what it says of itself, without what Arrow's writers add.
    fn open(&self, file: &FileMeta) -> KernelResult<(FileBytes, ArrowReaderMetadata, Path)> {
        let place = self.0.place(&file.location)?;
        let mut bytes = FileBytes { store: self.0.root.store().clone(), place: place.clone() };
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let read = self.0.runtime.block_on(ArrowReaderMetadata::load_async(&mut bytes, options));
        let read = read.map_err(|cause| self.broken(&place, &cause))?;
        Ok((bytes, read, place))
    }

    fn broken(&self, place: &Path, cause: &dyn std::fmt::Display) -> KernelError {
        KernelError::Generic(format!("{} is no checkpoint of a table: {cause}", self.0.root.shown(place)))
    }
}

impl ParquetHandler for Checkpoints {
    fn read_parquet_files(
        &self,
        files: &[FileMeta],
        schema: SchemaRef,
        _: Option<PredicateRef>,
    ) -> KernelResult<FileDataReadResultIterator> {
        if let Some(other) = schema.fields().find(|field| field.is_metadata_column()) {
            return Err(KernelError::Unsupported(format!("a checkpoint has no column `{}`", other.name())));
        }
        let whole = Arc::new(Schema::try_from_kernel(schema.as_ref())?);
        let wanted: Arc<[Wanted]> = whole.fields().iter().map(|field| Wanted::named(field)).collect();
        let (own, files) = (Checkpoints(self.0.clone()), files.to_vec());
        Ok(Box::new(files.into_iter().flat_map(move |file| -> FileDataReadResultIterator {
            match Batches::open(&own, &file, whole.clone(), wanted.clone()) {
                Ok(batches) => Box::new(batches),
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        })))
    }

    fn read_parquet_footer(&self, file: &FileMeta) -> KernelResult<ParquetFooter> {
        let (_, read, _) = self.open(file)?;
        Ok(ParquetFooter { schema: Arc::new(StructType::try_from_arrow(read.schema().as_ref())?) })
    }

    fn write_parquet_file(&self, _: Url, _: KernelResultIteratorStatic<Box<dyn EngineData>>) -> KernelResult<FileSize> {
        Err(written())
    }
}

/// The rows of one file.
struct Batches {
    of: Checkpoints,
    place: Path,
    stream: ParquetRecordBatchStream<FileBytes>,
    whole: Arc<Schema>,
    wanted: Arc<[Wanted]>,
    ended: bool,
}

impl Batches {
    fn open(of: &Checkpoints, file: &FileMeta, whole: Arc<Schema>, wanted: Arc<[Wanted]>) -> KernelResult<Batches> {
        let (reader, read, place) = of.open(file)?;
        let described = read.parquet_schema();
        let leaves = (0..described.num_columns())
            .filter(|at| is_wanted(&wanted, described.column(*at).path().parts()))
            .collect::<Vec<_>>();
        let mask = ProjectionMask::leaves(described, leaves);
        let stream = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, read).with_projection(mask);
        let stream = stream.with_batch_size(ROWS).build().map_err(|cause| of.broken(&place, &cause))?;
        Ok(Batches { of: Checkpoints(of.0.clone()), place, stream, whole, wanted, ended: false })
    }

    fn fitted(&self, batch: &RecordBatch) -> Result<Box<dyn EngineData>, String> {
        let schema = batch.schema();
        let column = |wanted: &Wanted| match found(wanted, schema.fields())? {
            Some(at) => fitted(batch.column(at), wanted, false),
            None => absent(wanted, batch.num_rows()),
        };
        let columns = self.wanted.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let made = RecordBatch::try_new_with_options(self.whole.clone(), columns, &options);
        let made = StructArray::from(made.map_err(|cause| cause.to_string())?);
        // The reader leaves it to others to hide what lies within a NULL.
        let made = fix_nested_null_masks(made);
        self.of.0.identity.of_actions(&made);
        Ok(Box::new(ArrowEngineData::from(made)))
    }
}

impl Iterator for Batches {
    type Item = KernelResult<Box<dyn EngineData>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.of.0.runtime.block_on(self.stream.next())?;
        let read = next.map_err(|cause| cause.to_string()).and_then(|batch| self.fitted(&batch));
        self.ended = read.is_err();
        Some(read.map_err(|why| self.of.broken(&self.place, &why)))
    }
}

/// Whether a leaf of a file lies within what is wanted.
fn is_wanted(wanted: &[Wanted], path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let Some(one) = wanted.iter().find(|one| one.name == *first) else { return false };
    match &one.of {
        DataType::Struct(_) => is_wanted(&one.children, rest),
        _ => true,
    }
}

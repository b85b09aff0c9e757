//! A table of files that are read from their first row to their last, on a thread of their own, while the query takes the rows.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::TableType;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};

use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::partitions::Partitions;

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// Batches of a file, each with the columns that were asked for.
pub(super) type Batches = Box<dyn Iterator<Item = std::result::Result<RecordBatch, Error>> + Send>;

/// A file whose columns are known.
pub(super) trait RowFile: fmt::Debug + Send + Sync {
    /// Returns its name in errors.
    fn name(&self) -> String;

    /// Returns its columns.
    fn schema(&self) -> SchemaRef;

    /// Reads it from its first row to its last: the columns with these numbers, in their order. No batch is above
    /// [`ROWS`](super::super::shared::batch_sink::ROWS) rows.
    ///
    /// # Errors
    /// A file that cannot be opened; what is wrong within it is told by the batch that it would be in.
    fn read(&self, columns: &[usize]) -> std::result::Result<Batches, Error>;

    /// Returns how many lines of nothing, which are no rows, the last reading met that came to the end.
    fn blank_lines(&self) -> u64 {
        0
    }
}

/// The table of files with the same columns, in whatever order each has them.
#[derive(Debug)]
pub(super) struct RowTable {
    parts: Vec<Part>,
    /// The columns of the files, then those of their folders.
    schema: SchemaRef,
    /// The columns of the files.
    own: SchemaRef,
}

/// A file, and what its folders say.
#[derive(Clone, Debug)]
struct Part {
    file: Arc<dyn RowFile>,
    values: Vec<ScalarValue>,
}

impl RowTable {
    /// Returns the columns that the files have themselves.
    pub(super) fn own(&self) -> SchemaRef {
        self.own.clone()
    }

    /// Makes one table of files, each with what it was opened as.
    ///
    /// # Errors
    /// A column that one of them lacks, or has with another type, and a file whose folders do not say what `partitions` ask of
    /// them.
    pub(super) fn new(
        files: &[(DataFile, Arc<dyn RowFile>)],
        partitions: &Partitions,
    ) -> std::result::Result<RowTable, Error> {
        let unfit = |message: String| Error::new(ErrorCode::SourceUnfit, message);
        let [(_, first), others @ ..] = files else { return Err(unfit("the table has no files".to_owned())) };
        let schema = first.schema();
        for (_, other) in others {
            let (known, found) = (schema.fields(), other.schema());
            let apart = known.iter().find(|field| found.field_with_name(field.name()).ok() != Some(field.as_ref()));
            let more = found.fields().iter().find(|field| schema.field_with_name(field.name()).is_err());
            if let Some(field) = apart.or(more) {
                return Err(unfit(format!(
                    "{} and {} are files of one table, and only one has the column `{}` of type {}; give both the same \
                     columns",
                    first.name(),
                    other.name(),
                    field.name(),
                    field.data_type()
                )));
            }
        }
        let added = partitions.beside(&schema);
        let mut parts = Vec::with_capacity(files.len());
        for (file, opened) in files {
            parts.push(Part { file: opened.clone(), values: added.values(file)? });
        }
        let own = schema.clone();
        let fields = schema.fields().iter().cloned().chain(added.fields());
        Ok(RowTable { parts, schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())), own })
    }
}

#[async_trait]
impl TableProvider for RowTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&columns)?);
        // No more files are open at once than threads read them.
        let together = self.parts.len().div_ceil(state.config().target_partitions().max(1)).max(1);
        let scan = |parts: &[Part]| {
            let (parts, columns, schema) = (parts.to_vec(), columns.clone(), schema.clone());
            Arc::new(Scan { parts, columns, own: self.own.fields().len(), schema }) as Arc<dyn PartitionStream>
        };
        let scans = self.parts.chunks(together).map(scan).collect();
        Ok(Arc::new(StreamingTableExec::try_new(schema, scans, None, None, false, limit)?))
    }
}

/// One reading of some of the files, one behind the other.
#[derive(Debug)]
struct Scan {
    parts: Vec<Part>,
    /// The numbers of the columns that are wanted.
    columns: Vec<usize>,
    own: usize,
    /// Those columns.
    schema: SchemaRef,
}

impl Scan {
    /// Opens a file for the columns that it has of those that are wanted.
    fn open(&self, file: &dyn RowFile) -> Result<Batches> {
        let found = file.schema();
        let own = self.columns.iter().zip(self.schema.fields()).filter(|(column, _)| **column < self.own);
        let numbers = own.map(|(_, field)| found.index_of(field.name())).collect::<std::result::Result<Vec<_>, _>>()?;
        file.read(&numbers).map_err(external)
    }

    /// Puts what the folders say between the columns of a batch.
    fn completed(&self, part: &Part, batch: &RecordBatch) -> Result<RecordBatch> {
        let mut own = batch.columns().iter().cloned();
        let column = |number: &usize| -> Result<ArrayRef> {
            match number.checked_sub(self.own) {
                Some(added) => part.values[added].to_array_of_size(batch.num_rows()),
                None => own.next().ok_or_else(|| DataFusionError::Internal("a column is missing".to_owned())),
            }
        };
        let columns = self.columns.iter().map(column).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut stream = RecordBatchReceiverStreamBuilder::new(self.schema.clone(), AHEAD);
        let to = stream.tx();
        let scan = Scan {
            parts: self.parts.clone(),
            columns: self.columns.clone(),
            own: self.own,
            schema: self.schema.clone(),
        };
        stream.spawn_blocking(move || {
            for part in &scan.parts {
                for batch in scan.open(part.file.as_ref())? {
                    let batch = batch.map_err(external).and_then(|batch| scan.completed(part, &batch));
                    if to.blocking_send(batch).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        });
        stream.build()
    }
}

fn external(cause: Error) -> DataFusionError {
    DataFusionError::External(Box::new(cause))
}

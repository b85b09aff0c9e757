//! A table of a text file: its rows are read on a thread of their own, while the query takes them.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::TableType;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};

use super::super::{Error, ErrorCode};

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// Batches of a text file, each with the columns that were asked for.
pub(super) type Batches = Box<dyn Iterator<Item = std::result::Result<RecordBatch, Error>> + Send>;

/// A text file whose columns are known.
pub(super) trait TextFile: fmt::Debug + Send + Sync {
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
    #[cfg_attr(not(test), expect(dead_code, reason = "no report has a place for it"))]
    fn blank_lines(&self) -> u64 {
        0
    }
}

/// The table of text files with the same columns, in whatever order each has them.
#[derive(Debug)]
pub(super) struct TextTable {
    files: Vec<Arc<dyn TextFile>>,
    schema: SchemaRef,
}

impl TextTable {
    /// Makes one table of `files`.
    ///
    /// # Errors
    /// A column that one of them lacks, or has with another type.
    pub(super) fn new(files: Vec<Arc<dyn TextFile>>) -> std::result::Result<TextTable, Error> {
        let unfit = |message: String| Error::new(ErrorCode::SourceUnfit, message);
        let [first, others @ ..] = files.as_slice() else { return Err(unfit("the table has no files".to_owned())) };
        let schema = first.schema();
        for other in others {
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
        Ok(TextTable { files, schema })
    }
}

#[async_trait]
impl TableProvider for TextTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&columns)?);
        let mut scans: Vec<Arc<dyn PartitionStream>> = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let own = file.schema();
            let columns = schema.fields().iter().map(|field| own.index_of(field.name()));
            let columns = columns.collect::<std::result::Result<_, _>>()?;
            scans.push(Arc::new(Scan { file: file.clone(), columns, schema: schema.clone() }));
        }
        Ok(Arc::new(StreamingTableExec::try_new(schema, scans, None, None, false, limit)?))
    }
}

/// One reading of the file.
#[derive(Debug)]
struct Scan {
    file: Arc<dyn TextFile>,
    columns: Vec<usize>,
    schema: SchemaRef,
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut stream = RecordBatchReceiverStreamBuilder::new(self.schema.clone(), AHEAD);
        let (file, columns, to) = (self.file.clone(), self.columns.clone(), stream.tx());
        stream.spawn_blocking(move || {
            for batch in file.read(&columns).map_err(external)? {
                if to.blocking_send(batch.map_err(external)).is_err() {
                    break;
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

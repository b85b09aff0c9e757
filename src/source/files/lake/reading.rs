//! The table that a log describes: its data files one behind the other, without the rows that were deleted, each column as
//! the log says.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result as Planned};
use datafusion::datasource::TableType;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use futures::StreamExt;
use object_store::ObjectStoreExt;
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;

use super::super::super::shared::batch_sink::ROWS;
use super::super::super::{Error, ErrorCode};
use super::super::own_thread;
use super::super::parquet_table::Described;
use super::file_bytes::FileBytes;
use super::fit::{absent, field_id, fitted, found};
use super::live::{Live, LiveFile};
use super::root::Root;
use super::wanted::{By, Wanted};

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// A table as its log describes it.
#[derive(Debug)]
pub(in crate::source::files) struct LakeTable {
    root: Root,
    live: Live,
    schema: SchemaRef,
}

impl LakeTable {
    pub(super) fn new(root: Root, live: Live) -> LakeTable {
        let fields = live.columns.iter().map(Wanted::field).collect::<Vec<_>>();
        LakeTable { root, live, schema: Arc::new(Schema::new(fields)) }
    }

    /// Returns its columns.
    pub(in crate::source::files) fn columns(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Returns the bytes of its files, as far as the log says.
    pub(in crate::source::files) fn bytes(&self) -> Option<u64> {
        self.live.files.iter().map(|file| file.size).sum()
    }
}

#[async_trait]
impl TableProvider for LakeTable {
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
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let numbers = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&numbers)?);
        let of = Reading {
            root: self.root.clone(),
            columns: self.live.columns.clone(),
            numbers,
            schema: schema.clone(),
            version: self.live.read.version.clone(),
        };
        let of = Arc::new(of);
        // No more files are open at once than threads read them.
        let together = self.live.files.len().div_ceil(state.config().target_partitions().max(1)).max(1);
        let part = |files: &[LiveFile]| {
            Arc::new(Part { of: of.clone(), files: files.to_vec().into() }) as Arc<dyn PartitionStream>
        };
        let mut parts: Vec<_> = self.live.files.chunks(together).map(part).collect();
        if parts.is_empty() {
            parts.push(part(&[]));
        }
        Ok(Arc::new(StreamingTableExec::try_new(schema, parts, None, None, false, limit)?))
    }
}

/// What is read of every file.
#[derive(Debug)]
struct Reading {
    root: Root,
    columns: Arc<[Wanted]>,
    /// The numbers of the columns that a query names.
    numbers: Vec<usize>,
    /// Those columns.
    schema: SchemaRef,
    version: String,
}

/// Some of the files.
#[derive(Debug)]
struct Part {
    of: Arc<Reading>,
    files: Arc<[LiveFile]>,
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.of.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut stream = RecordBatchReceiverStreamBuilder::new(self.of.schema.clone(), AHEAD);
        let (of, files, to) = (self.of.clone(), self.files.clone(), stream.tx());
        // Decoding takes a thread for as long as it lasts.
        let handle = Handle::current();
        let read = move || {
            handle.block_on(async {
                for file in files.iter() {
                    let read = of.file(file, &to).await;
                    if let Ended::Unwanted = read.map_err(|cause| DataFusionError::External(Box::new(cause)))? {
                        break;
                    }
                }
                Ok(())
            })
        };
        stream.spawn(async move {
            own_thread::done(read).await.map_err(|cause| DataFusionError::External(Box::new(cause)))?
        });
        stream.build()
    }
}

/// Whether the rows of a file were taken.
enum Ended {
    Taken,
    Unwanted,
}

impl Reading {
    /// Reads one file to its end.
    async fn file(&self, file: &LiveFile, to: &Sender<Planned<RecordBatch>>) -> Result<Ended, Error> {
        let shown = self.root.shown(&file.place);
        let unfit = |why: String| Error::new(ErrorCode::SourceUnfit, format!("{shown} cannot be read: {why}"));
        let meta = self.root.store().head(&file.place).await.map_err(|cause| match cause {
            object_store::Error::NotFound { .. } => {
                let message = format!(
                    "{shown}, a data file of version {} of its table, is not there; it may have been vacuumed: read a \
                     version that is kept",
                    self.version
                );
                Error::new(ErrorCode::SourceMissing, message)
            }
            other => super::super::plain::said(&other).unwrap_or_else(|| unfit(other.to_string())),
        })?;
        if file.size.is_some_and(|size| size != meta.size) {
            return Err(unfit(format!(
                "it has {} bytes, and {} in the log of its table; it is another file",
                meta.size,
                file.size.unwrap_or_default()
            )));
        }
        let described = Described::of(self.root.store(), meta.clone())
            .await
            .map_err(|why| unfit(format!("{why}; check that the file is whole")))?;
        let read = described.readable().map_err(unfit)?;
        let plan = Plan::of(self, file, read.schema()).map_err(unfit)?;
        let mask = ProjectionMask::roots(read.parquet_schema(), plan.roots());
        let reader = FileBytes { store: self.root.store().clone(), place: meta.location };
        let builder = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, read).with_projection(mask);
        let mut batches = builder.with_batch_size(ROWS).build().map_err(|cause| unfit(cause.to_string()))?;
        let mut rows = 0_u64;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(|cause| {
                super::super::plain::said(&cause)
                    .unwrap_or_else(|| unfit(format!("{cause}; check that the file is whole")))
            })?;
            let from = rows;
            rows += batch.num_rows() as u64;
            let batch = kept(&batch, &file.deleted, from).map_err(unfit)?;
            if batch.num_rows() == 0 {
                continue;
            }
            let batch = plan.fitted(&batch, described.has_int96()).map_err(unfit)?;
            if to.send(Ok(batch)).await.is_err() {
                return Ok(Ended::Unwanted);
            }
        }
        match file.deleted.last() {
            Some(last) if last.end > rows => Err(unfit(format!(
                "its row {} was deleted, as the log says, and it has {rows} rows; it is another file",
                last.end - 1
            ))),
            _ => Ok(Ended::Taken),
        }
    }
}

/// The rows of a batch that were not deleted; the first of them has the number `from` in its file.
fn kept(batch: &RecordBatch, deleted: &[Range<u64>], from: u64) -> Result<RecordBatch, String> {
    let to = from + batch.num_rows() as u64;
    let first = deleted.partition_point(|range| range.end <= from);
    let within = || deleted[first..].iter().take_while(|range| range.start < to);
    if within().next().is_none() {
        return Ok(batch.clone());
    }
    let mut keep = vec![true; batch.num_rows()];
    for range in within() {
        let (start, end) = (range.start.max(from) - from, range.end.min(to) - from);
        let place = |row: u64| usize::try_from(row).map_err(|cause| cause.to_string());
        keep[place(start)?..place(end)?].fill(false);
    }
    let keep = BooleanArray::new(BooleanBuffer::from(keep), None);
    filter_record_batch(batch, &keep).map_err(|cause| cause.to_string())
}

/// Where the columns of a query come from in one file.
struct Plan<'a> {
    reading: &'a Reading,
    from: Vec<Source<'a>>,
}

enum Source<'a> {
    /// The column of the file with this number.
    File(&'a Wanted, usize),
    /// A value that stands in the log.
    Log(&'a datafusion::common::ScalarValue),
    /// Neither has it.
    Nowhere(&'a Wanted),
}

impl<'a> Plan<'a> {
    fn of(reading: &'a Reading, file: &'a LiveFile, schema: &Schema) -> Result<Plan<'a>, String> {
        let by_id = reading.columns.iter().any(|wanted| matches!(wanted.by, By::Id(_)));
        if by_id && !schema.fields().iter().any(|field| field_id(field).is_some()) {
            return Err("its columns have no numbers, by which its table knows them; read the table through an engine that maps them by name".to_owned());
        }
        let source = |number: &usize| {
            let wanted = &reading.columns[*number];
            let constant = file.constants.get(number);
            if let Some(constant) = constant.filter(|constant| !constant.unless_in_file) {
                return Ok(Source::Log(&constant.value));
            }
            Ok::<_, String>(match (found(wanted, schema.fields())?, constant) {
                (Some(at), _) => Source::File(wanted, at),
                (None, Some(constant)) => Source::Log(&constant.value),
                (None, None) => Source::Nowhere(wanted),
            })
        };
        Ok(Plan { reading, from: reading.numbers.iter().map(source).collect::<Result<_, _>>()? })
    }

    /// The columns of the file that are read, in its order, each once.
    fn roots(&self) -> Vec<usize> {
        let mut roots: Vec<usize> = self.from.iter().filter_map(Source::number).collect();
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    fn fitted(&self, batch: &RecordBatch, int96: bool) -> Result<RecordBatch, String> {
        let (roots, rows) = (self.roots(), batch.num_rows());
        let column = |source: &Source<'_>| -> Result<ArrayRef, String> {
            match source {
                Source::File(wanted, at) => {
                    let at = roots.binary_search(at).map_err(|_| "a column is missing".to_owned())?;
                    fitted(batch.column(at), wanted, int96)
                }
                Source::Log(value) => value.to_array_of_size(rows).map_err(|cause| cause.to_string()),
                Source::Nowhere(wanted) => absent(wanted, rows),
            }
        };
        let columns = self.from.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let made = RecordBatch::try_new_with_options(self.reading.schema.clone(), columns, &options);
        made.map_err(|cause| cause.to_string())
    }
}

impl Source<'_> {
    fn number(&self) -> Option<usize> {
        match self {
            Source::File(_, at) => Some(*at),
            Source::Log(_) | Source::Nowhere(_) => None,
        }
    }
}

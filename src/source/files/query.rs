//! One query over files, from its text to its last row.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, TableReference};
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::sql::parser::Statement;
use futures::StreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::super::shared::arrow_frame::Columns;
use super::super::shared::batch_sink::{self, BatchSink};
use super::super::{Error, ErrorCode};
use super::arrow_table::ArrowTable;
use super::csv::CsvOptions;
use super::data_file::DataFile;
use super::format::Kind;
use super::lake::{AsOf, Reads};
use super::parquet_table::ParquetTable;
use super::partitions::Partitions;
use super::place::{Listed, Place};
use super::plain::{is_of_a_file, plain, said};
use super::row_table::{RowFile, RowTable};
use super::session::Joins;
use super::sql::Prepared;
use super::tables::{self, Contents, Tables};
use super::typed_columns::TypedColumns;
use super::{avro, csv, forms, limits, longest, ndjson, own_thread, session, sql, warnings, zone};
use crate::isolation::caught;
use crate::model::Warning;

/// A query over files.
pub(super) struct Query {
    pub(super) place: Place,
    /// CSV column types: `column` or `table.column` to a type name.
    pub(super) types: BTreeMap<String, String>,
    /// How CSV files are written.
    pub(super) csv: CsvOptions,
    /// Columns that stand in the names of folders.
    pub(super) partitions: Partitions,
    /// The state of tables with a log that is read.
    pub(super) as_of: AsOf,
    /// What was read of them before.
    pub(super) reads: Reads,
    /// Bytes that it may hold before it goes on in temporary files.
    pub(super) memory: Option<usize>,
    pub(super) sql: String,
}

/// Tells where the rows went, or what went wrong.
pub(super) type Told = oneshot::Sender<Result<(BatchSink, Vec<Warning>), Error>>;

/// Runs `query` on the calling thread, which must have the stack for it; a panic below is an error.
pub(super) fn answer(query: &Query, sink: BatchSink, mut told: Told) {
    let mut used = None;
    let work = || {
        let runtime = used.insert(runtime()?);
        runtime.block_on(async {
            tokio::select! {
                outcome = run(query, sink) => outcome,
                () = told.closed() => Err(batch_sink::unwanted()),
            }
        })
    };
    let outcome = caught(work).unwrap_or_else(|panic| {
        let text = panic.text();
        let message = format!("the query over files broke off: {text}; write the query another way");
        Err(Error::new(ErrorCode::QueryRefused, message))
    });
    drop(told.send(outcome));
    if let Some(runtime) = used {
        // Threads that read on for nobody are left behind only after that.
        runtime.shutdown_timeout(ENDING);
    }
}

/// How long the threads of a query may take to end once nobody needs them; nobody waits for this.
const ENDING: Duration = Duration::from_secs(60);

/// Held while a runtime starts its threads.
static STARTING: Mutex<()> = Mutex::new(());

fn runtime() -> Result<Runtime, Error> {
    let mut builder = Builder::new_multi_thread();
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    // One that has started only some of its threads waits for them for ever; nor may the other side take them in between.
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    own_thread::enough_start(workers)?;
    builder.worker_threads(workers).thread_name("files").thread_stack_size(limits::WORKER_STACK).enable_all();
    builder.build().map_err(|cause| own_thread::none_starts(&cause))
}

/// Joins by hash, and by sorting where that takes more memory than there is, which sorting does not.
async fn run(query: &Query, mut sink: BatchSink) -> Result<(BatchSink, Vec<Warning>), Error> {
    let prepared = sql::prepared(&query.sql)?;
    let Listed { tables, store } = query.place.list().await?;
    let refused = |cause: DataFusionError| {
        let known = tables.keys().cloned().collect::<Vec<_>>().join(", ");
        said(&cause).unwrap_or_else(|| {
            if is_of_a_file(&cause) {
                let named = tables.iter().filter(|(name, _)| prepared.tables.contains(*name));
                let files: Vec<String> = named.flat_map(|(_, contents)| contents.shown()).collect();
                let which = if files.len() == 1 { "" } else { "one of " };
                let message = format!(
                    "{which}{} cannot be read: {}; check that the file is whole",
                    shortened(&files),
                    plain(&cause)
                );
                return Error::new(ErrorCode::SourceUnfit, message);
            }
            let hint = if exhausted(&cause) { "; allow more with --memory, or ask for fewer rows" } else { "" };
            let message = format!("the query over files was refused: {}{hint}; tables here: {known}", plain(&cause));
            Error::new(ErrorCode::QueryRefused, message)
        })
    };
    check_as_of(query, &prepared, &tables)?;
    let (mut texts, mut warned) = (Vec::new(), Vec::new());
    let mut read_columns = TypedColumns::new(&query.types, &tables);
    for joins in [Joins::Hash, Joins::Sort] {
        (texts, warned) = (Vec::new(), Vec::new());
        let context = session::context(query.memory, joins).map_err(refused)?;
        if let Some((url, store)) = &store {
            context.register_object_store(url, store.clone());
        }
        for (name, contents) in &tables {
            let named = prepared.tables.contains(name);
            if let (true, Contents::Files(files)) = (named, contents) {
                tables::complete(files)?;
            }
            if !named && !prepared.catalog {
                continue;
            }
            let Opened { table, texts: read, own } = match table(&context, name, contents, query, named).await {
                Ok(table) => table,
                // A file that is broken keeps nobody from listing the others.
                Err(_) if !named => continue,
                Err(error) => return Err(error),
            };
            if named {
                read_columns.note(name, &table.schema(), contents);
                texts.extend(read.into_iter().map(|text| (name.clone(), text)));
                if let Contents::Files(files) = contents {
                    warned.extend(warnings::undeclared(name, &query.partitions.undeclared(&own, files)));
                }
            }
            let table = zone::in_utc(&context, table).map_err(refused)?;
            context.register_table(TableReference::bare(name.as_str()), table).map_err(refused)?;
        }
        read_columns.check()?;
        let statement = Statement::Statement(Box::new(prepared.statement.clone()));
        let plan = context.state().statement_to_plan(statement).await.map_err(refused)?;
        let only_reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        only_reads.verify_plan(&plan).and_then(|()| forms::check(&plan)).map_err(refused)?;
        let rows = context.execute_logical_plan(plan).await.map_err(refused)?;
        match give(rows, &mut sink).await {
            Ok(()) => break,
            Err(Ended::Refused(cause, false)) if exhausted(&cause) && joins == Joins::Hash => {}
            Err(Ended::Refused(cause, _)) => return Err(refused(cause)),
            Err(Ended::Ours(error)) => return Err(error),
        }
    }
    warned.extend(warnings::blank_lines(&texts));
    Ok((sink, warned))
}

/// Refuses a state that is asked for where a query names no table that has states.
fn check_as_of(query: &Query, prepared: &Prepared, tables: &Tables) -> Result<(), Error> {
    let is_logged = |name: &String| matches!(tables.get(name), Some(Contents::Lake(_)));
    let is_of_none = !prepared.catalog && !prepared.tables.is_empty() && !prepared.tables.iter().any(is_logged);
    if query.as_of == AsOf::Latest || !is_of_none {
        return Ok(());
    }
    let named: Vec<&str> = prepared.tables.iter().map(String::as_str).collect();
    let message = format!(
        "`as_of` says nothing of {}, which has no log and so no earlier state; name a source without `as_of`",
        named.join(", ")
    );
    Err(Error::new(ErrorCode::SourceUnfit, message))
}

/// The first of some names, and how many more there are.
fn shortened(names: &[String]) -> String {
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Files that an error names.
const SHOWN: usize = 3;

/// Why not all rows were given.
enum Ended {
    /// DataFusion ended the query, before or after rows were given.
    Refused(DataFusionError, bool),
    Ours(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Ended {
        Ended::Ours(error)
    }
}

fn exhausted(cause: &DataFusionError) -> bool {
    matches!(cause.find_root(), DataFusionError::ResourcesExhausted(_))
}

/// Gives the rows of a query to `sink`, a frame without rows where there are none.
async fn give(rows: DataFrame, sink: &mut BatchSink) -> Result<(), Ended> {
    let mut stream = rows.execute_stream().await.map_err(|cause| Ended::Refused(cause, false))?;
    let schema = stream.schema();
    let columns = Columns::of(&schema)?;
    let (mut held, mut height, mut bytes, mut given) = (Vec::new(), 0, 0, false);
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|cause| Ended::Refused(cause, given))?;
        if batch.num_rows() == 0 {
            continue;
        }
        longest::check(&batch)?;
        height += batch.num_rows();
        bytes += batch.get_array_memory_size();
        held.push(batch);
        if sink.full(height, bytes) {
            given = true;
            if !sink.take(columns.frame(&std::mem::take(&mut held))?).await {
                return Err(batch_sink::unwanted().into());
            }
            (height, bytes) = (0, 0);
        }
    }
    if !given || !held.is_empty() {
        if held.is_empty() {
            held.push(arrow::array::RecordBatch::new_empty(schema));
        }
        sink.take(columns.frame(&held)?).await;
    }
    Ok(())
}

/// Files as a table, and those of them that are text.
struct Opened {
    table: Arc<dyn TableProvider>,
    /// The columns that the files have themselves.
    own: SchemaRef,
    texts: Vec<Arc<dyn RowFile>>,
}

/// The table `name`, which lies in `contents`; what is read of one that is `named` is noted.
async fn table(
    context: &SessionContext,
    name: &str,
    contents: &Contents,
    query: &Query,
    named: bool,
) -> Result<Opened, Error> {
    let files = match contents {
        Contents::Files(files) => files,
        Contents::Lake(lake) => {
            query.partitions.are_none_of(name)?;
            let table = lake.open(name, &query.as_of, Some(&query.reads).filter(|_| named)).await?;
            return Ok(Opened { own: table.columns(), table: Arc::new(table), texts: Vec::new() });
        }
    };
    let opened = opened(context, name, files, query, &query.partitions).await?;
    if query.partitions.is_within(&opened.own) {
        let mut each = Vec::with_capacity(files.len());
        for file in files {
            let one = self::opened(context, name, std::slice::from_ref(file), query, &Partitions::default()).await?;
            each.push((file, one.table));
        }
        query.partitions.agree(context, &opened.own, &each).await?;
    }
    Ok(opened)
}

async fn opened(
    context: &SessionContext,
    name: &str,
    files: &[DataFile],
    query: &Query,
    partitions: &Partitions,
) -> Result<Opened, Error> {
    let format = tables::format(files)?.kind;
    match format {
        Kind::Parquet => {
            let table = ParquetTable::open(&context.runtime_env(), files, partitions).await?;
            Ok(Opened { own: table.own(), table: Arc::new(table), texts: Vec::new() })
        }
        Kind::Arrow => {
            let table = ArrowTable::open(context, files, partitions).await?;
            Ok(Opened { own: table.own(), table: Arc::new(table), texts: Vec::new() })
        }
        Kind::Avro => {
            let opened = avro::open(&context.runtime_env(), files).await?;
            let opened: Vec<_> = files.iter().cloned().zip(opened).collect();
            let table = RowTable::new(&opened, partitions)?;
            Ok(Opened { own: table.own(), table: Arc::new(table), texts: Vec::new() })
        }
        Kind::Csv | Kind::Tsv | Kind::Ndjson => {
            let texts: Vec<Arc<dyn RowFile>> = match format {
                Kind::Ndjson => ndjson::open(files)?,
                _ => {
                    let open = |file| csv::open(name, file, &query.types, &query.csv);
                    files.iter().map(open).collect::<Result<_, _>>()?
                }
            };
            let opened: Vec<_> = files.iter().cloned().zip(texts.iter().cloned()).collect();
            let table = RowTable::new(&opened, partitions)?;
            Ok(Opened { own: table.own(), table: Arc::new(table), texts })
        }
    }
}

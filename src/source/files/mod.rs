//! Parquet, CSV and NDJSON files, queried with Polars SQL: each file a table named by its stem.

mod balanced;
mod catalog;
mod csv;
mod dialect;
mod lexer;
mod limits;
mod ndjson;
mod sql;
mod types;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use polars::prelude::*;
use tokio::sync::{mpsc, oneshot};

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::Error;
use super::gate::ReadQuery;
use super::options::SourceOptions;
use super::shared::batch_sink::Reader;
use super::shared::{batch_sink, column_builder, nested};
use crate::frame::Frame;
use crate::isolation::caught;
use crate::model::{ErrorCode, SourceReport, Warning};

use catalog::tables;
pub(super) use limits::{fits, on_deep_stack};

/// What is known of files before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "files",
    dialect: &dialect::Polars,
    capabilities: Capabilities { local: true, cheap_rereads: true, typed_by_suite: true, ..Capabilities::NONE },
    catalog: &catalog::Stems,
    access: Access::Path { prefix: "", open: |path, options, shown| Ok(Arc::new(Files::open(path, options, shown)?)) },
};

/// A file or a folder of files.
pub struct Files {
    path: PathBuf,
    /// CSV column types: `column` or `table.column` to a type name.
    types: BTreeMap<String, String>,
    shown: String,
}

impl Files {
    /// A source over `path`, which is looked at by each query.
    ///
    /// # Errors
    /// Settings, which files do not take, and CSV types that are no types.
    pub fn open(path: &Path, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        if !options.settings.is_empty() || options.timezone.is_some() {
            let message = format!("{shown} takes no `settings` and no `timezone`; remove them");
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        if let Some((column, name)) = options.types.iter().find(|(_, name)| csv::Kind::parse(name).is_none()) {
            let message = format!(
                "`types.{column}` of {shown} is \"{name}\"; known: integer, decimal(precision,scale), float, bool, date, timestamp, text"
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        // Polars advises on its own API on stderr, amid the report; its users never see that API.
        polars::error::set_warning_function(|_, _| {});
        Ok(Files { path: path.to_owned(), types: options.types.clone(), shown })
    }

    /// Runs a query on a thread of its own, which is left behind where nobody waits for it any longer.
    async fn ask(&self, sql: &str, rows: Option<NonZeroUsize>, take: Take) -> Result<(), Error> {
        limits::check(sql)?;
        ReadQuery::check(&lexer::LEXERS[0], sql)?;
        let query = Asked { path: self.path.clone(), types: self.types.clone(), sql: sql.to_owned() };
        let (told, answered) = oneshot::channel();
        let work = move || drop(told.send(answer(&query, rows, take)));
        let thread = std::thread::Builder::new().name("files".to_owned()).stack_size(limits::STACK).spawn(work);
        thread.map_err(|cause| {
            let message = "no thread starts to read the files; allow the process more memory or threads";
            Error::caused(ErrorCode::SourceUnfit, message, &cause)
        })?;
        let cut_short = || Error::new(ErrorCode::QueryRefused, "the query was cut short; run it again");
        answered.await.unwrap_or_else(|_| Err(cut_short()))
    }
}

/// Runs `query` on the calling thread, gives the answer to `take` in batches of at most `rows`, and stops when that
/// returns `false`; a panic in Polars is an error.
fn answer(query: &Asked, rows: Option<NonZeroUsize>, take: Take) -> Result<(), Error> {
    caught(|| read(query, rows, take)).unwrap_or_else(|panic| {
        let text = panic.text();
        let message = format!("Polars broke off while running the query: {text}; write the query another way");
        Err(Error::new(ErrorCode::QueryRefused, message))
    })
}

/// A query over files.
struct Asked {
    path: PathBuf,
    types: BTreeMap<String, String>,
    sql: String,
}

/// Takes a frame; `false` where no more is wanted.
type Take = Box<dyn Fn(Frame) -> bool + Send + Sync>;

fn read(Asked { path, types, sql }: &Asked, rows: Option<NonZeroUsize>, take: Take) -> Result<(), Error> {
    let tables = tables(path)?;
    let query = sql::prepared(sql)?;
    let mut context = sql::context();
    for name in query.tables.iter().filter_map(|name| tables.get_key_value(name).map(|(name, _)| name)) {
        context.register(name, scan(name, &tables[name], types)?);
    }
    let refused = |cause: PolarsError| {
        let known = tables.keys().cloned().collect::<Vec<_>>().join(", ");
        Error::new(ErrorCode::QueryRefused, format!("Polars refused the query: {cause}; tables here: {known}"))
    };
    let mut result = context.execute(&query.text).map_err(refused)?;
    let Some(rows) = rows else {
        take(framed(result.collect().map_err(refused)?)?);
        return Ok(());
    };
    let schema = result.collect_schema().map_err(refused)?;
    let take = Arc::new(take);
    // A frame that is refused stops the query, and its error is told afterwards.
    let outcome: Arc<Mutex<(u64, Option<Error>)>> = Arc::default();
    let each = {
        let (take, outcome) = (take.clone(), outcome.clone());
        move |data: DataFrame| {
            let mut outcome = outcome.lock().expect("no one panics while holding the outcome");
            outcome.0 += 1;
            Ok(match framed(data) {
                Ok(frame) => !take(frame),
                Err(cause) => {
                    outcome.1.get_or_insert(cause);
                    true
                }
            })
        }
    };
    let sunk = result.sink_batches(PlanCallback::new(each), false, Some(rows)).map_err(refused)?;
    sunk.collect_with_engine(polars::prelude::Engine::Streaming).map_err(refused)?;
    let (batches, failed) = std::mem::take(&mut *outcome.lock().expect("no one panics while holding the outcome"));
    if let Some(cause) = failed {
        return Err(cause);
    }
    if batches == 0 {
        take(framed(DataFrame::empty_with_schema(&schema))?);
    }
    Ok(())
}

fn framed(data: DataFrame) -> Result<Frame, Error> {
    let (series, types) = types::canonical(data)?;
    Frame::from_series(series, types).map_err(column_builder::frame_error)
}

/// Readings of files: each of them looks at the files as they are then.
struct Session<'a>(&'a Files);

impl Reader for Session<'_> {
    fn snapshot(&self) -> bool {
        false
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let take: Take = Box::new(move |frame| batches.blocking_send(frame).is_ok());
            self.0.ask(sql, NonZeroUsize::new(batch_sink::ROWS), take).await?;
            Ok(Vec::new())
        })
    }
}

/// The table of one file, its integers wide enough that no sum of them wraps.
fn scan(name: &str, file: &Path, types: &BTreeMap<String, String>) -> Result<LazyFrame, Error> {
    let unreadable = |cause: &dyn std::fmt::Display| {
        Error::new(
            ErrorCode::SourceUnfit,
            format!("{} cannot be read: {cause}; check that the file is whole", file.display()),
        )
    };
    let mut frame = match file.extension().and_then(|end| end.to_str()) {
        Some("csv") => csv::read(name, file, types)?,
        Some("parquet") => {
            let path = file.to_str().ok_or_else(|| unreadable(&"its path is not UTF-8"))?;
            nested::parquet(file).map_err(|why| {
                Error::new(ErrorCode::SourceUnfit, format!("{} cannot be read: {why}", file.display()))
            })?;
            LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet { glob: false, ..ScanArgsParquet::default() })
                .map_err(|cause| unreadable(&cause))?
        }
        _ => ndjson::read(file)?,
    };
    let schema = frame.collect_schema().map_err(|cause| unreadable(&cause))?;
    let narrow = schema.iter().filter(|(_, of)| of.is_integer() && !matches!(of, DataType::Int128 | DataType::UInt128));
    let widened: Vec<Expr> = narrow.map(|(column, _)| col(column.clone()).cast(DataType::Int128)).collect();
    Ok(frame.with_columns(widened))
}

impl Engine for Files {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            tables(&self.path)?;
            Ok(SourceReport {
                engine: DRIVER.name.to_owned(),
                version: format!("Polars {}", polars::VERSION),
                timezone: "UTC".to_owned(),
                url: self.shown.clone(),
                ..SourceReport::default()
            })
        })
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let whole = Arc::new(Mutex::new(None));
            let taken = whole.clone();
            let take: Take = Box::new(move |frame| {
                *taken.lock().expect("no one panics while holding the frame") = Some(frame);
                true
            });
            self.ask(sql, None, take).await?;
            let frame = whole.lock().expect("no one panics while holding the frame").take();
            let frame =
                frame.ok_or_else(|| Error::new(ErrorCode::QueryRefused, "Polars returned nothing; run it again"))?;
            Ok(Answer { frame, warnings: Vec::new() })
        })
    }

    fn reader<'a>(
        &'a self,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>> {
        Box::pin(async move { Ok(Box::new(Session(self)) as Box<dyn Reader + 'a>) })
    }
}

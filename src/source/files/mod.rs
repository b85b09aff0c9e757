//! Parquet, CSV and NDJSON files, queried with the SQL of DataFusion: each file a table named by its stem.

mod answer;
mod balanced;
mod catalog;
mod csv;
mod dialect;
mod exact;
mod format;
mod format_table;
mod forms;
mod int96;
mod lexer;
mod limits;
mod ndjson;
mod parquet_table;
mod place;
mod plain;
mod query;
mod session;
mod sql;
mod tables;
mod text;
mod text_table;
mod unify;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine};
use super::error::Error;
use super::gate::ReadQuery;
use super::location::Location;
use super::options::SourceOptions;
use super::shared::batch_sink::{BatchSink, Reader};
use super::table_name::TableName;
use super::url::SourceUrl;
use crate::frame::Frame;
use crate::model::{ErrorCode, SourceReport, Warning};

pub use csv::CsvOptions;
use format::Kind;
pub(super) use limits::{fits, on_deep_stack};
use query::Query;
use tables::tables;

/// What is known of files before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "files",
    dialect: &dialect::DataFusion,
    capabilities: Capabilities {
        local: true,
        cheap_rereads: true,
        typed_by_suite: true,
        unordered_float_sums: true,
        ..Capabilities::NONE
    },
    catalog: &catalog::Stems,
    access: Access::Path { prefix: "", open: |path, options, shown| Ok(Arc::new(Files::open(path, options, shown)?)) },
};

/// Returns whether the columns of a table have no types but those that a suite declares: it is CSV.
pub(crate) fn untyped(url: &SourceUrl, table: &Option<TableName>) -> bool {
    let (Location::Path(path), true) = (url.location(), *url.driver() == DRIVER) else { return false };
    let Ok(tables) = tables(path) else { return false };
    let of = |files: &Vec<PathBuf>| tables::format(files).is_ok_and(|of| matches!(of.kind, Kind::Csv | Kind::Tsv));
    match table {
        Some(table) => tables.get(table.name()).is_some_and(of),
        None => tables.values().any(of),
    }
}

/// A file or a folder of files.
pub struct Files {
    path: PathBuf,
    /// CSV column types: `column` or `table.column` to a type name.
    types: BTreeMap<String, String>,
    csv: CsvOptions,
    memory: Option<usize>,
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
                "`types.{column}` of {shown} is \"{name}\"; known: integer, decimal(precision,scale), float, bool, date, time, timestamp, timestamp(6), text"
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        Ok(Files {
            path: path.to_owned(),
            types: options.types.clone(),
            csv: options.csv.clone(),
            memory: options.memory,
            shown,
        })
    }

    /// Runs a query on a thread of its own and gives its rows to `sink`; the query ends where nobody waits for it.
    async fn ask(&self, sql: &str, sink: BatchSink) -> Result<BatchSink, Error> {
        limits::check(sql)?;
        ReadQuery::check(&lexer::LEXERS[0], sql)?;
        let query = Query {
            path: self.path.clone(),
            types: self.types.clone(),
            csv: self.csv.clone(),
            memory: self.memory,
            sql: sql.to_owned(),
        };
        let (told, answered) = oneshot::channel();
        let work = move || query::answer(&query, sink, told);
        let thread = std::thread::Builder::new().name("files".to_owned()).stack_size(limits::STACK).spawn(work);
        thread.map_err(|cause| {
            let message = "no thread starts to read the files; allow the process more memory or threads";
            Error::caused(ErrorCode::SourceUnfit, message, &cause)
        })?;
        let cut_short = || Error::new(ErrorCode::QueryRefused, "the query was cut short; run it again");
        answered.await.unwrap_or_else(|_| Err(cut_short()))
    }
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
            self.0.ask(sql, BatchSink::Batches(batches)).await?;
            Ok(Vec::new())
        })
    }
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
                version: format!("DataFusion {}", datafusion::DATAFUSION_VERSION),
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
            let BatchSink::Whole(Some(frame)) = self.ask(sql, BatchSink::Whole(None)).await? else {
                return Err(Error::new(ErrorCode::QueryRefused, "the query gave no answer; run it again"));
            };
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

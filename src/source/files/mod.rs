//! Parquet, CSV and NDJSON files, queried with the SQL of DataFusion: each file a table named by its stem.

mod alike;
mod arrow_table;
mod at_time_zone;
mod avro;
mod balanced;
mod capacity;
mod catalog;
mod csv;
mod data_file;
mod declared;
mod dialect;
mod estimate;
mod exact;
mod format;
mod forms;
mod grammar;
mod int96;
mod joined;
mod lake;
mod lent;
mod lexer;
mod limits;
mod longest;
mod ndjson;
mod object;
mod optimize;
mod own_thread;
mod parquet_table;
mod partitions;
mod place;
mod plain;
mod query;
mod row_table;
mod scan;
mod schema;
mod session;
mod sql;
mod states;
mod stores;
mod tables;
mod text;
mod typed_columns;
mod unify;
mod warnings;
mod whole;
mod zone;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::answer::{Answer, QueryHandle};
use super::engine::{Access, Capabilities, Driver, Engine, PathOf};
use super::error::Error;
use super::estimate::Estimate;
use super::gate::ReadQuery;
use super::options::SourceOptions;
use super::shared::batch_sink::{BatchSink, Reader};
use super::table_name::TableName;
use super::tls::Tls;
use super::url::SourceUrl;
use crate::frame::Frame;
use crate::model::{ErrorCode, SourceReport, TableRead, Warning};

pub use csv::CsvOptions;
use data_file::DataFile;
pub use lake::AsOfOptions;
use lake::{AsOf, Reads};
pub(super) use limits::{fits, on_deep_stack};
use partitions::Partitions;
use place::Place;
use query::Query;
use stores::Objects;
use tables::Contents;
pub use typed_columns::check as check_types;

/// What is known of files before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "files",
    dialect: &dialect::DataFusion,
    capabilities: Capabilities {
        local: true,
        cheap_rereads: true,
        typed_by_suite: true,
        unordered_float_sums: true,
        lends: Some(lent::lent),
        ..Capabilities::NONE
    },
    catalog: &catalog::Stems,
    access: &[
        Access::Path {
            prefix: "",
            endings: &[],
            open: |path, options, shown| Ok(Arc::new(Files::open(path, options, shown)?)),
        },
        Access::Server {
            schemes: stores::SCHEMES,
            aliases: stores::ALIASES,
            parameters: &stores::PARAMETERS,
            path: PathOf::Objects,
            open: |url, options, shown| {
                let place = Objects::open(url).map(Place::Stored)?;
                Ok(Arc::new(Files::at(place, options, shown)?))
            },
        },
    ],
};

/// Returns whether the columns of a table have no types but those that a suite declares: it is CSV.
pub(crate) fn untyped(url: &SourceUrl, table: &Option<TableName>) -> bool {
    *url.driver() == DRIVER && place::is_untyped(url.location(), table.as_ref().map(TableName::name))
}

/// Returns whether the files of a URL lie in folders that may have columns in their names: it is no single file.
pub(crate) fn in_folders(url: &SourceUrl) -> bool {
    *url.driver() == DRIVER && !place::is_one_file(url.location())
}

/// A file, a folder of files or a pattern, here or in a store.
pub struct Files {
    place: Place,
    /// CSV column types: `column` or `table.column` to a type name.
    types: BTreeMap<String, String>,
    csv: CsvOptions,
    partitions: Partitions,
    as_of: AsOf,
    reads: Reads,
    memory: Option<usize>,
    shown: String,
}

impl Files {
    /// A source over a path of this machine, which is looked at by each query.
    ///
    /// # Errors
    /// Those of its options.
    pub fn open(path: &Path, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        Files::at(Place::Local(path.to_owned()), options, shown)
    }

    /// The same over any place.
    ///
    /// # Errors
    /// Settings, which files do not take, and CSV types that are no types.
    fn at(place: Place, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        if !options.settings.is_empty() || options.timezone.is_some() {
            let message = format!("{shown} takes no `settings` and no `timezone`; remove them");
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        let unfit = |why| Error::new(ErrorCode::SourceUnfit, format!("{shown}: {why}"));
        typed_columns::check(&options.types).map_err(unfit)?;
        let partitions = Partitions::parse(&options.partitions).map_err(unfit)?;
        let as_of = options.as_of.as_ref().map(AsOfOptions::state).transpose().map_err(unfit)?.unwrap_or_default();
        Ok(Files {
            place,
            types: options.types.clone(),
            csv: options.csv.clone(),
            partitions,
            as_of,
            reads: Reads::default(),
            memory: options.memory,
            shown,
        })
    }

    /// Runs a query on a thread of its own and gives its rows to `sink`; the query ends where nobody waits for it.
    async fn ask(&self, sql: &str, sink: BatchSink) -> Result<(BatchSink, Vec<Warning>), Error> {
        limits::check(sql)?;
        ReadQuery::check(&lexer::LEXERS[0], sql)?;
        let query = Query {
            place: self.place.clone(),
            types: self.types.clone(),
            csv: self.csv.clone(),
            partitions: self.partitions.clone(),
            as_of: self.as_of.clone(),
            reads: self.reads.clone(),
            memory: self.memory,
            sql: sql.to_owned(),
        };
        let (told, answered) = oneshot::channel();
        let work = move || query::answer(&query, sink, told);
        let thread = std::thread::Builder::new().name("files".to_owned()).stack_size(limits::STACK).spawn(work);
        joined::later(thread.map_err(|cause| own_thread::none_starts(&cause))?);
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
            let (_, warnings) = self.0.ask(sql, BatchSink::Batches(batches)).await?;
            Ok(warnings)
        })
    }
}

impl Engine for Files {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn identity(&self) -> String {
        match &self.place {
            // Where links lead to, so that those which were turned to other data are others.
            Place::Local(path) => {
                let real = |contents| match contents {
                    Contents::Files(files) => {
                        let real =
                            |file: &DataFile| file.path().canonicalize().unwrap_or_default().display().to_string();
                        files.iter().map(real).collect()
                    }
                    Contents::Lake(lake) => vec![lake.shown()],
                };
                let contents = tables::tables(path).unwrap_or_default().into_values();
                contents.flat_map(real).collect::<Vec<String>>().join("\n")
            }
            Place::Stored(objects) => objects.identity().to_owned(),
        }
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            self.place.list().await?;
            let tls = match &self.place {
                Place::Local(_) => String::new(),
                Place::Stored(objects) => {
                    (if objects.is_encrypted() { Tls::Verified } else { Tls::Absent }).as_str().to_owned()
                }
            };
            Ok(SourceReport {
                tls,
                engine: DRIVER.name.to_owned(),
                version: format!("DataFusion {}", datafusion::DATAFUSION_VERSION),
                timezone: "UTC".to_owned(),
                url: self.shown.clone(),
                ..SourceReport::default()
            })
        })
    }

    fn tables_read(&self) -> BTreeMap<String, TableRead> {
        self.reads.all()
    }

    fn has_states<'a>(&'a self, states: &'a BTreeMap<String, TableRead>) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(states::are(&self.place, &self.as_of, &self.reads, states))
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let (BatchSink::Whole(Some(frame)), warnings) = self.ask(sql, BatchSink::Whole(None)).await? else {
                return Err(Error::new(ErrorCode::QueryRefused, "the query gave no answer; run it again"));
            };
            Ok(Answer { frame, warnings })
        })
    }

    fn estimate<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Estimate>, Error>> {
        Box::pin(async move {
            limits::check(sql)?;
            ReadQuery::check(&lexer::LEXERS[0], sql)?;
            estimate::estimated(&self.place, &self.as_of, sql).await.map(Some)
        })
    }

    fn near<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Option<Estimate>> {
        Box::pin(async move {
            match self.place {
                Place::Local(_) => estimate::estimated(&self.place, &self.as_of, sql).await.ok(),
                Place::Stored(_) => None,
            }
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

//! Parquet, CSV and NDJSON files, queried with Polars SQL: each file a table named by its stem.

mod csv;
mod ndjson;
mod sql;
mod types;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use polars::prelude::*;

use super::{Answer, Engine, EngineName, Error, Fault, Options, Ticket};
use crate::check::Requirement;
use crate::frame::Frame;
use crate::model::SourceReport;

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
    pub fn open(path: &Path, options: &Options, shown: String) -> Result<Self, Error> {
        if !options.settings.is_empty() || options.timezone.is_some() {
            let message = format!("{shown} takes no `settings` and no `timezone`; remove them");
            return Err(Error::new(Fault::Query, message));
        }
        if let Some((column, name)) = options.types.iter().find(|(_, name)| csv::Kind::parse(name).is_none()) {
            let message = format!(
                "`types.{column}` of {shown} is \"{name}\"; known: integer, decimal(precision,scale), float, bool, date, timestamp, text"
            );
            return Err(Error::new(Fault::Query, message));
        }
        // Polars advises on its own API on stderr, amid the report; its users never see that API.
        polars::error::set_warning_function(|_, _| {});
        Ok(Files { path: path.to_owned(), types: options.types.clone(), shown })
    }
}

/// The files below `path` by table name.
fn tables(path: &Path) -> Result<BTreeMap<String, PathBuf>, Error> {
    let absent = |what: &str| Error::new(Fault::Query, format!("{} {what}; check the path", path.display()));
    if path.is_file() {
        let name = stem(path).ok_or_else(|| absent("is no .parquet, .csv, .ndjson or .jsonl file"))?;
        return Ok(BTreeMap::from([(name, path.to_owned())]));
    }
    let entries = std::fs::read_dir(path).map_err(|cause| absent(&format!("cannot be read: {cause}")))?;
    let mut tables: BTreeMap<String, PathBuf> = BTreeMap::new();
    for entry in entries {
        let file = entry.map_err(|cause| absent(&format!("cannot be read: {cause}")))?.path();
        let Some(name) = stem(&file).filter(|_| file.is_file()) else { continue };
        if let Some(other) = tables.insert(name.clone(), file.clone()) {
            let message = format!("{} and {} are both the table `{name}`; rename one", other.display(), file.display());
            return Err(Error::new(Fault::Query, message));
        }
    }
    if tables.is_empty() { Err(absent("holds no .parquet, .csv, .ndjson or .jsonl file")) } else { Ok(tables) }
}

fn stem(file: &Path) -> Option<String> {
    let known = ["parquet", "csv", "ndjson", "jsonl"];
    file.extension().and_then(|end| end.to_str()).filter(|end| known.contains(end))?;
    Some(file.file_stem()?.to_str()?.to_owned())
}

/// Runs `query` on the calling thread; a panic in Polars is an error.
fn answer(path: &Path, types: &BTreeMap<String, String>, query: &str) -> Result<Answer, Error> {
    catch_unwind(AssertUnwindSafe(|| read(path, types, query))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::new(
            Fault::Query,
            format!(
                "Polars broke off while running the query: {}; write the query another way",
                text.unwrap_or("no message")
            ),
        ))
    })
}

fn read(path: &Path, types: &BTreeMap<String, String>, query: &str) -> Result<Answer, Error> {
    let tables = tables(path)?;
    let query = sql::prepared(query)?;
    let mut context = sql::context();
    for name in query.tables.iter().filter_map(|name| tables.get_key_value(name).map(|(name, _)| name)) {
        context.register(name, scan(name, &tables[name], types)?);
    }
    let refused = |cause: PolarsError| {
        let known = tables.keys().cloned().collect::<Vec<_>>().join(", ");
        Error::new(Fault::Query, format!("Polars refused the query: {cause}; tables here: {known}"))
    };
    let result = context.execute(&query.text).and_then(LazyFrame::collect).map_err(refused)?;
    let (series, types) = types::canonical(result)?;
    let frame = Frame::from_series(series, types).map_err(|cause| Error::new(Fault::Column, cause.to_string()))?;
    Ok(Answer { frame, warnings: Vec::new() })
}

/// The table of one file, its integers wide enough that no sum of them wraps.
fn scan(name: &str, file: &Path, types: &BTreeMap<String, String>) -> Result<LazyFrame, Error> {
    let unreadable = |cause: &dyn std::fmt::Display| {
        Error::new(Fault::Query, format!("{} cannot be read: {cause}; check that the file is whole", file.display()))
    };
    let mut frame = match file.extension().and_then(|end| end.to_str()) {
        Some("csv") => csv::read(name, file, types)?,
        Some("parquet") => {
            let path = file.to_str().ok_or_else(|| unreadable(&"its path is not UTF-8"))?;
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
    fn name(&self) -> EngineName {
        EngineName::Files
    }

    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>> {
        Box::pin(async {
            tables(&self.path)?;
            Ok(SourceReport {
                engine: self.name().as_str().to_owned(),
                version: format!("Polars {}", polars::VERSION),
                timezone: "UTC".to_owned(),
                url: self.shown.clone(),
                ..SourceReport::default()
            })
        })
    }

    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(async { Ok(Utc::now()) })
    }

    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(
            async move { Ok(matches!(requirement, Requirement::Engine(engine) if engine == self.name().as_str())) },
        )
    }

    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        _timeout: Duration,
        _ticket: &'a Ticket,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        let (path, types, sql) = (self.path.clone(), self.types.clone(), sql.to_owned());
        Box::pin(async move {
            let work = tokio::task::spawn_blocking(move || answer(&path, &types, &sql));
            work.await.unwrap_or_else(|cause| {
                Err(Error::new(Fault::Query, format!("the query was cut short: {cause}; run it again")))
            })
        })
    }

    /// Polars is left to finish on its thread; nobody waits for it.
    fn cancel<'a>(&'a self, _ticket: &'a Ticket) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

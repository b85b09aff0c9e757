//! The tables of files: a file each, without keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table};
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::Polars;
use crate::fs::input;
use crate::model::ErrorCode;

/// Files by their stems.
pub(super) struct Stems;

impl Catalog for Stems {
    fn tables<'a>(&'a self, at: &'a Location, _ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        let Location::Path(path) = at else { return Box::pin(std::future::ready(Ok(Vec::new()))) };
        let names = tables(path).map(|tables| tables.into_keys().map(|name| TableName::new(None, name)).collect());
        Box::pin(std::future::ready(names))
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let head = ask.ask(&format!("SELECT * FROM {} LIMIT 0", table.quoted(&Polars))).await?;
            Ok(Table { columns: head.names().into_iter().map(str::to_owned).collect(), ..Table::default() })
        })
    }

    fn only_table(&self, at: &Location) -> Option<TableName> {
        let Location::Path(path) = at else { return None };
        let stem = path.file_stem().filter(|_| path.is_file())?.to_str()?;
        Some(TableName::new(None, stem.to_owned()))
    }
}

/// The files below `path` by table name.
pub(super) fn tables(path: &Path) -> Result<BTreeMap<String, PathBuf>, Error> {
    let absent =
        |what: &str| Error::new(ErrorCode::SourceMissing, format!("{} {what}; check the path", path.display()));
    if path.is_file() {
        let name = stem(path).ok_or_else(|| absent("is no .parquet, .csv, .ndjson or .jsonl file"))?;
        return Ok(BTreeMap::from([(name, path.to_owned())]));
    }
    if let Some(what) = input::other(path) {
        return Err(absent(&format!("is {what}, where a file or a folder of files is needed")));
    }
    let entries = std::fs::read_dir(path).map_err(|cause| absent(&format!("cannot be read: {cause}")))?;
    let mut tables: BTreeMap<String, PathBuf> = BTreeMap::new();
    for entry in entries {
        let file = entry.map_err(|cause| absent(&format!("cannot be read: {cause}")))?.path();
        let Some(name) = stem(&file).filter(|_| file.is_file()) else { continue };
        if let Some(other) = tables.insert(name.clone(), file.clone()) {
            let message = format!("{} and {} are both the table `{name}`; rename one", other.display(), file.display());
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
    }
    if tables.is_empty() { Err(absent("holds no .parquet, .csv, .ndjson or .jsonl file")) } else { Ok(tables) }
}

fn stem(file: &Path) -> Option<String> {
    let known = ["parquet", "csv", "ndjson", "jsonl"];
    file.extension().and_then(|end| end.to_str()).filter(|end| known.contains(end))?;
    Some(file.file_stem()?.to_str()?.to_owned())
}

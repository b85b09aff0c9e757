//! The catalogue of a source, read within a limit of time.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::catalog::{Ask, Table};
use super::engine::Engine;
use super::error::Error;
use super::location::Location;
use super::query::query;
use super::table_name::TableName;
use crate::frame::Frame;
use crate::model::ErrorCode;
use crate::schema::{TableSchema, Writing};

/// Every table and view at `at`; see `Catalog::tables`.
///
/// # Errors
/// Whatever keeps the catalogue from being read.
pub async fn tables(
    engine: &dyn Engine,
    at: &Location,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Vec<TableName>, Error> {
    engine.driver().catalog.tables(at, &Limited { engine, timeout, stop }).await
}

/// What `engine` tells of `table`.
///
/// # Errors
/// A table that is not there, and whatever keeps the catalogue from being read.
pub async fn table(
    engine: &dyn Engine,
    table: &TableName,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Table, Error> {
    let driver = engine.driver();
    let found = driver.catalog.table(table, &Limited { engine, timeout, stop }).await?;
    if found.columns.is_empty() {
        let message = format!(
            "there is no table {}, or it may not be seen; check its name and case, and give its schema as schema.name",
            table.quoted(driver.dialect)
        );
        return Err(Error::new(ErrorCode::SourceMissing, message));
    }
    Ok(found)
}

/// All that the catalogue of `engine` says of `table`; one that is not there has no columns.
///
/// # Errors
/// Whatever keeps the catalogue from being read.
pub(crate) async fn schema(
    engine: &dyn Engine,
    table: &TableName,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<TableSchema, Error> {
    engine.driver().catalog.schema(table, &Limited { engine, timeout, stop }).await
}

/// What the catalogue says of writing to a table; see `Catalog::writing`.
///
/// # Errors
/// Whatever keeps the catalogue from being read.
pub(crate) async fn writing(
    engine: &dyn Engine,
    table: &TableName,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Writing, Error> {
    engine.driver().catalog.writing(table, &Limited { engine, timeout, stop }).await
}

/// Queries with the limits of the caller.
struct Limited<'a> {
    engine: &'a dyn Engine,
    timeout: Duration,
    stop: &'a CancellationToken,
}

impl Ask for Limited<'_> {
    fn ask<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<Frame, Error>> {
        Box::pin(async move { Ok(query(self.engine, sql, self.timeout, self.stop).await?.frame) })
    }
}

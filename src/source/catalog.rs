//! What a source tells of its tables: their names, their columns, and the key that no two rows share.
//!
//! Asked with plain queries, read-only like every other.

use futures::future::BoxFuture;

use super::error::Error;
use super::location::Location;
use super::table_name::TableName;
use crate::frame::{Frame, Value};

/// A table as its source describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its columns in their order.
    pub columns: Vec<String>,
    /// Columns of its primary key, else of a unique index without NULLs; empty where there is neither.
    pub key: Vec<String>,
    /// Columns that rows are ordered by, which may or may not tell them apart.
    pub order: Vec<String>,
}

/// Sends a query of a catalogue, within the limits of whoever reads it.
pub trait Ask: Sync {
    /// Returns the answer to `sql`.
    fn ask<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<Frame, Error>>;
}

/// How the tables of an engine are listed and described.
pub trait Catalog: Sync {
    /// Lists every table and view at a location that queries may read, system tables aside, in the order of their names;
    /// those that are found without naming their schema come without one.
    fn tables<'a>(&'a self, at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>>;

    /// Describes a table; one that is not there has no columns.
    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>>;

    /// Returns the one table at a location that can hold no other; absent where there may be several.
    fn only_table(&self, _at: &Location) -> Option<TableName> {
        None
    }
}

/// The texts of the column `name` of an answer.
pub(super) fn names(frame: &Frame) -> Vec<String> {
    let text = |value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    };
    frame.values("name").into_iter().filter_map(text).collect()
}

/// The names of tables in an answer, with the schema that stands beside them, if any.
pub(super) fn table_names(frame: &Frame) -> Vec<TableName> {
    let schemas = frame.column("schema").map(|_| frame.values("schema")).unwrap_or_default();
    let schema = |at: usize| match schemas.get(at) {
        Some(Value::Text(schema)) => Some(schema.clone()),
        _ => None,
    };
    names(frame).into_iter().enumerate().map(|(at, name)| TableName::new(schema(at), name)).collect()
}

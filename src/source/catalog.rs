//! What a source tells of its tables: their names, their columns, and the key that no two rows share.
//!
//! Asked with plain queries, read-only like every other.

use futures::future::BoxFuture;

use super::error::Error;
use super::location::Location;
use super::table_name::TableName;
use crate::frame::{Frame, Value};
use crate::schema::{Holding, Property, TableSchema, Writing};

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

    /// Returns what tables of the engine have beside columns and their types.
    fn properties(&self) -> &'static [Property];

    /// Returns what columns hold beyond what their types say.
    fn holding(&self) -> Holding;

    /// Reads all that the catalogue says of a table; one that is not there has no columns.
    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>>;

    /// Reads what the catalogue says of writing to a table; nothing of an engine that tells nothing.
    fn writing<'a>(&'a self, _table: &'a TableName, _ask: &'a dyn Ask) -> BoxFuture<'a, Result<Writing, Error>> {
        Box::pin(async { Ok(Writing::default()) })
    }

    /// Returns the one table at a location that can hold no other; absent where there may be several.
    fn only_table(&self, _at: &Location) -> Option<TableName> {
        None
    }
}

/// The cells of an answer, read by the names of its columns.
pub(super) struct Cells {
    columns: Vec<(String, Vec<Value>)>,
    rows: usize,
}

impl Cells {
    /// Takes the cells of `frame`.
    pub(super) fn of(frame: &Frame) -> Cells {
        let columns = frame.names().into_iter().map(|name| (name.to_owned(), frame.values(name))).collect();
        Cells { columns, rows: frame.height() }
    }

    /// Returns the number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    fn value(&self, row: usize, name: &str) -> Option<&Value> {
        let (_, values) = self.columns.iter().find(|(column, _)| column.eq_ignore_ascii_case(name))?;
        values.get(row)
    }

    /// Returns a cell as text; absent where it is NULL, or there is no such cell.
    pub(super) fn text(&self, row: usize, name: &str) -> Option<String> {
        match self.value(row, name)? {
            Value::Text(text) => Some(text.clone()),
            // MariaDB's catalogue has columns of bytes.
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Bool(held) => Some(u8::from(*held).to_string()),
            _ => None,
        }
    }

    /// Returns the texts of a cell that holds an array; empty where it holds none.
    pub(super) fn texts(&self, row: usize, name: &str) -> Vec<String> {
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        };
        match self.value(row, name) {
            Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns a cell as a number of 0 or more.
    pub(super) fn number(&self, row: usize, name: &str) -> Option<u64> {
        self.text(row, name)?.parse().ok()
    }

    /// Returns whether a cell is a number other than 0.
    pub(super) fn is_set(&self, row: usize, name: &str) -> bool {
        self.number(row, name).is_some_and(|number| number != 0)
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

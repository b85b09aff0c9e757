//! The table that a check's rows of new are of, and how it is written to.

use std::fmt;

use crate::compare::{Role, RowColumn};
use crate::schema::{Property, TableSchema};
use crate::source::{ChangedTable, Changes, Dialect, PlainSelect, TableName};

/// The table behind the query of new.
#[derive(Clone)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: TableName,
    /// The tables that its foreign keys lead to.
    pub(crate) references: Vec<String>,
    pub(super) table: ChangedTable,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) changes: &'static dyn Changes,
    query: PlainSelect,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Target {
    /// The table that `query` picks rows of, of which `schema` is what the catalogue says.
    ///
    /// # Errors
    /// Why it cannot be written to, with a way out.
    pub(crate) fn new(
        dialect: &'static dyn Dialect,
        query: PlainSelect,
        schema: &TableSchema,
    ) -> Result<Target, String> {
        let Some(changes) = dialect.changes() else {
            return Err(format!(
                "new is {}, which is only read; load the rows again, or repair what they are made from",
                dialect.label()
            ));
        };
        let part = |property| schema.parts.iter().filter(move |part| part.property == property);
        let engine = part(Property::TableEngine).next().map_or("", |part| part.text.as_str());
        if !changes.takes(engine) {
            return Err(format!(
                "the table {} is of the engine {engine}, whose rows are not changed one by one; repair what it is filled \
                 from",
                query.table
            ));
        }
        let references = part(Property::ForeignKeys).filter_map(|part| Some(part.target.as_ref()?.0.clone())).collect();
        // A version that is compared has to be that of old.
        let version = changes.version(engine).filter(|version| query.is_final && !query.names(version));
        let table = ChangedTable { name: query.written.clone(), is_merged: query.is_final, version };
        Ok(Target { name: query.table.clone(), references, table, dialect, changes, query })
    }

    /// The column of the table that a column of the answer of new is, as SQL.
    ///
    /// # Errors
    /// One that the query computes, or that new does not return.
    pub(super) fn column(&self, column: &RowColumn) -> Result<String, String> {
        let Some((name, _)) = &column.of.new else {
            return Err(format!("new returns no column `{}`", column.name));
        };
        self.query.column(self.dialect, name).ok_or_else(|| {
            format!("the query of new computes `{name}`, so it is no column of the table; select the column itself")
        })
    }

    /// Whether rows that are added are given a value of `column`.
    pub(super) fn takes(&self, column: &RowColumn) -> bool {
        column.role != Role::Carried || (column.of.old.is_some() && self.column(column).is_ok())
    }
}

//! The table that a check's rows of new are of, and how it is written to.

use std::fmt;

use crate::compare::{Role, RowColumn};
use crate::schema::{Property, TableSchema};
use crate::source::{ChangedTable, Changes, Dialect, Picked, PlainSelect, TableName, bare};

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
    /// The rows among which the key of the check says which is meant.
    scope: Scope,
}

/// The rows of a table that a check compares, as conditions that all hold for them.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    /// As SQL.
    pub(crate) conditions: Vec<String>,
    /// The columns of the table that these are about, as SQL or by their names.
    pub(crate) columns: Vec<String>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Target {
    /// The table that `query` picks rows of, of which `schema` is what the catalogue says. The check pairs them by `key`, the
    /// names of its columns in the answer, and compares those of `scope`, which the query itself does not cut down to.
    ///
    /// # Errors
    /// Why it cannot be written to, with a way out.
    pub(crate) fn new(
        dialect: &'static dyn Dialect,
        query: PlainSelect,
        schema: &TableSchema,
        key: &[&str],
        mut scope: Scope,
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
        match &query.picked {
            Picked::All => {}
            Picked::Where(filter) => {
                scope.conditions.insert(0, format!("({})", filter.sql));
                scope.columns.extend(filter.columns.iter().cloned());
            }
            Picked::Unclear(why) => {
                let key: Vec<String> = key.iter().filter_map(|name| query.column(dialect, name)).collect();
                if !is_unique(schema, &key) {
                    return Err(format!(
                        "its query of new {why}, and its key is no unique key of {} without NULLs, so a statement could reach rows \
                         that the query leaves out; compare rows by a key that the table has",
                        query.table
                    ));
                }
            }
        }
        let references = part(Property::ForeignKeys).filter_map(|part| Some(part.target.as_ref()?.0.clone())).collect();
        // A version that is compared has to be that of old.
        let version = changes.version(engine).filter(|version| query.is_final && !query.names(version));
        let table = ChangedTable { name: query.written.clone(), is_merged: query.is_final, version };
        Ok(Target { name: query.table.clone(), references, table, dialect, changes, query, scope })
    }

    /// Conditions that hold for every row that the check compares.
    pub(super) fn scope(&self) -> &[String] {
        &self.scope.conditions
    }

    /// A column that rows are picked by, and that is none of these, in SQL.
    pub(super) fn unset<'a>(&'a self, set: &[(String, String)]) -> Option<&'a str> {
        let is_set = |column: &&String| set.iter().any(|(name, _)| bare(name).eq_ignore_ascii_case(bare(column)));
        self.scope.columns.iter().find(|column| !is_set(column)).map(|column| bare(column))
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

/// Whether no two rows of the table are the same in these columns.
fn is_unique(schema: &TableSchema, columns: &[String]) -> bool {
    let has = |name: &String| columns.iter().any(|column| bare(column) == name);
    let is_null = |name: &String| schema.columns.iter().any(|column| column.name == *name && column.is_nullable);
    schema.parts.iter().any(|part| {
        matches!(part.property, Property::PrimaryKey | Property::UniqueKeys)
            && part.text.is_empty()
            && !part.columns.is_empty()
            && part.columns.iter().all(|name| has(name) && !is_null(name))
    })
}

//! The columns of text files that a source declares types of: one that no file has would stay text without a word.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::SchemaRef;

use super::super::error::Error;
use super::csv::Kind;
use super::format;
use super::tables::{self, Contents, Tables};
use crate::model::ErrorCode;

/// Checks that each of `types` is one.
///
/// # Errors
/// The first that is none, and what it may be.
pub fn check(types: &BTreeMap<String, String>) -> Result<(), String> {
    match types.iter().find(|(_, name)| Kind::parse(name).is_none()) {
        None => Ok(()),
        Some((column, name)) => Err(format!("`types.{column}` is \"{name}\"; known: {}", Kind::NAMES)),
    }
}

/// The types of a source, and the columns of those of its tables that a query reads.
pub(super) struct TypedColumns<'a> {
    types: &'a BTreeMap<String, String>,
    tables: &'a Tables,
    /// Per table: its columns, and whether their types can be declared.
    read: BTreeMap<String, (BTreeSet<String>, bool)>,
}

impl<'a> TypedColumns<'a> {
    pub(super) fn new(types: &'a BTreeMap<String, String>, tables: &'a Tables) -> TypedColumns<'a> {
        TypedColumns { types, tables, read: BTreeMap::new() }
    }

    /// Notes the columns of a table; those of CSV have no types of their own.
    pub(super) fn note(&mut self, table: &str, columns: &SchemaRef, contents: &Contents) {
        let kind = match contents {
            Contents::Files(files) => tables::format(files).ok().map(|format| format.kind),
            Contents::Lake(_) => None,
        };
        let text = matches!(kind, Some(format::Kind::Csv | format::Kind::Tsv));
        let names = columns.fields().iter().map(|field| field.name().clone()).collect();
        self.read.insert(table.to_owned(), (names, text));
    }

    /// Refuses a type of what is no column, as far as the tables that are read tell: not where none of them is CSV, since a source
    /// may be one of several that share their types.
    ///
    /// # Errors
    /// The type, and the columns that there are.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_one = |key: &str, of: &(BTreeSet<String>, bool)| of.1 && of.0.contains(key);
        if !self.read.values().any(|(_, text)| *text) {
            return Ok(());
        }
        let all_read = self.tables.keys().all(|table| self.read.contains_key(table));
        for key in self.types.keys() {
            let own =
                self.read.iter().find_map(|(table, of)| Some((table, key.strip_prefix(table)?.strip_prefix('.')?, of)));
            let is_known =
                self.read.values().any(|of| is_one(key, of)) || own.is_some_and(|(_, column, of)| is_one(column, of));
            if is_known || (own.is_none() && !all_read) {
                continue;
            }
            let of_text = self.read.iter().filter(|(_, (_, text))| *text);
            let listed = of_text.map(|(table, (columns, _))| {
                format!("{table} has {}", columns.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            });
            let message = format!(
                "`types.{key}` of the source is of no column of its CSV files; {}",
                listed.collect::<Vec<_>>().join("; ")
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        Ok(())
    }
}

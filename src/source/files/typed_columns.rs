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

    /// Refuses a type of what is no column and is called much like one, as far as the tables that are read tell. One of another
    /// name may be of another folder that shares the types.
    ///
    /// # Errors
    /// The type, and the column that it seems to be of.
    pub(super) fn check(&self) -> Result<(), Error> {
        let text = || self.read.iter().filter(|(_, (_, text))| *text);
        let known: BTreeSet<String> = text()
            .flat_map(|(table, (columns, _))| {
                columns.iter().flat_map(move |column| [column.clone(), format!("{table}.{column}")])
            })
            .collect();
        let all_read = self.tables.keys().all(|table| self.read.contains_key(table));
        for key in self.types.keys().filter(|key| !known.contains(*key)) {
            let table = key.split_once('.').map(|(table, _)| table);
            let is_of_another =
                table.is_some_and(|table| self.tables.contains_key(table) && !self.read.contains_key(table));
            // A column of this name may be in a table that the query does not read.
            if is_of_another || (table.is_none() && !all_read) {
                continue;
            }
            // What stands before the point is alike in any case where it is the table's own name.
            let own = |name: &'_ str| match table.filter(|table| self.read.contains_key(*table)) {
                Some(table) => {
                    name.strip_prefix(table).and_then(|name| name.strip_prefix('.')).unwrap_or(name).to_owned()
                }
                None => name.to_owned(),
            };
            let near = known.iter().map(|known| (strsim::jaro_winkler(&own(key), &own(known)), known));
            let near = near.filter(|(alike, _)| *alike > ALIKE).max_by(|(one, _), (other, _)| one.total_cmp(other));
            if let Some((_, near)) = near {
                let message =
                    format!("`types.{key}` of the source is of no column of its CSV files; did you mean `{near}`?");
                return Err(Error::new(ErrorCode::SourceUnfit, message));
            }
        }
        Ok(())
    }
}

/// How alike a name and a misspelt one are, by Jaro and Winkler, of 1.
const ALIKE: f64 = 0.9;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    /// Catches a misspelt type that passes, and one of another table or folder that does not.
    #[test]
    fn a_misspelt_type_is_told_by_what_it_seems_to_be_of() {
        let csv = || Contents::Files(vec![std::path::PathBuf::from("orders.csv").into()]);
        let tables = Tables::from([("orders".to_owned(), csv())]);
        let two = Tables::from([("orders".to_owned(), csv()), ("items".to_owned(), csv())]);
        let fields: Vec<Field> = ["id", "amount"].iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
        let schema = Arc::new(Schema::new(fields));
        for (key, tables, near) in [
            ("amuont", &tables, Some("amount")),
            ("orders.amuont", &tables, Some("orders.amount")),
            ("order.amount", &tables, Some("orders.amount")),
            ("amount", &tables, None),
            ("orders.id", &tables, None),
            ("p50", &tables, None),
            ("orders.d", &tables, None),
            ("totals.amount", &tables, None),
            ("items.amuont", &two, None),
            ("amuont", &two, None),
            ("orders.amuont", &two, Some("orders.amount")),
        ] {
            let types = BTreeMap::from([(key.to_owned(), "integer".to_owned())]);
            let mut columns = TypedColumns::new(&types, tables);
            columns.note("orders", &schema, &csv());
            let told = columns.check().err().map(|error| error.message);
            let meant = near.map(|near| format!("did you mean `{near}`?"));
            assert_eq!(told.is_some(), meant.is_some(), "{key}: {told:?}");
            assert!(told.zip(meant).is_none_or(|(told, meant)| told.ends_with(&meant)), "{key}");
        }
    }
}

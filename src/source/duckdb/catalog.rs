//! DuckDB's catalogue.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table, table_names};
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::schema::{PROPERTIES, schema};
use super::writing;
use crate::schema::{Holding, Oddity, Part, Property, TableSchema, Writing};

/// The functions that tell what a database holds.
pub(super) struct Functions;

impl Catalog for Functions {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let sql = "SELECT CASE WHEN schema_name <> 'main' THEN schema_name END AS schema, name FROM (\
                       SELECT schema_name, table_name AS name FROM duckdb_tables() \
                       WHERE database_name = current_database() AND NOT internal UNION ALL \
                       SELECT schema_name, view_name FROM duckdb_views() \
                       WHERE database_name = current_database() AND NOT internal) AS t ORDER BY name, schema_name";
            Ok(table_names(&ask.ask(sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        PROPERTIES
    }

    fn holding(&self) -> Holding {
        Holding {
            odd: &[Oddity::FloatNotFinite, Oddity::InfiniteTime, Oddity::NulCharacter, Oddity::NullElement],
            is_loose: false,
            has_wide_decimals: false,
        }
    }

    fn writing<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Writing, Error>> {
        Box::pin(writing::read(table, ask))
    }

    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>> {
        Box::pin(schema(table, ask))
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let TableSchema { columns, parts } = schema(table, ask).await?;
            let required =
                |key: &&Part| key.columns.iter().all(|name| columns.iter().any(|c| c.name == *name && !c.is_nullable));
            let of = |property: Property| parts.iter().filter(move |part| part.property == property);
            let key = of(Property::PrimaryKey).next().or_else(|| of(Property::UniqueKeys).find(required));
            let key = key.map(|part| part.columns.clone()).unwrap_or_default();
            Ok(Table { columns: columns.into_iter().map(|column| column.name).collect(), key, order: Vec::new() })
        })
    }
}

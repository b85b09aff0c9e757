//! The catalogue of MySQL and MariaDB.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table, names, table_names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::MySql;
use super::schema;
use super::writing;
use crate::schema::{Holding, Oddity, Property, TableSchema, Writing};

/// `information_schema`.
pub(super) struct MySqlCatalog;

impl Catalog for MySqlCatalog {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let sql = "SELECT table_name AS name FROM information_schema.tables \
                       WHERE table_schema = DATABASE() ORDER BY table_name";
            Ok(table_names(&ask.ask(sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        schema::PROPERTIES
    }

    fn holding(&self) -> Holding {
        Holding {
            odd: &[Oddity::NoDay, Oddity::EmptyLabel, Oddity::NulCharacter],
            is_loose: false,
            has_wide_decimals: false,
        }
    }

    fn writing<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Writing, Error>> {
        Box::pin(writing::read(table, ask))
    }

    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>> {
        Box::pin(schema::read(table, ask))
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let name = quoted_text(&MySql, table.name())?;
            let schema = table.schema().map(|schema| quoted_text(&MySql, schema)).transpose()?;
            let schema = schema.unwrap_or_else(|| "DATABASE()".to_owned());
            let of = format!("table_schema = {schema} AND table_name = {name}");
            let columns = format!(
                "SELECT column_name AS name FROM information_schema.columns WHERE {of} ORDER BY ordinal_position"
            );
            let key = format!(
                "SELECT column_name AS name FROM information_schema.statistics WHERE {of} AND index_name = (\
                 SELECT index_name FROM information_schema.statistics WHERE {of} GROUP BY index_name \
                 HAVING max(non_unique) = 0 AND max(nullable = 'YES') = 0 AND max(sub_part IS NOT NULL) = 0 AND max(column_name IS NULL) = 0 \
                 ORDER BY index_name <> 'PRIMARY', count(*), index_name LIMIT 1) ORDER BY seq_in_index"
            );
            Ok(Table {
                columns: names(&ask.ask(&columns).await?),
                key: names(&ask.ask(&key).await?),
                order: Vec::new(),
            })
        })
    }
}

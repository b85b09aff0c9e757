//! ClickHouse's catalogue. A primary key there orders rows and does not tell them apart, so it is only a suggestion.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table, names, table_names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::ClickHouse;
use super::schema;
use super::writing;
use crate::schema::{Holding, Oddity, Property, TableSchema, Writing};

/// Engines whose tables hold nothing, or give each row only once.
const STREAMS: &str = "'Kafka', 'RabbitMQ', 'NATS', 'S3Queue', 'AzureQueue', 'FileLog', 'Null', 'Set', 'Join'";

/// `system.tables` and `system.columns`.
pub(super) struct SystemTables;

impl Catalog for SystemTables {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let sql = format!(
                "SELECT name FROM system.tables WHERE database = currentDatabase() AND NOT is_temporary \
                 AND NOT startsWith(name, '.inner') AND engine NOT IN ({STREAMS}) ORDER BY name"
            );
            Ok(table_names(&ask.ask(&sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        schema::PROPERTIES
    }

    fn holding(&self) -> Holding {
        Holding {
            odd: &[Oddity::FloatNotFinite, Oddity::NulCharacter, Oddity::NotUtf8],
            is_loose: false,
            has_wide_decimals: true,
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
            let name = quoted_text(&ClickHouse, table.name())?;
            let schema = table.schema().map(|schema| quoted_text(&ClickHouse, schema)).transpose()?;
            let schema = schema.unwrap_or_else(|| "currentDatabase()".to_owned());
            let of = format!("FROM system.columns WHERE database = {schema} AND table = {name}");
            let columns = format!("SELECT name {of} AND default_kind <> 'EPHEMERAL' ORDER BY position");
            let order = format!("SELECT name {of} AND is_in_sorting_key ORDER BY position");
            Ok(Table {
                columns: names(&ask.ask(&columns).await?),
                key: Vec::new(),
                order: names(&ask.ask(&order).await?),
            })
        })
    }
}

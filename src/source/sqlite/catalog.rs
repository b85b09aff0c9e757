//! SQLite's catalogue.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table, names, table_names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::Sqlite;
use super::schema;
use super::writing;
use crate::schema::{Holding, Oddity, Property, TableSchema, Writing};

/// Pragmas as tables.
pub(super) struct Pragmas;

impl Catalog for Pragmas {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' \
                       AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                       ORDER BY name";
            Ok(table_names(&ask.ask(sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        schema::PROPERTIES
    }

    fn holding(&self) -> Holding {
        Holding {
            odd: &[Oddity::NulCharacter, Oddity::NoNumber, Oddity::NoTime],
            is_loose: true,
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
            let name = quoted_text(&Sqlite, table.name())?;
            let schema = table.schema().map(|schema| quoted_text(&Sqlite, schema)).transpose()?;
            let with = |name: &str, of: &str| match &schema {
                Some(schema) => format!("{name}({of}, {schema})"),
                None => format!("{name}({of})"),
            };
            let info = with("pragma_table_xinfo", &name);
            // Generated columns are columns; hidden ones of virtual tables are not.
            let columns = format!("SELECT name FROM {info} WHERE hidden IN (0, 2, 3) ORDER BY cid");
            let primary = format!("SELECT name FROM {info} WHERE pk > 0 ORDER BY pk");
            let lists = with("pragma_index_list", &name);
            let members = with("pragma_index_info", "i.name");
            let index = format!(
                "SELECT i.name AS name FROM {lists} AS i WHERE i.\"unique\" AND NOT i.partial AND NOT EXISTS (\
                 SELECT 1 FROM {members} AS m LEFT JOIN {info} AS c ON c.cid = m.cid WHERE c.\"notnull\" IS NOT 1) \
                 ORDER BY (SELECT count(*) FROM {members}), i.seq LIMIT 1"
            );
            let mut key = names(&ask.ask(&primary).await?);
            if let (true, Some(index)) = (key.is_empty(), names(&ask.ask(&index).await?).first()) {
                let members = with("pragma_index_info", &quoted_text(&Sqlite, index)?);
                key = names(&ask.ask(&format!("SELECT name FROM {members} ORDER BY seqno")).await?);
            }
            Ok(Table { columns: names(&ask.ask(&columns).await?), key, order: Vec::new() })
        })
    }
}

//! Lists the tables of files and their columns; none has a key.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table, names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::DataFusion;
use super::place::{self, Place};
use super::schema;
use crate::schema::{Holding, Oddity, Property, TableSchema};

/// Files by their stems.
pub(super) struct Stems;

impl Catalog for Stems {
    fn tables<'a>(&'a self, at: &'a Location, _ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let listed = Place::of(at)?.list().await?;
            Ok(listed.tables.into_keys().map(|name| TableName::new(None, name)).collect())
        })
    }

    fn properties(&self) -> &'static [Property] {
        &[]
    }

    fn holding(&self) -> Holding {
        Holding { odd: &[Oddity::FloatNotFinite, Oddity::NulCharacter], is_loose: false, has_wide_decimals: false }
    }

    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>> {
        Box::pin(schema::read(table, ask))
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let name = quoted_text(&DataFusion, table.name())?;
            // The table is named as one, so that a file that cannot be read is an error.
            let listed = ask
                .ask(&format!(
                    "SELECT c.column_name AS name FROM information_schema.columns AS c LEFT JOIN (SELECT 1 AS n FROM {} LIMIT \
                     0) AS t ON t.n = 0 WHERE c.table_name = {name} ORDER BY c.ordinal_position",
                    table.quoted(&DataFusion)
                ))
                .await?;
            Ok(Table { columns: names(&listed), ..Table::default() })
        })
    }

    fn only_table(&self, at: &Location) -> Option<TableName> {
        place::only_table(at).map(|name| TableName::new(None, name))
    }
}

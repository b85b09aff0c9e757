//! Spark's catalogue, which knows of no keys.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Cells, Table};
use super::super::dialect::Dialect;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::Spark;
use super::types::column_type;
use crate::schema::{ColumnSchema, Holding, Oddity, Property, TableSchema};

/// `SHOW TABLES` and `DESCRIBE TABLE`.
pub(super) struct Shown;

impl Catalog for Shown {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let mut names = listed(None, ask).await?;
            names.sort();
            Ok(names.into_iter().map(|name| TableName::new(None, name)).collect())
        })
    }

    fn properties(&self) -> &'static [Property] {
        &[]
    }

    fn holding(&self) -> Holding {
        Holding {
            odd: &[Oddity::FloatNotFinite, Oddity::NulCharacter, Oddity::NullElement],
            is_loose: false,
            has_wide_decimals: false,
        }
    }

    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>> {
        Box::pin(async move { Ok(TableSchema { columns: columns(table, ask).await?, parts: Vec::new() }) })
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let columns = columns(table, ask).await?;
            Ok(Table { columns: columns.into_iter().map(|column| column.name).collect(), ..Table::default() })
        })
    }
}

/// The tables and views of a schema, of the current one unless given; temporary ones belong to a session.
async fn listed(schema: Option<&str>, ask: &dyn Ask) -> Result<Vec<String>, Error> {
    let of = schema.map(|schema| format!(" IN {}", Spark.quoted(schema))).unwrap_or_default();
    let cells = Cells::of(&ask.ask(&format!("SHOW TABLES{of}")).await?);
    let lasting = (0..cells.rows()).filter(|row| !cells.is_set(*row, "isTemporary"));
    Ok(lasting.filter_map(|row| cells.text(row, "tableName")).collect())
}

/// The columns of a table; none of one that is not there. The case of names does not matter, as in a query.
async fn columns(table: &TableName, ask: &dyn Ask) -> Result<Vec<ColumnSchema>, Error> {
    let there = listed(table.schema(), ask).await?;
    if !there.iter().any(|name| name.eq_ignore_ascii_case(table.name())) {
        return Ok(Vec::new());
    }
    let cells = Cells::of(&ask.ask(&format!("DESCRIBE TABLE {}", table.quoted(&Spark))).await?);
    let column = |row: usize| {
        let name = cells.text(row, "col_name")?;
        let declared = cells.text(row, "data_type")?;
        Some(ColumnSchema { name, of: column_type(&declared), declared, is_nullable: true, default: None })
    };
    // Behind the columns stand headings and partitions.
    let named =
        |row: &usize| cells.text(*row, "col_name").is_some_and(|name| !name.is_empty() && !name.starts_with('#'));
    Ok((0..cells.rows()).take_while(named).filter_map(column).collect())
}

//! BigQuery's catalogue: the `INFORMATION_SCHEMA` of a dataset.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Cells, Table, names, table_names};
use super::super::dialect::{Dialect, quoted_text};
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::BigQuery;
use crate::schema::{ColumnSchema, DefaultValue, Holding, Oddity, Part, Property, TableSchema};

/// The views of the catalogue.
pub(super) struct InformationSchema;

impl Catalog for InformationSchema {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let sql = "SELECT table_name AS name FROM INFORMATION_SCHEMA.TABLES ORDER BY table_name";
            Ok(table_names(&ask.ask(sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        &[Property::Nullability, Property::Defaults, Property::PrimaryKey]
    }

    fn holding(&self) -> Holding {
        Holding { odd: &[Oddity::FloatNotFinite, Oddity::NulCharacter], is_loose: false, has_wide_decimals: false }
    }

    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>> {
        Box::pin(async move {
            let (columns, key) = (columns(table, ask).await?, key(table, ask).await?);
            let parts = if key.is_empty() { Vec::new() } else { vec![Part::of_columns(Property::PrimaryKey, key)] };
            Ok(TableSchema { columns, parts })
        })
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let columns = columns(table, ask).await?.into_iter().map(|column| column.name).collect();
            Ok(Table { columns, key: key(table, ask).await?, order: Vec::new() })
        })
    }
}

/// A view of the catalogue of the dataset of a table, of that of the connection where it names none.
fn view(table: &TableName, name: &str) -> String {
    let dataset = table.schema().map(|dataset| format!("{}.", BigQuery.quoted(dataset))).unwrap_or_default();
    format!("{dataset}INFORMATION_SCHEMA.{name}")
}

/// The columns of a table; none of one that is not there. The case of names of tables matters.
async fn columns(table: &TableName, ask: &dyn Ask) -> Result<Vec<ColumnSchema>, Error> {
    let sql = format!(
        "SELECT column_name AS name, data_type AS declared, is_nullable AS nullable, column_default AS standard FROM {} \
         WHERE table_name = {} ORDER BY ordinal_position",
        view(table, "COLUMNS"),
        quoted_text(&BigQuery, table.name())?
    );
    let cells = Cells::of(&ask.ask(&sql).await?);
    let column = |row: usize| {
        let declared = cells.text(row, "declared").unwrap_or_default();
        ColumnSchema {
            name: cells.text(row, "name").unwrap_or_default(),
            of: column_type(&declared),
            declared,
            is_nullable: cells.text(row, "nullable").as_deref() != Some("NO"),
            default: cells
                .text(row, "standard")
                .filter(|text| !text.eq_ignore_ascii_case("null"))
                .map(|text| DefaultValue::of_sql(&text)),
        }
    };
    Ok((0..cells.rows()).map(column).collect())
}

/// The columns of the primary key, which is declared and not enforced; none where there is no such key.
async fn key(table: &TableName, ask: &dyn Ask) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT k.column_name AS name FROM {} AS k JOIN {} AS c \
         ON c.constraint_schema = k.constraint_schema AND c.constraint_name = k.constraint_name \
         WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_name = {} ORDER BY k.ordinal_position",
        view(table, "KEY_COLUMN_USAGE"),
        view(table, "TABLE_CONSTRAINTS"),
        quoted_text(&BigQuery, table.name())?
    );
    Ok(names(&ask.ask(&sql).await?))
}

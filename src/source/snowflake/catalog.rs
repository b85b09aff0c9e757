//! Snowflake's catalogue: the `INFORMATION_SCHEMA` of the database, which tells no columns of keys.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Cells, Table, table_names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::Snowflake;
use crate::schema::{ColumnSchema, DefaultValue, Holding, Oddity, Property, TableSchema};

/// The views of the catalogue.
pub(super) struct InformationSchema;

impl Catalog for InformationSchema {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            let sql = "SELECT CASE WHEN table_schema <> COALESCE(current_schema(), '') THEN table_schema END AS \"schema\", \
                       table_name AS \"name\" FROM information_schema.tables \
                       WHERE table_schema <> 'INFORMATION_SCHEMA' ORDER BY 2, 1";
            Ok(table_names(&ask.ask(sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        &[Property::Nullability, Property::Defaults]
    }

    fn holding(&self) -> Holding {
        Holding { odd: &[Oddity::FloatNotFinite, Oddity::NulCharacter], is_loose: false, has_wide_decimals: false }
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

/// The columns of a table; none of one that is not there. The case of names matters, as in quotes.
async fn columns(table: &TableName, ask: &dyn Ask) -> Result<Vec<ColumnSchema>, Error> {
    let name = quoted_text(&Snowflake, table.name())?;
    let schema = table.schema().map_or(Ok("current_schema()".to_owned()), |schema| quoted_text(&Snowflake, schema))?;
    let sql = format!(
        "SELECT column_name AS \"name\", data_type AS \"type\", numeric_precision AS \"digits\", numeric_scale AS \"scale\", \
         character_maximum_length AS \"length\", is_nullable AS \"nullable\", \
         column_default AS \"standard\" FROM information_schema.columns \
         WHERE table_schema = {schema} AND table_name = {name} ORDER BY ordinal_position"
    );
    let cells = Cells::of(&ask.ask(&sql).await?);
    let column = |row: usize| {
        let of = cells.text(row, "type").unwrap_or_default();
        let number = |name: &str| cells.text(row, name);
        let declared = match of.as_str() {
            "NUMBER" => number("digits").zip(number("scale")).map(|(digits, scale)| format!("{of}({digits},{scale})")),
            "TEXT" => number("length").map(|length| format!("{of}({length})")),
            _ => None,
        };
        let declared = declared.unwrap_or(of);
        ColumnSchema {
            name: cells.text(row, "name").unwrap_or_default(),
            of: column_type(&declared),
            declared,
            is_nullable: cells.text(row, "nullable").as_deref() != Some("NO"),
            default: cells.text(row, "standard").map(|text| DefaultValue::of_sql(&text)),
        }
    };
    Ok((0..cells.rows()).map(column).collect())
}

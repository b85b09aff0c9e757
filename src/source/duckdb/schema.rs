//! What DuckDB's catalogue says of a table.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::DuckDb;
use crate::schema::{ColumnSchema, DefaultValue, Part, Property, TableSchema};

/// What it has.
pub(super) const PROPERTIES: &[Property] = &[
    Property::Nullability,
    Property::Defaults,
    Property::PrimaryKey,
    Property::UniqueKeys,
    Property::ForeignKeys,
    Property::Checks,
    Property::Indexes,
];

/// Reads the schema of `table`; one that is not there has no columns. The case of names does not matter, as in a query.
pub(super) async fn schema(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let name = quoted_text(&DuckDb, table.name())?;
    let schema = table.schema().map_or_else(|| Ok("'main'".to_owned()), |schema| quoted_text(&DuckDb, schema))?;
    let here = format!(
        "database_name = current_database() AND lower(schema_name) = lower({schema}) AND lower(table_name) = lower({name})"
    );
    let columns = format!(
        "SELECT column_name AS name, data_type AS declared, CAST(is_nullable AS INTEGER) AS nullable, \
         column_default AS standard FROM duckdb_columns() WHERE {here} ORDER BY column_index"
    );
    let constraints = format!(
        "SELECT constraint_type AS kind, constraint_column_names AS columns, expression AS expression, \
         referenced_table AS target, referenced_column_names AS targets \
         FROM duckdb_constraints() WHERE {here} AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY', 'CHECK') \
         ORDER BY constraint_index"
    );
    let indexes = format!(
        "SELECT CAST(is_unique AS INTEGER) AS uniqueness, CAST(expressions AS VARCHAR[]) AS columns \
         FROM duckdb_indexes() WHERE {here} AND NOT is_primary ORDER BY index_name"
    );
    let cells = Cells::of(&ask.ask(&columns).await?);
    let column = |row: usize| {
        let declared = cells.text(row, "declared").unwrap_or_default();
        ColumnSchema {
            name: cells.text(row, "name").unwrap_or_default(),
            of: column_type(&declared),
            declared,
            is_nullable: cells.is_set(row, "nullable"),
            default: cells
                .text(row, "standard")
                .filter(|text| !text.eq_ignore_ascii_case("null"))
                .map(|text| DefaultValue::of_sql(&text)),
        }
    };
    let columns: Vec<ColumnSchema> = (0..cells.rows()).map(column).collect();
    let cells = Cells::of(&ask.ask(&constraints).await?);
    let mut parts: Vec<Part> = (0..cells.rows()).map(|row| constraint(&cells, row)).collect();
    let cells = Cells::of(&ask.ask(&indexes).await?);
    parts.extend((0..cells.rows()).map(|row| {
        let property = if cells.is_set(row, "uniqueness") { Property::UniqueKeys } else { Property::Indexes };
        Part::of_columns(property, cells.texts(row, "columns").iter().map(|text| unquoted(text)).collect())
    }));
    Ok(TableSchema { columns, parts })
}

fn constraint(cells: &Cells, row: usize) -> Part {
    let columns = || cells.texts(row, "columns");
    match cells.text(row, "kind").as_deref() {
        Some("PRIMARY KEY") => Part::of_columns(Property::PrimaryKey, columns()),
        Some("UNIQUE") => Part::of_columns(Property::UniqueKeys, columns()),
        // Its foreign keys refuse, and have no other action.
        Some("FOREIGN KEY") => Part {
            target: Some((cells.text(row, "target").unwrap_or_default(), cells.texts(row, "targets"))),
            ..Part::of_columns(Property::ForeignKeys, columns())
        },
        _ => Part::of_text(Property::Checks, cells.text(row, "expression").unwrap_or_default()),
    }
}

/// A column of an index, as its name; an expression as it is.
pub(super) fn unquoted(text: &str) -> String {
    let inside = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.map_or_else(|| text.to_owned(), |name| name.replace("\"\"", "\""))
}

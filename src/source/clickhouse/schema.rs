//! What ClickHouse's catalogue says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::ClickHouse;
use crate::schema::{ColumnSchema, DefaultValue, Part, Property, TableSchema, arguments};

/// What it has. Its primary key tells no rows apart.
pub(super) const PROPERTIES: &[Property] = &[
    Property::Nullability,
    Property::Defaults,
    Property::TableEngine,
    Property::SortingKey,
    Property::SparseKey,
    Property::PartitionKey,
    Property::Ttl,
    Property::SkippingIndexes,
];

/// Reads the schema of `table`; one that is not there has no columns.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let name = quoted_text(&ClickHouse, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&ClickHouse, schema)).transpose()?;
    let schema = schema.unwrap_or_else(|| "currentDatabase()".to_owned());
    let columns = Cells::of(
        &ask.ask(&format!(
            "SELECT name, type AS declared, default_kind AS how, default_expression AS expression FROM system.columns \
             WHERE database = {schema} AND table = {name} ORDER BY position"
        ))
        .await?,
    );
    let tables = Cells::of(
        &ask.ask(&format!(
            "SELECT engine_full AS engine, engine AS kind, sorting_key AS sorting, primary_key AS sparse, \
             partition_key AS partitions FROM system.tables WHERE database = {schema} AND name = {name}"
        ))
        .await?,
    );
    let skipping = Cells::of(
        &ask.ask(&format!(
            "SELECT concat(type, '(', expr, ')') AS text FROM system.data_skipping_indices \
             WHERE database = {schema} AND table = {name} ORDER BY name"
        ))
        .await?,
    );
    let mut parts = if tables.rows() > 0 { storage(&tables) } else { Vec::new() };
    parts.extend(
        (0..skipping.rows())
            .filter_map(|row| Some(Part::of_text(Property::SkippingIndexes, skipping.text(row, "text")?))),
    );
    Ok(TableSchema { columns: (0..columns.rows()).map(|row| column(&columns, row)).collect(), parts })
}

fn column(cells: &Cells, row: usize) -> ColumnSchema {
    let declared = cells.text(row, "declared").unwrap_or_default();
    let (of, is_nullable) = column_type(&declared);
    let expression = cells.text(row, "expression").filter(|text| !text.is_empty());
    let default = expression.map(|expression| match cells.text(row, "how").unwrap_or_default().as_str() {
        "DEFAULT" => DefaultValue::of_sql(&expression),
        how => DefaultValue { text: format!("{} {expression}", how.to_lowercase()), meaning: None },
    });
    ColumnSchema { name: cells.text(row, "name").unwrap_or_default(), declared, of, is_nullable, default }
}

fn storage(cells: &Cells) -> Vec<Part> {
    let text = |name: &str| cells.text(0, name).unwrap_or_default();
    let full = text("engine");
    let engine =
        before(&full, &[" PARTITION BY ", " PRIMARY KEY ", " ORDER BY ", " SAMPLE BY ", " TTL ", " SETTINGS "]);
    let engine = if engine.is_empty() { text("kind") } else { engine.to_owned() };
    let mut parts = vec![Part::of_text(Property::TableEngine, engine)];
    for (property, name) in
        [(Property::SortingKey, "sorting"), (Property::SparseKey, "sparse"), (Property::PartitionKey, "partitions")]
    {
        let columns = arguments(&text(name));
        if !columns.is_empty() {
            parts.push(Part::of_columns(property, columns));
        }
    }
    if let Some((_, rest)) = full.split_once(" TTL ") {
        parts.push(Part::of_text(Property::Ttl, before(rest, &[" SETTINGS "])));
    }
    parts
}

/// The text before the first of these words.
fn before<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let end = words.iter().filter_map(|word| text.find(word)).min().unwrap_or(text.len());
    text[..end].trim()
}

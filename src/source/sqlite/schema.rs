//! What SQLite's catalogue says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::foreign_keys::foreign_keys;
use super::super::table_name::TableName;
use super::checks::checks;
use super::declared::column_type;
use super::dialect::Sqlite;
use crate::schema::{ColumnSchema, ColumnType, DefaultValue, Part, Property, TableSchema};

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

/// Reads the schema of `table`; one that is not there has no columns.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let name = quoted_text(&Sqlite, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&Sqlite, schema)).transpose()?;
    let with = |pragma: &str, of: &str| match &schema {
        Some(schema) => format!("{pragma}({of}, {schema})"),
        None => format!("{pragma}({of})"),
    };
    let info = with("pragma_table_xinfo", &name);
    let columns_sql = format!(
        "SELECT name, type AS declared, \"notnull\" AS required, dflt_value AS standard, pk, hidden FROM {info} \
         WHERE hidden IN (0, 2, 3) ORDER BY cid"
    );
    let cells = Cells::of(&ask.ask(&columns_sql).await?);
    let mut primary: Vec<(u64, String)> =
        (0..cells.rows()).filter_map(|row| Some((cells.number(row, "pk")?, cells.text(row, "name")?))).collect();
    primary.retain(|(place, _)| *place > 0);
    primary.sort();
    let primary: Vec<String> = primary.into_iter().map(|(_, name)| name).collect();
    let columns = (0..cells.rows()).map(|row| column(&cells, row, &primary)).collect();
    let mut parts = Vec::new();
    if !primary.is_empty() {
        parts.push(Part::of_columns(Property::PrimaryKey, primary));
    }
    let lists = with("pragma_index_list", &name);
    let members = with("pragma_index_xinfo", "i.name");
    let indexes_sql = format!(
        "SELECT i.name AS name, i.\"unique\" AS uniqueness, i.origin AS origin, i.partial AS partial, m.seqno AS place, \
         m.name AS col FROM {lists} AS i JOIN {members} AS m WHERE m.\"key\" = 1 ORDER BY i.seq, m.seqno"
    );
    parts.extend(indexes(&Cells::of(&ask.ask(&indexes_sql).await?)));
    let foreign = with("pragma_foreign_key_list", &name);
    let foreign_sql = format!(
        "SELECT id, seq, \"table\" AS target, \"from\" AS col, \"to\" AS target_column, on_update, on_delete FROM {foreign} \
         ORDER BY id, seq"
    );
    parts.extend(foreign_keys(&Cells::of(&ask.ask(&foreign_sql).await?), "id"));
    let master = match table.schema() {
        Some(schema) => format!("{}.sqlite_master", TableName::new(None, schema.to_owned()).quoted(&Sqlite)),
        None => "sqlite_master".to_owned(),
    };
    let text_sql = format!("SELECT sql AS sql FROM {master} WHERE type = 'table' AND name = {name}");
    let text = Cells::of(&ask.ask(&text_sql).await?).text(0, "sql").unwrap_or_default();
    parts.extend(checks(&text).into_iter().map(|check| Part::of_text(Property::Checks, check)));
    Ok(TableSchema { columns, parts })
}

fn column(cells: &Cells, row: usize, primary: &[String]) -> ColumnSchema {
    let name = cells.text(row, "name").unwrap_or_default();
    let declared = cells.text(row, "declared").unwrap_or_default();
    let is_key = primary.contains(&name);
    // The number of the row itself, which is never NULL and has a next one.
    let is_row_number = primary == [name.clone()] && declared.eq_ignore_ascii_case("integer");
    let default = match cells.text(row, "standard") {
        _ if is_row_number => Some(DefaultValue::next_number("rowid")),
        _ if cells.number(row, "hidden").is_some_and(|hidden| hidden > 1) => {
            Some(DefaultValue { text: "generated".to_owned(), meaning: None })
        }
        Some(text) if text.eq_ignore_ascii_case("null") => None,
        standard => standard.map(|text| DefaultValue::of_sql(&text)),
    };
    let of = if declared.is_empty() { ColumnType::Any } else { column_type(&declared) };
    ColumnSchema { name, declared, of, is_nullable: !is_key && !cells.is_set(row, "required"), default }
}

fn indexes(cells: &Cells) -> Vec<Part> {
    let mut found: Vec<(String, Option<Part>)> = Vec::new();
    for row in 0..cells.rows() {
        let text = |name: &str| cells.text(row, name).unwrap_or_default();
        let name = text("name");
        if found.last().is_none_or(|(known, _)| *known != name) {
            let property = if cells.is_set(row, "uniqueness") { Property::UniqueKeys } else { Property::Indexes };
            let partial = if cells.is_set(row, "partial") { "partial" } else { "" };
            let part = Part { text: partial.to_owned(), ..Part::of_columns(property, Vec::new()) };
            // The index of the primary key is told as the key.
            found.push((name, (text("origin") != "pk").then_some(part)));
        }
        if let Some((_, Some(part))) = found.last_mut() {
            part.columns.push(cells.text(row, "col").unwrap_or_else(|| "an expression".to_owned()));
        }
    }
    found.into_iter().filter_map(|(_, part)| part).collect()
}

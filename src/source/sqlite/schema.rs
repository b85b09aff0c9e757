//! What SQLite's catalogue says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::definitions::{Clause, definitions};
use super::super::shared::foreign_keys::foreign_keys;
use super::super::table_name::TableName;
use super::checks::checks;
use super::declared::column_type;
use super::dialect::Sqlite;
use super::lexer::LEXERS;
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
    let master = match table.schema() {
        Some(schema) => format!("{}.sqlite_master", TableName::new(None, schema.to_owned()).quoted(&Sqlite)),
        None => "sqlite_master".to_owned(),
    };
    let text_sql = format!("SELECT sql AS sql FROM {master} WHERE type = 'table' AND name = {name}");
    let text = Cells::of(&ask.ask(&text_sql).await?).text(0, "sql").unwrap_or_default();
    let (definitions_of_columns, _) = definitions(&LEXERS[0], &text, &format!("the table {}", table.name()))?;
    let columns = (0..cells.rows()).map(|row| column(&cells, row, &primary, &definitions_of_columns)).collect();
    let mut parts = Vec::new();
    if !primary.is_empty() {
        parts.push(Part::of_columns(Property::PrimaryKey, primary));
    }
    let lists = with("pragma_index_list", &name);
    let members = with("pragma_index_xinfo", "i.name");
    let indexes_sql = format!(
        "SELECT i.name AS name, i.\"unique\" AS uniqueness, i.origin AS origin, m.seqno AS place, m.name AS col, \
         (SELECT s.sql FROM {master} AS s WHERE s.type = 'index' AND s.name = i.name) AS statement FROM {lists} AS i JOIN {members} AS m WHERE m.\"key\" = 1 ORDER BY i.seq, m.seqno"
    );
    parts.extend(indexes(&Cells::of(&ask.ask(&indexes_sql).await?))?);
    let foreign = with("pragma_foreign_key_list", &name);
    let foreign_sql = format!(
        "SELECT id, seq, \"table\" AS target, \"from\" AS col, \"to\" AS target_column, on_update, on_delete FROM {foreign} \
         ORDER BY id, seq"
    );
    parts.extend(foreign_keys(&Cells::of(&ask.ask(&foreign_sql).await?), "id"));
    parts.extend(checks(&text).into_iter().map(|check| Part::of_text(Property::Checks, check)));
    Ok(TableSchema { columns, parts })
}

fn column(cells: &Cells, row: usize, primary: &[String], definitions: &[Clause<'_>]) -> ColumnSchema {
    let name = cells.text(row, "name").unwrap_or_default();
    let declared = cells.text(row, "declared").unwrap_or_default();
    let is_key = primary.contains(&name);
    // The number of the row itself, which is never NULL and has a next one.
    let is_row_number = primary == [name.clone()] && declared.eq_ignore_ascii_case("integer");
    let default = match cells.text(row, "standard") {
        _ if is_row_number => Some(DefaultValue::next_number("rowid")),
        _ if cells.number(row, "hidden").is_some_and(|hidden| hidden > 1) => {
            let is_own = |clause: &&Clause<'_>| unquoted(clause.word(0)).eq_ignore_ascii_case(&name);
            let of = definitions.iter().find(is_own).and_then(|clause| clause.within_parentheses_after("as"));
            Some(DefaultValue { text: format!("generated as {}", of.unwrap_or_default()), meaning: None })
        }
        Some(text) if text.eq_ignore_ascii_case("null") => None,
        standard => standard.map(|text| DefaultValue::of_sql(&text)),
    };
    let of = if declared.is_empty() { ColumnType::Any } else { column_type(&declared) };
    ColumnSchema { name, declared, of, is_nullable: !is_key && !cells.is_set(row, "required"), default }
}

/// A name without its quotes.
fn unquoted(name: &str) -> String {
    let inner = |open: char, close: char| name.strip_prefix(open)?.strip_suffix(close);
    match ['"', '`', '\''].into_iter().find_map(|quote| Some((quote, inner(quote, quote)?))) {
        Some((quote, text)) => text.replace(&quote.to_string().repeat(2), &quote.to_string()),
        None => inner('[', ']').unwrap_or(name).to_owned(),
    }
}

/// The indexes: of an expression and of a condition only the statement that made the index tells.
fn indexes(cells: &Cells) -> Result<Vec<Part>, Error> {
    let mut found: Vec<(String, Option<Part>)> = Vec::new();
    for row in 0..cells.rows() {
        let text = |name: &str| cells.text(row, name).unwrap_or_default();
        let (name, statement) = (text("name"), text("statement"));
        let (members, rest) = definitions(&LEXERS[0], &statement, &format!("the index {name}"))?;
        if found.last().is_none_or(|(known, _)| *known != name) {
            let property = if cells.is_set(row, "uniqueness") { Property::UniqueKeys } else { Property::Indexes };
            let condition = if rest.is(0, "where") { format!("where {}", rest.text_from(1)) } else { String::new() };
            let part = Part { text: condition, ..Part::of_columns(property, Vec::new()) };
            // The index of the primary key is told as the key.
            found.push((name, (text("origin") != "pk").then_some(part)));
        }
        if let Some((_, Some(part))) = found.last_mut() {
            let place = cells.number(row, "place").and_then(|place| usize::try_from(place).ok());
            let expression = || Some(place.and_then(|place| members.get(place))?.text_from(0).to_owned());
            part.columns.push(cells.text(row, "col").or_else(expression).unwrap_or_default());
        }
    }
    Ok(found.into_iter().filter_map(|(_, part)| part).collect())
}

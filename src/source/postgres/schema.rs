//! What PostgreSQL's catalogue says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::Postgres;
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

/// Reads the schema of `table`; one that is not there has no columns.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let at = format!("to_regclass({})", quoted_text(&Postgres, &table.quoted(&Postgres))?);
    let columns = columns(&Cells::of(&ask.ask(&columns_sql(&at)).await?));
    let mut parts = constraints(&Cells::of(&ask.ask(&constraints_sql(&at)).await?));
    parts.extend(indexes(&Cells::of(&ask.ask(&indexes_sql(&at)).await?)));
    Ok(TableSchema { columns, parts })
}

fn columns_sql(at: &str) -> String {
    format!(
        "SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS declared, \
         CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base, \
         (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e \
         WHERE e.enumtypid = a.atttypid) AS labels, (NOT a.attnotnull)::int AS nullable, \
         CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS standard, \
         CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated, \
         a.attidentity::text AS identity FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid \
         LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE a.attrelid = {at} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )
}

fn columns(cells: &Cells) -> Vec<ColumnSchema> {
    let column = |row: usize| {
        let declared = cells.text(row, "declared").unwrap_or_default();
        let base = cells.text(row, "base");
        let identity = cells.text(row, "identity").filter(|how| !how.is_empty());
        let default = match (identity, cells.text(row, "generated"), cells.text(row, "standard")) {
            (Some(_), _, _) => Some(DefaultValue::next_number("identity")),
            (_, Some(generated), _) => Some(DefaultValue { text: format!("generated as {generated}"), meaning: None }),
            (_, _, Some(standard)) => Some(DefaultValue::of_sql(&standard)),
            _ => None,
        };
        ColumnSchema {
            name: cells.text(row, "name").unwrap_or_default(),
            of: column_type(base.as_deref().unwrap_or(&declared), cells.text(row, "labels").as_deref()),
            declared,
            is_nullable: cells.is_set(row, "nullable"),
            default,
        }
    };
    (0..cells.rows()).map(column).collect()
}

fn constraints_sql(at: &str) -> String {
    let names = |numbers: &str, of: &str| {
        format!(
            "(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest({numbers}) WITH ORDINALITY AS k(attnum, place) \
             JOIN pg_attribute AS a ON a.attrelid = {of} AND a.attnum = k.attnum)"
        )
    };
    format!(
        "SELECT c.contype::text AS kind, {} AS columns, f.relname::text AS target, {} AS targets, \
         c.confdeltype::text AS on_delete, c.confupdtype::text AS on_update, pg_get_expr(c.conbin, c.conrelid) AS expression \
         FROM pg_constraint AS c LEFT JOIN pg_class AS f ON f.oid = c.confrelid \
         WHERE c.conrelid = {at} AND c.contype IN ('p', 'u', 'f', 'c') ORDER BY c.contype, c.conname",
        names("c.conkey", "c.conrelid"),
        names("c.confkey", "c.confrelid")
    )
}

fn constraints(cells: &Cells) -> Vec<Part> {
    let part = |row: usize| {
        let columns = cells.texts(row, "columns");
        match cells.text(row, "kind")?.as_str() {
            "p" => Some(Part::of_columns(Property::PrimaryKey, columns)),
            "u" => Some(Part::of_columns(Property::UniqueKeys, columns)),
            "c" => Some(Part::of_text(Property::Checks, cells.text(row, "expression")?)),
            "f" => Some(Part {
                text: [("delete", "on_delete"), ("update", "on_update")]
                    .into_iter()
                    .filter_map(|(event, name)| Some(format!("on {event} {}", action(&cells.text(row, name)?)?)))
                    .collect::<Vec<_>>()
                    .join(", "),
                target: Some((cells.text(row, "target")?, cells.texts(row, "targets"))),
                ..Part::of_columns(Property::ForeignKeys, columns)
            }),
            _ => None,
        }
    };
    (0..cells.rows()).filter_map(part).collect()
}

/// What a foreign key does; nothing for those that only refuse.
fn action(letter: &str) -> Option<&'static str> {
    match letter {
        "c" => Some("cascade"),
        "n" => Some("set null"),
        "d" => Some("set default"),
        _ => None,
    }
}

fn indexes_sql(at: &str) -> String {
    format!(
        "SELECT i.indisunique::int AS uniqueness, ARRAY(SELECT COALESCE((SELECT a.attname::text FROM pg_attribute AS a \
         WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]), pg_get_indexdef(i.indexrelid, k, true)) \
         FROM generate_series(1, i.indnkeyatts) AS k ORDER BY k) AS columns, pg_get_expr(i.indpred, i.indrelid) AS predicate \
         FROM pg_index AS i WHERE i.indrelid = {at} AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint AS c \
         WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid) ORDER BY i.indexrelid"
    )
}

fn indexes(cells: &Cells) -> Vec<Part> {
    let part = |row: usize| {
        let property = if cells.is_set(row, "uniqueness") { Property::UniqueKeys } else { Property::Indexes };
        let predicate = cells.text(row, "predicate").map(|text| format!("where {text}")).unwrap_or_default();
        Part { text: predicate, ..Part::of_columns(property, cells.texts(row, "columns")) }
    };
    (0..cells.rows()).map(part).collect()
}

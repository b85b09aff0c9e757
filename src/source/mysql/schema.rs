//! What the catalogue of MySQL and MariaDB says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::foreign_keys::foreign_keys;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::MySql;
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
    let name = quoted_text(&MySql, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&MySql, schema)).transpose()?;
    let schema = schema.unwrap_or_else(|| "DATABASE()".to_owned());
    let version = Cells::of(&ask.ask("SELECT VERSION() AS version").await?).text(0, "version").unwrap_or_default();
    let is_mariadb = version.to_ascii_lowercase().contains("mariadb");
    let of = format!("table_schema = {schema} AND table_name = {name}");
    let columns = Cells::of(
        &ask.ask(&format!(
            "SELECT column_name AS name, column_type AS declared, is_nullable AS nullable, column_default AS standard, \
             extra AS extra, character_set_name AS charset, generation_expression AS expression FROM information_schema.columns WHERE {of} ORDER BY ordinal_position"
        ))
        .await?,
    );
    if columns.rows() > 0 {
        // An account is told of the columns that it may read, as if there were no others.
        ask.ask(&format!("SELECT * FROM {} LIMIT 0", table.quoted(&MySql))).await?;
    }
    let foreign = foreign_keys(&Cells::of(&ask.ask(&foreign_sql(&schema, &name)).await?), "name");
    let mut parts = keys(&Cells::of(&ask.ask(&keys_sql(&of)).await?), &foreign);
    parts.extend(foreign);
    let checks = Cells::of(&ask.ask(&checks_sql(&schema, &name, is_mariadb)).await?);
    parts.extend(
        (0..checks.rows()).filter_map(|row| Some(Part::of_text(Property::Checks, checks.text(row, "expression")?))),
    );
    Ok(TableSchema { columns: (0..columns.rows()).map(|row| column(&columns, row, is_mariadb)).collect(), parts })
}

fn column(cells: &Cells, row: usize, is_mariadb: bool) -> ColumnSchema {
    let declared = cells.text(row, "declared").unwrap_or_default();
    let extra = cells.text(row, "extra").unwrap_or_default().to_ascii_lowercase();
    let expression = cells.text(row, "expression").filter(|text| !text.is_empty());
    let standard = cells.text(row, "standard");
    let default = if extra.contains("auto_increment") {
        Some(DefaultValue::next_number("auto_increment"))
    } else if let Some(expression) = expression {
        Some(DefaultValue { text: format!("generated as {expression}"), meaning: None })
    } else {
        match standard {
            // MariaDB writes an expression, MySQL the value itself unless it says otherwise.
            Some(text) if is_mariadb && text.eq_ignore_ascii_case("NULL") => None,
            Some(text) if is_mariadb || extra.contains("default_generated") => Some(DefaultValue::of_sql(&text)),
            Some(text) if text.to_ascii_uppercase().starts_with("CURRENT_TIMESTAMP") => {
                Some(DefaultValue::of_sql(&text))
            }
            Some(text) => Some(DefaultValue::of_value(&text)),
            None => None,
        }
    };
    let default = match extra.find("on update") {
        Some(at) => {
            let text = [default.map(|default| default.text), Some(extra[at..].to_owned())];
            Some(DefaultValue { text: text.into_iter().flatten().collect::<Vec<_>>().join(", "), meaning: None })
        }
        None => default,
    };
    ColumnSchema {
        name: cells.text(row, "name").unwrap_or_default(),
        of: column_type(&declared, cells.text(row, "charset").as_deref()),
        declared,
        is_nullable: cells.text(row, "nullable").is_some_and(|text| text.eq_ignore_ascii_case("YES")),
        default,
    }
}

/// One row per column of an index, in the order of the index.
fn keys_sql(of: &str) -> String {
    format!(
        "SELECT index_name AS name, non_unique AS repeats, index_type AS how, COALESCE(CASE WHEN sub_part IS NULL THEN column_name \
         ELSE CONCAT(column_name, '(', sub_part, ')') END, 'an expression') AS col \
         FROM information_schema.statistics WHERE {of} ORDER BY index_name, seq_in_index"
    )
}

fn keys(cells: &Cells, foreign: &[Part]) -> Vec<Part> {
    let mut found: Vec<(String, bool, Vec<String>, String)> = Vec::new();
    for row in 0..cells.rows() {
        let (name, column) = (cells.text(row, "name").unwrap_or_default(), cells.text(row, "col").unwrap_or_default());
        match found.last_mut().filter(|(known, ..)| *known == name) {
            Some((_, _, columns, _)) => columns.push(column),
            None => {
                let how = cells.text(row, "how").unwrap_or_default().to_lowercase();
                found.push((name, cells.is_set(row, "repeats"), vec![column], how));
            }
        }
    }
    let part = |(name, repeats, columns, how): (String, bool, Vec<String>, String)| {
        let property = match (name.as_str(), repeats) {
            ("PRIMARY", _) => Property::PrimaryKey,
            (_, false) => Property::UniqueKeys,
            (_, true) => Property::Indexes,
        };
        // InnoDB makes one for every foreign key that has none.
        let is_implied = property == Property::Indexes && foreign.iter().any(|key| key.columns == columns);
        // One of words, of places or of vectors answers other questions than one of values.
        let own = if ["btree", "hash"].contains(&how.as_str()) { String::new() } else { how };
        Part { own, is_implied, ..Part::of_columns(property, columns) }
    };
    found.into_iter().map(part).collect()
}

fn foreign_sql(schema: &str, name: &str) -> String {
    format!(
        "SELECT k.constraint_name AS name, k.column_name AS col, CASE WHEN k.referenced_table_schema = k.table_schema THEN k.referenced_table_name \
         ELSE CONCAT(k.referenced_table_schema, '.', k.referenced_table_name) END AS target, \
         k.referenced_column_name AS target_column, r.delete_rule AS on_delete, r.update_rule AS on_update \
         FROM information_schema.key_column_usage AS k JOIN information_schema.referential_constraints AS r \
         ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name \
         WHERE k.table_schema = {schema} AND k.table_name = {name} AND k.referenced_table_name IS NOT NULL \
         ORDER BY k.constraint_name, k.ordinal_position"
    )
}

fn checks_sql(schema: &str, name: &str, is_mariadb: bool) -> String {
    // The names of checks are those of a table in MariaDB, and those of a schema in MySQL, which lists no table beside them.
    let of_table = if is_mariadb { " AND c.table_name = t.table_name" } else { "" };
    format!(
        "SELECT c.check_clause AS expression FROM information_schema.table_constraints AS t \
         JOIN information_schema.check_constraints AS c ON c.constraint_schema = t.constraint_schema \
         AND c.constraint_name = t.constraint_name{of_table} WHERE t.constraint_type = 'CHECK' \
         AND t.table_schema = {schema} AND t.table_name = {name} ORDER BY t.constraint_name"
    )
}

//! What SQLite's catalogue says of writing to a table.

use super::super::catalog::{Ask, Cells, names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::foreign_keys::acting;
use super::super::table_name::TableName;
use super::dialect::Sqlite;
use crate::schema::{Reference, Writing};

/// Reads what there is to say of `table`.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<Writing, Error> {
    let name = quoted_text(&Sqlite, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&Sqlite, schema)).transpose()?;
    let with = |pragma: &str, of: &str| match &schema {
        Some(schema) => format!("{pragma}({of}, {schema})"),
        None => format!("{pragma}({of})"),
    };
    let master = match table.schema() {
        Some(schema) => format!("{}.sqlite_master", TableName::new(None, schema.to_owned()).quoted(&Sqlite)),
        None => "sqlite_master".to_owned(),
    };
    let info = with("pragma_table_xinfo", &name);
    let computed = format!("SELECT name FROM {info} WHERE hidden IN (2, 3) ORDER BY cid");
    let references = format!(
        "SELECT m.name AS source, f.\"to\" AS col, f.on_delete AS on_delete, f.on_update AS on_update FROM {master} AS m \
         JOIN {} AS f WHERE m.type = 'table' AND lower(f.\"table\") = lower({name}) ORDER BY m.name, f.id, f.seq",
        with("pragma_foreign_key_list", "m.name")
    );
    let runs = format!(
        "SELECT 'trigger ' || name AS name FROM {master} WHERE type = 'trigger' AND lower(tbl_name) = lower({name}) ORDER BY 1"
    );
    let cells = Cells::of(&ask.ask(&references).await?);
    let reference = |row: usize| Reference {
        from: cells.text(row, "source").unwrap_or_default(),
        columns: cells.text(row, "col").into_iter().collect(),
        on_delete: acting(cells.text(row, "on_delete")),
        on_update: acting(cells.text(row, "on_update")),
    };
    Ok(Writing {
        computed: names(&ask.ask(&computed).await?),
        references: (0..cells.rows()).map(reference).collect(),
        runs: names(&ask.ask(&runs).await?),
        ..Writing::default()
    })
}

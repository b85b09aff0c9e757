//! What the catalogue of MySQL and MariaDB says of writing to a table. An account is told of what it may read.

use super::super::catalog::{Ask, Cells, names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::foreign_keys::acting;
use super::super::table_name::TableName;
use super::dialect::MySql;
use crate::frame::Frame;
use crate::schema::{Reference, Writing, Zone};

/// Reads what there is to say of `table`.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<Writing, Error> {
    let name = quoted_text(&MySql, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&MySql, schema)).transpose()?;
    let schema = schema.unwrap_or_else(|| "DATABASE()".to_owned());
    let columns = |which: &str| {
        format!(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = {schema} AND table_name = {name} \
             AND {which} ORDER BY ordinal_position"
        )
    };
    let references = format!(
        "SELECT k.table_name AS source, k.referenced_column_name AS col, r.delete_rule AS on_delete, r.update_rule AS on_update \
         FROM information_schema.key_column_usage AS k JOIN information_schema.referential_constraints AS r \
         ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name \
         WHERE k.referenced_table_schema = {schema} AND k.referenced_table_name = {name} ORDER BY k.table_name, k.constraint_name"
    );
    let runs = format!(
        "SELECT CONCAT('trigger ', trigger_name) AS name FROM information_schema.triggers WHERE event_object_schema = {schema} \
         AND event_object_table = {name} ORDER BY 1"
    );
    let cells = Cells::of(&ask.ask(&references).await?);
    let reference = |row: usize| Reference {
        from: cells.text(row, "source").unwrap_or_default(),
        columns: cells.text(row, "col").into_iter().collect(),
        on_delete: acting(cells.text(row, "on_delete")),
        on_update: acting(cells.text(row, "on_update")),
    };
    let texts = |frame: Frame| {
        let cells = Cells::of(&frame);
        (0..cells.rows()).filter_map(|row| cells.text(row, "name")).collect::<Vec<String>>()
    };
    let zone = names(&ask.ask("SELECT @@session.time_zone AS name").await?).pop().unwrap_or_default();
    Ok(Writing {
        zone: Zone { given_by: Some(format!("SET time_zone = {}", quoted_text(&MySql, &zone)?)), ..Zone::default() },
        computed: texts(ask.ask(&columns("COALESCE(generation_expression, '') <> ''")).await?),
        numbered: Vec::new(),
        loose: Vec::new(),
        place: texts(ask.ask(&format!("SELECT {schema} AS name")).await?).pop(),
        touched: texts(ask.ask(&columns("LOWER(extra) LIKE '%on update%'")).await?),
        references: (0..cells.rows()).map(reference).collect(),
        runs: texts(ask.ask(&runs).await?),
        heirs: Vec::new(),
    })
}

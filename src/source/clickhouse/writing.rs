//! What ClickHouse's catalogue says of writing to a table.

use super::super::catalog::{Ask, Cells, names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::table_name::TableName;
use super::dialect::ClickHouse;
use crate::schema::{Writing, Zone};

/// Reads what there is to say of `table`.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<Writing, Error> {
    let name = quoted_text(&ClickHouse, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&ClickHouse, schema)).transpose()?;
    let schema = schema.unwrap_or_else(|| "currentDatabase()".to_owned());
    let computed = format!(
        "SELECT name FROM system.columns WHERE database = {schema} AND table = {name} \
         AND default_kind IN ('MATERIALIZED', 'ALIAS', 'EPHEMERAL') ORDER BY position"
    );
    let views =
        format!("SELECT dependencies_table AS views FROM system.tables WHERE database = {schema} AND name = {name}");
    let views = Cells::of(&ask.ask(&views).await?);
    let views = (0..views.rows()).flat_map(|row| views.texts(row, "views"));
    let zones = Cells::of(&ask.ask("SELECT timezone() AS own, serverTimezone() AS server").await?);
    let (own, server) = (zones.text(0, "own"), zones.text(0, "server"));
    Ok(Writing {
        // A mutation runs by itself, in the zone of the server.
        zone: Zone { left_out: own.filter(|own| Some(own) != server.as_ref()), ..Zone::default() },
        computed: names(&ask.ask(&computed).await?),
        place: names(&ask.ask(&format!("SELECT {schema} AS name")).await?).pop(),
        runs: views.map(|view| format!("materialized view {view}, which takes rows that are added")).collect(),
        ..Writing::default()
    })
}

//! What PostgreSQL's catalogue says of writing to a table.

use super::super::catalog::{Ask, Cells, names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::table_name::TableName;
use super::dialect::Postgres;
use crate::schema::{Reference, Writing, Zone};

/// Reads what there is to say of `table`.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<Writing, Error> {
    let at = format!("to_regclass({})", quoted_text(&Postgres, &table.quoted(&Postgres))?);
    let columns = |which: &str| {
        format!(
            "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = {at} AND attnum > 0 AND NOT attisdropped \
             AND {which} ORDER BY attnum"
        )
    };
    let loose = format!(
        "SELECT a.attname::text AS name FROM pg_attribute AS a LEFT JOIN pg_collation AS c ON c.oid = a.attcollation \
         WHERE a.attrelid = {at} AND a.attnum > 0 AND NOT a.attisdropped AND (format_type(a.atttypid, NULL) LIKE '%citext%' \
         OR to_jsonb(c) ->> 'collisdeterministic' = 'false')"
    );
    let place = format!(
        "SELECT n.nspname::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = {at}"
    );
    let references = format!(
        "SELECT c.conrelid::regclass::text AS source, c.confdeltype::text AS on_delete, c.confupdtype::text AS on_update, \
         ARRAY(SELECT a.attname::text FROM unnest(c.confkey) AS k(attnum) JOIN pg_attribute AS a ON a.attrelid = c.confrelid \
         AND a.attnum = k.attnum) AS columns FROM pg_constraint AS c WHERE c.contype = 'f' AND c.confrelid = {at} ORDER BY c.oid"
    );
    // What is partitioned has its keys over all of its parts, and so has what TimescaleDB cuts into chunks.
    let heirs = format!(
        "SELECT i.inhrelid::regclass::text AS name FROM pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhparent \
         JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = {at} AND p.relkind = 'r' \
         AND c.relnamespace::regnamespace::text <> '_timescaledb_internal' ORDER BY 1"
    );
    let runs = format!(
        "SELECT 'trigger ' || tgname::text AS name FROM pg_trigger WHERE tgrelid = {at} AND NOT tgisinternal AND tgenabled <> 'D' \
         UNION ALL SELECT 'rule ' || rulename::text FROM pg_rewrite WHERE ev_class = {at} AND ev_type <> '1' AND ev_enabled <> 'D' \
         ORDER BY 1"
    );
    let cells = Cells::of(&ask.ask(&references).await?);
    let reference = |row: usize| Reference {
        from: cells.text(row, "source").unwrap_or_default(),
        columns: cells.texts(row, "columns"),
        on_delete: action(cells.text(row, "on_delete")),
        on_update: action(cells.text(row, "on_update")),
    };
    let zone = names(&ask.ask("SELECT current_setting('TimeZone') AS name").await?).pop().unwrap_or_default();
    Ok(Writing {
        zone: Zone {
            given_by: Some(format!("SET LOCAL TIME ZONE {}", quoted_text(&Postgres, &zone)?)),
            ..Zone::default()
        },
        computed: names(&ask.ask(&columns("attgenerated <> ''")).await?),
        numbered: names(&ask.ask(&columns("attidentity = 'a'")).await?),
        touched: Vec::new(),
        loose: names(&ask.ask(&loose).await?),
        place: names(&ask.ask(&place).await?).pop(),
        references: (0..cells.rows()).map(reference).collect(),
        runs: names(&ask.ask(&runs).await?),
        heirs: names(&ask.ask(&heirs).await?),
    })
}

/// What a foreign key does; nothing for those that only refuse.
fn action(letter: Option<String>) -> Option<String> {
    let action = match letter?.as_str() {
        "a" | "r" => return None,
        "c" => "cascade",
        "n" => "set null",
        "d" => "set default",
        _ => "an action that is not known",
    };
    Some(action.to_owned())
}

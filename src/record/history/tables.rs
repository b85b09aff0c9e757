//! The tables of a history, made once, and the layout they have.

use super::connection::{Cell, Connection};
use super::error::Error;
use super::place::Place;

/// The layout that this program reads and writes. A change of a table below is a new number.
const LAYOUT: u64 = 1;

/// Taken by whoever makes the tables of a PostgreSQL, so that only one does.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7164128590412)";

const TABLES: &str = "
CREATE TABLE cutover_history (layout BIGINT NOT NULL);
CREATE TABLE cutover_runs (
    id TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    exit_code BIGINT NOT NULL,
    version TEXT NOT NULL,
    interrupted BIGINT NOT NULL,
    folder TEXT
);
CREATE INDEX cutover_runs_started_at ON cutover_runs (started_at);
CREATE TABLE cutover_suites (
    run TEXT NOT NULL REFERENCES cutover_runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, name)
);
CREATE TABLE cutover_checks (
    run TEXT NOT NULL REFERENCES cutover_runs (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    old_rows BIGINT,
    new_rows BIGINT,
    old_ms BIGINT,
    new_ms BIGINT,
    listed BIGINT NOT NULL,
    note TEXT,
    PRIMARY KEY (run, place)
);
CREATE INDEX cutover_checks_id ON cutover_checks (id);
CREATE TABLE cutover_differences (
    run TEXT NOT NULL REFERENCES cutover_runs (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    found BIGINT NOT NULL,
    PRIMARY KEY (run, place, name)
);
CREATE TABLE cutover_measures (
    run TEXT NOT NULL REFERENCES cutover_runs (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    old TEXT,
    new TEXT,
    delta TEXT,
    tolerance TEXT NOT NULL,
    within BIGINT NOT NULL,
    PRIMARY KEY (run, place, rank)
);
";

/// Makes the tables where there are none, and refuses what is not a history of this layout.
pub(crate) async fn ready(connection: &mut Connection<'_>, place: &Place) -> Result<(), Error> {
    if connection.shared() {
        connection.execute(LOCK).await?;
    }
    match layout(connection, place).await? {
        Some(found) => known(place, found),
        None => {
            connection.execute(TABLES).await?;
            connection.insert("cutover_history", &[vec![Cell::from(LAYOUT)]]).await
        }
    }
}

/// Refuses what is not a history of this layout; a database without tables is one without runs.
pub(crate) async fn check(connection: &mut Connection<'_>, place: &Place) -> Result<(), Error> {
    match layout(connection, place).await? {
        Some(found) => known(place, found),
        None => Err(Error::Absent(place.to_string())),
    }
}

fn known(place: &Place, found: u64) -> Result<(), Error> {
    if found == LAYOUT { Ok(()) } else { Err(Error::Layout { place: place.to_string(), found, known: LAYOUT }) }
}

/// The layout of the tables, where there are any; a file with other tables alone is not ours to write to.
async fn layout(connection: &mut Connection<'_>, place: &Place) -> Result<Option<u64>, Error> {
    // A lookup by name (`to_regclass`) sees tables that were made after the snapshot in which their rows are then read.
    let sql = if connection.shared() {
        "SELECT count(*), 0::bigint FROM pg_catalog.pg_class WHERE relname = 'cutover_history' \
         AND relkind IN ('r', 'p', 'v', 'f', 'm') AND pg_catalog.pg_table_is_visible(oid)"
    } else {
        "SELECT count(*) FILTER (WHERE name = 'cutover_history'), count(*) FROM sqlite_schema"
    };
    let mut rows = connection.rows(sql, &[]).await?;
    let row = rows.first_mut().ok_or_else(|| Error::damaged(place, "the catalogue has no answer"))?;
    match (row.number()?, row.number()?) {
        (0, 0) => return Ok(None),
        (0, _) => return Err(Error::Foreign(place.to_string())),
        _ => {}
    }
    let mut rows = connection.rows("SELECT layout FROM cutover_history", &[]).await?;
    match rows.as_mut_slice() {
        [row] => row.number().map(Some),
        _ => Err(Error::damaged(place, "it does not say which layout its tables have")),
    }
}

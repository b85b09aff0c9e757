//! SQLite and files: what would be written lies beside what is read.

use sqlx::{Connection, SqliteConnection};

use super::*;

const SQLITE: [&str; 13] = [
    "SELECT 1 AS n; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; VACUUM INTO '{file}'",
    "SELECT [;] FROM (SELECT 1 AS [;]); DELETE FROM written",
    "INSERT INTO written VALUES (1) RETURNING n",
    "WITH w AS (SELECT 1 AS n) INSERT INTO written SELECT n FROM w RETURNING n",
    "VACUUM INTO '{file}'",
    "VACUUM",
    "ATTACH '{file}' AS more",
    "PRAGMA query_only = OFF",
    "PRAGMA user_version = 7",
    "CREATE TABLE made (n)",
    "CREATE TEMP TABLE made (n)",
    "REINDEX",
];

const FILES: [&str; 8] = [
    "SELECT 1 AS n; SELECT 2 AS n",
    "INSERT INTO old VALUES (1)",
    "CREATE TABLE made AS SELECT 1 AS n",
    "DELETE FROM old",
    "DROP TABLE old",
    "SELECT n INTO made FROM old",
    "COPY old TO '{file}'",
    "SHOW TABLES",
];

const DUCKDB: [&str; 14] = [
    "SELECT 1 AS n; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; COPY written TO '{file}'",
    "SELECT E'\\' AS n; DELETE FROM written",
    "INSERT INTO written VALUES (1) RETURNING n",
    "WITH w AS (SELECT 1 AS n) INSERT INTO written SELECT n FROM w RETURNING n",
    "COPY written TO '{file}'",
    "EXPORT DATABASE '{file}'",
    "ATTACH '{file}' AS more",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET lock_configuration = false",
    "PRAGMA enable_profiling",
    "CREATE TEMP TABLE made (n INTEGER)",
    "FROM enable_logging('QueryLog', storage = 'file', storage_path = '{file}')",
];

/// Names and contents below `folder`; what SQLite keeps beside a database that is open is not looked at.
pub(super) fn below(folder: &Path) -> Vec<String> {
    let mut held = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with("-wal") && !name.ends_with("-shm") && !name.ends_with("-journal") {
            held.push(format!("{name}: {:?}", std::fs::read(&path).unwrap()));
        }
    }
    held.sort();
    held
}

/// Catches a database that is copied, written or attached to by what looks like a check.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("old.db");
    let url = format!("sqlite:{}", database.display());
    let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
    sqlx::query("CREATE TABLE written (n)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let file = folder.path().join("made.db");
    refused_everywhere(&url, &filled(&SQLITE, &file), async || below(folder.path())).await;
}

/// Catches the same in DuckDB, whose queries can set, load and log.
#[tokio::test(flavor = "multi_thread")]
async fn duckdb_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("old.duckdb");
    crate::contract::duckdb::make(&database, &["CREATE TABLE written (n INTEGER)"]);
    let url = format!("adbc:duckdb:{}", database.display());
    let file = folder.path().join("made");
    refused_everywhere(&url, &filled(&DUCKDB, &file), async || below(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("old.csv"), "n\n1\n").unwrap();
    let url = folder.path().to_str().unwrap().to_owned();
    let file = folder.path().join("made.csv");
    refused_everywhere(&url, &filled(&FILES, &file), async || below(folder.path())).await;
}

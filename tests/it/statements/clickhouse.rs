//! ClickHouse: `readonly = 2` lets a request write by table functions, and change every other setting.

use super::beyond::Listener;
use super::*;
use crate::packs::clickhouse;

const FORBIDDEN: [&str; 25] = [
    "SELECT 1 AS n; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n /* ' */ ; DROP TABLE written // '",
    "INSERT INTO written VALUES (1)",
    "INSERT INTO FUNCTION file('{file}', 'CSV', 'n Int8') SELECT 1",
    "INSERT INTO FUNCTION url('http://127.0.0.1:{port}/', 'CSV', 'n Int8') SELECT 1",
    "WITH 1 AS x INSERT INTO FUNCTION url('http://127.0.0.1:{port}/', 'CSV', 'n Int8') SELECT x",
    "INSERT INTO FUNCTION remote('127.0.0.1:{port}', 'd.t') SELECT 1",
    "INSERT INTO FUNCTION executable('a.sh', 'TSV', 'n Int8') SELECT 1",
    "WITH 1 AS x INSERT INTO FUNCTION file('{file}', 'CSV', 'n Int8') SELECT x",
    "FROM (SELECT 1 AS n) INSERT INTO written SELECT n",
    "SELECT 1 AS n INTO OUTFILE '{file}'",
    "SELECT 1 AS as INTO OUTFILE '{file}'",
    "SELECT t.as INTO OUTFILE '{file}' FROM (SELECT 1 AS as) AS t",
    "SELECT 1 AS n INTO/**/OUTFILE '{file}' FORMAT CSV",
    "CREATE TABLE made (n Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE made (n Int8)",
    "DROP TABLE written",
    "TRUNCATE TABLE written",
    "ALTER TABLE written DELETE WHERE 1",
    "OPTIMIZE TABLE written FINAL",
    "CHECK TABLE written",
    "SET readonly = 0",
    "SYSTEM FLUSH LOGS",
    "KILL QUERY WHERE 1",
    "SELECT 1 AS n) INTO OUTFILE '{file}' --",
];

/// What only the server refuses, and what it answers as it should: nothing is changed by either.
const SETTINGS: [&str; 2] = ["SELECT 1 AS n SETTINGS readonly = 0", "SELECT 1 AS n FORMAT CSV SETTINGS readonly = 0"];

async fn lines(url: &str, sql: &str) -> Vec<String> {
    let client = source::clickhouse_client(&url::Url::parse(url).unwrap()).unwrap();
    let mut cursor = client.query_raw(sql).fetch_bytes("TSV").unwrap();
    String::from_utf8(cursor.collect().await.unwrap().to_vec()).unwrap().lines().map(str::to_owned).collect()
}

async fn held(url: &str, file: &str) -> Vec<String> {
    let mut held = lines(url, "SELECT concat('rows ', toString(count())) FROM written").await;
    held.extend(lines(url, "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name").await);
    // Below the folder that table functions may write to.
    let found =
        format!("SELECT concat('file ', toString(count() > 0)) FROM file('{file}*', 'LineAsString', 'l String')");
    held.extend(lines(url, &found).await);
    held
}

/// Catches a write that `readonly = 2` lets pass, and a request of more than one statement.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_wherever_a_query_is_sent() {
    let url = clickhouse("statements_forbidden").await;
    let client = source::clickhouse_client(&url::Url::parse(&url).unwrap()).unwrap();
    client.query("CREATE TABLE written (n Int8) ENGINE = MergeTree ORDER BY n").execute().await.unwrap();
    let file = format!("cutover_statements_{}.csv", std::process::id());
    let listener = Listener::start();
    let port = listener.port.to_string();
    let statements: Vec<String> =
        filled(&FORBIDDEN, Path::new(&file)).iter().map(|sql| sql.replace("{port}", &port)).collect();
    refused_everywhere(&url, &statements, async || held(&url, &file).await).await;
    assert_eq!(listener.heard(), Vec::<String>::new(), "another machine was called");
    let before = held(&url, &file).await;
    for sql in SETTINGS {
        assert!(opened(&url).fetch(sql, LIMIT, &QueryHandle::default()).await.is_err(), "{sql}");
        assert_eq!(held(&url, &file).await, before, "{sql}");
    }
    // What would be seen, had one of them run.
    client.query("INSERT INTO written VALUES (1)").execute().await.unwrap();
    let write = format!("INSERT INTO FUNCTION file('{file}', 'CSV', 'n Int8') SELECT 1");
    client.query(&write).execute().await.unwrap();
    let call = format!("INSERT INTO FUNCTION url('http://127.0.0.1:{port}/w', 'CSV', 'n Int8') SELECT 1");
    // The listener may hang up before all is written to it: that it was called is what counts.
    let _ = client.query(&call).execute().await;
    assert!(listener.heard().iter().any(|line| line.starts_with("POST /w ")), "what would be heard");
    let after = held(&url, &file).await;
    assert!(after.contains(&"rows 1".to_owned()) && after.contains(&"file 1".to_owned()), "{after:?}");
}

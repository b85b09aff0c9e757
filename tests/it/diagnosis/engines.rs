//! What is said of rows from MariaDB beside SQLite; PostgreSQL and ClickHouse are in the demo on servers.

use sqlx::{Connection, Executor, MySqlConnection};

use super::{diff, findings, sqlite};
use crate::support::engine_url;

/// Catches values of an engine that no test of pairs knows: numbers, texts and times as MariaDB returns them.
#[tokio::test(flavor = "multi_thread")]
async fn mariadb_beside_sqlite() {
    let url = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    for statement in [
        "DROP TABLE IF EXISTS diagnosed",
        "CREATE TABLE diagnosed (id INT PRIMARY KEY, cents BIGINT, name VARCHAR(40) CHARACTER SET utf8mb4)",
        "INSERT INTO diagnosed WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
         SELECT i, i * 7919 % 10007, CONCAT('Name ', i, ' Ä') FROM n",
    ] {
        connection.execute(statement).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let new = "CREATE TABLE diagnosed (id INTEGER PRIMARY KEY, cents INTEGER, name TEXT);
        INSERT INTO diagnosed WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
        SELECT i, (i * 7919 % 10007) * CASE WHEN i > 300 THEN 60 ELSE 1 END,
            CASE WHEN i % 2 = 0 THEN 'Name ' || i || ' Ä' ELSE 'Name ' || i || ' ?' END FROM n;";
    let new = sqlite(folder.path(), "new.db", new).await;
    let (output, report) = diff(folder.path(), &url, &new, &["--table", "diagnosed"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let found = findings(&report);
    for said in ["times cents 60 100 100", "replaced name ? 200 200"] {
        assert!(found.iter().any(|found| found == said), "{said}: {found:#?}");
    }
    let placed = report["checks"][0]["diagnosis"].as_array().unwrap().iter().find(|finding| finding["code"] == "times");
    assert_eq!(placed.unwrap()["condition"], "id >= 301");
}

/// Catches a condition that holds of other rows where it is run: MariaDB's collation takes `eur` for `EUR`.
#[tokio::test(flavor = "multi_thread")]
async fn a_condition_of_letters_is_none_of_a_collation() {
    let url = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT i AS id, \
                CASE i % 4 WHEN 0 THEN 'EUR' WHEN 1 THEN 'eur' ELSE 'USD' END AS currency, i * 7919 % 10007 AS cents FROM n";
    connection.execute("DROP TABLE IF EXISTS collated").await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE TABLE collated {rows}"))).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let new = sqlite(
        folder.path(),
        "new.db",
        &format!("CREATE TABLE collated AS {rows}; DELETE FROM collated WHERE currency = 'EUR'"),
    )
    .await;
    let old = sqlite(folder.path(), "old.db", &format!("CREATE TABLE collated AS {rows}")).await;
    for (old, condition) in [(&url, serde_json::Value::Null), (&old, "currency = 'EUR'".into())] {
        let (_, report) = diff(folder.path(), old, &new, &["--table", "collated", "--key", "id"]);
        let found = report["checks"][0]["diagnosis"].as_array().unwrap();
        let placed =
            found.iter().find(|finding| finding["where"][0]["is"] == "EUR").unwrap_or_else(|| panic!("{found:#?}"));
        assert_eq!(placed["condition"], condition, "{placed:#}");
    }
}

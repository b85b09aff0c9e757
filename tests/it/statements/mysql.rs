//! MySQL and MariaDB: sessions that take several statements in one text, files on the server's machine, locks.

use sqlx::{AssertSqlSafe, Connection, MySqlConnection};

use super::*;
use crate::support::engine_url;

const FORBIDDEN: [&str; 28] = [
    "SELECT 1 AS n; COMMIT; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; SELECT 1 INTO OUTFILE '{file}'",
    "SELECT 1 AS n /* ; */ ; INSERT INTO written VALUES (1) # '",
    "COMMIT",
    "SET SESSION TRANSACTION READ WRITE",
    "START TRANSACTION READ WRITE",
    "INSERT INTO written VALUES (1)",
    "REPLACE INTO written VALUES (1)",
    "CREATE TABLE made AS SELECT 1 AS n",
    "CREATE TEMPORARY TABLE made (n INT)",
    "SELECT 1 AS n INTO OUTFILE '{file}'",
    "SELECT @as INTO OUTFILE '{file}'",
    "SELECT @x. INTO OUTFILE '{file}'",
    "SELECT t.as INTO DUMPFILE '{file}' FROM (SELECT 1 AS `as`) AS t",
    "SELECT 1 AS n INTO DUMPFILE '{file}'",
    "SELECT 1 AS n INTO @taken",
    "SELECT 1 AS n /*! INTO OUTFILE '{file}' */",
    "SELECT 1 AS n /*M! INTO OUTFILE '{file}' */",
    "SELECT 1 AS n /*!50000 ; INSERT INTO written VALUES (1) */",
    "LOAD DATA INFILE '{file}' INTO TABLE written",
    "HANDLER written OPEN",
    "CHECK TABLE written",
    "OPTIMIZE TABLE written",
    "CALL write_one()",
    "DO write_one_as_function()",
    "SELECT n FROM written FOR UPDATE",
    "SELECT n FROM written LOCK IN SHARE MODE",
    "PREPARE p FROM 'INSERT INTO written VALUES (1)'",
];

const READ_ONLY: [&str; 2] =
    ["SELECT write_one_as_function() AS n", "WITH w AS (SELECT 1 AS n) SELECT n, NEXTVAL(counted) FROM w"];

const TABLES: &str = "
DROP DATABASE IF EXISTS statements_forbidden; CREATE DATABASE statements_forbidden; USE statements_forbidden;
CREATE TABLE written (n INT); CREATE SEQUENCE counted;
CREATE PROCEDURE write_one() BEGIN COMMIT; INSERT INTO written VALUES (1); END;
CREATE FUNCTION write_one_as_function() RETURNS INT BEGIN INSERT INTO written VALUES (1); RETURN 1; END";

async fn held(url: &str, file: &Path) -> Vec<String> {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    let sql = "SELECT CONCAT('rows ', COUNT(*)) FROM written UNION ALL SELECT table_name FROM information_schema.tables \
               WHERE table_schema = DATABASE() UNION ALL SELECT CONCAT('counted ', next_not_cached_value) FROM counted ORDER BY 1";
    let mut held: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    held.push(format!("file {}", file.exists()));
    held
}

/// Catches a text of several statements that reaches a session which runs them all, and a file of the server.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_wherever_a_query_is_sent() {
    let server = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(TABLES).execute(&mut connection).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path("statements_forbidden");
    let url = url.to_string();
    let file = std::env::temp_dir().join(format!("cutover_outfile_{}", std::process::id()));
    refused_everywhere(&url, &filled(&FORBIDDEN, &file), async || held(&url, &file).await).await;
    let before = held(&url, &file).await;
    for sql in READ_ONLY {
        assert!(opened(&url).fetch(sql, LIMIT, &QueryHandle::default()).await.is_err(), "{sql}");
        assert_eq!(held(&url, &file).await, before, "{sql}");
    }
    // What would be seen, had one of them run.
    let sql = format!("INSERT INTO written VALUES (1); SELECT 1 INTO OUTFILE '{}'", file.display());
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let after = held(&url, &file).await;
    assert!(after.contains(&"rows 1".to_owned()) && after.contains(&"file true".to_owned()), "{after:?}");
    std::fs::remove_file(&file).unwrap();
}

/// Catches a query that is read under other rules than those of its session: the backslash hides a statement only in one.
#[tokio::test]
async fn a_query_is_read_as_its_session_reads_it() {
    let url = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut options = source::SourceOptions::default();
    let sql = r"SELECT '\'; COMMIT; -- ' AS v";
    let usual = source::open(&SourceUrl::parse(&url, Path::new("/")).unwrap(), &options).unwrap();
    let one = usual.fetch(sql, LIMIT, &QueryHandle::default()).await.unwrap();
    assert_eq!(one.frame.values("v"), [cutover::frame::Value::Text("'; COMMIT; -- ".to_owned())]);
    options.settings.insert("sql_mode".to_owned(), "NO_BACKSLASH_ESCAPES".to_owned());
    let plain = source::open(&SourceUrl::parse(&url, Path::new("/")).unwrap(), &options).unwrap();
    let two = plain.fetch(sql, LIMIT, &QueryHandle::default()).await.unwrap_err();
    assert!(two.message.contains("more than one statement"), "{two}");
    let one = plain.fetch(r"SELECT 'a\' AS v", LIMIT, &QueryHandle::default()).await.unwrap();
    assert_eq!(one.frame.values("v"), [cutover::frame::Value::Text("a\\".to_owned())]);
}

//! PostgreSQL: the analysis and the copying of rows send a query beside the reading of it, each its own way.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::*;
use crate::packs::postgres;
use crate::support::engine_url;

/// Statements that write, run a program, or take a lock; `{file}` would be on the server's machine.
const FORBIDDEN: [&str; 26] = [
    "SELECT 1 AS n; COMMIT; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; SET TRANSACTION READ WRITE; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; COPY (SELECT 1) TO PROGRAM 'touch {file}'",
    "SELECT 1 AS n) TO STDOUT; COMMIT; INSERT INTO written VALUES (1); COPY (SELECT 1 AS n",
    "SELECT 1 AS n) TO PROGRAM 'touch {file}' --",
    "SELECT '\\' AS n; COMMIT; INSERT INTO written VALUES (1); --'",
    "COMMIT",
    "ROLLBACK",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SET TRANSACTION READ WRITE",
    "INSERT INTO written VALUES (1) RETURNING n",
    "WITH w AS (INSERT INTO written VALUES (1) RETURNING n) SELECT n FROM w",
    "WITH w AS (SELECT 1 AS n) INSERT INTO written SELECT n FROM w RETURNING n",
    "SELECT 1 AS n INTO made",
    "CREATE TABLE made AS SELECT 1 AS n",
    "COPY (SELECT 1) TO PROGRAM 'touch {file}'",
    "COPY (SELECT 1) TO '{file}'",
    "COPY written FROM PROGRAM 'touch {file}; echo 1'",
    "DO $$ BEGIN INSERT INTO written VALUES (1); END $$",
    "CALL write_one()",
    "REFRESH MATERIALIZED VIEW seen",
    "EXPLAIN (ANALYZE) INSERT INTO written VALUES (1)",
    "ANALYZE) INSERT INTO written VALUES (1) --",
    "SELECT n FROM written FOR UPDATE",
    "VACUUM written",
    "PREPARE p AS INSERT INTO written VALUES (1)",
];

/// What only the read-only transaction refuses: these are queries by their text.
const READ_ONLY: [&str; 4] = [
    "SELECT write_one_as_function() AS n",
    "SELECT nextval('counted') AS n",
    "SELECT setval('counted', 7) AS n",
    "SELECT length(query_to_xml('INSERT INTO written VALUES (1) RETURNING n', true, true, '')::text) AS n",
];

const TABLES: &str = "
CREATE TABLE written (n int);
CREATE SEQUENCE counted;
CREATE MATERIALIZED VIEW seen AS SELECT count(*) AS n FROM written;
CREATE PROCEDURE write_one() LANGUAGE sql AS 'INSERT INTO written VALUES (1)';
CREATE FUNCTION write_one_as_function() RETURNS int LANGUAGE sql AS 'INSERT INTO written VALUES (1) RETURNING n'";

/// A statement by which the server runs `command`. The row is read to its end: a program that ends before it is written is a
/// broken pipe, once in some thousand times on a busy machine.
fn server_runs(command: &str) -> String {
    format!("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; {command}'")
}

/// Rows, relations, and the sequence's next number.
async fn held(url: &str, file: &Path) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let sql = "SELECT 'rows ' || count(*) FROM written UNION ALL SELECT 'seen ' || n FROM seen \
               UNION ALL SELECT 'counted ' || last_value || is_called FROM counted \
               UNION ALL SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1";
    let mut held: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    held.push(format!("file {}", file.exists()));
    held
}

/// Catches a query that is sent where the server runs every statement of a text, as `EXPLAIN` once was: rows were written
/// and a program was run by a suite that only validated.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_wherever_a_query_is_sent() {
    let url = postgres("statements_forbidden").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(TABLES).execute(&mut connection).await.unwrap();
    // The server's user writes it, if any does.
    let file = std::env::temp_dir().join(format!("cutover_statements_{}", std::process::id()));
    refused_everywhere(&url, &filled(&FORBIDDEN, &file), async || held(&url, &file).await).await;
    let before = held(&url, &file).await;
    for sql in READ_ONLY {
        let engine = opened(&url);
        assert!(engine.fetch(sql, LIMIT, &QueryHandle::default()).await.is_err(), "{sql}");
        assert_eq!(held(&url, &file).await, before, "{sql}");
    }
    // What would be seen, had one of them run.
    let sql = format!("INSERT INTO written VALUES (1); {}", server_runs(&format!("touch {}", file.display())));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let after = held(&url, &file).await;
    assert!(after.contains(&"rows 1".to_owned()) && after.contains(&"file true".to_owned()), "{after:?}");
    let remove = server_runs(&format!("rm {}", file.display()));
    sqlx::raw_sql(AssertSqlSafe(remove)).execute(&mut connection).await.unwrap();
}

/// What a read-only transaction lets pass under a superuser, as docs/read-only.md says.
#[tokio::test]
async fn functions_reach_further_under_a_superuser() {
    let url = postgres("statements_functions").await;
    let file = std::env::temp_dir().join(format!("cutover_exported_{}", std::process::id()));
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("SELECT lo_from_bytea(4242, 'hello')").execute(&mut connection).await.unwrap();
    let engine = opened(&url);
    let sql = format!("SELECT lo_export(4242, '{}') AS n, length(pg_read_file('PG_VERSION')) AS v", file.display());
    engine.fetch(&sql, LIMIT, &QueryHandle::default()).await.unwrap();
    assert!(file.exists(), "lo_export writes a file of the server, whatever the transaction");
    let remove = server_runs(&format!("rm {}", file.display()));
    sqlx::raw_sql(AssertSqlSafe(remove)).execute(&mut connection).await.unwrap();
}

/// Catches rows that are copied by a protocol which runs every command of a text, where the server has not parsed that text
/// as one before; the session itself tells.
#[tokio::test]
async fn what_is_copied_was_prepared_first() {
    let engine = opened(&engine_url("CUTOVER_TEST_POSTGRES_URL"));
    let ticket = QueryHandle::default();
    let mut reader = engine.reader(LIMIT, &ticket).await.unwrap();
    let sql = "SELECT count(*) FILTER (WHERE statement LIKE 'COPY (%told\\_of\\_itself%') AS told_of_itself FROM pg_prepared_statements";
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let (read, frame) = tokio::join!(reader.read(sql, sender), receiver.recv());
    read.unwrap();
    assert_eq!(frame.unwrap().values("told_of_itself"), [cutover::frame::Value::Integer(1)]);
    reader.close().await;
}

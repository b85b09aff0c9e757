//! PostgreSQL: the analysis and the copying of rows send a query beside the reading of it, each its own way.

use std::path::{Path, PathBuf};

use sqlx::{Connection, PgConnection};

use crate::cli::cutover;
use crate::packs::postgres;

/// Queries with a second statement, which the simple protocol runs as well; `{file}` is what a program on the server's
/// machine would create.
const SECOND: [&str; 4] = [
    "SELECT 1 AS n; COMMIT; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; SET TRANSACTION READ WRITE; INSERT INTO written VALUES (1)",
    "SELECT 1 AS n; COPY (SELECT 1) TO PROGRAM 'touch {file}'",
    "SELECT 1 AS n) TO STDOUT; COMMIT; INSERT INTO written VALUES (1); COPY (SELECT 1 AS n",
];

/// A suite with `sql` as the old query of a check that compares rows, whose rows are copied, and of one that counts them.
fn suite(folder: &Path, url: &str, sql: &str) -> PathBuf {
    let check = |name: &str, kind: &str| {
        format!(
            "[checks.{name}]\nkind = \"{kind}\"\nkey = \"n\"\nold = '''\n{sql}'''\nnew = \"SELECT 1 AS n, 1 AS v\"\n"
        )
    };
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n{}{}",
        check("rows", "rows"),
        check("count", "row_count")
    );
    let path = folder.join("suite.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// Catches a query that is sent where the server runs every statement of a text, as `EXPLAIN` once was: rows were written
/// and a program was run by a suite that only validated.
#[tokio::test(flavor = "multi_thread")]
async fn no_second_statement_runs_wherever_a_query_is_sent() {
    let url = postgres("statements_second").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE written (n int)").execute(&mut connection).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The server's user writes it, if any does.
    let file = std::env::temp_dir().join(format!("cutover_statements_{}", std::process::id()));
    for sql in SECOND {
        let sql = sql.replace("{file}", file.to_str().unwrap());
        suite(folder.path(), &url, &sql);
        let commands: [&[&str]; 3] = [
            &["run", "suite.toml", "--no-history", "--report", "json=out.json"],
            &["validate", "--connect", "suite.toml"],
            &["diff", "--old", &url, "--new", &url, "--old-sql", &sql, "--new-sql", "SELECT 1 AS n", "--key", "n"],
        ];
        for command in commands {
            let output = cutover(folder.path()).args(command).output().unwrap();
            let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {shown}");
            let rows: i64 =
                sqlx::query_scalar("SELECT count(*) FROM written").fetch_one(&mut connection).await.unwrap();
            assert_eq!(rows, 0, "{command:?} wrote by {sql}");
            assert!(!file.exists(), "{command:?} ran a program by {sql}");
        }
    }
}

//! Tables in motion: differences that are given time to settle while a real writer goes on beside the check, and queries
//! that differ from themselves.

mod noise;
mod settle;

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use sqlx::{Connection, PgConnection};

use crate::cli::{cutover, report};
use crate::support::engine_url;

/// A suite over PostgreSQL on both sides.
fn postgres(checks: &str) -> String {
    let source = |name: &str| format!("[sources.{name}]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n");
    format!("name = \"m\"\n{}{}{checks}", source("old"), source("new"))
}

/// What a finished run left.
struct Ran {
    code: Option<i32>,
    report: Json,
    shown: String,
    elapsed: Duration,
}

impl Ran {
    fn check(&self) -> &Json {
        &self.report["checks"][0]
    }

    fn status(&self) -> &str {
        self.check()["status"].as_str().unwrap_or_else(|| panic!("{}", self.shown))
    }
}

/// Runs `suite` in `folder` to its end; the calling task goes on meanwhile.
fn begin(folder: &Path, suite: &str, arguments: &[&str]) -> tokio::task::JoinHandle<Ran> {
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    let mut command = cutover(folder);
    command.args(["run", "suite.toml", "--report", "json=out.json"]).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || {
        let clock = Instant::now();
        let Output { status, stdout, stderr } = command.output().unwrap();
        let shown = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        Ran { code: status.code(), report: report(&folder).unwrap_or_default(), shown, elapsed: clock.elapsed() }
    })
}

async fn connect() -> PgConnection {
    PgConnection::connect(&engine_url("CUTOVER_TEST_POSTGRES_URL")).await.unwrap()
}

async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

/// Two tables `<name>_old` and `<name>_new` of ids 1 to `rows`, each in a group of ten, without those that new lacks.
async fn tables(connection: &mut PgConnection, name: &str, rows: u32, lacking: &str) {
    execute(
        connection,
        &format!(
            "DROP TABLE IF EXISTS {name}_old, {name}_new; \
             CREATE TABLE {name}_old AS SELECT id, id / 10 AS bucket, 1 AS v FROM generate_series(1, {rows}) AS g(id); \
             CREATE TABLE {name}_new AS SELECT * FROM {name}_old WHERE NOT ({lacking})"
        ),
    )
    .await;
}

/// Waits until both sides of the check on `name` have their snapshot: both queries hold one for the second that they sleep.
/// What is asked of windows before they are read does not count.
async fn both_began(connection: &mut PgConnection, name: &str) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() \
               AND query LIKE '%pg_sleep(1)%' AND query NOT LIKE '%cutover_inside%' AND (query LIKE $1 OR query LIKE $2)";
    let clock = Instant::now();
    loop {
        let running: i64 = sqlx::query_scalar(sql)
            .bind(format!("%{name}_old%"))
            .bind(format!("%{name}_new%"))
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        if running == 2 {
            return;
        }
        assert!(clock.elapsed() < Duration::from_secs(30), "the queries on {name} never ran");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A check of `kind` that sleeps a second on both sides, so that a writer can tell that it reads.
fn slow(name: &str, kind: &str, key: &str, columns: &str, group: &str, settings: &str) -> String {
    let query = |side: &str| {
        format!("SELECT {columns} FROM {name}_{side}, (SELECT pg_sleep(1)) AS pause {group}").trim_end().to_owned()
    };
    format!(
        "[checks.{name}]\nkind = \"{kind}\"\nkey = [\"{key}\"]\n{settings}\nold = \"{}\"\nnew = \"{}\"\n",
        query("old"),
        query("new")
    )
}

fn rows(name: &str, settings: &str) -> String {
    postgres(&slow(name, "rows", "id", "id, v", "", settings))
}

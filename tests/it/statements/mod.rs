//! Queries that would do more than read, sent from every place that sends one, on the real engines; what counts is what
//! the server and its machine hold afterwards.

mod beyond;
mod clickhouse;
mod embedded;
mod forms;
mod literals;
mod mysql;
mod postgres;
mod roles;
mod senders;
mod spark;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cutover::model::Kind;
use cutover::source;
use cutover::source::{Engine, LintRequest, QueryHandle, SourceUrl};

use crate::cli::cutover;

const LIMIT: Duration = Duration::from_secs(30);

/// Places of a suite that a query is sent from, each as the text of a check behind its kind; `{sql}` is the query.
const PLACES: [(&str, &str); 9] = [
    ("rows", "kind = \"rows\"\nkey = \"n\"\nold = '''\n{sql}'''\nnew = \"SELECT 1 AS n\"\n"),
    ("count", "kind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = '''\n{sql}'''\n"),
    ("population", "kind = \"invariant\"\nnew = \"SELECT 1 AS n\"\npopulation = '''\n{sql}'''\n"),
    ("violated", "kind = \"invariant\"\nnew = '''\n{sql}'''\n"),
    ("timed", "kind = \"latency\"\nmax_p95 = \"1min\"\nrounds = 1\nwarm_up = 0\nnew = '''\n{sql}'''\n"),
    (
        "windowed",
        "kind = \"rows\"\nkey = \"n\"\nwindow = { column = \"n\", from = 2026-01-01, to = 2026-01-02, step = \"1 day\" }\n\
         old = '''\n{sql}'''\nnew = \"SELECT 1 AS n\"\n",
    ),
    ("sampled", "kind = \"rows\"\nkey = \"n\"\nsample = \"50%\"\nold = '''\n{sql}'''\nnew = \"SELECT 1 AS n\"\n"),
    ("noisy", "kind = \"row_count\"\nnoise = true\nold = '''\n{sql}'''\nnew = \"SELECT 1 AS n\"\n"),
    (
        "settled",
        "kind = \"row_count\"\nsettle = { wait = \"1ms\", times = 1 }\nold = '''\n{sql}'''\nnew = \"SELECT 1 AS n\"\n",
    ),
];

fn opened(url: &str) -> std::sync::Arc<dyn Engine> {
    let url = SourceUrl::parse(url, Path::new("/")).unwrap();
    let driver = url.driver().capabilities.library.map(|library| match library.label {
        "DuckDB" => crate::support::duckdb_driver(),
        "Spark" => crate::support::spark_driver(),
        other => panic!("no driver of {other}"),
    });
    source::open(&url, &source::SourceOptions { driver, ..source::SourceOptions::default() }).unwrap()
}

/// A suite with every one of `statements` in every place.
fn suite(folder: &Path, url: &str, statements: &[String]) -> PathBuf {
    let mut text = format!("name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n");
    for (at, sql) in statements.iter().enumerate() {
        for (place, check) in PLACES {
            text += &format!("[checks.{place}_{at}]\n{}", check.replace("{sql}", sql));
        }
    }
    let path = folder.join("suite.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// Sends each of `statements` from every command, every place of a suite and every function of the engine, and looks at
/// what is held after each.
async fn refused_everywhere(url: &str, statements: &[String], held: impl AsyncFn() -> Vec<String>) {
    let before = held().await;
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), url, statements);
    let commands: [&[&str]; 3] = [
        &["run", "suite.toml", "--no-history", "--report", "json=out.json"],
        &["run", "suite.toml", "--dry-run"],
        &["validate", "--connect", "suite.toml"],
    ];
    for command in commands {
        let (code, shown) = told(folder.path(), command);
        assert_eq!(code, Some(2), "{command:?}: {shown}");
        for (at, statement) in statements.iter().enumerate() {
            for (place, _) in PLACES {
                assert!(
                    shown.contains(&format!("s.{place}_{at}`")),
                    "{command:?} takes {statement} in {place}: {shown}"
                );
            }
        }
        assert_eq!(held().await, before, "{command:?}");
    }
    let honest = "SELECT 1 AS n";
    for sql in statements {
        let command = ["diff", "--old", url, "--new", url, "--old-sql", sql, "--new-sql", honest, "--key", "n"];
        let (code, shown) = told(folder.path(), &command);
        assert_eq!(code, Some(2), "diff takes {sql}: {shown}");
        assert_eq!(held().await, before, "diff by {sql}");
        asked(opened(url).as_ref(), sql).await;
        assert_eq!(held().await, before, "{sql}");
    }
}

/// Puts `sql` to every function of the engine that takes a query; none answers.
async fn asked(engine: &dyn Engine, sql: &str) {
    let ticket = QueryHandle::default();
    assert!(engine.fetch(sql, LIMIT, &ticket).await.is_err(), "fetch takes {sql}");
    let told = engine.volume(sql, LIMIT, &ticket).await;
    assert!(!matches!(told, Ok(Some(_))), "volume takes {sql}");
    let views = Vec::new();
    let looked = LintRequest { kind: Kind::Rows, exact: true, key: Vec::new(), views };
    if let Ok(inspected) = engine.inspect(sql, &looked, LIMIT, &ticket).await {
        let silent = inspected.warnings.iter().all(|warning| warning.code != cutover::model::WarningCode::NotAnalysed);
        assert!(!silent || inspected == source::Inspected::default(), "inspect takes {sql}: {inspected:?}");
    }
    let mut reader = engine.reader(LIMIT, &ticket).await.unwrap();
    assert!(!matches!(reader.describe(sql).await, Ok(Some(_))), "describe takes {sql}");
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let (read, ()) = tokio::join!(reader.read(sql, sender), async { while receiver.recv().await.is_some() {} });
    assert!(read.is_err(), "read takes {sql}");
    reader.close().await;
}

fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = cutover(folder).args(arguments).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), shown)
}

fn filled(statements: &[&str], file: &Path) -> Vec<String> {
    statements.iter().map(|sql| sql.replace("{file}", file.to_str().unwrap())).collect()
}

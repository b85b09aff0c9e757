//! What the packs' tests share: scratch databases, a rehearsal, a run of the built program, and the table in a pack's
//! README that says which defect fails which checks.

mod langfuse;
mod llm_observatory;
mod proven;
mod report_keys;
mod said;
mod star_schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::engine_url;

/// The folder of a pack.
pub(crate) fn folder(pack: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("checks").join(pack)
}

/// A new, empty PostgreSQL database called `name`; its URL.
pub(crate) async fn postgres(name: &str) -> String {
    database(&engine_url("CUTOVER_TEST_POSTGRES_URL"), name).await
}

/// A new, empty database called `name` on the PostgreSQL `server`; its URL.
pub(crate) async fn database(server: &str, name: &str) -> String {
    let mut connection = PgConnection::connect(server).await.unwrap();
    for sql in [format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"), format!("CREATE DATABASE \"{name}\"")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.to_string()
}

/// A new PostgreSQL database with everything that is in the one at `template`.
pub(crate) async fn postgres_copy(template: &str, name: &str) -> String {
    let server = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let of = url::Url::parse(template).unwrap().path().trim_start_matches('/').to_owned();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    for sql in [
        format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
        format!("CREATE DATABASE \"{name}\" TEMPLATE \"{of}\""),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(name);
    url.to_string()
}

/// Plants a defect of `pack` in a PostgreSQL database that holds both sides of a clean rehearsal, as the command would.
pub(crate) async fn plant(pack: &str, url: &str, defect: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut planted = false;
    for side in ["new", "old"] {
        let file = folder(pack).join("rehearsal/defects").join(format!("{defect}.{side}.sql"));
        if let Ok(sql) = std::fs::read_to_string(file) {
            let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
            done.unwrap_or_else(|cause| panic!("{defect}: {cause}"));
            planted = true;
        }
    }
    assert!(planted, "{pack} has no defect {defect}");
    connection.close().await.unwrap();
}

/// A new, empty ClickHouse database called `name`; its URL.
pub(crate) async fn clickhouse(name: &str) -> String {
    let mut url = url::Url::parse(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL")).unwrap();
    let client = cutover::source::clickhouse_client(&url).unwrap();
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        client.query(&sql).execute().await.unwrap();
    }
    url.set_path(name);
    url.to_string()
}

/// Builds the rehearsal of `pack` with the built program.
pub(crate) fn rehearse(pack: &str, old: &str, new: &str, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("rehearse")
        .arg(folder(pack))
        .args(["--url", &format!("old={old}"), "--url", &format!("new={new}")])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{pack} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What a run of a pack came to.
pub(crate) struct Outcome {
    /// Exit code.
    pub code: Option<i32>,
    /// The report.
    pub report: Json,
    /// What it printed.
    pub shown: String,
}

impl Outcome {
    /// Names of the checks with this status, without the name of their suite.
    pub(crate) fn with(&self, status: &str) -> BTreeSet<String> {
        let checks = self.report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == status);
        checks.map(|check| check["id"].as_str().unwrap().split_once('.').unwrap().1.to_owned()).collect()
    }

    /// The check of this name.
    pub(crate) fn check(&self, name: &str) -> &Json {
        let checks = self.report["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["id"].as_str().unwrap().split_once('.').unwrap().1 == name);
        found.unwrap_or_else(|| panic!("there is no check {name}"))
    }
}

/// Runs the checks of `pack` with the built program.
pub(crate) fn run(pack: &str, old: &str, new: &str, arguments: &[&str]) -> Outcome {
    let folder = self::folder(pack);
    let out = tempfile::tempdir().unwrap();
    let json = out.path().join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("run")
        .arg(&folder)
        .args(["--source", &format!("old={old}"), "--source", &format!("new={new}")])
        .args(["--no-color", "--no-history", "--jobs", "4", "--report", &format!("json={}", json.display())])
        .args(arguments)
        .output()
        .unwrap();
    let shown = [output.stdout.as_slice(), &output.stderr].concat();
    let shown = String::from_utf8_lossy(&shown).into_owned();
    let report = std::fs::read_to_string(json).unwrap_or_else(|_| panic!("{pack} {arguments:?}: {shown}"));
    Outcome { code: output.status.code(), report: serde_json::from_str(&report).unwrap(), shown }
}

/// The defects that a pack can plant, by the files that plant them.
pub(crate) fn defects(pack: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder(pack).join("rehearsal/defects")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.split('.').next().unwrap().to_owned()).collect()
}

/// Which checks fail under which defect, by the table in the pack's README: rows of the form
/// `` | `defect` | … | `check`, `check` | ``, the checks in the last column.
pub(crate) fn promised(pack: &str) -> BTreeMap<String, BTreeSet<String>> {
    let readme = std::fs::read_to_string(folder(pack).join("README.md")).unwrap();
    let known = defects(pack);
    let quoted = regex::Regex::new("`([a-z0-9_]+)`").unwrap();
    let mut promised = BTreeMap::new();
    for line in readme.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').collect();
        let names = |cell: &str| quoted.captures_iter(cell).map(|name| name[1].to_owned()).collect::<Vec<_>>();
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else { continue };
        let [defect] = names(first).try_into().unwrap_or_else(|_| [String::new()]);
        if known.contains(&defect) {
            promised.insert(defect, names(last).into_iter().collect());
        }
    }
    let told: BTreeSet<String> = promised.keys().cloned().collect();
    assert_eq!(told, known, "the README of {pack} tells of every defect, and of no other");
    promised
}

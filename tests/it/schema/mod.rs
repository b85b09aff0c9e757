//! Kind `schema` through the built program: one planted change per property and engine, and one schema on two engines.

mod across;
mod data;
mod data_settings;
mod limits;
mod odd;
mod planted;
mod settings;

use std::path::Path;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};

use crate::cli::{cutover, report};
use crate::waivers::write;

/// Runs statements where `url` is; each ends with `;` and none has one inside.
pub(crate) async fn apply(url: &str, folder: &Path, sql: &str) {
    match url.split(':').next().unwrap() {
        "postgres" => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        }
        "mysql" => {
            let mut connection = MySqlConnection::connect(url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        }
        "sqlite" => {
            let path = folder.join(url.strip_prefix("sqlite:").unwrap());
            rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
        }
        "adbc" if url.starts_with("adbc:spark") => {
            let statements: Vec<&str> =
                sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()).collect();
            crate::contract::spark::make(url, &statements);
        }
        "adbc" => {
            let path = folder.join(url.strip_prefix("adbc:duckdb:").unwrap());
            crate::contract::duckdb::make(&path, &[sql]);
        }
        "clickhouse" => {
            let client = cutover::source::clickhouse_client(&url::Url::parse(url).unwrap()).unwrap();
            for statement in sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
                client.query(statement).execute().await.unwrap();
            }
        }
        other => panic!("{other} takes no statements"),
    }
}

/// A new, empty database on the test server of `engine`, or a file.
pub(crate) async fn place(engine: &str, name: &str) -> String {
    match engine {
        "postgres" => crate::packs::postgres(name).await,
        "clickhouse" => crate::packs::clickhouse(name).await,
        "mysql" => {
            let mut url = url::Url::parse(&crate::support::engine_url("CUTOVER_TEST_MYSQL_URL")).unwrap();
            let mut connection = MySqlConnection::connect(url.as_str()).await.unwrap();
            let sql = format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            url.set_path(name);
            url.to_string()
        }
        "duckdb" => format!("adbc:duckdb:{name}.duckdb"),
        "spark" => crate::contract::spark::schema(name),
        _ => format!("sqlite:{name}.db"),
    }
}

/// What a run of one schema check came to.
struct Ran {
    code: Option<i32>,
    report: Value,
    shown: String,
}

fn run(folder: &Path, old: &str, new: &str, settings: &str) -> Ran {
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{OLD_URL}}\"\n[sources.new]\nurl = \"${{NEW_URL}}\"\n[checks.tables]\nkind = \"schema\"\n{settings}"
    );
    write(folder, "suite.toml", &suite);
    let mut command = cutover(folder);
    command.args(["run", "suite.toml", "--no-history", "--report", "json=out.json"]);
    let output = command.env("OLD_URL", old).env("NEW_URL", new).output().unwrap();
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ran { code: output.status.code(), report: report(folder).unwrap_or_default(), shown }
}

impl Ran {
    fn check(&self) -> &Value {
        &self.report["checks"][0]
    }

    /// Every difference: how, of what, and in which column, such as `changed column note type`.
    fn found(&self) -> Vec<String> {
        let mut found = Vec::new();
        for example in self.check()["examples"].as_array().into_iter().flatten() {
            let (how, item) = (example["difference"].as_str().unwrap(), example["key"]["item"].as_str().unwrap());
            if how == "changed" {
                let columns = example["columns"].as_object().unwrap().keys();
                found.extend(columns.map(|column| format!("changed {item} {column}")));
            } else {
                found.push(format!("{how} {item}"));
            }
        }
        found.sort();
        found
    }

    /// What is listed as not compared, or as ignored.
    fn left_out(&self, rule: &str) -> Vec<String> {
        let columns = self.check()["columns"].as_array().into_iter().flatten();
        columns
            .filter(|column| column["rule"] == rule)
            .map(|column| column["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

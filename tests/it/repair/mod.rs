//! Holds the SQL of `--repair` to what it promises: applied, both sides are equal, and what moved meanwhile is left alone.

mod clickhouse;
mod columns;
mod order;
mod refused;
mod room;
mod rows;
mod scope;
mod texts;
mod types;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::contract::duckdb;
use crate::packs;
use crate::support::{duckdb_driver, engine_url};

/// A database of an engine, empty at first, that tests write to.
pub(super) struct Place {
    pub(super) engine: &'static str,
    pub(super) url: String,
    file: PathBuf,
    folder: tempfile::TempDir,
}

/// The engines whose tables can be repaired.
pub(super) const ENGINES: [&str; 5] = ["postgres", "mysql", "sqlite", "duckdb", "clickhouse"];

impl Place {
    /// A database of its own for the test `name`.
    pub(super) async fn new(engine: &'static str, name: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("repair_{name}");
        let file = folder.path().join(format!("{name}.db"));
        let url = match engine {
            "postgres" => packs::postgres(&name).await,
            "clickhouse" => packs::clickhouse(&name).await,
            "mysql" => {
                let mut url = url::Url::parse(&engine_url("CUTOVER_TEST_MYSQL_URL")).unwrap();
                let mut connection = sqlx::MySqlConnection::connect(url.as_str()).await.unwrap();
                let made = format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4");
                sqlx::raw_sql(AssertSqlSafe(made)).execute(&mut connection).await.unwrap();
                url.set_path(&name);
                url.to_string()
            }
            "sqlite" => format!("sqlite:{}", file.display()),
            _ => format!("adbc:duckdb:{}", file.display()),
        };
        Place { engine, url, file, folder }
    }

    /// Runs statements, each ended by a semicolon at the end of its line.
    pub(super) async fn run(&self, sql: &str) {
        self.tried(sql).await.unwrap();
    }

    /// The same; what went wrong where something did, whose transaction ends with the connection.
    pub(super) async fn tried(&self, sql: &str) -> Result<(), String> {
        let text = sql.to_owned();
        let failed = |cause: sqlx::Error| format!("{sql}\n{cause}");
        match self.engine {
            "postgres" => {
                let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.map_err(failed)?;
            }
            "mysql" => {
                let mut connection = sqlx::MySqlConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.map_err(failed)?;
            }
            "sqlite" => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.file).create_if_missing(true);
                let mut connection = options.foreign_keys(false).connect().await.unwrap();
                let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.map_err(failed);
                connection.close().await.unwrap();
                done?;
            }
            "duckdb" => return duckdb::tried(&self.file, &statements(sql)),
            _ => {
                let client = cutover::source::clickhouse_client(&url::Url::parse(&self.url).unwrap()).unwrap();
                for statement in statements(sql) {
                    let done = client.query(&statement.replace('?', "??")).execute().await;
                    done.map_err(|cause| format!("{statement}\n{cause}"))?;
                }
            }
        }
        Ok(())
    }

    /// Writes a suite of these checks, whose sides are both this database.
    pub(super) fn suite(&self, checks: &str) {
        let suite =
            format!("name = \"s\"\n[sources.old]\nurl = \"{0}\"\n[sources.new]\nurl = \"{0}\"\n{checks}\n", self.url);
        std::fs::write(self.path("suite.toml"), suite).unwrap();
    }

    /// Runs the suite, after which there is a repair only where one was written.
    pub(super) fn check(&self, args: &[&str]) -> (Option<i32>, String) {
        if args.contains(&"--repair") {
            let _ = std::fs::remove_file(self.path("out.sql"));
        }
        said(&self.cutover(&[&["run", "suite.toml", "--no-color", "--no-history"], args].concat()))
    }

    /// Whether two tables hold the same rows in all of their columns.
    pub(super) fn are_equal(&self, old: &str, new: &str, key: &str) -> (bool, String) {
        let sides = ["diff", "--old", &self.url, "--new", &self.url, "--old-table", old, "--new-table", new];
        let (code, told) = said(&self.cutover(&[&sides[..], &["--key", key, "--no-color"]].concat()));
        (code == Some(0), told)
    }

    /// The built program in the folder of the test.
    pub(super) fn cutover(&self, args: &[&str]) -> Output {
        cutover(self.folder.path(), args)
    }

    /// Compares the tables `o` and `n`; the exit code and what was said.
    pub(super) fn diff(&self, args: &[&str]) -> (Option<i32>, String) {
        let sides = ["diff", "--old", &self.url, "--new", &self.url, "--old-table", "o", "--new-table", "n"];
        said(&self.cutover(&[&sides[..], &["--key", "id", "--no-color"], args].concat()))
    }

    /// A file in the folder of the test.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The repair that was written, without its comments.
    pub(super) fn repair(&self) -> String {
        let text = std::fs::read_to_string(self.path("out.sql")).unwrap();
        text.lines().filter(|line| !line.starts_with("--")).fold(String::new(), |all, line| all + line + "\n")
    }
}

pub(super) fn cutover(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.current_dir(folder).env("CUTOVER_DUCKDB_DRIVER", duckdb_driver()).args(args).output().unwrap()
}

pub(super) fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn statements(sql: &str) -> Vec<&str> {
    let all = sql.split(";\n").map(|one| one.trim().trim_end_matches(';'));
    all.filter(|one| !one.is_empty()).collect()
}

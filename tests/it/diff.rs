//! `cutover diff` on every engine: keys from the catalogue, hostile names, and the suite it writes.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};

use crate::cli::cutover;
use crate::support::engine_url;

fn diff(folder: &Path, old: &str, new: &str, arguments: &[&str]) -> (Output, Json) {
    let output = cutover(folder)
        .args(["diff", "--old", old, "--new", new, "--report", "json=out.json"])
        .args(arguments)
        .output()
        .unwrap();
    let report = std::fs::read_to_string(folder.join("out.json")).unwrap_or_default();
    let _ = std::fs::remove_file(folder.join("out.json"));
    (output, serde_json::from_str(&report).unwrap_or_default())
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

/// The counts that matter of the one check.
fn counts(report: &Json) -> [&str; 5] {
    let rows = &report["checks"][0]["rows"];
    ["equal", "missing", "extra", "changed", "duplicate"].map(|name| rows[name].as_str().unwrap_or("absent"))
}

/// Catches a key that is not found, half found, or taken from an index that lets rows share it.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_its_keys_and_its_odd_names() {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let setup = r#"
        DROP SCHEMA IF EXISTS "Odd.Schema" CASCADE; CREATE SCHEMA "Odd.Schema";
        CREATE TABLE "Odd.Schema"."or""der" (a int, "select" text NOT NULL, "B" text NOT NULL, v numeric(10,2), age interval, PRIMARY KEY ("B", a));
        CREATE TABLE "Odd.Schema".new_order (a int, "select" text NOT NULL, "B" text NOT NULL, value numeric(10,2));
        CREATE UNIQUE INDEX ON "Odd.Schema".new_order (a, "B");
        INSERT INTO "Odd.Schema"."or""der" SELECT n, 's', 'b' || n, n, '1 day' FROM generate_series(1, 50) AS n;
        INSERT INTO "Odd.Schema".new_order SELECT n, 's', 'b' || n, CASE n WHEN 7 THEN 8 ELSE n END FROM generate_series(2, 51) AS n;
        ALTER TABLE "Odd.Schema".new_order ALTER COLUMN a SET NOT NULL;
        CREATE TABLE "Odd.Schema".loose (a int, v int); CREATE UNIQUE INDEX ON "Odd.Schema".loose (a);
        INSERT INTO "Odd.Schema".loose VALUES (1, 1), (NULL, 2), (NULL, 2);
    "#;
    connection.execute(setup).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let tables = ["--old-table", r#""Odd.Schema"."or""der""#, "--new-table", r#""Odd.Schema".new_order"#];
    let (output, report) =
        diff(folder.path(), &url, &url, &[&tables[..], &["--rename", "v=value", "--exclude", "age"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("paired by `B`, `a`, the key of both"), "{}", said(&output));
    assert_eq!(counts(&report), ["48", "1", "1", "1", "0"]);
    assert_eq!(report["checks"][0]["id"], "diff.or_der");

    let (output, _) = diff(folder.path(), &url, &url, &[&tables[..], &["--exclude", "age"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("only old has `v`, only new has `value`"), "{}", said(&output));

    let (output, report) = diff(folder.path(), &url, &url, &["--table", "\"Odd.Schema\".loose"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("no key is known"), "{}", said(&output));
    assert_eq!(counts(&report), ["3", "0", "0", "0", "1"]);

    let where_and_tolerance =
        ["--rename", "v=value", "--exclude", "age", "--where", "a BETWEEN 2 AND 50", "--absolute", "1"];
    let (output, report) = diff(folder.path(), &url, &url, &[&tables[..], &where_and_tolerance].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(counts(&report), ["49", "0", "0", "0", "0"]);

    let (output, _) = diff(folder.path(), &url, &url, &["--table", "no_such_table"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("there is no table") && said(&output).contains("no_such_table"));
}

/// Catches a MySQL key taken from an index with NULLs or prefixes, and a join of engines that pairs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn mysql_against_sqlite_finds_the_key_of_both() {
    let url = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    for sql in [
        "DROP TABLE IF EXISTS `diff or``der`",
        "CREATE TABLE `diff or``der` (id int NOT NULL, code varchar(20) NOT NULL, v int, UNIQUE (code(3)), UNIQUE (v), PRIMARY KEY (id))",
        "INSERT INTO `diff or``der` VALUES (1, 'aaa1', 10), (2, 'bbb2', 20), (3, 'ccc3', NULL)",
    ] {
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = format!("sqlite:{}?mode=rwc", folder.path().join("new.db").display());
    let mut sqlite = SqliteConnection::connect(&path).await.unwrap();
    let setup = "CREATE TABLE items (id INTEGER PRIMARY KEY, code TEXT, v INTEGER); \
                 INSERT INTO items VALUES (1, 'aaa1', 10), (2, 'bbb2', 21), (3, 'ccc3', NULL);";
    sqlite.execute(setup).await.unwrap();
    let tables = ["--old-table", "\"diff or`der\"", "--new-table", "items"];
    let (output, report) = diff(folder.path(), &url, "sqlite:new.db", &tables);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("paired by `id`, the key of both"), "{}", said(&output));
    assert_eq!(counts(&report), ["2", "0", "0", "1", "0"]);
}

/// Catches a generated column that nobody compares, and a unique index that is overlooked or lets NULLs in.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_compares_generated_columns_and_finds_unique_indexes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, factor) in [("old.db", 2), ("new.db", 3)] {
        let path = format!("sqlite:{}?mode=rwc", folder.path().join(name).display());
        let mut sqlite = SqliteConnection::connect(&path).await.unwrap();
        let setup = format!(
            "CREATE TABLE t (code TEXT NOT NULL, loose TEXT, v INTEGER, doubled INTEGER AS (v * {factor}) VIRTUAL); \
             CREATE UNIQUE INDEX loose_of_t ON t (loose); CREATE UNIQUE INDEX code_of_t ON t (code); \
             INSERT INTO t VALUES ('a', 'x', 1), ('b', NULL, 2);"
        );
        sqlite.execute(AssertSqlSafe(setup)).await.unwrap();
    }
    let (output, report) = diff(folder.path(), "sqlite:old.db", "sqlite:new.db", &["--table", "t"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("paired by `code`, the key of both"), "{}", said(&output));
    assert_eq!(counts(&report), ["0", "0", "0", "2", "0"]);
    let tolerance = ["--table", "t", "--absolute", "doubled=1"];
    let (output, report) = diff(folder.path(), "sqlite:old.db", "sqlite:new.db", &tolerance);
    assert_eq!(counts(&report), ["1", "0", "0", "1", "0"], "{}", said(&output));
    let tolerance = ["--table", "t", "--relative", "doubled=0.5"];
    let (output, report) = diff(folder.path(), "sqlite:old.db", "sqlite:new.db", &tolerance);
    assert_eq!((output.status.code(), counts(&report)), (Some(0), ["2", "0", "0", "0", "0"]));
}

/// Catches a ClickHouse sorting key that passes for a key, which would call duplicates a finding of the data.
#[tokio::test(flavor = "multi_thread")]
async fn a_sorting_key_of_clickhouse_is_a_suggestion() {
    let url = engine_url("CUTOVER_TEST_CLICKHOUSE_URL");
    let parsed = url::Url::parse(&url).unwrap();
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let client = clickhouse::Client::default()
        .with_url(format!("http://{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap_or(8123)))
        .with_user(decoded(parsed.username()))
        .with_password(decoded(parsed.password().unwrap_or("")))
        .with_database(parsed.path().trim_start_matches('/'));
    for sql in [
        "DROP TABLE IF EXISTS diff_events",
        "CREATE TABLE diff_events (day Date, id UInt64, v Decimal(18, 4)) ENGINE = MergeTree ORDER BY (day, id)",
        "INSERT INTO diff_events SELECT '2026-01-01', number, number FROM numbers(10)",
    ] {
        client.query(sql).execute().await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (output, report) = diff(folder.path(), &url, &url, &["--table", "diff_events"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("no key is known") && said(&output).contains("`day`, `id`"), "{}", said(&output));
    assert_eq!(counts(&report), ["10", "0", "0", "0", "0"]);
    let (output, report) =
        diff(folder.path(), &url, &url, &["--table", "diff_events", "--key", "id", "--plan", "server"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(report["checks"][0]["plan"]["name"], "server");
}

/// Catches a written suite that judges otherwise than the diff did, or holds a password.
#[test]
fn the_suite_that_is_written_gives_the_same_verdict_and_holds_no_password() {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let password = url::Url::parse(&url).unwrap().password().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--old-sql",
        "SELECT n AS id, 'it''s' AS \"a b\", n / 3.0 AS v FROM generate_series(1, 20) AS n;",
        "--new-sql",
        "SELECT n AS id, 'it''s' AS \"a b\", n / 3.0 + CASE n WHEN 5 THEN 1 ELSE 0.001 END AS w FROM generate_series(1, 20) AS n -- done",
        "--key",
        "id",
        "--rename",
        "v=w",
        "--relative",
        "0.01",
        "--write-suite",
        "kept/suite.toml",
    ];
    let (output, report) = diff(folder.path(), &url, &url, &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(counts(&report), ["19", "0", "0", "1", "0"]);
    let again = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("OLD_URL", &url)
        .env("NEW_URL", &url)
        .args(["run", "kept/suite.toml", "--report", "json=again.json"])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    let second: Json =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("again.json")).unwrap()).unwrap();
    for field in ["id", "status", "rows", "columns", "examples"] {
        assert_eq!(second["checks"][0][field], report["checks"][0][field], "{field}");
    }
    let suite = std::fs::read_to_string(folder.path().join("kept/suite.toml")).unwrap();
    let plain = percent_encoding::percent_decode_str(&password).decode_utf8().unwrap().into_owned();
    for text in [suite, said(&output), said(&again), report.to_string(), second.to_string()] {
        assert!(!text.contains(&password) && !text.contains(&plain), "{text}");
    }
    let (output, _) = diff(folder.path(), &url, &url, &arguments);
    assert_eq!(output.status.code(), Some(2), "a suite is not overwritten");
}

/// Catches files that are looked for in the folder of the suite that is written, by the diff or by the command that repeats it.
#[test]
fn a_suite_elsewhere_finds_the_files_of_the_diff() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [("old.csv", "1"), ("new.csv", "2")] {
        std::fs::write(folder.path().join(name), format!("id,v\n1,{value}\n")).unwrap();
    }
    let run = |words: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_cutover")).current_dir(folder.path()).args(words).output().unwrap()
    };
    let kept = run(&["diff", "old.csv", "./new.csv", "--key", "id", "--write-suite", "kept/deep/suite.toml"]);
    assert_eq!(kept.status.code(), Some(1), "{}", said(&kept));
    let again = String::from_utf8(kept.stdout).unwrap();
    let again = again.lines().find_map(|line| line.trim().strip_prefix("again: cutover ")).unwrap().to_owned();
    let output = Command::new("bash")
        .current_dir(folder.path())
        .args(["-c", &format!("'{}' {again}", env!("CARGO_BIN_EXE_cutover"))])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{again}: {}", said(&output));
}

/// Catches a page of the docs that shows what the program no longer prints.
#[test]
fn the_page_in_the_docs_shows_what_is_printed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(folder.join("docs/diff.md")).unwrap();
    let times = regex::Regex::new(r"\b\d+(\.\d+)? m?s\b").unwrap();
    let page = times.replace_all(&page, "<time>");
    for (snapshot, whole) in [("diff_files", true), ("diff_columns_differ", true), ("diff_keyless", false)] {
        let text = std::fs::read_to_string(folder.join(format!("tests/it/snapshots/{snapshot}.snap"))).unwrap();
        let printed = text.splitn(3, "---\n").nth(2).unwrap();
        let (shown, told) = printed.split_once("\n-- stderr --\n").unwrap();
        for part in [shown.trim(), told.trim()] {
            let part = if whole { part } else { part.lines().next().unwrap_or("") };
            assert!(page.contains(part), "{snapshot}: {part}");
        }
    }
}

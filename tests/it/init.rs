//! `cutover init` between the engines, with awkward names: what it writes runs as it stands, passes on equal data, and
//! fails on one planted change.

mod runs;

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection, SqliteConnection};
use url::Url;

use crate::cli::cutover;
use crate::packs::{clickhouse, postgres};
use crate::support::engine_url;

fn init(folder: &Path, old: &str, new: &str) -> (Output, String) {
    let output = cutover(folder).args(["init", "--old", old, "--new", new]).output().unwrap();
    let suite = std::fs::read_to_string(folder.join("checks/first/suite.toml")).unwrap_or_default();
    (output, suite)
}

/// Runs what was written, with the URLs in the variables it reads.
fn run(folder: &Path, old: &str, new: &str) -> (Option<i32>, Json, String) {
    let output = cutover(folder)
        .args(["run", "--report", "json=out.json"])
        .env("OLD_URL", old)
        .env("NEW_URL", new)
        .output()
        .unwrap();
    let report = crate::cli::report(folder).unwrap_or_default();
    (output.status.code(), report, said(&output))
}

fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap()
}

/// The checks with this status, without the name of the suite.
fn with(report: &Json, status: &str) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == status);
    checks.map(|check| check["id"].as_str().unwrap().split_once('.').unwrap().1.to_owned()).collect()
}

async fn sqlite(path: &Path, script: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Catches a table or a column that is passed over in silence, paths that are found from the wrong folder, text of files
/// taken for another type, and names that break out of their quotes or comments.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_against_files() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new");
    std::fs::create_dir(&new).unwrap();
    sqlite(
        &folder.path().join("old.db"),
        r#"
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total REAL, units INTEGER, placed DATETIME, userId TEXT, raw BLOB);
        INSERT INTO orders VALUES (1, 'ann', 1.5, 3, '2026-01-01 10:00:00', 'u1', x'00'), (2, 'bob', 2.25, NULL, '2026-01-02 11:00:00', NULL, NULL);
        CREATE TABLE "Odd ""Table"" it's" ("select" INTEGER PRIMARY KEY, "UPPER Case" TEXT, "br{{ace" INTEGER, "t{{ name }}" TEXT);
        INSERT INTO "Odd ""Table"" it's" VALUES (1, 'x', 5, 'y'), (2, NULL, NULL, NULL);
        CREATE TABLE "line
break" (id INTEGER PRIMARY KEY, "a
b" INTEGER); INSERT INTO "line
break" VALUES (1, 2);
        CREATE TABLE vacant (id INTEGER PRIMARY KEY, v INTEGER);
        CREATE TABLE keyless (a INTEGER); INSERT INTO keyless VALUES (1);
        CREATE TABLE Legacies (a INTEGER);
        CREATE TABLE "{{ param }}" (id INTEGER PRIMARY KEY); INSERT INTO "{{ param }}" VALUES (1);
        "#,
    )
    .await;
    let text = |values: [Option<&str>; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let orders = RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef, true),
        ("customer", text([Some("ann"), Some("bob")]), true),
        ("total", Arc::new(Float64Array::from(vec![1.5, 2.25])), true),
        ("units", Arc::new(Int32Array::from(vec![Some(3), None])), true),
        ("placed", text([Some("2026-01-01 10:00:00"), Some("2026-01-02 11:00:00")]), true),
        ("user_id", text([Some("u1"), None]), true),
        ("raw", text([Some("00"), None]), true),
    ]);
    crate::parquet::write_batch(&new.join("orders.parquet"), &orders.unwrap());
    let csv = |name: &str, text: &str| std::fs::write(new.join(format!("{name}.csv")), text).unwrap();
    csv("Odd \"Table\" it's", "select,UPPER Case,br{{ace,t{{ name }}\n1,x,5,y\n2,,,\n");
    csv("line\nbreak", "id,\"a\nb\"\n1,2\n");
    csv("vacant", "id,v\n");
    csv("keyless", "a\n1\n");
    csv("legacy", "a\n1\n");
    csv("{{ param }}", "id\n1\n");

    let (output, suite) = init(folder.path(), "sqlite:old.db", "new");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let undecided = [
        r#"# UNDECIDED: only old has the table "Legacies"; the other side has "legacy""#,
        r#"# UNDECIDED: only new has the table "legacy"; the other side has "Legacies""#,
        r#"# UNDECIDED: only old has the column "userId"; if it is "user_id" of the other side, say rename = { userId = "user_id" } in place of both ignores"#,
        r#"# UNDECIDED: only new has the column "user_id"; if it is "userId" of the other side, say rename = { userId = "user_id" } in place of both ignores"#,
        r#"columns.userId = { ignore = "UNDECIDED: only old has it" }"#,
        r#"columns.user_id = { ignore = "UNDECIDED: only new has it" }"#,
        r#"# UNDECIDED: the column "raw" is bytes in old and text in new, which cannot be compared as they are, and is left out; select it as one type on both sides"#,
        "# UNDECIDED: neither side tells a key, so rows are not compared; add a check of kind rows with the key you know",
        "# UNDECIDED: its name reads like a placeholder of a suite, `{{ … }}`, so it has no checks; give it a view with another name",
        r#"# UNDECIDED: the name of the column "t{{ name }}" reads like a placeholder of a suite, `{{ … }}`, and it is left out"#,
    ];
    for line in undecided {
        assert!(suite.lines().any(|one| one == line), "{line}\n{suite}");
    }
    assert!(suite.contains("Decisions left to you: 9;"), "{suite}");
    assert!(said(&output).contains("9 decisions are left to you"), "{}", said(&output));

    // From another folder too: paths start at the suite.
    let elsewhere = tempfile::tempdir().unwrap();
    let output = cutover(elsewhere.path()).arg("run").arg(folder.path().join("checks")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (code, report, shown) = run(folder.path(), "", "");
    assert_eq!(code, Some(0), "{shown}\n{suite}");
    assert_eq!(with(&report, "pass").len(), 10, "{shown}");

    csv("line\nbreak", "id,\"a\nb\"\n1,3\n");
    let (code, report, shown) = run(folder.path(), "", "");
    assert_eq!((code, with(&report, "fail")), (Some(1), vec!["line_break_rows".to_owned()]), "{shown}");

    let (output, again) = init(folder.path(), "sqlite:old.db", "new");
    assert_eq!((output.status.code(), &again), (Some(2), &suite), "a suite is never overwritten");
    assert!(said(&output).contains("suite.toml exists"), "{}", said(&output));
}

/// Catches a password that is written down, a system table taken for one of the user's, sums that wrap or round, and types
/// that are given up although they can be compared.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_against_clickhouse() {
    let (old, new) = (postgres("init_old").await, clickhouse("init_new").await);
    let mut connection = PgConnection::connect(&old).await.unwrap();
    let script = r#"
        CREATE TABLE orders (id bigint PRIMARY KEY, who uuid, total numeric(12,2), ratio real, big bigint, placed timestamptz,
            shipped timestamp, day date, active boolean, tags text[], meta jsonb, age interval, note text);
        INSERT INTO orders SELECT n, '00000000-0000-4000-8000-00000000000A', n * 1.25, 0.1, 9223372036854775807,
            '2026-01-01T00:00:00Z', '2026-01-01 12:00:00', '2026-01-01', true, '{a,b}', '{"a": 1.0}', '1 day', NULL
            FROM generate_series(1, 1000) AS n;
        CREATE TABLE "Odd`Ta""ble\" ("select" int, "it's" int, "UPPER" text, PRIMARY KEY ("select", "it's"));
        INSERT INTO "Odd`Ta""ble\" VALUES (1, 1, 'x'), (1, 2, NULL);
        CREATE SCHEMA "Other"; CREATE TABLE "Other".thing (id int);
        CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10); INSERT INTO parts VALUES (1);
        CREATE VIEW seen AS SELECT id, note FROM orders;
    "#;
    sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
    let client = cutover::source::clickhouse_client(&Url::parse(&new).unwrap()).unwrap();
    for statement in [
        "CREATE TABLE orders (id Int64, who UUID, total Decimal(12,2), ratio Float32, big Int64, placed DateTime64(6, 'UTC'), \
         shipped DateTime('UTC'), day Date, active Bool, tags Array(String), meta String, age String, note Nullable(String)) \
         ENGINE = MergeTree ORDER BY id",
        "INSERT INTO orders SELECT number + 1, '00000000-0000-4000-8000-00000000000A', toDecimal64(number + 1, 2) * toDecimal64(1.25, 2), \
         0.1, 9223372036854775807, '2026-01-01 00:00:00', '2026-01-01 12:00:00', '2026-01-01', true, ['a', 'b'], '{\"a\":1}', \
         '1 day', NULL FROM numbers(1000)",
        "CREATE TABLE `Odd\\`Ta\"ble\\\\` (`select` Int32, `it's` Int32, UPPER Nullable(String)) ENGINE = MergeTree ORDER BY `select`",
        "INSERT INTO `Odd\\`Ta\"ble\\\\` VALUES (1, 1, 'x'), (1, 2, NULL)",
        "CREATE TABLE parts (id Int32) ENGINE = MergeTree ORDER BY id",
        "INSERT INTO parts VALUES (1)",
        "CREATE VIEW seen AS SELECT id, note FROM orders",
        "CREATE MATERIALIZED VIEW by_day ENGINE = SummingMergeTree ORDER BY day AS SELECT day, count() AS n FROM orders GROUP BY day",
        "CREATE TABLE stream (id Int32) ENGINE = Null",
    ] {
        client.query(&statement.replace('?', "??")).execute().await.unwrap_or_else(|why| panic!("{statement}: {why}"));
    }
    let folder = tempfile::tempdir().unwrap();
    let (output, suite) = init(folder.path(), &old, &new);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for secret in ["p%40ss", "p@ss", "w/rd", "w%2Frd"] {
        assert!(!suite.contains(secret) && !said(&output).contains(secret), "{suite}");
    }
    assert!(suite.contains("url = \"${OLD_URL}\"") && suite.contains("url = \"${NEW_URL}\""), "{suite}");
    assert!(said(&output).contains("set OLD_URL and NEW_URL first"), "{}", said(&output));
    for name in ["parts_1", ".inner", "stream"] {
        assert!(!suite.contains(name), "{name} is no table of the user's: {suite}");
    }
    for line in [
        r#"# UNDECIDED: only old has the table "Other.thing""#,
        r#"# UNDECIDED: only new has the table "by_day""#,
        r#"columns.shipped = { zone = "UTC" }"#,
        "columns.meta = { json = true }",
        "# Assumed: sums of floats depend on the order of the rows.",
        r#"key = ["select", "it's"]"#,
    ] {
        assert!(suite.lines().any(|one| one == line), "{line}\n{suite}");
    }
    assert!(suite.contains(r#"# UNDECIDED: the column "age" of old is"#), "{suite}");
    assert!(suite.contains("# UNDECIDED: neither side tells a key, so rows are not compared"), "the view: {suite}");

    let (code, report, shown) = run(folder.path(), &old, &new);
    assert_eq!(code, Some(0), "{shown}\n{suite}");
    assert_eq!(with(&report, "pass").len(), 11, "{shown}");
    let warned = report["checks"].as_array().unwrap().iter().filter(|check| !check["warnings"].is_null());
    assert_eq!(warned.count(), 0, "a first suite passes without a warning: {shown}");
    // The sum of a thousand times the largest 64-bit integer.
    let sums = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "first.orders_sums").unwrap();
    let big = sums["measures"].as_array().unwrap().iter().find(|measure| measure["name"] == "big").unwrap();
    assert_eq!(big["new"], "9223372036854775807000");

    client
        .query("ALTER TABLE orders UPDATE total = total + 0.01 WHERE id = 7 SETTINGS mutations_sync = 2")
        .execute()
        .await
        .unwrap();
    let (code, report, shown) = run(folder.path(), &old, &new);
    assert_eq!(code, Some(1), "{shown}");
    assert_eq!(with(&report, "fail"), ["orders_sums", "orders_rows"].map(str::to_owned), "{shown}");
}

/// Catches decimals that a side keeps as text, booleans and dates that do not pair, and backticks in names.
#[tokio::test(flavor = "multi_thread")]
async fn mysql_against_sqlite() {
    let server = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&server).await.unwrap();
    for sql in [
        "DROP DATABASE IF EXISTS init_old",
        "CREATE DATABASE init_old CHARACTER SET utf8mb4",
        "CREATE TABLE init_old.orders (id int PRIMARY KEY, total decimal(10,2), ratio double, active tinyint(1), day date, \
         placed datetime, meta json, note varchar(50), spent time)",
        "INSERT INTO init_old.orders VALUES (1, 1.50, 0.5, 1, '2026-01-01', '2026-01-01 10:00:00', '{\"a\": 1}', 'x', '10:00:00'), \
         (2, 20.25, 1.5, 0, '2026-01-02', '2026-01-02 10:00:00', NULL, NULL, NULL)",
        "CREATE TABLE init_old.`Odd``Table \"x\"` (`group` varchar(20) PRIMARY KEY, `Käse '1'` bigint unsigned)",
        "INSERT INTO init_old.`Odd``Table \"x\"` VALUES ('a', 18446744073709551615)",
    ] {
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
    let mut url = Url::parse(&server).unwrap();
    url.set_path("init_old");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    sqlite(
        &path,
        r#"
        CREATE TABLE orders (id INTEGER PRIMARY KEY, total TEXT, ratio REAL, active BOOLEAN, day DATE, placed DATETIME, meta TEXT, note TEXT, spent TEXT);
        INSERT INTO orders VALUES (1, '1.50', 0.5, 1, '2026-01-01', '2026-01-01 10:00:00', '{"a": 1}', 'x', '10:00:00'),
            (2, '20.25', 1.5, 0, '2026-01-02', '2026-01-02 10:00:00', NULL, NULL, NULL);
        CREATE TABLE "Odd`Table ""x""" ("group" TEXT PRIMARY KEY, "Käse '1'" TEXT);
        INSERT INTO "Odd`Table ""x""" VALUES ('a', '18446744073709551615');
        "#,
    )
    .await;
    let new = format!("sqlite:{}", path.display());
    let (output, suite) = init(folder.path(), url.as_str(), &new);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for line in [
        r#"columns.total = { type = { new = "decimal(38,12)" } }"#,
        r#"columns."Käse '1'" = { type = { new = "decimal(38,0)" } }"#,
        r#"# UNDECIDED: the column "spent" is time in old and text in new, which cannot be compared as they are, and is left out; select it as one type on both sides"#,
    ] {
        assert!(suite.lines().any(|one| one == line), "{line}\n{suite}");
    }
    assert!(suite.contains(&format!("${{NEW_URL:-{new}}}")), "a URL without a password is written down: {suite}");
    let (code, report, shown) = run(folder.path(), url.as_str(), "");
    assert_eq!(code, Some(0), "{shown}\n{suite}");
    assert_eq!(with(&report, "pass").len(), 5, "{shown}");

    sqlite(&path, "UPDATE orders SET active = 1 WHERE id = 2").await;
    let (code, report, shown) = run(folder.path(), url.as_str(), "");
    assert_eq!((code, with(&report, "fail")), (Some(1), vec!["orders_rows".to_owned()]), "{shown}");
}

/// Catches schemas that are not compared, a name that the check does not find again, and a difference of today that keeps
/// those of tomorrow from failing it.
#[tokio::test(flavor = "multi_thread")]
async fn the_schemas_of_all_pairs_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let table = r#"
        CREATE TABLE orders (id INTEGER PRIMARY KEY, note VARCHAR(20) NOT NULL, total DECIMAL(10,2));
        INSERT INTO orders VALUES (1, 'x', '1.50'); CREATE INDEX by_note ON orders (note);
        CREATE TABLE "Odd.Table" (id INTEGER PRIMARY KEY); INSERT INTO "Odd.Table" VALUES (1);"#;
    for side in ["old.db", "new.db"] {
        sqlite(&folder.path().join(side), table).await;
    }
    let (output, suite) = init(folder.path(), "sqlite:old.db", "sqlite:new.db");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("compared  schema of 2 tables\n"), "{}", said(&output));
    let section = suite.split("[checks.schema]").nth(1).unwrap().split("[checks.").next().unwrap();
    assert!(section.contains(r#"tables = ["\"Odd.Table\"", "orders"]"#) && !section.contains("severity"), "{suite}");
    let (code, report, shown) = run(folder.path(), "", "");
    assert_eq!((code, with(&report, "fail").len()), (Some(0), 0), "{shown}\n{suite}");
    assert!(with(&report, "pass").contains(&"schema".to_owned()), "{shown}");

    sqlite(&folder.path().join("new.db"), "DROP INDEX by_note").await;
    let (code, report, shown) = run(folder.path(), "", "");
    assert_eq!((code, with(&report, "fail")), (Some(1), vec!["schema".to_owned()]), "{shown}");

    // What is there already is told and left to decide; it fails nothing before anyone looked at it.
    std::fs::remove_dir_all(folder.path().join("checks")).unwrap();
    let (output, suite) = init(folder.path(), "sqlite:old.db", "sqlite:new.db");
    assert!(said(&output).contains("compared  schema of 2 tables, 1 difference\n"), "{}", said(&output));
    assert!(suite.contains("# UNDECIDED: the schemas have 1 difference: "), "{suite}");
    let (code, report, shown) = run(folder.path(), "", "");
    assert_eq!((code, with(&report, "warn")), (Some(0), vec!["schema".to_owned()]), "{shown}");
    assert!(shown.contains("index (note)"), "{shown}");
}

/// Catches an empty suite where nothing pairs, and a failure that leaves half a file.
#[test]
fn nothing_is_written_where_nothing_pairs() {
    let folder = tempfile::tempdir().unwrap();
    for (side, table) in [("old", "a"), ("new", "b")] {
        std::fs::create_dir(folder.path().join(side)).unwrap();
        std::fs::write(folder.path().join(side).join(format!("{table}.csv")), "id\n1\n").unwrap();
    }
    let (output, suite) = init(folder.path(), "old", "new");
    assert_eq!((output.status.code(), suite.as_str()), (Some(2), ""));
    assert!(said(&output).contains("old has \"a\"; new has \"b\""), "{}", said(&output));
    let (output, _) = init(folder.path(), "old", "sqlite:absent.db");
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("checks").exists());

    // Two files are one pair, whatever they are called.
    let (output, _) = init(folder.path(), "old/a.csv", "new/b.csv");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (code, _, shown) = run(folder.path(), "", "");
    assert_eq!(code, Some(0), "{shown}");
}

/// Catches one table that cannot be read and so ends the suite of all others, or is passed over without a word.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_read_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    for side in ["old", "new"] {
        let side = folder.path().join(side);
        std::fs::create_dir(&side).unwrap();
        std::fs::write(side.join("good.csv"), "id,v\n1,a\n").unwrap();
        std::fs::write(side.join("audit_1.csv"), "id\n1\n").unwrap();
        std::fs::write(side.join("broken.parquet"), "no Parquet").unwrap();
    }
    let (output, suite) = init(folder.path(), "old", "new");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("left out  \"broken\": old: ") && said(&output).contains("; new: "),
        "{}",
        said(&output)
    );
    assert!(suite.contains("# UNDECIDED: the table \"broken\" is left out: old: "), "{suite}");
    let (code, report, shown) = run(folder.path(), "", "");
    assert_eq!((code, with(&report, "pass").len()), (Some(0), 3), "{shown}");

    std::fs::remove_dir_all(folder.path().join("checks")).unwrap();
    let exclude = |patterns: &[&str]| {
        let output =
            cutover(folder.path()).args(["init", "--old", "old", "--new", "new"]).args(patterns).output().unwrap();
        let suite = std::fs::read_to_string(folder.path().join("checks/first/suite.toml")).unwrap_or_default();
        (output, suite)
    };
    let (output, _) = exclude(&["--exclude", "audits_*"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--exclude audits_*: neither side has such a table"), "{}", said(&output));
    let (output, suite) = exclude(&["--exclude", "audit_*", "--exclude", "broken"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(suite.contains("# the table \"audit_1\" is left out: --exclude names it"), "{suite}");
    assert!(!suite.contains("UNDECIDED: the table") && !suite.contains("[checks.audit"), "{suite}");

    let url = postgres("init_left").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let script = "CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW mv AS SELECT id FROM t WITH NO DATA";
    sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (output, suite) = init(folder.path(), &url, &url);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(suite.contains("the table \"mv\" is left out: ") && suite.contains("[checks.t_count]"), "{suite}");
    sqlx::raw_sql("DROP TABLE t CASCADE; CREATE MATERIALIZED VIEW mv AS SELECT 1 AS id WITH NO DATA")
        .execute(&mut connection)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (output, suite) = init(folder.path(), &url, &url);
    assert_eq!((output.status.code(), suite.as_str()), (Some(2), ""), "{}", said(&output));
    assert!(said(&output).contains("no table that both sides have can be read: \"mv\": old: "), "{}", said(&output));
}

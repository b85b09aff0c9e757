//! What each engine says that a query would read, held against how many rows its tables have.

use std::path::Path;

use cutover::frame::{Column, Type, Value};
use regex::Regex;

use crate::cli::cutover;
use crate::schema::{apply, place};
use crate::waivers::write;

/// What `validate --connect --estimate` says of each query of `old`, and the exit code; new is a file of one row.
fn estimated(folder: &Path, old: &str, queries: &[&str]) -> (Option<i32>, Vec<String>) {
    write(folder, "one.csv", "v\n1\n");
    let mut suite = "name = \"s\"\n[sources.old]\nurl = \"${OLD_URL}\"\n[sources.new]\nurl = \"one.csv\"\n".to_owned();
    for (at, sql) in queries.iter().enumerate() {
        let sql = toml::Value::from(*sql);
        suite +=
            &format!("[checks.c{at}]\nkind = \"row_count\"\nold = {sql}\nnew = \"SELECT COUNT(*) AS v FROM one\"\n");
    }
    write(folder, "suite.toml", &suite);
    let output = cutover(folder)
        .args(["validate", "suite.toml", "--connect", "--estimate"])
        .env("OLD_URL", old)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let line = |at: usize| {
        let head = format!("s.c{at} old (`old`): ");
        told.lines().find_map(|line| line.strip_prefix(&head)).unwrap_or_else(|| panic!("{head}: {told}")).to_owned()
    };
    (output.status.code(), (0..queries.len()).map(line).collect())
}

/// The rows that a line speaks of.
fn rows(line: &str) -> u64 {
    let number = Regex::new(r"^(?:about|at least) ([\d,]+) rows?").unwrap();
    number.captures(line).unwrap_or_else(|| panic!("{line}"))[1].replace(',', "").parse().unwrap()
}

/// Catches an estimate that takes no account of the primary key, leaves out a view's tables, or passes over what it does not
/// know of.
#[tokio::test(flavor = "multi_thread")]
async fn clickhouse_says_what_its_primary_keys_leave() {
    let folder = tempfile::tempdir().unwrap();
    let url = place("clickhouse", "estimate").await;
    let tables = "CREATE TABLE t (id UInt64, v UInt64) ENGINE = MergeTree ORDER BY id; \
                  INSERT INTO t SELECT number, number FROM numbers(100000); \
                  CREATE TABLE held (id UInt64) ENGINE = Memory; INSERT INTO held VALUES (1); \
                  CREATE TABLE none (id UInt64) ENGINE = MergeTree ORDER BY id; CREATE VIEW seen AS SELECT id, v FROM t;";
    apply(&url, folder.path(), tables).await;
    let (code, told) = estimated(
        folder.path(),
        &url,
        &[
            "SELECT sum(v) AS n FROM t WHERE v > 5",
            "SELECT sum(v) AS n FROM t WHERE id < 100",
            "SELECT sum(v) AS n FROM seen WHERE v > 5",
            "SELECT sum(v) AS n FROM t JOIN held USING (id) WHERE v > 5",
            "SELECT sum(id) AS n FROM held",
            "SELECT sum(id) AS n FROM none WHERE id > 5",
            "SELECT count() AS n FROM t",
        ],
    );
    assert_eq!(code, Some(0), "{told:#?}");
    assert_eq!(told[0], "about 100,000 rows");
    assert!((100..20_000).contains(&rows(&told[1])), "{}", told[1]);
    assert_eq!(told[2], "about 100,000 rows");
    assert_eq!(told[3], "at least 100,000 rows");
    assert!(told[4].starts_with("not known: what it reads is in no table"), "{}", told[4]);
    assert_eq!(told[5], "about 0 rows");
    assert_eq!(told[6], "about 0 rows", "the server knows how many rows a table has");
    let (code, told) = estimated(folder.path(), &url, &["SELECT count() AS v FROM absent"]);
    assert!(code == Some(2) && told[0].starts_with("not known: ") && told[0].contains("absent"), "{told:?}");
}

/// Catches a filter that hides what a scan reads, an index that is not seen, and a table that is read for each row of another
/// and counted once.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_says_what_its_plans_read() {
    let folder = tempfile::tempdir().unwrap();
    let url = place("postgres", "estimate").await;
    let tables = "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT n, n FROM generate_series(1, 50000) AS n; \
                  ANALYZE t;";
    apply(&url, folder.path(), tables).await;
    let (code, told) = estimated(
        folder.path(),
        &url,
        &[
            "SELECT count(*) AS v FROM t WHERE v = 7",
            "SELECT count(*) AS v FROM t WHERE id = 7",
            "SELECT count(*) AS v FROM t AS a JOIN t AS b ON a.v = b.v",
            "SELECT 1::bigint AS v",
        ],
    );
    assert_eq!(code, Some(0), "{told:#?}");
    assert!(rows(&told[0]) == 50_000 && told[0].contains("B on disk"), "{}", told[0]);
    assert_eq!(told[1], "about 1 row");
    assert_eq!(rows(&told[2]), 100_000);
    assert_eq!(rows(&told[3]), 0, "{}", told[3]);
}

/// Catches a filter that hides what a scan reads, and an index that is not seen.
#[tokio::test(flavor = "multi_thread")]
async fn mysql_says_what_its_plans_read() {
    let folder = tempfile::tempdir().unwrap();
    let url = place("mysql", "estimate").await;
    let numbers = "(SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION \
                   SELECT 7 UNION SELECT 8 UNION SELECT 9)";
    let tables = format!(
        "CREATE TABLE t (id int PRIMARY KEY, v int); \
         INSERT INTO t SELECT a.n + 10 * b.n + 100 * c.n, 1 FROM {numbers} AS a, {numbers} AS b, {numbers} AS c; ANALYZE TABLE t;"
    );
    apply(&url, folder.path(), &tables).await;
    let (code, told) = estimated(
        folder.path(),
        &url,
        &[
            "SELECT count(*) AS v FROM t WHERE v = 7",
            "SELECT count(*) AS v FROM t WHERE id = 7",
            "SELECT count(*) AS v FROM t AS a JOIN t AS b ON b.id = a.v",
        ],
    );
    assert_eq!(code, Some(0), "{told:#?}");
    // InnoDB counts by samples.
    assert!((900..=1_100).contains(&rows(&told[0])), "{}", told[0]);
    assert_eq!(told[1], "about 1 row");
    assert!((1_800..=2_200).contains(&rows(&told[2])), "{}", told[2]);
}

/// Catches a footer that is not looked at, a table that no query names and is counted, and an engine of which nothing is known
/// and of which something is said.
#[tokio::test(flavor = "multi_thread")]
async fn files_say_what_their_footers_claim_and_others_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir(at.join("tables")).unwrap();
    let column = |rows: i128| {
        vec![Column { name: "v".to_owned(), of: Type::Integer, values: (0..rows).map(Value::Integer).collect() }]
    };
    for (name, rows) in [("a", 300), ("b", 40)] {
        crate::parquet::write(&at.join("tables").join(format!("{name}.parquet")), column(rows));
    }
    write(at, "tables/text.csv", "v\n1\n2\n");
    let (code, told) = estimated(
        at,
        "tables",
        &[
            "SELECT COUNT(*) AS v FROM a WHERE v = 7",
            "SELECT COUNT(*) AS v FROM a JOIN b ON a.v = b.v",
            "SELECT COUNT(*) AS v FROM text",
            "SELECT COUNT(*) AS v FROM a JOIN text ON a.v = text.v",
        ],
    );
    assert_eq!(code, Some(0), "{told:#?}");
    assert!(rows(&told[0]) == 300 && told[0].contains("B on disk"), "{}", told[0]);
    assert_eq!(rows(&told[1]), 340);
    assert_eq!(told[2], "rows not known, 6 B on disk");
    assert!(told[3].starts_with("at least 300 rows, "), "{}", told[3]);
    rusqlite::Connection::open(at.join("t.db")).unwrap().execute_batch("CREATE TABLE t (v int)").unwrap();
    let (code, told) = estimated(at, "sqlite:t.db", &["SELECT count(*) AS v FROM t"]);
    assert_eq!((code, told[0].as_str()), (Some(0), "not known: its engine does not tell before a query runs"));
}

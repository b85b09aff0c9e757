//! Files that Spark reads in place of cutover: the verdict of reading them here, and an error where it could be another.

use std::process::Output;

use parquet::data_type::{Int96, Int96Type};

use super::*;
use crate::cli::{cutover, report};
use crate::files_tables::by_hand;

/// Rows of a table; several files of it.
const ROWS: u32 = 20_000;

/// The columns of a table, one of each type that Parquet files have to Spark.
const TABLE: &str = "SELECT id, CAST(id % 100 AS TINYINT) AS tiny, CAST(id % 30000 AS SMALLINT) AS small, CAST(id AS INT) AS whole, \
                     CASE WHEN id % 7 > 0 THEN CAST(id / 4BD AS DECIMAL(18, 4)) END AS total, \
                     CAST(concat(id, '0123456789012345678901.5') AS DECIMAL(38, 6)) AS wide, \
                     concat('n°', id, chr(39), chr(92)) AS name, timestamp_seconds(1767225600 + id * 60) AS at, \
                     CAST(concat('1500-01-01 00:00:', lpad(id % 60, 2, '0'), '.000001') AS TIMESTAMP_NTZ) AS clock, \
                     date_add(DATE '1400-01-01', CAST(id % 300 AS INT)) AS day, id % 2 = 0 AS even, \
                     CASE WHEN id % 11 = 0 THEN CAST('-0' AS DOUBLE) WHEN id % 13 = 0 THEN CAST('nan' AS DOUBLE) ELSE CAST(id AS DOUBLE) / 8 END AS weight, \
                     CAST(id / 3 AS FLOAT) AS ratio FROM range(ROWS)";

/// Columns that Spark does not sum, so that all rows are read.
const NESTED: &str = "SELECT *, CAST(name AS BINARY) AS bytes, PAIR AS pair, map('in', id, 'out', NULL) AS counted, \
                      named_struct('a', id, 'b', array(name)) AS packed FROM";

const COLUMNS: [&str; 13] =
    ["id", "tiny", "small", "whole", "total", "wide", "name", "at", "clock", "day", "even", "weight", "ratio"];

/// Differences of every kind and in every column, as an expression of a column by its row, in place of the column.
const CHANGES: [(&str, u32, &str); 14] = [
    ("tiny", 10, "CAST(tiny + 1 AS TINYINT)"),
    ("small", 11, "CAST(-small AS SMALLINT)"),
    ("whole", 12, "NULL"),
    ("total", 13, "CAST(total + 0.0001BD AS DECIMAL(18, 4))"),
    ("total", 14, "CASE WHEN total IS NULL THEN 0BD END"),
    ("wide", 15, "CAST(wide + 0.000001BD AS DECIMAL(38, 6))"),
    ("name", 16, "concat(name, ' ')"),
    ("at", 17, "at + INTERVAL 1 MICROSECOND"),
    ("clock", 18, "clock + INTERVAL 1 MICROSECOND"),
    ("day", 19, "date_add(day, 1)"),
    ("even", 20, "NOT even"),
    ("weight", 22, "0D"),
    ("weight", 26, "CAST('infinity' AS DOUBLE)"),
    ("ratio", 27, "CAST(ratio + 1 AS FLOAT)"),
];

/// Writes the tables `old/orders` and `new/orders` below `folder`, of which one file has a name that a pattern would read otherwise.
fn lake(folder: &Path) {
    let url = engine_url("CUTOVER_TEST_SPARK_URL");
    let write = |side: &str, query: &str| {
        let path = folder.join(side).join("orders");
        let sql = format!("INSERT OVERWRITE DIRECTORY '{}' USING parquet {query} DISTRIBUTE BY id % 5", path.display());
        let settings = [
            "SET spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS",
            "SET spark.sql.session.timeZone=UTC",
            "SET spark.sql.shuffle.partitions=4",
            "SET spark.sql.adaptive.enabled=false",
        ];
        make(&url, &[settings.as_slice(), &[&sql]].concat());
        let named = |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
        let mut files = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).filter(named);
        std::fs::rename(files.next().unwrap(), path.join(r"a b%20{x,y}[1]*?\'`.parquet")).unwrap();
        assert!(files.next().is_some(), "a table of several files");
    };
    let table = TABLE.replace("ROWS", &ROWS.to_string());
    let nested = |pair: &str, rows: &str| format!("{} ({rows})", NESTED.replace("PAIR", pair));
    write("old", &nested("array(id, NULL)", &table));
    let others = COLUMNS[1..].join(", ");
    let changed = COLUMNS.map(|column| {
        let of = CHANGES.iter().filter(|(changed, ..)| *changed == column);
        let when: String = of.map(|(_, id, value)| format!(" WHEN id = {id} THEN {value}")).collect();
        if when.is_empty() { column.to_owned() } else { format!("CASE{when} ELSE {column} END AS {column}") }
    });
    let rows = format!(
        "WITH t AS ({table}), n AS (SELECT * FROM t WHERE id NOT IN (5, 7000) UNION ALL SELECT id + 1000000 AS id, {others} FROM t \
         WHERE id < 3 UNION ALL SELECT * FROM t WHERE id = 9) SELECT {} FROM n",
        changed.join(", ")
    );
    write("new", &nested("CASE WHEN id = 8 THEN array(id) ELSE array(id, NULL) END", &rows));
}

fn suite(variable: &str, via: &str) -> String {
    let scalar = format!("SELECT `{}` FROM orders", COLUMNS.join("`, `"));
    let quoted = |sql: &str| if via.is_empty() { sql.replace('`', "\"") } else { sql.to_owned() };
    let rows = |name: &str, sql: &str| {
        format!("[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\nold = '{0}'\nnew = '{0}'\n", quoted(sql))
    };
    let driven = format!("[sources.spark]\nurl = \"{}\"\n", engine_url(variable));
    format!(
        "name = \"s\"\n[sources.old]\nurl = \"old\"\n{via}[sources.new]\nurl = \"new\"\n{via}{}{}{}{}",
        if via.is_empty() { "" } else { &driven },
        rows("scalar", &scalar),
        rows("all", "SELECT * FROM orders"),
        rows("windowed", "SELECT id, `at`, name FROM orders")
            + "window = { column = \"at\", from = 2026-01-01, to = 2026-01-15, step = \"7 days\" }\n",
    )
}

pub(super) fn run(folder: &Path, suite: &str, further: &[&str]) -> Output {
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    let arguments = ["run", "suite.toml", "--no-history", "--report", "json=out.json", "--examples", "100"];
    cutover(folder).args(arguments).args(further).output().unwrap()
}

/// Catches a file that Spark does not read or reads twice, a value that it reads otherwise, and a difference that its sums hide: in
/// one program and between two, by each plan, it says what reading every row here says.
#[test]
fn what_spark_reads_is_what_is_read_here() {
    let folder = tempfile::tempdir().unwrap();
    lake(folder.path());
    let here = run(folder.path(), &suite("CUTOVER_TEST_SPARK_URL", ""), &["--plan", "stream"]);
    assert_eq!(here.status.code(), Some(1), "{}", String::from_utf8_lossy(&here.stderr));
    let here = report(folder.path()).unwrap();
    let rows = &here["checks"][0]["rows"];
    assert_eq!(
        ["missing", "extra", "changed", "duplicate"].map(|name| rows[name].as_str().unwrap()),
        ["2", "4", "14", "1"],
        "{rows:#}"
    );
    for (variable, plan, only, name) in [
        ("CUTOVER_TEST_SPARK_URL", "stream", "s.*", "stream"),
        ("CUTOVER_TEST_SPARK_URL", "server", "s.scalar", "checksums"),
        ("CUTOVER_TEST_SPARK_CLUSTER_URL", "server", "s.scalar", "checksums"),
    ] {
        let arguments = ["--plan", plan, "--only", only, "--memory", "1MiB"];
        let output = run(folder.path(), &suite(variable, "via = \"spark\"\n"), &arguments);
        let there = report(folder.path()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{there:#}");
        let source = &there["suites"][0]["sources"]["old"];
        assert_eq!((&source["engine"], &source["via"]["source"]), (&"spark".into(), &"spark".into()), "{source:#}");
        assert!(source["url"].as_str().unwrap().ends_with("/old"), "{source:#}");
        assert!(source["via"]["url"].as_str().unwrap().starts_with("adbc:spark://127.0.0.1:"), "{source:#}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("(spark 4.3.0 via spark, TLS none)"), "{output:?}");
        for check in there["checks"].as_array().unwrap() {
            let same = here["checks"].as_array().unwrap().iter().find(|other| other["id"] == check["id"]).unwrap();
            for of in ["rows", "columns", "status"] {
                assert_eq!(check[of], same[of], "{variable} {plan} {of}: {}", check["id"]);
            }
            let keys = |check: &serde_json::Value| {
                let examples = check["examples"].as_array().into_iter().flatten();
                examples
                    .map(|one| format!("{} {}", one["difference"], one["key"]))
                    .collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(keys(check), keys(same), "{variable} {plan}: {}", check["id"]);
            assert_eq!(check["plan"]["name"], name, "{check:#}");
        }
    }
}

/// Catches a table of Spark's own that is read where the source has none or has another of that name, and files that Spark would
/// cut or read by rules of its own.
#[test]
fn what_could_be_read_otherwise_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let spark = schema("via_own");
    make(&spark, &["CREATE TABLE orders USING parquet AS SELECT 1 AS id", "CREATE TABLE other AS SELECT 1 AS id"]);
    let url = engine_url("CUTOVER_TEST_SPARK_URL");
    for name in ["orders", "mixed/x", "mixed/y", "parts/day=2026-01-31"] {
        let column = if name == "mixed/y" { "Id" } else { "id" };
        let path = at("lake").join(name).display().to_string();
        make(
            &url,
            &[&format!("INSERT OVERWRITE DIRECTORY '{path}' USING parquet SELECT CAST(2 AS BIGINT) AS {column}")],
        );
    }
    std::fs::write(at("lake/text.csv"), "id\n1\n").unwrap();
    std::fs::create_dir_all(at("lake/times")).unwrap();
    by_hand(&at("lake/times/a.parquet"), "message m { required int96 id; }", |column| {
        let mut value = Int96::new();
        value.set_data(1, 0, 2_461_042);
        column.typed::<Int96Type>().write_batch(&[value], None, None).unwrap();
    });
    let suite = |query: &str, source: &str| {
        format!(
            "name = \"s\"\n[sources.old]\nurl = \"lake\"\n{source}\n[sources.spark]\nurl = \"{spark}\"\n[sources.files]\nurl = \"lake\"\n\
             [checks.c]\nkind = \"rows\"\nkey = \"id\"\nsources = {{ old = \"old\", new = \"spark\" }}\nold = '''{query}'''\n\
             new = 'SELECT CAST(2 AS BIGINT) AS id'\n"
        )
    };
    let error = |query: &str, source: &str| {
        let output = run(folder.path(), &suite(query, source), &[]);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), told.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let via = "via = \"spark\"";
    // The source's own table, not that of the schema; two rows of one name in one query.
    let (code, told) = error("WITH orders AS (SELECT * FROM Orders) SELECT id FROM orders", via);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = error("SELECT * FROM parts", via);
    assert!(code == Some(0) && told.contains("the folders of `parts` say `day`, which no column"), "{code:?} {told}");
    // Spark would read both by one pattern.
    for name in ["odd/x{y.parquet", "odd/xzy.parquet"] {
        std::fs::create_dir_all(at("odd")).unwrap();
        let mut files = std::fs::read_dir(at("lake/orders")).unwrap().map(|entry| entry.unwrap().path());
        let file = files.find(|path| path.extension().is_some_and(|ending| ending == "parquet")).unwrap();
        std::fs::copy(file, at(name)).unwrap();
    }
    let one = suite("SELECT id FROM `x{y`", via).replacen("url = \"lake\"", "url = \"odd/x{y.parquet\"", 1);
    let told =
        String::from_utf8_lossy(&run(folder.path(), &one, &[]).stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("odd/xzy.parquet is no file of the table here, and to Spark it is one"), "{told}");
    let shape = "[checks.shape]\nkind = \"schema\"\nsources = { old = \"old\", new = \"spark\" }\n";
    let both = format!("{}{shape}", suite("SELECT id FROM orders", via));
    let told = String::from_utf8_lossy(&run(folder.path(), &both, &["--only", "s.shape"]).stdout).into_owned();
    assert!(told.contains("with `via` the catalogue of ./lake is not read"), "{told}");
    let validated = cutover(folder.path()).args(["validate", "suite.toml", "--connect"]).output().unwrap();
    let told = String::from_utf8_lossy(&validated.stdout).into_owned();
    assert!(told.contains("source `old`: spark 4.3.0 at ./lake via spark\n"), "{told}");
    for (query, source, wanted) in [
        ("SELECT id FROM other", via, "has no table `other`, and with `via` a query reads no others; it has "),
        ("WITH other AS (SELECT * FROM other) SELECT id FROM other", via, "has no table `other`"),
        ("SELECT id FROM via_own.orders", via, "has no table `via_own.orders`"),
        ("SELECT id FROM orders WHERE id IN (SELECT id FROM parquet.`/lake`)", via, "has no table `parquet./lake`"),
        ("TABLE orders", via, "the parser does not read this query"),
        ("SELECT (\"id\"::int) FROM orders", via, "Spark"),
        ("SELECT id FROM text", via, "is no Parquet"),
        ("SELECT id FROM times", via, "is INT96, which may hold nanoseconds"),
        ("SELECT id FROM mixed", via, "which are one to an engine that ignores case"),
        ("SELECT id FROM orders", "via = \"files\"", "is one of files and reads no others; name one of spark"),
        ("SELECT id FROM orders", "via = \"sprak\"", "there is not"),
        ("SELECT id FROM orders", "via = \"spark\"\ntimezone = \"UTC\"", "give it to the source that `via` names"),
        ("SELECT id FROM orders", "via = \"spark\"\npartitions = { day = \"date\" }", "leave one of both out"),
        ("SELECT id FROM orders", "via = \"old\"", "is read via another source itself"),
    ] {
        let (code, told) = error(query, source);
        assert!(code == Some(2) && told.contains(wanted), "{query} {source}: {code:?} {told}");
    }
}

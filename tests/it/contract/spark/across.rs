//! A table of Spark against the same table elsewhere: equal, and one changed value found, whichever side is Spark.

use super::*;
use crate::cli::cutover;
use crate::schema::{apply, place};

/// Spark's older form of times in Parquet says nothing of their zone.
const WITH_ZONES: &str = "SET spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS";

/// Rows of the table; more than one batch.
const ROWS: u32 = 40_000;

/// The columns of `orders` as an engine writes them, of the number `i`; one row in seven has a NULL.
const SPARK: &str = "SELECT id, CASE WHEN id % 7 > 0 THEN CAST(id / 4BD AS DECIMAL(18, 4)) END AS total, \
                     concat('n°', id) AS name, timestamp_seconds(1767225600 + id * 60) AS at, \
                     date_add(DATE '2026-01-01', CAST(id % 300 AS INT)) AS day, id % 2 = 0 AS even, \
                     CAST(id AS DOUBLE) / 8 AS weight, array(id, id + 1) AS pair FROM range(ROWS)";

const DUCKDB: &str = "CREATE TABLE orders AS SELECT i AS id, CASE WHEN i % 7 > 0 THEN CAST(i AS DECIMAL(18, 2)) / 4 END::DECIMAL(18, 4) AS total, \
                      'n°' || i AS name, TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (i) MINUTE AS at, DATE '2026-01-01' + CAST(i % 300 AS INTEGER) AS day, \
                      i % 2 = 0 AS even, CAST(i AS DOUBLE) / 8 AS weight, [i, i + 1] AS pair FROM range(ROWS) AS r(i)";

const POSTGRES: &str = "CREATE TABLE orders AS SELECT i AS id, CASE WHEN i % 7 > 0 THEN (i::numeric / 4)::numeric(18, 4) END AS total, \
                        'n°' || i AS name, timestamptz '2026-01-01 00:00:00+00' + i * interval '1 minute' AS at, date '2026-01-01' + i % 300 AS day, \
                        i % 2 = 0 AS even, i::double precision / 8 AS weight, ARRAY[i, i + 1] AS pair FROM generate_series(0, ROWS - 1) AS i";

const CLICKHOUSE: &str = "CREATE TABLE orders ENGINE = MergeTree ORDER BY id AS SELECT toInt64(number) AS id, \
                          if(id % 7 > 0, toDecimal64(id, 4) / 4, NULL)::Nullable(Decimal(18, 4)) AS total, 'n°' || toString(id) AS name, \
                          toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + toIntervalMinute(id) AS at, toDate('2026-01-01') + id % 300 AS day, \
                          CAST(id % 2 = 0 AS Bool) AS even, \
                          toFloat64(id) / 8 AS weight, [id, id + 1] AS pair FROM numbers(ROWS)";

/// One value of the row 34,322 changed, as a column and its new value in Spark's SQL.
const CHANGES: [(&str, &str); 8] = [
    ("total", "total + 0.0001BD"),
    ("total", "NULL"),
    ("name", "concat(name, ' ')"),
    ("at", "at + INTERVAL 1 MICROSECOND"),
    ("day", "date_add(day, 1)"),
    ("even", "NOT even"),
    ("weight", "weight + 1e-10D"),
    ("pair", "array(pair[0], NULL)"),
];

fn diff(folder: &Path, old: &str, new: &str, further: &[&str]) -> (Option<i32>, String) {
    let output = cutover(folder)
        .args(["diff", "--old", old, "--new", new, "--key", "id", "--no-color"])
        .args(further)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

fn rows(sql: &str) -> String {
    sql.replace("ROWS", &ROWS.to_string())
}

/// Catches a difference between a Spark table and another that is missed, and a false one.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_compared_with_every_other_place() {
    let folder = tempfile::tempdir().unwrap();
    let spark = schema("across");
    let parquet = folder.path().join("files/orders");
    make(
        &spark,
        &[
            WITH_ZONES,
            &format!("CREATE TABLE orders USING parquet AS {}", rows(SPARK)),
            &format!("INSERT OVERWRITE DIRECTORY '{}' USING parquet SELECT * FROM orders", parquet.display()),
        ],
    );
    crate::contract::duckdb::make(&folder.path().join("a.duckdb"), &[&rows(DUCKDB)]);
    let postgres = place("postgres", "spark_across").await;
    apply(&postgres, folder.path(), &rows(POSTGRES)).await;
    let clickhouse = place("clickhouse", "spark_across").await;
    apply(&clickhouse, folder.path(), &rows(CLICKHOUSE)).await;
    for other in [postgres.as_str(), &clickhouse, "files", "adbc:duckdb:a.duckdb"] {
        let (code, text) = diff(folder.path(), other, &spark, &["--table", "orders"]);
        assert_eq!(code, Some(0), "{other}: {text}");
        assert!(text.contains("40,000") || text.contains("40000"), "{text}");
    }
    let (code, text) = diff(folder.path(), &spark, &postgres, &["--table", "orders"]);
    assert_eq!(code, Some(0), "{text}");
    for (number, (column, value)) in CHANGES.iter().enumerate() {
        let other = [postgres.as_str(), &clickhouse, "adbc:duckdb:a.duckdb"][number % 3];
        let changed = format!(
            "SELECT * EXCEPT ({column}), CASE WHEN id = 34322 THEN {value} ELSE {column} END AS {column} FROM orders"
        );
        let (code, text) =
            diff(folder.path(), other, &spark, &["--old-sql", "SELECT * FROM orders", "--new-sql", &changed]);
        assert_eq!(code, Some(1), "{other}: {column} = {value}: {text}");
        assert!(text.contains("34322") && text.contains(column) && text.contains("1 changed"), "{column}: {text}");
    }
}

/// Catches params, windows and samples that Spark reads otherwise than files do, and a first suite that does not run.
#[tokio::test(flavor = "multi_thread")]
async fn suites_run_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let spark = schema("suites");
    let table = SPARK.replace("ROWS", "5000");
    let parquet =
        format!("INSERT OVERWRITE DIRECTORY '{}' USING parquet SELECT * FROM orders", at("files/orders").display());
    let changed = "CREATE VIEW changed AS SELECT * EXCEPT (name), IF(id = 4321, 'x', name) AS name FROM orders";
    make(&spark, &[WITH_ZONES, &format!("CREATE TABLE orders USING parquet AS {table}"), &parquet, changed]);
    let suite = |new: &str| {
        let rows = format!(
            "kind = \"rows\"\nkey = \"id\"\nold = 'SELECT id, \"at\", name FROM orders'\nnew = 'SELECT id, at, name FROM {new}'\n"
        );
        format!(
            "name = \"s\"\n[sources.old]\nurl = \"files\"\n[sources.new]\nurl = \"{spark}\"\n\
             [params]\nname = \"n°\\u00a0'4321\\\\\"\nday = 2026-01-04\namount = {{ type = \"decimal\" }}\n\
             [checks.windowed]\n{rows}window = {{ column = \"at\", from = 2026-01-01, to = 2026-01-05, step = \"2 days\" }}\n\
             [checks.sampled]\n{rows}sample = \"50%\"\n\
             [checks.bound]\nkind = \"row_count\"\n\
             old = 'SELECT count(*) AS n FROM orders WHERE \"at\" >= {{{{ day }}}} AND total < {{{{ amount }}}}'\n\
             new = 'SELECT count(*) AS n FROM {new} WHERE at >= {{{{ day }}}} AND total < {{{{ amount }}}}'\n\
             [checks.text]\nkind = \"rows\"\nkey = \"v\"\nold = 'SELECT {{{{ name }}}} AS v'\nnew = \"SELECT /* it's */ {{{{ name }}}} AS v\"\n\
             [checks.summed]\nkind = \"sum\"\nkey = \"day\"\nold = 'SELECT day, SUM(total) AS total FROM orders GROUP BY day'\n\
             new = 'SELECT day, SUM(total) AS total FROM {new} GROUP BY day'\n"
        )
    };
    let ran = |new: &str| {
        std::fs::write(at("suite.toml"), suite(new)).unwrap();
        let arguments = ["run", "suite.toml", "--param", "amount=1200.25", "--no-history", "--report", "json=out.json"];
        let output = cutover(folder.path()).args(arguments).output().unwrap();
        let report =
            crate::cli::report(folder.path()).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), report)
    };
    let (code, report) = ran("orders");
    assert_eq!(code, Some(0), "{report:#}");
    let counted = report["checks"].as_array().unwrap().iter().find(|check| check["kind"] == "row_count").unwrap();
    let measure = &counted["measures"][0];
    assert_eq!((&measure["old"], &measure["new"]), (&"413".into(), &"413".into()), "{counted:#}");
    assert_eq!(report["suites"][0]["sources"]["new"]["engine"], "spark", "{report:#}");
    let (code, report) = ran("changed");
    let failed: Vec<_> =
        report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == "fail").collect();
    assert_eq!(code, Some(1), "{report:#}");
    let windowed = failed.iter().find(|check| check["id"] == "s.windowed@2026-01-03").unwrap();
    assert_eq!((&windowed["rows"]["changed"], &windowed["examples"][0]["key"]["id"]), (&"1".into(), &"4321".into()));

    let written = cutover(folder.path()).args(["init", "--old", &spark, "--new", &spark]).output().unwrap();
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
}

//! A table of DuckDB against the same table elsewhere: equal, and one changed value found, whichever side is DuckDB.

use super::*;
use crate::cli::cutover;
use crate::schema::{apply, place};

/// Rows of the table; more than one batch.
const ROWS: u32 = 5_000;

/// The columns of `orders` as an engine writes them, of the number `i`; one row in seven has a NULL.
const DUCKDB: &str = "SELECT i AS id, CASE WHEN i % 7 > 0 THEN CAST(i AS DECIMAL(18, 2)) / 4 END::DECIMAL(18, 4) AS total, \
                      'n°' || i AS name, TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (i) MINUTE AS at, DATE '2026-01-01' + CAST(i % 300 AS INTEGER) AS day, \
                      i % 2 = 0 AS even, CAST('0a1b2c3d-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0') AS UUID) AS ref, \
                      CAST(i AS DOUBLE) / 8 AS weight, [i, i + 1] AS pair FROM range(ROWS) AS r(i)";

const POSTGRES: &str = "CREATE TABLE orders AS SELECT i AS id, CASE WHEN i % 7 > 0 THEN (i::numeric / 4)::numeric(18, 4) END AS total, \
                        'n°' || i AS name, timestamptz '2026-01-01 00:00:00+00' + i * interval '1 minute' AS at, date '2026-01-01' + i % 300 AS day, \
                        i % 2 = 0 AS even, ('0a1b2c3d-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid AS ref, \
                        i::double precision / 8 AS weight, ARRAY[i, i + 1] AS pair FROM generate_series(0, ROWS - 1) AS i";

const CLICKHOUSE: &str = "CREATE TABLE orders ENGINE = MergeTree ORDER BY id AS SELECT toInt64(number) AS id, \
                          if(id % 7 > 0, toDecimal64(id, 4) / 4, NULL)::Nullable(Decimal(18, 4)) AS total, 'n°' || toString(id) AS name, \
                          toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + toIntervalMinute(id) AS at, toDate('2026-01-01') + id % 300 AS day, \
                          CAST(id % 2 = 0 AS Bool) AS even, toUUID('0a1b2c3d-0000-4000-8000-' || leftPad(toString(id), 12, '0')) AS ref, \
                          toFloat64(id) / 8 AS weight, [id, id + 1] AS pair FROM numbers(ROWS)";

/// One value of the row 4,321 changed, as a column and its new value in DuckDB's SQL.
const CHANGES: [(&str, &str); 9] = [
    ("total", "total + 0.0001"),
    ("total", "NULL"),
    ("name", "name || ' '"),
    ("at", "\"at\" + INTERVAL 1 MICROSECOND"),
    ("day", "day + 1"),
    ("even", "NOT even"),
    ("ref", "CAST('0a1b2c3d-0000-4000-8000-ffffffffffff' AS UUID)"),
    ("weight", "nextafter(weight, 1e9)"),
    ("pair", "[pair[1], NULL]"),
];

fn diff(folder: &Path, old: &str, new: &str) -> (Option<i32>, String) {
    let output = cutover(folder)
        .args(["diff", "--old", old, "--new", new, "--table", "orders", "--key", "id", "--no-color"])
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Catches a difference between a DuckDB table and another that is missed, and a false one.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_compared_with_every_other_place() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |sql: &str| sql.replace("ROWS", &ROWS.to_string());
    let at = |name: &str| folder.path().join(name);
    let table = rows(&format!("CREATE TABLE orders AS {DUCKDB}"));
    let parquet = format!("COPY orders TO '{}' (FORMAT parquet)", at("orders.parquet").display());
    make(&at("a.duckdb"), &[&table, &parquet]);
    make(&at("b.duckdb"), &[&table]);
    let postgres = place("postgres", "duckdb_across").await;
    apply(&postgres, folder.path(), &rows(POSTGRES)).await;
    let clickhouse = place("clickhouse", "duckdb_across").await;
    apply(&clickhouse, folder.path(), &rows(CLICKHOUSE)).await;
    for (number, (column, value)) in CHANGES.iter().enumerate() {
        let change = format!("UPDATE orders SET \"{column}\" = {value} WHERE id = 4321");
        make(&at(&format!("{number}.duckdb")), &[&table, &change]);
    }
    for other in [postgres.as_str(), &clickhouse, "orders.parquet", "adbc:duckdb:b.duckdb"] {
        for (old, new) in [("adbc:duckdb:a.duckdb", other), (other, "adbc:duckdb:a.duckdb")] {
            let (code, text) = diff(folder.path(), old, new);
            assert_eq!(code, Some(0), "{old} {new}: {text}");
            assert!(text.contains("5,000") || text.contains("5000"), "{text}");
        }
        for (number, (column, value)) in CHANGES.iter().enumerate() {
            let (code, text) = diff(folder.path(), other, &format!("adbc:duckdb:{number}.duckdb"));
            assert_eq!(code, Some(1), "{other}: {column} = {value}: {text}");
            assert!(text.contains("4321") && text.contains(column), "{column}: {text}");
        }
    }
}

/// Catches params, windows and samples that DuckDB reads otherwise than files do, and a first suite that does not run.
#[tokio::test(flavor = "multi_thread")]
async fn suites_run_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let table = format!("CREATE TABLE orders AS {}", DUCKDB.replace("ROWS", &ROWS.to_string()));
    let parquet = format!("COPY orders TO '{}' (FORMAT parquet)", at("orders.parquet").display());
    let key = "ALTER TABLE orders ADD PRIMARY KEY (id)";
    make(&at("old.duckdb"), &[&table, &parquet, key]);
    make(&at("new.duckdb"), &[&table, key, "UPDATE orders SET name = 'x' WHERE id = 4321"]);
    let rows = "kind = \"rows\"\nkey = \"id\"\nold = 'SELECT id, \"at\", name FROM orders'\nnew = 'SELECT id, \"at\", name FROM orders'\n";
    let suite = |new: &str| {
        format!(
            "name = \"s\"\n[sources.old]\nurl = \"orders.parquet\"\n[sources.new]\nurl = \"adbc:duckdb:{new}.duckdb\"\n\
             [params]\nname = \"n°\\u00a0'4321\"\nday = 2026-01-04\namount = {{ type = \"decimal\" }}\n\
             [checks.windowed]\n{rows}window = {{ column = \"at\", from = 2026-01-01, to = 2026-01-05, step = \"1 day\" }}\n\
             [checks.sampled]\n{rows}sample = \"50%\"\n\
             [checks.bound]\nkind = \"row_count\"\n\
             old = 'SELECT count(*) AS n FROM orders WHERE \"at\" >= {{{{ day }}}} AND total < {{{{ amount }}}}'\n\
             new = 'SELECT count(*) AS n FROM orders WHERE \"at\" >= {{{{ day }}}} AND total < {{{{ amount }}}}'\n\
             [checks.text]\nkind = \"rows\"\nkey = \"v\"\nold = 'SELECT {{{{ name }}}} AS v'\nnew = \"SELECT /* it's */ {{{{ name }}}} AS v\"\n\
             [checks.summed]\nkind = \"sum\"\nkey = \"day\"\nold = 'SELECT day, SUM(total) AS total FROM orders GROUP BY day'\n\
             new = 'SELECT day, SUM(total) AS total FROM orders GROUP BY day'\n"
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
    let (code, report) = ran("old");
    assert_eq!(code, Some(0), "{report:#}");
    let counted = report["checks"].as_array().unwrap().iter().find(|check| check["kind"] == "row_count").unwrap();
    let measure = &counted["measures"][0];
    assert_eq!((&measure["old"], &measure["new"]), (&"413".into(), &"413".into()), "{counted:#}");
    let (code, report) = ran("new");
    let failed: Vec<_> =
        report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == "fail").collect();
    assert!(code == Some(1) && failed.iter().any(|check| check["id"] == "s.windowed@2026-01-04"), "{report:#}");
    let windowed = failed.iter().find(|check| check["id"] == "s.windowed@2026-01-04").unwrap();
    assert_eq!((&windowed["rows"]["changed"], &windowed["examples"][0]["key"]["id"]), (&"1".into(), &"4321".into()));

    let written = cutover(folder.path())
        .args(["init", "--old", "orders.parquet", "--new", "adbc:duckdb:old.duckdb"])
        .output()
        .unwrap();
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    for (url, code) in [("old", 0), ("new", 1)] {
        let output = cutover(folder.path())
            .env("NEW_URL", format!("adbc:duckdb:{}", at(&format!("{url}.duckdb")).display()))
            .args(["run", "checks", "--no-history"])
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}");
    }
}

//! Rows that a careless hash of PostgreSQL, DuckDB or Spark takes for the same: by sums of hashes they come to the counts that
//! they come to when every row is read.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::contract::duckdb::make;
use crate::support::{duckdb_driver, engine_url, spark_driver};

/// An engine that sums hashes of rows.
struct Summing {
    name: &'static str,
    hash: &'static str,
    /// A table of the numbers 0 to 19 as `n`.
    numbers: &'static str,
    /// A type of floats.
    float: &'static str,
    text: &'static str,
    /// What is the same or not, old and new, in this engine alone.
    own: &'static [(&'static str, &'static str, &'static str, bool)],
    /// A value of a type that has no canonical form; absent where all have one.
    unreadable: &'static [&'static str],
}

const ENGINES: [Summing; 3] = [
    Summing {
        name: "postgres",
        hash: "hash_record_extended",
        numbers: "generate_series(0, 19) AS r(n)",
        float: "float8",
        text: "text",
        own: &[
            ("a time that folds to another", "timestamp '2000-01-01'", "timestamp '2000-01-01 01:11:34.967297'", false),
            ("a scale", "1.5::numeric", "1.50::numeric", true),
            ("a large number", "1e30::numeric", "1e30::numeric", true),
            ("many digits", "0.1234567890123456789::numeric", "0.1234567890123456788::numeric", false),
            ("the width of an integer", "7::smallint", "7::bigint", true),
            ("a length", "'a'::varchar(3)", "'a'::text", true),
            ("bytes", r"'\x00'::bytea", r"'\x'::bytea", false),
        ],
        unreadable: &["timestamptz 'infinity'", "date '-infinity'"],
    },
    Summing {
        name: "duckdb",
        hash: "md5",
        numbers: "range(20) AS r(n)",
        float: "DOUBLE",
        text: "VARCHAR",
        own: &[
            ("a small float", "CAST('0' AS FLOAT)", "CAST('-0' AS FLOAT)", false),
            ("a wide zero", "CAST(0 AS DECIMAL(38, 2))", "CAST(-0.01 AS DECIMAL(38, 2))", false),
            (
                "halves of a wide number",
                "CAST(18446744073709551617 AS DECIMAL(38, 0))",
                "CAST(0 AS DECIMAL(38, 0))",
                false,
            ),
            (
                "halves that are swapped",
                "CAST(18446744073709551618 AS DECIMAL(38, 0))",
                "CAST(36893488147419103233 AS DECIMAL(38, 0))",
                false,
            ),
            ("a collation", "'a' COLLATE NOCASE", "'A' COLLATE NOCASE", false),
            ("an accent of a collation", "'e' COLLATE NOACCENT", "'é' COLLATE NOACCENT", false),
            ("a moment", "TIMESTAMPTZ '2026-01-01 00:00:00Z'", "TIMESTAMPTZ '2026-01-01 00:00:00.000001Z'", false),
            (
                "a time within an hour that comes twice",
                "TIMESTAMPTZ '2025-10-26 00:30:00Z'",
                "TIMESTAMPTZ '2025-10-26 01:30:00Z'",
                false,
            ),
        ],
        unreadable: &["CAST('infinity' AS TIMESTAMP)", "CAST('-infinity' AS DATE)"],
    },
    Summing {
        name: "spark",
        hash: "xxhash64",
        numbers: "(SELECT id AS n FROM range(20))",
        float: "DOUBLE",
        text: "STRING",
        own: &[
            ("a collation", "'a' COLLATE UTF8_LCASE", "'A' COLLATE UTF8_LCASE", false),
            ("a small float", "CAST('0' AS FLOAT)", "CAST('-0' AS FLOAT)", false),
        ],
        unreadable: &["CAST(X'61FF' AS STRING)"],
    },
];

/// What is the same or not in every engine; `FLOAT` and `TEXT` are its types.
const PAIRS: [(&str, &str, &str, bool); 18] = [
    (
        "a swap of columns",
        "CAST(1 AS BIGINT) AS a, CAST(2 AS BIGINT) AS b",
        "CAST(2 AS BIGINT) AS a, CAST(1 AS BIGINT) AS b",
        false,
    ),
    ("a number that folds to another", "CAST(0 AS BIGINT)", "CAST(4294967297 AS BIGINT)", false),
    ("a sign", "CAST(-1 AS BIGINT)", "CAST(1 AS BIGINT)", false),
    ("NULL beside zero", "CAST(0 AS BIGINT)", "CAST(NULL AS BIGINT)", false),
    ("NULL beside empty", "CAST('' AS TEXT)", "CAST(NULL AS TEXT)", false),
    ("NULL beside NULL", "CAST(NULL AS TEXT)", "CAST(NULL AS TEXT)", true),
    (
        "NULL in the other column",
        "CAST('x' AS TEXT) AS a, CAST(NULL AS TEXT) AS b",
        "CAST(NULL AS TEXT) AS a, CAST('x' AS TEXT) AS b",
        false,
    ),
    (
        "a border between texts",
        "CAST('ab' AS TEXT) AS a, CAST('c' AS TEXT) AS b",
        "CAST('a' AS TEXT) AS a, CAST('bc' AS TEXT) AS b",
        false,
    ),
    ("a blank at the end", "CAST('a' AS TEXT)", "CAST('a ' AS TEXT)", false),
    ("a capital", "CAST('a' AS TEXT)", "CAST('A' AS TEXT)", false),
    ("an accent in two forms", "CAST('é' AS TEXT)", "CAST('e\u{301}' AS TEXT)", false),
    ("the sign of zero", "CAST('0' AS FLOAT)", "CAST('-0' AS FLOAT)", false),
    ("NaN", "CAST('NaN' AS FLOAT)", "CAST('NaN' AS FLOAT)", true),
    ("NaN and infinity", "CAST('NaN' AS FLOAT)", "CAST('Infinity' AS FLOAT)", false),
    ("a cent", "CAST(1.23 AS DECIMAL(12, 2))", "CAST(1.24 AS DECIMAL(12, 2))", false),
    ("a microsecond", "TIMESTAMP '2026-01-01 00:00:00'", "TIMESTAMP '2026-01-01 00:00:00.000001'", false),
    ("a day", "DATE '2026-01-01'", "DATE '2026-01-02'", false),
    ("a truth", "(1 = 1)", "(1 = 0)", false),
];

impl Summing {
    /// Two sources of it: their URLs.
    fn places(&self, folder: &Path) -> [String; 2] {
        match self.name {
            "duckdb" => ["a.duckdb", "b.duckdb"].map(|name| {
                make(&folder.join(name), &["SELECT 1"]);
                format!("adbc:duckdb:{name}")
            }),
            "spark" => {
                let url = engine_url("CUTOVER_TEST_SPARK_URL");
                [url.clone(), url]
            }
            _ => {
                let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
                [url.clone(), format!("{url}?application_name=other")]
            }
        }
    }

    fn column(&self, written: &str) -> String {
        let named = if written.contains(" AS a,") { written.to_owned() } else { format!("{written} AS a") };
        named.replace("TEXT)", &format!("{})", self.text)).replace("FLOAT)", &format!("{})", self.float))
    }

    /// A check of rows of which half are the same on both sides.
    fn check(&self, name: &str, old: &str, new: &str) -> String {
        let side = |columns: &str, condition: &str| {
            format!("SELECT n AS id, {} FROM {} {condition}", self.column(columns), self.numbers)
        };
        let new = format!("{} UNION ALL {}", side(old, "WHERE n < 10"), side(new, "WHERE n >= 10"));
        format!("[checks.{name}]\nkind = \"rows\"\nkey = [\"id\"]\nold = '''{}'''\nnew = '''{new}'''\n", side(old, ""))
    }

    /// The checks of the report of a run of `checks` by `plan`.
    fn run(&self, checks: &str, plan: &str) -> Vec<Json> {
        let folder = tempfile::tempdir().unwrap();
        let [old, new] = self.places(folder.path());
        let sources = "name = \"s\"\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n";
        std::fs::write(folder.path().join("suite.toml"), format!("{sources}{checks}")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .current_dir(folder.path())
            .env("OLD", old)
            .env("NEW", new)
            .env("CUTOVER_DUCKDB_DRIVER", duckdb_driver())
            .env("CUTOVER_SPARK_DRIVER", spark_driver())
            .args(["run", "suite.toml", "--quiet", "--no-history", "--report", "json=report.json", "--plan", plan])
            .output()
            .unwrap();
        let report = std::fs::read_to_string(folder.path().join("report.json"))
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let report: Json = serde_json::from_str(&report).unwrap();
        report["checks"].as_array().unwrap().clone()
    }
}

/// Catches a hash that forgets NULL, the place of a column, the end of a text, the sign of zero or half of an integer, and one
/// that keeps what is no difference.
#[test]
fn what_looks_alike_is_told_apart() {
    for engine in &ENGINES {
        let pairs: Vec<_> = PAIRS.iter().chain(engine.own).collect();
        let mut checks = String::new();
        for (at, (_, old, new, _)) in pairs.iter().enumerate() {
            checks += &engine.check(&format!("p{at}"), old, new);
        }
        let (read, summed) = (engine.run(&checks, "stream"), engine.run(&checks, "server"));
        assert_eq!(summed.len(), pairs.len());
        for (((what, _, _, same), read), summed) in pairs.iter().zip(&read).zip(&summed) {
            let plan = &summed["plan"];
            assert_eq!(
                (&plan["name"], &plan["hash"]),
                (&"checksums".into(), &engine.hash.into()),
                "{}: {what}: {summed:#}",
                engine.name
            );
            let expected = if *same { ("20", "0") } else { ("10", "10") };
            let rows = &summed["rows"];
            assert_eq!(
                (rows["equal"].as_str(), rows["changed"].as_str()),
                (Some(expected.0), Some(expected.1)),
                "{what}"
            );
            assert_eq!((&read["rows"], &read["columns"]), (rows, &summed["columns"]), "{}: {what}", engine.name);
        }
    }
}

/// Catches a column that DuckDB takes for another because their names differ by case only, so that it is in no hash.
#[test]
fn names_that_differ_by_case_are_not_summed() {
    let engine = ENGINES.iter().find(|engine| engine.name == "duckdb").unwrap();
    let side = |value: &str| format!("SELECT n AS id, 1 AS v, {value} AS \"V\" FROM range(20) AS r(n)");
    let (old, new) = (side("n"), side("CASE WHEN n < 10 THEN n ELSE -1 END"));
    let check = format!("[checks.case]\nkind = \"rows\"\nkey = [\"id\"]\nold = '''{old}'''\nnew = '''{new}'''\n");
    let [read] = engine.run(&check, "stream").try_into().unwrap();
    assert_eq!(read["rows"]["changed"], "10", "{read:#}");
    let [summed] = engine.run(&check, "server").try_into().unwrap();
    assert_eq!((&summed["status"], &summed["error"]["code"]), (&"error".into(), &"plan_unfit".into()), "{summed:#}");
    assert!(
        summed["error"]["message"].as_str().unwrap().contains("`v` and `V` of old differ by upper and lower case only")
    );
}

/// Catches operators and aggregates of a schema that PostgreSQL looks at before its own catalogue.
#[tokio::test(flavor = "multi_thread")]
async fn operators_of_a_schema_hide_nothing() {
    let url = crate::packs::postgres("sums_shadowed").await;
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE SCHEMA app; \
               CREATE FUNCTION app.shr(bigint, int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint'; \
               CREATE OPERATOR app.>> (LEFTARG = bigint, RIGHTARG = int, FUNCTION = app.shr); \
               CREATE TABLE old (id int, v int); INSERT INTO old VALUES (1, 1), (2, 2); \
               CREATE TABLE new (id int, v int); INSERT INTO new VALUES (1, 7), (2, 2);";
    crate::schema::apply(&url, folder.path(), sql).await;
    for (path, code) in [("public", Some(1)), ("app,public,pg_catalog", Some(2)), ("public,app", Some(1))] {
        let at = |name: &str| {
            let mut url = url::Url::parse(&url).unwrap();
            url.query_pairs_mut().append_pair("application_name", name).append_pair("options[search_path]", path);
            url.to_string()
        };
        let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .current_dir(folder.path())
            .args(["diff", "--old", &at("a"), "--new", &at("b"), "--old-table", "old", "--new-table", "new"])
            .args(["--key", "id", "--plan", "server"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), code, "{path}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Catches a macro of the database that stands in the place of the hash.
#[test]
fn a_macro_by_the_name_of_the_hash_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let table = |v: &str| format!("CREATE TABLE t AS SELECT range AS id, {v} AS v FROM range(100)");
    make(&folder.path().join("a"), &[&table("1"), "CREATE MACRO md5_number_lower(a) AS CAST(0 AS UBIGINT)"]);
    make(&folder.path().join("b"), &[&table("2"), "CREATE MACRO md5_number_lower(a) AS CAST(0 AS UBIGINT)"]);
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("CUTOVER_DUCKDB_DRIVER", duckdb_driver())
        .args([
            "diff",
            "--old",
            "adbc:duckdb:a",
            "--new",
            "adbc:duckdb:b",
            "--table",
            "t",
            "--key",
            "id",
            "--plan",
            "server",
        ])
        .output()
        .unwrap();
    // DuckDB cannot be asked then, and is not.
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Catches a column that DuckDB does not hash as it is compared, and of which nobody is told which it is.
#[test]
fn a_column_that_is_not_summed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let columns = [
        ("time", "TIME '12:00:00'", "TIME"),
        ("hugeint", "1::HUGEINT", "HUGEINT"),
        ("uuid", "'00000000-0000-0000-0000-000000000001'::UUID", "UUID"),
        ("enum", "'x'::ENUM('x', 'y')", "ENUM"),
        ("list", "[1]", "INTEGER[]"),
        ("blob", "'x'::BLOB", "BLOB"),
    ];
    let named = |(name, sql, _): (&str, &str, &str)| format!("{sql} AS \"{name}\"");
    let all = columns.map(named).join(", ");
    for name in ["a", "b"] {
        make(&folder.path().join(name), &[&format!("CREATE TABLE t AS SELECT range AS id, {all} FROM range(10)")]);
    }
    let diff = |sql: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .current_dir(folder.path())
            .env("CUTOVER_DUCKDB_DRIVER", duckdb_driver())
            .args(["diff", "--old", "adbc:duckdb:a", "--new", "adbc:duckdb:b", "--key", "id", "--plan", "server"])
            .args(["--old-sql", sql, "--new-sql", sql])
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    for (name, _, declared) in columns {
        let (code, said) = diff(&format!("SELECT id, \"{name}\" FROM t"));
        assert!(code == Some(2) && said.contains(&format!("the column `{name}` is {declared}")), "{name}: {said}");
    }
    let (code, said) = diff("SELECT id FROM t");
    assert!(code == Some(0) && said.contains("10 rows"), "{said}");
}

/// Catches a value without a canonical form that is called equal because both sides hold it, and a key that stands twice on
/// both sides called equal for its sum.
#[test]
fn what_is_no_row_like_others_is_read() {
    for engine in &ENGINES {
        let mut checks = String::new();
        for (at, value) in engine.unreadable.iter().enumerate() {
            checks += &engine.check(&format!("p{at}"), value, value);
        }
        let read = engine.run(&checks, "stream");
        let summed = engine.run(&checks, "server");
        for (read, summed) in read.iter().zip(&summed) {
            assert_eq!((&read["status"], &summed["status"]), (&"error".into(), &"error".into()), "{summed:#}");
            assert_eq!(read["error"]["code"], summed["error"]["code"], "{summed:#}");
        }
        let mut twice = String::new();
        let side =
            format!("SELECT n AS id, 'x' AS v FROM {0} UNION ALL SELECT n, 'x' FROM {0} WHERE n = 3", engine.numbers);
        let _ = write!(twice, "[checks.twice]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{side}\"\nnew = \"{side}\"\n");
        for plan in ["stream", "server"] {
            let check = &engine.run(&twice, plan)[0];
            assert_eq!(
                (check["rows"]["duplicate"].as_str(), &check["status"]),
                (Some("1"), &"fail".into()),
                "{check:#}"
            );
        }
    }
}

/// Catches a sum that a shuffle between executors loses or counts twice: a cluster says of a pair what a comparison of every row
/// says, and takes no memory of this machine for it.
#[test]
fn a_cluster_finds_what_a_reading_of_every_row_finds() {
    let side = |amount: &str, condition: &str| {
        format!(
            "SELECT id, concat('customer ', id % 5000) AS customer, CAST(id * 7.13BD AS DECIMAL(18, 2)) + {amount} AS amount, \
             timestamp_seconds(1767225600 + id) AS at, CAST(id AS DOUBLE) / 3 AS ratio FROM range(400000) {condition}"
        )
    };
    let old = side("CASE WHEN id = 7 THEN NULL ELSE 0 END", "WHERE id <> 123");
    let new = side("CASE WHEN id % 4000 = 7 THEN 0.01BD ELSE 0 END", "WHERE id NOT IN (5, 77, 399999)");
    let sources = "name = \"s\"\n[sources.old]\nurl = \"${URL}\"\n[sources.new]\nurl = \"${URL}\"\n";
    let folder = tempfile::tempdir().unwrap();
    let suite = format!("{sources}[checks.c]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{old}\"\nnew = \"{new}\"\n");
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let run = |variable: &str, plan: &str, memory: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .current_dir(folder.path())
            .env("URL", engine_url(variable))
            .env("CUTOVER_SPARK_DRIVER", spark_driver())
            .args(["run", "suite.toml", "--quiet", "--no-history", "--report", "json=report.json"])
            .args(["--plan", plan, "--memory", memory, "--copies", "0"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
        serde_json::from_str::<Json>(&report).unwrap()["checks"][0].clone()
    };
    let read = run("CUTOVER_TEST_SPARK_URL", "stream", "1MiB");
    let summed = run("CUTOVER_TEST_SPARK_CLUSTER_URL", "server", "1MiB");
    let counts =
        |check: &Json| ["missing", "extra", "changed"].map(|name| check["rows"][name].as_str().unwrap().to_owned());
    assert_eq!(counts(&summed), ["3", "1", "100"].map(str::to_owned), "{summed:#}");
    for of in ["rows", "columns", "examples", "status"] {
        assert_eq!(read[of], summed[of], "{of}");
    }
    assert_eq!((&read["plan"]["name"], &summed["plan"]["name"]), (&"stream".into(), &"checksums".into()));
    // Hashes of all rows fit no memory of this size.
    assert_ne!(read["plan"]["spilled_bytes"], "0", "{:#}", read["plan"]);
    assert_eq!(summed["plan"]["spilled_bytes"], "0", "{:#}", summed["plan"]);
}

//! `--on tables`: what the queries themselves do not look at, on every engine.

use super::{Proof, read};
use crate::cli::cutover;
use crate::schema::{apply, place};
use crate::waivers::write;

pub(super) fn prove(folder: &std::path::Path, url: &str, checks: &str) -> Proof {
    let suite = format!("name = \"s\"\n[sources.old]\nurl = \"${{URL}}\"\n[sources.new]\nurl = \"${{URL}}\"\n{checks}");
    write(folder, "suite.toml", &suite);
    let mut command = cutover(folder);
    command.args(["prove", "suite.toml", "--json", "--on", "tables"]).env("URL", url);
    read(&command.output().unwrap())
}

/// The mutants of a table with this outcome.
pub(super) fn with(proof: &Proof, outcome: &str) -> Vec<String> {
    let tables = proof.json["tables"].as_array().into_iter().flatten();
    let mutants = tables.flat_map(|table| table["mutants"].as_array().unwrap());
    let ended = mutants.filter(|mutant| mutant["outcome"] == outcome);
    ended.map(|mutant| mutant["id"].as_str().unwrap().to_owned()).collect()
}

const ROWS: &str = "[checks.rows]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id, name, amount FROM t\"\n\
                    new = \"SELECT x.id, x.name, x.amount FROM t AS x\"\n";

const COVERAGE: &str = "[checks.coverage]\nkind = \"sum\"\nold = \"SELECT COUNT(*) * 100 / COUNT(*) AS percent FROM t\"\n\
                        new = \"SELECT COUNT(*) * 100 / COUNT(*) AS percent FROM t\"\n";

/// Catches an engine on which tables cannot be replaced, a column that is told unseen though a query compares it, and one
/// that no query names and nobody tells of.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_no_query_names_is_found_on_every_engine() {
    let rows = "(1, 'ann', 1.50, 'a'), (2, 'bob', 2.25, 'b'), (3, 'cid', 3.00, NULL), (4, 'dan', 4.75, 'd'), (5, 'eve', 5.10, 'e'), (6, 'fay', 6.00, 'f')";
    let engines = [
        ("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, name text, amount numeric(10,2), note text)"),
        ("mysql", "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(10), amount decimal(10,2), note varchar(10))"),
        ("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT)"),
        (
            "clickhouse",
            "CREATE TABLE t (id Int64, name String, amount Decimal(10, 2), note Nullable(String)) ENGINE = MergeTree ORDER BY id",
        ),
    ];
    for (engine, table) in engines {
        let folder = tempfile::tempdir().unwrap();
        let url = place(engine, "prove_tables").await;
        apply(&url, folder.path(), &format!("{table}; INSERT INTO t VALUES {rows};")).await;
        let proof = prove(folder.path(), &url, ROWS);
        assert_eq!((proof.code, proof.json["status"].as_str()), (Some(1), Some("missed")), "{engine}: {}", proof.shown);
        assert_eq!(with(&proof, "missed"), ["t.note:null", "t.note:empty"], "{engine}: {}", proof.shown);
        assert_eq!(with(&proof, "untested"), Vec::<String>::new(), "{engine}: {}", proof.shown);
        let caught = with(&proof, "caught");
        for id in ["t:lose_rows", "t:double_rows", "t.name:null", "t.name:empty", "t.amount:null", "t.amount:zero"] {
            assert!(caught.contains(&id.to_owned()), "{engine}: {id} is not caught\n{}", proof.shown);
        }
        assert!(proof.shown.contains("t.note:null"), "{engine}: {}", proof.shown);
    }
}

/// Catches columns that are named by schema and table, as generated SQL names them, and that nobody finds once something else
/// stands in the place of the table.
#[tokio::test(flavor = "multi_thread")]
async fn columns_that_are_named_by_schema_and_table_are_proven() {
    let rows = "(1, 1.50), (2, 2.25), (3, 3.00), (4, 4.75), (5, 5.10), (6, 6.00)";
    for (engine, table) in [
        ("postgres", "CREATE TABLE ord (id bigint PRIMARY KEY, amount numeric(10,2))"),
        ("mysql", "CREATE TABLE ord (id bigint PRIMARY KEY, amount decimal(10,2))"),
        ("sqlite", "CREATE TABLE ord (id INTEGER PRIMARY KEY, amount REAL)"),
        ("clickhouse", "CREATE TABLE ord (id Int64, amount Decimal(10, 2)) ENGINE = MergeTree ORDER BY id"),
        ("duckdb", "CREATE TABLE ord (id bigint PRIMARY KEY, amount numeric(10,2))"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let url = place(engine, "prove_qualified").await;
        apply(&url, folder.path(), &format!("{table}; INSERT INTO ord VALUES {rows};")).await;
        let schema = match engine {
            "sqlite" | "duckdb" => "main",
            "postgres" => "public",
            _ => "prove_qualified",
        };
        let query = format!("SELECT {schema}.ord.id, {schema}.ord.amount FROM {schema}.ord ORDER BY {schema}.ord.id");
        let check = format!("[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"{query}\"\nnew = \"{query}\"\n");
        let proof = prove(folder.path(), &url, &check);
        assert_eq!(with(&proof, "untested"), Vec::<String>::new(), "{engine}: {}", proof.shown);
        assert!(with(&proof, "caught").contains(&"ord:lose_rows".to_owned()), "{engine}: {}", proof.shown);
        assert_eq!(proof.code, Some(0), "{engine}: {}", proof.shown);
    }
}

/// Catches a query that only asks whether there is a value, and is told to see the values of every type but numbers and texts.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_only_asks_for_null_is_found_for_every_type() {
    let types =
        "CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz, wall timestamp, hour time, ratio float8, doc jsonb,
                                 who uuid, day date, list int[], raw bytea)";
    let fill = "INSERT INTO t SELECT i, timestamptz '2026-01-01 00:00+00' + i * interval '1 h', timestamp '2026-01-01' + i * \
                interval '1 h', time '10:00' + i * interval '1 s', i / 3.0, '{\"a\": 1}', gen_random_uuid(), date '2026-01-01' + i, \
                array[i, 1], '\\x01' FROM generate_series(1, 20) AS g(i)";
    let folder = tempfile::tempdir().unwrap();
    let url = place("postgres", "prove_types").await;
    apply(&url, folder.path(), &format!("{types}; {fill};")).await;
    let columns = ["at", "wall", "hour", "ratio", "doc", "who", "day", "list", "raw"];
    let check = |of: &dyn Fn(&str) -> String| {
        let columns = columns.map(of).join(", ");
        let sql = format!("SELECT id, {columns} FROM t");
        format!("[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"{sql}\"\nnew = \"{sql}\"\n")
    };
    let blind = prove(folder.path(), &url, &check(&|name| format!("{name} IS NOT NULL AS {name}")));
    assert_eq!(blind.code, Some(1), "{}", blind.shown);
    let sighted = prove(folder.path(), &url, &check(&str::to_owned));
    let unwritable = ["t.list:lose_element", "t.raw:other"].map(str::to_owned);
    for (proof, outcome) in [(&blind, "missed"), (&sighted, "caught")] {
        let other = with(proof, outcome).into_iter().filter(|id| !id.ends_with(":null") && id.contains('.'));
        let of: Vec<String> = other.map(|id| id[2..id.find(':').unwrap()].to_owned()).collect();
        assert_eq!(of, columns[..7], "{outcome}: {}", proof.shown);
        assert_eq!(with(proof, "untested"), unwritable, "{}", proof.shown);
    }
}

/// Catches a check that is always 100 % and is told to see something, and a redundant one that is told to be needed.
#[tokio::test]
async fn a_check_that_sees_nothing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let fill = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, amount DECIMAL(10,2));
                INSERT INTO t VALUES (1, 'ann', 1.50), (2, 'bob', 2.25), (3, 'cid', 3.00);";
    apply("sqlite:t.db", folder.path(), fill).await;
    let proof = prove(folder.path(), "sqlite:t.db", &format!("{ROWS}{COVERAGE}"));
    assert_eq!((proof.code, proof.json["status"].as_str()), (Some(0), Some("proven")), "{}", proof.shown);
    assert!(proof.shown.contains("Checks that saw nothing: s.coverage"), "{}", proof.shown);
    assert_eq!(proof.json["smallest_set"], serde_json::json!(["s.rows"]));
    let alone = prove(folder.path(), "sqlite:t.db", COVERAGE);
    assert_eq!(alone.code, Some(1), "{}", alone.shown);
    assert!(with(&alone, "missed").contains(&"t:lose_rows".to_owned()), "{}", alone.shown);
}

/// Catches a query that hides what is lost: a join that drops the rows, and a condition that they never meet.
#[tokio::test]
async fn joins_and_conditions_that_hide_losses_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let fill = "CREATE TABLE t (id INTEGER PRIMARY KEY, shop INTEGER, amount INTEGER); CREATE TABLE shops (id INTEGER PRIMARY KEY, name TEXT);
                INSERT INTO t VALUES (1, 1, 10), (2, 1, 20), (3, 1, 30); INSERT INTO shops VALUES (1, 'a'), (2, 'b'), (3, 'c');";
    apply("sqlite:t.db", folder.path(), fill).await;
    let count = |sql: &str| format!("[checks.c]\nkind = \"row_count\"\nold = \"{sql}\"\nnew = \"{sql}\"\n");
    let joined =
        prove(folder.path(), "sqlite:t.db", &count("SELECT COUNT(*) AS n FROM t LEFT JOIN shops ON shops.id = t.shop"));
    let missed = with(&joined, "missed");
    assert!(
        missed.contains(&"shops:lose_rows".to_owned()) && !missed.contains(&"t:lose_rows".to_owned()),
        "{}",
        joined.shown
    );
    let accepted = prove(
        folder.path(),
        "sqlite:t.db",
        &format!(
            "[prove.accept]\n\"t.*:*\" = \"counted, not summed\"\n\"shops*\" = \"x\"\n{}",
            count("SELECT COUNT(*) AS n FROM t")
        )
        .replace("\"shops*\" = \"x\"\n", ""),
    );
    assert_eq!(accepted.code, Some(0), "{}", accepted.shown);
    assert!(accepted.shown.contains("counted, not summed"), "{}", accepted.shown);
}

/// Catches a query that cannot be read, and that is told proven all the same.
#[tokio::test]
async fn what_cannot_be_replaced_is_said() {
    let folder = tempfile::tempdir().unwrap();
    apply("sqlite:t.db", folder.path(), "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);").await;
    let sql = "SELECT COUNT(*) AS n FROM cutover_shadow";
    apply("sqlite:t.db", folder.path(), "CREATE VIEW cutover_shadow AS SELECT id FROM t;").await;
    let proof = prove(
        folder.path(),
        "sqlite:t.db",
        &format!("[checks.c]\nkind = \"row_count\"\nold = \"{sql}\"\nnew = \"{sql}\"\n"),
    );
    assert_eq!((proof.code, proof.json["status"].as_str()), (Some(2), Some("void")), "{}", proof.shown);
    assert!(proof.json.to_string().contains("a name `cutover_shadow` of its own"), "{}", proof.json);
}

/// Catches a table that is not tried because of a column that no query reads, and such a column that is told seen, or by no one.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_cannot_be_read_is_untested_by_itself() {
    const PLAIN: &str = "[checks.rows]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT id, v FROM t\"\n\
                         new = \"SELECT id, v FROM t\"\n";
    let engines = [
        (
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, p point, v int, n numeric); INSERT INTO t SELECT i, point(1, i), i, \
             CASE WHEN i = 6 THEN 'NaN'::numeric ELSE i END FROM generate_series(1, 10) i;",
            ["1", "3"],
        ),
        (
            "mysql",
            "CREATE TABLE t (id int PRIMARY KEY, p point, v int, n time); INSERT INTO t VALUES (1, point(1, 2), 1, '1:00:00'), \
             (2, point(1, 2), 2, '100:00:00'), (3, NULL, 3, '1:00:00'), (4, NULL, 4, NULL);",
            ["1", "3"],
        ),
        (
            "clickhouse",
            "CREATE TABLE t (id Int32, p AggregateFunction(sum, Int32), v Int32, n String) ENGINE = MergeTree ORDER BY id; \
             INSERT INTO t SELECT number, sumState(toInt32(number)), number, unhex('ff') FROM numbers(10) GROUP BY number;",
            // A sorting key is no key, so that `id` is changed, too.
            ["2", "4"],
        ),
    ];
    for (engine, table, [seen, of]) in engines {
        let folder = tempfile::tempdir().unwrap();
        let url = place(engine, "prove_unread").await;
        apply(&url, folder.path(), table).await;
        let proof = prove(folder.path(), &url, PLAIN);
        let shown = || format!("{engine}: {}\n{}", proof.shown, proof.json);
        assert_eq!((proof.code, proof.json["status"].as_str()), (Some(0), Some("proven")), "{}", shown());
        assert_eq!(with(&proof, "untested"), ["t.p:other", "t.n:other"], "{}", shown());
        for id in ["t:lose_rows", "t:double_rows", "t.v:null", "t.v:zero"] {
            assert!(with(&proof, "caught").contains(&id.to_owned()), "{id} is not caught: {}", shown());
        }
        let kept = std::fs::read_dir(folder.path().join("reports/proofs")).unwrap().next().unwrap().unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(kept.path()).unwrap()).unwrap();
        assert_eq!(kept["columns"], serde_json::json!({ "seen": seen, "of": of }), "{}", shown());
    }
}

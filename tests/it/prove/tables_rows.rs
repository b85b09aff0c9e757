//! `--on tables`: rows that refer to nothing, that come back, that make up for each other, and older versions of them; each
//! beside a check that sees it and one that does not.

use super::Proof;
use super::tables::{prove, with};
use crate::schema::{apply, place};

fn rows(name: &str, sql: &str) -> String {
    format!("[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\nold = \"{sql}\"\nnew = \"{sql}\"\n")
}

fn count(name: &str, sql: &str) -> String {
    format!("[checks.{name}]\nkind = \"row_count\"\nold = \"{sql}\"\nnew = \"{sql}\"\n")
}

/// Asserts that each of `mutants` ended so.
fn ended(proof: &Proof, outcome: &str, mutants: &[&str], of: &str) {
    let found = with(proof, outcome);
    for id in mutants {
        assert!(found.contains(&(*id).to_owned()), "{of}: {id} is not {outcome}: {found:?}\n{}", proof.shown);
    }
}

/// Catches an engine on which rows are not made to refer to nothing, to come back or to make up for each other, and a check
/// that is told to see it and does not.
#[tokio::test(flavor = "multi_thread")]
async fn references_tombstones_and_pairs_are_seen_or_named_on_every_engine() {
    let sighted = format!(
        "{}{}",
        rows("items", "SELECT l.id, l.amount FROM items l JOIN orders o ON o.id = l.order_id"),
        rows("orders", "SELECT id FROM orders WHERE is_deleted = 0")
    );
    let blind = format!(
        "{}{}",
        count("items", "SELECT COUNT(*) AS n FROM items l LEFT JOIN orders o ON o.id = l.order_id"),
        count("orders", "SELECT COUNT(*) AS n FROM orders")
    );
    let fill = "INSERT INTO orders VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (6, 1);
                INSERT INTO items VALUES (1, 1, 10), (2, 2, 20), (3, 3, 30), (4, 4, 40), (5, 1, 50), (6, 2, 60);";
    let tables = "CREATE TABLE orders (id bigint PRIMARY KEY, is_deleted int);
                  CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint, amount int);";
    let merge_tree = "CREATE TABLE orders (id Int64, is_deleted UInt8) ENGINE = MergeTree ORDER BY id;
                      CREATE TABLE items (id Int64, order_id Int64, amount Int32) ENGINE = MergeTree ORDER BY id;";
    let mutants = ["items.order_id:orphan", "items:lose_and_double", "orders.is_deleted:tombstone_back"];
    for (engine, tables) in
        [("postgres", tables), ("mysql", tables), ("sqlite", tables), ("duckdb", tables), ("clickhouse", merge_tree)]
    {
        let folder = tempfile::tempdir().unwrap();
        let url = place(engine, "prove_rows").await;
        apply(&url, folder.path(), &format!("{tables}{fill}")).await;
        let proof = prove(folder.path(), &url, &sighted);
        ended(&proof, "caught", &mutants, engine);
        let proof = prove(folder.path(), &url, &blind);
        ended(&proof, "missed", &mutants, engine);
    }
}

/// Catches a foreign key of the catalogue that no query joins by and nobody tries.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key_is_tried_without_a_join() {
    let folder = tempfile::tempdir().unwrap();
    let url = place("postgres", "prove_foreign").await;
    let tables = "CREATE TABLE orders (id bigint PRIMARY KEY, removed text);
                  CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id), deleted_at timestamptz);
                  INSERT INTO orders SELECT i FROM generate_series(1, 4) AS g(i);
                  INSERT INTO items SELECT i, i, NULL FROM generate_series(1, 4) AS g(i);";
    apply(&url, folder.path(), tables).await;
    let proof = prove(folder.path(), &url, &rows("items", "SELECT id, order_id FROM items"));
    ended(&proof, "caught", &["items.order_id:orphan"], "postgres");
    ended(&proof, "no_effect", &["items.deleted_at:tombstone_back"], "postgres");
    let proof = prove(folder.path(), &url, &rows("items", "SELECT id FROM items"));
    ended(&proof, "missed", &["items.order_id:orphan"], "postgres");
}

const VERSIONS: [&str; 2] = ["t:older_version", "t.gone:tombstone_back"];

/// Catches an older version that nobody tries where a query takes the newest, by itself or by the server, a row that was
/// deleted and comes back unseen, and a table that is merged as it is read and cannot be replaced.
#[tokio::test(flavor = "multi_thread")]
async fn older_versions_are_seen_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = place("clickhouse", "prove_versions").await;
    let table = "CREATE TABLE t (id Int64, name String, at DateTime64(3), gone UInt8)
                     ENGINE = ReplacingMergeTree(at, gone) ORDER BY id;
                 SYSTEM STOP MERGES t;
                 INSERT INTO t VALUES (1, 'a', '2026-01-01 00:00:00', 0), (2, 'b', '2026-01-01 00:00:00', 0),
                     (3, 'c', '2026-01-01 00:00:00', 0), (4, 'd', '2026-01-01 00:00:00', 0);
                 INSERT INTO t VALUES (1, 'A', '2026-01-02 00:00:00.5', 0), (2, 'B', '2026-01-02 00:00:00', 0),
                     (4, 'd', '2026-01-02 00:00:00', 1);";
    apply(&url, folder.path(), table).await;
    let argmax = "SELECT id, argMax(name, at) AS name FROM t GROUP BY id HAVING argMax(gone, at) = 0";
    for sql in [argmax, "SELECT id, name FROM t FINAL", "SELECT x.id, x.name FROM t AS x FINAL WHERE x.id > 0"] {
        let proof = prove(folder.path(), &url, &rows("newest", sql));
        ended(&proof, "caught", &VERSIONS, sql);
        ended(&proof, "caught", &["t:lose_rows", "t.name:empty"], sql);
        // A newest version that stands twice is one row by argMax, and would be by the merge.
        ended(&proof, if sql == argmax { "missed" } else { "caught" }, &["t:double_rows"], sql);
        assert_eq!(with(&proof, "untested"), Vec::<String>::new(), "{sql}: {}", proof.shown);
    }
    let proof = prove(folder.path(), &url, &count("ids", "SELECT COUNT(DISTINCT id) AS n FROM t"));
    ended(&proof, "missed", &VERSIONS, "ids");
    apply(&url, folder.path(), "SYSTEM START MERGES t; OPTIMIZE TABLE t FINAL;").await;
    let proof = prove(folder.path(), &url, &rows("newest", argmax));
    ended(&proof, "no_effect", &["t:older_version"], "merged");
}

/// Catches an engine on which the suite's word of versions and tombstones is not heeded, a check that is told to see an older version
/// or a row that comes back and does not, and one that sees it and is told not to.
#[tokio::test(flavor = "multi_thread")]
async fn versions_and_tombstones_that_the_suite_tells_are_tried_on_every_engine() {
    let said = "[prove]\nversions = { history = \"version\", log = { column = \"version\", key = \"id\" } }\n\
                tombstones = { history = \"removed\" }\n";
    let newest = |table: &str| {
        format!(
            "SELECT h.id, h.name FROM {table} h JOIN (SELECT id, MAX(version) AS version FROM {table} GROUP BY id) n \
             ON n.id = h.id AND n.version = h.version"
        )
    };
    let sighted = format!(
        "{said}{}{}",
        rows("history", &format!("{} WHERE h.removed = 0", newest("history"))),
        rows("log", &newest("log"))
    );
    let blind = format!(
        "{said}{}{}",
        count("history", "SELECT COUNT(DISTINCT id) AS n FROM history"),
        count("log", "SELECT COUNT(DISTINCT id) AS n FROM log")
    );
    let fill =
        "INSERT INTO history VALUES (1, 1, 'a', 0), (1, 2, 'A', 0), (2, 1, 'b', 0), (2, 2, 'B', 0), (2, 3, 'BB', 0),
                    (3, 1, 'c', 0), (4, 1, 'd', 1), (5, 1, 'e', 0), (6, 1, 'f', 0);
                INSERT INTO log VALUES (1, 1, 1, 'a'), (2, 1, 2, 'A'), (3, 2, 1, 'b'), (4, 3, 1, 'c'), (5, 4, 1, 'd');";
    let tables = |text: &str| {
        format!(
            "CREATE TABLE history (id bigint, version int, name {text}, removed int, PRIMARY KEY (id, version));
             CREATE TABLE log (line bigint PRIMARY KEY, id bigint, version int, name {text});{fill}"
        )
    };
    let merge_tree = format!(
        "CREATE TABLE history (id Int64, version Int32, name String, removed UInt8) ENGINE = MergeTree ORDER BY (id, version);
         CREATE TABLE log (line Int64, id Int64, version Int32, name String) ENGINE = MergeTree ORDER BY line;{fill}"
    );
    let mutants = ["history:older_version", "log:older_version", "history.removed:tombstone_back"];
    for (engine, tables) in [
        ("postgres", tables("text")),
        ("mysql", tables("varchar(9)")),
        ("sqlite", tables("text")),
        ("duckdb", tables("text")),
        ("clickhouse", merge_tree),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let url = place(engine, "prove_kept").await;
        apply(&url, folder.path(), &tables).await;
        // A sorting key of ClickHouse is no key.
        let of = |checks: &str| match engine {
            "clickhouse" => {
                checks.replace("history = \"version\"", "history = { column = \"version\", key = [\"id\"] }")
            }
            _ => checks.to_owned(),
        };
        let proof = prove(folder.path(), &url, &of(&sighted));
        ended(&proof, "caught", &mutants, engine);
        ended(&proof, "caught", &["history:lose_rows", "log:lose_rows", "log.name:empty"], engine);
        assert_eq!(with(&proof, "untested"), Vec::<String>::new(), "{engine}: {}", proof.shown);
        let proof = prove(folder.path(), &url, &of(&blind));
        ended(&proof, "missed", &mutants, engine);
    }
}

/// Catches a word of versions or tombstones that cannot be so and is passed over.
#[tokio::test(flavor = "multi_thread")]
async fn versions_that_cannot_be_so_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = place("sqlite", "prove_wrong").await;
    let tables = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');";
    apply(&url, folder.path(), tables).await;
    let checks = rows("t", "SELECT id, name FROM t");
    for (said, told) in [
        ("versions = { t = \"at\" }", "`prove.versions.\\\"t\\\"` names `at`, and its columns are id, name"),
        ("versions = { t = \"name\" }", "its key is id, which does not say which rows are versions of one"),
        ("tombstones = { t = \"gone\" }", "names `gone`, and the table has no boolean, whole number or time"),
    ] {
        let proof = prove(folder.path(), &url, &format!("[prove]\n{said}\n{checks}"));
        let untested = with(&proof, "untested");
        assert!(untested.len() == 1 && proof.json.to_string().contains(told), "{said}: {untested:?}\n{}", proof.json);
    }
    let same =
        prove(folder.path(), &url, &format!("[prove.versions]\nt = {{ column = \"id\", key = [\"name\"] }}\n{checks}"));
    ended(&same, "no_effect", &["t:older_version"], "one version each");
}

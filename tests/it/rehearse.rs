//! `cutover rehearse` on a pack of two tables: built in order, one defect planted, nothing overwritten.

use std::path::Path;
use std::process::{Command, Output};

use crate::packs;

/// A pack for PostgreSQL and ClickHouse alike, whose SQL both understand.
fn pack(folder: &Path, engine: &str) {
    let table = |name: &str| match engine {
        "clickhouse" => format!("CREATE TABLE {name} (id Int64, v Int64) ENGINE = MergeTree ORDER BY id;"),
        _ => format!("CREATE TABLE {name} (id bigint, v bigint);"),
    };
    let numbers = match engine {
        "clickhouse" => {
            "SELECT toInt64(number + 1) AS id, toInt64((number + {{ seed }}) % 7) AS v FROM numbers({{ rows }})"
        }
        _ => "SELECT id, (id + {{ seed }}) % 7 AS v FROM generate_series(1, {{ rows }}) AS s(id)",
    };
    let files = [
        ("old.schema.sql", table("rehearsed_old")),
        ("new.schema.sql", table("rehearsed_new")),
        ("data.sql", format!("INSERT INTO rehearsed_old {numbers};")),
        (
            "migration.sql",
            "INSERT INTO rehearsed_new SELECT id, v FROM rehearsed_old WHERE id NOT IN (SELECT id FROM rehearsed_new);"
                .to_owned(),
        ),
        (
            "changes.sql",
            "INSERT INTO rehearsed_old VALUES (1000001, 0); INSERT INTO rehearsed_old VALUES (1000002, 0);".to_owned(),
        ),
        ("drop_old.sql", "DROP TABLE rehearsed_old;".to_owned()),
        (
            "defects/added.new.sql",
            "-- a row that old\n-- never had\nINSERT INTO rehearsed_new VALUES (0, 0);".to_owned(),
        ),
    ];
    for (name, sql) in files {
        let path = folder.join("rehearsal").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, sql).unwrap();
    }
}

fn rehearse(folder: &Path, old: &str, new: &str, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("rehearse")
        .arg(folder)
        .args(["--url", &format!("old={old}"), "--url", &format!("new={new}")])
        .args(arguments)
        .output()
        .unwrap();
    let shown = [output.stdout.as_slice(), &output.stderr].concat();
    (output, String::from_utf8(shown).unwrap())
}

/// Catches a file left out or run on the wrong side, a second database without its old tables while it migrates or with
/// them at the end, and a defect that is not planted.
async fn is_built_on_one_database_and_on_two(engine: &str, one: &str, two: &str, other: &str) {
    let folder = tempfile::tempdir().unwrap();
    pack(folder.path(), engine);
    let (output, shown) = rehearse(folder.path(), one, one, &["--rows", "1e2"]);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("old rehearsed_old: 102 rows\nnew rehearsed_new: 102 rows"), "{shown}");
    let (output, shown) = rehearse(folder.path(), two, other, &["--rows", "10", "--defect", "added"]);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("old rehearsed_old: 12 rows\nnew rehearsed_new: 13 rows"), "{shown}");

    let (output, shown) = rehearse(folder.path(), two, other, &[]);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("the old database holds rehearsed_old already"), "{shown}");
    let (output, shown) = rehearse(folder.path(), other, other, &[]);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("holds rehearsed_new already"), "the old tables are gone from the new database: {shown}");
    for text in [shown, rehearse(folder.path(), one, one, &["--defect", "add"]).1] {
        assert!(!text.contains("p%40ss") && !text.contains("p@ss"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let [one, two, other] = ["rehearse_one", "rehearse_two", "rehearse_other"];
    let (one, two, other) = (packs::postgres(one).await, packs::postgres(two).await, packs::postgres(other).await);
    is_built_on_one_database_and_on_two("postgres", &one, &two, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_clickhouse() {
    let [one, two, other] = ["rehearse_one", "rehearse_two", "rehearse_other"];
    let (one, two, other) =
        (packs::clickhouse(one).await, packs::clickhouse(two).await, packs::clickhouse(other).await);
    is_built_on_one_database_and_on_two("clickhouse", &one, &two, &other).await;
}

/// Catches a misspelt defect that is built clean, and a list that does not say what a defect is.
#[test]
fn defects_are_listed_and_a_misspelt_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    pack(folder.path(), "postgres");
    let (output, shown) = rehearse(folder.path(), "sqlite:a.db", "sqlite:a.db", &["--list"]);
    assert!(output.status.success());
    assert!(shown.contains("added\n    a row that old never had"), "{shown}");
    let (output, shown) = rehearse(folder.path(), "sqlite:a.db", "sqlite:a.db", &["--defect", "aded"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(shown.contains("did you mean `added`"), "{shown}");
    assert!(!folder.path().join("a.db").exists());
}

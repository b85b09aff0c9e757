//! Tables of ClickHouse, which has no keys and no transactions: no row is lost, whatever a repair comes to.

use super::Place;

/// Catches a row that is lost, or a column of it that no check compares, where new cannot hold what old does or takes it for
/// what it holds already.
#[tokio::test(flavor = "multi_thread")]
async fn no_row_is_lost_where_new_holds_less() {
    let place = Place::new("clickhouse", "lossy").await;
    for (old, held, new, holds) in [
        ("Float64", "0.1", "Float32", "0.3"),
        ("Float64", "0.1", "Float32", "0.1"),
        ("DateTime64(6)", "'2026-01-01 00:00:00.123456'", "DateTime64(3)", "'2026-01-01 00:00:00.123'"),
        ("DateTime64(6)", "'2026-01-01 00:00:00.123456'", "DateTime", "'2026-01-01 00:00:00'"),
        ("Decimal(18, 4)", "1.1111", "Decimal(18, 2)", "1.11"),
        ("String", "'a'", "FixedString(2)", "'a'"),
        ("Nullable(Int32)", "NULL", "Int32", "0"),
        ("Int64", "257", "Int8", "1"),
        ("Array(Float64)", "[-0.0]", "Array(Float64)", "[0.0]"),
        ("Array(Float64)", "[nan]", "Array(Float64)", "[0.0]"),
        ("Map(String, Float64)", "map('a', -0.0)", "Map(String, Float64)", "map('a', 0.0)"),
        ("String", "'a'", "Nullable(String)", "NULL"),
    ] {
        let table = |name: &str, of: &str| {
            format!("CREATE OR REPLACE TABLE {name} (id Int32, v {of}, rest String) ENGINE = MergeTree ORDER BY id;\n")
        };
        place
            .run(&format!(
                "{}{}{}INSERT INTO o VALUES (1, {held}, 'old'), (2, {held}, 'old');\nINSERT INTO n VALUES (1, {holds}, 'one');\n\
                 INSERT INTO n VALUES (2, {holds}, 'two');\nINSERT INTO kept VALUES (1, 'one'), (2, 'two');\n",
                table("o", old),
                table("n", new),
                "CREATE OR REPLACE TABLE kept (id Int32, rest String) ENGINE = MergeTree ORDER BY id;\n"
            ))
            .await;
        let check =
            "columns.rest = { ignore = \"not looked at\" }\nold = \"SELECT * FROM o\"\nnew = \"SELECT * FROM n\"";
        place.suite(&format!("[checks.c]\nkind = \"rows\"\nkey = \"id\"\n{check}"));
        let _ = place.check(&["--repair", "out.sql", "--partial"]);
        if !place.path("out.sql").exists() {
            continue;
        }
        let done = place.tried(&place.repair()).await;
        let sides =
            ["diff", "--old", &place.url, "--new", &place.url, "--key", "id", "--old-sql", "SELECT id, rest FROM kept"];
        let all = super::said(&place.cutover(&[&sides[..], &["--new-sql", "SELECT id, rest FROM n"]].concat()));
        assert_eq!(all.0, Some(0), "{old} {held} → {new} {holds}: {done:?}\n{}\n{}", all.1, place.repair());
    }
}

/// Catches a row that is lost when parts are merged, an older version that is shown again, and a newer one that stays hidden.
#[tokio::test(flavor = "multi_thread")]
async fn merged_rows_are_replaced_by_newer_ones() {
    let place = Place::new("clickhouse", "replacing").await;
    place
        .run(
            "CREATE TABLE o (id UInt64, cost Decimal(18, 2), note String, rest String, v UInt64) ENGINE = MergeTree ORDER BY id;\n\
             CREATE TABLE n (id UInt64, cost Decimal(18, 2), note String, rest String, v UInt64, twice UInt64 MATERIALIZED id * 2) \
             ENGINE = ReplacingMergeTree(v) ORDER BY id;\n\
             INSERT INTO o VALUES (1, 1.10, 'a', '', 5), (2, 2, 'b', '', 5), (3, 3, 'c', '', 5);\n\
             INSERT INTO n VALUES (1, 9, 'z', 'kept', 5), (2, 2, 'b', 'kept', 5), (4, 4, 'd', '', 5);\n\
             INSERT INTO n VALUES (1, 8, 'a', 'kept', 6), (4, 5, 'd', '', 6);\nINSERT INTO n VALUES (4, 6, 'd', '', 7);\n",
        )
        .await;
    let check = |columns: &str| {
        format!(
            "[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT {columns} FROM o\"\nnew = \"SELECT {columns} FROM n FINAL\""
        )
    };
    place.suite(&check("id, cost, note, v"));
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("the check compares `v`, by which the newest row is told"), "{told}");
    place.suite(&check("id, cost, note"));
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    let text = place.repair();
    assert!(!text.contains("UPDATE") && text.matches("DELETE").count() == 1, "{text}");
    for again in ["", "OPTIMIZE TABLE n FINAL;\n"] {
        place.run(&(text.clone() + again)).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{told}\n{text}");
    }
    place.run("CREATE TABLE kept (id UInt64, rest String) ENGINE = Memory;\nINSERT INTO kept VALUES (1, 'kept'), (2, 'kept'), (3, '');\n").await;
    let sides =
        ["diff", "--old", &place.url, "--new", &place.url, "--key", "id", "--old-sql", "SELECT id, rest FROM kept"];
    let all = super::said(&place.cutover(&[&sides[..], &["--new-sql", "SELECT id, rest FROM n"]].concat()));
    assert_eq!(all.0, Some(0), "{}", all.1);
}

/// Catches a table whose rows a statement would change otherwise than it says.
#[tokio::test(flavor = "multi_thread")]
async fn tables_that_keep_rows_otherwise_are_refused() {
    let place = Place::new("clickhouse", "engines").await;
    for (engine, columns, merged, why) in [
        ("ReplacingMergeTree(ver) ORDER BY id", "ver UInt64", "", "its query does not say FINAL"),
        ("ReplacingMergeTree ORDER BY id", "ver UInt64", " FINAL", "is told by no version"),
        ("ReplacingMergeTree(ver, gone) ORDER BY id", "ver UInt64, gone UInt8", " FINAL", "`gone` hides rows"),
        ("ReplacingMergeTree(ver) ORDER BY id", "ver UInt8", " FINAL", "there may be none after it"),
        ("ReplacingMergeTree(ver) ORDER BY id", "ver DateTime", " FINAL", "there may be none after it"),
        (
            "ReplacingMergeTree(ver) ORDER BY (id, at)",
            "ver UInt64, at Date",
            " FINAL",
            "`at` is no column of the check's key",
        ),
        ("SummingMergeTree ORDER BY id", "ver UInt64", " FINAL", "not changed one by one"),
        ("CollapsingMergeTree(sign) ORDER BY id", "sign Int8 DEFAULT 1", " FINAL", "not changed one by one"),
        ("Memory", "ver UInt64", "", "not changed one by one"),
        ("MergeTree ORDER BY (id, v)", "ver UInt64", "", "`v` is of the keys that the table is stored by"),
        (
            "MergeTree PARTITION BY v % 10 ORDER BY id",
            "ver UInt64",
            "",
            "`v` is of the keys that the table is stored by",
        ),
    ] {
        place
            .run(&format!(
                "CREATE OR REPLACE TABLE o (id Int32, v Int32) ENGINE = MergeTree ORDER BY id;\n\
                 CREATE OR REPLACE TABLE n (id Int32, v Int32, {columns}) ENGINE = {engine};\n\
                 INSERT INTO o VALUES (1, 5);\nINSERT INTO n (id, v) VALUES (1, 6);\n"
            ))
            .await;
        let query = format!("SELECT id, v FROM n{merged}");
        place.suite(&format!(
            "[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id, v FROM o\"\nnew = \"{query}\""
        ));
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(2), "{engine}: {told}");
        assert!(told.contains(why), "{engine}: {told}");
    }
}

/// Catches a row that is changed although another has come that looks the same to the check.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_row_of_a_key_keeps_both() {
    let place = Place::new("clickhouse", "second").await;
    let table =
        |name: &str| format!("CREATE TABLE {name} (id Int32, v Int32, rest String) ENGINE = MergeTree ORDER BY id;\n");
    let rows =
        "INSERT INTO o VALUES (1, 5, ''), (2, 5, '');\nINSERT INTO n VALUES (1, 6, 'a'), (2, 6, 'a'), (9, 9, 'a');\n";
    place.run(&[table("o"), table("n"), rows.to_owned()].concat()).await;
    let queries = "old = \"SELECT id, v FROM o\"\nnew = \"SELECT id, v FROM n\"";
    place.suite(&format!("[checks.c]\nkind = \"rows\"\nkey = \"id\"\n{queries}"));
    assert_eq!(place.check(&["--repair", "out.sql"]).0, Some(1));
    place.run("INSERT INTO n VALUES (1, 6, 'b'), (9, 9, 'b');\n").await;
    let repair = place.repair();
    place.run(&repair).await;
    place
        .run(
            &(table("kept")
                + "INSERT INTO kept VALUES (1, 6, 'a'), (1, 6, 'b'), (2, 5, 'a'), (9, 9, 'a'), (9, 9, 'b');\n"),
        )
        .await;
    let (are_equal, told) = place.are_equal("kept", "n", "id,rest");
    assert!(are_equal, "{told}\n{repair}");
}

/// Catches an earlier version of a row that is shown again, since the check knows rows by more than what replaces them; and a key
/// of one column that is not known in parentheses or quotes.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_known_by_what_replaces_them() {
    let place = Place::new("clickhouse", "wider").await;
    let tables = |order: &str| {
        let table = |name: &str| {
            format!(
                "CREATE OR REPLACE TABLE {name} (`select` Int64, a String, b Int64, ver UInt64 DEFAULT 1) \
                 ENGINE = ReplacingMergeTree(ver) ORDER BY {order};\n"
            )
        };
        let rows = "INSERT INTO o VALUES (7, 'y', 2, 5);\nINSERT INTO n VALUES (7, 'y', 2, 5);\nINSERT INTO n VALUES (1, 'z', 1, 5);\n\
                    INSERT INTO n VALUES (1, 'y', 1, 9);\n";
        [table("o"), table("n"), rows.to_owned()].concat()
    };
    let suite = |key: &str| {
        place.suite(&format!(
            "[checks.c]\nkind = \"rows\"\nkey = {key}\nold = \"SELECT `select`, a, b FROM o FINAL\"\nnew = \"SELECT `select`, a, b FROM n FINAL\""
        ));
    };
    place.run(&tables("`select`")).await;
    suite("[\"select\", \"a\"]");
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("the check's key has `a` beside it"), "{told}");
    for order in ["`select`", "(`select`)", "(`select`, a)"] {
        place.run(&tables(order)).await;
        suite(if order.contains(',') { "[\"a\", \"select\"]" } else { "\"select\"" });
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{order}: {told}");
        place.run(&place.repair()).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{order}: {told}\n{}", place.repair());
    }
}

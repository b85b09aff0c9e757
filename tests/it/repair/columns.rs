//! Which column is written, and which is not: parts of columns, columns that follow from others, and values that do not come back.

use super::Place;

/// Catches a column that is overwritten because it is called like a part of another, or like what a query computes.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_column_of_the_table_is_written() {
    for (engine, whole, part, storage) in [
        ("duckdb", "s STRUCT(w INTEGER)", "{'w': 7}", ""),
        ("clickhouse", "s Tuple(w Int32)", "tuple(7)", " ENGINE = MergeTree ORDER BY id"),
    ] {
        let place = Place::new(engine, "part").await;
        let key = if engine == "duckdb" { " PRIMARY KEY" } else { "" };
        place
            .run(&format!(
                "CREATE TABLE o (id INTEGER{key}, x INTEGER){storage};\nCREATE TABLE n (id INTEGER{key}, w INTEGER, {whole}){storage};\n\
                 INSERT INTO o VALUES (1, 1);\nINSERT INTO n VALUES (1, 7, {part});\n"
            ))
            .await;
        for query in [
            "SELECT id, s.w AS x FROM n",
            "SELECT id, s.w AS x FROM n AS s",
            "SELECT id, n.s.w AS x FROM n",
            "SELECT id, s.w + 0 AS w, w AS x FROM n",
        ] {
            let check = "[checks.c]\nkind = \"rows\"\nkey = \"id\"\ncolumns.w = { ignore = \"x\" }\nold = \"SELECT id, x FROM o\"";
            let check = if query.contains("AS w") {
                check.to_owned()
            } else {
                check.replace("columns.w = { ignore = \"x\" }\n", "")
            };
            place.suite(&format!("{check}\nnew = \"{query}\""));
            let (code, told) = place.check(&["--repair", "out.sql"]);
            assert_eq!(code, Some(2), "{engine} {query}: {told}");
            assert!(!place.path("out.sql").exists(), "{engine} {query}: {told}");
        }
        place.suite("[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id, x FROM o\"\nnew = \"SELECT n.id, n.w AS x FROM n\"");
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&place.repair()).await;
        assert_eq!(place.check(&[]).0, Some(0), "{engine}: {}", place.repair());
    }
}

/// Catches a value for a column that takes none, a number that is refused where it has to be insisted on, and one that changes
/// with its row although nothing says so.
#[tokio::test(flavor = "multi_thread")]
async fn columns_that_follow_from_others_are_left_to_the_table() {
    for (engine, id, double) in [
        ("postgres", "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "INTEGER GENERATED ALWAYS AS (v * 2) STORED"),
        ("mysql", "INTEGER PRIMARY KEY", "INTEGER AS (v * 2) STORED"),
        ("sqlite", "INTEGER PRIMARY KEY", "INTEGER AS (v * 2) STORED"),
        ("duckdb", "INTEGER PRIMARY KEY", "INTEGER GENERATED ALWAYS AS (v * 2)"),
        ("clickhouse", "Int32", "Int32 MATERIALIZED v * 2"),
    ] {
        let place = Place::new(engine, "follow").await;
        let touched = if engine == "mysql" {
            "TIMESTAMP NOT NULL DEFAULT '2026-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP"
        } else {
            "DATE DEFAULT '2026-01-01'"
        };
        let storage = if engine == "clickhouse" { " ENGINE = MergeTree ORDER BY id" } else { "" };
        let insist = if engine == "postgres" { " OVERRIDING SYSTEM VALUE" } else { "" };
        let table = |name: &str| {
            format!("CREATE TABLE {name} (id {id}, v INTEGER, twice {double}, loaded {touched}){storage};\n")
        };
        place
            .run(&format!(
                "{}{}INSERT INTO o (id, v){insist} VALUES (1, 1), (2, 2);\nINSERT INTO n (id, v){insist} VALUES (1, 5), (3, 3);\n",
                table("o"),
                table("n")
            ))
            .await;
        let query = |table: &str| format!("SELECT id, v, twice, loaded FROM {table}");
        place.suite(&format!(
            "[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"{}\"\nnew = \"{}\"",
            query("o"),
            query("n")
        ));
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&place.repair()).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
    }
}

/// Catches a file that cannot be run, or that does nothing without a word.
#[tokio::test(flavor = "multi_thread")]
async fn values_that_do_not_come_back_are_refused() {
    for (engine, of, old, new, why) in [
        ("postgres", "DATE", "'0044-03-15 BC'", "'2026-01-01'", "before the year 1"),
        ("postgres", "TIMESTAMP", "'2026-01-01'", "'0044-03-15 BC'", "before the year 1"),
        ("duckdb", "STRUCT(a INTEGER)", "{'a': 1}", "{'a': 2}", "has no literal that is the same value"),
        ("duckdb", "STRUCT(a INTEGER)[]", "[{'a': 1}]", "[{'a': 2}]", "has no literal that is the same value"),
        ("duckdb", "DOUBLE", "'-0.0'", "0", "takes −0 for 0"),
        ("duckdb", "DOUBLE", "0", "'-0.0'", "takes −0 for 0"),
        ("clickhouse", "JSON", "'{\"a\": 1}'", "'{\"a\": 2}'", "equals no literal"),
        ("clickhouse", "Array(Float64)", "[1]", "[nan]", "finds no NaN"),
    ] {
        let place = Place::new(engine, "back").await;
        let (key, storage) =
            if engine == "clickhouse" { ("", " ENGINE = MergeTree ORDER BY id") } else { (" PRIMARY KEY", "") };
        let table = |name: &str| format!("CREATE TABLE {name} (id INTEGER{key}, v {of}){storage};\n");
        let rows = format!("INSERT INTO o VALUES (1, {old});\nINSERT INTO n VALUES (1, {new});\n");
        place.run(&[table("o"), table("n"), rows].concat()).await;
        let (code, told) = place.diff(&["--repair", "out.sql"]);
        assert_eq!(code, Some(2), "{engine} {of}: {told}");
        assert!(told.contains(why), "{engine} {of}: {told}");
    }
}

/// Catches a row that is changed in place of another whose key its engine takes for the same, a column that is taken for one
/// whose name differs in capitals, a number that is taken for the next one, and a moment that depends on who runs the file.
#[tokio::test(flavor = "multi_thread")]
async fn what_looks_alike_is_told_apart() {
    let place = Place::new("duckdb", "alike").await;
    place.run("CREATE TABLE o (id VARCHAR PRIMARY KEY, v INTEGER);\nCREATE TABLE n (id VARCHAR COLLATE NOCASE PRIMARY KEY, v INTEGER);\n\
               INSERT INTO o VALUES ('a', 9);\nINSERT INTO n VALUES ('A', 9);\n").await;
    let (code, told) = place.diff(&["--repair", "out.sql"]);
    assert_eq!((code, told.contains("takes some texts for the same that are not")), (Some(2), true), "{told}");

    let place = Place::new("postgres", "alike").await;
    place.run("CREATE SCHEMA other;\nCREATE TABLE o (id INTEGER PRIMARY KEY, v INTEGER, \"V\" INTEGER, at TEXT);\n\
               CREATE TABLE other.n (id INTEGER PRIMARY KEY, v INTEGER, \"V\" INTEGER, at TIMESTAMPTZ);\n\
               INSERT INTO o VALUES (1, 1, 2, '2026-01-01T00:00:00');\nINSERT INTO other.n VALUES (1, 1, 7, '2026-01-02Z');\n").await;
    let pinned = "settings = { search_path = \"other,public\" }\n";
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"{0}\"\n[sources.new]\nurl = \"{0}\"\n{pinned}[checks.c]\nkind = \"rows\"\nkey = \"id\"\n\
         columns.at = {{ type = {{ old = \"timestamp\" }}, zone = \"UTC\" }}\nold = 'SELECT id, v, \"V\", at FROM o'\n\
         new = 'SELECT id, v, \"V\", at FROM n'\n",
        place.url
    );
    std::fs::write(place.path("suite.toml"), suite).unwrap();
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    let head = std::fs::read_to_string(place.path("out.sql")).unwrap();
    assert!(head.contains("search_path = other,public"), "{head}");
    place.run(&format!("SET TimeZone = 'Asia/Tokyo';\n{}", place.repair())).await;
    let (code, told) = place.check(&[]);
    assert_eq!(code, Some(0), "{told}\n{}", place.repair());

    let place = Place::new("mysql", "alike").await;
    place.run("CREATE TABLE o (id INTEGER PRIMARY KEY, v INTEGER);\nCREATE TABLE n (id INTEGER PRIMARY KEY AUTO_INCREMENT, v INTEGER);\n\
               INSERT INTO o VALUES (0, 9), (2, 2);\nINSERT INTO n VALUES (2, 2);\n").await;
    let (code, told) = place.diff(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{told}");
    place.run(&place.repair()).await;
    assert_eq!(place.diff(&[]).0, Some(0), "{}", place.repair());
}

/// Catches rows of a table that inherits from another, which a statement about that other reaches too.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_heirs_are_left_alone() {
    let place = Place::new("postgres", "heirs").await;
    let made = "CREATE TABLE o (id INTEGER PRIMARY KEY, v INTEGER);\nCREATE TABLE n (id INTEGER PRIMARY KEY, v INTEGER);\n\
                CREATE TABLE more () INHERITS (n);\nINSERT INTO o VALUES (1, 1);\nINSERT INTO n VALUES (1, 2);\n";
    place.run(made).await;
    let (code, told) = place.diff(&["--repair", "out.sql"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("rows of more, which inherits from n, are among its rows"), "{told}");
}

/// Catches a name whose quotes are taken off and whose own are left doubled.
#[tokio::test(flavor = "multi_thread")]
async fn a_quote_in_a_name_is_a_part_of_it() {
    for engine in ["postgres", "mysql", "sqlite", "duckdb"] {
        let place = Place::new(engine, "quotes").await;
        let column = if engine == "mysql" { "`e``f`" } else { "\"e\"\"f\"" };
        let table = |name: &str| format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, {column} INTEGER);\n");
        let rows = "INSERT INTO o VALUES (1, 1), (2, 2), (4, 4);\nINSERT INTO n VALUES (1, 1), (3, 3), (4, 5);\n";
        place.run(&[table("o"), table("n"), rows.to_owned()].concat()).await;
        let (code, told) = place.diff(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&place.repair()).await;
        let (code, told) = place.diff(&[]);
        assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
    }
}

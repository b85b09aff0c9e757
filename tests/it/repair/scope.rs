//! What a query leaves out stays as it is, though it has keys of what is repaired.

use super::{ENGINES, Place};

/// Two tenants, each on a day of its own, with the same numbers: in new the first has a row that changed, one too many and one
/// too few, and the second agrees.
fn tables(engine: &str) -> String {
    let storage = if engine == "clickhouse" { " ENGINE = MergeTree ORDER BY no" } else { "" };
    let table = |name: &str| {
        let tenant = "tenant INTEGER DEFAULT 0 NOT NULL";
        let key = if engine == "clickhouse" { "" } else { ", PRIMARY KEY (tenant, no)" };
        format!(
            "CREATE TABLE {name} ({tenant}, day DATE NOT NULL, no INTEGER NOT NULL, cents INTEGER NOT NULL{key}){storage};\n"
        )
    };
    let second = "(2, '2026-01-02', 1, 101), (2, '2026-01-02', 9, 5), (2, '2026-01-02', 3, 77)";
    format!(
        "{}{}INSERT INTO o VALUES (1, '2026-01-01', 1, 100), (1, '2026-01-01', 2, 200), (1, '2026-01-01', 3, 300), {second};\n\
         INSERT INTO n VALUES (1, '2026-01-01', 1, 101), (1, '2026-01-01', 2, 200), (1, '2026-01-01', 9, 5), {second};\n",
        table("o"),
        table("n"),
    )
}

/// Pairs of queries of a check by `key`, and one that looks at all of both tables.
fn write(place: &Place, (key, columns, behind): (&str, &str, &str), window: bool) {
    let query = |side: &str, table: &str| format!("{side} = \"\"\"SELECT {columns} FROM {table} {behind}\"\"\"\n");
    let window = match window {
        true => "window = { column = \"day\", from = 2026-01-01, to = 2026-01-03, step = \"1d\" }\n",
        false => "",
    };
    place.suite(&format!(
        "[params]\nwho = 1\n[checks.whole]\nkind = \"rows\"\nkey = [\"tenant\", \"no\"]\nold = \"SELECT * FROM o\"\n\
         new = \"SELECT * FROM n\"\n[checks.part]\nkind = \"rows\"\nkey = {key}\n{window}{}{}",
        query("old", "o"),
        query("new", "n")
    ));
}

/// What a check compares: its key, its columns, what stands behind the table, and whether it has windows; and whether its key
/// is one of the table, by itself or by what the query pins.
const CHECKS: [(&str, &str, &str, bool, bool); 8] = [
    ("\"no\"", "tenant, day, no, cents", "WHERE tenant = 1", false, true),
    ("\"no\"", "*", "WHERE tenant = {{ who }}", false, true),
    // Another name of the table, a comment, an order, and what binds less than AND.
    (
        "\"no\"",
        "x.no, x.cents, x.day, x.tenant",
        "AS x\nWHERE x.tenant = 1 -- the first\n OR (x.cents < 0) ORDER BY x.no",
        false,
        false,
    ),
    (
        "[\"tenant\", \"no\"]",
        "x.no, x.cents, x.day, x.tenant",
        "AS x\nWHERE x.tenant = 1 -- the first\n OR (x.cents < 0) ORDER BY x.no",
        false,
        true,
    ),
    ("\"no\"", "tenant, day, no, cents", "", true, false),
    ("[\"tenant\", \"no\"]", "tenant, day, no, cents", "", true, true),
    ("\"no\"", "tenant, day, no, cents", "WHERE day >= {{ from }} AND day < {{ to }}", true, false),
    ("[\"no\", \"tenant\"]", "tenant, day, no, cents", "WHERE day >= {{ from }} AND day < {{ to }}", true, true),
];

/// Catches a statement that reaches rows of another tenant or another window because these have the same key, a row that is
/// not added because another window has its key, and a key that the table does not have and is trusted.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_the_query_leaves_out_stay() {
    for engine in ENGINES {
        for (number, (key, columns, behind, window, is_key)) in CHECKS.into_iter().enumerate() {
            let place = Place::new(engine, &format!("scope_{number}")).await;
            place.run(&tables(engine)).await;
            write(&place, (key, columns, behind), window);
            let (code, told) = place.check(&["--only", "s.part", "--repair", "out.sql"]);
            // Where no table has keys, each statement counts the rows that are compared.
            if !is_key && engine != "clickhouse" {
                assert_eq!(code, Some(2), "{engine} {key} {behind}: {told}");
                assert!(told.contains("its key is no unique key of n, which has (tenant, no)"), "{engine}: {told}");
                assert!(!place.path("out.sql").exists(), "{engine}");
                continue;
            }
            assert_eq!(code, Some(1), "{engine} {key} {behind}: {told}");
            let repair = place.repair();
            place.run(&repair).await;
            let (code, told) = place.check(&[]);
            assert_eq!(code, Some(0), "{engine} {key} {behind}: {told}\n{repair}");
        }
    }
}

/// Catches a row that is passed over in silence since its key stands where the check does not look, one that replaces it, and a
/// file of which a part was done.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_stands_elsewhere_ends_the_file() {
    for engine in ENGINES {
        let place = Place::new(engine, "elsewhere").await;
        let (key, storage) = match engine {
            "clickhouse" => (", ver UInt64", " ENGINE = ReplacingMergeTree(ver) ORDER BY no"),
            "sqlite" => (", PRIMARY KEY (no) ON CONFLICT REPLACE", ""),
            _ => (", PRIMARY KEY (no)", ""),
        };
        let table = |name: &str| {
            format!("CREATE TABLE {name} (no INTEGER NOT NULL, tenant INTEGER, cents INTEGER{key}){storage};\n")
        };
        let rows = |table: &str, rows: &str| format!("INSERT INTO {table} (no, tenant, cents) VALUES {rows};\n");
        let rows = [
            rows("o", "(1, 1, 100), (3, 1, 300)"),
            rows("n", "(1, 1, 101), (3, 2, 5)"),
            rows("kept", "(1, 1, 101), (3, 2, 5)"),
        ];
        place.run(&(["o", "n", "kept"].map(table).concat() + &rows.concat())).await;
        let merged = if engine == "clickhouse" { " FINAL" } else { "" };
        let query = |table: &str| format!("SELECT no, tenant, cents FROM {table}{merged} WHERE tenant = 1");
        place.suite(&format!(
            "[checks.c]\nkind = \"rows\"\nkey = \"no\"\nold = \"{}\"\nnew = \"{}\"",
            query("o"),
            query("n")
        ));
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        let repair = place.repair();
        assert!(place.tried(&repair).await.is_err(), "{engine}: {repair}");
        // ClickHouse has no transaction: what stands before an error is done.
        if engine == "clickhouse" {
            place
                .run("INSERT INTO kept VALUES (1, 1, 100, 1);\nOPTIMIZE TABLE kept FINAL;\nOPTIMIZE TABLE n FINAL;\n")
                .await;
        }
        let (are_equal, told) = place.are_equal("kept", "n", "no");
        assert!(are_equal, "{engine}: {told}\n{repair}");
    }
}

/// Catches a query that is read in another time zone by whoever runs the file than by the run, so that its rows are others: a file
/// says in which zone it is read, and is refused where that cannot be.
#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_read_in_the_zone_of_the_run() {
    for (engine, own) in [("postgres", "SET TIME ZONE 'Asia/Tokyo'"), ("mysql", "SET time_zone = '+09:00'")] {
        let place = Place::new(engine, "zone").await;
        let of = if engine == "postgres" { "timestamptz" } else { "timestamp" };
        let zone = if engine == "postgres" { "SET TIME ZONE 'UTC'" } else { "SET time_zone = '+00:00'" };
        let table = |name: &str, v: u8| {
            format!(
                "CREATE TABLE {name} (id INTEGER PRIMARY KEY, v INTEGER, ts {of} NOT NULL);\n\
                 INSERT INTO {name} VALUES (1, {v}, '2026-01-01 23:30:00'), (2, {v}, '2026-01-02 23:30:00');\n"
            )
        };
        place.run(&format!("{zone};\n{}{}", table("o", 9), table("n", 5))).await;
        let query = |name: &str| {
            format!("SELECT id, v FROM {name} WHERE ts >= '2026-01-02 00:00:00' AND ts < '2026-01-03 00:00:00'")
        };
        place.suite(&format!(
            "[checks.c]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{}\"\nnew = \"{}\"\n",
            query("o"),
            query("n")
        ));
        let suite = std::fs::read_to_string(place.path("suite.toml")).unwrap();
        let sides = suite.replace("\n[sources.new]", "\ntimezone = \"UTC\"\n[sources.new]");
        let sides = sides.replace("\n[checks.c]", "\ntimezone = \"UTC\"\n[checks.c]");
        std::fs::write(place.path("suite.toml"), sides).unwrap();
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&format!("{own};\n{}", place.repair())).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
    }
    let place = Place::new("clickhouse", "zone").await;
    let table = |name: &str, v: u8| {
        format!(
            "CREATE TABLE {name} (id Int32, v Int32, ts DateTime) ENGINE = MergeTree ORDER BY id;\n\
             INSERT INTO {name} VALUES (1, {v}, '2026-01-02 00:00:00');\n"
        )
    };
    place.run(&format!("{}{}", table("o", 9), table("n", 5))).await;
    let checks = "[checks.c]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT id, v FROM o WHERE ts > '2026-01-01 12:00:00'\"\n\
                  new = \"SELECT id, v FROM n WHERE ts > '2026-01-01 12:00:00'\"\n";
    place.suite(checks);
    let suite = std::fs::read_to_string(place.path("suite.toml")).unwrap();
    let suite = suite.replace("\n[sources.new]", "\ntimezone = \"Asia/Tokyo\"\n[sources.new]");
    let suite = suite.replace("\n[checks.c]", "\ntimezone = \"Asia/Tokyo\"\n[checks.c]");
    std::fs::write(place.path("suite.toml"), suite).unwrap();
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("were picked in the time zone Asia/Tokyo of the session"), "{told}");
    assert!(!place.path("out.sql").exists());
}

/// Catches a row that two checks change, of which the second statement asks for what the first took away and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_two_checks_change_is_changed_by_the_first() {
    for engine in ["postgres", "sqlite"] {
        let place = Place::new(engine, "two").await;
        let table = |name: &str, rows: &str| {
            format!(
                "CREATE TABLE {name} (id INTEGER PRIMARY KEY, v INTEGER, w INTEGER);\nINSERT INTO {name} VALUES {rows};\n"
            )
        };
        place.run(&format!("{}{}", table("o", "(1, 1, 1), (2, 2, 2)"), table("n", "(1, 5, 5), (2, 2, 5)"))).await;
        let check = |name: &str, columns: &str| {
            format!(
                "[checks.{name}]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT {columns} FROM o\"\nnew = \"SELECT {columns} FROM n\"\n"
            )
        };
        place.suite(&format!("{}{}", check("a", "id, v"), check("b", "id, v, w")));
        let (code, told) = place.check(&["--repair", "out.sql", "--partial"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        let written = std::fs::read_to_string(place.path("out.sql")).unwrap();
        let says = "-- NOT REPAIRED: s.b: 1 difference left out, because s.a changes rows of n, too";
        assert!(written.contains(says), "{engine}: {written}\n{told}");
        place.run(&place.repair()).await;
        // What the first check left is found by the next run.
        let (code, told) = place.check(&["--only", "s.b", "--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&place.repair()).await;
        assert!(place.are_equal("o", "n", "id").0, "{engine}");
    }
}

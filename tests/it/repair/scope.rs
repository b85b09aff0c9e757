//! What a query leaves out stays as it is, though it has keys of what is repaired.

use super::{ENGINES, Place, said};

/// Two tenants, each on a day of its own, with the same numbers: in new the first has a row that changed, one too many and one
/// too few, and the second agrees.
fn tables(engine: &str) -> String {
    let storage = if engine == "clickhouse" { " ENGINE = MergeTree ORDER BY no" } else { "" };
    let table = |name: &str| {
        let tenant = "tenant INTEGER DEFAULT 0 NOT NULL";
        format!(
            "CREATE TABLE {name} ({tenant}, day DATE NOT NULL, no INTEGER NOT NULL, cents INTEGER NOT NULL){storage};\n"
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

/// A suite of a check that pairs rows by their number, and one that looks at all of both tables.
fn write(place: &Place, check: &str) {
    let suite = format!(
        "name = \"s\"\n[params]\nwho = 1\n[sources.old]\nurl = \"{0}\"\n[sources.new]\nurl = \"{0}\"\n\
         [checks.whole]\nkind = \"rows\"\nkey = [\"tenant\", \"no\"]\nold = \"SELECT * FROM o\"\nnew = \"SELECT * FROM n\"\n\
         [checks.part]\nkind = \"rows\"\nkey = \"no\"\n{check}\n",
        place.url
    );
    std::fs::write(place.path("suite.toml"), suite).unwrap();
}

/// Catches a statement that reaches rows of another tenant or another window because these have the same key, and a row that is
/// not added because another window has its key.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_the_query_leaves_out_stay() {
    let queries = |columns: &str, behind: &str| {
        let query = |side: &str, table: &str| format!("{side} = \"\"\"SELECT {columns} FROM {table} {behind}\"\"\"\n");
        query("old", "o") + &query("new", "n")
    };
    let window = "window = { column = \"day\", from = 2026-01-01, to = 2026-01-03, step = \"1d\" }\n";
    let cases = [
        queries("tenant, day, no, cents", "WHERE tenant = 1"),
        // Another name of the table, a comment, an order, and what binds less than AND.
        queries(
            "x.no, x.cents, x.day, x.tenant",
            "AS x\nWHERE x.tenant = 1 -- the first\n OR (x.cents < 0) ORDER BY x.no",
        ),
        queries("*", "WHERE tenant = {{ who }}"),
        queries("tenant, day, no, cents", "") + window,
        queries("tenant, day, no, cents", "WHERE day >= {{ from }} AND day < {{ to }}") + window,
    ];
    for engine in ENGINES {
        for (number, check) in cases.iter().enumerate() {
            let place = Place::new(engine, &format!("scope_{number}")).await;
            place.run(&tables(engine)).await;
            write(&place, check);
            let run = |args: &[&str]| {
                said(&place.cutover(&[&["run", "suite.toml", "--no-color", "--no-history"], args].concat()))
            };
            let (code, told) = run(&["--only", "s.part", "--repair", "out.sql"]);
            assert_eq!(code, Some(1), "{engine} {check}: {told}");
            let repair = place.repair();
            place.run(&repair).await;
            let (code, told) = run(&[]);
            assert_eq!(code, Some(0), "{engine} {check}: {told}\n{repair}");
        }
    }
}

//! Rows that are missing, extra and changed, and rows that move before the repair is run.

use super::{ENGINES, Place};

/// Orders on both sides: 1 agrees, 2 and 3 changed, 4 and 5 are missing, 6 and 7 extra.
fn tables(engine: &str) -> String {
    let text = if engine == "clickhouse" { "String" } else { "VARCHAR(40)" };
    let storage = if engine == "clickhouse" { " ENGINE = MergeTree ORDER BY id" } else { "" };
    let key = if engine == "clickhouse" { "" } else { ", PRIMARY KEY (id)" };
    let null = if engine == "clickhouse" { "Nullable(String)" } else { "VARCHAR(40)" };
    format!(
        "CREATE TABLE o (id {text}, cost DECIMAL(20, 4), note {null}, loaded INTEGER{key}){storage};\n\
         CREATE TABLE n (id {text}, price DECIMAL(20, 4), note {null}, loaded INTEGER{key}){storage};\n\
         INSERT INTO o VALUES ('1', 1.5, 'same', 1), ('2', 0.1, 'x', 1), ('3', 3, NULL, 1), ('4', 4, 'it''s', 1), ('it''s 5', 5.0001, NULL, 1);\n\
         INSERT INTO n VALUES ('1', 1.5, 'same', 7), ('2', 0.2, 'x', 7), ('3', 3, 'y', 7), ('6', 6, 'six', 7), ('7', 7, NULL, 7);\n"
    )
}

const CHECK: &str = "[checks.orders]\nkind = \"rows\"\nkey = \"id\"\nrename = { cost = \"price\" }\n\
columns.loaded = { ignore = \"when it was loaded\" }\nold = \"SELECT id, cost, note, loaded FROM o\"\n\
new = \"SELECT n.id, price, n.note, loaded FROM n\"\n";

/// Catches a difference that stays, a row that agreed and is changed, and a column that is not compared and is given a value.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_makes_both_sides_equal() {
    for engine in ENGINES {
        let place = Place::new(engine, "rows").await;
        place.run(&tables(engine)).await;
        place.suite(CHECK);
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        let text = std::fs::read_to_string(place.path("out.sql")).unwrap();
        assert!(
            text.starts_with("-- What would make new equal to old, written by cutover and never executed."),
            "{text}"
        );
        assert!(text.contains("2 to delete, 2 to update, 2 to insert\n"), "{text}");
        assert!(!text.contains("loaded = ") && !text.contains("AS loaded"), "what is ignored is left alone: {text}");
        let before = place.check(&[]).0;
        assert_eq!(before, Some(1), "{engine}: writing a repair changes nothing");
        place.run(&place.repair()).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{engine}: {told}\n{text}");
        assert!(told.contains("5 rows") || told.contains("PASS"), "{told}");
        // Run again, it finds nothing to do.
        place.run(&place.repair()).await;
        assert_eq!(place.check(&[]).0, Some(0), "{engine}: a second time");
    }
}

/// Catches the query of a diff that is taken for none of a table, because the diff selects its columns anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_queries_of_a_diff_are_those_of_their_tables() {
    for engine in ENGINES {
        let place = Place::new(engine, "queries").await;
        place.run(&tables(engine)).await;
        let sides = ["diff", "--old", &place.url, "--new", &place.url, "--key", "id", "--repair", "out.sql"];
        let queries =
            ["--old-sql", "SELECT id, cost, note FROM o", "--new-sql", "SELECT id, price AS cost, note FROM n"];
        let (code, told) = super::said(&place.cutover(&[&sides[..], &queries].concat()));
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&place.repair()).await;
        let (code, told) = super::said(&place.cutover(&[&sides[..7], &queries].concat()));
        assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
    }
}

/// Catches a repair that overwrites a row which moved after the run read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_moved_meanwhile_is_left_alone() {
    for engine in ENGINES {
        let place = Place::new(engine, "moved").await;
        place.run(&tables(engine)).await;
        place.suite(CHECK);
        assert_eq!(place.check(&["--repair", "out.sql"]).0, Some(1));
        let update = |id: &str, set: &str| match engine {
            "clickhouse" => format!("ALTER TABLE n UPDATE {set} WHERE id = '{id}' SETTINGS mutations_sync = 2;\n"),
            _ => format!("UPDATE n SET {set} WHERE id = '{id}';\n"),
        };
        let moved = [
            update("2", "price = 99"),
            update("6", "note = 'moved'"),
            "INSERT INTO n VALUES ('4', 44, 'came', 7);\n".to_owned(),
        ];
        place.run(&moved.concat()).await;
        place.run(&place.repair()).await;
        let (code, told) = place.check(&["--report", "json=left.json"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(place.path("left.json")).unwrap()).unwrap();
        let check = &report["checks"][0];
        let left: Vec<String> = check["examples"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let columns = one["columns"].as_object().unwrap();
                let shown =
                    columns.iter().map(|(name, pair)| format!(" {name}={}", pair["new"].as_str().unwrap_or("-")));
                format!(
                    "{} {}{}",
                    one["difference"].as_str().unwrap(),
                    one["key"]["id"].as_str().unwrap(),
                    shown.collect::<String>()
                )
            })
            .collect();
        let mut left = left;
        left.sort();
        assert_eq!(left, ["changed 2 cost=99", "changed 4 cost=44 note=came", "extra 6 cost=6 note=moved"], "{engine}");
    }
}

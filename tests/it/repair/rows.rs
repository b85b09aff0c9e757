//! Rows that are missing, extra and changed, and rows that move before the repair is run.

use super::{ENGINES, Place, said};

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

const SUITE: &str = "name = \"s\"\n[sources.old]\nurl = \"${OLD_URL}\"\n[sources.new]\nurl = \"${OLD_URL}\"\n[checks.orders]\n\
kind = \"rows\"\nkey = \"id\"\nrename = { cost = \"price\" }\ncolumns.loaded = { ignore = \"when it was loaded\" }\n\
old = \"SELECT id, cost, note, loaded FROM o\"\nnew = \"SELECT n.id, price, n.note, loaded FROM n\"\n";

impl Place {
    fn suite(&self) {
        std::fs::write(self.path("suite.toml"), SUITE.replace("${OLD_URL}", &self.url)).unwrap();
    }

    fn check(&self, args: &[&str]) -> (Option<i32>, String) {
        said(&self.cutover(&[&["run", "suite.toml", "--no-color", "--no-history"], args].concat()))
    }
}

/// Catches a difference that stays, a row that agreed and is changed, and a column that is not compared and is given a value.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_makes_both_sides_equal() {
    for engine in ENGINES {
        let place = Place::new(engine, "rows").await;
        place.run(&tables(engine)).await;
        place.suite();
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        let text = std::fs::read_to_string(place.path("out.sql")).unwrap();
        assert!(
            text.starts_with("-- What would make new equal to old, written by cutover and never executed."),
            "{text}"
        );
        assert!(text.contains("-- s.orders: n 2 to delete, 2 to update, 2 to insert\n"), "{text}");
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

/// Catches a repair that overwrites a row which moved after the run read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_moved_meanwhile_is_left_alone() {
    for engine in ENGINES {
        let place = Place::new(engine, "moved").await;
        place.run(&tables(engine)).await;
        place.suite();
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

/// Catches a version of a Replacing table that stays the newest, or an older one that is shown again.
#[tokio::test(flavor = "multi_thread")]
async fn replacing_tables_of_clickhouse_are_repaired_by_newer_versions() {
    let place = Place::new("clickhouse", "replacing").await;
    for (columns, name) in [("id, cost, note", "version"), ("id, cost, note, v", "compared")] {
        place.run(
            "DROP TABLE IF EXISTS o;\nDROP TABLE IF EXISTS n;\n\
             CREATE TABLE o (id UInt64, cost Decimal(18, 2), note String, v UInt64) ENGINE = MergeTree ORDER BY id;\n\
             CREATE TABLE n (id UInt64, cost Decimal(18, 2), note String, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY id;\n\
             INSERT INTO o VALUES (1, 1.10, 'a', 5), (2, 2, 'b', 5), (3, 3, 'c', 5);\n\
             INSERT INTO n VALUES (1, 9, 'z', 5), (2, 2, 'b', 5), (4, 4, 'd', 5);\n\
             INSERT INTO n VALUES (1, 8, 'a', 6), (4, 5, 'd', 6);\n"
        ).await;
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"{0}\"\n[sources.new]\nurl = \"{0}\"\n[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\n\
             old = \"SELECT {columns} FROM o\"\nnew = \"SELECT {columns} FROM n FINAL\"\n",
            place.url
        );
        std::fs::write(place.path("suite.toml"), suite).unwrap();
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{told}");
        let text = place.repair();
        assert_eq!(text.contains("v + 1 AS v"), name == "version", "{text}");
        place.run(&text).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{name}: {told}\n{text}");
    }
}

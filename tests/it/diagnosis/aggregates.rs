//! What is said of tags, and of groups of quantiles.

use std::path::Path;

use serde_json::Value as Json;

use super::sqlite;
use crate::cli::cutover;

/// Runs one check between two SQLite files, and returns its report.
async fn check(folder: &Path, (old, new): (&str, &str), check: &str, waivers: &str) -> Json {
    for (name, sql) in [("old.db", old), ("new.db", new)] {
        let _ = std::fs::remove_file(folder.join(name));
        sqlite(folder, name, sql).await;
    }
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:old.db\"\n[sources.new]\nurl = \"sqlite:new.db\"\n[checks.one]\n{check}"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    std::fs::write(folder.join("waivers.toml"), waivers).unwrap();
    let arguments = ["run", "suite.toml", "--no-history", "--report", "json=out.json"];
    let output = cutover(folder).args(arguments).output().unwrap();
    let report = std::fs::read_to_string(folder.join("out.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str::<Json>(&report).unwrap()["checks"][0].clone()
}

fn texts(check: &Json) -> Vec<&str> {
    let findings = check["diagnosis"].as_array().map_or(&[][..], Vec::as_slice);
    findings.iter().map(|finding| finding["text"].as_str().unwrap()).collect()
}

/// Two thousand tags under a thousand keys.
fn tags(select: &str) -> String {
    format!(
        "CREATE TABLE tags (id INTEGER, tag TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000),
         all_tags(id, tag) AS (SELECT i, CASE i % 5 WHEN 0 THEN 'VIP' ELSE 'Tag' || (i % 40) END FROM n
             UNION ALL SELECT i, 'shop' || (i % 7) FROM n)
         INSERT INTO tags {select};"
    )
}

const TAGS: &str =
    "kind = \"tag_dedup\"\nkey = [\"id\"]\nold = \"SELECT id, tag FROM tags\"\nnew = \"SELECT id, tag FROM tags\"\n";

/// Catches tags of which nothing is said, tags that are taken for rows, and a tag that is no longer the same being told as one
/// that is lost and another that is added.
#[tokio::test(flavor = "multi_thread")]
async fn tags_that_are_lost_or_written_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let old = tags("SELECT * FROM all_tags");
    let lower = tags("SELECT id, lower(tag) FROM all_tags");
    let found = check(folder.path(), (&old, &lower), TAGS, "").await;
    assert_eq!(
        texts(&found),
        ["all 1,000 lost tags: an added tag is the same but for `tag`, where new is old in lower case"],
        "{found:#}"
    );
    assert_eq!((&found["undiagnosed"], &found["diagnosis"][0]["class"]), (&"0".into(), &"missing".into()));
    let without = tags("SELECT * FROM all_tags WHERE NOT (tag = 'shop3' AND id > 200)");
    let found = check(folder.path(), (&old, &without), TAGS, "").await;
    let lost = texts(&found);
    assert!(
        lost == ["all 114 lost tags have `tag` = shop3 and `id` from 206 to 997, and none of 1,886 other tags"],
        "{lost:?}"
    );
    let waived = "[[waivers]]\ncheck = \"s.one\"\nkeys = [{ tag = \"shop3\" }]\nwhy = \"known\"\nowner = \"me\"\nuntil = 2099-12-31\n";
    let both = tags("SELECT * FROM all_tags WHERE tag != 'shop3' AND tag != 'VIP'");
    let found = check(folder.path(), (&old, &both), TAGS, waived).await;
    assert!(texts(&found).iter().all(|text| text.contains("VIP") && !text.contains("shop3")), "{found:#}");
    assert_eq!((texts(&found).len(), &found["undiagnosed"]), (1, &"0".into()));
    let quiet = check(folder.path(), (&old, &both), &format!("{TAGS}diagnosis = false\n"), "").await;
    assert!(quiet.get("diagnosis").is_none_or(|findings| findings == &Json::Array(Vec::new())), "{quiet:#}");
}

/// Raw values of forty groups, those of one model changed by `value`.
fn values(value: &str, filter: &str) -> String {
    format!(
        "CREATE TABLE spans (model TEXT, hour INTEGER, ms INTEGER);
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 3999)
         INSERT INTO spans SELECT model, hour, {value} FROM
            (SELECT CASE i % 4 WHEN 0 THEN 'atlas' WHEN 1 THEN 'birch' WHEN 2 THEN 'cedar' ELSE 'dune' END AS model,
                i / 4 % 25 AS hour, 100 + i * 7919 % 10007 AS ms FROM n) WHERE {filter};"
    )
}

const QUANTILES: &str = "kind = \"percentile\"\nkey = [\"model\", \"hour\"]\nvalue = \"ms\"\nquantiles = { p50 = 0.5, p90 = 0.9 }\nrelative = 0.01\nold = \"SELECT model, hour, ms FROM spans\"\nnew = \"SELECT model, hour, ms FROM spans\"\n";

/// Catches quantiles of which nothing is said, a factor that is not exact, and groups that are lost.
#[tokio::test(flavor = "multi_thread")]
async fn quantiles_of_groups() {
    let folder = tempfile::tempdir().unwrap();
    let old = values("ms", "1");
    let seconds = values("CASE model WHEN 'cedar' THEN ms * 1000 ELSE ms END", "1");
    let found = check(folder.path(), (&old, &seconds), QUANTILES, "").await;
    let said = texts(&found);
    for name in ["p50", "p90"] {
        let wanted = format!(
            "all 25 changed `{name}`: new is old × 1000; all of these have `model` = cedar, and none of 75 other groups"
        );
        assert!(said.contains(&&*wanted), "{wanted}: {said:#?}");
    }
    assert_eq!(found["undiagnosed"], "0");
    let fewer = values("ms", "NOT (model = 'dune' AND hour < 20)");
    let found = check(folder.path(), (&old, &fewer), QUANTILES, "").await;
    let said = texts(&found);
    assert!(said[0].starts_with("all 20 missing groups have `model` = dune"), "{said:#?}");
    let waived = "[[waivers]]\ncheck = \"s.one\"\nkeys = [{ model = \"cedar\" }]\ncolumns = [\"p50\"]\nany_value = true\nwhy = \"known\"\nowner = \"me\"\nuntil = 2099-12-31\n";
    let found = check(folder.path(), (&old, &seconds), QUANTILES, waived).await;
    let columns: Vec<&Json> =
        found["diagnosis"].as_array().unwrap().iter().filter_map(|finding| finding.get("column")).collect();
    assert_eq!(columns, ["p90"], "{found:#}");
    let masked = format!("{QUANTILES}mask = [\"ms\"]\n");
    let found = check(folder.path(), (&old, &seconds), &masked, "").await;
    assert!(!found["diagnosis"].to_string().contains("1000") && !texts(&found).is_empty(), "{found:#}");
}

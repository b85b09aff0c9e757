//! `cutover history compare`: what appeared, healed and stayed.

use std::path::Path;

use serde_json::json;

use super::{done, failing, history};
use crate::cli::cutover;

/// Runs on these rows of new.
fn run(folder: &Path, rows: &[&str]) {
    std::fs::write(folder.join("new.csv"), format!("id,name,cost\n{}\n", rows.join("\n"))).unwrap();
    let (code, _, complaint) = done(cutover(folder).args(["run", "suite.toml", "--quiet"]));
    assert!(code == Some(0) || code == Some(1), "{complaint}");
}

fn compare(folder: &Path, runs: &[&str]) -> serde_json::Value {
    history(folder, &[&["compare"], runs].concat())
}

/// A suite of four rows, a check of rows and one of sums.
fn suite() -> tempfile::TempDir {
    let folder = failing();
    std::fs::write(folder.path().join("old.csv"), "id,name,cost\n1,a,0.1\n2,b,0.2\n3,c,0.3\n4,d,0.4\n").unwrap();
    let sums = "\n[checks.sums]\nkind = \"sum\"\nkey = \"name\"\nold = \"SELECT name, cost FROM old\"\nnew = \"SELECT name, cost FROM new\"\n";
    let suite = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    std::fs::write(folder.path().join("suite.toml"), suite + sums).unwrap();
    folder
}

/// Catches a difference that moved to another key and counts as one that stayed, and the runs taken the wrong way round.
#[test]
fn differences_are_told_apart_by_their_keys() {
    let folder = suite();
    let folder = folder.path();
    run(folder, &["1,a,0.1", "2,b,0.9", "3,c,0.9"]);
    run(folder, &["1,a,0.8", "2,b,0.7", "3,c,0.3", "5,e,0.5"]);
    let found = compare(folder, &["last~1", "last"]);
    let fates: Vec<_> = found["checks"].as_array().unwrap().iter().map(|check| check["differences"].clone()).collect();
    // Before: 2 and 3 changed, 4 missing. After: 1 and 2 changed, 4 missing, 5 extra.
    let fate = json!({ "appeared": "2", "healed": "1", "stayed": "2", "by": "key" });
    assert_eq!(fates, [fate.clone(), fate]);
    assert_eq!((&found["appeared"], &found["healed"], &found["stayed"]), (&"4".into(), &"2".into(), &"4".into()));
    let (code, text, _) = done(cutover(folder).args(["history", "compare", "last~1"]));
    assert_eq!(code, Some(0));
    assert!(text.contains("changed 2, extra 0 → 1, missing 1"), "{text}");

    let back = compare(folder, &["last", "last~1"]);
    assert_eq!((&back["appeared"], &back["healed"], &back["stayed"]), (&"2".into(), &"4".into(), &"4".into()));
    let id = found["before"]["id"].as_str().unwrap();
    assert_eq!(compare(folder, &[&id[..21], "last"])["after"]["id"], found["after"]["id"]);
    assert_eq!(compare(folder, &[id])["before"]["id"], id);
}

/// Catches two numbers of one key that count as one difference.
#[test]
fn numbers_are_told_apart_by_their_names_too() {
    let folder = suite();
    let folder = folder.path();
    let text = std::fs::read_to_string(folder.join("suite.toml")).unwrap();
    let query =
        |side: &str| format!("SELECT name, CAST(cost AS DOUBLE) AS p50, CAST(cost AS DOUBLE) AS p95 FROM {side}");
    let quantiles = format!(
        "\n[checks.quantiles]\nkind = \"percentile\"\nkey = \"name\"\nvalue = \"cost\"\nquantiles = {{ p50 = 0.5, p95 = 0.95 }}\n\
         relative = 0.01\nold = \"{}\"\nnew = \"{}\"\n",
        query("old"),
        query("new")
    );
    std::fs::write(folder.join("suite.toml"), text + &quantiles).unwrap();
    run(folder, &["1,a,0.1", "2,b,0.9", "3,c,0.3", "4,d,0.4"]);
    run(folder, &["1,a,0.8", "2,b,0.9", "3,c,0.3", "4,d,0.4"]);
    let found = compare(folder, &["last~1"]);
    let fate = json!({ "appeared": "2", "healed": "0", "stayed": "2", "by": "key" });
    assert_eq!(found["checks"][2]["differences"], fate, "{}", found["checks"][2]);
}

/// Catches rows that nothing tells apart and that count as the same.
#[test]
fn rows_without_a_key_are_compared_by_count() {
    let folder = suite();
    let folder = folder.path();
    let text = std::fs::read_to_string(folder.join("suite.toml")).unwrap();
    let dear = "\n[checks.dear]\nkind = \"invariant\"\nnew = \"SELECT name FROM new WHERE cost > '0.5'\"\npopulation = \"SELECT COUNT(*) FROM new\"\n";
    std::fs::write(folder.join("suite.toml"), text + dear).unwrap();
    run(folder, &["1,a,0.1", "2,b,0.9", "3,c,0.3", "4,d,0.4"]);
    run(folder, &["1,a,0.8", "2,b,0.2", "3,c,0.3", "4,d,0.4"]);
    let found = compare(folder, &["last~1"]);
    let checks: Vec<(&str, &str)> = found["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (check["id"].as_str().unwrap(), check["differences"]["by"].as_str().unwrap()))
        .collect();
    assert_eq!(checks, [("shop.items", "key"), ("shop.sums", "key"), ("shop.dear", "count")]);
}

/// Catches counts that claim to know which differences stayed, when the keys of one run are gone or incomplete.
#[test]
fn without_the_keys_only_the_counts_are_compared() {
    let folder = suite();
    let folder = folder.path();
    run(folder, &["1,a,0.1", "2,b,0.9", "3,c,0.9", "4,d,0.4"]);
    run(folder, &["1,a,0.8", "2,b,0.2", "3,c,0.3", "4,d,0.4"]);
    assert_eq!(compare(folder, &["last~1"])["checks"][0]["differences"]["healed"], "2");
    let first = history(folder, &[])["runs"][0]["id"].as_str().unwrap().to_owned();
    std::fs::remove_dir_all(folder.join("reports").join(first)).unwrap();
    let by_count = json!({ "appeared": "0", "healed": "1", "stayed": "1", "by": "count" });
    assert_eq!(compare(folder, &["last~1"])["checks"][0]["differences"], by_count);
    let (_, text, _) = done(cutover(folder).args(["history", "compare", "last~1"]));
    assert!(text.contains("at least so many appeared or healed"), "{text}");
    // A file that is cut short does not hold every key.
    let cut = ["run", "suite.toml", "--quiet", "--max-differences", "1"];
    std::fs::write(folder.join("new.csv"), "id,name,cost\n1,a,0.8\n2,b,0.9\n3,c,0.3\n4,d,0.4\n").unwrap();
    assert_eq!(done(cutover(folder).args(cut)).0, Some(1));
    assert_eq!(compare(folder, &["last~1"])["checks"][0]["differences"]["by"], "count");
    run(folder, &["1,a,0.1", "2,b,0.2", "3,c,0.3", "4,d,0.4"]);
    let healed = json!({ "appeared": "0", "healed": "2", "stayed": "0", "by": "key" });
    assert_eq!(compare(folder, &["last~1"])["checks"][0]["differences"], healed, "all healed, whichever they were");
}

/// Catches a check that only one run has and counts as passed, and a suite that was edited in between without a word.
#[test]
fn a_check_that_one_run_lacks_is_said() {
    let folder = suite();
    let folder = folder.path();
    run(folder, &["1,a,0.1", "2,b,0.9", "3,c,0.9", "4,d,0.4"]);
    let all = std::fs::read_to_string(folder.join("suite.toml")).unwrap();
    std::fs::write(folder.join("suite.toml"), all.split("[checks.sums]").next().unwrap()).unwrap();
    run(folder, &["1,a,0.1", "2,b,0.2", "3,c,0.3", "4,d,0.4"]);
    let found = compare(folder, &["last~1"]);
    assert_eq!(found["checks"][1]["id"], "shop.sums");
    assert!(found["checks"][1].get("after").is_none() && found["checks"][1].get("differences").is_none(), "{found}");
    assert_eq!(found["checks"][0]["suite_changed"], true);
    let (_, text, _) = done(cutover(folder).args(["history", "compare", "last~1"]));
    assert!(
        text.contains("fail → not in it")
            && text.contains("file or one of its queries is not the same in both runs: shop"),
        "{text}"
    );
    for (name, why) in
        [("last~2", "before the first run"), ("20990101", "no run is called"), ("2", "several runs begin")]
    {
        let (code, _, complaint) = done(cutover(folder).args(["history", "compare", name]));
        assert_eq!(code, Some(2));
        assert!(complaint.contains(why), "{complaint}");
    }
}

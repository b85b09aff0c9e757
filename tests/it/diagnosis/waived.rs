//! What somebody has accepted is left out of what is said of the differing rows, and nothing else is.

use std::path::Path;

use serde_json::Value as Json;

use super::{orders, run_suite, sqlite};
use crate::cli::cutover;

const QUERIES: &str = "old = \"SELECT * FROM orders\"\nnew = \"SELECT * FROM orders\"\n";

fn waiver(of: &str) -> String {
    format!("[[waivers]]\ncheck = \"s.rows\"\n{of}\nwhy = \"known\"\nowner = \"me\"\nuntil = 2099-12-31\n")
}

/// The findings as class, column, how many of how many, and whether they say where; and how many differences none covers.
fn told(check: &Json) -> (Vec<String>, Option<&str>) {
    let findings = check["diagnosis"].as_array().cloned().unwrap_or_default();
    let of = |finding: &Json, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let one = |finding: &Json| ["class", "column", "covers", "of"].map(|name| of(finding, name)).join(" ");
    let placed = findings.iter().filter(|finding| finding["code"] != "columns_together");
    (placed.map(one).collect(), check["undiagnosed"].as_str())
}

async fn sides(folder: &Path, make: impl Fn(&str) -> String, changes: &str) -> (String, String) {
    (sqlite(folder, "old.db", &make("")).await, sqlite(folder, "new.db", &make(changes)).await)
}

/// Catches a difference of a baseline, or one that `cutover waive` accepted key by key, that is told again.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_baseline_or_a_list_of_keys_covers_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let changes = "DELETE FROM orders WHERE region = 'eu' AND id <= 200; \
                   UPDATE orders SET cents = cents + id % 13 + 1, note = 'n' || id WHERE region = 'us' AND id <= 400";
    let (old, new) = sides(folder.path(), orders, changes).await;
    let sides = (old.as_str(), new.as_str());
    let first = run_suite(folder.path(), sides, QUERIES, "");
    assert_eq!(told(&first[0]).1, Some("0"));
    assert!(told(&first[0]).0.len() >= 2, "{:#}", first[0]);
    std::fs::create_dir(folder.path().join("first")).unwrap();
    let run = |arguments: &[&str]| cutover(folder.path()).args(arguments).output().unwrap();
    run(&["run", "suite.toml", "--no-history", "--report", "json=first/report.json"]);
    let output =
        run(&["run", "suite.toml", "--no-history", "--baseline", "first/report.json", "--report", "json=known.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let known: Json =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("known.json")).unwrap()).unwrap();
    assert_eq!(told(&known["checks"][0]), (vec![], None), "{:#}", known["checks"][0]["diagnosis"]);
    let half: Vec<String> = (1..=25).map(|number| format!("{{ id = {} }}", number * 4)).collect();
    let keys = waiver(&format!("keys = [{}]\ndifferences = [\"missing\"]", half.join(", ")));
    let found = run_suite(folder.path(), sides, QUERIES, &keys);
    let missing: Vec<String> = told(&found[0]).0.into_iter().filter(|told| told.starts_with("missing")).collect();
    assert_eq!(missing, ["missing - 25 25"], "of fifty");
}

/// Catches a value that is waived as it is compared and not as reports show it, and the reverse.
#[tokio::test(flavor = "multi_thread")]
async fn values_are_accepted_as_reports_show_them() {
    let folder = tempfile::tempdir().unwrap();
    let blanks = |changes: &str| format!("{} UPDATE orders SET note = ' a'; {changes}", orders(""));
    let (old, new) = sides(folder.path(), blanks, "UPDATE orders SET note = 'b ' WHERE id <= 200").await;
    let check = format!("{QUERIES}columns.note = {{ trim = true }}\n");
    let of = |old: &str, new: &str| {
        let waived = waiver(&format!("values = [{{ column = \"note\", old = \"{old}\", new = \"{new}\" }}]"));
        run_suite(folder.path(), (&old_new(&folder, "old"), &old_new(&folder, "new")), &check, &waived)
    };
    let (shown, trimmed) = (of(" a", "b "), of("a", "b"));
    assert_eq!((&shown[0]["status"], told(&shown[0])), (&Json::from("pass"), (vec![], None)));
    assert_eq!((&trimmed[0]["status"], told(&trimmed[0]).1), (&Json::from("fail"), Some("0")), "{old} {new}");
    assert_eq!(told(&trimmed[0]).0, ["changed note 200 200"]);
}

fn old_new(folder: &tempfile::TempDir, name: &str) -> String {
    format!("sqlite:{}", folder.path().join(format!("{name}.db")).display())
}

/// Catches a column that is waived and told, and rows of which only another column is waived that are no others.
#[tokio::test(flavor = "multi_thread")]
async fn a_waived_column_is_left_out_of_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let changes = "UPDATE orders SET note = substr(note, 1, 3) WHERE region = 'eu'; \
                   UPDATE orders SET cents = cents * 1000 WHERE region = 'eu' AND id % 40 = 8";
    let (old, new) = sides(folder.path(), orders, changes).await;
    let waived = waiver("columns = [\"note\"]\nany_value = true");
    let found = run_suite(folder.path(), (&old, &new), QUERIES, &waived);
    assert_eq!(told(&found[0]), (vec!["changed cents 50 50".to_owned()], Some("0")), "{:#}", found[0]["diagnosis"]);
    let elsewhere = &found[0]["diagnosis"][0]["share_elsewhere"];
    assert_ne!(*elsewhere, "0.0000", "of the region there are other rows, whose note alone differs");
}

/// Catches copies of rows that are told although every key that stands twice is waived.
#[tokio::test(flavor = "multi_thread")]
async fn waived_duplicates_are_no_copies() {
    let folder = tempfile::tempdir().unwrap();
    let table = |changes: &str| format!("{} {changes}", orders("").replace("id INTEGER PRIMARY KEY", "id INTEGER"));
    let (old, new) = sides(folder.path(), table, "INSERT INTO orders SELECT * FROM orders WHERE region = 'us'").await;
    let found = run_suite(folder.path(), (&old, &new), QUERIES, "");
    assert!(told(&found[0]).0.iter().any(|told| told.ends_with("500 500")), "{:#}", found[0]["diagnosis"]);
    let waived = waiver("differences = [\"duplicate\", \"extra\"]\nany_value = true");
    let found = run_suite(folder.path(), (&old, &new), QUERIES, &waived);
    assert_eq!((&found[0]["status"], told(&found[0])), (&Json::from("pass"), (vec![], None)));
}

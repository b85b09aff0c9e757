//! The last proof of a suite beside the verdicts of later runs, and packs that are put to the proof with their defects.

use std::path::Path;

use serde_json::Value;

use super::{prove, shop};
use crate::cli::cutover;
use crate::waivers::write;

const ROWS: &str =
    "[checks.items]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT * FROM items\"\nnew = \"SELECT * FROM items\"\n";

/// What a run says on the terminal, and its reports as JSON, Markdown and HTML.
fn run(folder: &Path) -> (String, Value, String, String) {
    let reports = ["json=r.json", "markdown=r.md", "html=r.html"].map(|report| ["--report", report]).concat();
    let output = cutover(folder).args(["run", "suite.toml", "--no-history"]).args(reports).output().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    // Markdown escapes colons of text.
    (shown, serde_json::from_str(&read("r.json")).unwrap(), read("r.md").replace("&#58;", ":"), read("r.html"))
}

/// Catches a verdict without its proof in one of the formats, a proof of another suite's state that looks like one of this,
/// and a run without any that claims one.
#[test]
fn the_last_proof_stands_beside_later_verdicts_and_is_stale_once_the_suite_changed() {
    let folder = shop(ROWS);
    let (shown, json, page, html) = run(folder.path());
    assert_eq!(json["suites"][0].get("proof"), None);
    assert!(![shown, page, html].iter().any(|text| text.to_lowercase().contains("last proof")));

    let proof = prove(folder.path(), &[]);
    assert_eq!(proof.code, Some(0), "{}", proof.shown);
    let (shown, json, page, html) = run(folder.path());
    let kept = &json["suites"][0]["proof"];
    assert_eq!((&kept["status"], &kept["stale"], &kept["missed"]), (&"proven".into(), &false.into(), &0.into()));
    assert_eq!(kept["mutants"], proof.json["totals"]["mutants"]);
    assert_eq!(kept["definition"], proof.json["suites"][0]["definition"]);
    let told = format!("1 check: none of {} mutants was missed", kept["mutants"]);
    for text in [&shown, &page, &html] {
        assert!(text.contains(&told) && !text.contains("stale, because"), "{text}");
    }

    // Another query under the same name proves nothing of this one.
    write(
        folder.path(),
        "suite.toml",
        &format!(
            "{}{}",
            super::HEAD,
            ROWS.replace("new = \"SELECT *", "new = \"SELECT id, day, name, cost, paid, note")
        ),
    );
    let (shown, json, page, html) = run(folder.path());
    assert_eq!(json["suites"][0]["proof"]["stale"], true);
    for text in [&shown, &page, &html] {
        assert!(text.contains(&told) && text.contains("stale, because the suite changed since"), "{text}");
    }
}

/// Catches a query in a file whose change leaves the proof as it was, and a param of the command line that makes it stale.
#[test]
fn a_query_in_a_file_makes_a_proof_stale_and_a_param_does_not() {
    let check = "[params]\nleast = 0\n[checks.items]\nkind = \"rows\"\nkey = \"id\"\n";
    let folder = shop(check);
    for side in ["old", "new"] {
        write(folder.path(), &format!("sql/items.{side}.sql"), "SELECT * FROM items WHERE id > {{ least }}");
    }
    assert_eq!(prove(folder.path(), &["--param", "least=1"]).code, Some(0));
    let (_, json, ..) = run(folder.path());
    let kept = &json["suites"][0]["proof"];
    assert_eq!((&kept["stale"], &kept["params"]["least"]), (&false.into(), &"1".into()));
    write(folder.path(), "sql/items.new.sql", "SELECT * FROM items WHERE id > {{ least }} AND id < 9");
    assert_eq!(run(folder.path()).1["suites"][0]["proof"]["stale"], true);
}

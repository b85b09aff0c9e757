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
    assert_eq!((&kept["status"], &kept["stale"], &kept["missed"]), (&"proven".into(), &false.into(), &"0".into()));
    assert_eq!(kept["mutants"], proof.json["totals"]["mutants"].to_string(), "counts of a report are text");
    assert_eq!(kept["definition"], proof.json["suites"][0]["definition"]);
    let told = format!("1 check: none of {} mutants was missed", kept["mutants"].as_str().unwrap());
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

/// Catches a proof of one check that stands for those of all, and forgets what the others miss.
#[test]
fn a_proof_of_some_checks_does_not_stand_for_the_suite() {
    let blind = "[checks.blind]\nkind = \"rows\"\nkey = \"id\"\ncolumns.cost = { absolute = 1000000 }\n\
        old = \"SELECT id, cost FROM items\"\nnew = \"SELECT id, cost FROM items\"\n";
    let folder = shop(&format!("{ROWS}{blind}"));
    let part = prove(folder.path(), &["--only", "shop.items"]);
    assert_eq!(part.code, Some(0), "{}", part.shown);
    let (shown, json, ..) = run(folder.path());
    assert_eq!(json["suites"][0]["proof"]["of_checks"], "2");
    assert!(shown.contains("1 of 2 checks: none of"), "{shown}");
    let whole = prove(folder.path(), &[]);
    assert_eq!(whole.code, Some(1), "{}", whole.shown);
    let kept = run(folder.path()).1["suites"][0]["proof"].clone();
    assert!(kept["missed"] != "0" && kept.get("of_checks").is_none(), "{kept:#}");
    for arguments in [&["--only", "shop.items"][..], &["--budget", "1ms"]] {
        let part = prove(folder.path(), arguments);
        assert!(part.shown.contains("kept as the proof of shop, because it looked at more: "), "{}", part.shown);
        assert_eq!(run(folder.path()).1["suites"][0]["proof"], kept, "{arguments:?}");
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

/// Catches a page that leaves out what was missed, shows a cell for another outcome, or lets text of the data be markup.
#[test]
fn the_page_of_a_proof_has_a_cell_for_every_check_and_mutant() {
    let blind = "[checks.count]\nkind = \"sum\"\nkey = \"day\"\ncolumns.cost = { absolute = 1000 }\n\
        old = \"SELECT CAST(day AS text) || '<b>' AS day, SUM(cost) AS cost FROM items GROUP BY 1\"\n\
        new = \"SELECT CAST(day AS text) || '<b>' AS day, SUM(cost) AS cost FROM items GROUP BY 1\"\n";
    let folder = shop(&format!("{ROWS}{blind}"));
    let proof = prove(folder.path(), &["--html", "proof.html"]);
    assert_eq!(proof.code, Some(1), "{}", proof.shown);
    let page = std::fs::read_to_string(folder.path().join("proof.html")).unwrap();
    assert!(page.contains("<h1 class=\"fail\">MISSED</h1>"), "{page}");
    assert!(page.contains("&lt;b&gt;") && !page.contains("'<b>'"), "{page}");
    let cell = |letter: &str, told: &str| {
        let found = regex::Regex::new(&format!("title=\"[^\"]*{}[^\"]*\">{letter}<", regex::escape(told))).unwrap();
        assert!(found.is_match(&page), "{letter} {told}: {page}");
    };
    cell("M", "count.cost:double: missed");
    cell("c", "items.cost:double: caught");
    cell("c", "count:lose_row: caught");
    for check in proof.json["checks"].as_array().unwrap() {
        for mutant in check["mutants"].as_array().unwrap() {
            let id = mutant["id"].as_str().unwrap();
            assert!(page.contains(&format!("{id}: ")), "{id}: {page}");
        }
    }
}

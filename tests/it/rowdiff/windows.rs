//! Checks cut into windows of time: every row in one window, a difference placed in time, a window run by itself.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::support::engine_url;

/// Rows of four days and one without a time; those whose `n` is in `changed` have another value, and row 3 lies a day
/// later where `late`.
fn rows(changed: &[u32], late: bool) -> String {
    let row = |n: u32| {
        let day = 1 + (n - 1) / 2 + u32::from(late && n == 3);
        let value = i32::from(changed.contains(&n));
        format!("({n}, TIMESTAMP '2026-01-0{day} 12:00:00', {value})")
    };
    let rows: Vec<String> =
        (1..=8).map(row).chain([format!("(9, NULL, {})", u8::from(changed.contains(&9)))]).collect();
    format!("SELECT * FROM (VALUES {}) AS t(n, ts, v)", rows.join(", "))
}

fn run(folder: &Path, check: &str, arguments: &[&str]) -> (Option<i32>, Json, String) {
    let suite = format!(
        "name = \"w\"\n[sources.old]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n[sources.new]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n\
         [params]\nfrom = 2026-01-01T00:00:00\n[checks.rows]\n{check}"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder)
        .env("CUTOVER_TEST_POSTGRES_URL", engine_url("CUTOVER_TEST_POSTGRES_URL"))
        .args(["run", "suite.toml", "--no-color", "--report", "json=out.json"])
        .args(arguments)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let report = std::fs::read_to_string(folder.join("out.json")).unwrap_or_default();
    (output.status.code(), serde_json::from_str(&report).unwrap_or_default(), shown)
}

/// `id status` of every line.
fn lines(report: &Json) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().map(|c| format!("{} {}", c["id"].as_str().unwrap(), c["status"].as_str().unwrap())).collect()
}

const WINDOW: &str =
    "window = { column = \"ts\", from = \"{{ from }}\", to = 2026-01-05T00:00:00, step = \"1 day\" }\n";

/// Catches a row that falls between two windows or into both, and a difference in no window or in the wrong one.
#[test]
fn every_row_is_in_one_window_and_a_difference_is_placed_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let check = format!(
        "kind = \"rows\"\nkey = [\"n\"]\n{WINDOW}old = \"{}\"\nnew = \"{}\"\n",
        rows(&[], false),
        rows(&[5, 9], false)
    );
    let (code, report, shown) = run(folder.path(), &check, &[]);
    assert_eq!(code, Some(1), "{shown}");
    assert_eq!(
        lines(&report),
        [
            "w.rows@2026-01-01 pass",
            "w.rows@2026-01-02 pass",
            "w.rows@2026-01-03 fail",
            "w.rows@2026-01-04 pass",
            "w.rows@null fail"
        ]
    );
    let old: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|c| c["rows"]["old"].as_str().unwrap()).collect();
    assert_eq!(old, ["2", "2", "2", "2", "1"]);
    assert_eq!(report["checks"][2]["window"]["from"], "2026-01-03T00:00:00");
    assert_eq!(report["checks"][2]["window"]["nulls"], "apart");
    assert!(shown.contains("--only 'w.rows@2026-01-03'"), "{shown}");

    let (code, report, _) = run(folder.path(), &check, &["--only", "w.rows@2026-01-03"]);
    assert_eq!((code, lines(&report)), (Some(1), vec!["w.rows@2026-01-03 fail".to_owned()]));
    let (code, report, shown) = run(folder.path(), &check, &["--only", "w.rows@2027-*"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(report["checks"][0]["error"]["message"].as_str().unwrap().contains("--only"), "{shown}");
}

/// Catches a row that moved in time read as one lost and one invented.
#[test]
fn a_row_that_moved_to_another_window_is_said_to_have_moved() {
    let folder = tempfile::tempdir().unwrap();
    let check = format!(
        "kind = \"rows\"\nkey = [\"n\"]\n{WINDOW}old = \"{}\"\nnew = \"{}\"\n",
        rows(&[], false),
        rows(&[], true)
    );
    let (_, report, _) = run(folder.path(), &check, &[]);
    let [second, third] = [&report["checks"][1], &report["checks"][2]];
    assert_eq!((&second["rows"]["missing"], &third["rows"]["extra"]), (&"1".into(), &"1".into()));
    for (check, words) in [(second, "1 that are missing here"), (third, "and 1 that are extra here")] {
        assert_eq!(check["warnings"][0]["code"], "moved_window");
        assert!(check["warnings"][0]["message"].as_str().unwrap().contains(words), "{check:#}");
    }
    let first = report["checks"][0]["warnings"].as_array().unwrap();
    assert!(first.iter().all(|warning| warning["code"] != "moved_window"), "{first:?}");
}

/// Catches a query of its own window that is given another one, and NULLs whose place is not reported.
#[test]
fn a_query_that_names_its_window_is_given_it() {
    let folder = tempfile::tempdir().unwrap();
    let bound = |changed: &[u32]| {
        format!(
            "SELECT count(*) AS n, sum(v) AS v FROM ({}) AS r WHERE ts >= {{{{ from }}}} AND ts < {{{{ to }}}}",
            rows(changed, false)
        )
    };
    let check = format!("kind = \"sum\"\n{WINDOW}old = \"{}\"\nnew = \"{}\"\n", bound(&[]), bound(&[2, 9]));
    let (code, report, shown) = run(folder.path(), &check, &[]);
    assert_eq!(code, Some(1), "{shown}");
    assert_eq!(
        lines(&report),
        ["w.rows@2026-01-01 fail", "w.rows@2026-01-02 pass", "w.rows@2026-01-03 pass", "w.rows@2026-01-04 pass"]
    );
    assert_eq!(report["checks"][0]["window"]["nulls"], "outside");
    let (_, _, dry) = run(folder.path(), &check, &["--dry-run"]);
    assert!(dry.contains("-- w.rows@2026-01-04 new") && dry.contains("'2026-01-05"), "{dry}");
}

/// Catches a window that holds nothing, or a filter around a sum, which would filter what was summed.
#[test]
fn a_window_that_cannot_be_cut_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let check = format!("kind = \"sum\"\n{WINDOW}old = \"SELECT 1 AS v\"\nnew = \"SELECT 1 AS v\"\n");
    let (code, _, shown) = run(folder.path(), &check, &[]);
    assert_eq!(code, Some(2));
    assert!(shown.contains("needs queries that use `{{ from }}` and `{{ to }}`"), "{shown}");
    let check = format!(
        "kind = \"rows\"\nkey = [\"n\"]\n{}old = \"{}\"\nnew = \"{}\"\n",
        WINDOW.replace("2026-01-05T", "2025-01-05T"),
        rows(&[], false),
        rows(&[], false)
    );
    let (code, report, _) = run(folder.path(), &check, &[]);
    assert_eq!(code, Some(2));
    assert!(report["checks"][0]["error"]["message"].as_str().unwrap().contains("holds nothing"));
}

//! The history through the built program: every run is in it, none is lost, and nothing that is there is ever harmed.

mod compare;
mod files;
mod shared;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::cli::{copy, cutover};

/// A suite of one check whose `cost` differs in one row.
fn failing() -> tempfile::TempDir {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/fail"))
}

fn done(command: &mut Command) -> (Option<i32>, String, String) {
    let output: Output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// What `cutover history --json` says.
fn history(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, complaint) = done(cutover(folder).arg("history").args(arguments).arg("--json"));
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{out}");
    assert!(!out.contains(": null"), "a field that does not apply is absent");
    serde_json::from_str(&out).unwrap()
}

/// Starts `count` runs at the same moment, each with `arguments`, and expects every one to find the difference and complain of nothing.
fn at_once(folder: &Path, count: usize, arguments: &[&str]) {
    finish((0..count).map(|_| spawn(folder, arguments)).collect());
}

fn spawn(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = cutover(folder);
    command.args(["run", "suite.toml", "--quiet"]).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finish(runs: Vec<Child>) {
    for run in runs {
        let output = run.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), complaint.as_ref()), (Some(1), ""), "a run lost its place in the history");
    }
}

/// Catches runs that are lost or recorded in part when many start on a history that is not there yet.
#[test]
fn many_runs_at_once_on_a_fresh_history_are_all_recorded() {
    let folder = failing();
    at_once(folder.path(), 16, &[]);
    let found = history(folder.path(), &["--last", "100"]);
    let runs: Vec<&str> = found["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(runs.len(), 16);
    for run in &runs {
        assert!(folder.path().join("reports").join(run).join("report.json").is_file(), "{run} is no report folder");
    }
    let points = found["checks"][0]["runs"].as_array().unwrap();
    assert_eq!(points.len(), 16);
    assert!(points.iter().all(|point| point["differences"]["changed"] == "1" && point["status"] == "fail"), "{found}");
}

/// Catches a second wave that waits for nothing and loses runs to a lock.
#[test]
fn many_runs_at_once_on_an_old_history_are_all_recorded() {
    let folder = failing();
    for _ in 0..2 {
        at_once(folder.path(), 8, &["--report", "json=-"]);
    }
    assert_eq!(history(folder.path(), &["--last", "100"])["runs"].as_array().unwrap().len(), 16);
}

/// Catches a trend that is out of order or hides when it changed, and letters without a run.
#[test]
fn a_trend_shows_what_became_of_a_check() {
    let folder = failing();
    let good = std::fs::read(folder.path().join("old.csv")).unwrap();
    let bad = std::fs::read(folder.path().join("new.csv")).unwrap();
    for (data, code) in [(&good, 0), (&bad, 1), (&bad, 1), (&b"id,name\n1,a\n".to_vec(), 2), (&good, 0)] {
        std::fs::write(folder.path().join("new.csv"), data).unwrap();
        let status = cutover(folder.path()).args(["run", "suite.toml", "--quiet"]).status().unwrap();
        assert_eq!(status.code(), Some(code));
    }
    let (code, text, complaint) = done(cutover(folder.path()).args(["history", "shop"]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(text.contains("PFFEP") && text.contains("_▇▇"), "{text}");
    let found = history(folder.path(), &[]);
    let codes: Vec<_> =
        found["runs"].as_array().unwrap().iter().map(|run| run["exit_code"].as_u64().unwrap()).collect();
    assert_eq!(codes, [0, 1, 1, 2, 0]);
    assert_eq!(found["checks"][0]["since"], found["runs"][4]["id"]);
    assert!(found["checks"][0]["runs"][3]["note"].as_str().unwrap().contains("cost"));
    assert_eq!(history(folder.path(), &["--last", "2"])["runs"].as_array().unwrap().len(), 2);
    let by_file = history(folder.path(), &["./suite.toml"]);
    assert_eq!(by_file["checks"].as_array().unwrap().len(), 1);
    for nobody in ["shop.other*", "sho"] {
        let (code, _, complaint) = done(cutover(folder.path()).args(["history", nobody]));
        assert_eq!(code, Some(2), "{nobody}");
        assert!(complaint.contains(nobody), "{complaint}");
    }
}

/// Catches runs in the history that are not to be in it, and one with `--report` that is missing.
#[test]
fn what_is_recorded_and_where() {
    let folder = failing();
    let run =
        |arguments: &[&str]| done(cutover(folder.path()).args(["run", "suite.toml", "--quiet"]).args(arguments)).0;
    assert_eq!(run(&["--no-history", "--report", "json=a.json"]), Some(1));
    assert_eq!(run(&["--dry-run"]), Some(0));
    assert_eq!(run(&["--expect-checks", "2"]), Some(2), "nothing ran");
    let diff = ["diff", "--old", "old.csv", "--new", "new.csv", "--key", "id", "--quiet"];
    assert_eq!(done(cutover(folder.path()).args(diff)).0, Some(1));
    assert_eq!(done(cutover(folder.path()).args(["demo", "--quiet"])).0, Some(1));
    let (code, _, complaint) = done(cutover(folder.path()).arg("history"));
    assert_eq!(code, Some(2), "none of these is recorded");
    assert!(complaint.contains("there is no history at reports/history.db"), "{complaint}");
    assert!(!folder.path().join("reports/history.db").exists(), "a reading makes no file");

    assert_eq!(run(&["--report", "json=a.json", "--reports", "there"]), Some(1));
    assert_eq!(history(folder.path(), &["--reports", "there"])["runs"].as_array().unwrap().len(), 1);
    assert_eq!(run(&["--history", "sqlite:kept/all.db", "--report", "json=a.json"]), Some(1));
    assert_eq!(history(folder.path(), &["--history", "kept/all.db"])["runs"].as_array().unwrap().len(), 1);
    assert!(!folder.path().join("reports/history.db").exists());
    for wrong in [&["--history", "mysql://u:s3cret@h/d"][..], &["--history", "a.db", "--no-history"]] {
        let (code, _, complaint) = done(cutover(folder.path()).args(["run", "suite.toml"]).args(wrong));
        assert_eq!(code, Some(2));
        assert!(complaint.contains("--history") && !complaint.contains("s3cret"), "{complaint}");
    }
}

/// Catches a run that Ctrl-C cut short and that the history says nothing of.
#[test]
fn a_run_that_is_cut_short_is_recorded_as_such() {
    let folder = failing();
    let (code, _, _) = done(cutover(folder.path()).args(["run", "suite.toml", "--quiet", "--deadline", "1ns"]));
    assert_eq!(code, Some(2));
    let run = &history(folder.path(), &[])["runs"][0];
    assert_eq!((&run["interrupted"], &run["exit_code"]), (&true.into(), &2.into()));
}

//! Runs that are killed and gone on with: what was compared is carried over, and the verdict is that of a whole run.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::cli::{cutover, report};
use crate::packs;
use crate::schema::apply;
use crate::signals::wait_for;

/// Six days of rows; in the second and the sixth one differs.
const ROWS: &str = "CREATE TABLE old (id int, at date, v int); CREATE TABLE new (id int, at date, v int); CREATE TABLE gate (n int); \
                    INSERT INTO old SELECT n, date '2026-01-01' + n % 6, n FROM generate_series(1, 600) AS n; \
                    INSERT INTO new SELECT id, at, CASE WHEN id IN (7, 11) THEN -1 ELSE v END FROM old; INSERT INTO gate VALUES (1);";

/// A suite of six windows, of which the fifth waits as long as the gate has a row.
fn suite(folder: &Path, label: &str, settings: &str) {
    let of = |table: &str, more: &str| {
        format!("SELECT id, at, v FROM {table} WHERE at >= {{{{ from }}}} AND at < {{{{ to }}}}{more}")
    };
    let slow = format!(
        " AND (SELECT count(*) FROM (SELECT CASE WHEN {{{{ from }}}} = date '2026-01-05' THEN pg_sleep(60) END FROM gate) AS {label}) >= 0"
    );
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{URL}}\"\n[sources.new]\nurl = \"${{URL}}\"\n[params]\nunused = 1\n[checks.days]\n\
         kind = \"rows\"\nkey = [\"id\"]\nwindow = {{ column = \"at\", from = 2026-01-01, to = 2026-01-07, step = \"1 day\" }}\n{settings}\
         old = \"{}\"\nnew = \"{}\"\n",
        of("old", ""),
        of("new", &slow),
    );
    std::fs::write(folder.join("suite.toml"), text).unwrap();
}

fn command(folder: &Path, url: &str, extra: &[&str]) -> std::process::Command {
    let mut command = cutover(folder);
    command.env("URL", url).args(["run", "suite.toml", "--jobs", "1", "--no-history", "--report", "json=out.json"]);
    command.args(extra);
    command
}

fn ran(folder: &Path, url: &str, extra: &[&str]) -> (Option<i32>, Value, String) {
    let output = command(folder, url, extra).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), report(folder).unwrap_or_else(|| panic!("{text}")), text)
}

/// The windows that were carried over, by the days of January.
fn carried(report: &Value) -> Vec<u8> {
    let is_carried = |check: &&Value| {
        check["warnings"].as_array().into_iter().flatten().any(|warning| warning["code"] == "carried_over")
    };
    let day = |check: &Value| check["id"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
    report["checks"].as_array().unwrap().iter().filter(is_carried).map(day).collect()
}

/// What a report says of its checks, apart from times and from what was carried over.
fn verdicts(report: &Value) -> Vec<Value> {
    let mut checks = report["checks"].as_array().unwrap().clone();
    for check in &mut checks {
        let check = check.as_object_mut().unwrap();
        check.remove("elapsed_ms");
        for side in ["old", "new"] {
            check[side].as_object_mut().unwrap().remove("elapsed_ms");
        }
        if let Some(Value::Array(warnings)) = check.get_mut("warnings") {
            warnings.retain(|warning| warning["code"] != "carried_over");
            if warnings.is_empty() {
                check.remove("warnings");
            }
        }
    }
    checks
}

/// Kills a run while it is in its fifth window, and opens the gate.
async fn killed(folder: &Path, url: &str, label: &str) {
    let mut child =
        command(folder, url, &["--resume", "state"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = std::time::Instant::now();
    // All but the second, in which a row differs, and the fifth, which waits.
    while std::fs::read_dir(folder.join("state")).map_or(0, Iterator::count) < 3 {
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "no window was kept");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    wait_for(label, true).await;
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), None, "it was killed");
    assert!(report(folder).is_none(), "it left no report");
    apply(url, folder, "DELETE FROM gate;").await;
}

/// Catches a verdict that depends on having been killed, a window that is lost or made up, and one that is taken from a run
/// that came to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_goes_on_to_the_same_verdict() {
    let (folder, label) = (tempfile::tempdir().unwrap(), "resumed_query");
    let folder = folder.path();
    let url = packs::postgres("resume_killed").await;
    apply(&url, folder, ROWS).await;
    suite(folder, label, "");
    killed(folder, &url, label).await;
    let kept = || std::fs::read_dir(folder.join("state")).unwrap().count();
    assert_eq!(kept(), 3, "the second window differs, and the fifth was not done");
    let (code, whole, _) = ran(folder, &url, &[]);
    assert_eq!((code, carried(&whole)), (Some(1), vec![]));
    std::fs::remove_file(folder.join("out.json")).unwrap();

    let (code, resumed, text) = ran(folder, &url, &["--resume", "state"]);
    assert_eq!((code, carried(&resumed)), (Some(1), vec![1, 3, 4]), "{text}");
    assert_eq!(verdicts(&resumed), verdicts(&whole));
    assert!(text.contains("carried over: 3 windows") && text.contains("not compared in this run"), "{text}");
    assert_eq!(kept(), 0, "the run came to its end");
    let (_, again, _) = ran(folder, &url, &["--resume", "state"]);
    assert_eq!((carried(&again), verdicts(&again)), (vec![], verdicts(&whole)));
}

/// Catches a window that is carried over although what its verdict depends on is another, and one that is compared again
/// although nothing is.
#[tokio::test(flavor = "multi_thread")]
async fn another_suite_param_waiver_or_server_begins_anew() {
    let (folder, label) = (tempfile::tempdir().unwrap(), "changed_query");
    let folder = folder.path();
    // What a policy of rows may go by, and no description of the source tells.
    let of_tenant = |url: &str, tenant: u8| format!("{url}?options=-capp.tenant%3D{tenant}");
    let (plain, other) = (packs::postgres("resume_changed").await, packs::postgres("resume_other").await);
    let (url, other) = (of_tenant(&plain, 1), of_tenant(&other, 1));
    apply(&url, folder, ROWS).await;
    apply(&other, folder, &format!("{ROWS} DELETE FROM gate;")).await;
    suite(folder, label, "");
    killed(folder, &url, label).await;
    // What would be seen by whoever compares the third day again.
    apply(&url, folder, "UPDATE new SET v = 0 WHERE id = 2;").await;
    apply(&other, folder, "UPDATE new SET v = 0 WHERE id = 2;").await;
    let state = folder.join("state");
    let saved = folder.join("saved");
    std::fs::rename(&state, &saved).unwrap();
    let third = |url: &str, extra: &[&str]| {
        let _ = std::fs::remove_dir_all(&state);
        std::fs::create_dir(&state).unwrap();
        for file in std::fs::read_dir(&saved).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), state.join(file.file_name())).unwrap();
        }
        let (_, report, _) = ran(folder, url, &[&["--resume", "state"], extra].concat());
        let check =
            report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "s.days@2026-01-03").unwrap();
        check["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(third(&url, &[]), "pass", "nothing is another");
    assert_eq!(third(&url, &["--param", "unused=2"]), "fail", "a param");
    assert_eq!(third(&other, &[]), "fail", "a database");
    assert_eq!(third(&of_tenant(&plain, 2), &[]), "fail", "a parameter that a report hides");
    assert_eq!(third(&url, &["--no-examples"]), "fail", "what may be shown");
    let waiver = "[[waiver]]\ncheck = \"s.days\"\nreason = \"known\"\nowner = \"me\"\nexpires = 2999-01-01\ndifferences = [\"changed\"]\n\
                  where = { id = 600 }\ncolumns = { v = { old = 1, new = 2 } }\n";
    std::fs::write(folder.join("waivers.toml"), waiver).unwrap();
    assert_eq!(third(&url, &[]), "fail", "a waiver");
    std::fs::remove_file(folder.join("waivers.toml")).unwrap();
    suite(folder, label, "columns.v = { null = 0 }\n");
    assert_eq!(third(&url, &[]), "fail", "a rule");
    suite(folder, label, "");
    assert_eq!(third(&url, &[]), "pass", "as it was");
}

/// Catches windows that are forgotten where a deadline or an interrupt cut the run short, and a flag that does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_leaves_what_was_done() {
    let (folder, label) = (tempfile::tempdir().unwrap(), "late_window");
    let folder = folder.path();
    let url = packs::postgres("resume_late").await;
    apply(&url, folder, ROWS).await;
    suite(folder, label, "");
    let (code, _, text) = ran(folder, &url, &["--resume", "state", "--deadline", "8s"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("kept: 3 finished windows; the same command goes on with the rest"), "{text}");
    apply(&url, folder, "DELETE FROM gate;").await;
    let (code, report, _) = ran(folder, &url, &["--resume", "state"]);
    assert_eq!((code, carried(&report)), (Some(1), vec![1, 3, 4]));
    std::fs::write(folder.join("file"), "").unwrap();
    let refused = command(folder, &url, &["--resume", "file"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume: file cannot be used"), "{refused:?}");
}

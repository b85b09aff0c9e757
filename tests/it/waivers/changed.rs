//! `cutover waive` after the suite changed, at the same time as others, and on what would be a mistake.

use std::path::Path;
use std::process::Stdio;

use super::{Ran, run, waivers_of, write};
use crate::cli::cutover;

const SOURCES: &str = r#"name = "s"
[sources.old]
url = "old"
types = { "t.id" = "integer", "t.d" = "date" }
[sources.new]
url = "new"
types = { "t.id" = "integer", "t.d" = "date" }
"#;
const WINDOW: &str = r#"window = { column = "d", from = 2026-01-01, to = 2026-01-04, step = "1 day" }"#;
const OTHER: &str = "[checks.u]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n";

/// The suite of one check with these settings, whose queries stand in files, and of another.
fn suite(folder: &Path, settings: &str) {
    write(folder, "suite.toml", &format!("{SOURCES}[checks.t]\n{settings}\n{OTHER}"));
}

fn queries(folder: &Path, sql: &str) {
    for side in ["old", "new"] {
        write(folder, &format!("sql/t.{side}.sql"), sql);
    }
}

/// New lacks one row of old's three.
fn shop(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "old/t.csv", "id,d\n1,2026-01-01\n2,2026-01-02\n3,2026-01-03\n");
    write(folder.path(), "new/t.csv", "id,d\n1,2026-01-01\n2,2026-01-02\n");
    queries(folder.path(), "SELECT id, d FROM t");
    suite(folder.path(), settings);
    folder
}

/// Keeps the report of a run of `t` as r.json, or under another name.
fn report(folder: &Path, name: &str) {
    let output = cutover(folder)
        .args(["run", "suite.toml", "--only", "s.t", "--no-history", "--report", &format!("json={name}")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

fn waive(folder: &Path, report: &str, more: &[&str]) -> Ran {
    let base = ["waive", report, "--check", "s.t", "--until", "2099-01-01", "--owner", "o", "--why", "w"];
    let output = cutover(folder).args(base).args(more).output().unwrap();
    let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    Ran { code: output.status.code().unwrap(), shown, report: serde_json::Value::Null }
}

/// Catches a waiver of what was found under another key, kind, query or window, which would cover other rows than those that
/// somebody looked at, and a way out that is none.
#[test]
fn a_check_that_is_another_since_is_not_waived_from_its_old_report() {
    let rows = "kind = \"rows\"\nkey = [\"id\"]";
    let windowed = format!("{rows}\n{WINDOW}");
    for (before, after, sql, told) in [
        (rows, "kind = \"rows\"\nkey = [\"id\", \"d\"]", None, "the key, a query or the windows of `s.t`"),
        (rows, "kind = \"rows\"\nkey = [\"d\"]", None, "the key, a query or the windows"),
        (rows, "kind = \"row_count\"\nkey = [\"id\"]", Some("SELECT id, 1 AS n FROM t"), "of kind `rows` in that run"),
        (rows, rows, Some("SELECT id, d FROM t WHERE id > 0"), "the key, a query or the windows"),
        (&windowed, rows, None, "the key, a query or the windows"),
        (rows, &windowed, None, "the key, a query or the windows"),
        (&windowed, &windowed.replace("1 day", "3 days"), None, "the key, a query or the windows"),
        (
            &windowed,
            &windowed.replace("from = 2026-01-01", "from = 2025-12-31"),
            None,
            "the key, a query or the windows",
        ),
    ] {
        let folder = shop(before);
        report(folder.path(), "r.json");
        suite(folder.path(), after);
        if let Some(sql) = sql {
            queries(folder.path(), sql);
        }
        let ran = waive(folder.path(), "r.json", &[]);
        assert_eq!(ran.code, 2, "{after}: {}", ran.shown);
        assert!(ran.shown.contains(told), "{after}: {}", ran.shown);
        assert!(ran.shown.contains("run it again with `cutover run suite.toml --only s.t`"), "{}", ran.shown);
        assert!(!folder.path().join("waivers.toml").exists(), "{after}");
        report(folder.path(), "again.json");
        let ran = waive(folder.path(), "again.json", &[]);
        assert_eq!(ran.code, 0, "{after}: {}", ran.shown);
        let judged = run(folder.path(), &["run", "suite.toml", "--only", "s.t", "--no-history"]);
        assert_eq!(judged.code, 0, "{after}: {}", judged.shown);
    }
}

/// Catches a refusal because of something that is no business of the waiver.
#[test]
fn what_has_nothing_to_do_with_the_check_may_change() {
    let rows = "kind = \"rows\"\nkey = [\"id\"]";
    let folder = shop(rows);
    report(folder.path(), "r.json");
    suite(folder.path(), &format!("why = \"money\"\ntags = [\"x\"]\n{rows}"));
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    write(folder.path(), "suite.toml", &text.replace("SELECT 1 AS n", "SELECT 2 AS n"));
    let ran = waive(folder.path(), "r.json", &[]);
    assert_eq!(ran.code, 0, "{}", ran.shown);
}

/// Catches a refusal, or another query, where the run was of other engines than those of the suite.
#[test]
fn the_query_is_that_of_the_engines_of_the_run() {
    let folder = shop("kind = \"rows\"\nkey = [\"id\"]");
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with("types"));
    write(folder.path(), "suite.toml", &kept.map(|line| format!("{line}\n")).collect::<String>());
    write(folder.path(), "sql/t.new.sqlite.sql", "SELECT CAST(id AS TEXT) AS id, d FROM t");
    let database = rusqlite::Connection::open(folder.path().join("new.db")).unwrap();
    database.execute_batch("CREATE TABLE t (id INTEGER, d TEXT); INSERT INTO t VALUES (1, '2026-01-01')").unwrap();
    drop(database);
    let arguments = ["run", "suite.toml", "--only", "s.t", "--no-history", "--source", "new=sqlite:new.db"];
    let ran = run(folder.path(), &arguments);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    let waived = waive(folder.path(), "out.json", &[]);
    assert_eq!(waived.code, 0, "{}", waived.shown);
    assert_eq!(run(folder.path(), &arguments).code, 0);
}

/// Catches a file that a command which failed has broken: every run of the suite would fail until somebody mends it.
#[test]
fn a_command_that_fails_leaves_the_file_as_it_was() {
    let folder = shop("kind = \"rows\"\nkey = [\"id\"]");
    write(folder.path(), "new/t.csv", "id,d\n1,2026-01-09\n2,2026-01-02\n3,2026-01-03\n");
    report(folder.path(), "r.json");
    // The column is a matter of no query, and what is waived of it never differs any more.
    suite(folder.path(), "kind = \"rows\"\nkey = [\"id\"]\ncolumns.d = { ignore = \"it is the day of the import\" }");
    for before in [
        None,
        Some(
            "# ours\n[[waivers]]\ncheck = \"s.u\"\nany_value = true\nwhy = \"w\"\nowner = \"o\"\nuntil = 2099-01-01\n",
        ),
    ] {
        if let Some(text) = before {
            write(folder.path(), "waivers.toml", text);
        }
        let ran = waive(folder.path(), "r.json", &[]);
        assert_eq!(ran.code, 2, "{}", ran.shown);
        assert!(ran.shown.contains("`d` is ignored, so it never differs"), "{}", ran.shown);
        assert!(ran.shown.contains("these would be mistakes of waivers.toml, which stays as it is"), "{}", ran.shown);
        assert_eq!(std::fs::read_to_string(folder.path().join("waivers.toml")).ok().as_deref(), before);
    }
}

/// Catches a waiver that is lost though its command said that it was written.
#[test]
fn waivers_that_are_written_at_the_same_time_are_all_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "old/t.csv", "id\n1\n2\n");
    write(folder.path(), "new/t.csv", "id\n1\n");
    let check = |at: usize| {
        format!(
            "[checks.t{at}]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id FROM t\"\nnew = \"SELECT id FROM t\"\n"
        )
    };
    write(folder.path(), "suite.toml", &format!("{SOURCES}{}", (0..8).map(check).collect::<String>()));
    let ran = run(folder.path(), &["run", "suite.toml", "--no-history"]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    let started = (0..8).map(|at| {
        let mut command = cutover(folder.path());
        command.args(["waive", "out.json", "--until", "2099-01-01", "--owner", "o", "--why", "w"]);
        command.args(["--check", &format!("s.t{at}")]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for child in started.collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(waivers_of(folder.path()), 8);
    let ran = run(folder.path(), &["run", "suite.toml", "--no-history"]);
    assert_eq!(ran.code, 0, "{}", ran.shown);
}

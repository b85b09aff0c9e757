//! `cutover rerun`: what a part of the keys, of the windows or of the suite cannot say, and where it looks.

use std::path::Path;

use serde_json::Value;

use crate::cli::{cutover, report};
use crate::waivers::{Ran, check, run, run_with, waiver, write};

const HEAD: &str =
    "name = \"s\"\n[sources.old]\nurl = \"sqlite:old.db\"\n[sources.new]\nurl = \"${NEW_URL:-sqlite:new.db}\"\n";
const ROWS: &str = "kind = \"rows\"\nkey = \"id\"\n";
const SQL: &str = "old = \"SELECT id, a, d FROM t\"\nnew = \"SELECT id, a, d FROM t\"\n";
const WINDOW: &str = "window = { column = \"d\", from = 2026-01-01, to = 2026-01-04, step = \"1 day\" }\n";

/// A table of these ids, each with its number, in a day of its own.
fn table(folder: &Path, name: &str, rows: &[(u32, u32)]) {
    let path = folder.join(name);
    let _ = std::fs::remove_file(&path);
    let database = rusqlite::Connection::open(path).unwrap();
    let values =
        rows.iter().map(|(id, a)| format!("INSERT INTO t VALUES ({id}, {a}, '2026-01-0{}');", (id - 1) % 3 + 1));
    database
        .execute_batch(&format!("CREATE TABLE t (id INTEGER, a INTEGER, d DATE); {}", values.collect::<String>()))
        .unwrap();
}

/// A folder with a suite of one check `s.t` that has these settings, and old's rows 1 to 5.
fn shop(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path(), "old.db", &[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]);
    write(folder.path(), "suite.toml", &format!("{HEAD}[checks.t]\n{ROWS}{settings}{SQL}"));
    folder
}

/// Keeps the report of a run as first/report.json.
fn first(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let base = ["run", "suite.toml", "--no-history", "--report", "json=first/report.json"];
    let output = cutover(folder).args(base).args(arguments).output().unwrap();
    let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(output.status.code(), Some(code), "{shown}");
    std::fs::copy(folder.join("first/report.json"), folder.join("out.json")).unwrap();
    report(folder).unwrap()
}

fn again(folder: &Path, arguments: &[&str]) -> Ran {
    run(folder, &[&["rerun", "first/report.json"], arguments].concat())
}

fn whole(folder: &Path) -> Ran {
    run(folder, &["run", "suite.toml", "--no-history", "--fail-on", "warn"])
}

/// Catches a verdict by some of the keys on what is said of the whole check: a count by design, a waiver by number, and rows
/// beyond `warn`, which are in no file of differences.
#[test]
fn what_is_said_of_the_whole_check_is_judged_by_all_its_keys() {
    let levels = "columns.a = { warn = { absolute = 1 }, fail = { absolute = 5 } }\n";
    let count = waiver("s.t", "at_most = 1\ndifferences = [\"missing\"]", "2099-01-01".parse().unwrap());
    let by_key = waiver("s.t", "keys = [{ id = 3 }]\nper_key = 1", "2099-01-01".parse().unwrap());
    for (settings, waivers, before, after, code) in [
        ("expect = { missing = 2 }\n", "", &[(1, 1), (2, 2), (3, 3), (4, 4)][..], &[(1, 1), (2, 2), (3, 3)][..], 0),
        ("expect = { missing = 1 }\n", "", &[(1, 1), (2, 2), (3, 3)], &[(1, 1), (2, 2), (4, 4)], 1),
        ("expect = { missing = 1 }\n", "", &[(1, 1), (2, 2), (3, 3)], &[(1, 1), (2, 2), (3, 3), (5, 5)], 0),
        ("", &count, &[(1, 1), (2, 2), (3, 3)], &[(1, 1), (2, 2), (4, 4)], 1),
        ("", &count, &[(1, 1), (2, 2), (3, 3)], &[(1, 1), (2, 2), (3, 3), (4, 4)], 0),
        ("", &by_key, &[(1, 1), (2, 2), (4, 4)], &[(1, 1), (2, 2), (4, 4)], 1),
        (levels, "", &[(1, 1), (2, 4), (3, 99), (4, 4), (5, 5)], &[(1, 1), (2, 4), (3, 3), (4, 4), (5, 5)], 1),
        (levels, "", &[(1, 1), (2, 4), (3, 99), (4, 4), (5, 5)], &[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], 0),
    ] {
        let folder = shop(settings);
        table(folder.path(), "new.db", before);
        first(folder.path(), &[], 1);
        table(folder.path(), "new.db", after);
        if !waivers.is_empty() {
            write(folder.path(), "waivers.toml", waivers);
        }
        let all = whole(folder.path());
        assert_eq!(all.code, code, "{settings}{waivers}{after:?}: {}", all.shown);
        let ran = again(folder.path(), &["--fail-on", "warn"]);
        assert_eq!(ran.code, code, "{settings}{waivers}{after:?}: {}", ran.shown);
        assert!(check(&ran.report, "s.t").get("examined").is_none(), "{settings}{waivers}: {}", ran.shown);
    }
}

/// Catches a corrected query that is judged by the keys that differed under the old one.
#[test]
fn a_query_in_a_file_is_a_part_of_the_suite() {
    let folder = shop("");
    write(folder.path(), "suite.toml", &format!("{HEAD}[checks.t]\n{ROWS}"));
    let queries = |sql: &str| ["old", "new"].map(|side| write(folder.path(), &format!("sql/t.{side}.sql"), sql));
    queries("SELECT id, a FROM t WHERE id <= 2");
    table(folder.path(), "new.db", &[(1, 1), (2, 9), (3, 9), (4, 4), (5, 5)]);
    first(folder.path(), &[], 1);
    queries("SELECT id, a FROM t");
    table(folder.path(), "new.db", &[(1, 1), (2, 2), (3, 9), (4, 4), (5, 5)]);
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 2, "{}", ran.shown);
    assert!(ran.shown.contains("or one of its queries, is not what it was in that run"), "{}", ran.shown);
    let ran = again(folder.path(), &["--changed-suite"]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert!(check(&ran.report, "s.t").get("examined").is_none());
    queries("SELECT id, a FROM t WHERE id <= 2");
    assert_eq!(again(folder.path(), &[]).code, 0, "as it was");
}

/// Catches a gate that turns green because nothing ran.
#[test]
fn a_report_in_which_nothing_ran_is_no_pass() {
    let folder = shop("requires = { engine = \"clickhouse\" }\n");
    table(folder.path(), "new.db", &[(1, 1)]);
    first(folder.path(), &[], 2);
    for arguments in [&[][..], &["--fail-on", "skip"], &["--expect-checks", "1"]] {
        let ran = again(folder.path(), arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.shown);
        assert!(!ran.shown.contains("passed"), "{arguments:?}: {}", ran.shown);
    }
    // Beside one that passed it is run again where a skip counts.
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    write(
        folder.path(),
        "suite.toml",
        &format!("{text}[checks.u]\n{ROWS}old = \"SELECT 1 AS id\"\nnew = \"SELECT 1 AS id\"\n"),
    );
    first(folder.path(), &[], 0);
    let ran = again(folder.path(), &[]);
    assert!(ran.code == 0 && ran.shown.contains("nothing to run again"), "{}", ran.shown);
    for (arguments, code) in [(&["--fail-on", "skip"][..], 2), (&["--expect-checks", "1"], 2)] {
        let ran = again(folder.path(), arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.shown);
    }
}

/// Catches a sum over all windows that is taken for a part of it though all of them are run.
#[test]
fn all_windows_are_all_windows_however_they_are_asked_for() {
    let folder = shop(&format!("expect = {{ missing = 1 }}\n{WINDOW}"));
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    write(folder.path(), "suite.toml", &format!("{text}[checks.u]\n{ROWS}{WINDOW}{SQL}"));
    table(folder.path(), "new.db", &[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]);
    first(folder.path(), &["--only", "s.t"], 1);
    table(folder.path(), "new.db", &[(1, 1), (2, 2), (3, 3), (5, 5)]);
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.shown);
    let names = ["s.t@2026-01-01", "s.t@2026-01-02", "s.t@2026-01-03", "s.t@null"];
    let each: Vec<&str> = names.iter().flat_map(|name| ["--only", name]).collect();
    for only in [&["--only", "s.t@*"][..], &each, &["--only", "s.t", "--only", "s.u@2026-01-02"]] {
        let ran = run(folder.path(), &[&["run", "suite.toml", "--no-history"], only].concat());
        assert_eq!(ran.code, 0, "{only:?}: {}", ran.shown);
    }
    // A part is none, in a rerun too, and one window that differs stands for no sum.
    let ran = run(folder.path(), &["run", "suite.toml", "--no-history", "--only", "s.t@2026-01-01"]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert_eq!(check(&ran.report, "s.t@2026-01-01")["window"]["windows"], "4");
    table(folder.path(), "new.db", &[(1, 1), (2, 2), (3, 3)]);
    first(folder.path(), &["--only", "s.t"], 1);
    table(folder.path(), "new.db", &[(1, 1), (2, 2), (3, 3), (4, 4)]);
    let ran = again(folder.path(), &["--only", "s.t@2026-01-02"]);
    assert!(ran.code == 1 && ran.shown.contains("of which not all were compared"), "{}", ran.shown);
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.shown);
}

/// Catches another database that passes in place of the one that failed, whoever named it: the command line or a variable.
#[test]
fn a_source_that_is_elsewhere_is_refused_unless_it_is_meant() {
    let folder = shop("");
    let rows = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)];
    table(folder.path(), "new.db", &rows);
    table(folder.path(), "staging.db", &rows[1..]);
    first(folder.path(), &["--source", "new=sqlite:staging.db"], 1);
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 2, "{}", ran.shown);
    for told in ["source `new`", "staging.db in that run", "new.db now", "--source new=URL"] {
        assert!(ran.shown.contains(told), "{told}: {}", ran.shown);
    }
    assert_eq!(again(folder.path(), &["--source", "new=sqlite:staging.db"]).code, 1);
    assert_eq!(again(folder.path(), &["--source", "new=sqlite:new.db"]).code, 0);
    let arguments = ["rerun", "first/report.json"];
    assert_eq!(run_with(folder.path(), &arguments, &[("NEW_URL", "sqlite:staging.db")]).code, 1);
    let ran = run_with(folder.path(), &arguments, &[("NEW_URL", "sqlite:other.db")]);
    assert!(ran.code == 2 && ran.shown.contains("other.db now"), "{}", ran.shown);
}

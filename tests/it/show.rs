//! Holds `cutover show` to what a run kept: every difference once, and none that was not asked for.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

fn cutover(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cutover")).current_dir(folder).args(args).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A suite of two checks over files in which rows 0 to 99 differ in `a`, of them 10 in `b` too; 5 are missing, 5 extra.
fn pair(folder: &Path) {
    let (mut old, mut new) = ("id,a,b\n".to_owned(), "id,a,b\n".to_owned());
    for id in 0..200 {
        let b = if id < 10 { "x" } else { "" };
        let _ = writeln!(old, "{id},{id},{id}");
        let _ = writeln!(new, "{id},{id}{},{id}{b}", if id < 100 { "9" } else { "" });
    }
    (300..305).for_each(|id| old += &format!("{id},1,NULL\n"));
    (400..405).for_each(|id| new += &format!("{id},1,one\n"));
    std::fs::write(folder.join("old.csv"), old).unwrap();
    std::fs::write(folder.join("new.csv"), new).unwrap();
    let check = |name: &str, columns: &str| {
        format!(
            "[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT {columns} FROM old\"\nnew = \"SELECT {columns} FROM new\"\n"
        )
    };
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \".\"\n[sources.new]\nurl = \".\"\n{}{}",
        check("both", "id, a, b"),
        check("one", "id, b")
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

fn objects(output: &Output) -> Vec<Json> {
    text(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Catches a page that repeats or passes over a difference, and a filter that lets through what it should not.
#[test]
fn pages_and_filters_show_each_difference_once() {
    let folder = tempfile::tempdir().unwrap();
    pair(folder.path());
    assert_eq!(cutover(folder.path(), &["run", "suite.toml", "--quiet"]).status.code(), Some(1));
    let show = |args: &[&str]| {
        let output = cutover(folder.path(), &[&["show", "--json"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        objects(&output)
    };
    let all = show(&[]);
    assert_eq!(all.len(), 110 + 20);
    let mut paged = Vec::new();
    for skip in (0..130).step_by(17) {
        paged.extend(show(&["--skip", &skip.to_string(), "--limit", "17"]));
    }
    assert_eq!(paged, all);
    let ids = |found: &[Json]| found.iter().map(|one| one["key"]["id"].to_string()).collect::<BTreeSet<_>>().len();
    let changed_b = show(&["--only", "s.both", "--column", "b", "--difference", "changed"]);
    assert_eq!((changed_b.len(), ids(&changed_b)), (10, 10));
    assert_eq!(show(&["--only", "*.one", "--difference", "missing", "--difference", "extra"]).len(), 10);
    assert_eq!(show(&["--where", "id=7"]).len(), 2);
    assert_eq!(show(&["--where", "id=7", "--where", "a=79"]).len(), 1, "the new value, of the check that reads it");
    assert_eq!(show(&["--where", "b=one"]).len(), 10);
    assert_eq!(show(&["--where", "b=NULL"]).len(), 10, "the text NULL");
    assert_eq!(show(&["--where", "id=8888"]), Vec::<Json>::new());
}

/// Catches a screen that says less than there is, or nothing where the run kept nothing.
#[test]
fn people_are_told_what_they_do_not_see() {
    let folder = tempfile::tempdir().unwrap();
    pair(folder.path());
    cutover(folder.path(), &["run", "suite.toml", "--quiet"]);
    let first = text(&cutover(folder.path(), &["show", "--limit", "3"]));
    assert!(first.starts_with("s.both (110 differences)\n"), "{first}");
    assert!(first.ends_with("127 more; the next ones with --skip 3\n"), "{first}");
    assert_eq!(text(&cutover(folder.path(), &["show", "--skip", "130"])), "no more than 130 differences\n");

    cutover(folder.path(), &["run", "suite.toml", "--quiet", "--max-differences", "4"]);
    let cut = text(&cutover(folder.path(), &["show", "last", "--only", "s.one"]));
    assert!(cut.contains("4 of 20 differences are kept") && cut.contains("--max-differences"), "{cut}");

    let report = folder.path().join("alone.json");
    cutover(folder.path(), &["run", "suite.toml", "--quiet", "--no-examples", "--report", "json=alone.json"]);
    let none = cutover(folder.path(), &["show", report.to_str().unwrap()]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
}

/// Catches a name that means another report than it says: the newest, a folder, a file.
#[test]
fn a_report_is_named_by_file_folder_or_age() {
    let folder = tempfile::tempdir().unwrap();
    pair(folder.path());
    let nothing = cutover(folder.path(), &["show"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("`last` for the newest in reports/"));
    cutover(folder.path(), &["run", "suite.toml", "--quiet", "--only", "s.one"]);
    let first = std::fs::read_dir(folder.path().join("reports")).unwrap().flatten();
    let first = first.map(|entry| entry.path()).find(|path| path.join("report.json").is_file()).unwrap();
    cutover(folder.path(), &["run", "suite.toml", "--quiet", "--only", "s.both"]);
    let count = |report: &Path| objects(&cutover(folder.path(), &["show", report.to_str().unwrap(), "--json"])).len();
    assert_eq!(count(Path::new("last")), 110);
    assert_eq!((count(&first), count(&first.join("report.json"))), (20, 20));
    let again = cutover(folder.path(), &["rerun", "last", "--quiet"]);
    assert_eq!(again.status.code(), Some(1), "{}", String::from_utf8_lossy(&again.stderr));
}

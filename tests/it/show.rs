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
    for misspelt in [["--column", "aa"], ["--where", "ids=7"], ["--where", "aa=NULL"]] {
        let output = cutover(folder.path(), &[&["show"] as &[&str], &misspelt].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{misspelt:?}: {said}");
        assert!(said.contains("they have `a`, `b`, `id`"), "{misspelt:?}: {said}");
    }
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

/// A suite over files: 1 differs in `cost`, 2 is missing, 3 is extra; `segment` is ignored, `token` may be masked.
fn whole(folder: &Path, mask: &str) {
    std::fs::write(folder.join("old.csv"), "id,cost,note,segment,token\n1,0.10,,a,t1\n2,5,x,b,t2\n9,1,,c,t9\n")
        .unwrap();
    std::fs::write(folder.join("new.csv"), "id,price,note,segment,token\n1,0.20,,z,t1\n3,7,y,c,t3\n9,1,,d,t9\n")
        .unwrap();
    let suite = format!(
        "name = \"s\"\n{mask}[sources.old]\nurl = \".\"\n[sources.new]\nurl = \".\"\n[checks.c]\nkind = \"rows\"\nkey = \"id\"\n\
         rename = {{ cost = \"price\" }}\ncolumns.cost = {{ type = \"decimal(10,2)\" }}\ncolumns.segment = {{ ignore = \"moved\" }}\n\
         old = \"SELECT id, cost, note, segment, token FROM old\"\nnew = \"SELECT id, price, note, segment, token FROM new\"\n"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

/// Catches a row that lacks a column, holds one of the other side, or stands where there is none; and a column that is
/// carried along without being asked for.
#[test]
fn each_difference_has_its_whole_rows() {
    let folder = tempfile::tempdir().unwrap();
    whole(folder.path(), "");
    let run = |args: &[&str]| {
        let output = cutover(folder.path(), &[&["run", "suite.toml"], args].concat());
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        text(&output)
    };
    let rows = |args: &[&str]| {
        let found = objects(&cutover(folder.path(), &[&["show", "--json"], args].concat()));
        let row = |one: &Json| {
            (one["key"]["id"].as_str().unwrap().to_owned(), one["old_row"].clone(), one["new_row"].clone())
        };
        let mut rows: Vec<_> = found.iter().map(row).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    };
    run(&[]);
    let row = |id: &str, cost: &str, note: Option<&str>, token: &str| serde_json::json!({ "id": id, "cost": cost, "note": note, "token": token });
    let expected = [
        ("1".to_owned(), row("1", "0.10", None, "t1"), row("1", "0.20", None, "t1")),
        ("2".to_owned(), row("2", "5", Some("x"), "t2"), Json::Null),
        ("3".to_owned(), Json::Null, row("3", "7", Some("y"), "t3")),
    ];
    assert_eq!(rows(&[]), expected);
    assert_eq!(rows(&["--where", "token=t3"]).len(), 1, "a column of the row that is not in the difference");
    assert_eq!(rows(&["--where", "token=t1"]).len(), 1, "one that is equal");

    let said = run(&["--with", "segment,no_such"]);
    assert!(said.contains("`--with` names `no_such`") && !said.contains("names `segment`"), "{said}");
    let [first, second, _] = &rows(&[])[..] else { panic!() };
    assert_eq!((&first.1["segment"], &first.2["segment"]), (&Json::from("a"), &Json::from("z")));
    assert_eq!((&second.1["segment"], &second.2), (&Json::from("b"), &Json::Null));

    let shown = text(&cutover(folder.path(), &["show", "--rows", "--where", "id=1"]));
    assert!(
        shown.contains("cost: 0.10 → 0.20\n      old row  id: 1, cost: 0.10, note: NULL, token: t1, segment: a\n"),
        "{shown}"
    );

    // One line of each difference has them, for whoever reads the file by itself.
    let runs = std::fs::read_dir(folder.path().join("reports")).unwrap().flatten().map(|entry| entry.path());
    let newest = runs.filter(|path| path.is_dir()).max().unwrap();
    let lines = crate::parquet::read(&newest.join("differences.parquet"));
    let with_rows = lines.iter().filter(|line| line[7].is_some() || line[8].is_some()).count();
    assert_eq!((with_rows, lines.iter().all(|line| line.len() == 9)), (3, true));
}

/// Catches a masked value that leaves through a whole row, and rows of a run that shows none.
#[test]
fn whole_rows_hide_what_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    whole(folder.path(), "mask = [\"token\", \"segment\"]\n");
    cutover(folder.path(), &["run", "suite.toml", "--with", "segment"]);
    let shown = text(&cutover(folder.path(), &["show", "--json"]));
    let found: Vec<Json> = shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 3);
    for one in &found {
        for row in [&one["old_row"], &one["new_row"]].into_iter().filter(|row| !row.is_null()) {
            for name in ["token", "segment"] {
                assert!(row[name].as_str().unwrap().starts_with("masked:"), "{row}");
            }
            assert!(row["cost"].is_string() && !row["cost"].as_str().unwrap().starts_with("masked:"), "{row}");
        }
    }
    for value in ["t1", "t2", "t3"] {
        assert!(!shown.contains(&format!("\"{value}\"")), "{shown}");
    }
    let tokens = |side: &str| found.iter().find(|one| one["key"]["id"] == "1").unwrap()[side]["token"].clone();
    assert_eq!(tokens("old_row"), tokens("new_row"), "the same value has the same hash");
}

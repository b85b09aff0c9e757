//! `cutover rerun`: what did not pass, on the same params, and of row diffs only the keys that differed.

use std::path::Path;

use serde_json::Value;

use crate::cli::{cutover, report};
use crate::support::engine_url;
use crate::waivers::{Ran, SUITE, check, pair, run, write};

const OLD: &str = "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,d,0.40\n5,e,0.50\n";
/// Rows 2 and 3 are lost, and 4 has another price.
const LOSSES: &str = "id,name,cost\n1,a,0.10\n4,d,0.41\n5,e,0.50\n";

/// Runs the suite and keeps the report as `first/report.json`.
fn first(folder: &Path, arguments: &[&str]) -> Value {
    let output = cutover(folder)
        .args(["run", "suite.toml", "--report", "json=first/report.json"])
        .args(arguments)
        .output()
        .unwrap();
    let text = std::fs::read_to_string(folder.join("first/report.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(&text).unwrap()
}

fn again(folder: &Path, arguments: &[&str]) -> Ran {
    run(folder, &[&["rerun", "first/report.json"], arguments].concat())
}

fn ids(report: &Value) -> Vec<&str> {
    report["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect()
}

/// Catches a check that is run although it passed, one that is left out although it did not, and rows of other keys.
#[test]
fn only_what_did_not_pass_is_run_and_only_the_keys_that_differed() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    assert_eq!(ids(&first(folder.path(), &[])).len(), 5);
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert_eq!(ids(&ran.report), ["shop.items", "shop.tags"]);
    assert_eq!(ran.report["rerun_of"]["report"], "first/report.json");
    let items = check(&ran.report, "shop.items");
    assert_eq!(items["examined"]["keys"], "3");
    assert_eq!((&items["old"]["rows"], &items["new"]["rows"]), (&"3".into(), &"1".into()), "{items:#}");
    assert_eq!((&items["rows"]["missing"], &items["rows"]["changed"]), (&"2".into(), &"1".into()));
    // Another row that differs now is none of those that are looked at, and the report does not pretend otherwise.
    write(folder.path(), "new/items.csv", &OLD.replace("5,e,0.50", "5,e,0.51"));
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.shown);
    let told = [
        "no difference left, looked again at 3 keys only",
        "what did not pass before passes now; nothing else was run",
    ];
    for told in told {
        assert!(ran.shown.contains(told), "{}\nwanted: {told}", ran.shown);
    }
    assert!(!ran.shown.contains("tell the same story") && !ran.shown.contains("rows equal"), "{}", ran.shown);
    let ran = again(folder.path(), &["--only", "shop.tags"]);
    assert_eq!(ids(&ran.report), ["shop.tags"]);
    let ran = again(folder.path(), &["--only", "shop.totals"]);
    assert!(ran.code == 2 && ran.shown.contains("matches none of the checks that did not pass"), "{}", ran.shown);
}

/// Catches a rerun of a rerun that looks at other keys, and one of a report in which all passed that exits otherwise.
#[test]
fn a_rerun_can_be_run_again_until_all_passes() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    first(folder.path(), &["--only", "shop.items"]);
    write(folder.path(), "new/items.csv", &OLD.replace("3,c,0.30\n", ""));
    let output = cutover(folder.path())
        .args(["rerun", "first/report.json", "--report", "json=second/report.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    write(folder.path(), "new/items.csv", OLD);
    let ran = run(folder.path(), &["rerun", "second/report.json"]);
    assert_eq!((ran.code, &check(&ran.report, "shop.items")["examined"]["keys"]), (0, &"1".into()), "{}", ran.shown);
    let output = cutover(folder.path()).args(["rerun", "out.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("every check of out.json passed; nothing to run again"));
    let made = walkdir::WalkDir::new(folder.path().join("reports")).into_iter().flatten();
    assert_eq!(
        made.filter(|entry| entry.file_name() == "report.json").count(),
        0,
        "nothing ran, so nothing is reported"
    );
}

/// Catches a pass of keys of which nothing is left to compare.
#[test]
fn keys_that_are_gone_from_both_sides_are_an_error() {
    let folder = pair();
    write(folder.path(), "new/items.csv", &OLD.replace("3,c,0.30\n", ""));
    first(folder.path(), &["--only", "shop.items"]);
    write(folder.path(), "old/items.csv", &OLD.replace("3,c,0.30\n", ""));
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 2, "{}", ran.shown);
    assert!(ran.shown.contains("none of the keys that differed before is on either side any more"), "{}", ran.shown);
}

/// Catches keys picked from a list that does not hold all of them, or by a text that is not the key's own.
#[test]
fn where_the_keys_are_not_known_the_whole_check_is_run() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    first(folder.path(), &["--max-differences", "2"]);
    let ran = again(folder.path(), &["--only", "shop.items"]);
    let items = check(&ran.report, "shop.items");
    assert!(items.get("examined").is_none(), "{items:#}");
    assert_eq!(items["rows"]["old"], "5");
    // 1.0 of old is 1.00 of new: one key, two texts.
    let folder = pair();
    let types = |scale: u8| format!("\"items.id\" = \"decimal(9,{scale})\"");
    let suite =
        SUITE.replacen("\"items.id\" = \"integer\"", &types(1), 1).replace("\"items.id\" = \"integer\"", &types(2));
    write(folder.path(), "suite.toml", &suite);
    write(folder.path(), "old/items.csv", "id,name,cost\n1.0,a,0.10\n2.0,b,0.20\n");
    write(folder.path(), "new/items.csv", "id,name,cost\n1.00,a,0.11\n2.00,b,0.20\n");
    first(folder.path(), &["--only", "shop.items"]);
    let ran = again(folder.path(), &[]);
    let items = check(&ran.report, "shop.items");
    assert_eq!((&items["rows"]["changed"], &items["rows"]["missing"]), (&"1".into(), &"0".into()), "{items:#}");
    assert!(items.get("examined").is_none() && items["warnings"][0]["code"] == "all_keys", "{items:#}");
}

/// Catches other params than those of the report: a moving end that moved on, a list cut in other places, an override lost.
#[test]
fn params_are_those_of_the_report() {
    let folder = pair();
    let params = "[params]\nto = { now = \"0s\" }\nnames = [\"a, b\", \"c\"]\nlow = 1\nsince = { type = \"date\" }\n\n[checks.items]";
    let sql = "SELECT * FROM items WHERE name NOT IN {{ names }} AND id >= {{ low }} AND {{ since }} < {{ to }}";
    let suite = SUITE.replace("[checks.items]", params).replacen("SELECT * FROM items", sql, 2);
    write(folder.path(), "suite.toml", &suite);
    write(folder.path(), "new/items.csv", LOSSES);
    let arguments = ["--only", "shop.items", "--param", "low=2", "--param", "since=2026-01-01"];
    let before = first(folder.path(), &arguments);
    let sql = |report: &Value| check(report, "shop.items")["old"]["sql"].as_str().unwrap().to_owned();
    assert!(sql(&before).contains("'a, b'") && sql(&before).contains(">= 2"), "{}", sql(&before));
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.report["suites"][0]["params"], before["suites"][0]["params"], "{}", ran.shown);
    assert_eq!(sql(&ran.report), sql(&before));
    let ran = again(folder.path(), &["--param", "low=1"]);
    assert!(ran.code == 2 && ran.shown.contains("the params are those of the report"), "{}", ran.shown);
}

/// Catches a verdict on other checks than those of the report, and a source given to no suite.
#[test]
fn a_changed_suite_is_refused_unless_it_is_meant() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    first(folder.path(), &["--only", "shop.items"]);
    let ran = again(folder.path(), &["--source", "nwe=x"]);
    assert!(ran.code == 2 && ran.shown.contains("--source nwe"), "{}", ran.shown);
    let ran = again(folder.path(), &["suite.toml"]);
    assert!(ran.code == 2 && ran.shown.contains("choose among them with --only"), "{}", ran.shown);
    write(folder.path(), "third/items.csv", OLD);
    let ran = again(folder.path(), &["--source", "new=third"]);
    assert_eq!(ran.code, 0, "{}", ran.shown);
    write(folder.path(), "suite.toml", &format!("{SUITE}\n# touched\n"));
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 2, "{}", ran.shown);
    assert!(
        ran.shown.contains("is not what it was in that run") && ran.shown.contains("--changed-suite"),
        "{}",
        ran.shown
    );
    let ran = again(folder.path(), &["--changed-suite"]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert!(check(&ran.report, "shop.items").get("examined").is_none());
    std::fs::remove_file(folder.path().join("suite.toml")).unwrap();
    let ran = again(folder.path(), &[]);
    assert!(ran.code == 2 && ran.shown.contains("go to the folder"), "{}", ran.shown);
}

/// Catches errors and skips that are not run again, and a window that drags the others along.
#[test]
fn errors_and_windows_are_run_again() {
    let folder = pair();
    let window = "[checks.items]\nwindow = { column = \"day\", from = 2026-01-01, to = 2026-01-03, step = \"1 day\" }";
    let types = "\"items.day\" = \"date\", \"items.id\"";
    let suite = SUITE.replace("[checks.items]", window).replace("\"items.id\"", types);
    write(folder.path(), "suite.toml", &suite);
    let rows = "id,name,cost,day\n1,a,0.10,2026-01-01\n2,b,0.20,2026-01-02\n3,c,0.30,2026-01-02\n4,d,0.40,\n";
    write(folder.path(), "old/items.csv", rows);
    write(folder.path(), "new/items.csv", &rows.replace("2,b,0.20", "2,b,0.21"));
    std::fs::remove_file(folder.path().join("new/sums.csv")).unwrap();
    first(folder.path(), &[]);
    write(folder.path(), "new/sums.csv", "total,fees\n100,10\n");
    let ran = again(folder.path(), &[]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert_eq!(ids(&ran.report), ["shop.items@2026-01-02", "shop.totals"]);
    let window = check(&ran.report, "shop.items@2026-01-02");
    assert_eq!((&window["examined"]["keys"], &window["old"]["rows"]), (&"1".into(), &"1".into()));
    assert_eq!(check(&ran.report, "shop.totals")["status"], "pass");
}

/// Catches a report that is damaged, or that lost its differences, read as one without any.
#[test]
fn a_report_that_cannot_be_read_exits_2() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    first(folder.path(), &[]);
    std::fs::write(folder.path().join("first/differences.parquet"), "PAR1").unwrap();
    let ran = again(folder.path(), &[]);
    assert!(ran.code == 2 && ran.shown.contains("is damaged"), "{}", ran.shown);
    std::fs::write(folder.path().join("first/report.json"), "{").unwrap();
    let ran = again(folder.path(), &[]);
    assert!(ran.code == 2 && ran.shown.contains("is no JSON"), "{}", ran.shown);
}

/// Catches a key that one engine shows otherwise than another, so that its row on one side is not looked at.
#[test]
fn every_engine_finds_the_keys_again() {
    let postgres = "SELECT nullif(n, 7) AS n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN 'k,' || n ELSE 'NULL' END AS k, \
                    DATE '2026-01-01' + n AS d, 0 AS v FROM generate_series(1, 60) AS t(n)";
    let mysql = "SELECT nullif(seq, 7) AS n, CASE seq % 3 WHEN 0 THEN NULL WHEN 1 THEN concat('k,', seq) ELSE 'NULL' END AS k, \
                 DATE_ADD(DATE '2026-01-01', INTERVAL seq DAY) AS d, 0 AS v \
                 FROM (WITH RECURSIVE s(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 60) SELECT seq FROM s) AS t";
    let clickhouse = "SELECT nullIf(toInt64(number), 7) AS n, multiIf(number % 3 = 0, NULL, number % 3 = 1, \
                      concat('k,', toString(number)), 'NULL') AS k, toDate('2026-01-01') + number AS d, 0 AS v FROM numbers(1, 60)";
    // Where the rows are healed is another database, for the queries of a suite stay as they are.
    let engines = [
        ("CUTOVER_TEST_POSTGRES_URL", postgres, "current_database()", "postgres"),
        ("CUTOVER_TEST_MYSQL_URL", mysql, "database()", "information_schema"),
        ("CUTOVER_TEST_CLICKHOUSE_URL", clickhouse, "currentDatabase()", "system"),
    ];
    for at in 0..engines.len() {
        let ((old, old_sql, ..), (new, new_sql, name, other)) = (engines[at], engines[(at + 1) % engines.len()]);
        let folder = tempfile::tempdir().unwrap();
        let suite = "name = \"s\"\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n[checks.rows]\nkind = \"rows\"\n\
                     key = [\"n\", \"k\", \"d\"]\nduplicates = \"allow\"\n";
        write(folder.path(), "suite.toml", suite);
        write(folder.path(), "sql/rows.old.sql", old_sql);
        let healed = format!("{name} = '{other}'");
        let lost = format!(
            "SELECT n, k, d, CASE WHEN {healed} THEN 0 ELSE 1 END AS v FROM ({new_sql}) AS q \
             WHERE {healed} OR n IS NULL OR n % 4 > 0"
        );
        write(folder.path(), "sql/rows.new.sql", &lost);
        let ran = |args: &[&str]| {
            let mut command = cutover(folder.path());
            let output = command.env("OLD", engine_url(old)).env("NEW", engine_url(new)).args(args).output().unwrap();
            let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            (output.status.code().unwrap(), shown, report(folder.path()).unwrap_or_default())
        };
        let (code, shown, _) = ran(&["run", "suite.toml", "--report", "json=first/report.json"]);
        assert_eq!(code, 1, "{shown}");
        let args = ["rerun", "first/report.json", "--report", "json=out.json"];
        let (code, shown, found) = ran(&args);
        assert_eq!(code, 1, "{shown}");
        let rows = &found["checks"][0]["rows"];
        assert_eq!(
            (&rows["missing"], &rows["changed"], &rows["old"]),
            (&"15".into(), &"45".into(), &"60".into()),
            "{shown}"
        );
        let url = engine_url(new);
        let (server, _) = url.rsplit_once('/').unwrap();
        let (code, shown, found) = ran(&[&args[..], &["--source", &format!("new={server}/{other}")]].concat());
        assert_eq!(code, 0, "{shown}");
        let healed = &found["checks"][0];
        assert_eq!((&healed["rows"]["equal"], &healed["examined"]["keys"]), (&"60".into(), &"60".into()), "{healed:#}");
    }
}

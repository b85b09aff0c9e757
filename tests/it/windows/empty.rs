//! Windows without rows: a pass beside windows that have some, the usual error where none has.

use super::{error, run, windows};
use crate::support::engine_url;

fn source() -> String {
    format!("url = \"{}\"", engine_url("CUTOVER_TEST_POSTGRES_URL"))
}

/// Rows of the days that are given, by day of January 2026.
fn days(days: &[u32]) -> String {
    let rows: Vec<String> =
        days.iter().map(|day| format!("({day}, TIMESTAMP '2026-01-{day:02} 05:00:00', 1)")).collect();
    format!("SELECT * FROM (VALUES {}) AS t(n, ts, v)", rows.join(", "))
}

fn check(kind: &str, old: &str, new: &str, more: &str) -> String {
    format!(
        "[checks.c]\n{kind}\nwindow = {{ column = \"ts\", from = 2026-01-01, to = 2026-01-05, step = \"1 day\" }}\n{more}\
         old = \"{old}\"\nnew = \"{new}\"\n"
    )
}

const ROWS: &str = "kind = \"rows\"\nkey = [\"n\"]";

/// Catches equal data called an error because no row lacks a time, or because a day is without rows.
#[test]
fn a_window_may_be_empty_beside_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let equal = check(ROWS, &days(&[1, 2, 4]), &days(&[1, 2, 4]), "");
    let (code, report, shown) = run(folder.path(), &source(), &equal, &[]);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(
        windows(&report, "c").iter().map(|line| (line.0, line.1)).collect::<Vec<_>>(),
        [
            ("2026-01-01", "pass"),
            ("2026-01-02", "pass"),
            ("2026-01-03", "pass"),
            ("2026-01-04", "pass"),
            ("null", "pass"),
        ]
    );
    assert!(!shown.contains("error"), "{shown}");
    // Also where one of them is run by itself: the others have rows.
    for window in ["2026-01-03", "null"] {
        let (code, _, shown) = run(folder.path(), &source(), &equal, &["--only", &format!("w.c@{window}")]);
        assert_eq!(code, Some(0), "{window}: {shown}");
    }
}

/// Catches a side that lost all of its windows, or a single one, taken for an empty one.
#[test]
fn a_window_that_one_side_lost_is_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    for (new, lost) in [(days(&[1, 4]), 1), (days(&[9]), 3)] {
        let (code, report, shown) = run(folder.path(), &source(), &check(ROWS, &days(&[1, 2, 4]), &new, ""), &[]);
        assert_eq!(code, Some(1), "{shown}");
        assert_eq!(windows(&report, "c").iter().filter(|line| line.1 == "fail").count(), lost, "{shown}");
    }
}

/// Catches a check that passes although none of its windows has a row.
#[test]
fn windows_that_are_all_empty_are_the_usual_error() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = check(ROWS, &days(&[9]), &days(&[9]), "");
    let (code, report, shown) = run(folder.path(), &source(), &nothing, &[]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(error(&report, "c").contains("both sides returned no row"), "{shown}");
    assert_eq!(windows(&report, "c").iter().filter(|line| line.1 == "error").count(), 4, "{shown}");
    let allowed = check(ROWS, &days(&[9]), &days(&[9]), "allow_empty = true\n");
    assert_eq!(run(folder.path(), &source(), &allowed, &[]).0, Some(0));
}

/// Catches kinds whose queries cut themselves: each of them knows an empty answer in its own way.
#[test]
fn queries_that_cut_themselves_may_be_empty_too() {
    let folder = tempfile::tempdir().unwrap();
    let cut = |select: &str, rows: &str| {
        format!("SELECT {select} FROM ({rows}) AS r WHERE ts >= {{{{ from }}}} AND ts < {{{{ to }}}}")
    };
    for (kind, select) in [
        ("kind = \"row_count\"", "count(*) AS n"),
        ("kind = \"sum\"", "sum(v) AS v"),
        ("kind = \"rows\"\nkey = [\"n\"]", "n, v"),
        ("kind = \"tag_dedup\"\nkey = [\"n\"]", "n, v::text AS tag"),
        ("kind = \"percentile\"\nvalue = \"v\"\nmin_rows = 1\nquantiles = { p50 = 0.5 }\nrelative = 0.1", "v"),
    ] {
        let both = |days: &str| check(kind, &cut(select, days), &cut(select, days), "");
        let (code, report, shown) = run(folder.path(), &source(), &both(&days(&[1, 4])), &[]);
        assert_eq!(code, Some(0), "{kind}: {shown}");
        assert_eq!(windows(&report, "c").len(), 4, "{kind}: {shown}");
        let (code, report, shown) = run(folder.path(), &source(), &both(&days(&[9])), &[]);
        assert_eq!(code, Some(2), "{kind}: {shown}");
        assert!(error(&report, "c").contains("allow_empty"), "{kind}: {shown}");
    }
}

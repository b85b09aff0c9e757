//! Two levels on one column: what is beyond `fail` differs, what is only beyond `warn` is counted and no pass.

use crate::model::{Difference, Severity, Status};
use crate::spec::check::{Bounds, Levels};

use super::*;

fn levels(warn: Rule, fail: Option<Rule>) -> Rule {
    let two = Levels { warn: warn.comparison, fail: fail.map(|rule| rule.comparison) };
    comparison(Comparison::Levels(Box::new(two)))
}

/// ±1 warns and ±10 fails.
fn two() -> Rule {
    levels(within("1", "0"), Some(within("10", "0")))
}

fn pairs(new: &[i128]) -> (Frame, Frame) {
    let keys: Vec<i128> = (0..).take(new.len()).collect();
    let side = |values: &[i128]| frame(vec![integers("id", &keys), integers("v", values)]);
    (side(&vec![100; new.len()]), side(new))
}

/// `(report of whole frames, report of the same rows in batches)`.
fn both_ways(check: &Check, old: &Frame, new: &Frame) -> [CheckReport; 2] {
    let options = crate::rowdiff::tests::batches::options(1 << 20, 2);
    let streamed =
        crate::rowdiff::tests::batches::streamed(check, vec![old.clone()], vec![new.clone()], &options).unwrap();
    [judge(check, old, new), streamed.report]
}

/// Catches a level that is judged by the other's bound, at either edge, by whole frames or by hashes.
#[test]
fn rows_between_the_levels_warn_and_rows_beyond_fail() {
    let check = with(rows(&["id"]), "v", two());
    for (new, status, warned, changed) in [
        (vec![100, 101, 99], Status::Pass, "0", 0),
        (vec![100, 102, 90], Status::Warn, "2", 0),
        (vec![100, 111, 102], Status::Fail, "1", 1),
    ] {
        let (old, new) = pairs(&new);
        for report in both_ways(&check, &old, &new) {
            assert_eq!(report.status(), status, "{report:#?}");
            assert_eq!(report.outcome.warned().map(|count| count.to_string()).as_deref(), Some(warned));
            assert_eq!(report.outcome.columns()[0].warned, report.outcome.warned());
            let rows = report.outcome.rows().unwrap();
            assert_eq!((rows.changed, rows.equal), (changed, 3 - changed), "a warned pair is no changed one");
        }
    }
    let (old, new) = pairs(&[100, 111, 102]);
    for report in both_ways(&check, &old, &new) {
        let shown: Vec<Difference> = report.outcome.examples().iter().map(|example| example.difference).collect();
        assert_eq!(shown, [Difference::Changed, Difference::Warned]);
        assert_eq!(report.outcome.examples()[1].key.to_string(), "id=2");
    }
}

/// Catches a column without `fail` that fails, one that passes in silence, and NULL that slips through a level.
#[test]
fn a_column_with_warn_alone_never_fails_and_never_passes_in_silence() {
    let null = |rule: Rule| {
        let check = with(rows(&["id"]), "v", rule);
        let old = frame(vec![integers("id", &[1]), integers("v", &[1])]);
        let new = frame(vec![integers("id", &[1]), ("v", Type::Integer, vec![Value::Null])]);
        both_ways(&check, &old, &new).map(|report| report.status())
    };
    assert_eq!(null(levels(within("1", "0"), None)), [Status::Warn; 2]);
    assert_eq!(null(two()), [Status::Fail; 2]);
    let check = with(rows(&["id"]), "v", levels(within("1", "0"), None));
    let (old, new) = pairs(&[100, 1_000_000]);
    for report in both_ways(&check, &old, &new) {
        assert_eq!((report.status(), report.outcome.warned()), (Status::Warn, Some(1)));
    }
    let lost = new.slice(0, 1);
    for report in both_ways(&check, &old, &lost) {
        assert_eq!(report.status(), Status::Fail, "a row that is gone is no matter of a column");
    }
}

/// Catches equal rows under one key that are paired crosswise, so that both would warn.
#[test]
fn under_a_duplicated_key_what_is_close_pairs_first() {
    let check = Check { duplicates_allowed: true, ..with(rows(&["id"]), "v", levels(within("0", "0"), None)) };
    let old = frame(vec![integers("id", &[1, 1, 1]), integers("v", &[5, 6, 7])]);
    let new = frame(vec![integers("id", &[1, 1, 1]), integers("v", &[6, 7, 5])]);
    for report in both_ways(&check, &old, &new) {
        assert_eq!((report.status(), report.outcome.warned()), (Status::Pass, Some(0)));
    }
    let moved = frame(vec![integers("id", &[1, 1, 1]), integers("v", &[6, 9, 5])]);
    for report in both_ways(&check, &old, &moved) {
        assert_eq!((report.status(), report.outcome.warned()), (Status::Warn, Some(1)));
    }
}

/// Catches numbers that are listed without their level, or counted at the wrong one.
#[test]
fn numbers_say_which_level_they_are_beyond() {
    let (old, new) = pairs(&[100, 105, 150]);
    let report = judge(&with(sum(&["id"]), "v", two()), &old, &new);
    assert_eq!(
        (report.status(), report.outcome.totals().unwrap().outside, report.outcome.warned()),
        (Status::Fail, 1, Some(1))
    );
    let told: Vec<_> =
        report.outcome.measures().iter().map(|one| (one.key.to_string(), one.within, one.level)).collect();
    assert_eq!(
        told,
        [
            ("id=2".to_owned(), false, Some(Severity::Fail)),
            ("id=1".to_owned(), true, Some(Severity::Warn)),
            ("id=0".to_owned(), true, None)
        ]
    );
    assert!(
        report.outcome.measures()[0].tolerance.contains("warn ±1, fail ±10"),
        "{}",
        report.outcome.measures()[0].tolerance
    );
    let one = |new: i128| {
        let side = |value| frame(vec![integers("v", &[value])]);
        judge(&with(sum(&[]), "v", two()), &side(100), &side(new))
    };
    for (new, status, warned) in [(101, Status::Pass, 0), (110, Status::Warn, 1), (111, Status::Fail, 0)] {
        let report = one(new);
        assert_eq!((report.status(), report.outcome.warned()), (status, Some(warned)));
    }
}

/// Catches a percentile whose `warn` bound fails, or whose lost group only warns.
#[test]
fn percentiles_have_levels_too() {
    let settings = |fail: Option<&str>| {
        let warn = Bounds { tolerance: Some(tolerance("0", "0.01")), rank: None, max_ks: None };
        check(KindSettings::Percentile(Box::new(Percentile { warn, ..percentile(fail) })), &["k"])
    };
    let side = |value: i128| frame(vec![integers("k", &[1; 40]), integers("ms", &[value; 40])]);
    for (new, status) in [(101, Status::Pass), (105, Status::Warn), (120, Status::Fail)] {
        let report = judge(&settings(Some("0.1")), &side(100), &side(new));
        assert_eq!(report.status(), status, "{report:#?}");
        assert_eq!(report.outcome.warned(), Some(if status == Status::Warn { 2 } else { 0 }));
    }
    assert_eq!(judge(&settings(None), &side(100), &side(500)).status(), Status::Warn);
    let gone = frame(vec![integers("k", &[2; 40]), integers("ms", &[100; 40])]);
    assert_eq!(judge(&settings(None), &side(100), &gone).status(), Status::Fail);
    // A distance that only warns is beyond nothing that fails.
    let warn = Bounds { max_ks: Some("0.5".parse().unwrap()), ..Bounds::default() };
    let distance = Percentile { tolerance: Some(tolerance("9999", "0")), warn, ..percentile(None) };
    let distance = check(KindSettings::Percentile(Box::new(distance)), &["k"]);
    for (new, status) in [(100, Status::Pass), (101, Status::Warn)] {
        assert_eq!(judge(&distance, &side(100), &side(new)).status(), status);
    }
}

/// Catches a float that meets a decimal without a tolerance, or not with one.
#[test]
fn a_level_is_a_tolerance_where_types_differ() {
    let check = with(rows(&["id"]), "v", two());
    let old = frame(vec![integers("id", &[1]), decimals("v", &["1.10"])]);
    let new = frame(vec![integers("id", &[1]), floats("v", &[3.0])]);
    assert_eq!(judge(&check, &old, &new).status(), Status::Warn);
}

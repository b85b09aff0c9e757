//! Rows under a key that may stand several times, whose values take a tolerance.

use crate::frame::{Type, Value};
use crate::model::Status;
use crate::spec::check::Levels;

use super::*;

fn allowing(rule: Rule) -> Check {
    Check { duplicates_allowed: true, ..with(rows(&["k"]), "v", rule) }
}

fn side(values: &[i128]) -> Frame {
    frame(vec![integers("k", &vec![1; values.len()]), integers("v", values)])
}

/// Catches time that grows with the square of the rows of one key, and recursion as deep as they are.
#[test]
fn thousands_of_rows_that_all_move_by_one_find_their_partners() {
    let rows = 6_000;
    let (old, new): (Vec<i128>, Vec<i128>) = ((1..rows).chain([0]).collect(), (0..rows).rev().collect());
    let report = judge(&allowing(within("1", "0")), &side(&old), &side(&new));
    assert_eq!(counts(&report), (6_000, 0, 0, 0, 1));
    // Each can only have the one above it: 0 and the last are left over.
    let shifted: Vec<i128> = (1..rows).map(|v| v * 2).collect();
    let above: Vec<i128> = (1..rows).map(|v| v * 2 + 1).chain([-50]).collect();
    let report = judge(&allowing(within("1", "0")), &side(&shifted), &side(&above));
    assert_eq!(counts(&report), (5_999, 0, 1, 0, 1));
}

/// Catches rows that find each other only by what is not allowed, or that lose each other to a NULL or an infinity.
#[test]
fn every_sort_of_value_finds_its_like() {
    let cells =
        |values: &[Value]| frame(vec![integers("k", &vec![1; values.len()]), ("v", Type::Float, values.to_vec())]);
    let float = Value::Float;
    let old = [Value::Null, float(1.0), float(f64::NAN), float(f64::INFINITY), float(-0.0), Value::Null];
    let new = [float(f64::INFINITY), Value::Null, float(1.5), float(0.0), float(f64::NAN), float(f64::NEG_INFINITY)];
    let report = judge(&allowing(within("0.5", "0")), &cells(&old), &cells(&new));
    assert_eq!(counts(&report), (5, 1, 1, 0, 1));
}

/// Catches a pair that warns although both rows could have had one that does not, and a pair lost for the sake of one.
#[test]
fn what_holds_without_a_warning_pairs_first() {
    let bound = |absolute| Comparison::Tolerance(tolerance(absolute, "0"));
    let two = |fail| comparison(Comparison::Levels(Box::new(Levels { warn: bound("1"), fail })));
    let judged = |check: &Check, old: &[i128], new: &[i128]| {
        let report = judge(check, &side(old), &side(new));
        (counts(&report), report.outcome.warned(), report.status())
    };
    let check = allowing(two(Some(bound("10"))));
    assert_eq!(judged(&check, &[0, 10], &[10, 0]), ((2, 0, 0, 0, 1), Some(0), Status::Pass));
    assert_eq!(judged(&check, &[0, 5], &[5, 12]), ((2, 0, 0, 0, 1), Some(2), Status::Warn), "no pair is given up");
    assert_eq!(judged(&check, &[0, 5], &[5, 9]), ((2, 0, 0, 0, 1), Some(1), Status::Warn));
    let endless = allowing(two(None));
    assert_eq!(judged(&endless, &[0, 1_000], &[5_000, 0]), ((2, 0, 0, 0, 1), Some(1), Status::Warn));
}

/// Catches several tolerances of which one is looked at, and a search that has no end.
#[test]
fn several_tolerances_hold_together_up_to_a_bound() {
    let pair = |values: &[(i128, i128)]| {
        let (v, w): (Vec<i128>, Vec<i128>) = values.iter().copied().unzip();
        frame(vec![integers("k", &vec![1; v.len()]), integers("v", &v), integers("w", &w)])
    };
    let check = with(allowing(within("1", "0")), "w", within("1", "0"));
    // The first of old fits both, and the second only the first: by `v` alone all would fit.
    let report = judge(&check, &pair(&[(0, 0), (0, 9)]), &pair(&[(1, 10), (1, 1)]));
    assert_eq!(counts(&report), (2, 0, 0, 0, 1));
    let report = judge(&check, &pair(&[(0, 0), (0, 9)]), &pair(&[(1, 10), (1, 11)]));
    assert_eq!(counts(&report), (1, 1, 1, 0, 1));
    // Rows that are far apart in the first column cost nothing.
    let apart: Vec<(i128, i128)> = (0..3_000).map(|row| (row * 10, row)).collect();
    assert_eq!(counts(&judge(&check, &pair(&apart), &pair(&apart))), (3_000, 0, 0, 0, 1));
    // The same rows on both sides are looked for nowhere else.
    let alike = |v: i128| (0..2_001).map(|row| (v, row)).collect::<Vec<(i128, i128)>>();
    assert_eq!(counts(&judge(&check, &pair(&alike(0)), &pair(&alike(0)))), (2_001, 0, 0, 0, 1));
    let report = judge(&check, &pair(&alike(0)), &pair(&alike(1)));
    let message = report.error.unwrap().message();
    assert!(message.contains("2001 rows of old") && message.contains("k=1") && message.contains("`key`"), "{message}");
}

/// Catches maps that take a tolerance and are only looked at as wholes.
#[test]
fn maps_within_their_tolerance_pair_too() {
    let map = |v: f64| Value::Map(vec![(text("a"), Value::Float(v))]);
    let of = Type::Map(Box::new(Type::Text), Box::new(Type::Float));
    let maps = |values: &[f64]| {
        frame(vec![integers("k", &vec![1; values.len()]), ("v", of.clone(), values.iter().map(|v| map(*v)).collect())])
    };
    let rule = comparison(Comparison::Map { absent: Some(Value::Integer(0)), tolerance: Some(tolerance("1", "0")) });
    let report = judge(&allowing(rule), &maps(&[1.0, 2.0, 9.0]), &maps(&[3.0, 1.5, 0.5]));
    assert_eq!(counts(&report), (2, 1, 1, 0, 1));
}

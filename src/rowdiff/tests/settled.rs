//! What a diff in batches makes of columns that change while they are read, and of values without a meaning.

use std::collections::BTreeMap;

use crate::compare::Limits;
use crate::frame::{Type, Value};
use crate::model::Status;
use crate::spec::check::{Comparison, Rule};

use super::batches::{options, streamed, text, whole};
use crate::compare::verdicts::{Cells, comparison, frame, integers, rows, texts, with, within};

fn nulls(name: &'static str, count: usize) -> Cells {
    (name, Type::Null, vec![Value::Null; count])
}

/// Catches a column that is hashed as untyped because its first rows are NULL: its rule would be another.
#[test]
fn a_column_that_begins_with_nulls_gets_its_type_later() {
    let stand_in = Rule { null: crate::model::Sides { old: Some(Value::Integer(0)), new: None }, ..Rule::default() };
    let check = with(rows(&["id"]), "v", stand_in);
    let old = || {
        vec![
            frame(vec![integers("id", &[1, 2]), nulls("v", 2)]),
            frame(vec![integers("id", &[3, 4]), ("v", Type::Float, vec![Value::Float(1.5), Value::Null])]),
        ]
    };
    let new = |third: f64| {
        let values = [0.0, 0.0, third, 0.0].map(Value::Float).to_vec();
        vec![frame(vec![integers("id", &[1, 2, 3, 4]), ("v", Type::Float, values)])]
    };
    let options = options(1 << 20, 2);
    assert_eq!(streamed(&check, old(), new(1.5), &options).unwrap().report.status(), Status::Pass);
    let report = streamed(&check, old(), new(2.5), &options).unwrap().report;
    assert_eq!((report.status(), report.outcome.rows().unwrap().changed), (Status::Fail, 1));
}

/// Catches a column whose type changes without anybody noticing.
#[test]
fn a_column_that_changes_its_type_is_an_error() {
    let old = vec![frame(vec![integers("id", &[1])]), frame(vec![texts("id", &["2"])])];
    let new = vec![frame(vec![integers("id", &[1, 2])])];
    let message = streamed(&rows(&["id"]), old, new, &options(1 << 20, 2)).unwrap().report.error.unwrap().message();
    assert!(message.contains("`id` of old") && message.contains("integer") && message.contains("cast"), "{message}");
}

/// Catches a column that goes missing halfway.
#[test]
fn columns_that_change_are_an_error() {
    let old = vec![frame(vec![integers("id", &[1]), integers("v", &[1])]), frame(vec![integers("id", &[2])])];
    let new = vec![frame(vec![integers("id", &[1, 2]), integers("v", &[1, 1])])];
    let report = streamed(&rows(&["id"]), old, new, &options(1 << 20, 2)).unwrap().report;
    assert_eq!(report.status(), Status::Error);
    assert!(report.error.unwrap().message().contains("old"));
}

/// Catches separators in keys that make two keys one.
#[test]
fn compound_keys_do_not_run_together() {
    let keys = [("a", "b|c"), ("a|b", "c"), ("a,b", "c"), ("a", "b,c"), ("", "abc"), ("abc", "")];
    let side = |keys: &[(&'static str, &'static str)]| {
        let (a, b): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
        vec![frame(vec![texts("a", &a), texts("b", &b)])]
    };
    let report = streamed(&rows(&["a", "b"]), side(&keys[..3]), side(&keys[3..]), &options(1 << 20, 2)).unwrap().report;
    let counts = report.outcome.rows().unwrap();
    assert_eq!((counts.equal, counts.missing, counts.extra, counts.duplicate.count()), (0, 3, 3, 0));
}

/// Catches values that are called equal because their bytes are, though the rule gives them no meaning.
#[test]
fn json_with_a_key_twice_is_an_error_even_where_both_sides_have_it() {
    let check = with(rows(&["id"]), "v", comparison(Comparison::Json));
    let side = || vec![frame(vec![integers("id", &[1, 2]), texts("v", &["{}", "{\"a\":1,\"a\":1}"])])];
    let report = streamed(&check, side(), side(), &options(1 << 20, 2)).unwrap().report;
    assert_eq!(report.status(), Status::Error);
    let message = report.error.unwrap().message();
    assert!(message.contains("`v`") && message.contains("id=2"), "{message}");
    let keyed = with(rows(&["v"]), "v", comparison(Comparison::Json));
    let report = streamed(&keyed, side(), side(), &options(1 << 20, 2)).unwrap().report;
    assert_eq!(report.status(), Status::Error);
}

/// Catches a drift that is lost, or taken for a difference, because rows within it are hashed apart.
#[test]
fn a_drift_within_the_tolerance_is_equal_and_its_size_is_shown() {
    let check = with(rows(&["id"]), "v", within("1", "0"));
    let old = frame(vec![integers("id", &[1, 2, 3]), integers("v", &[10, 20, 30])]);
    let new = frame(vec![integers("id", &[1, 2, 3]), integers("v", &[10, 21, 30])]);
    let report = streamed(&check, vec![old], vec![new], &options(1 << 20, 2)).unwrap().report;
    assert_eq!((report.status(), report.outcome.rows().unwrap().equal), (Status::Pass, 3));
    assert_eq!(report.outcome.columns()[0].max_delta.as_deref(), Some("1"));
}

/// Catches a pass on nothing, and an error where nothing is allowed.
#[test]
fn no_rows_are_an_error_unless_allowed() {
    let none = || vec![frame(vec![integers("id", &[])])];
    let mut check = rows(&["id"]);
    assert_eq!(streamed(&check, none(), none(), &options(1 << 20, 2)).unwrap().report.status(), Status::Error);
    check.allow_empty = true;
    assert_eq!(streamed(&check, none(), none(), &options(1 << 20, 2)).unwrap().report.status(), Status::Pass);
    assert_eq!(streamed(&check, vec![], none(), &options(1 << 20, 2)).unwrap().report.status(), Status::Error);
}

/// Catches problems of columns that only whole frames report: a column on one side, an unknown rule, expectations.
#[test]
fn what_is_wrong_with_the_columns_is_said_as_for_whole_frames() {
    let mut check = with(rows(&["id"]), "nowhere", within("1", "0"));
    check.expect = BTreeMap::from([("changed".to_owned(), 1)]);
    let old = || frame(vec![integers("id", &[1]), integers("v", &[1]), texts("only_old", &["x"])]);
    let new = || frame(vec![integers("id", &[1]), integers("v", &[2]), texts("only_new", &["x"])]);
    let found = streamed(&check, vec![old()], vec![new()], &options(1 << 20, 2)).unwrap().report;
    assert_eq!(text(&found), text(&whole(&check, &old(), &new(), &Limits::default())));
    assert!(found.error.is_some() && found.outcome.rows().is_some());
}

//! NULL against NULL and against what stands for it, under every rule, whole and in batches.

use crate::frame::{Type, Value};
use crate::model::Status;
use crate::rowdiff::tests::batches::{options, streamed};
use crate::spec::check::{Budget, ForcedType, Levels};

use super::*;

/// A rule on the column `v`, its type, what stands for NULL, that as a value of the column, and another value.
fn rules() -> Vec<(Rule, Type, Value, Value, Value)> {
    let levels = |fail| {
        let bound = |absolute| Comparison::Tolerance(tolerance(absolute, "0"));
        comparison(Comparison::Levels(Box::new(Levels { warn: bound("0"), fail: Some(bound(fail)) })))
    };
    let forced = |of| Rule { types: Sides { old: Some(of), new: Some(of) }, ..Rule::default() };
    let (integer, zero) = (Value::Integer(7), Value::Integer(0));
    let empty = || Value::Array(vec![]);
    let array = Value::Array(vec![Value::Integer(1)]);
    let of_arrays = || Type::Array(Box::new(Type::Integer));
    let of_maps = || Type::Map(Box::new(Type::Text), Box::new(Type::Integer));
    let map = Value::Map(vec![(text("a"), Value::Integer(1))]);
    vec![
        (Rule::default(), Type::Integer, zero.clone(), zero.clone(), integer.clone()),
        (Rule::default(), Type::Float, zero.clone(), Value::Float(0.0), Value::Float(7.0)),
        (Rule::default(), Type::Bool, zero.clone(), Value::Bool(false), Value::Bool(true)),
        (Rule::default(), Type::Text, text(""), text(""), text("x")),
        (Rule::default(), Type::Date, text("1970-01-02"), Value::Date(1), Value::Date(7)),
        (Rule::default(), Type::Time, text("00:00:01"), Value::Time(1_000_000_000), Value::Time(7)),
        (
            Rule::default(),
            Type::Instant,
            text("1970-01-01T00:00:01Z"),
            Value::Instant(1_000_000_000),
            Value::Instant(7),
        ),
        (
            Rule::default(),
            Type::Uuid,
            text("0A000000-0000-0000-0000-000000000000"),
            Value::Uuid("0a000000-0000-0000-0000-000000000000".into()),
            Value::Uuid("0b000000-0000-0000-0000-000000000000".into()),
        ),
        (Rule::default(), Type::Json, text("{}"), Value::Json(" { } ".into()), Value::Json("[]".into())),
        (Rule::default(), of_arrays(), empty(), empty(), array.clone()),
        (comparison(Comparison::Set), Type::Json, empty(), Value::Json(" [ ] ".into()), Value::Json("[1]".into())),
        (comparison(Comparison::Set), of_arrays(), empty(), empty(), array),
        (comparison(Comparison::Map { absent: None, tolerance: None }), of_maps(), empty(), Value::Map(vec![]), map),
        (within("1", "0"), Type::Integer, zero.clone(), zero.clone(), integer.clone()),
        (comparison(Comparison::Ulps(1)), Type::Float, zero.clone(), Value::Float(0.0), Value::Float(7.0)),
        (levels("1"), Type::Integer, zero.clone(), zero, integer),
        (comparison(Comparison::Json), Type::Text, text("[]"), text("[ ]"), text("{}")),
        (
            forced(ForcedType::Decimal { precision: 9, scale: 2 }),
            Type::Text,
            Value::Decimal { unscaled: 15, scale: 1 },
            text("1.50"),
            text("7"),
        ),
        (forced(ForcedType::Json), Type::Text, empty(), text(" []"), text("{}")),
        (
            forced(ForcedType::Timestamp),
            Type::Text,
            text("2026-01-01T00:00:00Z"),
            text("2026-01-01T00:00:00Z"),
            text("2026-01-01T00:00:07Z"),
        ),
    ]
}

fn side(of: &Type, value: &Value) -> Frame {
    frame(vec![integers("id", &[1]), ("v", of.clone(), vec![value.clone()])])
}

/// The status of `check`, the same of whole frames and in batches.
fn status(check: &Check, old: &Frame, new: &Frame) -> Status {
    let whole = judge(check, old, new);
    let streamed = streamed(check, vec![old.clone()], vec![new.clone()], &options(1 << 20, 2)).unwrap();
    assert_eq!(streamed.report.status(), whole.status(), "{:?} {:?}", whole.error, streamed.report.error);
    whole.status()
}

/// Catches a NULL that no longer equals NULL because of a rule, a rule that goes both ways, and a stand-in of another type.
#[test]
fn null_equals_null_always_and_a_value_by_rule_only() {
    for (rule, of, literal, stands, other) in rules() {
        for nothing in [of.clone(), Type::Null] {
            let on = |old: bool, new: bool| {
                let null = Sides { old: old.then(|| literal.clone()), new: new.then(|| literal.clone()) };
                with(rows(&["id"]), "v", Rule { null, ..rule.clone() })
            };
            let (null, value, other) = (side(&nothing, &Value::Null), side(&of, &stands), side(&of, &other));
            for (old, new) in [(false, false), (true, false), (false, true), (true, true)] {
                let check = on(old, new);
                let name = format!("{of} {rule:?} null in old {old}, in new {new}");
                let expected = |holds| if holds { Status::Pass } else { Status::Fail };
                assert_eq!(status(&check, &null, &null), Status::Pass, "NULL and NULL: {name}");
                assert_eq!(status(&check, &null, &value), expected(old), "NULL and the value: {name}");
                assert_eq!(status(&check, &value, &null), expected(new), "the value and NULL: {name}");
                assert_eq!(status(&check, &null, &other), Status::Fail, "NULL and another: {name}");
                assert_eq!(status(&check, &other, &null), Status::Fail, "another and NULL: {name}");
                assert_eq!(status(&check, &value, &value), Status::Pass, "{name}");
            }
        }
    }
}

/// Catches two values for NULL that make a NULL differ from a NULL.
#[test]
fn two_values_for_null_leave_null_equal_to_null() {
    let null = Sides { old: Some(Value::Integer(1)), new: Some(Value::Integer(2)) };
    let check = with(rows(&["id"]), "v", Rule { null, ..Rule::default() });
    let (nothing, one, two) = (
        side(&Type::Integer, &Value::Null),
        side(&Type::Integer, &Value::Integer(1)),
        side(&Type::Integer, &Value::Integer(2)),
    );
    assert_eq!(status(&check, &nothing, &nothing), Status::Pass);
    assert_eq!(status(&check, &nothing, &one), Status::Pass);
    assert_eq!(status(&check, &two, &nothing), Status::Pass);
    assert_eq!(status(&check, &nothing, &two), Status::Fail);
    assert_eq!(status(&check, &one, &nothing), Status::Fail);
}

/// Catches rows of one key that are told apart by their bytes although a NULL equals what it stands for.
#[test]
fn under_a_duplicated_key_nulls_pair_as_they_do_elsewhere() {
    let null = Sides { old: Some(Value::Integer(0)), new: None };
    let mut check = with(rows(&["id"]), "v", Rule { null, ..Rule::default() });
    check.duplicates_allowed = true;
    let values = |values: &[Option<i128>]| {
        let cells = values.iter().map(|value| value.map_or(Value::Null, Value::Integer)).collect();
        frame(vec![integers("id", &vec![1; values.len()]), ("v", Type::Integer, cells)])
    };
    let pairs = |old: &[Option<i128>], new: &[Option<i128>]| counts(&judge(&check, &values(old), &values(new)));
    assert_eq!(pairs(&[None, None, Some(5)], &[Some(5), None, Some(0)]), (3, 0, 0, 0, 1));
    assert_eq!(pairs(&[None, Some(0)], &[None, None]), (1, 1, 1, 0, 1));
    assert_eq!(pairs(&[None, None], &[Some(1), None]), (1, 1, 1, 0, 1));
}

/// Catches a NULL key that pairs with a value on one side and with nothing on the other.
#[test]
fn a_null_of_a_key_pairs_with_what_it_stands_for_or_is_refused() {
    let side = |key: Value| frame(vec![("k", Type::Integer, vec![key]), integers("v", &[1])]);
    let (null, zero) = (side(Value::Null), side(Value::Integer(0)));
    let on = |old: Option<i128>, new: Option<i128>| {
        let null = Sides { old: old.map(Value::Integer), new: new.map(Value::Integer) };
        with(rows(&["k"]), "k", Rule { null, ..Rule::default() })
    };
    assert_eq!(judge(&on(None, None), &null, &null).status(), Status::Pass);
    assert_eq!(judge(&on(Some(0), None), &null, &zero).status(), Status::Pass);
    assert_eq!(judge(&on(None, Some(0)), &zero, &null).status(), Status::Pass);
    assert_eq!(judge(&on(Some(0), Some(0)), &null, &null).status(), Status::Pass);
    for (check, old, new, side) in [
        (on(Some(0), None), &zero, &null, "new holds NULL"),
        (on(Some(0), None), &null, &null, "new holds NULL"),
        (on(None, Some(0)), &null, &zero, "old holds NULL"),
        (on(Some(0), Some(1)), &null, &zero, "one value for both"),
    ] {
        let report = judge(&check, old, new);
        let message = report.error.unwrap().message();
        assert!(message.contains("`k`") && message.contains(side), "{message}");
        let streamed = streamed(&check, vec![old.clone()], vec![new.clone()], &options(1 << 20, 2)).unwrap();
        assert_eq!(streamed.report.status(), Status::Error);
    }
}

/// Catches a stand-in that no value of the other side can equal, so that the rule has no effect.
#[test]
fn a_stand_in_of_another_type_is_refused() {
    let forced = |of| Rule { types: Sides { old: Some(of), new: Some(of) }, ..Rule::default() };
    let refused = [
        (Rule::default(), Type::Integer, text("x")),
        (Rule::default(), Type::Text, Value::Integer(0)),
        (Rule::default(), Type::Text, Value::Array(vec![])),
        (Rule::default(), Type::Integer, Value::Array(vec![])),
        (Rule::default(), Type::Instant, text("2026-01-01T00:00:00")),
        (Rule::default(), Type::WallClock, text("2026-01-01T00:00:00Z")),
        (Rule::default(), Type::Date, text("today")),
        (Rule::default(), Type::Time, text("25:00:00")),
        (Rule::default(), Type::Uuid, text("x")),
        (Rule::default(), Type::Json, text("{")),
        (Rule::default(), Type::Bytes, text("x")),
        (Rule::default(), Type::Bool, Value::Integer(2)),
        (comparison(Comparison::Json), Type::Text, text("{")),
        (forced(ForcedType::Uuid), Type::Text, text("x")),
        (forced(ForcedType::Decimal { precision: 3, scale: 1 }), Type::Text, Value::Integer(1_000)),
        (within("1", "0"), Type::Integer, text("0")),
    ];
    for (rule, of, literal) in refused {
        for (old, new) in [(Some(literal.clone()), None), (None, Some(literal.clone()))] {
            let on_old = old.is_some();
            let check = with(rows(&["id"]), "v", Rule { null: Sides { old, new }, ..rule.clone() });
            // Where one side knows no type, the other has to.
            for nothing in [of.clone(), Type::Null] {
                let sides = (side(&nothing, &Value::Null), side(&of, &Value::Null));
                let (old, new) = if on_old { sides } else { (sides.1, sides.0) };
                let report = judge(&check, &old, &new);
                let message = report.error.map(|error| error.message()).unwrap_or_default();
                let shown = match &literal {
                    Value::Text(text) => format!("{text:?}"),
                    Value::Array(_) => "[]".to_owned(),
                    Value::Integer(number) => number.to_string(),
                    other => panic!("{other:?}"),
                };
                assert!(message.contains(&format!("`null` gives {shown}")), "{of} {literal:?} {rule:?}: {message}");
            }
        }
    }
}

/// Catches a bound by which NULL differs from NULL, or that a NULL on one side is within, whatever stands for it.
#[test]
fn null_equals_null_under_every_bound_and_is_within_none() {
    let bound = |of: &str| Some(decimal(of));
    let none = Budget::default();
    let budgets = [
        (Budget { at_most: bound("3"), ..none.clone() }, 3, 4),
        (Budget { at_least: bound("3"), ..none.clone() }, 3, 2),
        (Budget { min_ratio: bound("0.5"), ..none.clone() }, 3, 2),
        (Budget { max_ratio: bound("0.5"), ..none }, 3, 4),
    ];
    for (budget, within, beyond) in budgets {
        let one = Comparison::Budget(budget);
        let two = Comparison::Levels(Box::new(Levels { warn: one.clone(), fail: Some(one.clone()) }));
        for rule in [one, two] {
            let value = |value| side(&Type::Integer, &Value::Integer(value));
            let on = |old: Option<i128>, new: Option<i128>| {
                let null = Sides { old: old.map(Value::Integer), new: new.map(Value::Integer) };
                with(rows(&["id"]), "v", Rule { null, ..comparison(rule.clone()) })
            };
            for nothing in [Type::Integer, Type::Null] {
                let null = side(&nothing, &Value::Null);
                for (old, new) in [(None, None), (Some(6), None), (None, Some(beyond)), (Some(6), Some(beyond))] {
                    assert_eq!(status(&on(old, new), &null, &null), Status::Pass, "{rule:?} {old:?} {new:?}");
                }
                assert_eq!(status(&on(None, None), &null, &value(within)), Status::Fail, "{rule:?}");
                assert_eq!(status(&on(None, None), &value(6), &null), Status::Fail, "{rule:?}");
                assert_eq!(status(&on(Some(6), None), &null, &value(within)), Status::Pass, "{rule:?}");
                assert_eq!(status(&on(Some(6), None), &null, &value(beyond)), Status::Fail, "{rule:?}");
                assert_eq!(status(&on(None, Some(within)), &value(6), &null), Status::Pass, "{rule:?}");
                assert_eq!(status(&on(None, Some(beyond)), &value(6), &null), Status::Fail, "{rule:?}");
            }
            assert_eq!(status(&on(None, None), &value(6), &value(within)), Status::Pass, "{rule:?}");
            assert_eq!(status(&on(None, None), &value(6), &value(beyond)), Status::Fail, "{rule:?}");
        }
    }
}

//! Column rules and check settings: just inside, just outside, and what cannot be compared.

use crate::frame::{Type, Value};
use crate::model::Status;
use crate::spec::check::{Budget, ForcedType};

use super::*;

fn status(check: &Check, old: Vec<Cells>, new: Vec<Cells>) -> Status {
    judge(check, &frame(old), &frame(new)).status()
}

fn one(rule: Rule, old: Cells, new: Cells) -> Status {
    status(&with(sum(&[]), old.0, rule), vec![old], vec![new])
}

#[test]
fn both_parts_of_a_tolerance_add_up() {
    let rule = || within("1", "0.1");
    assert_eq!(one(rule(), integers("n", &[100]), integers("n", &[111])), Status::Pass);
    assert_eq!(one(rule(), integers("n", &[100]), integers("n", &[112])), Status::Fail);
    assert_eq!(one(rule(), integers("n", &[100]), integers("n", &[89])), Status::Pass);
}

#[test]
fn the_reference_of_a_share_is_old() {
    assert_eq!(one(within("0", "0.5"), integers("n", &[100]), integers("n", &[150])), Status::Pass);
    assert_eq!(one(within("0", "0.5"), integers("n", &[150]), integers("n", &[60])), Status::Fail);
}

#[test]
fn ulps_count_representable_floats() {
    let next = f64::from_bits(0.3_f64.to_bits() + 2);
    let rule = |n| comparison(Comparison::Ulps(n));
    assert_eq!(one(rule(2), floats("v", &[0.3]), floats("v", &[next])), Status::Pass);
    assert_eq!(one(rule(1), floats("v", &[0.3]), floats("v", &[next])), Status::Fail);
}

#[test]
fn text_is_parsed_strictly_as_the_type_asked_for() {
    let rule = || Rule {
        types: Sides { old: Some(ForcedType::Decimal { precision: 38, scale: 12 }), new: None },
        ..Rule::default()
    };
    assert_eq!(one(rule(), texts("v", &["0.220"]), decimals("v", &["0.22"])), Status::Pass);
    assert_eq!(one(rule(), texts("v", &["0.22 "]), decimals("v", &["0.22"])), Status::Fail);
    assert_eq!(one(Rule::default(), texts("v", &["0.22"]), decimals("v", &["0.22"])), Status::Error);
}

#[test]
fn texts_equal_as_numbers_are_different_and_the_report_says_why() {
    let report = judge(&sum(&[]), &frame(vec![texts("v", &["1.10"])]), &frame(vec![texts("v", &["1.1"])]));
    assert_eq!(report.status(), Status::Fail);
    assert_eq!(report.warnings[0].code, crate::model::WarningCode::NumbersAsText);
}

/// Catches a type that is proposed and does not read the very texts that it was proposed for.
#[test]
fn the_type_that_is_proposed_for_texts_makes_them_equal() {
    let wide = "9".repeat(80);
    let fine = format!("0.{}1", "0".repeat(30));
    for (old, new) in
        [("1.10", "1.1"), ("+7", "7.0"), (wide.as_str(), &format!("{wide}.00")), (&fine, &format!("{fine}0"))]
    {
        let told = judge(&sum(&[]), &frame(vec![texts("v", &[old])]), &frame(vec![texts("v", &[new])]));
        let message = told.warnings[0].message();
        let digits = message.split_once("decimal(").and_then(|(_, rest)| rest.split_once(')')).unwrap().0;
        let (precision, scale) = digits.split_once(',').unwrap();
        let of = ForcedType::Decimal { precision: precision.parse().unwrap(), scale: scale.parse().unwrap() };
        let rule = Rule { types: Sides { old: Some(of), new: Some(of) }, ..Rule::default() };
        assert_eq!(one(rule, texts("v", &[old]), texts("v", &[new])), Status::Pass, "{message}");
    }
    for (old, new) in [("15e-1", "1.5"), ("1e3", "1000")] {
        let told = judge(&sum(&[]), &frame(vec![texts("v", &[old])]), &frame(vec![texts("v", &[new])]));
        assert!(told.warnings.is_empty(), "no type reads an exponent: {:?}", told.warnings);
    }
}

#[test]
fn null_may_become_zero_in_one_direction_only() {
    let rule = || Rule { null: Sides { old: Some(Value::Integer(0)), new: None }, ..Rule::default() };
    let null = || ("v", Type::Float, vec![Value::Null]);
    let check = || with(rows(&["id"]), "v", rule());
    let id = || integers("id", &[1]);
    assert_eq!(status(&check(), vec![id(), null()], vec![id(), floats("v", &[0.0])]), Status::Pass);
    assert_eq!(status(&check(), vec![id(), floats("v", &[0.0])], vec![id(), null()]), Status::Fail);
    assert_eq!(status(&check(), vec![id(), null()], vec![id(), null()]), Status::Pass, "NULL equals NULL, always");
}

#[test]
fn a_column_on_one_side_is_an_error_until_a_reason_is_given() {
    let old = || vec![integers("id", &[1]), texts("raw", &["x"]), integers("n", &[1])];
    let new = || vec![integers("id", &[1]), integers("n", &[1])];
    assert_eq!(status(&rows(&["id"]), old(), new()), Status::Error);
    assert_eq!(status(&rows(&["id"]), new(), old()), Status::Error);
    let ignored = with(rows(&["id"]), "raw", comparison(Comparison::Ignore("dropped by design".into())));
    let report = judge(&ignored, &frame(old()), &frame(new()));
    assert_eq!(report.status(), Status::Pass);
    let listed = report.outcome.columns().iter().find(|c| c.name == "raw").unwrap();
    assert_eq!(listed.reason.as_deref(), Some("dropped by design"));
}

#[test]
fn a_rule_for_no_column_is_an_error() {
    let check = with(rows(&["id"]), "cots", within("1", "0"));
    assert_eq!(status(&check, vec![integers("id", &[1])], vec![integers("id", &[1])]), Status::Error);
}

#[test]
fn a_renamed_column_goes_by_its_old_name() {
    let mut check = rows(&["id"]);
    check.rename.insert("parent".into(), "parent_span_id".into());
    let old = || vec![integers("id", &[1]), integers("parent", &[2])];
    assert_eq!(status(&check, old(), vec![integers("id", &[1]), integers("parent_span_id", &[2])]), Status::Pass);
    let report = judge(&check, &frame(old()), &frame(vec![integers("id", &[1]), integers("parent_span_id", &[3])]));
    assert_eq!(report.outcome.examples()[0].columns["parent"].new.as_deref(), Some("3"));
    assert_eq!(status(&check, old(), vec![integers("id", &[1]), integers("parent", &[2])]), Status::Error);
}

#[test]
fn a_key_that_is_not_in_the_result_names_what_is() {
    let report = judge(&rows(&["id"]), &frame(vec![integers("id", &[1])]), &frame(vec![integers("uid", &[1])]));
    let message = report.error.unwrap().message();
    assert!(message.contains("`id`") && message.contains("new") && message.contains("uid"), "{message}");
}

#[test]
fn expected_differences_are_exact_counts() {
    let mut check = rows(&["id"]);
    check.expect.insert("missing".into(), 1);
    let ids = |ids: &[i128]| vec![integers("id", ids)];
    assert_eq!(status(&check, ids(&[1, 2]), ids(&[1])), Status::Pass);
    assert_eq!(status(&check, ids(&[1, 2, 3]), ids(&[1])), Status::Fail);
    assert_eq!(status(&check, ids(&[1]), ids(&[1])), Status::Fail, "fewer than expected is a surprise too");
    assert_eq!(status(&check, ids(&[1, 2]), ids(&[1, 3])), Status::Fail);
}

#[test]
fn severity_turns_fail_into_warn_and_leaves_error_alone() {
    let mut check = rows(&["id"]);
    check.severity = Severity::Warn;
    assert_eq!(status(&check, vec![integers("id", &[1])], vec![integers("id", &[2])]), Status::Warn);
    assert_eq!(status(&check, vec![integers("id", &[])], vec![integers("id", &[])]), Status::Error);
}

#[test]
fn a_budget_bounds_new_by_old() {
    let smaller = || comparison(Comparison::Budget(Budget { max_ratio: Some(decimal("0.5")), ..Budget::default() }));
    assert_eq!(one(smaller(), integers("bytes", &[100]), integers("bytes", &[50])), Status::Pass);
    assert_eq!(one(smaller(), integers("bytes", &[100]), integers("bytes", &[51])), Status::Fail);
}

#[test]
fn sets_and_maps_need_arrays_and_maps() {
    let array = |items: &[i128]| {
        (
            "v",
            Type::Array(Box::new(Type::Integer)),
            vec![Value::Array(items.iter().map(|i| Value::Integer(*i)).collect())],
        )
    };
    assert_eq!(one(comparison(Comparison::Set), array(&[1, 2, 2]), array(&[2, 1])), Status::Pass);
    assert_eq!(one(comparison(Comparison::Multiset), array(&[1, 2, 2]), array(&[2, 1])), Status::Fail);
    assert_eq!(one(Rule::default(), array(&[1, 2]), array(&[2, 1])), Status::Fail);
    assert_eq!(one(comparison(Comparison::Set), texts("v", &["a"]), texts("v", &["a"])), Status::Error);
}

#[test]
fn a_key_twice_in_one_json_object_is_an_error() {
    let rule = || comparison(Comparison::Json);
    let twice = || texts("v", &[r#"{"a":1,"a":1}"#]);
    assert_eq!(one(rule(), twice(), twice()), Status::Error);
}

#[test]
fn booleans_count_as_zero_and_one() {
    let bools = || ("v", Type::Bool, vec![Value::Bool(true)]);
    assert_eq!(one(Rule::default(), bools(), integers("v", &[1])), Status::Pass);
    assert_eq!(one(Rule::default(), bools(), integers("v", &[5])), Status::Fail);
}

#[test]
fn duplicates_within_a_tolerance_find_their_best_partners() {
    let mut check = with(rows(&["id"]), "v", within("1", "0"));
    check.duplicates_allowed = true;
    // 10 fits both 9 and 11; 12 fits only 11: a greedy match of 10 with 11 would leave 12 alone.
    let old = vec![integers("id", &[1, 1]), integers("v", &[10, 12])];
    let new = vec![integers("id", &[1, 1]), integers("v", &[11, 9])];
    let report = judge(&check, &frame(old), &frame(new));
    assert_eq!(counts(&report), (2, 0, 0, 0, 1), "{report:#?}");
}

/// Catches a value without a meaning that passes, or is only a difference, where nothing is compared with it.
#[test]
fn json_with_a_key_twice_is_an_error_wherever_it_stands() {
    let twice = "{\"a\":1,\"a\":1}";
    let rule = || comparison(Comparison::Json);
    let side = |values: &[&str]| frame(vec![integers("id", &vec![1; values.len()]), texts("v", values)]);
    let value = with(rows(&["id"]), "v", rule());
    for (old, new) in
        [(vec![twice], vec![]), (vec![], vec![twice]), (vec![twice, "1"], vec![]), (vec![twice, "1"], vec!["1"])]
    {
        let report = judge(&value, &side(&old), &side(&new));
        let message = report.error.unwrap().message();
        assert!(message.contains("`v`") && message.contains("id=1") && message.contains("`a`"), "{message}");
    }
    let key = with(rows(&["v"]), "v", rule());
    assert_eq!(judge(&key, &side(&[twice]), &side(&[twice])).status(), Status::Error);
    let tags = with(check(KindSettings::TagDedup, &["id"]), "v", Rule::default());
    let json = |text: &str| frame(vec![integers("id", &[1]), ("v", Type::Json, vec![Value::Json(text.to_owned())])]);
    assert_eq!(judge(&tags, &json(twice), &json("[\"a\"]")).status(), Status::Error);
}

/// Catches a NULL, a nested value or a number of JSON that is lost on the way into a set or map.
#[test]
fn collections_in_json_compare_element_by_element_at_any_depth() {
    let set = |old: &str, new: &str| {
        let side = |text: &str| vec![integers("id", &[1]), ("v", Type::Json, vec![Value::Json(text.to_owned())])];
        status(&with(rows(&["id"]), "v", comparison(Comparison::Set)), side(old), side(new))
    };
    let deep = |inner: &str| format!("[{}{inner}{}, 1]", "[".repeat(300), "]".repeat(300));
    assert_eq!(set(&deep("1"), &deep("1.0")), Status::Pass);
    assert_eq!(set(&deep("1"), &deep("2")), Status::Fail);
    assert_eq!(set("[1, {\"a\": [null]}, null]", "[null, {\"a\": [null]}, 1, 1]"), Status::Pass);
    assert_eq!(set("null", " null "), Status::Pass);
    assert_eq!(set("null", "[]"), Status::Fail);
    assert_eq!(set("[", "["), Status::Fail, "what is no JSON equals nothing");
    assert_eq!(set(&deep("{\"a\":1,\"a\":1}"), &deep("1")), Status::Error);
}

/// Catches a literal of another type than the map's values, whether or not those take a tolerance.
#[test]
fn an_absent_key_stands_for_a_value_of_the_maps_type() {
    let map = |of: &Type, entries: &[(&str, Value)]| {
        let value = Value::Map(entries.iter().map(|(key, value)| (text(key), value.clone())).collect());
        vec![integers("id", &[1]), ("v", Type::Map(Box::new(Type::Text), Box::new(of.clone())), vec![value])]
    };
    let cases = [
        (Type::Float, Value::Integer(0), Value::Float(0.0)),
        (Type::Float, Value::Decimal { unscaled: 5, scale: 1 }, Value::Float(0.5)),
        (Type::Integer, Value::Integer(0), Value::Integer(0)),
        (Type::Decimal { scale: 2 }, Value::Integer(0), Value::Decimal { unscaled: 0, scale: 2 }),
        (Type::Bool, Value::Integer(0), Value::Bool(false)),
        (Type::Text, text(""), text("")),
        (Type::Date, text("1970-01-02"), Value::Date(1)),
    ];
    for (of, absent, zero) in cases {
        let rule = || comparison(Comparison::Map { absent: Some(absent.clone()), tolerance: None });
        let check = with(rows(&["id"]), "v", rule());
        let (empty, filled) = (map(&of, &[]), map(&of, &[("a", zero.clone())]));
        assert_eq!(status(&check, filled.clone(), empty.clone()), Status::Pass, "{of}");
        assert_eq!(status(&check, empty, filled.clone()), Status::Pass, "{of}");
        let untyped = map(&Type::Null, &[]);
        assert_eq!(status(&check, filled, untyped), Status::Pass, "{of}");
    }
    let wrong = comparison(Comparison::Map { absent: Some(text("x")), tolerance: None });
    let check = with(rows(&["id"]), "v", wrong);
    let report = judge(&check, &frame(map(&Type::Float, &[])), &frame(map(&Type::Float, &[])));
    assert!(report.error.unwrap().message().contains("`absent` gives \"x\", which is no float"));
}

/// Catches 32-bit floats that are counted in steps of 64-bit ones, on either side.
#[test]
fn ulps_count_in_the_width_of_the_column() {
    let single =
        |value: f64| frame(vec![integers("id", &[1]), floats("v", &[value])]).with_singles(|at| at == 1).unwrap();
    let double = |value: f64| frame(vec![integers("id", &[1]), floats("v", &[value])]);
    let ulps = |n| with(rows(&["id"]), "v", comparison(Comparison::Ulps(n)));
    let next = |steps: u32| f64::from(f32::from_bits(1.0f32.to_bits() + steps));
    assert_eq!(judge(&ulps(1), &single(1.0), &single(next(1))).status(), Status::Pass);
    assert_eq!(judge(&ulps(1), &single(1.0), &single(next(2))).status(), Status::Fail);
    assert_eq!(judge(&ulps(1), &single(1.0), &double(next(1))).status(), Status::Pass);
    assert_eq!(judge(&ulps(1), &double(1.0), &single(next(1))).status(), Status::Pass);
    let between = f64::midpoint(1.0, next(1));
    assert_eq!(judge(&ulps(0), &single(1.0), &double(between)).status(), Status::Fail);
    assert_eq!(judge(&ulps(1), &single(1.0), &double(between)).status(), Status::Pass);
    assert_eq!(judge(&ulps(1), &single(1.0), &double(next(1) + 1e-12)).status(), Status::Fail);
    assert_eq!(judge(&ulps(4), &double(1.0), &double(next(1))).status(), Status::Fail);
    assert_eq!(judge(&ulps(u64::MAX), &single(1.0), &single(f64::NAN)).status(), Status::Fail);
}

/// Catches a bound of 32-bit floats that is met by what people see and missed by the 64-bit float that they widen to.
#[test]
fn floats_of_32_bits_hold_at_the_bound_that_people_see() {
    let single = |value: f32| {
        let column = floats("v", &[f64::from(value)]);
        frame(vec![integers("id", &[1]), column]).with_singles(|at| at == 1).unwrap()
    };
    let double = |value: f64| frame(vec![integers("id", &[1]), floats("v", &[value])]);
    let budget = |budget| with(rows(&["id"]), "v", comparison(Comparison::Budget(budget)));
    let tenth = || with(rows(&["id"]), "v", within("0.1", "0"));
    let most = || budget(Budget { at_most: Some(decimal("0.2")), ..Budget::default() });
    assert_eq!(judge(&tenth(), &single(0.1), &single(0.2)).status(), Status::Pass);
    assert_eq!(judge(&tenth(), &single(0.1), &double(0.2)).status(), Status::Pass);
    assert_eq!(judge(&tenth(), &double(0.1), &single(0.2)).status(), Status::Pass);
    assert_eq!(judge(&tenth(), &single(0.1), &single(0.200_001)).status(), Status::Fail);
    assert_eq!(judge(&most(), &single(0.0), &single(0.2)).status(), Status::Pass);
    assert_eq!(judge(&most(), &single(0.0), &single(0.200_000_02)).status(), Status::Fail);
    let ratio = budget(Budget { max_ratio: Some(decimal("1.1")), ..Budget::default() });
    assert_eq!(judge(&ratio, &single(0.1), &single(0.11)).status(), Status::Pass);
}

/// Catches bounds of binary floats, which are a little beside the decimals that people write.
#[test]
fn floats_hold_at_the_bound_that_people_see() {
    let tenth = || within("0", "0.1");
    assert_eq!(one(tenth(), floats("v", &[1.0]), floats("v", &[1.1])), Status::Pass);
    assert_eq!(one(tenth(), floats("v", &[1.0]), floats("v", &[1.1 + 1e-15])), Status::Fail);
    assert_eq!(one(within("0.1", "0"), floats("v", &[-1.0]), floats("v", &[-1.1])), Status::Pass);
    assert_eq!(one(within("0", "0"), floats("v", &[0.1]), floats("v", &[0.1 + f64::EPSILON])), Status::Fail);
    let budget = |budget| comparison(Comparison::Budget(budget));
    let most = || budget(Budget { at_most: Some(decimal("0.1")), ..Budget::default() });
    let least = || budget(Budget { at_least: Some(decimal("0.3")), ..Budget::default() });
    assert_eq!(one(most(), floats("v", &[0.0]), floats("v", &[0.1])), Status::Pass);
    assert_eq!(one(most(), floats("v", &[0.0]), floats("v", &[0.1 + 1e-15])), Status::Fail);
    assert_eq!(one(least(), floats("v", &[0.0]), floats("v", &[0.3])), Status::Pass);
    assert_eq!(one(least(), floats("v", &[0.0]), floats("v", &[0.3 - 1e-15])), Status::Fail);
    let ratio = || budget(Budget { max_ratio: Some(decimal("1.1")), ..Budget::default() });
    assert_eq!(one(ratio(), floats("v", &[1.0]), floats("v", &[1.1])), Status::Pass);
    assert_eq!(one(ratio(), integers("v", &[1]), floats("v", &[1.1])), Status::Pass);
    let two = Budget { at_least: Some(decimal("0.3")), at_most: Some(decimal("0.3")), ..Budget::default() };
    assert_eq!(one(budget(two), floats("v", &[0.0]), floats("v", &[0.3])), Status::Pass);
}

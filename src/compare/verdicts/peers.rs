//! Answers that other tools got wrong. What was called equal is `fail` here; what was called different is `pass`.

use crate::frame::{Type, Value};
use crate::model::{Sides, Status};
use crate::spec::check::{Comparison, ForcedType, Rule};

use super::*;

const MINUTE: i128 = 60_000_000_000;

fn fails(check: &Check, old: Vec<Cells>, new: Vec<Cells>) -> CheckReport {
    let report = judge(check, &frame(old), &frame(new));
    assert_eq!(report.status(), Status::Fail, "{report:#?}");
    report
}

fn passes(check: &Check, old: Vec<Cells>, new: Vec<Cells>) {
    let report = judge(check, &frame(old), &frame(new));
    assert_eq!(report.status(), Status::Pass, "{report:#?}");
}

// Called equal elsewhere.

#[test]
fn even_number_of_equal_edits() {
    let at = [0, 1, 2, 3].map(|n| n * 1_000 * MINUTE);
    let moved = at.map(|nanos| nanos + 10 * MINUTE);
    let report = fails(
        &rows(&["id"]),
        vec![integers("id", &[1, 2, 3, 4]), instants("at", &at)],
        vec![integers("id", &[1, 2, 3, 4]), instants("at", &moved)],
    );
    assert_eq!(counts(&report), (0, 0, 0, 4, 0));
}

#[test]
fn a_row_present_twice_more() {
    let report = fails(
        &rows(&["id"]),
        vec![integers("id", &[1, 2]), texts("v", &["a", "b"])],
        vec![integers("id", &[1, 2, 2, 2]), texts("v", &["a", "b", "b", "b"])],
    );
    assert_eq!(counts(&report), (2, 0, 2, 0, 1));
}

#[test]
fn a_null_aggregate_is_not_zero() {
    fails(
        &sum(&[]),
        vec![integers("n", &[1]), ("cost", Type::Integer, vec![Value::Null])],
        vec![integers("n", &[1]), integers("cost", &[0])],
    );
}

#[test]
fn one_changed_row_at_any_position() {
    let keys: Vec<i128> = (0..1_000).collect();
    for edited in [0, 499, 999] {
        let mut values = keys.clone();
        values[edited] += 1;
        let report = fails(
            &rows(&["id"]),
            vec![integers("id", &keys), integers("v", &keys)],
            vec![integers("id", &keys), integers("v", &values)],
        );
        assert_eq!(counts(&report), (999, 0, 0, 1, 0));
    }
}

#[test]
fn rows_beyond_the_largest_key() {
    let report = fails(&rows(&["id"]), vec![integers("id", &[1, 2])], vec![integers("id", &[1, 2, 3, 1_000])]);
    assert_eq!(counts(&report), (2, 0, 2, 0, 0));
}

#[test]
fn sums_beyond_the_precision_of_floats() {
    fails(&sum(&[]), vec![decimals("cost", &["1000000000.5"])], vec![decimals("cost", &["1000000020.5"])]);
    fails(&sum(&[]), vec![integers("n", &[16_777_216])], vec![integers("n", &[16_777_217])]);
}

#[test]
fn null_on_one_side_of_an_aggregate() {
    fails(&sum(&[]), vec![integers("n", &[7])], vec![("n", Type::Integer, vec![Value::Null])]);
}

#[test]
fn values_that_concatenate_alike() {
    for (a, b) in [
        (("ab", "c"), ("a", "bc")),
        (("x0", "y"), ("x", "0y")),
        (("a|b", "c"), ("a", "b|c")),
        (("a,b", "c"), ("a", "b,c")),
    ] {
        fails(
            &rows(&["id"]),
            vec![integers("id", &[1]), texts("x", &[a.0]), texts("y", &[a.1])],
            vec![integers("id", &[1]), texts("x", &[b.0]), texts("y", &[b.1])],
        );
    }
}

#[test]
fn null_is_not_its_placeholder() {
    for stand_in in ["", "<null>", "NULL", "null", "_null_recon_", "DEFAULT_REPLACEMENT_STRING"] {
        fails(
            &rows(&["id"]),
            vec![integers("id", &[1]), ("v", Type::Text, vec![Value::Null])],
            vec![integers("id", &[1]), texts("v", &[stand_in])],
        );
    }
}

#[test]
fn trailing_white_space_counts() {
    fails(
        &rows(&["id"]),
        vec![integers("id", &[1]), texts("v", &["a "])],
        vec![integers("id", &[1]), texts("v", &["a"])],
    );
}

#[test]
fn drift_below_a_second() {
    fails(&sum(&[]), vec![instants("latest", &[MINUTE])], vec![instants("latest", &[MINUTE + 1_000])]);
}

#[test]
fn duplicates_on_both_sides_are_reported() {
    let both = || vec![integers("id", &[1, 1]), texts("v", &["a", "a"])];
    let report = fails(&rows(&["id"]), both(), both());
    assert_eq!(counts(&report), (2, 0, 0, 0, 1));
}

#[test]
fn one_copy_against_two() {
    let mut allowed = rows(&["id"]);
    allowed.duplicates_allowed = true;
    let report = fails(
        &allowed,
        vec![integers("id", &[1]), texts("v", &["a"])],
        vec![integers("id", &[1, 1]), texts("v", &["a", "a"])],
    );
    assert_eq!(counts(&report), (1, 0, 1, 0, 1));
}

#[test]
fn columns_of_different_types_count() {
    let report = judge(
        &rows(&["id"]),
        &frame(vec![integers("id", &[1]), ("day", Type::Date, vec![Value::Date(1)]), integers("n", &[1])]),
        &frame(vec![integers("id", &[1]), instants("day", &[86_400_000_000_000]), integers("n", &[2])]),
    );
    assert_eq!(report.status(), Status::Error);
    assert!(report.error.as_ref().unwrap().message().contains("`day`"));
    assert_eq!(counts(&report).3, 1, "the other columns are compared all the same");
}

#[test]
fn decimals_beyond_three_digits() {
    fails(
        &rows(&["id"]),
        vec![integers("id", &[1]), decimals("v", &["0.0001"])],
        vec![integers("id", &[1]), decimals("v", &["0.0004"])],
    );
    let report = fails(&rows(&["rate"]), vec![decimals("rate", &["0.0001"])], vec![decimals("rate", &["0.0004"])]);
    assert_eq!(counts(&report), (0, 1, 1, 0, 0), "in the key as well");
}

#[test]
fn a_separator_inside_a_key() {
    for (a, b) in [(("a,b", "c"), ("a", "b,c")), (("a-b", "c"), ("a", "b-c"))] {
        let report = fails(
            &rows(&["x", "y"]),
            vec![texts("x", &[a.0]), texts("y", &[a.1])],
            vec![texts("x", &[b.0]), texts("y", &[b.1])],
        );
        assert_eq!(counts(&report), (0, 1, 1, 0, 0));
    }
}

#[test]
fn texts_that_differ_after_256_characters() {
    let (long, other) = (format!("{}a", "x".repeat(300)), format!("{}b", "x".repeat(300)));
    fails(
        &rows(&["id"]),
        vec![integers("id", &[1]), texts("v", &[long.as_str()])],
        vec![integers("id", &[1]), texts("v", &[other.as_str()])],
    );
}

#[test]
fn null_is_not_a_default_date() {
    fails(
        &rows(&["id"]),
        vec![integers("id", &[1]), ("d", Type::Date, vec![Value::Null])],
        vec![integers("id", &[1]), ("d", Type::Date, vec![Value::Date(-25_567)])],
    );
    fails(
        &rows(&["id"]),
        vec![integers("id", &[1]), ("t", Type::Time, vec![Value::Null])],
        vec![integers("id", &[1]), ("t", Type::Time, vec![Value::Time(0)])],
    );
}

#[test]
fn decimals_that_agree_in_their_low_64_bits() {
    fails(&sum(&[]), vec![integers("n", &[5])], vec![integers("n", &[(1 << 64) + 5])]);
}

#[test]
fn integers_above_2_53() {
    fails(&sum(&[]), vec![integers("n", &[9_007_199_254_740_992])], vec![integers("n", &[9_007_199_254_740_993])]);
    fails(&sum(&[]), vec![decimals("n", &["9007199254740992.1"])], vec![decimals("n", &["9007199254740992.2"])]);
}

#[test]
fn null_is_not_nan() {
    fails(
        &sum(&[]),
        vec![integers("n", &[1]), ("v", Type::Float, vec![Value::Null])],
        vec![integers("n", &[1]), floats("v", &[f64::NAN])],
    );
}

#[test]
fn a_difference_after_many_rows() {
    let keys: Vec<i128> = (0..5_000).collect();
    let mut values = keys.clone();
    values[4_321] = -1;
    let report = fails(
        &rows(&["id"]),
        vec![integers("id", &keys), integers("v", &keys)],
        vec![integers("id", &keys), integers("v", &values)],
    );
    assert_eq!(counts(&report), (4_999, 0, 0, 1, 0));
}

#[test]
fn a_zone_on_one_side_hides_nothing() {
    let at: Vec<i128> = (0..24).map(|hour| hour * 60 * MINUTE).collect();
    let shifted: Vec<i128> = at.iter().map(|nanos| nanos + 60 * MINUTE).collect();
    let ids: Vec<i128> = (0..24).collect();
    let report = fails(
        &rows(&["id"]),
        vec![integers("id", &ids), instants("at", &at)],
        vec![integers("id", &ids), instants("at", &shifted)],
    );
    assert_eq!(counts(&report).3, 24);
}

#[test]
fn a_changed_value_beside_nulls() {
    fails(
        &rows(&["id"]),
        vec![integers("id", &[1]), ("x", Type::Text, vec![Value::Null]), texts("y", &["a"])],
        vec![integers("id", &[1]), ("x", Type::Text, vec![Value::Null]), texts("y", &["b"])],
    );
}

#[test]
fn totals_that_cancel() {
    passes(&sum(&[]), vec![integers("n", &[100])], vec![integers("n", &[100])]);
    fails(
        &sum(&["image"]),
        vec![integers("image", &[1, 2]), integers("n", &[35, 65])],
        vec![integers("image", &[1, 2]), integers("n", &[65, 35])],
    );
}

// Called different elsewhere.

#[test]
fn text_keys_pair_by_bytes() {
    passes(
        &rows(&["k"]),
        vec![texts("k", &["a-b", "ab", "B", "é"]), integers("v", &[1, 2, 3, 4])],
        vec![texts("k", &["é", "B", "ab", "a-b"]), integers("v", &[4, 3, 2, 1])],
    );
}

#[test]
fn scale_is_not_value() {
    passes(&sum(&[]), vec![decimals("n", &["1.10"])], vec![decimals("n", &["1.1"])]);
    passes(&sum(&[]), vec![decimals("n", &["5.00"])], vec![integers("n", &[5])]);
}

#[test]
fn products_in_floats_pass_under_a_tolerance() {
    let price = with(sum(&[]), "v", within("0.000000000001", "0"));
    passes(&price, vec![decimals("v", &["0.36640625"])], vec![floats("v", &[0.366_406_25])]);
    passes(&price, vec![decimals("v", &["0.3"])], vec![floats("v", &[0.1 + 0.2])]);
    let report = judge(&sum(&[]), &frame(vec![decimals("v", &["0.3"])]), &frame(vec![floats("v", &[0.3])]));
    assert_eq!(report.status(), Status::Error, "without a tolerance the two have no common ground");
}

#[test]
fn timestamps_pass_when_truncated() {
    let floored = Rule { truncate: Some(Duration::from_millis(1)), ..Rule::default() };
    let (fine, coarse) = (vec![instants("at", &[MINUTE + 1_999_999])], vec![instants("at", &[MINUTE + 1_000_000])]);
    passes(&with(sum(&[]), "at", floored), fine.clone(), coarse.clone());
    fails(&sum(&[]), fine, coarse);
}

#[test]
fn a_wall_clock_in_utc_is_an_instant() {
    let utc = Rule { utc: true, ..Rule::default() };
    let wall = vec![("at", Type::WallClock, vec![Value::WallClock(MINUTE)])];
    passes(&with(sum(&[]), "at", utc), wall, vec![instants("at", &[MINUTE])]);
}

#[test]
fn null_keys_pair() {
    let both = || {
        vec![
            integers("x", &[1, 1]),
            ("y", Type::Text, vec![Value::Null, text("")]),
            ("v", Type::Text, vec![Value::Null, Value::Null]),
        ]
    };
    passes(&rows(&["x", "y"]), both(), both());
}

#[test]
fn null_and_trim_rules_forgive_what_they_name() {
    let rule = Rule { null: Sides { old: Some(text("")), new: None }, ..Rule::default() };
    let check = with(rows(&["id"]), "v", rule);
    let null = || vec![integers("id", &[1]), ("v", Type::Text, vec![Value::Null])];
    let empty = || vec![integers("id", &[1]), texts("v", &[""])];
    passes(&check, null(), empty());
    fails(&check, empty(), null());
}

#[test]
fn trim_forgives_padding() {
    let trimmed = Rule { trim: true, ..Rule::default() };
    passes(
        &with(rows(&["id"]), "v", trimmed),
        vec![integers("id", &[1]), texts("v", &["ab   "])],
        vec![integers("id", &[1]), texts("v", &["ab"])],
    );
}

#[test]
fn missing_and_extra_are_counted_exactly() {
    let report = fails(&rows(&["id"]), vec![integers("id", &[1, 2, 3])], vec![integers("id", &[3, 4])]);
    assert_eq!(counts(&report), (1, 2, 1, 0, 0));
}

#[test]
fn column_order_does_not_matter() {
    passes(
        &rows(&["id"]),
        vec![integers("id", &[1]), integers("month", &[1]), integers("month_num", &[2])],
        vec![integers("month_num", &[2]), integers("id", &[1]), integers("month", &[1])],
    );
}

#[test]
fn json_numbers_by_exact_value() {
    let json = with(rows(&["id"]), "v", comparison(Comparison::Json));
    let one = |value: &'static str| vec![integers("id", &[1]), texts("v", &[value])];
    passes(&json, one(r#"{"b":1.50,"a":[1e2]}"#), one(r#"{"a": [100], "b": 1.5}"#));
    fails(&json, one("0.12345678901234567"), one("0.12345678901234568"));
}

#[test]
fn a_relative_tolerance_at_zero() {
    let check = with(sum(&[]), "n", within("0", "0.05"));
    passes(&check, vec![integers("x", &[1]), integers("n", &[0])], vec![integers("x", &[1]), integers("n", &[0])]);
    fails(&check, vec![integers("x", &[1]), integers("n", &[0])], vec![integers("x", &[1]), integers("n", &[1])]);
}

#[test]
fn duplicate_keys_in_another_order() {
    let mut allowed = rows(&["id"]);
    allowed.duplicates_allowed = true;
    passes(
        &allowed,
        vec![integers("id", &[1, 1, 2]), texts("v", &["a", "b", "c"])],
        vec![integers("id", &[2, 1, 1]), texts("v", &["c", "b", "a"])],
    );
}

#[test]
fn uuids_as_text() {
    let id = "0a1b2c3d-0000-4000-8000-00000000ffff";
    let uuid = || vec![("id", Type::Uuid, vec![Value::Uuid(id.to_owned())])];
    passes(&rows(&["id"]), uuid(), vec![texts("id", &[id])]);
    let parsed = Rule { types: Sides { old: None, new: Some(ForcedType::Uuid) }, ..Rule::default() };
    passes(&with(rows(&["id"]), "id", parsed), uuid(), vec![texts("id", &["0A1B2C3D-0000-4000-8000-00000000FFFF"])]);
}

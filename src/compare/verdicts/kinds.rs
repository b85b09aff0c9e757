//! Every kind: what passes, the one planted change that fails it, both edges of its bound, and the empty case.

use crate::frame::{Type, Value};
use crate::model::{Difference, Status};
use crate::spec::check::Template;

use super::*;

const SECOND: i128 = 1_000_000_000;

fn list(items: &[&str]) -> Value {
    Value::Array(items.iter().map(|item| text(item)).collect())
}

fn arrays(name: &'static str, values: Vec<Value>) -> Cells {
    (name, Type::Array(Box::new(Type::Text)), values)
}

fn tags() -> Check {
    check(KindSettings::TagDedup, &["id"])
}

#[test]
fn row_count_fails_on_one_row_more() {
    let count = check(KindSettings::RowCount, &[]);
    let (five, six) = (frame(vec![integers("count", &[5])]), frame(vec![integers("count()", &[6])]));
    assert_eq!(judge(&count, &five, &five).status(), Status::Pass);
    let report = judge(&count, &five, &six);
    assert_eq!(report.status(), Status::Fail);
    let measure = &report.outcome.measures()[0];
    assert_eq!(
        (measure.old.as_deref(), measure.new.as_deref(), measure.delta.as_deref()),
        (Some("5"), Some("6"), Some("1"))
    );
}

#[test]
fn row_count_of_nothing_on_both_sides_is_no_pass() {
    let count = check(KindSettings::RowCount, &[]);
    let zero = frame(vec![integers("count", &[0])]);
    assert_eq!(judge(&count, &zero, &zero).status(), Status::Error);
    let allowed = Check { allow_empty: true, ..count };
    assert_eq!(judge(&allowed, &zero, &zero).status(), Status::Pass);
    assert_eq!(judge(&allowed, &zero, &frame(vec![integers("count", &[1])])).status(), Status::Fail);
}

#[test]
fn row_count_per_key_names_the_key_that_is_gone() {
    let count = check(KindSettings::RowCount, &["day"]);
    let old = frame(vec![integers("day", &[1, 2]), integers("n", &[5, 7])]);
    let new = frame(vec![integers("day", &[1]), integers("n", &[5])]);
    let report = judge(&count, &old, &new);
    assert_eq!(report.status(), Status::Fail);
    assert_eq!(counts(&report), (1, 1, 0, 0, 0));
    assert_eq!(report.outcome.measures()[0].key.to_string(), "day=2");
    assert_eq!(report.outcome.measures()[0].new, None);
}

#[test]
fn a_count_that_is_no_integer_is_an_error() {
    let count = check(KindSettings::RowCount, &[]);
    let five = frame(vec![floats("count", &[5.0])]);
    assert_eq!(judge(&count, &five, &five).status(), Status::Error);
}

#[test]
fn sum_fails_on_the_twelfth_decimal() {
    let (old, new) =
        (frame(vec![decimals("cost", &["0.220000000000"])]), frame(vec![decimals("cost", &["0.220000000001"])]));
    assert_eq!(judge(&sum(&[]), &old, &old).status(), Status::Pass);
    let report = judge(&sum(&[]), &old, &new);
    assert_eq!(report.status(), Status::Fail);
    assert_eq!(report.outcome.measures()[0].delta.as_deref(), Some("0.000000000001"));
}

#[test]
fn sum_without_a_key_takes_one_row() {
    let two = frame(vec![integers("n", &[1, 2])]);
    let report = judge(&sum(&[]), &two, &two);
    assert_eq!(report.status(), Status::Error);
    assert!(report.error.unwrap().message().contains("without `key`"));
}

#[test]
fn sum_of_nothing_but_null_is_no_pass() {
    let null = frame(vec![("cost", Type::Null, vec![Value::Null])]);
    assert_eq!(judge(&sum(&[]), &null, &null).status(), Status::Error);
    let none = frame(vec![("cost", Type::Integer, vec![])]);
    assert_eq!(judge(&sum(&[]), &none, &none).status(), Status::Error);
}

#[test]
fn sum_with_a_row_on_one_side_only_fails() {
    let (one, none) = (frame(vec![integers("n", &[1])]), frame(vec![integers("n", &[])]));
    assert_eq!(judge(&sum(&[]), &one, &none).status(), Status::Fail);
    assert_eq!(judge(&sum(&[]), &none, &one).status(), Status::Fail);
}

#[test]
fn the_worst_measures_are_listed_and_all_are_counted() {
    let keys: Vec<i128> = (0..500).collect();
    let mut values = vec![1_000; 500];
    values[123] = 2_000;
    (0..200).for_each(|at| values[at + 200] = 1_001);
    let old = frame(vec![integers("k", &keys), integers("n", &[1_000; 500])]);
    let report = judge(&sum(&["k"]), &old, &frame(vec![integers("k", &keys), integers("n", &values)]));
    assert_eq!(report.outcome.totals().unwrap().outside, 201);
    assert_eq!(report.outcome.totals().unwrap().compared, 500);
    assert_eq!(report.outcome.measures().len(), Limits::default().measures);
    assert_eq!(report.outcome.measures()[0].key.to_string(), "k=123");
}

#[test]
fn tags_pass_as_arrays_against_rows_whatever_their_order() {
    let old = frame(vec![integers("id", &[1, 2, 3]), arrays("tags", vec![list(&["b", "a"]), list(&[]), Value::Null])]);
    let new = frame(vec![integers("id", &[1, 1]), texts("tag", &["a", "b"])]);
    let report = judge(&tags(), &old, &new);
    assert_eq!(report.status(), Status::Pass, "{report:#?}");
    let counts = report.outcome.tag_counts().unwrap();
    assert_eq!((counts.old, counts.new, counts.lost, counts.added), (2, 2, 0, 0));
}

/// Catches a NULL in an array, as `array_agg` over an outer join gives it, that is taken for a tag.
#[test]
fn a_null_in_an_array_is_no_tag() {
    let with_null = |tags: &[&str]| match list(tags) {
        Value::Array(items) => Value::Array([vec![Value::Null], items, vec![Value::Null]].concat()),
        other => other,
    };
    let old = frame(vec![integers("id", &[1, 2]), arrays("tags", vec![with_null(&["a"]), with_null(&[])])]);
    let new = frame(vec![integers("id", &[1]), texts("tag", &["a"])]);
    let none = frame(vec![integers("id", &[2]), arrays("tags", vec![with_null(&[])])]);
    for (old, new) in [(&old, &new), (&new, &old)] {
        let report = judge(&tags(), old, new);
        assert_eq!(report.status(), Status::Pass, "{report:#?}");
        assert_eq!(report.outcome.tag_counts().map(|counts| (counts.old, counts.new)), Some((1, 1)));
    }
    assert_eq!(judge(&tags(), &none, &none).status(), Status::Error, "no tag at all");
}

#[test]
fn tags_lost_added_and_twice_are_told_apart() {
    let old = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&["a", "b", "b"])])]);
    let new = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&["b", "c", "c"])])]);
    let report = judge(&tags(), &old, &new);
    assert_eq!(report.status(), Status::Fail);
    let counts = report.outcome.tag_counts().unwrap();
    assert_eq!((counts.lost, counts.added, counts.duplicate_old, counts.duplicate_new), (1, 1, 1, 1));
    let kinds: Vec<Difference> = report.outcome.examples().iter().map(|e| e.difference).collect();
    assert_eq!(kinds, [Difference::Missing, Difference::Extra, Difference::Duplicate]);
}

#[test]
fn a_tag_twice_in_old_is_noted_and_in_new_fails() {
    let once = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&["a"])])]);
    let twice = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&["a", "a"])])]);
    let noted = judge(&tags(), &twice, &once);
    assert_eq!(noted.status(), Status::Pass);
    assert_eq!(noted.warnings[0].code, crate::model::WarningCode::DuplicateTagsInOld);
    assert_eq!(judge(&tags(), &once, &twice).status(), Status::Fail);
}

#[test]
fn no_tag_anywhere_is_no_pass() {
    let none = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&[])])]);
    assert_eq!(judge(&tags(), &none, &none).status(), Status::Error);
    // One window of several may be without a tag, and says so.
    let lenient = Check { allow_empty: true, ..tags() };
    let report = judge(&lenient, &none, &none);
    assert_eq!(report.status(), Status::Pass);
    let found = compare(&lenient, Some(&none), Some(&none), None, &Limits::default());
    assert!(found.empty.is_some_and(|said| said.contains("neither side has a tag")));
}

#[test]
fn tags_in_json_text_are_read_where_the_rule_says_so() {
    let json = Rule { types: Sides { old: Some(crate::spec::check::ForcedType::Json), new: None }, ..Rule::default() };
    let check = with(tags(), "tags", json);
    let old = frame(vec![integers("id", &[1]), texts("tags", &[r#"["a", "b"]"#])]);
    let new = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&["b", "a"])])]);
    assert_eq!(judge(&check, &old, &new).status(), Status::Pass);
    let lost = frame(vec![integers("id", &[1]), arrays("tags", vec![list(&["b"])])]);
    assert_eq!(judge(&check, &old, &lost).status(), Status::Fail);
}

fn latencies(values: &[i128]) -> Frame {
    frame(vec![integers("ms", values)])
}

#[test]
fn percentiles_of_raw_values_hold_at_their_bound_and_not_beyond() {
    let check = check(KindSettings::Percentile(Box::new(percentile(Some("0.1")))), &[]);
    let old = latencies(&[100; 40]);
    assert_eq!(judge(&check, &old, &latencies(&[110; 40])).status(), Status::Pass);
    let report = judge(&check, &old, &latencies(&[111; 40]));
    assert_eq!(report.status(), Status::Fail);
    assert_eq!(report.outcome.measures()[0].count.as_ref().unwrap().old, Some(40));
}

/// Catches a quantile that is said to have moved otherwise than from old to new.
#[test]
fn a_percentile_tells_how_far_new_is_from_old() {
    let check = check(KindSettings::Percentile(Box::new(percentile(Some("0.1")))), &[]);
    for (new, delta) in [(111, "11"), (80, "-20"), (100, "0")] {
        let report = judge(&check, &latencies(&[100; 40]), &latencies(&[new; 40]));
        let deltas: Vec<Option<&str>> = report.outcome.measures().iter().map(|one| one.delta.as_deref()).collect();
        assert_eq!(deltas, [Some(delta), Some(delta)], "{new}");
    }
}

#[test]
fn percentiles_of_an_approximation_are_judged_by_rank() {
    let mut settings = percentile(None);
    settings.rank = Some(decimal("0.02"));
    let check = check(KindSettings::Percentile(Box::new(settings)), &[]);
    let raw = latencies(&(1..=100).collect::<Vec<_>>());
    let approximate = |p95: f64| frame(vec![floats("p50", &[50.0]), floats("p95", &[p95])]);
    // 97 spans the ranks 0.96 to 0.97 of 1..100: 0.01 off 0.95. 99.5 stands at rank 0.99: 0.04 off.
    assert_eq!(judge(&check, &raw, &approximate(97.0)).status(), Status::Pass);
    assert_eq!(judge(&check, &raw, &approximate(99.5)).status(), Status::Fail);
    assert_eq!(judge(&check, &approximate(97.0), &raw).status(), Status::Pass, "whichever side is exact");
    assert_eq!(judge(&check, &approximate(97.0), &approximate(97.0)).status(), Status::Error, "no side is exact");
}

#[test]
fn a_shape_that_the_quantiles_hide_shows_in_the_ks_distance() {
    let mut settings = percentile(None);
    settings.max_ks = Some(decimal("0.1"));
    let check = check(KindSettings::Percentile(Box::new(settings)), &[]);
    let one = latencies(&(0..100).collect::<Vec<_>>());
    let moved: Vec<i128> = (0..100).map(|v| if v < 20 { 0 } else { v }).collect();
    assert_eq!(judge(&check, &one, &one).status(), Status::Pass);
    assert_eq!(judge(&check, &one, &latencies(&moved)).status(), Status::Fail);
}

#[test]
fn small_groups_are_listed_and_lost_groups_fail() {
    let mut settings = percentile(Some("0.1"));
    settings.min_rows = 3;
    let check = check(KindSettings::Percentile(Box::new(settings)), &["model"]);
    let group = |models: &[&str]| frame(vec![texts("model", models), floats("ms", &vec![1.0; models.len()])]);
    let old = group(&["a", "a", "a", "b"]);
    let report = judge(&check, &old, &old);
    assert_eq!(report.status(), Status::Warn);
    assert_eq!(report.outcome.too_small()[0].to_string(), "model=b");
    let moved = judge(&check, &old, &group(&["a", "a", "b", "b", "b"]));
    assert_eq!((moved.outcome.too_small().len(), moved.status()), (0, Status::Pass), "large enough on one side");
    assert_eq!(judge(&check, &group(&["b"]), &group(&["b"])).status(), Status::Error, "nothing was large enough");
    assert_eq!(judge(&check, &old, &group(&["a", "a", "a"])).status(), Status::Fail, "a lost group is no small group");
}

#[test]
fn nan_among_raw_values_is_an_error_and_null_is_counted() {
    let check = check(KindSettings::Percentile(Box::new(percentile(Some("0")))), &[]);
    let with_null = frame(vec![("ms", Type::Integer, vec![Value::Integer(1), Value::Null])]);
    let report = judge(&check, &with_null, &latencies(&[1]));
    assert_eq!(report.status(), Status::Pass);
    assert_eq!(report.warnings[0].code, crate::model::WarningCode::NullsDropped);
    let nan = frame(vec![floats("ms", &[1.0, f64::NAN])]);
    assert_eq!(judge(&check, &nan, &nan).status(), Status::Error);
    assert_eq!(judge(&check, &latencies(&[]), &latencies(&[])).status(), Status::Error);
}

#[test]
fn rows_fail_on_one_changed_cell_and_show_it() {
    let old = frame(vec![integers("id", &[7, 8]), decimals("cost", &["0.22", "1.00"])]);
    let new = frame(vec![integers("id", &[8, 7]), decimals("cost", &["1.00", "0.47"])]);
    let report = judge(&rows(&["id"]), &old, &new);
    assert_eq!(report.status(), Status::Fail);
    assert_eq!(counts(&report), (1, 0, 0, 1, 0));
    assert_eq!(report.outcome.columns()[0].max_delta.as_deref(), Some("0.25"));
    let example = &report.outcome.examples()[0];
    assert_eq!(example.key.to_string(), "id=7");
    assert_eq!(example.columns["cost"].new.as_deref(), Some("0.47"));
    let none = frame(vec![integers("id", &[]), decimals("cost", &[])]);
    assert_eq!(judge(&rows(&["id"]), &none, &none).status(), Status::Error);
}

#[test]
fn a_row_of_nulls_is_a_row() {
    let null = frame(vec![("id", Type::Integer, vec![Value::Null]), ("v", Type::Text, vec![Value::Null])]);
    assert_eq!(judge(&rows(&["id"]), &null, &null).status(), Status::Pass);
}

#[test]
fn examples_are_spread_over_the_kinds_of_difference() {
    let old: Vec<i128> = (0..100).collect();
    let new: Vec<i128> = (50..101).collect();
    let report = judge(&rows(&["id"]), &frame(vec![integers("id", &old)]), &frame(vec![integers("id", &new)]));
    assert_eq!(report.outcome.examples().len(), 20);
    assert_eq!(report.outcome.examples().iter().filter(|e| e.difference == Difference::Extra).count(), 1);
}

fn invariant(population: bool) -> Check {
    let population = population.then(Template::default);
    check(KindSettings::Invariant { population }, &["id"])
}

fn broken(check: &Check, rows: &Frame, population: Option<&Frame>) -> CheckReport {
    report(check, compare(check, None, Some(rows), population, &Limits::default()))
}

#[test]
fn an_invariant_fails_on_one_row_and_on_an_empty_population() {
    let (none, one) = (frame(vec![integers("id", &[])]), frame(vec![integers("id", &[7])]));
    let size = |n| frame(vec![integers("count", &[n])]);
    assert_eq!(broken(&invariant(false), &none, None).status(), Status::Pass);
    assert_eq!(broken(&invariant(true), &none, Some(&size(3))).status(), Status::Pass);
    assert_eq!(broken(&invariant(true), &none, None).status(), Status::Error);
    for no_count in [size(0), size(-1), frame(vec![decimals("count", &["0.4"])])] {
        assert_eq!(broken(&invariant(true), &none, Some(&no_count)).status(), Status::Error);
    }
    let report = broken(&invariant(true), &one, Some(&size(3)));
    assert_eq!(report.status(), Status::Fail);
    assert_eq!(report.outcome.examples()[0].key.to_string(), "id=7");
}

/// Catches a tag that stands twice and is counted as lost or added, or whose example shows a side that has none.
#[test]
fn each_tag_is_counted_once_whatever_stands_beside_it() {
    let side = |tags: &[&str]| frame(vec![integers("id", &vec![1; tags.len()]), texts("tag", tags)]);
    let found =
        judge(&check(KindSettings::TagDedup, &["id"]), &side(&["a", "a", "b", "c"]), &side(&["c", "c", "d", "d", "b"]));
    let counts = found.outcome.tag_counts().unwrap();
    assert_eq!((counts.old, counts.new, counts.lost, counts.added), (3, 3, 1, 1));
    assert_eq!((counts.duplicate_old, counts.duplicate_new), (1, 2));
    let shown: Vec<_> = found
        .outcome
        .examples()
        .iter()
        .map(|one| {
            let (tag, rows) = (&one.columns["tag"], one.columns.get("rows"));
            (one.difference, tag.old.as_deref(), tag.new.as_deref(), rows.and_then(|rows| rows.old.as_deref()))
        })
        .collect();
    assert!(shown.contains(&(Difference::Missing, Some("a"), None, None)));
    assert!(shown.contains(&(Difference::Extra, None, Some("d"), None)));
    assert!(shown.contains(&(Difference::Duplicate, Some("c"), Some("c"), Some("1"))));
    assert!(shown.contains(&(Difference::Duplicate, None, Some("d"), Some("0"))));
    assert_eq!(shown.len(), 4);
    assert_eq!(found.warnings[0].code, crate::model::WarningCode::DuplicateTagsInOld);
    let clean = judge(&check(KindSettings::TagDedup, &["id"]), &side(&["a"]), &side(&["a"]));
    assert!(clean.warnings.is_empty() && clean.outcome.examples().is_empty());
}

/// Catches a lag with the wrong sign or key, an order that is not by lag, and a note about sides that are even.
#[test]
fn lags_are_listed_with_the_worst_first() {
    let lag = KindSettings::Freshness { max_lag: Duration::from_secs(60) };
    let keyed = check(lag, &["id"]);
    let side = |seconds: &[i128]| {
        let moments: Vec<i128> = seconds.iter().map(|second| second * SECOND).collect();
        frame(vec![integers("id", &(1..=moments.len() as i128).collect::<Vec<_>>()), instants("latest", &moments)])
    };
    let report = judge(&keyed, &side(&[1_000, 1_000, 1_000, 1_000]), &side(&[900, 990, 800, 1_005]));
    let shown: Vec<(String, Option<&str>, bool)> =
        report.outcome.measures().iter().map(|one| (one.key.to_string(), one.delta.as_deref(), one.within)).collect();
    let expected = [("id=3", "3m 20s", false), ("id=1", "1m 40s", false), ("id=2", "10s", true), ("id=4", "-5s", true)];
    assert_eq!(shown, expected.map(|(key, delta, within)| (key.to_owned(), Some(delta), within)));
    let totals = report.outcome.totals().unwrap();
    assert_eq!((totals.compared, totals.outside), (4, 2));
    assert!(report.warnings[0].message().contains("in 1 of 4"), "{}", report.warnings[0].message());
    assert!(judge(&keyed, &side(&[5]), &side(&[5])).warnings.is_empty(), "even is not ahead");
    let twice = frame(vec![integers("id", &[1, 1]), instants("latest", &[0, 1])]);
    assert!(judge(&keyed, &twice, &side(&[0])).error.unwrap().message().contains("more than one timestamp for id=1"));
    let null =
        frame(vec![integers("id", &[1, 2]), ("latest", Type::Instant, vec![Value::Null, Value::Instant(SECOND)])]);
    assert_eq!(judge(&keyed, &null, &null).status(), Status::Pass, "NULL equals NULL");
    assert_eq!(judge(&keyed, &null, &side(&[1, 1])).status(), Status::Fail);
    let dates = frame(vec![("latest", Type::Date, vec![Value::Date(2)])]);
    let day_before = frame(vec![("latest", Type::Date, vec![Value::Date(1)])]);
    let day = |secs| judge(&freshness(secs), &dates, &day_before).status();
    assert_eq!((day(86_400), day(86_399)), (Status::Pass, Status::Fail));
}

/// Catches measures that are not in the order of their drift, or cut so that the worst is lost.
#[test]
fn the_worst_measures_are_listed_first_and_all_are_counted() {
    let keys: Vec<i128> = (0..200).collect();
    let side = |values: &[i128]| frame(vec![integers("id", &keys), integers("n", values)]);
    let old = side(&[1_000; 200]);
    let new: Vec<i128> = (0..200).map(|at| if at % 2 == 0 { 1_000 } else { 1_000 + (at * 7) % 200 }).collect();
    let report = judge(&sum(&["id"]), &old, &side(&new));
    assert_eq!(report.outcome.measures().len(), Limits::default().measures);
    let totals = report.outcome.totals().unwrap();
    assert_eq!((totals.compared, totals.outside), (200, 100));
    let deltas: Vec<i128> =
        report.outcome.measures().iter().map(|one| one.delta.as_ref().unwrap().parse().unwrap()).collect();
    assert!(deltas.is_sorted_by(|a, b| a >= b), "{deltas:?}");
    assert_eq!(deltas[0], new.iter().max().unwrap() - 1_000);
    assert!(report.outcome.measures().iter().all(|one| !one.within));
    let few = judge(
        &sum(&["id"]),
        &frame(vec![integers("id", &[1, 2, 3]), integers("n", &[0, 5, 5])]),
        &frame(vec![integers("id", &[1, 2]), integers("n", &[1, 5])]),
    );
    let shown: Vec<(String, bool)> =
        few.outcome.measures().iter().map(|one| (one.key.to_string(), one.within)).collect();
    assert_eq!(shown, [("id=3".to_owned(), false), ("id=1".to_owned(), false), ("id=2".to_owned(), true)]);
}

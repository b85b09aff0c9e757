//! Groups of a percentile: too small, emptied, counted, and bounds that are hit exactly.

use crate::frame::{Type, Value};
use crate::model::Status;
use crate::spec::check::{Bounds, Percentile};

use super::*;

/// A check of the median by group that takes groups of 30 values.
fn medians() -> Check {
    let settings = Percentile { quantiles: vec![("p50".to_owned(), decimal("0.5"))], ..percentile(Some("0.05")) };
    check(KindSettings::Percentile(Box::new(Percentile { min_rows: 30, ..settings })), &["g"])
}

/// Group `a` has 100 values, group `b` those given.
fn raw(b: &[Option<i128>]) -> Frame {
    let values = (0..100).map(Value::Integer).chain(b.iter().map(|v| v.map_or(Value::Null, Value::Integer)));
    let names = (0..100).map(|_| text("a")).chain(b.iter().map(|_| text("b")));
    frame(vec![("g", Type::Text, names.collect()), ("ms", Type::Integer, values.collect())])
}

/// Group `a` as it is, group `b` with a median and a number of values.
fn finished(b: Value, n: Option<(Type, Value, Value)>) -> Frame {
    let mut columns = vec![
        texts("g", &["a", "b"]),
        ("p50", Type::Decimal { scale: 1 }, vec![Value::Decimal { unscaled: 495, scale: 1 }, b]),
    ];
    columns.extend(n.map(|(of, a, b)| ("n", of, vec![a, b])));
    frame(columns)
}

fn some(values: std::ops::Range<i128>) -> Vec<Option<i128>> {
    values.map(Some).collect()
}

/// Catches a group that lost its values and passes for too small.
#[test]
fn a_group_that_lost_its_values_is_a_difference() {
    let all = raw(&some(0..100));
    let (few, five, none) = (raw(&some(0..29)), raw(&some(0..5)), raw(&[None; 100]));
    let gone = raw(&[]);
    let totals = judge(&medians(), &all, &all).outcome.totals().unwrap();
    assert_eq!((totals.compared, totals.outside), (2, 0), "one number a group and quantile");
    for (old, new, status, too_small, why) in [
        (&all, &all, Status::Pass, 0, "nothing is lost"),
        (&all, &none, Status::Fail, 0, "every value became NULL"),
        (&none, &all, Status::Fail, 0, "values came from nowhere"),
        (&all, &gone, Status::Fail, 0, "the rows are gone"),
        (&gone, &five, Status::Fail, 0, "the rows came from nowhere"),
        (&all, &five, Status::Fail, 0, "100 values down to 5"),
        (&five, &all, Status::Fail, 0, "5 values up to 100"),
        (&five, &none, Status::Fail, 0, "all of few values are lost"),
        (&five, &five, Status::Warn, 1, "few on both sides"),
        (&few, &five, Status::Warn, 1, "29 are few"),
        (&raw(&some(0..30)), &raw(&some(0..30)), Status::Pass, 0, "30 are enough"),
        (&none, &none, Status::Warn, 1, "none on both sides"),
    ] {
        let report = judge(&medians(), old, new);
        assert_eq!((report.status(), report.outcome.too_small().len()), (status, too_small), "{why}: {report:?}");
        assert_eq!(report.outcome.too_small_groups(), (too_small > 0).then_some(1), "{why}");
    }
}

/// Catches a number of values that is not read because of its type, and one that is no number of values.
#[test]
fn the_number_of_values_is_read_whatever_its_type() {
    let median = Value::Decimal { unscaled: 495, scale: 1 };
    let of = |of: Type, n: fn(i128) -> Value| move |b: i128| Some((of.clone(), n(100), n(b)));
    let integer = of(Type::Integer, Value::Integer);
    let numeric = of(Type::Decimal { scale: 2 }, |n| Value::Decimal { unscaled: n * 100, scale: 2 });
    let float = of(Type::Float, |n| Value::Float(n as f64));
    for n in [&integer as &dyn Fn(i128) -> Option<(Type, Value, Value)>, &numeric, &float] {
        let status =
            |old, new| judge(&medians(), &finished(median.clone(), n(old)), &finished(median.clone(), n(new))).status();
        assert_eq!(status(100, 100), Status::Pass);
        assert_eq!(status(29, 29), Status::Warn);
        assert_eq!(status(30, 29), Status::Pass);
        let lost = judge(&medians(), &finished(median.clone(), n(100)), &finished(Value::Null, n(0)));
        assert_eq!(lost.status(), Status::Fail);
        assert_eq!(lost.outcome.measures()[0].count.as_ref().unwrap().new, Some(0));
    }
    let without = judge(&medians(), &finished(median.clone(), None), &raw(&some(0..5)));
    assert_eq!(without.outcome.too_small().len(), 0, "what is not known to be few is judged");
    let null = Some((Type::Integer, Value::Integer(100), Value::Null));
    assert_eq!(
        judge(&medians(), &finished(median.clone(), null.clone()), &finished(median.clone(), null)).status(),
        Status::Pass
    );
    for wrong in
        [Value::Float(1.5), Value::Float(-1.0), Value::Float(f64::NAN), Value::Float(f64::INFINITY), Value::Float(1e30)]
    {
        let report = judge(
            &medians(),
            &finished(median.clone(), Some((Type::Float, Value::Float(100.0), wrong.clone()))),
            &finished(median.clone(), None),
        );
        let message = report.error.unwrap().message();
        assert!(message.contains("`n`") && message.contains("old") && message.contains("g=b"), "{wrong:?}: {message}");
    }
}

/// Catches a quantile of no values, which passes beside the same of some.
#[test]
fn a_quantile_is_one_of_some_values() {
    let median = || Value::Decimal { unscaled: 495, scale: 1 };
    let of = |median: Value, n: i128| finished(median, Some((Type::Integer, Value::Integer(100), Value::Integer(n))));
    let report = judge(&medians(), &of(median(), 0), &of(median(), 50));
    let message = report.error.unwrap().message();
    assert!(message.contains("`n` is 0") && message.contains("old") && message.contains("g=b"), "{message}");
    assert_eq!(judge(&medians(), &of(Value::Null, 0), &of(Value::Null, 0)).error, None);
}

/// Catches a quantile beside an infinity that is NaN on both sides and so within every bound.
#[test]
fn nothing_is_interpolated_beside_an_infinity() {
    let settings = |q: &str| Percentile { quantiles: vec![("p".to_owned(), decimal(q))], ..percentile(Some("0.1")) };
    let judged = |q: &str, old: &[f64], new: &[f64]| {
        let side = |values| frame(vec![floats("ms", values)]);
        judge(&check(KindSettings::Percentile(Box::new(settings(q))), &[]), &side(old), &side(new))
    };
    let old = [f64::NEG_INFINITY, 1.0];
    let report = judged("0.75", &old, &[f64::NEG_INFINITY, 1000.0]);
    assert_eq!(report.status(), Status::Error);
    let message = report.error.unwrap().message();
    assert!(message.contains("`p`") && message.contains("-inf and 1"), "{message}");
    assert_eq!(judged("0.75", &[1.0, 2.0], &old).status(), Status::Error);
    assert_eq!(judged("0", &old, &old).status(), Status::Pass, "an infinity that is a value is one");
    assert_eq!(judged("0", &old, &[1.0, 1.0]).status(), Status::Fail);
    assert_eq!(judged("1", &old, &[0.0, 1.1]).status(), Status::Pass);
    let finished = |p: f64| frame(vec![floats("p", &[p])]);
    let of_finished = |old, new| {
        judge(&check(KindSettings::Percentile(Box::new(settings("0.5"))), &[]), &finished(old), &finished(new))
    };
    assert_eq!(of_finished(f64::INFINITY, f64::INFINITY).status(), Status::Pass);
    assert_eq!(of_finished(f64::INFINITY, 1.0).status(), Status::Fail);
    assert_eq!(of_finished(f64::NAN, f64::NAN).status(), Status::Error);
}

/// Catches bounds that are judged in binary floats, where 51 of 100 is a little more than 0.01 off 0.5.
#[test]
fn bounds_hold_where_they_are_hit_exactly_and_not_beyond() {
    let hundred: Vec<i128> = (1..=100).collect();
    let side = |values: &[i128]| frame(vec![integers("ms", values)]);
    let settings = || Percentile { quantiles: vec![("p50".to_owned(), decimal("0.5"))], ..percentile(None) };
    let status = |settings: Percentile, old: &[i128], new: &[i128]| {
        judge(&check(KindSettings::Percentile(Box::new(settings)), &[]), &side(old), &side(new)).status()
    };
    for (bound, expected) in [("0.01", Status::Pass), ("0.00999999999999999999", Status::Fail)] {
        let settings = Percentile { rank: Some(decimal(bound)), ..settings() };
        assert_eq!(status(settings.clone(), &hundred, &[49; 100]), expected, "{bound}");
        let warning = Percentile {
            warn: Bounds { rank: Some(decimal(bound)), ..Bounds::default() },
            rank: Some(decimal("0.5")),
            ..settings
        };
        let expected = if expected == Status::Pass { Status::Pass } else { Status::Warn };
        assert_eq!(status(warning, &hundred, &[49; 100]), expected, "{bound}");
    }
    // 3 of 10 values moved beyond all others.
    let moved: Vec<i128> = (1..=7).chain([200; 3]).collect();
    for (bound, expected) in [("0.3", Status::Pass), ("0.2999999999999999999", Status::Fail)] {
        let settings = Percentile { max_ks: Some(decimal(bound)), ..settings() };
        assert_eq!(status(settings, &(1..=10).collect::<Vec<_>>(), &moved), expected, "{bound}");
    }
    let floats = |v: f64| frame(vec![floats("ms", &[v; 3])]);
    let tenth = check(
        KindSettings::Percentile(Box::new(Percentile { tolerance: Some(tolerance("0", "0.1")), ..settings() })),
        &[],
    );
    assert_eq!(judge(&tenth, &floats(1.0), &floats(1.1)).status(), Status::Pass);
    assert_eq!(judge(&tenth, &floats(1.0), &floats(1.100_000_1)).status(), Status::Fail);
}

/// Catches a `rename` of a percentile's columns that only counts where it is of the key, or one of no column that counts.
#[test]
fn every_column_of_a_percentile_may_have_another_name_in_new() {
    let quantiles = |names: [&'static str; 3]| {
        let [p50, p95, n] = names;
        frame(vec![texts("model", &["a"]), floats(p50, &[1.0]), floats(p95, &[2.0]), integers(n, &[9])])
    };
    let mut check = check(KindSettings::Percentile(Box::new(percentile(Some("0")))), &["model"]);
    let old = quantiles(["p50", "p95", "n"]);
    let new = || quantiles(["median", "p95", "values"]);
    assert_eq!(judge(&check, &old, &new()).status(), Status::Error);
    for (name, new_name) in [("p50", "median"), ("n", "values")] {
        check.rename.insert(name.to_owned(), new_name.to_owned());
    }
    let report = judge(&check, &old, &new());
    assert_eq!(report.status(), Status::Pass);
    assert_eq!(report.outcome.measures()[0].count.as_ref().unwrap().new, Some(9));
    let raw = |name| frame(vec![texts("model", &["a"]), floats(name, &[1.0])]);
    assert_eq!(judge(&check, &raw("ms"), &raw("ms")).status(), Status::Error, "a name that new does not return");
    check.rename = [("ms".to_owned(), "duration".to_owned())].into();
    assert_eq!(judge(&check, &raw("ms"), &raw("duration")).status(), Status::Pass);
    check.columns.insert("note".to_owned(), comparison(Comparison::Ignore("free text".to_owned())));
    check.rename.insert("note".to_owned(), "remark".to_owned());
    let beside = |name, note| frame(vec![texts("model", &["a"]), floats(name, &[1.0]), texts(note, &["x"])]);
    assert_eq!(judge(&check, &beside("ms", "note"), &beside("duration", "remark")).status(), Status::Pass);
}

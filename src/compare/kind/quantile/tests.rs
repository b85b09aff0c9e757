#![expect(clippy::float_cmp, reason = "the exact float is what is asserted")]

use proptest::prelude::*;

use super::*;
use crate::compare::value::number::plain;

fn integers(values: &[i128]) -> Sample {
    Sample::new(values.iter().map(|v| Value::Integer(*v)).collect()).unwrap()
}

fn floats(values: &[f64]) -> Sample {
    Sample::new(values.iter().map(|v| Value::Float(*v)).collect()).unwrap()
}

fn decimal(text: &str) -> BigDecimal {
    text.parse().unwrap()
}

fn text(number: Result<Option<Number>, SampleError>) -> String {
    match number {
        Ok(Some(Number::Finite(n))) => plain(&n),
        other => format!("{other:?}"),
    }
}

/// Values of PostgreSQL: `SELECT percentile_cont(q) WITHIN GROUP (ORDER BY v) FROM (VALUES (15),(20),(35),(40),(50)) t(v)`.
#[test]
fn quantiles_are_those_of_percentile_cont() {
    for sample in [integers(&[50, 15, 40, 20, 35]), floats(&[50.0, 15.0, 40.0, 20.0, 35.0])] {
        for (q, expected) in [("0", "15"), ("0.4", "29"), ("0.5", "35"), ("0.95", "48"), ("1", "50")] {
            assert_eq!(text(sample.quantile(&decimal(q))), expected, "{q}");
        }
    }
    assert_eq!(integers(&[]).quantile(&decimal("0.5")), Ok(None));
    assert_eq!(text(integers(&[7]).quantile(&decimal("0.99"))), "7");
}

#[test]
fn wide_integers_stay_exact() {
    let sample = integers(&[9_007_199_254_740_992, 9_007_199_254_740_994]);
    assert_eq!(text(sample.quantile(&decimal("0.5"))), "9007199254740993");
}

/// Catches a rank worked out in floats: 0.29 × 100 is a little less than 29 there.
#[test]
fn floats_are_taken_as_they_are_written() {
    let sample = floats(&(0..=100).map(f64::from).collect::<Vec<_>>());
    assert_eq!(text(sample.quantile(&decimal("0.29"))), "29");
    assert_eq!(text(floats(&[0.1, 0.2]).quantile(&decimal("0.5"))), "0.15");
    assert_eq!(text(floats(&[-f64::MAX, f64::MAX]).quantile(&decimal("0.5"))), "0");
}

#[test]
fn infinity_is_a_value_and_nothing_lies_between_it_and_another() {
    assert_eq!(Sample::new(vec![Value::Float(f64::NAN)]), Err(SampleError::NaN));
    let (up, down) = (Number::Infinite { negative: false }, Number::Infinite { negative: true });
    let sample = floats(&[1.0, f64::INFINITY, f64::INFINITY]);
    assert_eq!(sample.quantile(&decimal("0.9")), Ok(Some(up.clone())));
    assert_eq!(sample.quantile(&decimal("0.5")), Ok(Some(up)));
    assert_eq!(text(sample.quantile(&decimal("0"))), "1");
    let both = floats(&[f64::NEG_INFINITY, 1.0]);
    assert_eq!(both.quantile(&decimal("0")), Ok(Some(down)));
    assert_eq!(text(both.quantile(&decimal("1"))), "1");
    for (sample, q) in [(sample, "0.25"), (both, "0.75"), (floats(&[f64::NEG_INFINITY, f64::INFINITY]), "0.5")] {
        assert!(matches!(sample.quantile(&decimal(q)), Err(SampleError::Unbounded { .. })), "{sample:?}");
    }
}

#[test]
fn what_is_no_number_makes_no_sample() {
    for value in [Value::Bool(true), Value::Text("1".into())] {
        assert_eq!(Sample::new(vec![value.clone()]), Err(SampleError::NoNumber));
        assert_eq!(Sample::new(vec![value, Value::Float(1.0)]), Err(SampleError::NoNumber));
    }
}

#[test]
fn a_rank_inside_a_run_of_equal_values_is_no_error() {
    let error = |sample: &Sample, x: &str, q: &str| {
        sample.rank_error(&Number::Finite(decimal(x)), &decimal(q)).unwrap().shown()
    };
    let sample = integers(&[1, 2, 2, 2, 3]);
    assert_eq!(error(&sample, "2", "0.5"), 0.0);
    assert_eq!(error(&sample, "3", "0.5"), 0.3);
    assert_eq!(error(&sample, "0", "0.95"), 0.95);
    assert_eq!(error(&sample, "9", "0.95"), 0.05);
    assert_eq!(sample.rank_error(&Number::NaN, &decimal("0.5")), None);
    assert_eq!(integers(&[]).rank_error(&Number::Finite(decimal("1")), &decimal("0.5")), None);
    let beyond = |sample: &Sample, negative, q: &str| {
        sample.rank_error(&Number::Infinite { negative }, &decimal(q)).unwrap().shown()
    };
    for sample in [&sample, &floats(&[1.0, 2.0])] {
        assert_eq!((beyond(sample, false, "0.5"), beyond(sample, true, "0.5")), (0.5, 0.5));
        assert_eq!((beyond(sample, false, "1"), beyond(sample, true, "0")), (0.0, 0.0));
    }
}

/// Catches a bound of binary floats: 0.51 − 0.5 is a little more than 0.01 there.
#[test]
fn bounds_that_are_hit_exactly_hold() {
    let hundred = integers(&(1..=100).collect::<Vec<_>>());
    let error = hundred.rank_error(&Number::Finite(decimal("49")), &decimal("0.5")).unwrap();
    assert!(error.is_within(&decimal("0.01")) && !error.is_within(&decimal("0.0099999999999999999")));
    let distance = integers(&[1, 2, 3]).ks_distance(&integers(&[2, 3, 4, 5, 6, 7, 8, 9, 10, 11])).unwrap();
    assert_eq!(distance.shown(), 0.8);
    assert!(distance.is_within(&decimal("0.8")) && !distance.is_within(&decimal("0.7999999999999999999")));
}

#[test]
fn ks_is_zero_for_the_same_and_one_for_apart() {
    let ks = |a: &[i128], b: &[i128]| integers(a).ks_distance(&integers(b)).map(|share| share.shown());
    assert_eq!(ks(&[1, 2, 3], &[3, 2, 1]), Some(0.0));
    assert_eq!(ks(&[1, 2], &[3, 4]), Some(1.0));
    assert_eq!(ks(&[1, 2, 3, 4], &[1, 2]), Some(0.5));
    assert_eq!(ks(&[], &[1]), None);
    assert_eq!(ks(&[1], &[]), None);
    let mixed = floats(&[1.0, f64::INFINITY]).ks_distance(&integers(&[1, 2])).unwrap();
    assert_eq!(mixed.shown(), 0.5, "an integer and a float of one value are one");
}

fn values() -> impl Strategy<Value = Vec<i128>> {
    prop::collection::vec(-4i128..5, 1..9)
}

/// q as a fraction of `of`, so that ranks are hit exactly.
fn share() -> impl Strategy<Value = BigDecimal> {
    (0u32..=40).prop_map(|of| BigDecimal::from(of) / BigDecimal::from(40))
}

proptest! {
    /// Catches a quantile that is not the value whose rank is (n − 1) q on the broken line through all values.
    #[test]
    fn a_quantile_lies_on_the_line_through_the_values(values in values(), q in share()) {
        let mut sorted = values.clone();
        sorted.sort_unstable();
        let rank = &q * BigDecimal::from(sorted.len() as u64 - 1);
        let mut expected = BigDecimal::from(sorted[0]);
        for (at, pair) in sorted.windows(2).enumerate() {
            // How far the rank has come on this stretch of the line.
            let share = (&rank - BigDecimal::from(at as u64)).max(0.into()).min(1.into());
            expected += share * BigDecimal::from(pair[1] - pair[0]);
        }
        prop_assert_eq!(integers(&values).quantile(&q), Ok(Some(Number::Finite(expected.clone()))));
        let as_floats: Vec<f64> = values.iter().map(|v| *v as f64).collect();
        prop_assert_eq!(floats(&as_floats).quantile(&q), Ok(Some(Number::Finite(expected))));
    }

    /// Catches a rank error that leaves out one end of the step, counted value by value.
    #[test]
    fn a_rank_error_is_the_distance_from_the_step(values in values(), x in -5i128..6, q in share()) {
        let size = BigDecimal::from(values.len() as u64);
        let below = BigDecimal::from(values.iter().filter(|v| **v < x).count() as u64) / &size;
        let up_to = BigDecimal::from(values.iter().filter(|v| **v <= x).count() as u64) / &size;
        let expected = if q < below { below - &q } else if q > up_to { &q - up_to } else { 0.into() };
        let found = integers(&values).rank_error(&Number::Finite(x.into()), &q).unwrap();
        prop_assert!((found.shown() - expected.to_f64().unwrap()).abs() < 1e-12, "{:?} {}", found, expected);
        let as_floats: Vec<f64> = values.iter().map(|v| *v as f64).collect();
        prop_assert_eq!(floats(&as_floats).rank_error(&Number::Finite(x.into()), &q), Some(found));
    }

    /// Catches a gap that is measured inside a run of equal values, or only up to the end of the shorter sample.
    #[test]
    fn ks_is_the_widest_gap_at_any_value(a in values(), b in values()) {
        let up_to = |values: &[i128], x: i128| values.iter().filter(|v| **v <= x).count() as f64 / values.len() as f64;
        let gaps = (-5..6).map(|x| (up_to(&a, x) - up_to(&b, x)).abs());
        let expected = gaps.fold(0.0, f64::max);
        let found = integers(&a).ks_distance(&integers(&b)).unwrap();
        prop_assert!((found.shown() - expected).abs() < 1e-12);
        prop_assert_eq!(integers(&b).ks_distance(&integers(&a)), Some(found));
    }
}

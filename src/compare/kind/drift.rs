//! How the drift of percentiles is spread over groups: one number per percentile would hide where it is bad.
//!
//! It describes and never judges, so floats will do.

use bigdecimal::ToPrimitive;

use super::super::value::number;
use super::super::value::number::Number;
use crate::model::{Drift, Key};

/// Decimals shown: a hundredth of a percent.
const SHOWN: f64 = 10_000.0;

/// (new − old) ÷ |old|; none where either is absent or not finite, or old is 0.
pub(crate) fn relative(old: &Option<Number>, new: &Option<Number>) -> Option<f64> {
    let (Some(Number::Finite(old)), Some(Number::Finite(new))) = (old, new) else { return None };
    let old_float = old.to_f64().filter(|old| *old != 0.0)?;
    ((new - old).to_f64()? / old_float.abs()).into()
}

/// Drift by quantile and by what is measured, in the order in which they first came.
#[derive(Default)]
pub(crate) struct Spread(Vec<Series>);

struct Series {
    name: String,
    of: &'static str,
    values: Vec<f64>,
    worst: Key,
    worst_size: f64,
    worst_value: f64,
}

impl Spread {
    /// Adds the drift of one group.
    pub(crate) fn add(&mut self, name: &str, of: &'static str, value: f64, key: &Key) {
        if !value.is_finite() {
            return;
        }
        let at = self.0.iter().position(|one| one.name == name && one.of == of).unwrap_or_else(|| {
            let worst = Key::default();
            self.0.push(Series {
                name: name.to_owned(),
                of,
                values: vec![],
                worst,
                worst_size: -1.0,
                worst_value: 0.0,
            });
            self.0.len() - 1
        });
        let series = &mut self.0[at];
        series.values.push(value);
        if value.abs() > series.worst_size {
            (series.worst_size, series.worst_value, series.worst) = (value.abs(), value, key.clone());
        }
    }

    /// Median, 90th percentile and worst of each series.
    pub(crate) fn finish(self) -> Vec<Drift> {
        let one = |mut series: Series| {
            series.values.sort_by(f64::total_cmp);
            let median = quantile(&series.values, 0.5);
            let mut sizes: Vec<f64> = series.values.iter().map(|value| value.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            Drift {
                name: series.name,
                of: series.of.to_owned(),
                groups: sizes.len() as u64,
                median: shown(median),
                p90: shown(quantile(&sizes, 0.9)),
                worst: shown(series.worst_value),
                worst_key: series.worst,
            }
        };
        self.0.into_iter().map(one).collect()
    }
}

/// The quantile of sorted values, linearly interpolated as those of the check are; 0 of none.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = q * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64)
}

/// Rounded to four decimals, and never `-0`.
fn shown(value: f64) -> String {
    number::float_text((value * SHOWN).round() / SHOWN + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bucket: &str) -> Key {
        Key(vec![("bucket".to_owned(), Some(bucket.to_owned()))])
    }

    /// A mean instead of a median, an unsigned worst, or the wrong bucket's name would show.
    #[test]
    fn the_spread_names_the_worst_bucket_and_keeps_its_sign() {
        let mut spread = Spread::default();
        for (bucket, value) in [("a", 0.01), ("b", -0.9), ("c", 0.02), ("d", 0.03), ("e", 0.04)] {
            spread.add("p95", "relative", value, &key(bucket));
        }
        let [drift] = spread.finish().try_into().unwrap();
        assert_eq!((drift.median.as_str(), drift.worst.as_str(), drift.groups), ("0.02", "-0.9", 5));
        assert_eq!(drift.worst_key, key("b"));
        // |values| sorted: 0.01 0.02 0.03 0.04 0.9; at 0.9 × 4 = 3.6 between the last two.
        assert_eq!(drift.p90, "0.556");
    }

    #[test]
    fn nothing_is_relative_to_zero() {
        let number = |n: i64| Some(Number::Finite(n.into()));
        assert_eq!(relative(&number(0), &number(5)), None);
        assert_eq!(relative(&number(-4), &number(-6)), Some(-0.5));
        assert_eq!(relative(&None, &number(5)), None);
    }
}

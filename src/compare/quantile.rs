//! Quantiles, ranks and the distance of two distributions, exact where the values are.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::number::{Number, number};
use super::pairing::ascending;
use crate::frame::Value;

/// The values of one group, ascending, never NULL or NaN.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sample {
    /// Integers and decimals.
    Exact(Vec<BigDecimal>),
    /// At least one float among them.
    Floats(Vec<f64>),
}

/// Why values make no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SampleError {
    /// NaN has no place in an order.
    #[error("a value is NaN, which has no place in an order; leave it out in the query")]
    NaN,
    /// Not a number at all.
    #[error("a value is no number; cast the column in the query")]
    NoNumber,
}

impl Sample {
    /// Sorts `values`, which hold no NULL.
    pub(super) fn new(mut values: Vec<Value>) -> Result<Sample, SampleError> {
        let floats = values.iter().any(|value| matches!(value, Value::Float(_)));
        if values.iter().any(|value| matches!(value, Value::Float(v) if v.is_nan())) {
            return Err(SampleError::NaN);
        }
        values.sort_by(ascending);
        if floats {
            let float = |value: Value| match value {
                Value::Float(v) => Ok(v),
                _ => Err(SampleError::NoNumber),
            };
            return values.into_iter().map(float).collect::<Result<Vec<_>, _>>().map(Sample::Floats);
        }
        let exact = |value: Value| match number(&value) {
            Some(Number::Finite(v)) if !matches!(value, Value::Bool(_)) => Ok(v),
            _ => Err(SampleError::NoNumber),
        };
        let mut numbers = values.into_iter().map(exact).collect::<Result<Vec<_>, _>>()?;
        numbers.sort();
        Ok(Sample::Exact(numbers))
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Sample::Exact(values) => values.len(),
            Sample::Floats(values) => values.len(),
        }
    }

    /// The quantile `q` in [0, 1]: linear between the two values around rank (n − 1) q, counted from 0.
    ///
    /// Hyndman and Fan 1996, definition 7; PostgreSQL's `percentile_cont`, ClickHouse's
    /// `quantileExactInclusive`. `None` for an empty sample.
    pub(super) fn quantile(&self, q: f64) -> Option<Number> {
        let last = self.len().checked_sub(1)?;
        match self {
            Sample::Exact(values) => {
                // The shortest text of q is what the suite says, 0.95 and not its binary neighbour.
                let rank = BigDecimal::from(last as u64) * q.to_string().parse::<BigDecimal>().ok()?;
                let below = rank.with_scale_round(0, RoundingMode::Down);
                let at = below.to_usize()?;
                let share = rank - below;
                let low = &values[at];
                let high = &values[(at + 1).min(last)];
                Some(Number::Finite(low + share * (high - low)))
            }
            Sample::Floats(values) => {
                let rank = last as f64 * q;
                let at = rank.floor();
                let share = rank - at;
                let low = values[at as usize];
                let high = values[(at as usize + 1).min(last)];
                // Between two infinities of one sign there is nothing to interpolate.
                let value = if low == high || share == 0.0 { low } else { low + share * (high - low) };
                number(&Value::Float(value))
            }
        }
    }

    /// The shares of values below `x` and not above it: [F(x−), F(x)]. `None` for an empty sample or NaN.
    fn ranks(&self, x: &Number) -> Option<(f64, f64)> {
        let size = self.len() as f64;
        if self.len() == 0 {
            return None;
        }
        let (below, up_to) = match self {
            Sample::Exact(values) => match x {
                Number::Finite(x) => (values.partition_point(|v| v < x), values.partition_point(|v| v <= x)),
                Number::Infinite { negative: true } => (0, 0),
                Number::Infinite { negative: false } => (values.len(), values.len()),
                Number::NaN => return None,
            },
            Sample::Floats(values) => {
                let before = |v: &f64, inclusive: bool| match (number(&Value::Float(*v)), x) {
                    (Some(Number::Finite(v)), Number::Finite(x)) => {
                        if inclusive {
                            v <= *x
                        } else {
                            v < *x
                        }
                    }
                    (Some(Number::Infinite { negative }), Number::Finite(_)) => negative,
                    (Some(Number::Finite(_)), Number::Infinite { negative }) => !negative,
                    (Some(Number::Infinite { negative: v }), Number::Infinite { negative: x }) => {
                        if inclusive {
                            v || !x
                        } else {
                            v && !x
                        }
                    }
                    _ => false,
                };
                if *x == Number::NaN {
                    return None;
                }
                (values.partition_point(|v| before(v, false)), values.partition_point(|v| before(v, true)))
            }
        };
        Some((below as f64 / size, up_to as f64 / size))
    }

    /// Rank error of `x` as an estimate of quantile `q`: the distance of q from [F(x−), F(x)], in [0, 1].
    pub(super) fn rank_error(&self, x: &Number, q: f64) -> Option<f64> {
        let (below, up_to) = self.ranks(x)?;
        Some((below - q).max(q - up_to).max(0.0))
    }

    /// Kolmogorov–Smirnov distance: the largest gap between the two cumulative distributions, in [0, 1].
    pub(super) fn ks_distance(&self, other: &Sample) -> Option<f64> {
        let own = self.numbers();
        let theirs = other.numbers();
        if own.is_empty() || theirs.is_empty() {
            return None;
        }
        let (mut i, mut j, mut widest) = (0, 0, 0.0_f64);
        while i < own.len() && j < theirs.len() {
            let least = if order(&own[i], &theirs[j]).is_le() { own[i].clone() } else { theirs[j].clone() };
            while i < own.len() && own[i] == least {
                i += 1;
            }
            while j < theirs.len() && theirs[j] == least {
                j += 1;
            }
            widest = widest.max((i as f64 / own.len() as f64 - j as f64 / theirs.len() as f64).abs());
        }
        Some(widest)
    }

    fn numbers(&self) -> Vec<Number> {
        match self {
            Sample::Exact(values) => values.iter().cloned().map(Number::Finite).collect(),
            Sample::Floats(values) => values.iter().filter_map(|v| number(&Value::Float(*v))).collect(),
        }
    }
}

fn order(a: &Number, b: &Number) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (a, b) {
        (Number::Finite(a), Number::Finite(b)) => a.cmp(b),
        (Number::Infinite { negative: a }, Number::Infinite { negative: b }) => b.cmp(a),
        (Number::Infinite { negative }, _) => {
            if *negative {
                Less
            } else {
                Greater
            }
        }
        (_, Number::Infinite { negative }) => {
            if *negative {
                Greater
            } else {
                Less
            }
        }
        _ => Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::super::number::plain;
    use super::*;

    fn integers(values: &[i128]) -> Sample {
        Sample::new(values.iter().map(|v| Value::Integer(*v)).collect()).unwrap()
    }

    fn text(number: Option<Number>) -> String {
        match number {
            Some(Number::Finite(n)) => plain(&n),
            other => format!("{other:?}"),
        }
    }

    /// Values of PostgreSQL: `SELECT percentile_cont(q) WITHIN GROUP (ORDER BY v) FROM (VALUES (15),(20),(35),(40),(50)) t(v)`.
    #[test]
    fn quantiles_are_those_of_percentile_cont() {
        let sample = integers(&[50, 15, 40, 20, 35]);
        for (q, expected) in [(0.0, "15"), (0.4, "29"), (0.5, "35"), (0.95, "48"), (1.0, "50")] {
            assert_eq!(text(sample.quantile(q)), expected, "{q}");
        }
        assert_eq!(integers(&[]).quantile(0.5), None);
        assert_eq!(text(integers(&[7]).quantile(0.99)), "7");
    }

    #[test]
    fn wide_integers_stay_exact() {
        let sample = integers(&[9_007_199_254_740_992, 9_007_199_254_740_994]);
        assert_eq!(text(sample.quantile(0.5)), "9007199254740993");
    }

    #[test]
    fn nan_is_refused_and_infinity_is_a_value() {
        assert_eq!(Sample::new(vec![Value::Float(f64::NAN)]), Err(SampleError::NaN));
        let sample =
            Sample::new(vec![Value::Float(1.0), Value::Float(f64::INFINITY), Value::Float(f64::INFINITY)]).unwrap();
        assert_eq!(sample.quantile(0.9), Some(Number::Infinite { negative: false }));
    }

    #[test]
    fn a_rank_inside_a_run_of_equal_values_is_no_error() {
        let sample = integers(&[1, 2, 2, 2, 3]);
        assert_eq!(sample.rank_error(&Number::Finite(2.into()), 0.5), Some(0.0));
        let off = sample.rank_error(&Number::Finite(3.into()), 0.5).unwrap();
        assert!((off - 0.3).abs() < 1e-12, "{off}");
        let far = sample.rank_error(&Number::Finite(0.into()), 0.95).unwrap();
        assert!((far - 0.95).abs() < 1e-12, "{far}");
    }

    #[test]
    fn ks_is_zero_for_the_same_and_one_for_apart() {
        assert_eq!(integers(&[1, 2, 3]).ks_distance(&integers(&[3, 2, 1])), Some(0.0));
        assert_eq!(integers(&[1, 2]).ks_distance(&integers(&[3, 4])), Some(1.0));
        assert_eq!(integers(&[1, 2, 3, 4]).ks_distance(&integers(&[1, 2])), Some(0.5));
    }
}

//! Quantiles, ranks and the distance of two distributions: exact, so that a bound that is hit exactly holds.
//!
//! A float is taken as it is written in decimals, which is what people mean by it.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive, Zero};
use xxhash_rust::xxh3::Xxh3;

use super::super::value::number::{Number, number, plain, written};
use super::super::value::order::ascending;
use crate::frame::Value;

/// The values of one group, ascending, never NULL or NaN.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sample {
    /// Integers and decimals.
    Exact(Vec<BigDecimal>),
    /// At least one float among them.
    Floats(Vec<f64>),
}

/// Why values make no sample, or a sample has no such quantile.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum SampleError {
    /// NaN has no place in an order.
    #[error("a value is NaN, which has no place in an order; leave it out in the query")]
    NaN,
    /// Not a number at all.
    #[error("a value is no number; cast the column in the query")]
    NoNumber,
    /// The quantile lies beside an infinity.
    #[error(
        "the quantile lies between {low} and {high}, and there is nothing to interpolate; leave infinite values out in the \
         query, or compare the distributions with `max_ks` alone"
    )]
    Unbounded {
        /// The value below.
        low: f64,
        /// The value above.
        high: f64,
    },
}

/// A share as the quotient of a number and a count, never rounded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Share {
    part: BigDecimal,
    of: BigDecimal,
}

impl Share {
    /// Whether it is at most `bound`.
    pub(crate) fn is_within(&self, bound: &BigDecimal) -> bool {
        self.part <= bound * &self.of
    }

    /// The nearest float, for people.
    pub(crate) fn shown(&self) -> f64 {
        self.part.to_f64().zip(self.of.to_f64()).map_or(0.0, |(part, of)| part / of)
    }
}

impl Sample {
    /// Sorts `values`, which hold no NULL.
    pub(crate) fn new(mut values: Vec<Value>) -> Result<Sample, SampleError> {
        let floats = values.iter().any(|value| matches!(value, Value::Float(_)));
        if values.iter().any(|value| matches!(value, Value::Float(v) if v.is_nan())) {
            return Err(SampleError::NaN);
        }
        if floats {
            values.sort_by(ascending);
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
    pub(crate) fn len(&self) -> usize {
        match self {
            Sample::Exact(values) => values.len(),
            Sample::Floats(values) => values.len(),
        }
    }

    /// Returns what tells these values and those of `new` from any others, but for one chance in 2⁶⁴.
    pub(crate) fn fingerprint(&self, new: &Sample) -> u64 {
        let mut hash = Xxh3::new();
        for sample in [self, new] {
            hash.update(&(sample.len() as u64).to_le_bytes());
            match sample {
                Sample::Exact(values) => values.iter().for_each(|value| {
                    let text = plain(value);
                    hash.update(&(text.len() as u64).to_le_bytes());
                    hash.update(text.as_bytes());
                }),
                Sample::Floats(values) => values.iter().for_each(|value| hash.update(&value.to_bits().to_le_bytes())),
            }
        }
        hash.digest()
    }

    /// The quantile `q` in [0, 1]: linear between the two values around rank (n − 1) q, counted from 0.
    ///
    /// Hyndman and Fan 1996, definition 7; PostgreSQL's `percentile_cont`, ClickHouse's
    /// `quantileExactInclusive`. `None` for an empty sample; an error beside an infinity that it is not itself.
    pub(crate) fn quantile(&self, q: &BigDecimal) -> Result<Option<Number>, SampleError> {
        let Some(last) = self.len().checked_sub(1) else { return Ok(None) };
        let rank = BigDecimal::from(last as u64) * q;
        let below = rank.with_scale_round(0, RoundingMode::Down);
        let at = below.to_usize().unwrap_or(last).min(last);
        let share = rank - below;
        let next = if share.is_zero() { at } else { (at + 1).min(last) };
        let between = |low: &BigDecimal, high: &BigDecimal| Number::Finite(low + &share * (high - low));
        match self {
            Sample::Exact(values) => Ok(Some(between(&values[at], &values[next]))),
            Sample::Floats(values) => match (written(values[at], false), written(values[next], false)) {
                (low, high) if low == high => Ok(Some(low)),
                (Number::Finite(low), Number::Finite(high)) => Ok(Some(between(&low, &high))),
                _ => Err(SampleError::Unbounded { low: values[at], high: values[next] }),
            },
        }
    }

    /// How many values lie below `x`, and how many not above it.
    fn ranks(&self, x: &Number) -> (usize, usize) {
        match (self, x) {
            (Sample::Exact(values), Number::Finite(x)) => {
                (values.partition_point(|v| v < x), values.partition_point(|v| v <= x))
            }
            (Sample::Exact(values), Number::Infinite { negative }) => {
                let all = if *negative { 0 } else { values.len() };
                (all, all)
            }
            (Sample::Exact(values), Number::NaN) => (values.len(), values.len()),
            (Sample::Floats(values), x) => (
                values.partition_point(|v| written(*v, false) < *x),
                values.partition_point(|v| written(*v, false) <= *x),
            ),
        }
    }

    /// Rank error of `x` as an estimate of quantile `q`: the distance of q from [F(x−), F(x)], in [0, 1]. `None` for an
    /// empty sample or NaN.
    pub(crate) fn rank_error(&self, x: &Number, q: &BigDecimal) -> Option<Share> {
        if self.len() == 0 || *x == Number::NaN {
            return None;
        }
        let (below, up_to) = self.ranks(x);
        let count = |count: usize| BigDecimal::from(count as u64);
        let (of, place) = (count(self.len()), q * count(self.len()));
        let part = (count(below) - &place).max(place - count(up_to)).max(BigDecimal::zero());
        Some(Share { part, of })
    }

    /// Kolmogorov–Smirnov distance: the largest gap between the two cumulative distributions, in [0, 1].
    pub(crate) fn ks_distance(&self, other: &Sample) -> Option<Share> {
        let own = self.numbers();
        let theirs = other.numbers();
        if own.is_empty() || theirs.is_empty() {
            return None;
        }
        let (mut i, mut j, mut widest) = (0, 0, 0_u128);
        while i < own.len() && j < theirs.len() {
            let least = (&own[i]).min(&theirs[j]).clone();
            i += own[i..].iter().take_while(|value| **value == least).count();
            j += theirs[j..].iter().take_while(|value| **value == least).count();
            widest = widest.max((i as u128 * theirs.len() as u128).abs_diff(j as u128 * own.len() as u128));
        }
        let of = BigDecimal::from(own.len() as u128 * theirs.len() as u128);
        Some(Share { part: BigDecimal::from(widest), of })
    }

    fn numbers(&self) -> Vec<Number> {
        match self {
            Sample::Exact(values) => values.iter().cloned().map(Number::Finite).collect(),
            Sample::Floats(values) => values.iter().map(|v| written(*v, false)).collect(),
        }
    }
}

#[cfg(test)]
mod tests;

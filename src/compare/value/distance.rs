//! How far apart two numbers are: exact, and made into a number of any width only where a smaller form will not do.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, Zero, num_bigint::BigInt};

use super::number;
use super::number::number;
use crate::frame::{Decimal, Value};

/// |new − old| of two finite numbers.
#[derive(Clone, Debug)]
pub(crate) enum Distance {
    /// A decimal.
    Decimal(Decimal),
    /// Between two finite floats, which is worked out only where it counts.
    Floats(f64, f64),
    /// Anything else.
    Wide(BigDecimal),
}

impl Distance {
    /// No distance.
    pub(crate) fn zero() -> Self {
        Distance::Decimal(Decimal::new(0, 0))
    }

    /// Between two values; absent where either is no finite number.
    pub(crate) fn between(old: &Value, new: &Value) -> Option<Self> {
        if let (Value::Float(old), Value::Float(new)) = (old, new) {
            return (old.is_finite() && new.is_finite()).then_some(Distance::Floats(*old, *new));
        }
        let narrow = decimal(old).zip(decimal(new)).and_then(|(old, new)| narrow_distance(old, new));
        narrow.or_else(|| number::distance(&number(old)?, &number(new)?).map(Distance::Wide))
    }

    /// Between two decimals; absent where that takes more than 128 bits.
    pub(crate) fn between_decimals(old: Decimal, new: Decimal) -> Option<Self> {
        narrow_distance(old, new)
    }

    /// Whether the numbers are equal; −0.0 equals 0.0.
    #[expect(clippy::float_cmp, reason = "two floats are equal or they have a distance")]
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Distance::Decimal(distance) => distance.unscaled == 0,
            Distance::Floats(old, new) => old == new,
            Distance::Wide(distance) => distance.is_zero(),
        }
    }

    /// The distance as a number.
    pub(crate) fn exact(&self) -> BigDecimal {
        match self {
            Distance::Decimal(Decimal { unscaled, scale }) => {
                BigDecimal::new(BigInt::from(*unscaled), i64::from(*scale))
            }
            Distance::Floats(old, new) => {
                let exact = |float: f64| BigDecimal::try_from(float).expect("a finite float");
                (exact(*new) - exact(*old)).abs()
            }
            Distance::Wide(distance) => distance.clone(),
        }
    }
}

impl PartialEq for Distance {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Distance {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let quick = match (self, other) {
            (Distance::Decimal(a), Distance::Decimal(b)) => a.aligned(*b).map(|(a, b, _)| a.cmp(&b)),
            // A float subtraction rounds, and rounding never swaps two numbers, but it may make them one.
            (Distance::Floats(old, new), Distance::Floats(other_old, other_new)) => {
                let exact = || is_exact(*old, *new) && is_exact(*other_old, *other_new);
                (new - old).abs().partial_cmp(&(other_new - other_old).abs()).filter(|order| order.is_ne() || exact())
            }
            _ => None,
        };
        Some(quick.unwrap_or_else(|| self.exact().cmp(&other.exact())))
    }
}

/// Whether `new − old` is not rounded: Knuth's TwoSum tells by how much it is.
fn is_exact(old: f64, new: f64) -> bool {
    let sum = new - old;
    let of_old = sum - new;
    let error = (new - (sum - of_old)) + (-old - of_old);
    sum.is_finite() && error == 0.0
}

/// An integer or decimal that is no wider than 128 bits.
fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(unscaled) => Some(Decimal::new(*unscaled, 0)),
        Value::Decimal { unscaled, scale } => Some(Decimal::new(*unscaled, *scale)),
        _ => None,
    }
}

fn narrow_distance(old: Decimal, new: Decimal) -> Option<Distance> {
    let (old, new, scale) = old.aligned(new)?;
    Some(Distance::Decimal(Decimal::new(new.checked_sub(old)?.checked_abs()?, scale)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = Value> {
        let small = (-1_000i128..1_000, 0u8..4);
        let wide = (any::<i128>(), 0u8..39);
        prop_oneof![
            prop_oneof![small, wide].prop_map(|(unscaled, scale)| Value::Decimal { unscaled, scale }),
            any::<i128>().prop_map(Value::Integer),
            any::<f64>().prop_map(Value::Float),
            (-8i8..8).prop_map(|v| Value::Float(f64::from(v) / 10.0)),
            any::<u128>().prop_map(Value::Unsigned),
            "-?[0-9]{1,60}[.][0-9]{0,60}".prop_map(|text| crate::frame::wide::read(&text).unwrap()),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
        ]
    }

    fn plainly(old: &Value, new: &Value) -> Option<BigDecimal> {
        number::distance(&number(old)?, &number(new)?)
    }

    proptest! {
        /// Catches a distance that overflows or rounds, and an order of distances that is not that of the numbers.
        #[test]
        fn distances_and_their_order_are_exact(a in any_number(), b in any_number(), c in any_number(), d in any_number()) {
            let (one, two) = (Distance::between(&a, &b), Distance::between(&c, &d));
            prop_assert_eq!(one.as_ref().map(Distance::exact), plainly(&a, &b));
            prop_assert_eq!(one.as_ref().map(Distance::is_zero), plainly(&a, &b).map(|distance| distance.is_zero()));
            prop_assert_eq!(one.partial_cmp(&two), plainly(&a, &b).partial_cmp(&plainly(&c, &d)));
        }
    }

    /// Catches a difference that wraps around at the end of 128 bits.
    #[test]
    fn a_difference_beyond_128_bits_keeps_every_digit() {
        let (least, most) = (Value::Integer(i128::MIN), Value::Integer(i128::MAX));
        assert!(Distance::between_decimals(Decimal::new(i128::MIN, 0), Decimal::new(i128::MAX, 0)).is_none());
        assert_eq!(Distance::between(&least, &most).unwrap().exact().to_string(), u128::MAX.to_string());
        let (fine, coarse) = (Decimal::new(1, 38), Decimal::new(i128::MAX, 0));
        assert!(Distance::between_decimals(fine, coarse).is_none());
    }

    /// Catches two distances taken for one because a float between them is rounded.
    #[test]
    fn distances_that_round_to_one_float_are_told_apart() {
        let (near, far) = (Distance::Floats(1e-30, 1.0), Distance::Floats(1e-31, 1.0));
        assert!(near < far && near != far);
    }
}

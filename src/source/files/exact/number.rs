//! The two forms in which values are summed: exact numbers of 128 bits, and floats.

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, UInt64Type};
use datafusion::common::{Result, exec_err};

/// Digits of a decimal.
pub(super) const DIGITS: u8 = 38;

/// A number that is summed.
pub(super) trait Number: Copy + Default + Send + Sync + std::fmt::Debug + 'static {
    /// The array in which states and sums travel.
    type Arrow: arrow::datatypes::ArrowPrimitiveType<Native = Self>;

    /// Returns the sum; an error where it cannot be held.
    fn plus(self, other: Self) -> Result<Self>;

    /// Returns the difference; an error where it cannot be held.
    fn minus(self, other: Self) -> Result<Self>;

    /// Returns the values of an argument as numbers to be summed.
    fn values(array: &ArrayRef) -> Result<PrimitiveArray<Self::Arrow>>;

    /// Returns the bits by which two equal numbers are known.
    fn bits(self) -> i128;

    /// Returns `sum ÷ count` with `places` more digits after the point than `sum` has, rounded half away from zero.
    fn mean(sum: Self, count: i64, places: u32) -> Result<Self>;

    /// Refuses a result beyond the digits of its type.
    fn checked(self) -> Result<Self>;
}

fn overflow<T>() -> Result<T> {
    exec_err!("the sum needs more than {DIGITS} digits; sum fewer rows at once, or CAST the values to DOUBLE")
}

impl Number for i128 {
    type Arrow = Decimal128Type;

    fn plus(self, other: i128) -> Result<i128> {
        self.checked_add(other).map_or_else(overflow, Ok)
    }

    fn minus(self, other: i128) -> Result<i128> {
        self.checked_sub(other).map_or_else(overflow, Ok)
    }

    fn values(array: &ArrayRef) -> Result<PrimitiveArray<Decimal128Type>> {
        Ok(match array.data_type() {
            DataType::Int64 => array.as_primitive::<Int64Type>().unary(i128::from),
            DataType::UInt64 => array.as_primitive::<UInt64Type>().unary(i128::from),
            DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().clone(),
            other => return exec_err!("{other} is not summed exactly"),
        })
    }

    fn bits(self) -> i128 {
        self
    }

    fn mean(sum: i128, count: i64, places: u32) -> Result<i128> {
        let count = i128::from(count);
        let raise = 10_i128.pow(places);
        let (whole, rest) = (sum / count, sum % count);
        // The rest is smaller than a count of rows, so raising it cannot leave 128 bits.
        let (fraction, rest) = (rest * raise / count, rest * raise % count);
        let rounded = if rest.abs() * 2 >= count { sum.signum() } else { 0 };
        whole
            .checked_mul(raise)
            .and_then(|whole| whole.checked_add(fraction))
            .and_then(|mean| mean.checked_add(rounded))
            .map_or_else(overflow, i128::checked)
    }

    fn checked(self) -> Result<i128> {
        if self.unsigned_abs() < 10_u128.pow(u32::from(DIGITS)) { Ok(self) } else { overflow() }
    }
}

impl Number for f64 {
    type Arrow = Float64Type;

    fn plus(self, other: f64) -> Result<f64> {
        Ok(self + other)
    }

    fn minus(self, other: f64) -> Result<f64> {
        Ok(self - other)
    }

    fn values(array: &ArrayRef) -> Result<PrimitiveArray<Float64Type>> {
        Ok(array.as_primitive::<Float64Type>().clone())
    }

    fn bits(self) -> i128 {
        // Both zeros are one value.
        i128::from((self + 0.0).to_bits())
    }

    fn mean(sum: f64, count: i64, _places: u32) -> Result<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a float is what was asked for")]
        Ok(sum / count as f64)
    }

    fn checked(self) -> Result<f64> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a mean that is cut instead of rounded, and one that is rounded to the wrong side.
    #[test]
    fn a_mean_is_rounded_half_away_from_zero() {
        for (sum, count, places, mean) in [
            (5, 2, 0, 3),
            (-5, 2, 0, -3),
            (1, 3, 4, 3333),
            (2, 3, 4, 6667),
            (-2, 3, 4, -6667),
            (4, 2, 2, 200),
            (i128::from(i64::MAX), 1, 16, i128::from(i64::MAX) * 10_i128.pow(16)),
        ] {
            assert_eq!(i128::mean(sum, count, places).unwrap(), mean, "{sum} / {count}");
        }
        assert!(i128::mean(10_i128.pow(37), 1, 2).is_err());
    }

    /// Catches a sum that wraps, and one of more digits than its type has.
    #[test]
    fn a_sum_beyond_its_digits_is_an_error() {
        let most = 10_i128.pow(38) - 1;
        assert_eq!(most.checked().unwrap(), most);
        assert!((most + 1).checked().is_err());
        assert!((-most - 1).checked().is_err());
        assert!(i128::MAX.plus(1).is_err());
        assert!(i128::MIN.minus(1).is_err());
    }
}

//! What becomes of a sum and a number of values: SUM or AVG, and in which types.

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};

use super::number::{DIGITS, Number};

/// Digits that an average has behind those of its values.
const PLACES: u8 = 16;

/// Digits before the point that an average has room for at least, though its type may have more: a type is often as wide as it
/// may be, and what an average loses behind the point is lost in silence, while one that is too large is an error.
const WHOLE: u8 = 19;

/// Which aggregate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Sum,
    Mean,
}

/// What becomes of a sum and a number of values.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    what: What,
    /// The type of the sum.
    pub(super) sum: DataType,
    /// The type of the result.
    pub(super) result: DataType,
}

impl Outcome {
    /// Returns what becomes of values of the type `argument`.
    ///
    /// # Errors
    /// A type that is not summed.
    pub(super) fn of(what: What, argument: &DataType) -> Result<Outcome> {
        let (sum, result) = match argument {
            DataType::Float64 => (DataType::Float64, DataType::Float64),
            DataType::Int64 | DataType::UInt64 => {
                (DataType::Decimal128(DIGITS, 0), DataType::Decimal128(DIGITS, PLACES.cast_signed()))
            }
            DataType::Decimal128(precision, scale) => {
                let whole = precision.saturating_sub(scale.unsigned_abs()).min(WHOLE);
                let places = scale.unsigned_abs().saturating_add(PLACES).min(DIGITS - whole).max(scale.unsigned_abs());
                (DataType::Decimal128(DIGITS, *scale), DataType::Decimal128(DIGITS, places.cast_signed()))
            }
            other => return plan_err!("sum and average of {other}"),
        };
        Ok(match what {
            What::Sum => Outcome { what, result: sum.clone(), sum },
            What::Mean => Outcome { what, sum, result },
        })
    }

    /// Returns the result over `count` values; nothing over none.
    pub(super) fn result<N: Number>(&self, sum: N, count: i64) -> Result<Option<N>> {
        match self.what {
            _ if count == 0 => Ok(None),
            What::Sum => sum.checked().map(Some),
            What::Mean => N::mean(sum, count, self.places()).map(Some),
        }
    }

    fn places(&self) -> u32 {
        match (&self.sum, &self.result) {
            (DataType::Decimal128(_, sum), DataType::Decimal128(_, result)) => u32::from(sum.abs_diff(*result)),
            _ => 0,
        }
    }

    /// The same as a value.
    pub(super) fn scalar<N: Number>(&self, sum: N, count: i64) -> Result<ScalarValue> {
        let result = self.result(sum, count)?;
        scalar::<N>(&self.result, result)
    }

    /// Returns a sum as a value, on its way to another partition.
    pub(super) fn summed<N: Number>(&self, sum: N) -> Result<ScalarValue> {
        scalar::<N>(&self.sum, Some(sum))
    }
}

fn scalar<N: Number>(of: &DataType, value: Option<N>) -> Result<ScalarValue> {
    ScalarValue::new_primitive::<N::Arrow>(value, of)
}

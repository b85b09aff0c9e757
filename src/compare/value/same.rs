//! Which rows of a column hold the same on both sides, straight from Polars: no value is encoded to be found equal.
//!
//! Only where the same value is the same bytes in memory: one type of Polars on both sides, and no rule that makes another
//! value of it. Everything else goes by [`cells`](super::cells).

use polars::prelude::*;

use super::cells::{ColumnSide, plain};
use super::normalize::Simple;
use crate::frame::{Frame, Type};

/// The values of a column on both sides.
pub(crate) struct SameValues {
    sides: Pair,
    /// Whether its values are numbers, so that those that are equal have a distance.
    numbers: bool,
}

/// Both sides as one array each.
enum Pair {
    Null,
    Bool(Both<BooleanType>),
    I8(Both<Int8Type>),
    I16(Both<Int16Type>),
    I32(Both<Int32Type>),
    I64(Both<Int64Type>),
    I128(Both<Int128Type>),
    U8(Both<UInt8Type>),
    U16(Both<UInt16Type>),
    U32(Both<UInt32Type>),
    U64(Both<UInt64Type>),
    F32(Both<Float32Type>),
    F64(Both<Float64Type>),
    Text(Both<StringType>),
    Bytes(Both<BinaryType>),
}

/// The arrays of old and new.
struct Both<T: PolarsDataType>(T::Array, T::Array);

impl SameValues {
    /// The values of a column of both sides; absent where equal values may be written otherwise, or values as they are written
    /// need not be equal.
    pub(crate) fn new(old: (ColumnSide<'_>, &Frame), new: (ColumnSide<'_>, &Frame)) -> Option<SameValues> {
        let (one, of_old, simple, null) = plain(old.0, old.1)?;
        let (other, of_new, other_simple, other_null) = plain(new.0, new.1)?;
        let is_null = |bytes: &[u8]| bytes == b"0";
        let changes = |simple: Simple, of: &Type| {
            simple.truncate.is_some() || (simple.bool_as_integer && *of == Type::Bool) || *of == Type::Json
        };
        let as_text = |of: &Type| matches!(of, Type::Integer | Type::Decimal { .. });
        if !is_null(&null)
            || !is_null(&other_null)
            || one.dtype() != other.dtype()
            || changes(simple, of_old)
            || changes(other_simple, of_new)
            || as_text(of_old) != as_text(of_new)
            || simple.utc != other_simple.utc
        {
            return None;
        }
        // Integers and decimals too wide for Polars are texts, and one number has several.
        if *one.dtype() == DataType::String && as_text(of_old) {
            return None;
        }
        let sides = pair(&one.rechunk(), &other.rechunk())?;
        Some(SameValues { sides, numbers: as_text(of_old) || *of_old == Type::Float })
    }

    /// Whether two rows hold the same: both NULL, or one value; then, whether it is a finite number.
    pub(crate) fn same(&self, old: usize, new: usize) -> Option<bool> {
        macro_rules! equal {
            ($both:expr) => {{
                let (a, b) = ($both.0.get(old), $both.1.get(new));
                (a == b).then_some(a.is_some() && self.numbers)
            }};
        }
        macro_rules! floats {
            ($both:expr) => {{
                match ($both.0.get(old), $both.1.get(new)) {
                    (None, None) => Some(false),
                    // All NaN are one, and −0.0 is not 0.0.
                    (Some(a), Some(b)) if a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) => {
                        Some(a.is_finite())
                    }
                    _ => None,
                }
            }};
        }
        match &self.sides {
            Pair::Null => Some(false),
            Pair::Bool(both) => equal!(both),
            Pair::I8(both) => equal!(both),
            Pair::I16(both) => equal!(both),
            Pair::I32(both) => equal!(both),
            Pair::I64(both) => equal!(both),
            Pair::I128(both) => equal!(both),
            Pair::U8(both) => equal!(both),
            Pair::U16(both) => equal!(both),
            Pair::U32(both) => equal!(both),
            Pair::U64(both) => equal!(both),
            Pair::F32(both) => floats!(both),
            Pair::F64(both) => floats!(both),
            Pair::Text(both) => equal!(both),
            Pair::Bytes(both) => equal!(both),
        }
    }
}

/// The arrays of two series of one type and one chunk; absent for types whose values are looked at one by one.
fn pair(old: &Series, new: &Series) -> Option<Pair> {
    macro_rules! both {
        ($of:ident, $values:ident) => {
            Pair::$of(Both(
                old.$values().ok()?.downcast_as_array().clone(),
                new.$values().ok()?.downcast_as_array().clone(),
            ))
        };
        ($of:ident, $values:ident physical) => {
            Pair::$of(Both(
                old.$values().ok()?.physical().downcast_as_array().clone(),
                new.$values().ok()?.physical().downcast_as_array().clone(),
            ))
        };
    }
    Some(match old.dtype() {
        DataType::Null => Pair::Null,
        DataType::Boolean => both!(Bool, bool),
        DataType::Int8 => both!(I8, i8),
        DataType::Int16 => both!(I16, i16),
        DataType::Int32 => both!(I32, i32),
        DataType::Int64 => both!(I64, i64),
        DataType::Int128 => both!(I128, i128),
        DataType::UInt8 => both!(U8, u8),
        DataType::UInt16 => both!(U16, u16),
        DataType::UInt32 => both!(U32, u32),
        DataType::UInt64 => both!(U64, u64),
        // Of one scale, since they are of one type.
        DataType::Decimal(..) => both!(I128, decimal physical),
        DataType::Float32 => both!(F32, f32),
        DataType::Float64 => both!(F64, f64),
        DataType::String => both!(Text, str),
        DataType::Binary => both!(Bytes, binary),
        DataType::Date => both!(I32, date physical),
        DataType::Time => both!(I64, time physical),
        DataType::Datetime(..) => both!(I64, datetime physical),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

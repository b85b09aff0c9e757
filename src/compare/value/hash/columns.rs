//! The values of one column added to the sums of their rows.

use polars::prelude::*;
use polars_arrow::array::PrimitiveArray;
use polars_arrow::types::NativeType;

use super::super::bytes::is_number;
use super::super::cells::{ColumnSide, compared, key, plain};
use super::super::encode::Ambiguous;
use super::super::normalize::Simple;
use super::keys::ColumnKeys;
use crate::frame::{Decimal, Frame, Type, time};

/// Sums of rows, one each, and the keys of a column in them.
pub(crate) struct Sums<'a> {
    /// The keys.
    pub(crate) keys: &'a mut ColumnKeys,
    /// The sums.
    pub(crate) rows: &'a mut [u128],
}

/// Adds the values of a column, which is one of a key or compared, and returns how many are finite numbers.
///
/// # Errors
/// A value of a key that has no settled meaning.
pub(crate) fn add(
    column: ColumnSide<'_>,
    of_key: bool,
    frame: &Frame,
    sums: &mut [Sums<'_>],
) -> Result<u64, Ambiguous> {
    if let Some((series, of, simple, null)) = plain(column, frame)
        && let [first, others @ ..] = &mut *sums
        && let Some(finite) = scalars(series, of, simple, &null, first)
    {
        for other in others {
            scalars(series, of, simple, &null, other);
        }
        return Ok(finite + if is_number(&null) { series.null_count() as u64 } else { 0 });
    }
    let cells = if of_key { key(column, frame)? } else { compared(column, frame) };
    for Sums { keys, rows } in sums {
        rows.iter_mut().enumerate().for_each(|(row, sum)| *sum += keys.encoded(cells.cell(row)));
    }
    Ok(cells.numbers())
}

/// Adds a column of scalars whose values are what they are, and returns how many that are not NULL are finite numbers;
/// absent, and nothing added, where each value has to be looked at.
fn scalars(series: &Series, of: &Type, simple: Simple, null: &[u8], sums: &mut Sums<'_>) -> Option<u64> {
    let Sums { keys, rows } = sums;
    let (null, valid) = (keys.encoded(null), (series.len() - series.null_count()) as u64);
    let floored = |nanos: i128| simple.truncate.map_or(nanos, |step| nanos - nanos.rem_euclid(step));
    macro_rules! numbers {
        ($values:expr, $tag:literal, |$value:ident| $sum:expr) => {{
            let tag = keys.tag($tag);
            primitives($values.downcast_iter(), null, rows, |$value| tag + $sum);
        }};
    }
    macro_rules! others {
        ($values:expr, $tag:literal, |$value:ident| $sum:expr) => {{
            let tag = keys.tag($tag);
            for (sum, value) in rows.iter_mut().zip($values.iter()) {
                *sum += match value {
                    Some($value) => tag + $sum,
                    None => null,
                };
            }
        }};
    }
    match (series.dtype(), of) {
        (_, Type::Json) => return None,
        (DataType::Null, _) => rows.iter_mut().for_each(|sum| *sum += null),
        (DataType::Boolean, _) => {
            let values = series.bool().ok()?;
            if simple.bool_as_integer {
                others!(values, b'n', |truth| keys.word(truth.into()));
                return Some(valid);
            }
            others!(values, b'b', |truth| keys.word(truth.into()));
        }
        (DataType::Float32, _) => {
            let mut finite = 0;
            numbers!(series.f32().ok()?, b'f', |float| keys.word(bits(f64::from(float), &mut finite)));
            return Some(finite);
        }
        (DataType::Float64, _) => {
            let mut finite = 0;
            numbers!(series.f64().ok()?, b'f', |float| keys.word(bits(float, &mut finite)));
            return Some(finite);
        }
        (DataType::String, Type::Integer | Type::Decimal { .. }) => return None,
        (DataType::String, _) => others!(series.str().ok()?, b's', |text| keys.bytes(text.as_bytes())),
        (DataType::Binary, _) => others!(series.binary().ok()?, b'x', |bytes| keys.bytes(bytes)),
        (DataType::Date, _) => numbers!(series.date().ok()?.physical(), b'd', |days| keys.narrow(days.into())),
        (DataType::Time, _) if simple.truncate.is_none() => {
            numbers!(series.time().ok()?.physical(), b't', |nanos| keys.narrow(nanos));
        }
        (DataType::Datetime(unit, zone), _) => {
            let scale = match unit {
                TimeUnit::Nanoseconds => 1,
                TimeUnit::Microseconds => time::MICROSECOND,
                TimeUnit::Milliseconds => time::MILLISECOND,
            };
            let values = series.datetime().ok()?.physical();
            if zone.is_some() || simple.utc {
                numbers!(values, b'i', |ticks| keys.number(floored(i128::from(ticks) * scale)));
            } else {
                numbers!(values, b'w', |ticks| keys.number(floored(i128::from(ticks) * scale)));
            }
        }
        _ => return exact(series, null, keys, rows).map(|()| valid),
    }
    Some(0)
}

/// Adds a column of integers or decimals.
fn exact(series: &Series, null: u128, keys: &ColumnKeys, rows: &mut [u128]) -> Option<()> {
    let tag = keys.tag(b'n');
    macro_rules! narrow {
        ($values:expr) => {
            primitives($values.ok()?.downcast_iter(), null, rows, |value| tag + keys.narrow(value.into()))
        };
    }
    match series.dtype() {
        DataType::Int8 => narrow!(series.i8()),
        DataType::Int16 => narrow!(series.i16()),
        DataType::Int32 => narrow!(series.i32()),
        DataType::Int64 => narrow!(series.i64()),
        DataType::UInt8 => narrow!(series.u8()),
        DataType::UInt16 => narrow!(series.u16()),
        DataType::UInt32 => narrow!(series.u32()),
        DataType::UInt64 => {
            primitives(series.u64().ok()?.downcast_iter(), null, rows, |value| tag + keys.word(value));
        }
        DataType::Int128 => {
            primitives(series.i128().ok()?.downcast_iter(), null, rows, |value| tag + keys.number(value));
        }
        DataType::Decimal(_, scale) => {
            let scale = u8::try_from(*scale).ok()?;
            let scales: Vec<u128> = (0..=scale).map(|scale| tag + keys.scale(scale)).collect();
            let values = series.decimal().ok()?.physical();
            primitives(values.downcast_iter(), null, rows, |value| {
                let Decimal { unscaled, scale } = Decimal::new(value, scale).trimmed();
                let number = i64::try_from(unscaled).map_or_else(|_| keys.number(unscaled), |short| keys.narrow(short));
                number + scales[usize::from(scale)]
            });
        }
        _ => return None,
    }
    Some(())
}

/// Adds the values of `arrays`, one after the other, NULL as `null`.
fn primitives<'a, T: NativeType>(
    arrays: impl Iterator<Item = &'a PrimitiveArray<T>>,
    null: u128,
    rows: &mut [u128],
    mut sum_of: impl FnMut(T) -> u128,
) {
    let mut rest = rows;
    for array in arrays {
        let (these, others) = rest.split_at_mut(array.len());
        rest = others;
        let values = these.iter_mut().zip(array.values().iter());
        match array.validity().filter(|validity| validity.unset_bits() > 0) {
            None => values.for_each(|(sum, value)| *sum += sum_of(*value)),
            Some(validity) => {
                for ((sum, value), valid) in values.zip(validity.iter()) {
                    *sum += if valid { sum_of(*value) } else { null };
                }
            }
        }
    }
}

/// The bits of a float: all NaN are one, −0.0 is not 0.0; counts the finite ones.
#[inline]
fn bits(value: f64, finite: &mut u64) -> u64 {
    *finite += u64::from(value.is_finite());
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

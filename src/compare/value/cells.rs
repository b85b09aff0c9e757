//! Whole columns as the bytes of `encode`, straight from Polars where the rule leaves the values as they are.
//!
//! Both ways write the same bytes: the quick one calls the very functions that the slow one ends in.

use polars::prelude::*;

use super::bytes;
use super::encode;
use super::encode::Ambiguous;
use super::normalize::{Normalizer, Simple};
use crate::frame::{Frame, Type, Value, time};
use crate::model::Side;
use crate::spec::check::Comparison;

/// How the values of one column are read on one side.
#[derive(Clone, Copy)]
pub(crate) struct ColumnSide<'a> {
    /// The side.
    pub(crate) side: Side,
    /// The column's name there.
    pub(crate) name: &'a str,
    /// How it is compared.
    pub(crate) comparison: &'a Comparison,
    /// What becomes of its values before that.
    pub(crate) normalizer: &'a Normalizer,
}

/// The encoded values of one column, one after the other.
#[derive(Default)]
pub(crate) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    /// The bytes of one value.
    pub(crate) fn cell(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }

    /// Whether the value of `row` is a finite number.
    pub(crate) fn is_number(&self, row: usize) -> bool {
        bytes::is_number(self.cell(row))
    }

    /// How many values are finite numbers.
    pub(crate) fn numbers(&self) -> u64 {
        (0..self.len()).filter(|row| self.is_number(*row)).count() as u64
    }

    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Puts the values of `other` behind these.
    pub(crate) fn append(&mut self, other: Cells) {
        if self.ends.is_empty() {
            *self = other;
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend(other.bytes);
        self.ends.extend(other.ends.into_iter().map(|end| start + end));
    }

    /// Adds the value that `write` appends.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.end();
    }

    /// No values yet, with room for `rows` of them.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Cells { bytes: Vec::with_capacity(rows * 18), ends: Vec::with_capacity(rows) }
    }

    fn end(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

/// The values of a key column; an error where a value has no settled meaning.
pub(crate) fn key(column: ColumnSide<'_>, frame: &Frame) -> Result<Cells, Ambiguous> {
    if let Some(cells) = quickly(column, frame) {
        return Ok(cells);
    }
    let mut cells = Cells::with_capacity(frame.height());
    for value in frame.values(column.name) {
        let normal = column.normalizer.apply(value);
        encode::encode(&normal, column.comparison, column.side, &mut cells.bytes)?;
        cells.end();
    }
    Ok(cells)
}

/// The values of a compared column, such that two rows that share all bytes hold under every rule.
///
/// What is no equality at all (a budget) and what has no settled meaning equals nothing on the other side, so that
/// it is judged by its value.
pub(crate) fn compared(column: ColumnSide<'_>, frame: &Frame) -> Cells {
    if let Some(cells) = quickly(column, frame) {
        return cells;
    }
    let mut cells = Cells::with_capacity(frame.height());
    for value in frame.values(column.name) {
        write(column, value, &mut cells.bytes);
        cells.end();
    }
    cells
}

/// The bytes of one value as [`compared`] has them.
pub(crate) fn one(column: ColumnSide<'_>, value: Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(column, value, &mut bytes);
    bytes
}

fn write(column: ColumnSide<'_>, value: Value, out: &mut Vec<u8>) {
    let start = out.len();
    let normal = column.normalizer.apply(value);
    let judged = !column.comparison.takes_equals();
    if judged || encode::encode(&normal, column.comparison, column.side, out).is_err() {
        out.truncate(start);
        bytes::never_equal(column.side, out);
    }
}

/// How many values of a column are finite numbers, where that can be told without their bytes.
pub(crate) fn numbers(column: ColumnSide<'_>, frame: &Frame) -> Option<u64> {
    let (series, of, simple, null) = plain(column, frame)?;
    let (nulls, valid) = (series.null_count() as u64, (series.len() - series.null_count()) as u64);
    let of_null = if bytes::is_number(&null) { nulls } else { 0 };
    Some(match of {
        Type::Integer | Type::Decimal { .. } => of_null + valid,
        Type::Bool => of_null + if simple.bool_as_integer { valid } else { 0 },
        Type::Text | Type::Bytes | Type::Date | Type::Instant | Type::WallClock | Type::Uuid => of_null,
        _ => return None,
    })
}

/// The values of a column of integers of 64 bits without NULL under a rule that leaves them as they are; absent of any other.
pub(crate) fn integers<'a>(column: ColumnSide<'_>, frame: &'a Frame) -> Option<impl Iterator<Item = i64> + use<'a>> {
    let (series, of, ..) = plain(column, frame)?;
    let integers = series.i64().ok().filter(|integers| integers.null_count() == 0 && *of == Type::Integer)?;
    Some(integers.downcast_iter().flat_map(|chunk| chunk.values().iter().copied()))
}

/// The cells of a column of scalars under a rule that leaves them as they are.
fn quickly(column: ColumnSide<'_>, frame: &Frame) -> Option<Cells> {
    let (series, of, simple, null) = plain(column, frame)?;
    scalars(series, of, simple, &null)
}

/// A column under a rule that leaves its scalars as they are: its series and type, what of them is written otherwise, and
/// the bytes of NULL.
pub(super) fn plain<'a>(column: ColumnSide<'_>, frame: &'a Frame) -> Option<(&'a Series, &'a Type, Simple, Vec<u8>)> {
    let as_it_is = |one: &Comparison| matches!(one, Comparison::Exact | Comparison::Tolerance(_) | Comparison::Ulps(_));
    let exact = column.comparison.levels().all(as_it_is);
    let simple = column.normalizer.simple().filter(|_| exact)?;
    let (series, of) = frame.column(column.name)?;
    let mut null = Vec::new();
    let stand_in = column.normalizer.apply(Value::Null);
    encode::encode(&stand_in, column.comparison, column.side, &mut null).ok()?;
    Some((series, of, simple, null))
}

fn scalars(series: &Series, of: &Type, simple: Simple, null: &[u8]) -> Option<Cells> {
    let mut cells = Cells::with_capacity(series.len());
    let floored = |nanos: i128| simple.truncate.map_or(nanos, |step| nanos - nanos.rem_euclid(step));
    macro_rules! each {
        ($values:expr, |$value:ident, $out:ident| $write:expr) => {
            for value in $values {
                match value {
                    Some($value) => {
                        let $out = &mut cells.bytes;
                        $write;
                    }
                    None => cells.bytes.extend_from_slice(null),
                }
                cells.end();
            }
        };
    }
    match (series.dtype(), of) {
        (_, Type::Json) => return None,
        (DataType::Null, _) => {
            for _ in 0..series.len() {
                cells.push(|bytes| bytes.extend_from_slice(null));
            }
        }
        (DataType::Boolean, _) if simple.bool_as_integer => {
            each!(series.bool().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out));
        }
        (DataType::Boolean, _) => each!(series.bool().ok()?.iter(), |v, out| bytes::boolean(v, out)),
        (DataType::Int8, _) => each!(series.i8().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::Int16, _) => each!(series.i16().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::Int32, _) => each!(series.i32().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::Int64, _) => each!(series.i64().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::Int128, _) => each!(series.i128().ok()?.iter(), |v, out| bytes::decimal(v, 0, out)),
        (DataType::UInt8, _) => each!(series.u8().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::UInt16, _) => each!(series.u16().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::UInt32, _) => each!(series.u32().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::UInt64, _) => each!(series.u64().ok()?.iter(), |v, out| bytes::decimal(v.into(), 0, out)),
        (DataType::Decimal(_, scale), _) => {
            let scale = u8::try_from(*scale).ok()?;
            each!(series.decimal().ok()?.physical().iter(), |v, out| bytes::decimal(v, scale, out));
        }
        (DataType::Float32, _) => each!(series.f32().ok()?.iter(), |v, out| bytes::float(v.into(), out)),
        (DataType::Float64, _) => each!(series.f64().ok()?.iter(), |v, out| bytes::float(v, out)),
        (DataType::String, Type::Integer | Type::Decimal { .. }) => return None,
        (DataType::String, _) => each!(series.str().ok()?.iter(), |v, out| bytes::text(v, out)),
        (DataType::Binary, _) => each!(series.binary().ok()?.iter(), |v, out| bytes::bytes(v, out)),
        (DataType::Date, _) => each!(series.date().ok()?.physical().iter(), |v, out| bytes::date(v, out)),
        (DataType::Time, _) if simple.truncate.is_none() => {
            each!(series.time().ok()?.physical().iter(), |v, out| bytes::time(v, out));
        }
        (DataType::Datetime(unit, zone), _) => {
            let scale = match unit {
                TimeUnit::Nanoseconds => 1,
                TimeUnit::Microseconds => time::MICROSECOND,
                TimeUnit::Milliseconds => time::MILLISECOND,
            };
            let write = if zone.is_some() || simple.utc { bytes::instant } else { bytes::wall_clock };
            each!(series.datetime().ok()?.physical().iter(), |v, out| write(floored(i128::from(v) * scale), out));
        }
        _ => return None,
    }
    Some(cells)
}

#[cfg(test)]
pub(super) mod tests;

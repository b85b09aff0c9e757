//! The values of a column while its rows arrive: as they are stored where they are of one class, one by one where not.

use polars::prelude::{ChunkedArray, Float64Type, Int64Type, IntoSeries, Series, StringChunked};
use polars_arrow::array::{MutablePlString, MutablePrimitiveArray};

use crate::frame::{Type, Value};

/// Storage class of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

impl Class {
    pub(super) const NAMED: [(Class, &'static str); 4] =
        [(Class::Blob, "BLOB"), (Class::Integer, "INTEGER"), (Class::Real, "REAL"), (Class::Text, "TEXT")];

    pub(super) fn bit(self) -> u8 {
        match self {
            Class::Null => 0,
            Class::Integer => 1,
            Class::Real => 2,
            Class::Text => 4,
            Class::Blob => 8,
        }
    }
}

/// A value as SQLite stores it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stored<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl Stored<'_> {
    /// The storage class.
    pub(super) fn class(self) -> Class {
        match self {
            Stored::Null => Class::Null,
            Stored::Integer(_) => Class::Integer,
            Stored::Real(_) => Class::Real,
            Stored::Text(_) => Class::Text,
            Stored::Blob(_) => Class::Blob,
        }
    }

    /// Roughly how many bytes it takes.
    pub(super) fn size(self) -> usize {
        match self {
            Stored::Null => 1,
            Stored::Integer(_) | Stored::Real(_) => 8,
            Stored::Text(text) => 16 + text.len(),
            Stored::Blob(bytes) => size_of::<Value>() + bytes.len(),
        }
    }

    fn value(self) -> Value {
        match self {
            Stored::Null => Value::Null,
            Stored::Integer(number) => Value::Integer(number.into()),
            Stored::Real(number) => Value::Float(number),
            Stored::Text(text) => Value::Text(text.to_owned()),
            Stored::Blob(bytes) => Value::Bytes(bytes.to_owned()),
        }
    }
}

/// Values of a column.
pub(super) enum Held {
    /// So many NULLs.
    Nulls(usize),
    /// Integers and NULLs.
    Integers(MutablePrimitiveArray<i64>),
    /// Reals and NULLs.
    Reals(MutablePrimitiveArray<f64>),
    /// Texts and NULLs.
    Texts(MutablePlString),
    /// Values of several classes.
    Values(Vec<Value>),
}

impl Held {
    /// Adds a value.
    pub(super) fn push(&mut self, stored: Stored<'_>) {
        match (&mut *self, stored) {
            (Held::Nulls(nulls), Stored::Null) => *nulls += 1,
            (Held::Nulls(nulls), _) => {
                *self = Held::after(*nulls, stored.class());
                self.push(stored);
            }
            (Held::Integers(values), Stored::Integer(number)) => values.push(Some(number)),
            (Held::Integers(values), Stored::Null) => values.push(None),
            (Held::Reals(values), Stored::Real(number)) => values.push(Some(number)),
            (Held::Reals(values), Stored::Null) => values.push(None),
            (Held::Texts(values), Stored::Text(text)) => values.push_value(text),
            (Held::Texts(values), Stored::Null) => values.push_null(),
            (Held::Values(values), _) => values.push(stored.value()),
            _ => {
                *self = Held::Values(std::mem::replace(self, Held::Nulls(0)).into_values());
                self.push(stored);
            }
        }
    }

    /// Room for values of `class` behind `nulls`.
    fn after(nulls: usize, class: Class) -> Held {
        match class {
            Class::Integer => {
                let mut values = MutablePrimitiveArray::new();
                values.extend_constant(nulls, None);
                Held::Integers(values)
            }
            Class::Real => {
                let mut values = MutablePrimitiveArray::new();
                values.extend_constant(nulls, None);
                Held::Reals(values)
            }
            Class::Text => {
                let mut values = MutablePlString::new();
                values.extend_null(nulls);
                Held::Texts(values)
            }
            Class::Null | Class::Blob => Held::Values(vec![Value::Null; nulls]),
        }
    }

    /// Each value by itself.
    pub(super) fn into_values(self) -> Vec<Value> {
        match self {
            Held::Nulls(nulls) => vec![Value::Null; nulls],
            Held::Integers(values) => values
                .iter()
                .map(|value| value.map_or(Value::Null, |number| Value::Integer((*number).into())))
                .collect(),
            Held::Reals(values) => {
                values.iter().map(|value| value.map_or(Value::Null, |number| Value::Float(*number))).collect()
            }
            Held::Texts(values) => {
                let texts = values.freeze();
                texts.iter().map(|value| value.map_or(Value::Null, |text| Value::Text(text.to_owned()))).collect()
            }
            Held::Values(values) => values,
        }
    }

    /// The values as they are, where they are numbers or texts and nothing has to be made of them; the others back.
    pub(super) fn into_series(self, name: &str) -> Result<(Series, Type), Held> {
        Ok(match self {
            Held::Integers(values) => {
                (ChunkedArray::<Int64Type>::with_chunk(name.into(), values.into()).into_series(), Type::Integer)
            }
            Held::Reals(values) => {
                (ChunkedArray::<Float64Type>::with_chunk(name.into(), values.into()).into_series(), Type::Float)
            }
            Held::Texts(values) => (StringChunked::with_chunk(name.into(), values.freeze()).into_series(), Type::Text),
            others => return Err(others),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a value that is lost, or comes before another, where a column turns out to hold several classes.
    #[test]
    fn values_come_back_in_order_whatever_their_classes() {
        let all = [
            Stored::Null,
            Stored::Integer(i64::MIN),
            Stored::Real(-0.0),
            Stored::Text("a text of more than twelve bytes"),
            Stored::Text(""),
            Stored::Blob(b"\xff"),
        ];
        for first in all {
            for second in all {
                for third in all {
                    let rows = [Stored::Null, first, Stored::Null, second, third, first];
                    let held = || {
                        let mut held = Held::Nulls(0);
                        rows.iter().for_each(|stored| held.push(*stored));
                        held
                    };
                    let expected: Vec<Value> = rows.iter().map(|stored| stored.value()).collect();
                    let bits = |values: &[Value]| format!("{values:?}");
                    assert_eq!(bits(&held().into_values()), bits(&expected));
                    if let Ok((series, of)) = held().into_series("c") {
                        assert_eq!(bits(&crate::frame::values(&series, &of)), bits(&expected));
                    }
                }
            }
        }
    }
}

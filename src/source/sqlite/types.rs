//! What the values of a column are: by the type it was declared with where that says something, else by their storage class.
//!
//! SQLite types values, not columns, and makes an INTEGER of each number without a fraction that is stored in a DECIMAL
//! column and a REAL of each other one. `docs/types.md` has the table.

use polars::prelude::Series;

use super::super::shared::column_builder;
use super::super::shared::column_builder::DecodeError;
use super::super::shared::decimal;
use super::super::{Error, ErrorCode};
use super::held::{Class, Held, Stored};
use crate::frame::{Column, Type, Value, time};

/// What a declared type says of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    Boolean,
    Date,
    DateTime,
    Decimal,
    /// Nothing: the values speak.
    Other,
}

impl Declared {
    /// Reads a declared type, whatever its case and what stands in its parentheses.
    fn read(text: &str) -> Declared {
        match text.split('(').next().unwrap_or_default().trim().to_ascii_uppercase().as_str() {
            "BOOLEAN" | "BOOL" => Declared::Boolean,
            "DATE" => Declared::Date,
            "DATETIME" | "TIMESTAMP" => Declared::DateTime,
            "DECIMAL" | "NUMERIC" | "DEC" | "NUMBER" | "MONEY" => Declared::Decimal,
            _ => Declared::Other,
        }
    }
}

/// Whether numbers of a column that is declared so are read as decimals.
pub(super) fn is_decimal(declared: &str) -> bool {
    Declared::read(declared) == Declared::Decimal
}

/// The decimal that a REAL is read as in such a column; absent where it is no number.
pub(super) fn decimal_of(real: f64) -> Option<Value> {
    decimal(&Value::Float(real))
}

/// A column while its rows arrive.
pub(super) struct Collected {
    name: String,
    shown: String,
    declared: Declared,
    held: Held,
    classes: u8,
}

impl Collected {
    /// A column without rows; `declared` is empty for an expression.
    pub(super) fn new(name: &str, declared: &str) -> Self {
        Collected {
            name: name.to_owned(),
            shown: declared.to_owned(),
            declared: Declared::read(declared),
            held: Held::Nulls(0),
            classes: 0,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn push(&mut self, stored: Stored<'_>) {
        self.classes |= stored.class().bit();
        self.held.push(stored);
    }

    /// The column behind `given` rows of earlier batches, and its canonical type.
    ///
    /// # Errors
    /// A value that is not what the column was declared as, and values of several classes; with a hint.
    pub(super) fn settled(mut self, given: usize) -> Result<(Series, Type), Error> {
        let only = |class: Class| self.classes & !class.bit() == 0;
        let of = match self.declared {
            Declared::Boolean if only(Class::Integer) => return self.each(Type::Bool, given, boolean),
            Declared::Date if only(Class::Text) => return self.each(Type::Date, given, date),
            Declared::DateTime if only(Class::Text) => return self.each(Type::WallClock, given, wall_clock),
            Declared::Decimal => return self.each(Type::Decimal { scale: 0 }, given, decimal),
            Declared::Boolean | Declared::Date | Declared::DateTime => return Err(self.undeclared()),
            Declared::Other if self.classes == 0 => Type::Null,
            Declared::Other if only(Class::Integer) => Type::Integer,
            Declared::Other if only(Class::Real) => Type::Float,
            Declared::Other if only(Class::Text) => Type::Text,
            Declared::Other if only(Class::Blob) => Type::Bytes,
            Declared::Other => return Err(self.mixed()),
        };
        match std::mem::replace(&mut self.held, Held::Nulls(0)).into_series(&self.name) {
            Ok(column) => Ok(column),
            Err(held) => column_builder::series(Column { name: self.name, of, values: held.into_values() }),
        }
    }

    fn each(mut self, of: Type, given: usize, parse: fn(&Value) -> Option<Value>) -> Result<(Series, Type), Error> {
        let mut values = std::mem::replace(&mut self.held, Held::Nulls(0)).into_values();
        let read = |(index, value): (usize, &mut Value)| {
            if *value == Value::Null {
                return Ok(());
            }
            let Some(parsed) = parse(value) else { return Err((index, value.clone())) };
            *value = parsed;
            Ok(())
        };
        match values.iter_mut().enumerate().try_for_each(read) {
            Ok(()) => column_builder::series(Column { name: self.name, of, values }),
            Err((index, value)) => {
                let (name, hint) = (&self.name, self.hint());
                let misread = DecodeError::new(format!("{value:?} is no {}", self.shown), hint);
                Err(misread.at(name, &self.shown, given + index + 1))
            }
        }
    }

    /// What to write for a value that cannot be read as it was declared.
    fn hint(&self) -> String {
        let name = &self.name;
        match self.declared {
            Declared::Boolean => format!("correct the value, or select CAST({name} AS INTEGER) AS {name}"),
            Declared::Date => {
                format!("correct the value, or select CAST({name} AS TEXT) AS {name}, with `type` on the column")
            }
            Declared::DateTime => format!(
                "correct the value, or select CAST({name} AS TEXT) AS {name} and say `type = \"timestamp\"` on the column, \
                 which reads offsets such as Z"
            ),
            Declared::Decimal | Declared::Other => format!(
                "correct the value, or select quote({name}) AS {name}, its text as SQLite writes it, or CAST({name} AS REAL) AS \
                 {name} for a float, which takes text that is no number for 0"
            ),
        }
    }

    /// The error for a column that holds another class than it was declared for.
    fn undeclared(&self) -> Error {
        let (name, held) = (&self.name, self.held());
        let hint = match self.declared {
            Declared::Boolean if self.classes == Class::Text.bit() => {
                format!("select CASE {name} WHEN 't' THEN 1 WHEN 'f' THEN 0 ELSE {name} END AS {name}")
            }
            Declared::Boolean => format!("select {}", self.undeclared_values()),
            // Half a second is none of a day, and no second of `datetime` either.
            _ if self.classes != Class::Integer.bit() => format!("select {}", self.undeclared_values()),
            Declared::Date => format!(
                "for seconds since 1970 select CASE {name} % 86400 WHEN 0 THEN date({name}, 'unixepoch') ELSE \
                 CAST({name} AS TEXT) END AS {name} and say `type = \"date\"` on the column"
            ),
            _ => format!(
                "for seconds since 1970 select datetime({name}, 'unixepoch') AS {name}, for milliseconds \
                 strftime('%Y-%m-%d %H:%M:%f', {name} / 1000.0, 'unixepoch') AS {name}, and say `type = \"timestamp\"` on the column"
            ),
        };
        let message = format!("column `{name}` is declared {} and holds {held}; {hint}", self.shown);
        Error::new(ErrorCode::ValueUnreadable, message)
    }

    /// What to select of values that are not what the column is declared as, such that no two of them become one: a REAL as
    /// text may be another one's, and so may a BLOB.
    fn undeclared_values(&self) -> String {
        let name = &self.name;
        let has = |class: Class| self.classes & class.bit() != 0;
        match (has(Class::Real), has(Class::Blob)) {
            (false, false) => format!("CAST({name} AS TEXT) AS {name}"),
            (true, false) if self.classes == Class::Real.bit() => format!("CAST({name} AS REAL) AS {name}"),
            _ => format!("quote({name}) AS {name}, its text as SQLite writes it"),
        }
    }

    fn mixed(&self) -> Error {
        let (name, held) = (&self.name, self.held());
        let hint = match self.classes == Class::Integer.bit() | Class::Real.bit() {
            true => format!(
                "{}, or CAST({name} AS REAL) AS {name}, which is a float and takes integers beyond 2^53 for their neighbours; a \
                 column declared DECIMAL is read exactly",
                self.undeclared_values()
            ),
            false => self.undeclared_values(),
        };
        let message = format!("column `{name}` holds values of several types ({held}); select {hint}");
        Error::new(ErrorCode::TypeMismatch, message)
    }

    fn held(&self) -> String {
        let held = Class::NAMED.iter().filter(|(class, _)| self.classes & class.bit() != 0);
        held.map(|(_, name)| *name).collect::<Vec<_>>().join(" and ")
    }
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(truth @ (0 | 1)) => Some(Value::Bool(*truth == 1)),
        _ => None,
    }
}

fn date(value: &Value) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    time::date(text).map(Value::Date)
}

fn wall_clock(value: &Value) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    time::wall_clock(text).map(Value::WallClock)
}

/// The number that is stored: an integer, the shortest decimal that is read back as the same REAL, or plain decimal text.
fn decimal(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(number) => Some(Value::Decimal { unscaled: *number, scale: 0 }),
        Value::Float(number) if number.is_finite() => decimal::read(&number.to_string()),
        Value::Text(text) => decimal::read(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_read_without_case_and_parentheses() {
        for (text, declared) in [
            ("decimal(10,2)", Declared::Decimal),
            ("NUMERIC", Declared::Decimal),
            ("bool", Declared::Boolean),
            ("datetime(6)", Declared::DateTime),
            ("Timestamp", Declared::DateTime),
            ("date", Declared::Date),
            ("TINYINT(1)", Declared::Other),
            ("varchar(255)", Declared::Other),
            ("", Declared::Other),
        ] {
            assert_eq!(Declared::read(text), declared, "{text}");
        }
    }

    #[test]
    fn a_real_is_the_shortest_decimal_that_is_it() {
        let of = |unscaled, scale| Some(Value::Decimal { unscaled, scale });
        assert_eq!(decimal(&Value::Float(10.5)), of(105, 1));
        assert_eq!(decimal(&Value::Float(0.1 + 0.2)), of(30_000_000_000_000_004, 17));
        assert_eq!(decimal(&Value::Float(-0.0)), of(0, 0));
        assert_eq!(decimal(&Value::Float(1e20)), of(10i128.pow(20), 0));
        assert_eq!(decimal(&Value::Integer(i64::MAX.into())), of(i64::MAX.into(), 0));
        assert_eq!(decimal(&Value::Text("10.50".to_owned())), of(1_050, 2));
        for none in [Value::Float(f64::INFINITY), Value::Text("1e5".to_owned()), Value::Bytes(vec![b'5'])] {
            assert_eq!(decimal(&none), None, "{none:?}");
        }
    }
}

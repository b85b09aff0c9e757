//! A value of old as one that a column of new holds.

use crate::compare::{RowColumn, value_as_shown};
use crate::frame::{Type, Value, time, wide};

/// The value that new is given for `value` of old in `column`: of the type that the column has in new where its value can be
/// that exactly, else as it is, to be refused by the engine where it cannot be cast.
///
/// # Errors
/// What cannot stand in a column of new.
pub(super) fn for_new(value: &Value, column: &RowColumn) -> Result<Value, String> {
    let of = column.of.new.as_ref().map_or(&Type::Null, |(_, of)| of);
    if let (Value::Null, Some(stands)) = (value, &column.null.old) {
        return Ok(stands.clone());
    }
    let unfit = || Err(format!("a value of column `{}` of old is of no type that is {of} in new", column.name));
    Ok(match (of, value) {
        (_, Value::Null) | (Type::Null, _) => value.clone(),
        (Type::Bool, Value::Integer(0)) => Value::Bool(false),
        (Type::Bool, Value::Integer(1)) => Value::Bool(true),
        (Type::Integer | Type::Decimal { .. }, Value::Bool(held)) => Value::Integer(i128::from(*held)),
        // A float is cut to fewer digits on its way to a decimal, where its shortest digits are not.
        (Type::Integer | Type::Decimal { .. }, Value::Float(number)) if number.is_finite() => {
            match format!("{number:?}").parse() {
                Ok(exact) => wide::narrowed(&exact),
                Err(_) => return unfit(),
            }
        }
        // A text without a zone would be read in that of whoever runs the file; the check took it for UTC, or refused it.
        (Type::Instant, Value::Text(text)) => match time::timestamp(text) {
            Some(Value::Instant(nanos) | Value::WallClock(nanos)) => Value::Instant(nanos),
            _ => return unfit(),
        },
        (Type::WallClock, Value::Text(text)) => match time::timestamp(text) {
            Some(Value::Instant(nanos) | Value::WallClock(nanos)) => Value::WallClock(nanos),
            _ => return unfit(),
        },
        (Type::Date, Value::Text(text)) => time::date(text).map_or_else(unfit, |days| Ok(Value::Date(days)))?,
        (Type::Time, Value::Text(text)) => time::time(text).map_or_else(unfit, |nanos| Ok(Value::Time(nanos)))?,
        (Type::Integer | Type::Decimal { .. }, Value::Text(text)) => match text.parse() {
            Ok(exact) => wide::narrowed(&exact),
            Err(_) => return unfit(),
        },
        (Type::Bool | Type::Float, Value::Text(_)) => return unfit(),
        (Type::Text, Value::Array(_) | Value::Map(_) | Value::Bytes(_)) => return unfit(),
        (Type::Text, value) => Value::Text(value_as_shown(value).unwrap_or_default()),
        (Type::Instant, Value::WallClock(nanos)) => Value::Instant(*nanos),
        (Type::WallClock, Value::Instant(nanos)) => Value::WallClock(*nanos),
        (Type::Instant, Value::Date(days)) => Value::Instant(i128::from(*days) * time::DAY),
        (Type::WallClock, Value::Date(days)) => Value::WallClock(i128::from(*days) * time::DAY),
        (Type::Date, Value::Instant(nanos) | Value::WallClock(nanos)) if nanos % time::DAY == 0 => {
            match i32::try_from(nanos / time::DAY) {
                Ok(days) => Value::Date(days),
                Err(_) => return unfit(),
            }
        }
        (Type::Array(_) | Type::Map(..), Value::Array(_) | Value::Map(_) | Value::Text(_) | Value::Json(_)) => {
            value.clone()
        }
        (Type::Array(_) | Type::Map(..), _) => return unfit(),
        _ => value.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Role;
    use crate::model::Sides;

    fn converted(of: Type, value: Value, null: Option<Value>) -> Result<Value, String> {
        let column = RowColumn {
            name: "c".to_owned(),
            of: Sides { old: None, new: Some(("c".to_owned(), of)) },
            role: Role::Compared,
            null: Sides { old: null, new: None },
            judging: None,
        };
        for_new(&value, &column)
    }

    /// Catches a value that is written as another, or as one that its column in new cannot hold.
    #[test]
    fn values_are_written_as_new_holds_them() {
        let decimal = Type::Decimal { scale: 2 };
        let wide = |text: &str| wide::read(text).unwrap();
        for (of, value, expected) in [
            (Type::Bool, Value::Integer(1), Value::Bool(true)),
            (Type::Integer, Value::Bool(true), Value::Integer(1)),
            (decimal.clone(), Value::Float(0.1), wide("0.1")),
            (decimal, Value::Decimal { unscaled: 15, scale: 1 }, Value::Decimal { unscaled: 15, scale: 1 }),
            (Type::Text, Value::Integer(7), Value::Text("7".into())),
            (Type::Text, Value::Uuid("0a".into()), Value::Text("0a".into())),
            (Type::Instant, Value::WallClock(5), Value::Instant(5)),
            (Type::WallClock, Value::Date(1), Value::WallClock(86_400_000_000_000)),
            (Type::Date, Value::Instant(86_400_000_000_000), Value::Date(1)),
            (Type::Instant, Value::Text("1970-01-01T00:00:01".into()), Value::Instant(1_000_000_000)),
            (Type::Instant, Value::Text("1970-01-01 01:00:01+01".into()), Value::Instant(1_000_000_000)),
            (Type::WallClock, Value::Text("1970-01-01 00:00:01".into()), Value::WallClock(1_000_000_000)),
            (Type::Date, Value::Text("1970-01-02".into()), Value::Date(1)),
            (Type::Integer, Value::Text("9007199254740993".into()), wide("9007199254740993")),
            (Type::Float, Value::Integer(3), Value::Integer(3)),
            (Type::Null, Value::Date(1), Value::Date(1)),
            (Type::Text, Value::Null, Value::Null),
        ] {
            assert_eq!(converted(of, value, None), Ok(expected));
        }
        assert_eq!(converted(Type::Integer, Value::Null, Some(Value::Integer(0))), Ok(Value::Integer(0)));
        assert!(converted(Type::Text, Value::Bytes(vec![1]), None).unwrap_err().contains("`c`"));
        assert!(converted(Type::Instant, Value::Text("soon".into()), None).is_err());
        assert!(converted(Type::Bool, Value::Text("yes".into()), None).is_err());
        assert!(converted(Type::Array(Box::new(Type::Text)), Value::Integer(1), None).is_err());
    }
}

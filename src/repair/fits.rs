//! Whether a column takes a value as it is, where its engine would not say so.

use chrono::Datelike;

use crate::frame::{Value, time};
use crate::schema::{ColumnSchema, ColumnType};

/// Refuses a value that has no place in `column`. What is rounded there is not told, for a rule may allow for it.
///
/// # Errors
/// Why not, as the end of a sentence.
pub(super) fn fits(column: &ColumnSchema, value: &Value) -> Result<(), String> {
    let name = &column.name;
    if *value == Value::Null {
        return match column.is_nullable {
            true => Ok(()),
            false => Err(format!("old holds NULL, which `{name}` of new does not take")),
        };
    }
    let has_room = match (&column.of, value) {
        (ColumnType::Integer { bits, is_signed }, Value::Integer(number)) => is_in(*number, *bits, *is_signed),
        (ColumnType::Integer { bits, is_signed }, Value::Unsigned(_)) => *bits > 128 || (*bits == 128 && !is_signed),
        (ColumnType::Years { first, last, .. }, Value::Date(days)) => {
            is_year(i128::from(*days) * time::DAY, *first, *last)
        }
        (ColumnType::Years { first, last, .. }, Value::Instant(nanos) | Value::WallClock(nanos)) => {
            is_year(*nanos, *first, *last)
        }
        _ => true,
    };
    match has_room {
        true => Ok(()),
        false => Err(format!("`{name}` of new, {}, has no room for what old holds", column.declared)),
    }
}

fn is_in(number: i128, bits: u16, is_signed: bool) -> bool {
    match (bits, is_signed) {
        (128.., true) => true,
        (_, false) if number < 0 => false,
        (127.., false) => true,
        (_, true) => number >= -(1_i128 << (bits - 1)) && number < 1_i128 << (bits - 1),
        (_, false) => number < 1_i128 << bits,
    }
}

/// Whether a moment is in these years, of which the last is whole only where it has four nines.
fn is_year(nanos: i128, first: i32, last: i32) -> bool {
    let year = time::moment(nanos).map(|moment| moment.year());
    year.is_some_and(|year| year >= first && (year < last || (year == last && last >= 9999)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a value that wraps in its column, and one that is refused although it fits.
    #[test]
    fn a_column_has_room_or_not() {
        let fits = |of: ColumnType, value: Value| {
            let (name, declared) = ("c".to_owned(), "T".to_owned());
            fits(&ColumnSchema { name, declared, of, is_nullable: false, default: None }, &value).is_ok()
        };
        let integer = |bits, is_signed| ColumnType::Integer { bits, is_signed };
        for (bits, is_signed, least, most) in
            [(8, true, -128, 127), (8, false, 0, 255), (64, false, 0, u64::MAX.into())]
        {
            for (number, expected) in [(least, true), (most, true), (least - 1, false), (most + 1, false)] {
                assert_eq!(fits(integer(bits, is_signed), Value::Integer(number)), expected, "{bits} {number}");
            }
        }
        assert!(fits(integer(128, true), Value::Integer(i128::MIN)) && !fits(integer(128, false), Value::Integer(-1)));
        assert!(
            fits(integer(128, false), Value::Unsigned(u128::MAX))
                && !fits(integer(64, false), Value::Unsigned(u128::MAX))
        );
        let years = || ColumnType::Years { of: Box::new(ColumnType::Date), first: 1970, last: 2149 };
        assert!(
            fits(years(), Value::Date(0)) && !fits(years(), Value::Date(-1)) && !fits(years(), Value::Date(80_000))
        );
        assert!(!fits(ColumnType::Uuid, Value::Null));
    }
}

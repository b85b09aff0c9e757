//! What SQLite keeps of a value: by the affinity of its column, whatever limits that is declared with.
//!
//! <https://sqlite.org/datatype3.html> says what becomes of which; `types` says how it is read again.

use super::literals::{exact, nearest, whole};
use super::types::{decimal_of, is_decimal};
use crate::frame::{Value, wide};
use crate::schema::{ColumnType, Room, room};

/// What a column would rather hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Affinity {
    Integer,
    Text,
    /// Whatever it is given.
    Blob,
    Real,
    Numeric,
}

impl Affinity {
    /// Reads a declared type by the rules of SQLite, in their order.
    fn of(declared: &str) -> Affinity {
        let declared = declared.to_ascii_uppercase();
        let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
        match () {
            () if has(&["INT"]) => Affinity::Integer,
            () if has(&["CHAR", "CLOB", "TEXT"]) => Affinity::Text,
            () if declared.is_empty() || has(&["BLOB"]) => Affinity::Blob,
            () if has(&["REAL", "FLOA", "DOUB"]) => Affinity::Real,
            () => Affinity::Numeric,
        }
    }

    fn makes_numbers(self) -> bool {
        matches!(self, Affinity::Integer | Affinity::Real | Affinity::Numeric)
    }
}

/// What a column keeps of `value` that is declared so, and of type `of`.
pub(super) fn stored(declared: &str, of: &ColumnType, value: &Value) -> Room {
    let affinity = Affinity::of(declared);
    match value {
        Value::Text(text) | Value::Json(text) | Value::Uuid(text) => {
            if affinity.makes_numbers() && is_number(text) {
                Room::None
            } else {
                Room::Exact(value.clone())
            }
        }
        Value::Integer(_) | Value::Unsigned(_) | Value::Decimal { .. } | Value::Wide(_) | Value::Float(_) => {
            match (affinity, of) {
                // A text of it, and of a REAL not of all its digits.
                (Affinity::Text, _) => Room::None,
                _ if is_decimal(declared) => decimal(value),
                (_, ColumnType::Bool) => room(of, value),
                (_, ColumnType::Integer { .. }) => match whole(value) {
                    Some(number) => Room::Exact(Value::Integer(number.into())),
                    None => Room::None,
                },
                (_, ColumnType::Float(_)) => room(of, value),
                _ => other_number(value),
            }
        }
        Value::Instant(_) | Value::WallClock(_) if *of == ColumnType::Date => room(of, value),
        _ => Room::Exact(value.clone()),
    }
}

/// A column of decimals keeps integers of 64 bits, and of all other numbers the nearest REAL.
fn decimal(value: &Value) -> Room {
    if let Some(number) = whole(value) {
        return Room::Exact(Value::Integer(number.into()));
    }
    match nearest(value).and_then(decimal_of) {
        Some(held) if exact(&held) == exact(value) => Room::Exact(held),
        Some(held) => Room::Rounded(vec![held]),
        None => Room::None,
    }
}

/// So does one of nothing in particular, where such a number is a float.
fn other_number(value: &Value) -> Room {
    match (whole(value), nearest(value)) {
        (Some(number), _) => Room::Exact(Value::Integer(number.into())),
        (None, Some(real)) => {
            room(&ColumnType::Float(64), &exact(value).map_or(Value::Float(real), |n| wide::narrowed(&n)))
        }
        (None, None) => Room::None,
    }
}

/// Whether a column that would rather hold numbers makes one of a text.
fn is_number(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::sqlite::declared::column_type;

    /// What SQLite gives back of a value that is put into a column.
    fn given_back(declared: &str, sql: &str) -> String {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&format!("CREATE TABLE t (v {declared}); INSERT INTO t VALUES ({sql})")).unwrap();
        connection.query_row("SELECT typeof(v) || ' ' || quote(v) FROM t", [], |row| row.get(0)).unwrap()
    }

    /// Catches a value that SQLite makes another of and that is taken to be kept, by what SQLite itself gives back.
    #[test]
    fn what_is_made_another_has_no_room() {
        let text = |text: &str| Value::Text(text.to_owned());
        let decimal = |text: &str| wide::read(text).unwrap();
        for (declared, sql, value, held, kept) in [
            ("TEXT", "'5'", text("5"), "text '5'", true),
            ("STRING", "'5'", text("5"), "integer 5", false),
            ("JSON", "' 5e1 '", text(" 5e1 "), "integer 50", false),
            ("JSON", "'[5]'", text("[5]"), "text '[5]'", true),
            ("UUID", "'5.'", text("5."), "integer 5", false),
            ("INTEGER", "'.5'", text(".5"), "real 0.5", false),
            ("", "'5'", text("5"), "text '5'", true),
            ("NUMERIC", "'inf'", text("inf"), "text 'inf'", true),
            ("VARCHAR(1)", "'abc'", text("abc"), "text 'abc'", true),
            ("INTEGER", "5", Value::Integer(5), "integer 5", true),
            ("INTEGER", "1.5", decimal("1.5"), "real 1.5", false),
            ("TEXT", "5", Value::Integer(5), "text '5'", false),
            ("DECIMAL(3,1)", "12345.678", decimal("12345.678"), "real 12345.678", true),
            ("DECIMAL(20,2)", "9007199254740993", decimal("9007199254740993"), "integer 9007199254740993", true),
            (
                "DECIMAL(20,2)",
                "12345678901234567.89",
                decimal("12345678901234567.89"),
                "integer 12345678901234568",
                false,
            ),
            ("MONEY", "0.1", decimal("0.1"), "real 0.1", true),
            ("REAL", "0.1", decimal("0.1"), "real 0.1", false),
            ("REAL", "5", Value::Integer(5), "real 5.0", true),
            (
                "DATE",
                "'2026-01-01 06:00:00'",
                Value::WallClock(21_600_000_000_000),
                "text '2026-01-01 06:00:00'",
                false,
            ),
        ] {
            assert_eq!(given_back(declared, sql), held, "{declared} {sql}");
            let found = stored(declared, &column_type(declared), &value);
            assert_eq!(matches!(found, Room::Exact(_)), kept, "{declared} {sql}: {found:?}");
        }
    }
}

//! Param values as literals of each engine, so that a value can never become structure of a query.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Timelike, Utc};

use super::EngineName;
use crate::spec::check::ParamValue;

/// `value` as a literal of `engine`; a list is its elements in parentheses, as `IN` takes it.
///
/// An error says what the engine cannot hold.
pub fn literal(engine: EngineName, value: &ParamValue) -> Result<String, String> {
    Ok(match value {
        ParamValue::Text(value) => text(engine, value)?,
        ParamValue::Integer(value) => integer(engine, *value)?,
        ParamValue::Decimal(value) => {
            let digits = value.to_plain_string();
            match engine {
                // A bare 0.1 is a float there.
                EngineName::ClickHouse => {
                    let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
                    let bits = if digits.bytes().filter(u8::is_ascii_digit).count() > 38 { 256 } else { 128 };
                    format!("toDecimal{bits}('{digits}', {scale})")
                }
                EngineName::Files => decimal_in_files(&digits)?,
                _ => signed(digits),
            }
        }
        ParamValue::Boolean(value) => value.to_string().to_uppercase(),
        ParamValue::Timestamp(value) => {
            kept(engine, value.nanosecond())?;
            timestamp(engine, value)
        }
        ParamValue::WallClock(value) => {
            kept(engine, value.nanosecond())?;
            wall_clock(engine, value)
        }
        ParamValue::Date(value) => date(engine, *value),
        ParamValue::Time(value) => {
            kept(engine, value.nanosecond())?;
            let time = value.format("%H:%M:%S%.6f");
            match engine {
                EngineName::Postgres | EngineName::MySql => format!("TIME '{time}'"),
                EngineName::ClickHouse | EngineName::Sqlite => format!("'{}'", value.format("%H:%M:%S%.f")),
                EngineName::Files => format!("CAST('{time}' AS TIME)"),
            }
        }
        ParamValue::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(engine, item)).collect::<Result<_, _>>()?;
            format!("({})", items.join(", "))
        }
    })
}

fn signed(digits: String) -> String {
    // `5 - {{ n }}` with a negative n must not become a comment.
    if digits.starts_with('-') { format!("({digits})") } else { digits }
}

fn text(engine: EngineName, value: &str) -> Result<String, String> {
    let doubled = || format!("'{}'", value.replace('\'', "''"));
    let hex = || value.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    Ok(match engine {
        EngineName::Postgres if value.contains('\0') => {
            return Err("PostgreSQL text cannot hold the character NUL; remove it".to_owned());
        }
        // Right whatever standard_conforming_strings says.
        EngineName::Postgres if value.contains('\\') => {
            format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
        }
        // Right whether or not NO_BACKSLASH_ESCAPES is set.
        EngineName::MySql if value.contains('\\') || value.contains('\0') => format!("_utf8mb4 X'{}'", hex()),
        EngineName::ClickHouse => {
            format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'").replace('\0', "\\0"))
        }
        // SQLite reads a statement up to the first NUL.
        EngineName::Sqlite if value.contains('\0') => format!("CAST(X'{}' AS TEXT)", hex()),
        EngineName::Postgres | EngineName::MySql | EngineName::Sqlite | EngineName::Files => doubled(),
    })
}

fn integer(engine: EngineName, value: i128) -> Result<String, String> {
    let narrow = i64::try_from(value).is_ok();
    Ok(match engine {
        EngineName::ClickHouse if !narrow => format!("toInt128('{value}')"),
        EngineName::Files if !narrow => format!("CAST('{value}' AS INT128)"),
        EngineName::Sqlite if !narrow => {
            return Err(format!("SQLite integers have 64 bits and cannot hold {value}; use a smaller value"));
        }
        // Its digits alone would be read as the negation of a number that is too large.
        _ if value == i128::from(i64::MIN) => format!("({} - 1)", i64::MIN + 1),
        _ => signed(value.to_string()),
    })
}

fn decimal_in_files(digits: &str) -> Result<String, String> {
    let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if digits.bytes().filter(u8::is_ascii_digit).count() > 38 {
        return Err(format!("{digits} has more than 38 digits; use fewer"));
    }
    Ok(format!("CAST('{digits}' AS DECIMAL(38, {scale}))"))
}

/// Refuses what the engine would cut off a second.
fn kept(engine: EngineName, nanos: u32) -> Result<(), String> {
    let name = match engine {
        EngineName::ClickHouse | EngineName::Sqlite => return Ok(()),
        EngineName::Postgres => "PostgreSQL",
        EngineName::MySql => "MySQL",
        EngineName::Files => "SQL over files",
    };
    match nanos % 1_000 {
        0 => Ok(()),
        _ => Err(format!("{name} keeps six digits of a second and the value has more; round it")),
    }
}

fn timestamp(engine: EngineName, value: &DateTime<Utc>) -> String {
    let fine = value.format("%Y-%m-%d %H:%M:%S%.6f");
    match engine {
        EngineName::Postgres => format!("TIMESTAMPTZ '{fine}+00'"),
        EngineName::ClickHouse => match value.nanosecond() % 1_000 {
            0 => format!("toDateTime64('{fine}', 6, 'UTC')"),
            _ => format!("toDateTime64('{}', 9, 'UTC')", value.format("%Y-%m-%d %H:%M:%S%.9f")),
        },
        EngineName::MySql => format!("CONVERT_TZ(TIMESTAMP '{fine}', '+00:00', @@session.time_zone)"),
        // Without needless zeros, so that a stored second without a fraction does not sort before its own literal.
        EngineName::Sqlite => format!("'{}'", value.format("%Y-%m-%d %H:%M:%S%.f")),
        EngineName::Files => format!("STRPTIME('{fine}+0000', '%Y-%m-%d %H:%M:%S%.6f%z')"),
    }
}

fn wall_clock(engine: EngineName, value: &NaiveDateTime) -> String {
    let fine = value.format("%Y-%m-%d %H:%M:%S%.6f");
    match engine {
        EngineName::Postgres | EngineName::MySql => format!("TIMESTAMP '{fine}'"),
        EngineName::ClickHouse => match value.nanosecond() % 1_000 {
            0 => format!("toDateTime64('{fine}', 6)"),
            _ => format!("toDateTime64('{}', 9)", value.format("%Y-%m-%d %H:%M:%S%.9f")),
        },
        EngineName::Sqlite => format!("'{}'", value.format("%Y-%m-%d %H:%M:%S%.f")),
        EngineName::Files => format!("STRPTIME('{fine}', '%Y-%m-%d %H:%M:%S%.6f')"),
    }
}

fn date(engine: EngineName, value: NaiveDate) -> String {
    match engine {
        EngineName::Postgres | EngineName::MySql => format!("DATE '{value}'"),
        EngineName::ClickHouse => format!("toDate32('{value}')"),
        EngineName::Sqlite => format!("'{value}'"),
        EngineName::Files => format!("CAST('{value}' AS DATE)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_end_nothing() {
        let hostile = ParamValue::Text(r"x' OR 1=1 --\' ".to_owned());
        assert_eq!(literal(EngineName::Postgres, &hostile).unwrap(), r"E'x'' OR 1=1 --\\'' '");
        assert_eq!(literal(EngineName::ClickHouse, &hostile).unwrap(), r"'x\' OR 1=1 --\\\' '");
        assert_eq!(literal(EngineName::Sqlite, &hostile).unwrap(), r"'x'' OR 1=1 --\'' '");
        assert!(literal(EngineName::MySql, &hostile).unwrap().starts_with("_utf8mb4 X'78272"));
    }

    #[test]
    fn a_negative_number_opens_no_comment() {
        assert_eq!(literal(EngineName::Postgres, &ParamValue::Integer(-1)).unwrap(), "(-1)");
        assert_eq!(literal(EngineName::MySql, &ParamValue::Decimal("-0.5".parse().unwrap())).unwrap(), "(-0.5)");
    }

    #[test]
    fn a_list_is_what_in_takes() {
        let list = ParamValue::List(vec![ParamValue::Text("a".into()), ParamValue::Text("b'".into())]);
        assert_eq!(literal(EngineName::Sqlite, &list).unwrap(), "('a', 'b''')");
    }

    /// Catches a moment that is cut on its way into a query, where windows and params would then mean another one.
    #[test]
    fn no_digit_of_a_second_is_dropped() {
        let moment: NaiveDateTime = "2026-01-01T00:00:00.000000001".parse().unwrap();
        let values = [
            ParamValue::Timestamp(moment.and_utc()),
            ParamValue::WallClock(moment),
            ParamValue::Time(moment.time()),
            ParamValue::List(vec![ParamValue::WallClock(moment)]),
        ];
        for value in values {
            for engine in [EngineName::Postgres, EngineName::MySql, EngineName::Files] {
                assert!(literal(engine, &value).unwrap_err().contains("six digits"), "{engine:?} {value:?}");
            }
            for engine in [EngineName::ClickHouse, EngineName::Sqlite] {
                assert!(literal(engine, &value).unwrap().contains("00:00:00.000000001"), "{engine:?} {value:?}");
            }
        }
    }
}

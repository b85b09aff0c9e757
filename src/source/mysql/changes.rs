//! How the SQL of MySQL and MariaDB changes rows.

use super::super::changes::{Changes, hex, scientific};
use super::dialect::MySql;
use crate::frame::{Type, Value};
use crate::schema::ColumnType;

impl Changes for MySql {
    /// Strict, so that no value is cut to what fits its column, nor 0 taken for the next number.
    fn begin(&self) -> &'static [&'static str] {
        &[
            "SET NAMES utf8mb4",
            "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES,NO_ZERO_DATE,NO_AUTO_VALUE_ON_ZERO')",
            "START TRANSACTION",
        ]
    }

    fn notes(&self) -> &'static [&'static str] {
        &["run it with: mysql --batch < FILE, which stops at the first error", "tables of MyISAM know no transaction"]
    }

    fn special(&self, value: &Value, _of: &ColumnType) -> Option<Result<String, String>> {
        match value {
            Value::Float(number) if *number == 0.0 && number.is_sign_negative() => {
                Some(Err("MySQL keeps no −0 that is written".to_owned()))
            }
            Value::Float(number) if number.is_finite() => Some(Ok(scientific(*number))),
            Value::Float(_) => Some(Err("MySQL has no infinity and no NaN".to_owned())),
            Value::Bytes(bytes) => Some(Ok(format!("X'{}'", hex(bytes)))),
            _ => None,
        }
    }

    /// By its bytes, whatever the collation of the column takes for the same, and beside that in the collation's own way, which
    /// an index can serve.
    fn holds(&self, column: &str, of: &Type, _value: &Value, literal: &str) -> Result<String, String> {
        Ok(match of {
            Type::Text => format!("{column} = {literal} AND {}", same_bytes(column, literal)),
            Type::Json => same_bytes(column, literal),
            _ => format!("{column} = {literal}"),
        })
    }

    fn nowhere(&self) -> &'static str {
        " FROM DUAL"
    }
}

/// The condition that a column holds the bytes of a text, blanks at its end included.
fn same_bytes(column: &str, literal: &str) -> String {
    format!("CAST(CONVERT({column} USING utf8mb4) AS BINARY) = CAST(CONVERT({literal} USING utf8mb4) AS BINARY)")
}

//! The SQL of Snowflake.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use sqlparser::dialect::SnowflakeDialect;

use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::pushdown::server_diff::ServerDiff;
use super::lexer::LEXERS;
use super::vendor::LABEL;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};

/// Digits of a number; a longer literal is read as a float.
const DIGITS: usize = 38;

/// Digits behind the point.
const SCALE: usize = 37;

/// Snowflake.
pub(super) struct Snowflake;

impl Dialect for Snowflake {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &SnowflakeDialect {}
    }

    fn text(&self, value: &str) -> Result<String, String> {
        match value.contains('\0') {
            true => Err("a text of Snowflake's SQL cannot hold the character NUL; remove it".to_owned()),
            false => Ok(literal::doubled(&value.replace('\\', "\\\\"))),
        }
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        if literal::is_wide(value) { self.decimal(&value.to_string()) } else { Ok(literal::integer(value)) }
    }

    fn decimal(&self, digits: &str) -> Result<String, String> {
        let (precision, scale) = (literal::precision(digits), literal::scale(digits));
        if precision > DIGITS || scale > SCALE {
            return Err(format!("{digits} has more than {DIGITS} digits, or {SCALE} behind the point; use fewer"));
        }
        Ok(format!("CAST('{digits}' AS NUMBER({precision}, {scale}))"))
    }

    fn second_digits(&self) -> u32 {
        9
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("CAST('{} +00:00' AS TIMESTAMP_LTZ)", value.format("%Y-%m-%d %H:%M:%S%.9f"))
    }

    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        format!("CAST('{}' AS TIMESTAMP_NTZ)", value.format("%Y-%m-%d %H:%M:%S%.9f"))
    }

    fn time(&self, value: NaiveTime) -> String {
        format!("CAST('{}' AS TIME)", value.format("%H:%M:%S%.9f"))
    }

    fn time_cast(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Integer | Type::Decimal { .. } => format!("TO_TIMESTAMP_LTZ({column}) AS {column}"),
            _ => format!("CAST({column} AS TIMESTAMP_NTZ) AS {column}"),
        }
    }

    /// Of exact numbers one of 38 digits, which is an error where it has more.
    fn sum(&self, column: &str, _of: Option<&Type>, _database_type: &str) -> String {
        format!("sum({column})")
    }

    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        Some(&Snowflake)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }
}

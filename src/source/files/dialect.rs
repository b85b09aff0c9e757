//! The SQL of DataFusion over files.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlparser::dialect::GenericDialect;

use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::lexer::LEXERS;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};

/// SQL over files.
pub(super) struct DataFusion;

impl Dialect for DataFusion {
    fn label(&self) -> &'static str {
        "SQL over files"
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn reader(&self) -> String {
        String::new()
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &GenericDialect {}
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        Ok(if literal::is_wide(value) { format!("CAST('{value}' AS DECIMAL(38, 0))") } else { literal::integer(value) })
    }

    /// Of no more digits than the value has, which leave room for those of what stands beside it.
    fn decimal(&self, digits: &str) -> Result<String, String> {
        let precision = literal::precision(digits);
        if precision > 38 {
            return Err(format!("{digits} has more than 38 digits; use fewer"));
        }
        Ok(format!("CAST('{digits}' AS DECIMAL({precision}, {}))", literal::scale(digits)))
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("arrow_cast('{}Z', 'Timestamp(Microsecond, Some(\"UTC\"))')", value.format("%Y-%m-%dT%H:%M:%S%.6f"))
    }

    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        format!("arrow_cast('{}', 'Timestamp(Microsecond, None)')", value.format("%Y-%m-%dT%H:%M:%S%.6f"))
    }

    fn date(&self, value: NaiveDate) -> String {
        format!("CAST('{value}' AS DATE)")
    }

    fn time(&self, value: NaiveTime) -> String {
        format!("CAST('{}' AS TIME)", value.format("%H:%M:%S%.6f"))
    }

    fn sum(&self, column: &str, of: Option<&Type>, _database_type: &str) -> String {
        match of {
            Some(Type::Float) => format!("sum(CAST({column} AS DOUBLE))"),
            _ => format!("sum({column})"),
        }
    }
}

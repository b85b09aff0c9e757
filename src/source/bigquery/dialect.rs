//! The SQL of BigQuery.

use chrono::{DateTime, NaiveDateTime, Utc};
use sqlparser::dialect::BigQueryDialect;

use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::pushdown::server_diff::ServerDiff;
use super::lexer::LEXERS;
use super::vendor::LABEL;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};

/// Digits before the point of a NUMERIC, and behind it.
const NUMERIC: (usize, usize) = (29, 9);

/// Digits before the point of a BIGNUMERIC, and behind it.
const BIGNUMERIC: (usize, usize) = (38, 38);

/// BigQuery.
pub(super) struct BigQuery;

impl Dialect for BigQuery {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &BigQueryDialect {}
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
    }

    fn text(&self, value: &str) -> Result<String, String> {
        if value.contains('\0') {
            return Err("a text of BigQuery's SQL cannot hold the character NUL; remove it".to_owned());
        }
        let escaped = value.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\r', "\\r");
        Ok(format!("'{escaped}'"))
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        if literal::is_wide(value) { self.decimal(&value.to_string()) } else { Ok(literal::integer(value)) }
    }

    /// As the narrower of the two types that holds it.
    fn decimal(&self, digits: &str) -> Result<String, String> {
        let scale = literal::scale(digits);
        let before = literal::precision(digits) - scale;
        match () {
            () if before <= NUMERIC.0 && scale <= NUMERIC.1 => Ok(format!("CAST('{digits}' AS NUMERIC)")),
            () if before <= BIGNUMERIC.0 && scale <= BIGNUMERIC.1 => Ok(format!("CAST('{digits}' AS BIGNUMERIC)")),
            () => Err(format!("{digits} has more than 38 digits before or behind the point; use fewer")),
        }
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("TIMESTAMP '{}+00:00'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        format!("DATETIME '{}'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    fn time_cast(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Integer => format!("TIMESTAMP_SECONDS({column}) AS {column}"),
            _ => format!("CAST({column} AS TIMESTAMP) AS {column}"),
        }
    }

    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        Some(&BigQuery)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }
}

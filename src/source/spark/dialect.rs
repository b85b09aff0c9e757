//! The SQL of Spark.

use chrono::{DateTime, NaiveDateTime, Utc};
use sqlparser::dialect::DatabricksDialect;

use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::pushdown::server_diff::ServerDiff;
use super::lexer::LEXERS;
use super::vendor::LABEL;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};

/// Digits of a decimal.
const DIGITS: usize = 38;

/// Spark.
pub(super) struct Spark;

impl Dialect for Spark {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn is_single(&self, database_type: &str) -> bool {
        database_type.eq_ignore_ascii_case("float")
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &DatabricksDialect {}
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    /// Without a backslash and without a quote inside, both of which versions and settings read differently.
    fn text(&self, value: &str) -> Result<String, String> {
        if value.contains('\0') {
            return Err("a text of Spark's SQL cannot hold the character NUL; remove it".to_owned());
        }
        let is_plain = !value.contains(['\'', '\\']) && !value.contains("${");
        Ok(if is_plain { format!("'{value}'") } else { joined(value) })
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        if !literal::is_wide(value) {
            return Ok(literal::integer(value));
        }
        self.decimal(&value.to_string())
    }

    fn decimal(&self, digits: &str) -> Result<String, String> {
        let precision = literal::precision(digits);
        if precision > DIGITS {
            return Err(format!("{digits} has more than {DIGITS} digits; use fewer"));
        }
        Ok(format!("CAST('{digits}' AS DECIMAL({precision}, {}))", literal::scale(digits)))
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("TIMESTAMP_LTZ '{}+00:00'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        format!("TIMESTAMP_NTZ '{}'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    fn time_cast(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Integer => format!("timestamp_seconds({column}) AS {column}"),
            _ => format!("CAST({column} AS TIMESTAMP) AS {column}"),
        }
    }

    /// Of the widest integers, since a sum of others is one of 64 bits.
    fn sum(&self, column: &str, of: Option<&Type>, _database_type: &str) -> String {
        match of {
            Some(Type::Integer) => format!("sum(CAST({column} AS DECIMAL({DIGITS}, 0)))"),
            Some(Type::Float) => format!("sum(CAST({column} AS DOUBLE))"),
            _ => format!("sum({column})"),
        }
    }

    fn sum_type(&self, of: &Type) -> Type {
        match of {
            Type::Integer => Type::Decimal { scale: 0 },
            of => of.clone(),
        }
    }

    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        Some(&Spark)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }
}

/// `value` from its pieces, quotes and backslashes by their numbers.
fn joined(value: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut plain = String::new();
    let mut before = ' ';
    for c in value.chars() {
        let by_number = matches!(c, '\'' | '\\');
        if by_number || (before, c) == ('$', '{') {
            parts.extend((!plain.is_empty()).then(|| format!("'{}'", std::mem::take(&mut plain))));
        }
        match by_number {
            true => parts.push(format!("chr({})", u32::from(c))),
            false => plain.push(c),
        }
        before = c;
    }
    parts.extend((!plain.is_empty()).then(|| format!("'{plain}'")));
    format!("concat({})", parts.join(", "))
}

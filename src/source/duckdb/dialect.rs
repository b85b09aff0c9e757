//! The SQL of DuckDB.

use chrono::{DateTime, Utc};
use sqlparser::dialect::DuckDbDialect;

use super::super::changes::Changes;
use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::pushdown::server_diff::ServerDiff;
use super::lexer::{LEXERS, foreign_space};
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};
use crate::spec::check::ParamValue;

/// Digits of a decimal; a longer literal is read as a float.
const DIGITS: usize = 38;

/// DuckDB.
pub(super) struct DuckDb;

impl Dialect for DuckDb {
    fn label(&self) -> &'static str {
        "DuckDB"
    }

    fn is_single(&self, database_type: &str) -> bool {
        database_type == "FLOAT"
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn changes(&self) -> Option<&'static dyn Changes> {
        Some(&DuckDb)
    }

    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        Some(&DuckDb)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &DuckDbDialect {}
    }

    fn text(&self, value: &str) -> Result<String, String> {
        match value.contains('\0') {
            true => Err("a text of DuckDB's SQL cannot hold the character NUL; remove it".to_owned()),
            false if value.contains(by_number) => Ok(joined(value)),
            false => Ok(literal::doubled(value)),
        }
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        Ok(if literal::is_wide(value) { format!("CAST('{value}' AS HUGEINT)") } else { literal::integer(value) })
    }

    /// Of no more digits than the value has: one of 38 takes the digits behind the point from what stands beside it, in
    /// `coalesce`, `CASE`, `greatest` and `UNION`.
    fn decimal(&self, digits: &str) -> Result<String, String> {
        let precision = literal::precision(digits);
        if precision > DIGITS {
            return Err(format!("{digits} has more than {DIGITS} digits; use fewer"));
        }
        Ok(format!("CAST('{digits}' AS DECIMAL({precision}, {}))", literal::scale(digits)))
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("TIMESTAMPTZ '{}+00'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    /// Without a zone, since a `TIMESTAMP_S`, `_MS` or `_NS` is compared with no other: sessions are in UTC, where a column
    /// with a zone is compared with this as with the moment.
    fn window_end(&self, value: &ParamValue) -> Result<String, String> {
        match value {
            ParamValue::Timestamp(moment) => self.literal(&ParamValue::WallClock(moment.naive_utc())),
            _ => self.literal(value),
        }
    }

    fn time_cast(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Integer => format!("to_timestamp({column}) AS {column}"),
            _ => format!("CAST({column} AS TIMESTAMP) AS {column}"),
        }
    }

    fn sum(&self, column: &str, of: Option<&Type>, database_type: &str) -> String {
        match of {
            // A sum of these is one of floats.
            Some(Type::Integer) if database_type.eq_ignore_ascii_case("UHUGEINT") => {
                format!("sum(CAST({column} AS DECIMAL({DIGITS}, 0)))")
            }
            Some(Type::Float) => format!("sum(CAST({column} AS DOUBLE))"),
            _ => format!("sum({column})"),
        }
    }
}

/// Whether a character of a text is written by its number: DuckDB may turn the spaces of Unicode into plain ones, and a
/// shell may take a carriage return from the end of a line, within a literal too.
fn by_number(c: char) -> bool {
    c == '\r' || foreign_space(c)
}

/// `value` with these characters by their numbers.
fn joined(value: &str) -> String {
    let mut parts = Vec::new();
    for piece in value.split_inclusive(by_number) {
        let space = piece.chars().last().filter(|c| by_number(*c));
        let text = space.map_or(piece, |c| &piece[..piece.len() - c.len_utf8()]);
        parts.push(literal::doubled(text));
        parts.extend(space.map(|c| format!("chr({})", u32::from(c))));
    }
    format!("({})", parts.join(" || "))
}

//! The SQL of PostgreSQL.

use chrono::{DateTime, Utc};
use sqlparser::dialect::PostgreSqlDialect;

use super::super::changes::Changes;
use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::pushdown::server_diff::ServerDiff;
use super::lexer::LEXERS;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};

/// PostgreSQL.
pub(super) struct Postgres;

impl Dialect for Postgres {
    fn label(&self) -> &'static str {
        "PostgreSQL"
    }

    fn is_single(&self, database_type: &str) -> bool {
        database_type.eq_ignore_ascii_case("float4") || database_type.eq_ignore_ascii_case("real")
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn changes(&self) -> Option<&'static dyn Changes> {
        Some(&Postgres)
    }

    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        Some(&Postgres)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &PostgreSqlDialect {}
    }

    fn text(&self, value: &str) -> Result<String, String> {
        if value.contains('\0') {
            return Err("PostgreSQL text cannot hold the character NUL; remove it".to_owned());
        }
        // Right whatever standard_conforming_strings says.
        match value.contains('\\') {
            true => Ok(format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''"))),
            false => Ok(literal::doubled(value)),
        }
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("TIMESTAMPTZ '{}+00'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    fn time_cast(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Integer => format!("to_timestamp({column}) AS {column}"),
            _ => format!("CAST({column} AS TIMESTAMP) AS {column}"),
        }
    }

    fn sum(&self, column: &str, of: Option<&Type>, _database_type: &str) -> String {
        match of {
            // A sum of 32-bit floats is one of 32 bits elsewhere.
            Some(Type::Float) => format!("sum(CAST({column} AS double precision))"),
            _ => format!("sum({column})"),
        }
    }

    fn sample(&self, key: &[(String, &Type)], below: u64) -> Option<String> {
        let text = key.iter().map(|(column, of)| {
            let text = match of {
                Type::Date => format!("({column} - DATE '1970-01-01')::text"),
                _ => format!("{column}::text"),
            };
            format!("coalesce(octet_length(convert_to({text}, 'UTF8'))::text || ':' || {text}, '-') || ','")
        });
        let text = text.collect::<Vec<_>>().join(" || ");
        Some(format!("md5(convert_to({text}, 'UTF8')) COLLATE \"C\" < '{below:016x}'"))
    }
}

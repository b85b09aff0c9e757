//! The SQL of MySQL and MariaDB.

use chrono::{DateTime, Utc};
use sqlparser::dialect::MySqlDialect;

use super::super::changes::Changes;
use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::lexer::LEXERS;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};

/// MySQL and MariaDB.
pub(super) struct MySql;

impl Dialect for MySql {
    fn label(&self) -> &'static str {
        "MySQL"
    }

    fn is_single(&self, database_type: &str) -> bool {
        database_type.eq_ignore_ascii_case("float")
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn changes(&self) -> Option<&'static dyn Changes> {
        Some(&MySql)
    }

    fn reader(&self) -> String {
        " to MySQL, in some sql_mode (a quote inside quotes is best doubled)".to_owned()
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &MySqlDialect {}
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn text(&self, value: &str) -> Result<String, String> {
        // Right whether or not NO_BACKSLASH_ESCAPES is set. The client takes a carriage return from the end of a line, within a
        // literal too.
        match value.contains(['\\', '\0', '\r']) {
            true => Ok(format!("_utf8mb4 X'{}'", literal::hex(value))),
            false => Ok(literal::doubled(value)),
        }
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        let fine = value.format("%Y-%m-%d %H:%M:%S%.6f");
        format!("CONVERT_TZ(TIMESTAMP '{fine}', '+00:00', @@session.time_zone)")
    }

    fn time_cast(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Integer | Type::Decimal { .. } | Type::Float => format!("FROM_UNIXTIME({column}) AS {column}"),
            _ => format!("CAST({column} AS DATETIME(6)) AS {column}"),
        }
    }

    fn sample(&self, key: &[(String, &Type)], below: u64) -> Option<String> {
        let text = key.iter().map(|(column, of)| {
            let text = match of {
                // A sum has no leading zeros, whatever its column is declared as.
                Type::Integer => format!("CAST({column} + 0 AS CHAR)"),
                Type::Date => format!("CAST(DATEDIFF({column}, '1970-01-01') AS CHAR)"),
                _ => format!("CAST({column} AS CHAR)"),
            };
            format!("IF({column} IS NULL, '-,', CONCAT(LENGTH({text}), ':', {text}, ','))")
        });
        let text = text.collect::<Vec<_>>().join(", ");
        // Bytes, since a collation may put `aa` behind `z`.
        Some(format!("UNHEX(LEFT(MD5(CONCAT({text})), 16)) < X'{below:016x}'"))
    }
}

//! The SQL of SQLite, whose times are text.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use sqlparser::dialect::SQLiteDialect;

use super::super::changes::Changes;
use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::lexer::LEXERS;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};
use crate::spec::check::ParamValue;

/// What another row holds that has the form of a time and is none.
const NO_DAY: &str = "no such day or hour";

/// SQLite.
pub(super) struct Sqlite;

impl Dialect for Sqlite {
    fn label(&self) -> &'static str {
        "SQLite"
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn changes(&self) -> Option<&'static dyn Changes> {
        Some(&Sqlite)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &SQLiteDialect {}
    }

    fn text(&self, value: &str) -> Result<String, String> {
        // SQLite reads a statement up to the first NUL, and its shell takes a carriage return from the end of a line, within a literal too.
        match value.contains(['\0', '\r']) {
            true => Ok(format!("CAST(X'{}' AS TEXT)", literal::hex(value))),
            false => Ok(literal::doubled(value)),
        }
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        match literal::is_wide(value) {
            true => Err(format!("SQLite integers have 64 bits and cannot hold {value}; use a smaller value")),
            false => Ok(literal::integer(value)),
        }
    }

    fn second_digits(&self) -> u32 {
        9
    }

    /// Without needless zeros, so that a stored second without a fraction does not sort before its own literal.
    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        format!("'{}'", value.format("%Y-%m-%d %H:%M:%S%.f"))
    }

    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        format!("'{}'", value.format("%Y-%m-%d %H:%M:%S%.f"))
    }

    fn date(&self, value: NaiveDate) -> String {
        format!("'{value}'")
    }

    fn time(&self, value: NaiveTime) -> String {
        format!("'{}'", value.format("%H:%M:%S%.f"))
    }

    fn compared(&self, sql: String, times: &[Range<usize>]) -> Result<String, (usize, String)> {
        super::operands::collated(&sql, times)
    }

    /// Numbers with a fraction are floats there, whatever the column is declared as.
    fn sum_type(&self, of: &Type) -> Type {
        match of {
            Type::Decimal { .. } => Type::Float,
            _ => of.clone(),
        }
    }

    /// The text of a time in one form, NULL where it is no time.
    fn window_column(&self, column: &str) -> String {
        format!("CASE WHEN {} THEN {} END", exists(column), formed(column))
    }

    fn window_end(&self, value: &ParamValue) -> Result<String, String> {
        let Some(moment) = value.moment() else { return self.literal(value) };
        let text = moment.format("%Y-%m-%d %H:%M:%S%.f").to_string();
        // So that the same moment with more zeros does not sort before it.
        let shortest = if text.contains('.') { text.trim_end_matches('0') } else { &text };
        Ok(format!("'{shortest}'"))
    }

    /// Compares the column as it is: every form of a time begins with its day.
    fn window_prefilter(&self, column: &str, from: &ParamValue, to: &ParamValue) -> String {
        let day = |value: &ParamValue| value.moment().map(|moment| moment.date());
        let (Some(from), Some(to)) = (day(from), day(to)) else { return String::new() };
        let after = to.checked_add_signed(TimeDelta::days(1)).unwrap_or(to);
        format!("{column} >= '{from}' AND {column} < '{after}' AND ")
    }

    /// The name of a storage class, or [`NO_DAY`].
    fn window_stray(&self, column: &str, named: &str) -> String {
        let (time, form) = (self.window_column(column), formed(column));
        format!(
            ", MIN(CASE WHEN {column} IS NULL OR {time} IS NOT NULL THEN NULL WHEN {form} IS NULL THEN typeof({column}) \
             ELSE '{NO_DAY}' END) AS {named}"
        )
    }

    fn misplaced(&self, column: &str, stray: &str) -> String {
        let hint = match stray {
            NO_DAY => {
                return format!(
                    ", because it has the form of a time and is of a day or an hour that does not exist; let the window be of \
                     a column beside it in which such rows have no time: CASE WHEN {} THEN {column} END AS {column}_placed",
                    exists(column)
                );
            }
            "integer" | "real" => format!("for seconds since 1970 select datetime({column}, 'unixepoch') AS {column}"),
            _ => format!(
                "select it as 2026-01-01 12:00:00, such as datetime({column}) AS {column}, which applies an offset"
            ),
        };
        format!(" ({stray}), because it is no time that sorts as text; {hint}")
    }
}

/// Whether text that has the form of a time is of a day and an hour that exist.
fn exists(column: &str) -> String {
    format!("date(substr({column}, 1, 10)) = substr({column}, 1, 10) AND substr({column}, 12, 2) < '24'")
}

/// Text of any form of a time in one form; NULL where it has none. Functions of text end at a NUL character, which no time
/// has, and comparisons do not: such a text is more than its first characters.
fn formed(column: &str) -> String {
    let day = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]";
    let minute = format!("{day}[ T][0-2][0-9]:[0-5][0-9]");
    let second = format!("{minute}:[0-5][0-9]");
    let spaced = format!("replace({column}, 'T', ' ')");
    format!(
        "CASE WHEN typeof({column}) <> 'text' OR substr({column}, 1, length({column})) <> {column} THEN NULL \
         WHEN {column} GLOB '{second}' OR {column} GLOB '{second}Z' THEN substr({spaced}, 1, 19) \
         WHEN {column} GLOB '{second}.[0-9]*' AND rtrim(substr({column}, 21), 'Z') NOT GLOB '*[^0-9]*' \
         AND {column} NOT GLOB '*ZZ' THEN rtrim({spaced}, 'Z') \
         WHEN {column} GLOB '{day}' THEN {column} || ' 00:00:00' \
         WHEN {column} GLOB '{minute}' OR {column} GLOB '{minute}Z' THEN substr({spaced}, 1, 16) || ':00' END"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a row at an end that another form of the same moment puts on the other side of it.
    #[test]
    fn an_end_sorts_before_its_own_moment_with_more_zeros() {
        let end = |text: &str| Sqlite.window_end(&ParamValue::WallClock(text.parse().unwrap())).unwrap();
        assert_eq!(end("2026-01-01T00:00:00"), "'2026-01-01 00:00:00'");
        assert_eq!(end("2026-01-01T00:00:00.500"), "'2026-01-01 00:00:00.5'");
        assert_eq!(end("2026-01-01T00:00:10"), "'2026-01-01 00:00:10'");
        let day = Sqlite.window_end(&ParamValue::Date("2026-01-10".parse().unwrap()));
        assert_eq!(day.unwrap(), "'2026-01-10 00:00:00'");
    }
}

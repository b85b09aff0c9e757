//! The SQL of ClickHouse.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use sqlparser::dialect::ClickHouseDialect;

use super::super::changes::Changes;
use super::super::dialect::Dialect;
use super::super::lexer::Lexer;
use super::super::literal;
use super::super::pushdown::server_diff::ServerDiff;
use super::lexer::LEXERS;
use crate::frame::Type;
use crate::schema::{ColumnType, Measure};
use crate::spec::check::ParamValue;

/// ClickHouse.
pub(super) struct ClickHouse;

impl Dialect for ClickHouse {
    fn label(&self) -> &'static str {
        "ClickHouse"
    }

    fn is_single(&self, database_type: &str) -> bool {
        database_type.contains("Float32")
    }

    fn lexers(&self) -> &'static [Lexer] {
        &LEXERS
    }

    fn changes(&self) -> Option<&'static dyn Changes> {
        Some(&ClickHouse)
    }

    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
        super::capacity::measured(self, measure, column, of)
    }

    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect {
        &ClickHouseDialect {}
    }

    fn final_word(&self) -> Option<&'static str> {
        Some("FINAL")
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
    }

    fn text(&self, value: &str) -> Result<String, String> {
        Ok(format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'").replace('\0', "\\0").replace('\r', "\\r")))
    }

    fn integer(&self, value: i128) -> Result<String, String> {
        Ok(if literal::is_wide(value) { format!("toInt128('{value}')") } else { literal::integer(value) })
    }

    /// A bare 0.1 is a float there.
    fn decimal(&self, digits: &str) -> Result<String, String> {
        let bits = if literal::precision(digits) > 38 { 256 } else { 128 };
        Ok(format!("toDecimal{bits}('{digits}', {})", literal::scale(digits)))
    }

    /// Times are rows of a query: `IN` casts to their type what it looks for, where it casts those of a list to the type of
    /// the column, which cuts them to its digits, and refuses a `DateTime`.
    fn list(&self, items: &[ParamValue]) -> Result<String, String> {
        let written: Vec<String> = items.iter().map(|item| listed(self, item)).collect::<Result<_, _>>()?;
        match items.iter().all(|item| matches!(item, ParamValue::Timestamp(_) | ParamValue::WallClock(_))) {
            true => Ok(format!("(SELECT arrayJoin([{}]))", written.join(", "))),
            false => Ok(format!("({})", written.join(", "))),
        }
    }

    fn second_digits(&self) -> u32 {
        9
    }

    fn timestamp(&self, value: &DateTime<Utc>) -> String {
        match value.nanosecond() % 1_000 {
            0 => format!("toDateTime64('{}', 6, 'UTC')", value.format("%Y-%m-%d %H:%M:%S%.6f")),
            _ => format!("toDateTime64('{}', 9, 'UTC')", value.format("%Y-%m-%d %H:%M:%S%.9f")),
        }
    }

    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        match value.nanosecond() % 1_000 {
            0 => format!("toDateTime64('{}', 6)", value.format("%Y-%m-%d %H:%M:%S%.6f")),
            _ => format!("toDateTime64('{}', 9)", value.format("%Y-%m-%d %H:%M:%S%.9f")),
        }
    }

    fn date(&self, value: NaiveDate) -> String {
        format!("toDate32('{value}')")
    }

    fn time(&self, value: NaiveTime) -> String {
        format!("'{}'", value.format("%H:%M:%S%.f"))
    }

    /// ClickHouse has no time without a zone, so one without is UTC, also where the session is in another zone.
    fn bound(&self, value: &ParamValue) -> Result<String, String> {
        match value {
            ParamValue::WallClock(clock) => self.literal(&ParamValue::Timestamp(clock.and_utc())),
            ParamValue::List(items) => {
                let utc = items.iter().map(|item| match item {
                    ParamValue::WallClock(clock) => ParamValue::Timestamp(clock.and_utc()),
                    item => item.clone(),
                });
                self.literal(&ParamValue::List(utc.collect()))
            }
            value => self.literal(value),
        }
    }

    /// A date is its midnight of UTC beside a moment, whose own zone ClickHouse would take.
    fn window_end(&self, value: &ParamValue) -> Result<String, String> {
        match value.moment() {
            Some(moment) => self.literal(&ParamValue::Timestamp(moment.and_utc())),
            None => self.literal(value),
        }
    }

    fn time_cast(&self, column: &str, _of: &Type) -> String {
        format!("toDateTime64({column}, 6, 'UTC') AS {column}")
    }

    fn sum(&self, column: &str, of: Option<&Type>, database_type: &str) -> String {
        match of {
            // A sum of 64-bit integers wraps.
            Some(Type::Integer) => {
                let wide = ["128", "256"].iter().any(|bits| database_type.contains(bits));
                format!("sumOrNull({}({column}))", if wide { "toInt256" } else { "toInt128" })
            }
            // A sum of decimals of up to 38 digits has 38 and wraps, too.
            Some(Type::Decimal { scale }) => format!("sumOrNull(toDecimal256({column}, {scale}))"),
            _ => format!("sumOrNull({column})"),
        }
    }

    fn sample(&self, key: &[(String, &Type)], below: u64) -> Option<String> {
        let text = key.iter().map(|(column, of)| {
            let text = match of {
                Type::Date => format!("toString(toInt32({column}))"),
                _ => format!("toString({column})"),
            };
            format!("if(isNull({column}), '-,', concat(toString(length({text})), ':', {text}, ','))")
        });
        let text = text.collect::<Vec<_>>().join(", ");
        Some(format!("lower(hex(MD5(assumeNotNull(concat('', {text}))))) < '{below:016x}'"))
    }

    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        Some(&ClickHouse)
    }
}

/// An element of a list: a time with all digits of a second that a column may have, so that none of the column is cut.
fn listed(dialect: &ClickHouse, item: &ParamValue) -> Result<String, String> {
    let (moment, zone) = match item {
        ParamValue::Timestamp(moment) => (moment.naive_utc(), ", 'UTC'"),
        ParamValue::WallClock(moment) => (*moment, ""),
        _ => return dialect.literal(item),
    };
    // Nanoseconds of 64 bits end there.
    if !(1900..2262).contains(&moment.year()) {
        let message =
            "a list of times holds those from 1900 to 2261 to ClickHouse; compare with this one by itself, as ";
        return Err(format!("{message}a param that is no list"));
    }
    Ok(format!("toDateTime64('{}', 9{zone})", moment.format("%Y-%m-%d %H:%M:%S%.9f")))
}

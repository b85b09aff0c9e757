//! How an engine writes and reads SQL: the one trait that code about queries asks instead of the engine's name.

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use super::changes::Changes;
use super::error::Error;
use super::lexer::Lexer;
use super::literal;
use super::pushdown::server_diff::ServerDiff;
use crate::frame::Type;
use crate::model::ErrorCode;
use crate::schema::{ColumnType, Measure};
use crate::spec::check::ParamValue;

/// What a type of floats of 32 bits is called where no server says so, and only the rows tell.
pub const SINGLE: &str = "float32";

/// The SQL of an engine. Texts of queries only: nothing here talks to a server.
pub trait Dialect: Sync {
    /// The engine's name for people.
    fn label(&self) -> &'static str;

    /// Every way in which the engine may read a text, as its settings are; the usual one first.
    fn lexers(&self) -> &'static [Lexer];

    /// Where a quote or a comment was found, as an addition to a sentence, such as ` to PostgreSQL`.
    fn reader(&self) -> String {
        format!(" to {}", self.label())
    }

    /// The dialect of the parser that only looks for functions of chance.
    fn parser(&self) -> &'static dyn sqlparser::dialect::Dialect;

    /// The word behind a table by which its rows are merged as they are read; absent where the engine has none.
    fn final_word(&self) -> Option<&'static str> {
        None
    }

    /// Whether values of a type that a server calls so, or that is [`SINGLE`], are floats of 32 bits.
    fn is_single(&self, database_type: &str) -> bool {
        database_type == SINGLE
    }

    /// `name` as an identifier.
    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// `value` as it stands in a query in place of a placeholder: as a literal, unless the engine would compare that otherwise
    /// than as what it is.
    ///
    /// # Errors
    /// What the engine cannot hold.
    fn bound(&self, value: &ParamValue) -> Result<String, String> {
        self.literal(value)
    }

    /// `sql` with what the engine needs to compare by the times of params, which [`Dialect::bound`] wrote at these places.
    ///
    /// # Errors
    /// The place of a time that the engine would compare otherwise, and what to write instead.
    fn compared(&self, sql: String, _times: &[Range<usize>]) -> Result<String, (usize, String)> {
        Ok(sql)
    }

    /// `value` as a literal; a list is its elements in parentheses, as `IN` takes it. No value can become structure of a
    /// query.
    ///
    /// # Errors
    /// What the engine cannot hold.
    fn literal(&self, value: &ParamValue) -> Result<String, String> {
        Ok(match value {
            ParamValue::Text(value) => self.text(value)?,
            ParamValue::Integer(value) => self.integer(*value)?,
            ParamValue::Decimal(value) => self.decimal(&value.to_plain_string())?,
            ParamValue::Boolean(value) => value.to_string().to_uppercase(),
            ParamValue::Timestamp(value) => {
                self.holds(value.nanosecond())?;
                self.timestamp(value)
            }
            ParamValue::WallClock(value) => {
                self.holds(value.nanosecond())?;
                self.wall_clock(value)
            }
            ParamValue::Date(value) => self.date(*value),
            ParamValue::Time(value) => {
                self.holds(value.nanosecond())?;
                self.time(*value)
            }
            ParamValue::List(items) => self.list(items)?,
        })
    }

    /// A list as `IN` takes it.
    ///
    /// # Errors
    /// See [`Dialect::literal`].
    fn list(&self, items: &[ParamValue]) -> Result<String, String> {
        let items: Vec<String> = items.iter().map(|item| self.literal(item)).collect::<Result<_, _>>()?;
        Ok(format!("({})", items.join(", ")))
    }

    /// A text as a literal.
    ///
    /// # Errors
    /// What the engine's texts cannot hold.
    fn text(&self, value: &str) -> Result<String, String> {
        Ok(literal::doubled(value))
    }

    /// An integer as a literal.
    ///
    /// # Errors
    /// One that is wider than the engine's.
    fn integer(&self, value: i128) -> Result<String, String> {
        Ok(literal::integer(value))
    }

    /// A decimal as a literal, from its digits.
    ///
    /// # Errors
    /// More digits than the engine's decimals have.
    fn decimal(&self, digits: &str) -> Result<String, String> {
        Ok(literal::signed(digits.to_owned()))
    }

    /// Digits of a second that its times keep: 6 or 9.
    fn second_digits(&self) -> u32 {
        6
    }

    /// Refuses what the engine would cut off a second, given in nanoseconds.
    ///
    /// # Errors
    /// More digits than [`Dialect::second_digits`].
    fn holds(&self, nanos: u32) -> Result<(), String> {
        match self.second_digits() < 9 && !nanos.is_multiple_of(1_000) {
            false => Ok(()),
            true => Err(format!("{} keeps six digits of a second and the value has more; round it", self.label())),
        }
    }

    /// A moment as a literal.
    fn timestamp(&self, value: &DateTime<Utc>) -> String;

    /// A time without a zone as a literal.
    fn wall_clock(&self, value: &NaiveDateTime) -> String {
        format!("TIMESTAMP '{}'", value.format("%Y-%m-%d %H:%M:%S%.6f"))
    }

    /// A day as a literal.
    fn date(&self, value: NaiveDate) -> String {
        format!("DATE '{value}'")
    }

    /// A time of day as a literal.
    fn time(&self, value: NaiveTime) -> String {
        format!("TIME '{}'", value.format("%H:%M:%S%.6f"))
    }

    /// What is compared with the ends of a window: the column itself, or NULL where it is no time.
    fn window_column(&self, column: &str) -> String {
        column.to_owned()
    }

    /// An end of a window as a literal.
    ///
    /// # Errors
    /// See [`Dialect::literal`].
    fn window_end(&self, value: &ParamValue) -> Result<String, String> {
        self.literal(value)
    }

    /// A wider filter that an index can serve, to stand before the window's own; empty where that is one already.
    fn window_prefilter(&self, _column: &str, _from: &ParamValue, _to: &ParamValue) -> String {
        String::new()
    }

    /// A column of the question where rows are, that says what stands where no time is; empty where the type of the column
    /// tells.
    fn window_stray(&self, _column: &str, _named: &str) -> String {
        String::new()
    }

    /// Why rows are in no window for what [`Dialect::window_stray`] found in `column`, as the end of a sentence with a hint.
    fn misplaced(&self, column: &str, stray: &str) -> String {
        format!(" ({stray}), because it is no time; select it as one, such as {}", self.time_cast(column, &Type::Text))
    }

    /// How `column`, which holds `of`, is selected as a time, as a hint.
    fn time_cast(&self, column: &str, _of: &Type) -> String {
        format!("CAST({column} AS TIMESTAMP) AS {column}")
    }

    /// The sum of a quoted column, exact and NULL where there is nothing to add. `database_type` is the server's own name.
    fn sum(&self, column: &str, _of: Option<&Type>, _database_type: &str) -> String {
        format!("sum({column})")
    }

    /// What [`Dialect::sum`] makes of a column of numbers: floats of floats, and exact numbers of others.
    fn sum_type(&self, of: &Type) -> Type {
        of.clone()
    }

    /// The aggregate of a quoted column of type `of` that answers `measure`, as text, an integer or NULL; absent where the
    /// engine has no such expression.
    fn measured(&self, measure: &Measure, column: &str, of: &ColumnType) -> Option<String>;

    /// The condition that the key of a row is in a sample; absent where the engine has no such expression. See
    /// `pushdown::sampled`.
    fn sample(&self, _key: &[(String, &Type)], _below: u64) -> Option<String> {
        None
    }

    /// How its SQL changes rows; absent of what is only read.
    fn changes(&self) -> Option<&'static dyn Changes> {
        None
    }

    /// How one server says which rows of two of its queries differ; absent where the engine does not compare exactly.
    fn server_diff(&self) -> Option<&'static dyn ServerDiff> {
        None
    }
}

/// A text of our own, such as a name, as a literal.
pub(super) fn quoted_text(dialect: &dyn Dialect, text: &str) -> Result<String, Error> {
    dialect.text(text).map_err(|why| Error::new(ErrorCode::ParamUnfit, why))
}

impl fmt::Debug for dyn Dialect + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

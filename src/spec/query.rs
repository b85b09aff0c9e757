//! Holds the query of a side: its source, and its SQL as a template whose params become literals.

use std::fmt;

use bigdecimal::BigDecimal;

use crate::frame::{Value, time};

/// A query of one side.
#[derive(Clone, Debug)]
pub struct Query {
    /// Name of the source in the suite.
    pub source: String,
    /// The SQL with its placeholders.
    pub sql: Template,
    /// File the SQL came from, absent where it stands in the suite.
    pub file: Option<String>,
}

/// SQL in pieces: text, and placeholders that become literals of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template(pub Vec<Piece>);

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// SQL as written.
    Text(String),
    /// `{{ name }}`.
    Param(String),
}

/// The value of a param, typed by its TOML value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamValue {
    /// TOML string.
    Text(String),
    /// TOML integer.
    Integer(i128),
    /// TOML float, as its shortest decimal text.
    Decimal(BigDecimal),
    /// TOML boolean.
    Boolean(bool),
    /// TOML offset date-time: an instant.
    Timestamp(chrono::DateTime<chrono::Utc>),
    /// TOML local date-time: a wall clock.
    WallClock(chrono::NaiveDateTime),
    /// TOML local date.
    Date(chrono::NaiveDate),
    /// TOML local time.
    Time(chrono::NaiveTime),
    /// TOML array, never empty, of one type.
    List(Vec<ParamValue>),
}

/// As reports show it.
impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamValue::Text(value) => f.write_str(value),
            ParamValue::Integer(value) => write!(f, "{value}"),
            ParamValue::Decimal(value) => f.write_str(&value.to_plain_string()),
            ParamValue::Boolean(value) => write!(f, "{value}"),
            ParamValue::Timestamp(value) => write!(f, "{}", value.format("%Y-%m-%dT%H:%M:%S%.fZ")),
            ParamValue::WallClock(value) => write!(f, "{}", value.format("%Y-%m-%dT%H:%M:%S%.f")),
            ParamValue::Date(value) => write!(f, "{value}"),
            ParamValue::Time(value) => write!(f, "{value}"),
            ParamValue::List(items) => {
                f.write_str(&items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl ParamValue {
    /// Returns the param that stands for a value; absent of NULL, of what has no literal, and of floats that are no number.
    ///
    /// A float keeps its point, so that engines without declared types take it for one too.
    pub(crate) fn of(value: &Value) -> Option<ParamValue> {
        Some(match value {
            Value::Text(text) | Value::Uuid(text) | Value::Json(text) => ParamValue::Text(text.clone()),
            Value::Integer(number) => ParamValue::Integer(*number),
            Value::Decimal { unscaled, scale } => {
                ParamValue::Decimal(BigDecimal::new((*unscaled).into(), i64::from(*scale)))
            }
            Value::Float(number) if number.is_finite() => ParamValue::Decimal(format!("{number:?}").parse().ok()?),
            Value::Bool(held) => ParamValue::Boolean(*held),
            Value::Date(days) => ParamValue::Date(time::moment(i128::from(*days) * time::DAY)?.date()),
            Value::Instant(nanos) => ParamValue::Timestamp(time::moment(*nanos)?.and_utc()),
            Value::WallClock(nanos) => ParamValue::WallClock(time::moment(*nanos)?),
            Value::Time(nanos) => ParamValue::Time(time::moment(i128::from(*nanos))?.time()),
            _ => return None,
        })
    }

    /// Whether it is a moment, a day or a time of day, or a list with one.
    pub(crate) fn has_times(&self) -> bool {
        match self {
            ParamValue::List(items) => items.iter().any(ParamValue::has_times),
            value => value.moment().is_some() || matches!(value, ParamValue::Time(_)),
        }
    }

    /// Returns the moment it is, a day at midnight; absent where it is no time.
    pub(crate) fn moment(&self) -> Option<chrono::NaiveDateTime> {
        match self {
            ParamValue::Date(day) => Some(day.and_time(chrono::NaiveTime::MIN)),
            ParamValue::Timestamp(moment) => Some(moment.naive_utc()),
            ParamValue::WallClock(moment) => Some(*moment),
            _ => None,
        }
    }
}

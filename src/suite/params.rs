//! Params: typed by their TOML value, given on the command line, or moving with a source's clock.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::frame::exact;
use crate::frame::{Value, time};
use crate::spec::check::ParamValue;

/// A declared param.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Param {
    /// It has a value.
    Value(ParamValue),
    /// Its value is a moment relative to a source's clock, taken once per run.
    Moving(Moving),
    /// Declared without a value: the run must be given one.
    Unset(ParamType),
}

/// A moment relative to the clock of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    /// Added to the clock.
    pub offset: TimeDelta,
    /// The sum is floored to a multiple of this since 1970.
    pub align: Option<Duration>,
    /// Source whose clock it is; `old` where absent.
    pub clock: Option<String>,
}

impl Moving {
    /// The param's value when the clock shows `now`, to the microsecond, which is what every engine keeps.
    pub fn at(&self, now: DateTime<Utc>) -> ParamValue {
        let moment = now + self.offset;
        let step = self.align.and_then(|step| i64::try_from(step.as_micros()).ok()).unwrap_or(1).max(1);
        let micros = moment.timestamp_micros();
        ParamValue::Timestamp(DateTime::from_timestamp_micros(micros - micros.rem_euclid(step)).unwrap_or(moment))
    }
}

/// Type of a param.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// `text`.
    Text,
    /// `integer`.
    Integer,
    /// `decimal`.
    Decimal,
    /// `boolean`.
    Boolean,
    /// `timestamp`: an instant.
    Timestamp,
    /// `wall_clock`: a timestamp without zone.
    WallClock,
    /// `date`.
    Date,
    /// `time`.
    Time,
    /// `list<…>`.
    List(Box<ParamType>),
}

impl ParamType {
    /// Reads a type's name, such as `timestamp` or `list<text>`.
    pub(super) fn parse(name: &str) -> Option<ParamType> {
        Some(match name {
            "text" => ParamType::Text,
            "integer" => ParamType::Integer,
            "decimal" => ParamType::Decimal,
            "boolean" => ParamType::Boolean,
            "timestamp" => ParamType::Timestamp,
            "wall_clock" => ParamType::WallClock,
            "date" => ParamType::Date,
            "time" => ParamType::Time,
            _ => ParamType::List(Box::new(ParamType::parse(name.strip_prefix("list<")?.strip_suffix('>')?)?)),
        })
    }

    /// The type that a value has; a list is one of what its first item is.
    pub fn of(value: &ParamValue) -> ParamType {
        match value {
            ParamValue::Text(_) => ParamType::Text,
            ParamValue::Integer(_) => ParamType::Integer,
            ParamValue::Decimal(_) => ParamType::Decimal,
            ParamValue::Boolean(_) => ParamType::Boolean,
            ParamValue::Timestamp(_) => ParamType::Timestamp,
            ParamValue::WallClock(_) => ParamType::WallClock,
            ParamValue::Date(_) => ParamType::Date,
            ParamValue::Time(_) => ParamType::Time,
            ParamValue::List(items) => ParamType::List(Box::new(items.first().map_or(ParamType::Text, ParamType::of))),
        }
    }

    /// Reads the text of `--param name=text`.
    fn value(&self, text: &str) -> Option<ParamValue> {
        Some(match self {
            ParamType::Text => ParamValue::Text(text.to_owned()),
            ParamType::Integer => ParamValue::Integer(text.parse().ok()?),
            ParamType::Decimal => ParamValue::Decimal(exact::decimal(text).ok()?),
            ParamType::Boolean => ParamValue::Boolean(text.parse().ok()?),
            ParamType::Timestamp => ParamValue::Timestamp(instant(text)?),
            ParamType::WallClock => ParamValue::WallClock(wall_clock(text)?),
            ParamType::Date => ParamValue::Date(date(text)?),
            ParamType::Time => ParamValue::Time(time_of_day(text)?),
            ParamType::List(of) => {
                let items: Option<Vec<_>> = text.split(',').map(|item| of.value(item.trim())).collect();
                ParamValue::List(items?)
            }
        })
    }
}

impl std::fmt::Display for ParamType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ParamType::Text => "text",
            ParamType::Integer => "integer",
            ParamType::Decimal => "decimal",
            ParamType::Boolean => "boolean",
            ParamType::Timestamp => "timestamp",
            ParamType::WallClock => "wall_clock",
            ParamType::Date => "date",
            ParamType::Time => "time",
            ParamType::List(of) => return write!(f, "list<{of}>"),
        })
    }
}

/// A moment; a date alone is its midnight, a wall clock is UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    match time::timestamp(text) {
        Some(Value::Instant(nanos)) => time::moment(nanos).map(|moment| moment.and_utc()),
        _ => wall_clock(text).map(|moment| moment.and_utc()),
    }
}

fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    match time::wall_clock(text) {
        Some(nanos) => time::moment(nanos),
        None => Some(date(text)?.and_time(NaiveTime::MIN)),
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    time::date(text)?;
    text.parse().ok()
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    time::moment(time::time(text)?.into()).map(|moment| moment.time())
}

/// Reads a declaration; an error says what is wrong and a hint.
pub(super) fn declared(value: &toml::Value) -> Result<Param, String> {
    match value {
        toml::Value::Table(table) if table.contains_key("type") => {
            let known = table.len() == 1;
            let of = table["type"].as_str().and_then(ParamType::parse).filter(|_| known);
            of.map(Param::Unset).ok_or_else(|| {
                "a param without a value is `{ type = \"…\" }` with text, integer, decimal, boolean, timestamp, wall_clock, date, time or list<…>"
                    .to_owned()
            })
        }
        toml::Value::Table(table) => moving(table).map(Param::Moving),
        other => plain(other).map(Param::Value),
    }
}

fn moving(table: &toml::Table) -> Result<Moving, String> {
    let form = "a moving param is `{ now = \"-15min\", align = \"1h\", clock = \"old\" }`";
    if let Some(unknown) = table.keys().find(|key| !["now", "align", "clock"].contains(&key.as_str())) {
        return Err(format!("unknown field `{unknown}`; {form}"));
    }
    let text = |name: &str| match table.get(name) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("`{name}` must be text; {form}")),
    };
    let offset = text("now")?.ok_or_else(|| format!("`now` is missing; {form}"))?;
    let align = text("align")?
        .map(|step| {
            humantime::parse_duration(step)
                .ok()
                .filter(|step| !step.is_zero())
                .ok_or_else(|| format!("`align` is no duration; {form}"))
        })
        .transpose()?;
    Ok(Moving {
        offset: signed(offset).ok_or_else(|| format!("`now` is no signed duration; {form}"))?,
        align,
        clock: text("clock")?.map(str::to_owned),
    })
}

/// `-15min`, `+1h` or `0s`.
fn signed(text: &str) -> Option<TimeDelta> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = TimeDelta::from_std(humantime::parse_duration(rest.trim()).ok()?).ok()?;
    Some(size * sign)
}

/// The value of a TOML value.
pub(super) fn plain(value: &toml::Value) -> Result<ParamValue, String> {
    Ok(match value {
        toml::Value::String(text) => ParamValue::Text(text.clone()),
        toml::Value::Integer(number) => ParamValue::Integer((*number).into()),
        toml::Value::Float(number) => ParamValue::Decimal(
            exact::decimal(&number.to_string())
                .map_err(|_| "a param cannot be nan or inf; give a number".to_owned())?,
        ),
        toml::Value::Boolean(truth) => ParamValue::Boolean(*truth),
        toml::Value::Datetime(moment) => datetime(&moment.to_string()).ok_or_else(|| {
            format!("`{moment}` is no date or time; write 2026-01-01, 12:00:00 or 2026-01-01T00:00:00Z")
        })?,
        toml::Value::Array(items) => {
            let items: Vec<ParamValue> = items.iter().map(plain).collect::<Result<_, _>>()?;
            let first = items
                .first()
                .map(ParamType::of)
                .ok_or("a list cannot be empty: `IN ()` is no SQL; give at least one element")?;
            if matches!(first, ParamType::List(_)) || items.iter().any(|item| ParamType::of(item) != first) {
                return Err("a list holds scalars of one type; give each element the same type".to_owned());
            }
            ParamValue::List(items)
        }
        toml::Value::Table(_) => return Err("a table is no value of a param".to_owned()),
    })
}

fn datetime(text: &str) -> Option<ParamValue> {
    if let Some(day) = date(text) {
        return Some(ParamValue::Date(day));
    }
    if let Some(time) = time_of_day(text) {
        return Some(ParamValue::Time(time));
    }
    match time::timestamp(text)? {
        Value::Instant(_) => instant(text).map(ParamValue::Timestamp),
        _ => wall_clock(text).map(ParamValue::WallClock),
    }
}

/// The param with the value of `--param name=text`; an error names the type it must have.
pub(super) fn overridden(param: &Param, text: &str) -> Result<Param, String> {
    let of = match param {
        Param::Value(value) => ParamType::of(value),
        Param::Moving(_) => ParamType::Timestamp,
        Param::Unset(of) => of.clone(),
    };
    if text.is_empty() && of != ParamType::Text {
        return Err(format!("an empty value is no {of}"));
    }
    if of == ParamType::Timestamp
        && (text.starts_with(['-', '+']))
        && let Some(offset) = signed(text)
    {
        let (align, clock) = match param {
            Param::Moving(moving) => (moving.align, moving.clock.clone()),
            _ => (None, None),
        };
        return Ok(Param::Moving(Moving { offset, align, clock }));
    }
    of.value(text).map(Param::Value).ok_or_else(|| format!("`{text}` is no {of}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toml(text: &str) -> toml::Value {
        toml::from_str::<toml::Table>(&format!("v = {text}")).unwrap()["v"].clone()
    }

    /// Catches a bound that moves by a second on its way to the servers.
    #[test]
    fn a_leap_second_is_no_moment() {
        let unset = |of: &str| declared(&toml::Value::Table(toml::toml! { type = of })).unwrap();
        for (of, text) in [
            ("timestamp", "2016-12-31T23:59:60Z"),
            ("timestamp", "2016-12-31 23:59:60"),
            ("wall_clock", "2016-12-31T23:59:60.5"),
            ("time", "23:59:60"),
        ] {
            assert!(overridden(&unset(of), text).is_err(), "{of} {text}");
            assert!(overridden(&unset(of), &text.replace(":60", ":59")).is_ok(), "{of} {text}");
        }
    }

    #[test]
    fn a_value_has_the_type_it_is_written_in() {
        assert_eq!(declared(&toml("2026-01-01")), Ok(Param::Value(ParamValue::Date("2026-01-01".parse().unwrap()))));
        assert!(matches!(declared(&toml("2026-01-01T00:00:00Z")), Ok(Param::Value(ParamValue::Timestamp(_)))));
        assert!(matches!(declared(&toml("2026-01-01T00:00:00")), Ok(Param::Value(ParamValue::WallClock(_)))));
        assert_eq!(declared(&toml("0.1")), Ok(Param::Value(ParamValue::Decimal("0.1".parse().unwrap()))));
        for refused in
            ["[]", "2026-12-31T23:59:60Z", "[1, \"a\"]", "[[1]]", "{ type = \"money\" }", "{ now = \"soon\" }", "nan"]
        {
            assert!(declared(&toml(refused)).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_moving_end_is_floored_to_its_step() {
        let Ok(Param::Moving(moving)) = declared(&toml("{ now = \"-15min\", align = \"1h\" }")) else {
            panic!("moving")
        };
        let now = "2026-01-01T10:14:00Z".parse().unwrap();
        assert_eq!(moving.at(now), ParamValue::Timestamp("2026-01-01T09:00:00Z".parse().unwrap()));
        // A clock of nanoseconds must not make a param that no server can hold.
        let Ok(Param::Moving(moving)) = declared(&toml("{ now = \"0s\" }")) else { panic!("moving") };
        let now = "2026-01-01T10:14:00.123456789Z".parse().unwrap();
        assert_eq!(moving.at(now), ParamValue::Timestamp("2026-01-01T10:14:00.123456Z".parse().unwrap()));
    }

    #[test]
    fn an_override_keeps_the_type() {
        let day = declared(&toml("2026-01-01")).unwrap();
        assert_eq!(overridden(&day, "2026-02-03"), Ok(Param::Value(ParamValue::Date("2026-02-03".parse().unwrap()))));
        assert!(overridden(&day, "'; DROP TABLE t").is_err());
        let end = declared(&toml("{ now = \"0s\" }")).unwrap();
        assert!(matches!(overridden(&end, "-1d"), Ok(Param::Moving(_))));
        let list = declared(&toml("[\"a\"]")).unwrap();
        assert_eq!(
            overridden(&list, "x, y"),
            Ok(Param::Value(ParamValue::List(vec![ParamValue::Text("x".into()), ParamValue::Text("y".into())])))
        );
    }
}

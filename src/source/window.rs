//! A query cut down to a stretch of time, and the question of which of its rows lie in it, around a check's own query.
//!
//! Whether the engine can order the column as time is told by the answer: this only asks so that it can be told.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::pushdown::{quoted, statement};
use super::{EngineName, literal};
use crate::spec::check::ParamValue;

/// Name of the query inside; with it, a column that is called like one of ours is still the query's.
const INSIDE: &str = "cutover_window";

/// Columns of the answer to [`placing`].
pub mod answer {
    /// All rows.
    pub const ROWS: &str = "cutover_rows";
    /// Rows without a time.
    pub const NULLS: &str = "cutover_nulls";
    /// Rows in the stretch.
    pub const INSIDE: &str = "cutover_inside";
    /// Rows before or after it.
    pub const OUTSIDE: &str = "cutover_outside";
    /// The last time in the stretch, which shows the type of the column.
    pub const LAST: &str = "cutover_last";
    /// What another row holds, by SQLite's name of its storage class, or [`NO_DAY`].
    pub const ODD: &str = "cutover_odd";
}

/// What is told of text that has the form of a time, of a day or an hour that does not exist.
pub const NO_DAY: &str = "no such day or hour";

/// `sql` cut down to the rows whose `column` lies in [from, to); without bounds to the rows where it is NULL.
///
/// # Errors
/// An end that the engine cannot hold.
pub fn windowed(
    engine: EngineName,
    sql: &str,
    column: &str,
    bounds: Option<(&ParamValue, &ParamValue)>,
) -> Result<String, String> {
    let name = format!("{INSIDE}.{}", quoted(engine, column));
    let filter = match bounds {
        None => format!("{name} IS NULL"),
        Some((from, to)) => {
            let inside = inside(engine, &name, from, to)?;
            match engine {
                EngineName::Sqlite => format!("{}{inside}", days(&name, from, to)),
                _ => inside,
            }
        }
    };
    Ok(format!("SELECT * FROM (\n{}\n) AS {INSIDE}\nWHERE {filter}", statement(engine, sql)))
}

/// One row that counts where the rows of `sql` lie: in [from, to), outside, or without a time.
///
/// # Errors
/// An end that the engine cannot hold.
pub fn placing(
    engine: EngineName,
    sql: &str,
    column: &str,
    from: &ParamValue,
    to: &ParamValue,
) -> Result<String, String> {
    let name = format!("{INSIDE}.{}", quoted(engine, column));
    let (time, inside) = (ordered(engine, &name), inside(engine, &name, from, to)?);
    let outside = format!("{time} < {} OR {time} >= {}", end(engine, from)?, end(engine, to)?);
    let odd = match engine {
        EngineName::Sqlite => {
            let form = formed(&name);
            format!(
                ", MIN(CASE WHEN {name} IS NULL OR {time} IS NOT NULL THEN NULL WHEN {form} IS NULL THEN typeof({name}) \
                 ELSE '{NO_DAY}' END) AS {}",
                answer::ODD
            )
        }
        _ => String::new(),
    };
    Ok(format!(
        "SELECT COUNT(*) AS {}, COUNT(CASE WHEN {name} IS NULL THEN 1 END) AS {}, \
         COUNT(CASE WHEN {inside} THEN 1 END) AS {}, COUNT(CASE WHEN {outside} THEN 1 END) AS {}, \
         MAX(CASE WHEN {inside} THEN {name} END) AS {}{odd}\nFROM (\n{}\n) AS {INSIDE}",
        answer::ROWS,
        answer::NULLS,
        answer::INSIDE,
        answer::OUTSIDE,
        answer::LAST,
        statement(engine, sql)
    ))
}

fn inside(engine: EngineName, name: &str, from: &ParamValue, to: &ParamValue) -> Result<String, String> {
    let time = ordered(engine, name);
    Ok(format!("{time} >= {} AND {time} < {}", end(engine, from)?, end(engine, to)?))
}

/// An end of a window as a literal. ClickHouse has no time without a zone, so an end without one is UTC there.
fn end(engine: EngineName, value: &ParamValue) -> Result<String, String> {
    match (engine, moment(value)) {
        (EngineName::Sqlite, Some(moment)) => {
            let text = moment.format("%Y-%m-%d %H:%M:%S%.f").to_string();
            // So that the same moment with more zeros does not sort before it.
            let shortest = if text.contains('.') { text.trim_end_matches('0') } else { &text };
            Ok(format!("'{shortest}'"))
        }
        (EngineName::ClickHouse, Some(moment)) => literal(engine, &ParamValue::Timestamp(moment.and_utc())),
        _ => literal(engine, value),
    }
}

fn moment(value: &ParamValue) -> Option<NaiveDateTime> {
    match value {
        ParamValue::Date(day) => Some(day.and_time(NaiveTime::MIN)),
        ParamValue::Timestamp(moment) => Some(moment.naive_utc()),
        ParamValue::WallClock(moment) => Some(*moment),
        _ => None,
    }
}

/// What is compared with the ends: the column, and in SQLite its text in one form, NULL where it is no time.
fn ordered(engine: EngineName, name: &str) -> String {
    match engine {
        EngineName::Sqlite => format!("CASE WHEN {} THEN {} END", exists(name), formed(name)),
        _ => name.to_owned(),
    }
}

/// In SQLite, whether text that has the form of a time is of a day and an hour that exist.
pub fn exists(name: &str) -> String {
    format!("date(substr({name}, 1, 10)) = substr({name}, 1, 10) AND substr({name}, 12, 2) < '24'")
}

/// In SQLite, text of any form of a time in one form; NULL where it has none.
fn formed(name: &str) -> String {
    let day = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]";
    let minute = format!("{day}[ T][0-2][0-9]:[0-5][0-9]");
    let second = format!("{minute}:[0-5][0-9]");
    let spaced = format!("replace({name}, 'T', ' ')");
    format!(
        "CASE WHEN typeof({name}) <> 'text' THEN NULL \
         WHEN {name} GLOB '{second}' OR {name} GLOB '{second}Z' THEN substr({spaced}, 1, 19) \
         WHEN {name} GLOB '{second}.[0-9]*' AND rtrim(substr({name}, 21), 'Z') NOT GLOB '*[^0-9]*' \
         AND {name} NOT GLOB '*ZZ' THEN rtrim({spaced}, 'Z') \
         WHEN {name} GLOB '{day}' THEN {name} || ' 00:00:00' \
         WHEN {name} GLOB '{minute}' OR {name} GLOB '{minute}Z' THEN substr({spaced}, 1, 16) || ':00' END"
    )
}

/// In SQLite, a wider filter on the column as it is, which an index can serve: every form of a time begins with its day.
fn days(name: &str, from: &ParamValue, to: &ParamValue) -> String {
    let day = |value: &ParamValue| moment(value).map(|moment| moment.date());
    let (Some(from), Some(to)) = (day(from), day(to)) else { return String::new() };
    let after = to.checked_add_signed(TimeDelta::days(1)).unwrap_or(to);
    format!("{name} >= '{from}' AND {name} < '{after}' AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a row at an end that another form of the same moment puts on the other side of it.
    #[test]
    fn an_end_of_sqlite_sorts_before_its_own_moment_with_more_zeros() {
        let at = |text: &str| ParamValue::WallClock(text.parse().unwrap());
        let end = |text: &str| end(EngineName::Sqlite, &at(text)).unwrap();
        assert_eq!(end("2026-01-01T00:00:00"), "'2026-01-01 00:00:00'");
        assert_eq!(end("2026-01-01T00:00:00.500"), "'2026-01-01 00:00:00.5'");
        assert_eq!(end("2026-01-01T00:00:10"), "'2026-01-01 00:00:10'");
        let day = super::end(EngineName::Sqlite, &ParamValue::Date("2026-01-10".parse().unwrap()));
        assert_eq!(day.unwrap(), "'2026-01-10 00:00:00'");
    }

    /// Catches a column that is called like one of ours and is taken for it.
    #[test]
    fn the_column_is_that_of_the_query() {
        let day = ParamValue::Date("2026-01-01".parse().unwrap());
        for engine in [EngineName::ClickHouse, EngineName::Postgres, EngineName::MySql, EngineName::Files] {
            let sql = placing(engine, "SELECT 1", answer::ROWS, &day, &day).unwrap();
            let named = format!("{INSIDE}.{}", quoted(engine, answer::ROWS));
            assert_eq!(sql.matches(&named).count(), 8, "{sql}");
            assert_eq!(sql.matches(answer::ROWS).count(), 9, "{sql}");
        }
    }
}

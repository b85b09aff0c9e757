//! A query cut down to a stretch of time, and the question of which of its rows lie in it, around a check's own query.
//!
//! The answer shows whether the engine can order the column as time.

use super::dialect::Dialect;
use super::gate::statement;
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
    /// What another row holds, as [`window_stray`](crate::source::Dialect::window_stray) says it.
    pub const ODD: &str = "cutover_odd";
}

/// `sql` cut down to the rows whose `column` lies in [from, to); without bounds to the rows where it is NULL.
///
/// # Errors
/// An end that the engine cannot hold.
pub fn windowed(
    dialect: &dyn Dialect,
    sql: &str,
    column: &str,
    bounds: Option<(&ParamValue, &ParamValue)>,
) -> Result<String, String> {
    let name = format!("{INSIDE}.{}", dialect.quoted(column));
    let filter = within(dialect, &name, bounds)?;
    Ok(format!("SELECT * FROM (\n{}\n) AS {INSIDE}\nWHERE {filter}", statement(dialect, sql)))
}

/// The condition that a time lies in [from, to), or without bounds that there is none; `name` is the column as SQL.
///
/// # Errors
/// An end that the engine cannot hold.
pub fn within(dialect: &dyn Dialect, name: &str, bounds: Option<(&ParamValue, &ParamValue)>) -> Result<String, String> {
    match bounds {
        None => Ok(format!("{name} IS NULL")),
        Some((from, to)) => Ok(dialect.window_prefilter(name, from, to) + &inside(dialect, name, from, to)?),
    }
}

/// One row that counts where the rows of `sql` lie: in [from, to), outside, or without a time.
///
/// # Errors
/// An end that the engine cannot hold.
pub fn placing(
    dialect: &dyn Dialect,
    sql: &str,
    column: &str,
    from: &ParamValue,
    to: &ParamValue,
) -> Result<String, String> {
    let name = format!("{INSIDE}.{}", dialect.quoted(column));
    let (time, inside) = (dialect.window_column(&name), inside(dialect, &name, from, to)?);
    let outside = format!("{time} < {} OR {time} >= {}", dialect.window_end(from)?, dialect.window_end(to)?);
    Ok(format!(
        "SELECT COUNT(*) AS {}, COUNT(CASE WHEN {name} IS NULL THEN 1 END) AS {}, \
         COUNT(CASE WHEN {inside} THEN 1 END) AS {}, COUNT(CASE WHEN {outside} THEN 1 END) AS {}, \
         MAX(CASE WHEN {inside} THEN {name} END) AS {}{}\nFROM (\n{}\n) AS {INSIDE}",
        dialect.quoted(answer::ROWS),
        dialect.quoted(answer::NULLS),
        dialect.quoted(answer::INSIDE),
        dialect.quoted(answer::OUTSIDE),
        dialect.quoted(answer::LAST),
        dialect.window_stray(&name, answer::ODD),
        statement(dialect, sql)
    ))
}

/// No rows of `sql`, in its columns.
pub fn head(dialect: &dyn Dialect, sql: &str) -> String {
    format!("SELECT * FROM (\n{}\n) AS {INSIDE}\nWHERE 1 = 0", statement(dialect, sql))
}

fn inside(dialect: &dyn Dialect, name: &str, from: &ParamValue, to: &ParamValue) -> Result<String, String> {
    let time = dialect.window_column(name);
    Ok(format!("{time} >= {} AND {time} < {}", dialect.window_end(from)?, dialect.window_end(to)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::driver;

    /// Catches a column that is called like one of ours and is taken for it.
    #[test]
    fn the_column_is_that_of_the_query() {
        let day = ParamValue::Date("2026-01-01".parse().unwrap());
        for engine in ["clickhouse", "postgres", "mysql", "duckdb", "spark", "snowflake", "bigquery", "files"] {
            let dialect = driver(engine).unwrap().dialect;
            let sql = placing(dialect, "SELECT 1", answer::ROWS, &day, &day).unwrap();
            let named = format!("{INSIDE}.{}", dialect.quoted(answer::ROWS));
            assert_eq!(sql.matches(&named).count(), 8, "{sql}");
            assert_eq!(sql.matches(answer::ROWS).count(), 9, "{sql}");
        }
    }
}

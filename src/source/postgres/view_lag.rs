//! Whether a view has fallen behind the rows it is filled from, by columns that the suite names.

use std::time::Duration;

use regex::Regex;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};

use super::super::Refreshed;
use super::super::dialect::Dialect;
use super::dialect::Postgres;
use super::relations::Relation;
use crate::model::{Warning, WarningCode};

/// A declared view that a query reads.
pub(crate) struct Read<'a> {
    declared: &'a Refreshed,
    /// As SQL writes it, its schema before it.
    pub(crate) name: String,
    materialized: bool,
    /// The table it is filled from, likewise; absent where there is none of that name.
    table: Option<String>,
}

/// The relations called $3 that are read: those with the names $1 and $2 or above them, as a partitioned table is, and the
/// plain view $4, if the query has its name in it ($5). A view that was never filled has no age.
const READ: &str = "
WITH RECURSIVE read (oid) AS (
    SELECT c.oid
    FROM unnest($1::text[], $2::text[]) AS given (schema, name)
    JOIN pg_namespace AS n ON n.nspname = given.schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = given.name
    UNION
    SELECT i.inhparent FROM read JOIN pg_inherits AS i ON i.inhrelid = read.oid
)
SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'm' AS materialized,
    (SELECT format('%I.%I', tn.nspname, t.relname)
     FROM pg_class AS t JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
     WHERE t.oid = COALESCE(to_regclass(format('%I.', n.nspname) || $6), to_regclass($7))) AS table
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname = $3 AND c.relispopulated
    AND (c.oid IN (SELECT oid FROM read) AND n.nspname = COALESCE($8, n.nspname)
        OR c.relkind = 'v' AND c.oid = to_regclass($4) AND $5)
ORDER BY name";

/// `view` wherever the query `sql` reads it, whose plan names `relations`.
///
/// A plain view is gone from the plan, as is a continuous aggregate of TimescaleDB, so the text of the query is looked at too.
pub(crate) async fn read<'a>(
    connection: &mut PgConnection,
    view: &'a Refreshed,
    relations: &[Relation],
    sql: &str,
) -> Result<Vec<Read<'a>>, sqlx::Error> {
    let (schemas, names): (Vec<String>, Vec<String>) = relations.iter().cloned().unzip();
    let word = Regex::new(&format!(r"(?i)(^|\W){}(\W|$)", regex::escape(view.view.name())));
    let table = view.table.quoted(&Postgres);
    // Where the suite names no schema, the table is that of the view's own.
    let beside = view.table.schema().is_none().then_some(table.as_str());
    let query = sqlx::query(READ)
        .bind(schemas)
        .bind(names)
        .bind(view.view.name())
        .bind(view.view.quoted(&Postgres))
        .bind(word.is_ok_and(|word| word.is_match(sql)))
        .bind(beside)
        .bind(table.as_str())
        .bind(view.view.schema())
        .persistent(false);
    let mut found = Vec::new();
    for row in query.fetch_all(connection).await? {
        found.push(Read {
            declared: view,
            name: row.try_get("name")?,
            materialized: row.try_get("materialized")?,
            table: row.try_get("table")?,
        });
    }
    Ok(found)
}

impl Read<'_> {
    /// A warning where the view lacks rows that are newer than it may. The text has no value of any row.
    ///
    /// # Errors
    /// Columns that are not there, or hold no time.
    pub(crate) async fn behind(&self, connection: &mut PgConnection) -> Result<Option<Warning>, sqlx::Error> {
        let (declared, name) = (self.declared, &self.name);
        let warning = |code, message: String| Ok(Some(Warning::new(code, message).of_table(Some(self.name.clone()))));
        let Some(table) = &self.table else {
            let message = format!(
                "the suite's [views] cannot tell how old {name} is: there is no table {}; correct its name, or the search_path",
                declared.table
            );
            return warning(WarningCode::NotAnalysed, message);
        };
        let column = |name: &str| Postgres.quoted(name);
        let sql = format!(
            "SELECT EXTRACT(epoch FROM newest.at - filled.at)::float8 AS seconds
             FROM (SELECT max({})::timestamptz AS at FROM {name}) AS filled,
                 (SELECT max({})::timestamptz AS at FROM {table}) AS newest
             WHERE newest.at IS NOT NULL",
            column(&declared.last_updated),
            column(&declared.column),
        );
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let Some(row) = query.fetch_optional(connection).await? else { return Ok(None) };
        let mut plain = None;
        let lacks = match row.try_get::<Option<f64>, _>("seconds")? {
            None => "holds no time at all".to_owned(),
            Some(seconds) => {
                let lag = lag(seconds);
                if lag <= declared.max_lag {
                    return Ok(None);
                }
                // How far two columns are apart tells one by the other.
                plain = Some(format!("ends further than `max_lag` before the newest row of {table}"));
                format!("ends {} before the newest row of {table}", readable(lag))
            }
        };
        let hint = if self.materialized {
            format!("run REFRESH MATERIALIZED VIEW {name}")
        } else {
            "fill it again".to_owned()
        };
        let message = |lacks: &str| {
            format!(
                "{name} {lacks}, by its {} and {}.{}; {hint}, and find out why nothing did",
                declared.last_updated, declared.table, declared.column,
            )
        };
        let behind = Warning::new(WarningCode::ViewBehind, message(&lacks)).of_table(Some(self.name.clone()));
        Ok(Some(behind.or_plain(message(plain.as_ref().unwrap_or(&lacks)))))
    }
}

/// How far behind: nothing where the view is ahead, and no end where the newest row is at infinity, as it may be from PostgreSQL 17 on.
fn lag(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

/// Two units, the largest a day: `54d 20h`.
fn readable(lag: Duration) -> String {
    let seconds = lag.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut left = seconds;
    let parts = units.map(|(length, unit)| {
        let count = left / length;
        left %= length;
        (count, unit)
    });
    let told = parts.iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, unit)| format!("{count}{unit}")).collect();
    if told.is_empty() { humantime::format_duration(lag).to_string() } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an endless lag that is taken for none.
    #[test]
    fn a_view_ahead_is_not_behind_and_one_without_end_is() {
        assert_eq!((lag(-5.0), lag(0.0)), (Duration::ZERO, Duration::ZERO));
        assert_eq!((lag(f64::NEG_INFINITY), lag(f64::INFINITY)), (Duration::ZERO, Duration::MAX));
        assert_eq!(lag(0.000_001), Duration::from_micros(1));
    }

    #[test]
    fn a_lag_is_told_in_two_units() {
        let told = |seconds: f64| readable(Duration::from_secs_f64(seconds));
        assert_eq!((told(4_737_600.0), told(3_661.0)), ("54d 20h".to_owned(), "1h 1m".to_owned()));
        assert_eq!((told(86_401.0), told(59.5)), ("1d".to_owned(), "59s".to_owned()));
        assert_eq!(told(0.25), "250ms");
    }
}

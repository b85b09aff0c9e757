//! Whether a view has fallen behind the rows it is filled from, by columns that the suite names.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};

use super::awareness::Relation;
use crate::model::Warning;
use crate::source::pushdown::quoted;
use crate::source::{EngineName, Refreshed, TableName};

/// The views of `declared` that are among the relations `read`, each with where it is.
pub(super) fn among<'a>(declared: &'a [Refreshed], read: &[Relation]) -> Vec<(&'a Refreshed, TableName)> {
    let is = |view: &Refreshed, (schema, name): &Relation| {
        view.view.name() == name && view.view.schema().is_none_or(|given| given == schema)
    };
    let mut found = Vec::new();
    for view in declared {
        let here = read.iter().filter(|relation| is(view, relation));
        found.extend(here.map(|(schema, name)| (view, TableName::new(Some(schema.clone()), name.clone()))));
    }
    found
}

/// A warning where the view `at` lacks rows that are newer than it may. The text has no value of any row.
///
/// # Errors
/// Columns or tables that are not there, or hold no time.
pub(super) async fn behind(
    connection: &mut PgConnection,
    view: &Refreshed,
    at: &TableName,
) -> Result<Option<Warning>, sqlx::Error> {
    let column = |name: &str| quoted(EngineName::Postgres, name);
    let sql = format!(
        "SELECT EXTRACT(epoch FROM newest.at - filled.at)::float8 AS seconds
         FROM (SELECT max({})::timestamptz AS at FROM {}) AS filled,
             (SELECT max({})::timestamptz AS at FROM {}) AS newest
         WHERE newest.at IS NOT NULL",
        column(&view.last_updated),
        at.quoted(EngineName::Postgres),
        column(&view.column),
        view.table.quoted(EngineName::Postgres),
    );
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    let Some(row) = query.fetch_optional(connection).await? else { return Ok(None) };
    let lacks = match row.try_get::<Option<f64>, _>("seconds")? {
        None => "holds no time at all".to_owned(),
        Some(seconds) => {
            let lag = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            if lag <= view.max_lag {
                return Ok(None);
            }
            format!("ends {} before the newest row of {}", humantime::format_duration(readable(lag)), view.table)
        }
    };
    let message = format!(
        "the view {at} {lacks}, by its {} and {}.{}; run REFRESH MATERIALIZED VIEW {at}, and find out why nothing did",
        view.last_updated, view.table, view.column,
    );
    Ok(Some(Warning { code: "view_behind".to_owned(), message, table: Some(at.to_string()) }))
}

/// Without the fractions that nobody reads.
fn readable(lag: Duration) -> Duration {
    if lag >= Duration::from_secs(1) { Duration::from_secs(lag.as_secs()) } else { lag }
}

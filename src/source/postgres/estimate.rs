//! What a query would read, from the plan and from what the catalogue says of the tables in it.
//!
//! A sequential scan reads its table whole, whatever its filter leaves; any other scan reads the rows that the planner
//! expects of it, as many times as it expects it to run.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;
use sqlx::postgres::PgConnection;
use sqlx::{Row, ValueRef};

use super::super::estimate::Estimate;
use super::super::{Error, QueryHandle, ReadQuery};
use super::server::Postgres;
use super::{error, send};

/// Rows and bytes of tables; a table that was never analysed has −1 rows.
const SIZES: &str = "
SELECT n.nspname::text, c.relname::text, c.reltuples::float8, pg_relation_size(c.oid)
FROM unnest($1::text[], $2::text[]) AS given (schema, name)
JOIN pg_namespace AS n ON n.nspname = given.schema
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = given.name";

/// One scan of a plan.
#[derive(Debug, PartialEq)]
struct Scan {
    table: (String, String),
    whole: bool,
    /// Rows that the planner expects of all its runs.
    rows: f64,
    runs: f64,
}

impl Postgres {
    /// See [`super::super::Engine::estimate`].
    pub(super) async fn foresee(
        &self,
        sql: &str,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<Option<Estimate>, Error> {
        let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
        let _slot = self.idle.slot().await;
        let mut connection = self.begin(timeout, ticket).await?;
        let told = estimated(&mut connection, query).await;
        let told = told.map_err(|cause| error::behind(send::EXPLAIN, sql, timeout, &cause))?;
        self.leave(connection).await;
        Ok(Some(told))
    }
}

async fn estimated(connection: &mut PgConnection, query: ReadQuery<'_>) -> Result<Estimate, sqlx::Error> {
    let row = send::explained(connection, query).await?;
    let raw = row.try_get_raw(0)?;
    let text = if raw.is_null() { "[]" } else { raw.as_str().map_err(sqlx::Error::Decode)? };
    let plan: Json = serde_json::from_str(text).map_err(|cause| sqlx::Error::Decode(cause.into()))?;
    let mut scans = Vec::new();
    walk(&plan[0]["Plan"], 1.0, 1.0, &mut scans);
    let (schemas, names): (Vec<String>, Vec<String>) = scans.iter().map(|scan| scan.table.clone()).unzip();
    let sizes: Vec<(String, String, f64, i64)> =
        sqlx::query_as(SIZES).bind(&schemas).bind(&names).persistent(false).fetch_all(connection).await?;
    let sizes = sizes.into_iter().map(|(schema, name, rows, bytes)| ((schema, name), (rows, bytes))).collect();
    Ok(sum(&scans, &sizes))
}

/// What `scans` read of tables with these rows and bytes.
fn sum(scans: &[Scan], sizes: &BTreeMap<(String, String), (f64, i64)>) -> Estimate {
    let one = |scan: &Scan| {
        let known = sizes.get(&scan.table).filter(|_| scan.whole);
        // A number of rows of a plan is no more exact than a float is.
        let whole_number = |rows: f64| rows.max(0.0).round() as u64;
        let rows = match known {
            Some((rows, _)) if *rows >= 0.0 => *rows * scan.runs,
            _ => scan.rows,
        };
        let bytes = known.and_then(|(_, bytes)| u64::try_from(*bytes).ok());
        Estimate { rows: Some(whole_number(rows)), bytes, and_more: false }
    };
    let nothing = Estimate { rows: Some(0), bytes: Some(0), and_more: false };
    scans.iter().map(one).fold(nothing, Estimate::with)
}

/// Collects the scans of a plan that runs `runs` times in `workers` processes each.
fn walk(plan: &Json, runs: f64, workers: f64, scans: &mut Vec<Scan>) {
    let rows = plan["Plan Rows"].as_f64().unwrap_or(0.0);
    let kind = plan["Node Type"].as_str().unwrap_or_default();
    if let (Some(schema), Some(name)) = (plan["Schema"].as_str(), plan["Relation Name"].as_str()) {
        let table = (schema.to_owned(), name.to_owned());
        scans.push(Scan { table, whole: kind == "Seq Scan", rows: rows * runs * workers, runs });
    }
    let workers = match plan["Workers Planned"].as_f64() {
        // What the planner divides the rows of a parallel plan by.
        Some(planned) => planned + (1.0 - 0.3 * planned).max(0.0),
        None => workers,
    };
    let mut outer = 1.0;
    for child in plan["Plans"].as_array().into_iter().flatten() {
        let is_inner = kind == "Nested Loop" && child["Parent Relationship"] == "Inner";
        // What is kept is read once.
        let kept = child["Node Type"].as_str().is_some_and(|kind| kind == "Materialize");
        walk(child, if is_inner && !kept { runs * outer } else { runs }, workers, scans);
        if child["Parent Relationship"] == "Outer" {
            outer = child["Plan Rows"].as_f64().unwrap_or(1.0).max(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a filter that hides what a scan of a whole table reads, an inner side that is read for each row of the outer
    /// one and counted once, and a part of a parallel plan that stands for the whole.
    #[test]
    fn a_plan_says_what_is_read() {
        let scan = |kind: &str, name: &str, rows: u64, parent: &str| serde_json::json!({ "Node Type": kind, "Schema": "s", "Relation Name": name, "Plan Rows": rows, "Parent Relationship": parent });
        let sizes = BTreeMap::from([
            (("s".to_owned(), "a".to_owned()), (1_000.0, 8_192)),
            (("s".to_owned(), "b".to_owned()), (-1.0, 0)),
        ]);
        let read = |plan: Json| {
            let mut scans = Vec::new();
            walk(&plan, 1.0, 1.0, &mut scans);
            sum(&scans, &sizes)
        };
        let known = |rows, bytes| Estimate { rows: Some(rows), bytes, and_more: false };
        assert_eq!(read(scan("Seq Scan", "a", 3, "Outer")), known(1_000, Some(8_192)));
        assert_eq!(read(scan("Seq Scan", "b", 3, "Outer")), known(3, Some(0)), "never analysed");
        assert_eq!(read(scan("Index Scan", "a", 3, "Outer")), known(3, None));
        let inner = serde_json::json!({ "Node Type": "Nested Loop", "Plan Rows": 1,
            "Plans": [scan("Index Scan", "b", 10, "Outer"), scan("Index Scan", "a", 2, "Inner")] });
        assert_eq!(read(inner), known(10 + 20, None));
        let parallel = serde_json::json!({ "Node Type": "Gather", "Workers Planned": 2,
            "Plans": [scan("Index Only Scan", "a", 100, "Outer")] });
        assert_eq!(read(parallel), known(240, None));
        let parallel = serde_json::json!({ "Node Type": "Gather", "Workers Planned": 2, "Plans": [scan("Seq Scan", "a", 100, "Outer")] });
        assert_eq!(read(parallel), known(1_000, Some(8_192)));
        assert_eq!(read(serde_json::json!({ "Node Type": "Result", "Plan Rows": 1 })), known(0, Some(0)));
    }
}

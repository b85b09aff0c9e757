//! What PostgreSQL itself knows of a query before it runs: views never filled or behind their rows, days cut in the session's zone,
//! floats summed.
//!
//! `EXPLAIN (VERBOSE)` names every relation and expression, views expanded, and runs nothing; the catalogue has the
//! types of their columns and the queries behind materialized views. What is done about a finding is for the suite.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use serde_json::Value as Json;
use sqlx::postgres::PgConnection;
use sqlx::{Row, ValueRef};

use super::super::{Error, Inspected, LintRequest, QueryHandle, ReadQuery};
use super::relations::{Relation, Typed};
use super::server::Postgres;
use super::{error, send, view_lag};
use crate::model::{Warning, WarningCode};

impl Postgres {
    /// See [`super::super::Engine::inspect`].
    pub(crate) async fn look(
        &self,
        sql: &str,
        asked: &LintRequest,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<Inspected, Error> {
        let mut told = Inspected::default();
        let query = match ReadQuery::check(&super::lexer::LEXERS[0], sql) {
            Ok(query) => query,
            Err(refused) => {
                told.warnings = vec![not_analysed("the query was not analysed", None, refused.into())?];
                return Ok(told);
            }
        };
        let _slot = self.idle.slot().await;
        let mut connection = self.begin(timeout, ticket).await?;
        match found(&mut connection, self, query, asked, &mut told.warnings).await {
            Err(cause) => {
                let refused = error::behind(send::EXPLAIN, sql, timeout, &cause);
                told.warnings = vec![not_analysed("the query was not analysed", None, refused)?];
            }
            Ok(relations) => {
                // The first error breaks the transaction.
                if let Err((name, cause)) = ages(&mut connection, sql, asked, &relations, &mut told).await {
                    let what = format!("the suite's [views] cannot tell how old {name} is");
                    told.warnings.push(not_analysed(&what, Some(name), error::own(timeout, &cause))?);
                }
            }
        }
        self.leave(connection).await;
        Ok(told)
    }
}

/// The warning that something was not analysed, because it was `refused`; a broken connection stays an error.
fn not_analysed(what: &str, table: Option<String>, refused: Error) -> Result<Warning, Error> {
    if refused.code.is_of_connection() {
        return Err(refused);
    }
    Ok(Warning::new(WarningCode::NotAnalysed, format!("{what}: {}", refused.message)).of_table(table))
}

/// Tells of the views that are behind; an error comes with the view it is about.
async fn ages(
    connection: &mut PgConnection,
    sql: &str,
    asked: &LintRequest,
    relations: &[Relation],
    told: &mut Inspected,
) -> Result<(), (String, sqlx::Error)> {
    for (at, view) in asked.views.iter().enumerate() {
        let read = view_lag::read(connection, view, relations, sql).await;
        for one in read.map_err(|cause| (view.view.to_string(), cause))? {
            told.views.insert(at);
            let behind = one.behind(connection).await;
            told.warnings.extend(behind.map_err(|cause| (one.name.clone(), cause))?);
        }
    }
    Ok(())
}

/// Collects the warnings, and returns the relations that the query reads.
async fn found(
    connection: &mut PgConnection,
    source: &Postgres,
    query: ReadQuery<'_>,
    asked: &LintRequest,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Relation>, sqlx::Error> {
    let row = send::explained(connection, query).await?;
    let raw = row.try_get_raw(0)?;
    let text = if raw.is_null() { "[]" } else { raw.as_str().map_err(sqlx::Error::Decode)? };
    let plan: Json = serde_json::from_str(text).map_err(|cause| sqlx::Error::Decode(cause.into()))?;
    let (mut relations, mut expressions) = (BTreeSet::new(), BTreeSet::new());
    walk(&plan, &mut relations, &mut expressions);
    let relations: Vec<Relation> = relations.into_iter().collect();
    let facts = source.relations.of(&relations, connection).await?;
    let query = expressions.into_iter().collect::<Vec<_>>().join("\n");
    judge(&query, None, &facts.columns, asked, warnings);
    if let Some(zone) = source.zone_beside_utc() {
        compared(&query, zone, &facts.columns, warnings);
    }
    for view in &facts.views {
        if !view.populated {
            let message = format!(
                "the materialized view {0} was never filled, so every query that reads it fails; run REFRESH MATERIALIZED VIEW {0}",
                view.name
            );
            warnings.push(Warning::new(WarningCode::ViewNotPopulated, message).of_table(Some(view.name.clone())));
        }
        judge(&view.definition, Some(&view.name), &facts.columns, asked, warnings);
    }
    Ok(relations)
}

/// Collects the relations and the expressions of a plan.
fn walk(plan: &Json, relations: &mut BTreeSet<Relation>, expressions: &mut BTreeSet<String>) {
    match plan {
        Json::Array(items) => items.iter().for_each(|item| walk(item, relations, expressions)),
        Json::Object(node) => {
            if let (Some(schema), Some(name)) = (text(node, "Schema"), text(node, "Relation Name")) {
                relations.insert((schema, name));
            }
            for (field, value) in node {
                match value {
                    Json::String(one) => {
                        expressions.insert(one.clone());
                    }
                    Json::Array(items) if field != "Plans" => {
                        expressions.extend(items.iter().filter_map(Json::as_str).map(str::to_owned));
                    }
                    _ => {}
                }
                walk(value, relations, expressions);
            }
        }
        _ => {}
    }
}

fn text(node: &serde_json::Map<String, Json>, field: &str) -> Option<String> {
    node.get(field)?.as_str().map(str::to_owned)
}

/// A column in PostgreSQL's own spelling, its table before it or not; its name is the group.
const COLUMN: &str = r#"(?:(?:\w+|"[^"]+")\.)?(?:(\w+)|"([^"]+)")"#;

/// Where an instant becomes a calendar value without a zone beside it.
static CUT: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        format!(r"date_trunc\('[^']*'::text, {COLUMN}\)"),
        format!(r"\({COLUMN}\)::(?:date|time|timestamp)\b"),
        format!(r"\bdate\({COLUMN}\)"),
        format!(r"(?i)EXTRACT\((?:century|day|decade|dow|doy|hour|iso\w+|millennium|minute|month|quarter|week|year) FROM {COLUMN}\)"),
        format!(r"date_part\('(?:day|dow|doy|hour|month|week|year)'::text, {COLUMN}\)"),
        format!(r"to_char\({COLUMN}, "),
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("a constant pattern is valid"))
    .collect()
});

static AGGREGATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(sum|avg|stddev\w*|var_\w+|variance)\(").expect("a constant pattern is valid"));

static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"{COLUMN}(\)::numeric)?")).expect("a constant pattern is valid"));

/// Where an instant is compared with a literal that has no zone.
static COMPARED: LazyLock<Regex> = LazyLock::new(|| {
    let literal = r"'[^']*'::(?:date|timestamp without time zone)\b";
    let operator = "(?:=|<>|<=?|>=?)";
    let pattern = format!(r"{COLUMN} {operator} (?:(?:ANY|ALL) \()?{literal}|{literal} {operator} {COLUMN}");
    Regex::new(&pattern).expect("a constant pattern is valid")
});

/// Warns of literals without a zone beside instants in `code`, which mean those of `zone`, that of the session.
fn compared(code: &str, zone: &str, columns: &[Typed], warnings: &mut Vec<Warning>) {
    let mut found = BTreeMap::new();
    for one in COMPARED.captures_iter(code) {
        let name = (1..=4).find_map(|group| one.get(group)).map_or("", |name| name.as_str());
        if columns.iter().any(|column| !column.float && column.name == name) {
            found.entry(name.to_owned()).or_insert_with(|| one[0].to_owned());
        }
    }
    for expression in found.into_values() {
        warnings.push(Warning::new(WarningCode::SessionTimeZone, format!(
                "the query has {expression}, whose column has a zone and whose literal means one of the session's, {zone}; write it, or the param or the end of the window, with an offset, such as 2026-01-01T00:00:00Z"
            )));
    }
}

/// Warns of what `code` does to instants and floats; `view` is the materialized view whose query it is.
fn judge(code: &str, view: Option<&str>, columns: &[Typed], asked: &LintRequest, warnings: &mut Vec<Warning>) {
    let is = |name: &str, float: bool| columns.iter().any(|column| column.float == float && column.name == name);
    // One warning per column: the nodes of a plan spell one expression in several ways.
    let mut cut = BTreeMap::new();
    for pattern in CUT.iter() {
        for found in pattern.captures_iter(code) {
            let name = found.get(1).or(found.get(2)).map_or("", |name| name.as_str());
            if is(name, false) {
                cut.entry(name).or_insert_with(|| found[0].trim_end_matches(", ").to_owned());
            }
        }
    }
    for expression in cut.into_values() {
        let whose = match view {
            Some(view) => format!("the query of the materialized view {view} has"),
            None => "the query has".to_owned(),
        };
        let when = if view.is_some() { "whichever session refreshes it" } else { "each session" };
        warnings.push(Warning::new(WarningCode::SessionTimeZone, format!(
                "{whose} {expression}, which means another day in the time zone of {when}; name the zone: AT TIME ZONE 'UTC'"
            )).of_table(view.map(str::to_owned)));
    }
    if !asked.exact {
        return;
    }
    let mut summed = BTreeMap::new();
    for found in AGGREGATE.captures_iter(code) {
        let whole = found.get(0).expect("the whole match is always there");
        let argument = enclosed(&code[whole.end()..]);
        let float = REFERENCE.captures_iter(argument).find_map(|one| {
            let name = one.get(1).or(one.get(2)).map_or("", |name| name.as_str());
            (is(name, true) && one.get(3).is_none()).then_some(name)
        });
        // What is made exact again adds up exactly, whatever it was made of.
        let made = (argument.contains("::double precision") || argument.contains("::real"))
            && !argument.ends_with("::numeric");
        if let Some(what) = float.or(made.then_some(argument)) {
            summed.entry(what).or_insert_with(|| format!("{}({argument})", &found[1]));
        }
    }
    for expression in summed.into_values() {
        let whose = view.map_or(String::new(), |view| format!(" in the materialized view {view}"));
        warnings.push(Warning::new(WarningCode::FloatSum, format!(
                "{expression}{whose} adds floats, so its last digits depend on the order of the rows, and the comparison is exact; give the column a tolerance, or add up x::numeric, which keeps 15 digits of each value"
            )).of_table(view.map(str::to_owned)));
    }
}

/// The text up to the parenthesis that closes one opened before it.
fn enclosed(code: &str) -> &str {
    let mut depth = 1;
    for (at, letter) in code.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[..at];
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn codes(code: &str, exact: bool) -> Vec<String> {
        let columns =
            [Typed { name: "processed_at".to_owned(), float: false }, Typed { name: "cost".to_owned(), float: true }];
        let mut warnings = Vec::new();
        let asked = LintRequest { kind: Kind::Sum, exact, key: Vec::new(), views: Vec::new() };
        judge(code, None, &columns, &asked, &mut warnings);
        warnings.into_iter().map(|warning| warning.code.to_string()).collect()
    }

    /// A day that is cut in a named zone, or of a plain timestamp, is the same in every session.
    #[test]
    fn only_an_instant_without_a_zone_depends_on_the_session() {
        for cut in [
            "date_trunc('day'::text, e.processed_at)",
            "(e.processed_at)::date",
            "date(processed_at)",
            "EXTRACT(hour FROM e.processed_at)",
            "to_char(e.processed_at, 'YYYY-MM-DD'::text)",
        ] {
            assert_eq!(codes(cut, true), ["session_time_zone"], "{cut}");
        }
        for fixed in [
            "date_trunc('day'::text, e.processed_at, 'UTC'::text)",
            "((e.processed_at AT TIME ZONE 'UTC'::text))::date",
            "(e.other_at)::date",
            "EXTRACT(epoch FROM e.processed_at)",
        ] {
            assert!(codes(fixed, true).is_empty(), "{fixed}");
        }
    }

    /// Catches ends of windows and params that are read in the zone of the session without a word.
    #[test]
    fn a_literal_without_a_zone_beside_an_instant_depends_on_the_session() {
        let said = |code: &str| {
            let columns = [Typed { name: "at".to_owned(), float: false }];
            let mut warnings = Vec::new();
            compared(code, "Asia/Tokyo", &columns, &mut warnings);
            warnings.len()
        };
        for code in [
            "(t.at >= '2026-01-01'::date)",
            "('2026-01-01 00:00:00'::timestamp without time zone <= at)",
            "(t.at = ANY ('{2026-01-01}'::date[]))",
            "((\"T\".\"at\" >= '2026-01-01'::date) AND (\"T\".\"at\" < '2026-01-02'::date))",
        ] {
            assert_eq!(said(code), 1, "{code}");
        }
        for code in [
            "(t.at >= '2026-01-01 00:00:00+00'::timestamp with time zone)",
            "(t.day >= '2026-01-01'::date)",
            "((t.at)::text = '2026-01-01'::text)",
        ] {
            assert_eq!(said(code), 0, "{code}");
        }
    }

    /// A sum of decimals, or one with a tolerance, needs no warning.
    #[test]
    fn only_floats_that_are_compared_exactly_are_warned_of() {
        assert_eq!(codes("sum((t.cost * (2)::double precision))", true), ["float_sum"]);
        assert_eq!(codes("PARTIAL avg(t.cost)", true), ["float_sum"]);
        assert!(codes("sum(((g.v)::double precision)::numeric)", true).is_empty());
        assert!(codes("sum(t.cost)", false).is_empty());
        assert!(codes("sum((t.cost)::numeric)", true).is_empty());
        assert!(codes("sum(t.amount)", true).is_empty());
        assert!(codes("max(t.cost)", true).is_empty());
    }
}

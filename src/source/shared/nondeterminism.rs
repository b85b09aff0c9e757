//! What in a query may make it answer otherwise each time, told from its text alone.
//!
//! It explains what was seen to differ and judges nothing. A query that this parser does not know says nothing.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, LimitClause, Query, Visit, Visitor};
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::super::files;

/// Functions of chance.
const RANDOM: [&str; 16] = [
    "rand",
    "rand32",
    "rand64",
    "randcanonical",
    "randconstant",
    "randnormal",
    "randuniform",
    "random",
    "randomblob",
    "randomstring",
    "gen_random_uuid",
    "generateuuidv4",
    "generateuuidv7",
    "uuid",
    "uuid_generate_v4",
    "uuidv7",
];

/// Functions of the moment.
const CLOCK: [&str; 13] = [
    "clock_timestamp",
    "current_date",
    "current_timestamp",
    "localtimestamp",
    "now",
    "now64",
    "statement_timestamp",
    "sysdate",
    "today",
    "transaction_timestamp",
    "unix_timestamp",
    "utc_timestamp",
    "yesterday",
];

/// Aggregates that take whichever row comes first.
const ANY: [&str; 6] = ["any", "any_value", "anyheavy", "anylast", "first_value", "last_value"];

/// Sentences, each about something in `sql` that may make its answer another each time.
pub fn fickle(dialect: &dyn Dialect, sql: &str) -> Vec<String> {
    let look = || {
        let parser = dialect.parser();
        if !files::fits(parser, sql) {
            return Vec::new();
        }
        let Ok(statements) = Parser::parse_sql(parser, sql) else { return Vec::new() };
        let mut seen = Seen::default();
        let _ = statements.visit(&mut seen);
        seen.0.into_iter().collect()
    };
    files::on_deep_stack(look).unwrap_or_default()
}

/// Whether an aggregate of this name, in lower case, estimates.
fn estimates(name: &str) -> bool {
    let family = ["quantile", "median", "uniq", "topk", "approx"].iter().any(|family| name.starts_with(family));
    family && !name.contains("exact")
}

#[derive(Default)]
struct Seen(BTreeSet<String>);

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let limited = match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                limit.is_some() || offset.is_some() || !limit_by.is_empty()
            }
            Some(LimitClause::OffsetCommaLimit { .. }) => true,
            None => query.fetch.is_some(),
        };
        if limited && query.order_by.is_none() {
            self.0.insert(
                "LIMIT without ORDER BY takes whichever rows come first; order them by a unique key".to_owned(),
            );
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            let shown = function.name.to_string();
            let name = shown.rsplit('.').next().unwrap_or_default().to_lowercase();
            let why = if RANDOM.contains(&name.as_str()) {
                "gives another value each time; leave it out, or `ignore` the column"
            } else if CLOCK.contains(&name.as_str()) {
                "depends on the moment; give the moment as a param"
            } else if estimates(&name) {
                "estimates; take its exact form"
            } else if ANY.contains(&name.as_str()) && function.over.is_none() {
                "takes whichever row comes first; say which one, as with min or argMin"
            } else {
                return ControlFlow::Continue(());
            };
            self.0.insert(format!("{shown}() {why}"));
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::driver;

    /// Catches a cause that is missed in a subquery, and one that is seen where there is none.
    #[test]
    fn what_changes_each_time_is_named_wherever_it_stands() {
        let told = |sql: &str| fickle(driver("postgres").unwrap().dialect, sql).join("; ");
        assert!(told("SELECT * FROM (SELECT id FROM t LIMIT 5) AS s ORDER BY id").contains("LIMIT without ORDER BY"));
        assert!(told("WITH a AS (SELECT Random() AS r) SELECT r FROM a").contains("Random() gives another value"));
        assert!(told("SELECT id FROM t WHERE at < now()").contains("depends on the moment"));
        assert_eq!(told("SELECT 'random() LIMIT 5', id FROM t ORDER BY id LIMIT 5 -- LIMIT 3"), "");
        assert_eq!(told("no SQL at all"), "");
        // As deep as the parser goes down, and deeper than any stack.
        let long = |terms: usize| format!("SELECT random() FROM t WHERE id = 0{}", " OR id = 1".repeat(terms));
        assert!(told(&long(200)).contains("random() gives another value"));
        assert_eq!(told(&long(100_000)), "");
        let clickhouse =
            fickle(driver("clickhouse").unwrap().dialect, "SELECT id, any(v) FROM t GROUP BY id LIMIT 1 BY id");
        assert_eq!(clickhouse.len(), 2, "{clickhouse:?}");
    }
}

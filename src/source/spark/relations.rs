//! The tables that a query reads, by the rules of scope: a name that a `WITH` gives is one where it can be seen, and a table
//! elsewhere. A query in which a table could be named unseen is refused. Texts only.
//!
//! The parser is not Spark's. What it could read otherwise, texts and comments, is taken out by the rules of Spark's own lexer
//! first, and so are forms that it does not know and that name no table.

use std::ops::ControlFlow;

use sqlparser::ast::{Cte, Ident, Query, SetExpr, Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

use super::super::files;
use super::super::lexer::{self, Kind, Token};
use super::lexer::LEXERS;

/// Functions in the place of a table that read no table.
const ROWS: [&str; 9] = [
    "range",
    "explode",
    "explode_outer",
    "posexplode",
    "posexplode_outer",
    "inline",
    "inline_outer",
    "stack",
    "json_tuple",
];

/// Returns the names of the tables that `sql` reads, each by its parts and once, in their order.
///
/// # Errors
/// A query that the parser does not read, and one with something in the place of a table that may read others.
pub(super) fn relations(sql: &str) -> Result<Vec<Vec<String>>, String> {
    let tokens = lexer::tokens(&LEXERS[0], sql).map_err(|unclear| unclear.why)?;
    let plain = plain(sql, &tokens);
    let read = files::on_deep_stack(|| {
        let parser = DatabricksDialect {};
        if !files::fits(&parser, &plain) {
            return None;
        }
        let statements = Parser::parse_sql(&parser, &plain).ok()?;
        let [Statement::Query(query)] = statements.as_slice() else { return None };
        let mut seen = Seen::default();
        Some(match query.visit(&mut seen) {
            ControlFlow::Continue(()) => Ok(seen.tables),
            ControlFlow::Break(why) => Err(why),
        })
    });
    read.flatten().unwrap_or_else(|| Err("the parser does not read this query".to_owned()))
}

/// `sql` with empty texts, without comments, and with numbers and times as any parser reads them.
fn plain(sql: &str, tokens: &[Token]) -> String {
    let mut plain = String::with_capacity(sql.len());
    let mut code = tokens.iter().filter(|token| token.kind != Kind::Blank).peekable();
    let mut end = 0;
    let mut before = Kind::Blank;
    while let Some(token) = code.next() {
        let text = &sql[token.start..token.end];
        let is_beside = token.start == end;
        if !is_beside {
            plain.push(' ');
        }
        match token.kind {
            Kind::Text => plain.push_str("''"),
            Kind::Word if is_beside && before == Kind::Number && is_suffix(text) => {}
            Kind::Word if text.starts_with(|c: char| c.is_ascii_digit()) => plain.push_str(number(text)),
            Kind::Word
                if ["TIMESTAMP_LTZ", "TIMESTAMP_NTZ"].iter().any(|name| text.eq_ignore_ascii_case(name))
                    && code.peek().is_some_and(|next| next.kind == Kind::Text) => {}
            _ => plain.push_str(text),
        }
        (end, before) = (token.end, token.kind);
    }
    plain
}

/// Whether a word behind a number says what type that is of.
fn is_suffix(word: &str) -> bool {
    ["BD", "D", "F", "L", "S", "Y"].iter().any(|suffix| word.eq_ignore_ascii_case(suffix))
}

/// A number without what says its type; a name that begins with digits as it is.
fn number(word: &str) -> &str {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && is_suffix(&word[digits.len()..]);
    if is_number { digits } else { word }
}

#[derive(Default)]
struct Seen {
    tables: Vec<Vec<String>>,
    scopes: Vec<Scope>,
}

/// The named queries of a `WITH`.
#[derive(Default)]
struct Scope {
    /// Those that were not visited yet, with the place of each.
    pending: Vec<(*const Query, String)>,
    visible: Vec<String>,
}

impl Visitor for Seen {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        let name = |cte: &Cte| cte.alias.name.value.to_lowercase();
        let mut scope = Scope::default();
        if let Some(with) = &query.with {
            let named = with.cte_tables.iter();
            match with.recursive {
                true => scope.visible = named.map(name).collect(),
                false => scope.pending = named.map(|cte| (std::ptr::from_ref(&*cte.query), name(cte))).collect(),
            }
        }
        self.scopes.push(scope);
        if is_table(&query.body) {
            return ControlFlow::Break(
                "`TABLE name` is not followed to its table; write SELECT * FROM name".to_owned(),
            );
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        self.scopes.pop();
        if let Some(scope) = self.scopes.last_mut()
            && let Some(at) = scope.pending.iter().position(|(known, _)| std::ptr::eq(*known, query))
        {
            let (_, name) = scope.pending.remove(at);
            scope.visible.push(name);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        let unknown = |factor: &TableFactor| {
            ControlFlow::Break(format!("`{factor}` may read tables that are not seen; name tables by their names"))
        };
        match factor {
            TableFactor::Table { name, args: None, .. } => {
                let parts: Option<Vec<&Ident>> = name.0.iter().map(|part| part.as_ident()).collect();
                let Some(parts) = parts.filter(|parts| !parts.is_empty()) else { return unknown(factor) };
                let parts: Vec<String> = parts.into_iter().map(|part| part.value.clone()).collect();
                let is_named = match parts.as_slice() {
                    [name] => self.scopes.iter().any(|scope| scope.visible.contains(&name.to_lowercase())),
                    _ => false,
                };
                if !is_named && !self.tables.contains(&parts) {
                    self.tables.push(parts);
                }
                ControlFlow::Continue(())
            }
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. }
                if ROWS.contains(&name.to_string().to_lowercase().as_str()) =>
            {
                ControlFlow::Continue(())
            }
            TableFactor::Derived { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. } => ControlFlow::Continue(()),
            other => unknown(other),
        }
    }
}

/// Whether one of the queries of a set is a table by its name, which the parser keeps as a text.
fn is_table(body: &SetExpr) -> bool {
    match body {
        SetExpr::Table(_) => true,
        SetExpr::SetOperation { left, right, .. } => is_table(left) || is_table(right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Type;
    use crate::model::Side;
    use crate::source::Dialect as _;
    use crate::source::pushdown::{Buckets, Names, Pair, RowHash, Seeded, SideQuestion};
    use crate::source::spark::dialect::Spark;

    fn read(sql: &str) -> Result<String, String> {
        let named = relations(sql)?;
        Ok(named.iter().map(|parts| parts.join(".")).collect::<Vec<_>>().join(" "))
    }

    /// Catches a table that is taken for a named query which cannot be seen there, and one that is named where nobody looks.
    #[test]
    fn a_name_is_a_table_where_no_named_query_is_seen() {
        for (sql, tables) in [
            ("SELECT 1", ""),
            ("SELECT * FROM orders AS o JOIN lines l ON o.id = l.id, Orders", "orders lines Orders"),
            ("WITH orders AS (SELECT * FROM orders) SELECT * FROM orders", "orders"),
            ("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM A) SELECT * FROM a, b", "b"),
            ("WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT * FROM a) SELECT * FROM a", ""),
            ("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a) JOIN a ON true", "a"),
            (
                "WITH a AS (SELECT 1) SELECT * FROM s.a WHERE id IN (SELECT id FROM c WHERE EXISTS (SELECT 1 FROM a))",
                "s.a c",
            ),
            (
                "SELECT (SELECT max(id) FROM t), `odd name`.id FROM `odd name` UNION ALL SELECT 1, 2 FROM u",
                "t odd name u",
            ),
            ("SELECT id, v FROM range(10) LATERAL VIEW explode(array(1)) e AS v", ""),
            ("SELECT * FROM parquet.`/lake/orders`", "parquet./lake/orders"),
            (r"SELECT '\' FROM a, b --' FROM c /* FROM d, '*/ JOIN e -- JOIN f", "c e"),
            (
                "SELECT 1L, 1.5BD, 2bd, 1e-3D, TIMESTAMP_LTZ '2026-01-01', X'00' FROM t WHERE a > TIMESTAMP_NTZ '2026-01-01'",
                "t",
            ),
        ] {
            assert_eq!(read(sql).as_deref(), Ok(tables), "{sql}");
        }
    }

    /// Catches a question of our own around a query that is not read as that query is.
    #[test]
    fn a_question_about_rows_names_the_tables_of_the_query() {
        let types = [Type::Integer, Type::Float, Type::Text, Type::Instant, Type::Decimal { scale: 2 }];
        let pairs: Vec<Pair> = types
            .into_iter()
            .enumerate()
            .map(|(at, of)| Pair { old: format!("c{at}"), new: format!("c{at}"), of, nullable: true })
            .collect();
        let of = SideQuestion {
            names: &Names::beside(std::iter::empty()),
            sql: "SELECT * FROM orders JOIN `odd name` USING (id)",
            key: &pairs[..1],
            compared: &pairs[1..],
            name: |pair| &pair.old,
            seeded: Seeded { hash: RowHash::Fast, seeds: [u64::MAX, 1] },
        };
        let question = Spark.server_diff().unwrap();
        let buckets = Buckets { bits: 16, numbers: vec![1, 65_535] };
        for sql in [
            question.checksums(of, Side::Old, 16, None),
            question.checksums(of, Side::New, 20, Some(&buckets)),
            question.differing(of, &buckets),
        ] {
            assert_eq!(read(&sql).as_deref(), Ok("orders odd name"), "{sql}");
        }
    }

    /// Catches a query that reads what its names do not tell.
    #[test]
    fn what_may_read_unseen_is_refused() {
        for sql in [
            "TABLE orders",
            "SELECT * FROM (TABLE orders)",
            "SELECT 1 UNION ALL TABLE orders",
            "SELECT * FROM a_function_of_the_server('orders')",
            "SELECT * FROM read_files('/lake')",
            "SHOW TABLES",
            "SELECT (",
        ] {
            assert!(read(sql).is_err(), "{sql}: {:?}", read(sql));
        }
    }
}

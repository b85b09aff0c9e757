//! Queries over files: one that reads, of forms whose answer is known to be right.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Statement, VisitMut, visit_expressions_mut, visit_relations};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::super::{Error, ErrorCode};
use super::at_time_zone;
use super::balanced::Balanced;
use super::grammar;

/// The schema whose views list tables and columns.
const CATALOG: &str = "information_schema";

/// A query that may be run.
pub(super) struct Prepared {
    /// The parsed query.
    pub statement: Statement,
    /// Tables it names.
    pub tables: BTreeSet<String>,
    /// Whether it asks for the columns of tables that it does not name.
    pub catalog: bool,
}

/// Takes one query and nothing else, of forms that are answered rightly.
pub(super) fn prepared(query: &str) -> Result<Prepared, Error> {
    let refuse = |message: String| Error::new(ErrorCode::StatementRefused, message);
    let statements = Parser::parse_sql(&GenericDialect {}, query).map_err(|cause| {
        refuse(format!("the query cannot be read: {cause}; see docs/files.md for what SQL over files can do"))
    })?;
    let [Statement::Query(_)] = statements.as_slice() else {
        return Err(refuse("a check takes one statement that reads, such as a SELECT; give exactly one".to_owned()));
    };
    let mut statement = statements.into_iter().next().ok_or_else(|| refuse("the query is empty".to_owned()))?;
    if let Some(why) = grammar::refused(&statement) {
        return Err(refuse(why));
    }
    let (mut tables, mut catalog) = (BTreeSet::new(), false);
    let _ = visit_relations(&statement, |relation| {
        let first = relation.0.first().and_then(|part| part.as_ident());
        catalog |= relation.0.len() > 1 && first.is_some_and(|first| first.value.eq_ignore_ascii_case(CATALOG));
        tables.extend(relation.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone()));
        ControlFlow::<()>::Continue(())
    });
    let _ = visit_expressions_mut(&mut statement, |one| {
        at_time_zone::called(one);
        ControlFlow::<()>::Continue(())
    });
    let _ = VisitMut::visit(&mut statement, &mut Balanced);
    Ok(Prepared { statement, tables, catalog })
}

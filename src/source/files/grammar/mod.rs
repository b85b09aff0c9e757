//! The SQL over files, form by form: what is not listed here is refused.
//!
//! The parser takes the clauses, operators and types of a dozen dialects, and the planner passes over those that it does not
//! know: a `PREWHERE` filters nothing, `FINAL` merges nothing. So nothing goes by default. Every struct of the parser is taken
//! apart field by field, so that a field which a later version adds does not compile until somebody says what becomes of it.

mod clauses;
mod expressions;
mod functions;
mod reason;
mod types;
mod windows;

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Select, Statement, TableFactor, Visit, Visitor};

/// Why `statement` is refused, if it is.
pub(super) fn refused(statement: &Statement) -> Option<String> {
    match Visit::visit(statement, &mut Forms) {
        ControlFlow::Break(why) => Some(why),
        ControlFlow::Continue(()) => None,
    }
}

/// Ends at the first form that is not known to be answered rightly.
struct Forms;

impl Visitor for Forms {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        flow(clauses::query(query))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        flow(clauses::select(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        flow(clauses::table(factor))
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<String> {
        flow(expressions::check(expression))
    }
}

fn flow(checked: Result<(), String>) -> ControlFlow<String> {
    match checked {
        Ok(()) => ControlFlow::Continue(()),
        Err(why) => ControlFlow::Break(why),
    }
}

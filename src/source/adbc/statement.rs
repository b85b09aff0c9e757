//! One query of an engine that holds nothing back itself: passed by the gate, and looked at by a parser too.

use sqlparser::ast::Statement;
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::super::error::Error;
use super::super::files::{fits, on_deep_stack};
use super::super::gate::ReadQuery;
use crate::model::ErrorCode;

/// Takes `sql` where the gate passes it and the parser of the dialect, where it knows the text, reads one query.
///
/// # Errors
/// What the gate refuses, and what is no query to the parser.
pub(in crate::source) fn query<'a>(dialect: &dyn Dialect, sql: &'a str) -> Result<ReadQuery<'a>, Error> {
    let query = ReadQuery::check(&dialect.lexers()[0], sql)?;
    let parsed = || {
        let parser = dialect.parser();
        fits(parser, query.text()).then(|| Parser::parse_sql(parser, query.text()).ok()).flatten()
    };
    // What this parser does not know is left to the gate.
    match on_deep_stack(parsed).flatten().as_deref() {
        None | Some([Statement::Query(_)]) => Ok(query),
        Some(_) => {
            let message = "the statement is not one query and was not sent; a run only reads: write one SELECT";
            Err(Error::new(ErrorCode::StatementRefused, message))
        }
    }
}

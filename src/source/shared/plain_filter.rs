//! Which rows of its table a plain query picks, as a condition that can stand in another statement about that table.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, Query, Select, TableAlias, TableFactor, Value as SqlValue, Visit, Visitor,
};
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::super::lexer;
use super::super::lexer::{Kind, Token};
use super::nondeterminism::fickle;

/// The rows of a table that a query picks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Picked {
    /// All of them.
    All,
    /// Those that whoever named the table means.
    Named,
    /// Those that meet a condition.
    Where(Filter),
    /// Some of them, by what no condition of another statement can say; the reason, as the end of a sentence.
    Unclear(String),
}

/// A condition on the rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// As SQL, with the names of columns alone.
    pub(crate) sql: String,
    /// The columns that it names, without quotes.
    pub(crate) columns: Vec<String>,
    /// Those of which it takes one value only, a number or a text.
    pub(crate) pinned: Vec<String>,
}

/// What a query picks of its one table, which is called `own` there: `select` is the outermost of `sql`.
pub(super) fn of(dialect: &dyn Dialect, sql: &str, (query, select): (&Query, &Select), own: &str) -> Picked {
    let unclear = |why: &str| Picked::Unclear(why.to_owned());
    if select.prewhere.is_some() {
        return unclear("picks rows by PREWHERE; say WHERE instead");
    }
    if query.settings.is_some() {
        return unclear("has SETTINGS of its own, which may bear on the rows it picks; leave them out");
    }
    let [from] = select.from.as_slice() else { return unclear("reads more than one table") };
    let TableFactor::Table { alias, partitions, with_ordinality, .. } = &from.relation else {
        return unclear("reads no table by its name");
    };
    if !partitions.is_empty() || *with_ordinality || alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
        return unclear("does more than to name its table and say WHERE");
    }
    let Some(selection) = &select.selection else { return Picked::All };
    let mut seen = Seen::default();
    let _ = selection.visit(&mut seen);
    if seen.has_query {
        return unclear("picks rows by a subquery");
    }
    if !fickle(dialect, &format!("SELECT 1 FROM t WHERE {selection}")).is_empty() {
        return unclear("picks rows by what is another each time");
    }
    let mut pinned = Vec::new();
    pin(selection, own, &mut pinned);
    let cut = cut(dialect, sql, alias.as_ref());
    // What was cut out by its words has to be what the parser read.
    match cut.filter(|(whole, _)| parsed(dialect, whole).as_ref() == Some(selection)) {
        Some((_, sql)) => Picked::Where(Filter { sql, columns: seen.columns, pinned }),
        None => unclear("picks rows by a condition that could not be taken out of it"),
    }
}

/// Adds the columns that equal a literal wherever the condition holds.
fn pin(condition: &Expr, own: &str, pinned: &mut Vec<String>) {
    match condition {
        Expr::Nested(inner) => pin(inner, own, pinned),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            pin(left, own, pinned);
            pin(right, own, pinned);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let (column, literal) = if matches!(**left, Expr::Value(_)) { (right, left) } else { (left, right) };
            let name = match &**column {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                    [table, column] if table.value.eq_ignore_ascii_case(own) => Some(column),
                    _ => None,
                },
                _ => None,
            };
            let is_literal = matches!(&**literal, Expr::Value(value) if matches!(value.value, SqlValue::Number(..) | SqlValue::SingleQuotedString(_)));
            pinned.extend(name.filter(|_| is_literal).map(|name| name.value.clone()));
        }
        _ => {}
    }
}

fn parsed(dialect: &dyn Dialect, condition: &str) -> Option<Expr> {
    let mut parser = Parser::new(dialect.parser()).try_with_sql(condition).ok()?;
    let read = parser.parse_expr().ok()?;
    parser.expect_token(&sqlparser::tokenizer::Token::EOF).ok()?;
    Some(read)
}

/// The condition behind the outermost WHERE as it is written, and the same without another name of the table.
fn cut(dialect: &dyn Dialect, sql: &str, alias: Option<&TableAlias>) -> Option<(String, String)> {
    let tokens = lexer::tokens(dialect.lexers().first()?, sql).ok()?;
    let code: Vec<Token> = tokens.into_iter().filter(|token| token.kind != Kind::Blank).collect();
    let text = |token: &Token| &sql[token.start..token.end];
    let is = |at: usize, word: &str| {
        code.get(at).is_some_and(|one| one.kind == Kind::Word && text(one).eq_ignore_ascii_case(word))
    };
    let (mut depth, mut start, mut end) = (0_i64, None, code.len());
    for (at, one) in code.iter().enumerate() {
        match text(one) {
            "(" => depth += 1,
            ")" => depth -= 1,
            ";" => end = end.min(at),
            _ if depth != 0 => {}
            _ if start.is_none() && is(at, "WHERE") => start = Some(at + 1),
            _ if start.is_some() && is(at, "ORDER") && is(at + 1, "BY") => end = end.min(at),
            _ if start.is_some() && is(at, "FORMAT") && at + 2 == code.len() => end = end.min(at),
            _ => {}
        }
    }
    let part = code.get(start?..end).filter(|part| !part.is_empty())?;
    let is_alias = |token: &Token| {
        let name = text(token).trim_matches(['"', '`', '[', ']']);
        alias.is_some_and(|alias| alias.name.value.eq_ignore_ascii_case(name))
    };
    let mut bare = String::new();
    let mut at = 0;
    while at < part.len() {
        let one = &part[at];
        // One space stands for white space and comments, so that a line that ends nothing else ends nothing here.
        let is_apart = at.checked_sub(1).is_some_and(|before| part[before].end != one.start);
        if is_apart && !bare.is_empty() {
            bare.push(' ');
        }
        let is_qualifier = matches!(one.kind, Kind::Word | Kind::Name)
            && is_alias(one)
            && part.get(at + 1).is_some_and(|next| text(next) == ".")
            && at.checked_sub(1).is_none_or(|before| text(&part[before]) != ".");
        if is_qualifier {
            at += 2;
            continue;
        }
        bare.push_str(text(one));
        at += 1;
    }
    Some((sql[part[0].start..part[part.len() - 1].end].to_owned(), bare))
}

/// What a condition is about.
#[derive(Default)]
struct Seen {
    columns: Vec<String>,
    has_query: bool,
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.has_query = true;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        let named: Option<&Ident> = match expression {
            Expr::Identifier(name) => Some(name),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        self.columns.extend(named.map(|name| name.value.clone()));
        ControlFlow::Continue(())
    }
}

//! Long chains of AND, OR and `||` in the form of balanced trees, and signs that stay signs.
//!
//! Polars keeps a copy of everything below each operator, so a chain takes memory and time by the square of its length. Where
//! the operands are grouped otherwise changes no answer: these three are associative, with NULL too.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value, VisitorMut};

/// Operands of a chain that is left as it is.
const SHORT: usize = 4;

/// Groups each chain anew.
pub(super) struct Balanced;

impl VisitorMut for Balanced {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        match expression {
            Expr::BinaryOp { op, .. } if is_associative(op) => {
                let op = op.clone();
                let operands = operands(take(expression), &op);
                *expression = if operands.len() > SHORT { grouped(operands, &op) } else { in_a_row(operands, &op) };
            }
            // Written out, two signs would begin a comment.
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } if is_negative(expr) => {
                **expr = Expr::Nested(Box::new(take(expr)));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_associative(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::And | BinaryOperator::Or | BinaryOperator::StringConcat)
}

fn is_negative(expression: &Expr) -> bool {
    matches!(expression, Expr::UnaryOp { op: UnaryOperator::Minus, .. })
}

fn take(expression: &mut Expr) -> Expr {
    std::mem::replace(expression, Expr::Value(Value::Null.into()))
}

/// The operands of a chain that the parser built from its left, in their order.
fn operands(mut chain: Expr, op: &BinaryOperator) -> Vec<Expr> {
    let mut operands = Vec::new();
    loop {
        match chain {
            Expr::BinaryOp { left, op: own, right } if own == *op => {
                operands.push(*right);
                chain = *left;
            }
            first => {
                operands.push(first);
                operands.reverse();
                return operands;
            }
        }
    }
}

fn in_a_row(operands: Vec<Expr>, op: &BinaryOperator) -> Expr {
    let joined = operands.into_iter().reduce(|left, right| binary(left, op, right));
    joined.unwrap_or(Expr::Value(Value::Null.into()))
}

/// A tree of halves; each is in parentheses, so that it is read as it was written.
fn grouped(mut operands: Vec<Expr>, op: &BinaryOperator) -> Expr {
    if operands.len() <= 2 {
        return in_a_row(operands, op);
    }
    let right = operands.split_off(operands.len() / 2);
    let half = |operands: Vec<Expr>| match operands.len() {
        1 => in_a_row(operands, op),
        _ => Expr::Nested(Box::new(grouped(operands, op))),
    };
    binary(half(operands), op, half(right))
}

fn binary(left: Expr, op: &BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) }
}

#[cfg(test)]
mod tests {
    use sqlparser::ast::VisitMut;
    use sqlparser::dialect::GenericDialect;
    use sqlparser::parser::Parser;

    use super::*;

    fn balanced(sql: &str) -> String {
        let mut statements = Parser::parse_sql(&GenericDialect {}, sql).unwrap();
        let _ = statements.visit(&mut Balanced);
        statements[0].to_string()
    }

    /// Catches operands that are lost, moved, or grouped across another operator.
    #[test]
    fn operands_keep_their_order_and_their_company() {
        assert_eq!(balanced("SELECT a OR b OR c OR d"), "SELECT a OR b OR c OR d");
        assert_eq!(balanced("SELECT a OR b OR c OR d OR e"), "SELECT (a OR b) OR (c OR (d OR e))");
        assert_eq!(
            balanced("SELECT a AND b OR c AND d OR e OR f OR NOT g"),
            "SELECT (a AND b OR c AND d) OR (e OR (f OR NOT g))"
        );
        assert_eq!(balanced("SELECT a || b || c || d || e = 'x'"), "SELECT (a || b) || (c || (d || e)) = 'x'");
        assert_eq!(balanced("SELECT a + b + c + d + e - f"), "SELECT a + b + c + d + e - f");
    }

    /// Catches what is behind two signs being taken for a comment, so that it is not compared.
    #[test]
    fn two_signs_are_no_comment() {
        assert_eq!(balanced("SELECT - - a, - - - b, c - -d"), "SELECT -(-a), -(-(-b)), c - -d");
    }
}

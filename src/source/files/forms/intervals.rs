//! Where a plan compares intervals: DataFusion does so month by month, then day by day, and not by their length.
//!
//! So 40 days as hours are less than 30 days. Durations, which a difference of two times is, compare by their length.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Distinct, Expr, ExprSchemable, LogicalPlan};

use super::super::alike::is_comparison;

/// Why such a plan is refused.
pub(super) const WHY: &str = "intervals are compared by their months first, then their days, whatever their length; compare times, such \
                              as a > b + INTERVAL '30 days', or seconds, such as EXTRACT(epoch FROM a) - EXTRACT(epoch FROM b) > \
                              2592000";

/// Why a part of an interval is refused.
pub(super) const EXTRACTED: &str = "EXTRACT from a difference of times or an interval leaves out its fraction, and is NULL beyond 68 years; \
                                    write EXTRACT(epoch FROM a) - EXTRACT(epoch FROM b)";

/// Whether an expression takes a part of an interval, or of a difference of times.
pub(super) fn extracted(one: &Expr, schema: &DFSchema) -> bool {
    match one {
        Expr::ScalarFunction(called) if called.name() == "date_part" => called
            .args
            .iter()
            .any(|of| matches!(of.get_type(schema), Ok(DataType::Interval(_) | DataType::Duration(_)))),
        _ => false,
    }
}

/// Aggregates and functions whose answer does not depend on which of two intervals is longer.
const INDIFFERENT: [&str; 4] = ["count", "coalesce", "first_value", "last_value"];

/// Whether an expression compares intervals.
pub(super) fn compared(one: &Expr, schema: &DFSchema) -> bool {
    let any = |all: &[&Expr]| all.iter().any(|one| is_interval(one, schema));
    let args = |name: &str, args: &[Expr], is_distinct: bool| {
        (is_distinct || !INDIFFERENT.contains(&name)) && args.iter().any(|one| is_interval(one, schema))
    };
    match one {
        Expr::BinaryExpr(pair) => is_comparison(pair.op) && any(&[&pair.left, &pair.right]),
        Expr::Between(between) => any(&[&between.expr, &between.low, &between.high]),
        Expr::InList(within) => any(&[&within.expr]) || within.list.iter().any(|one| is_interval(one, schema)),
        Expr::InSubquery(within) => any(&[&within.expr]),
        Expr::Case(case) => {
            let whens = || case.when_then_expr.iter().any(|(when, _)| is_interval(when, schema));
            case.expr.as_ref().is_some_and(|one| is_interval(one, schema) || whens())
        }
        Expr::ScalarFunction(called) => {
            ["greatest", "least", "nullif"].contains(&called.name()) && args(called.name(), &called.args, false)
        }
        Expr::AggregateFunction(called) => {
            let params = &called.params;
            args(called.func.name(), &params.args, params.distinct) || sorted(&params.order_by, schema)
        }
        Expr::WindowFunction(called) => {
            let params = &called.params;
            args(called.fun.name(), &params.args, params.distinct)
                || params.partition_by.iter().any(|one| is_interval(one, schema))
                || sorted(&params.order_by, schema)
        }
        _ => false,
    }
}

/// Whether a step of a plan puts intervals in order, or takes those apart that are not the same.
pub(super) fn ordered(plan: &LogicalPlan, schema: &DFSchema) -> bool {
    match plan {
        LogicalPlan::Sort(sort) => sorted(&sort.expr, schema),
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.iter().any(|one| is_interval(one, schema)),
        LogicalPlan::Distinct(Distinct::All(rows)) => {
            rows.schema().fields().iter().any(|field| matches!(field.data_type(), DataType::Interval(_)))
        }
        LogicalPlan::Distinct(Distinct::On(on)) => on.on_expr.iter().any(|one| is_interval(one, schema)),
        LogicalPlan::Join(join) => {
            join.on.iter().any(|(left, right)| is_interval(left, schema) || is_interval(right, schema))
        }
        _ => false,
    }
}

fn sorted(by: &[Sort], schema: &DFSchema) -> bool {
    by.iter().any(|one| is_interval(&one.expr, schema))
}

fn is_interval(one: &Expr, schema: &DFSchema) -> bool {
    matches!(one.get_type(schema), Ok(DataType::Interval(_)))
}

//! The types of values that a plan brings to one: columns of a UNION, pairs of a JOIN, operands and what a function picks from.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::InSubquery;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::super::alike::alike;

fn of(one: &Expr, schema: &DFSchema) -> DataType {
    one.get_type(schema).unwrap_or(DataType::Null)
}

/// The groups that a step of a plan puts into one column each, or pairs.
pub(super) fn of_step(plan: &LogicalPlan, schema: &DFSchema) -> Vec<Vec<DataType>> {
    match plan {
        LogicalPlan::Join(join) => {
            join.on.iter().map(|(left, right)| vec![of(left, schema), of(right, schema)]).collect()
        }
        LogicalPlan::Union(union) => {
            let column = |at: usize| {
                let of = |input: &Arc<LogicalPlan>| Some(input.schema().fields().get(at)?.data_type().clone());
                union.inputs.iter().filter_map(of).collect()
            };
            (0..union.schema.fields().len()).map(column).collect()
        }
        _ => Vec::new(),
    }
}

/// The groups that an expression brings to one type each.
pub(super) fn of_expression(one: &Expr, schema: &DFSchema) -> Vec<Vec<DataType>> {
    alike(one).iter().map(|group| group.iter().map(|one| of(one, schema)).collect()).collect()
}

/// A value and those of the subquery that it is held against.
pub(super) fn of_subquery(within: &InSubquery, schema: &DFSchema) -> Vec<DataType> {
    let with = within.subquery.subquery.schema();
    vec![of(&within.expr, schema), with.fields().first().map_or(DataType::Null, |field| field.data_type().clone())]
}

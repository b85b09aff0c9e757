//! Where rows of floats meet rows of decimals: DataFusion makes one column of both a `DECIMAL(30, 15)`, which rounds floats.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::{Cast, InSubquery};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::super::exact::is_mixed;

/// Why such a plan is refused.
pub(super) const WHY: &str = "a float beside a decimal is rounded in a UNION, INTERSECT, EXCEPT, VALUES, IN with a subquery and JOIN; \
                              write CAST(d AS DOUBLE) for the decimal, or CAST(f AS DOUBLE) for a float of 32 bits beside integers";

/// Whether a step of a plan puts the rows of both into one column, or pairs them.
pub(super) fn meet(plan: &LogicalPlan, schema: &DFSchema) -> bool {
    let types = |pair: [&Expr; 2]| pair.map(|one| one.get_type(schema).unwrap_or(DataType::Null));
    match plan {
        LogicalPlan::Join(join) => join.on.iter().any(|(left, right)| is_mixed(types([left, right]).iter())),
        LogicalPlan::Union(union) => (0..union.schema.fields().len()).any(|at| {
            let of = |input: &std::sync::Arc<LogicalPlan>| Some(input.schema().fields().get(at)?.data_type().clone());
            is_mixed(union.inputs.iter().filter_map(of).collect::<Vec<_>>().iter())
        }),
        LogicalPlan::Values(values) => values.values.iter().flatten().any(|one| is_rounded(one, schema)),
        _ => false,
    }
}

/// Whether a value is held against those of a subquery.
pub(super) fn within(within: &InSubquery, schema: &DFSchema) -> bool {
    let of = within.expr.get_type(schema).unwrap_or(DataType::Null);
    let with =
        within.subquery.subquery.schema().fields().first().map_or(DataType::Null, |field| field.data_type().clone());
    is_mixed([of, with].iter())
}

/// Whether a float was made a decimal.
fn is_rounded(one: &Expr, schema: &DFSchema) -> bool {
    match one {
        Expr::Cast(Cast { expr, .. }) => {
            one.get_type(schema).is_ok_and(|of| of.is_decimal())
                && expr.get_type(schema).is_ok_and(|of| of.is_floating())
        }
        _ => false,
    }
}

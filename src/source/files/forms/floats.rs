//! Where rows of two types become one column: DataFusion makes one of floats and decimals a `DECIMAL(30, 15)`, which rounds floats,
//! and one of texts and dates or decimals a date or a decimal of as many places, which cuts texts.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::Cast;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::super::alike::{is_mixed, is_text};

/// Why such a plan is refused.
pub(super) const WHY: &str = "a float beside a decimal, or a text beside a decimal or a date, is rounded or cut in a UNION, INTERSECT, \
                              EXCEPT, VALUES, IN with a subquery and JOIN; write CAST(d AS DOUBLE) for the decimal, CAST(f AS DOUBLE) \
                              for a float of 32 bits beside integers, or CAST both to VARCHAR";

/// Whether values of these types, brought to one type, lose what one of them holds.
pub(super) fn is_lossy(types: &[DataType]) -> bool {
    let any = |is: fn(&DataType) -> bool| types.iter().any(is);
    let narrow = any(|of| {
        of.is_decimal() || matches!(of, DataType::Float16 | DataType::Float32 | DataType::Date32 | DataType::Date64)
    });
    is_mixed(types.iter()) || (any(is_text) && narrow)
}

/// Whether a list of rows has a float that was made a decimal.
pub(super) fn listed(plan: &LogicalPlan, schema: &DFSchema) -> bool {
    match plan {
        LogicalPlan::Values(values) => values.values.iter().flatten().any(|one| is_rounded(one, schema)),
        _ => false,
    }
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

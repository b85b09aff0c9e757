//! Instants that are shown in another zone than UTC, for which all that stands beside them is a wall clock of that zone.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, ExprSchemable};

use super::super::zone::is_utc;

const WHY: &str = "a time that ARROW_CAST brings to another zone than UTC is compared by the wall clock of that zone over files; \
                   write t AT TIME ZONE 'Europe/Berlin' for that wall clock";

/// Why the answer to an expression would be wrong, if it would.
pub(super) fn why(one: &Expr, schema: &DFSchema) -> Option<&'static str> {
    let Expr::ScalarFunction(ScalarFunction { func, .. }) = one else { return None };
    let is_cast = matches!(func.name(), "arrow_cast" | "arrow_try_cast");
    match one.get_type(schema) {
        Ok(DataType::Timestamp(_, Some(zone))) if is_cast && !is_utc(&zone) => Some(WHY),
        _ => None,
    }
}

//! Where an instant in a zone is made a time without one, or brought to another zone.
//!
//! `AT TIME ZONE` gives an instant that is shown in a zone, and never its wall clock as in PostgreSQL; a cast to a time without
//! a zone then takes the wall clock of UTC.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::Cast;
use datafusion::logical_expr::{Expr, ExprSchemable};

const WALL: &str = "a CAST of t AT TIME ZONE to a TIMESTAMP takes the wall clock of UTC over files; write TO_LOCAL_TIME(t AT TIME \
                    ZONE 'Europe/Berlin') for that of the zone";
const TWICE: &str = "AT TIME ZONE after another one changes nothing over files, where PostgreSQL takes the wall clock of the first; \
                     write TO_LOCAL_TIME(t AT TIME ZONE 'Europe/Berlin') AT TIME ZONE 'UTC'";

/// Why the answer to an expression would be wrong, if it would.
pub(super) fn why(one: &Expr, schema: &DFSchema) -> Option<&'static str> {
    let Expr::Cast(Cast { expr, field }) = one else { return None };
    let DataType::Timestamp(_, to) = field.data_type() else { return None };
    let DataType::Timestamp(_, Some(from)) = expr.get_type(schema).ok()? else { return None };
    let is_utc = matches!(from.as_ref(), "UTC" | "+00:00" | "Z");
    match to {
        None if !is_utc => Some(WALL),
        Some(_) if is_of_an_instant(expr, schema) => Some(TWICE),
        _ => None,
    }
}

/// Whether an expression brings an instant to a zone.
fn is_of_an_instant(one: &Expr, schema: &DFSchema) -> bool {
    let Expr::Cast(Cast { expr, .. }) = one else { return false };
    matches!(expr.get_type(schema), Ok(DataType::Timestamp(_, Some(_))))
}

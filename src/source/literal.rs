//! Param values as literals of each engine, so that a value can never become structure of a query.

use super::EngineName;
use crate::check::ParamValue;

/// `value` as a literal of `engine`; a list is its elements in parentheses, as `IN` takes it.
pub fn literal(engine: EngineName, value: &ParamValue) -> String {
    let _ = (engine, value);
    todo!()
}

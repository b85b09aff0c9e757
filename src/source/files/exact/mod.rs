//! Makes the arithmetic of a query exact where DataFusion's wraps: sums, averages, and `+ − ×` of integers and decimals.

mod aggregate;
mod arithmetic;
mod distinct;
mod groups;
mod number;
mod outcome;
mod running;

use datafusion::execution::session_state::SessionStateBuilder;

/// Replaces what wraps or passes through a float.
pub(super) fn install(state: SessionStateBuilder) -> SessionStateBuilder {
    state.with_analyzer_rule(std::sync::Arc::new(arithmetic::Checked))
}

pub(super) use aggregate::aggregates;

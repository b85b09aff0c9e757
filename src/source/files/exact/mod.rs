//! Makes the arithmetic of a query exact where DataFusion's wraps or rounds: sums, averages, `+ − ×` of integers and decimals, and
//! floats beside other numbers.

mod aggregate;
mod arithmetic;
mod distinct;
mod doubles;
mod extremes;
mod groups;
mod number;
mod outcome;
mod rewrite;
mod running;

use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::optimizer::Analyzer;

/// Replaces what wraps, passes through a float, or loses the digits of one.
pub(super) fn install(state: SessionStateBuilder) -> SessionStateBuilder {
    let mut rules = Analyzer::new().rules;
    rules.insert(0, std::sync::Arc::new(doubles::Doubles));
    rules.push(std::sync::Arc::new(arithmetic::Checked));
    state.with_analyzer_rules(rules)
}

pub(super) use aggregate::aggregates;
pub(super) use extremes::extremes;

//! What may stand between a run and its sources: who keeps answers, or gives kept ones in place of a source.

use std::fmt;
use std::sync::Arc;

use super::engine::Engine;
use crate::model::Side;

/// Stands between a run and its sources. `number` counts the sources of a run; the same checks have the same numbers.
pub(crate) trait Interpose: fmt::Debug + Send + Sync {
    /// Returns what is asked in place of a source itself: who it is, and what time it has.
    fn source(&self, number: usize, engine: Arc<dyn Engine>) -> Arc<dyn Engine>;

    /// Returns what is asked in place of that for the queries of `side`.
    fn side(&self, number: usize, side: Side, engine: Arc<dyn Engine>) -> Arc<dyn Engine>;
}

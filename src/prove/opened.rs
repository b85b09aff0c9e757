//! Opens a source of a suite, for what only its engine knows.

use std::sync::Arc;

use crate::source;
use crate::source::Engine;
use crate::suite::Suite;

/// Returns the engine of a source; connects to nothing yet.
///
/// # Errors
/// A name or a URL that is none.
pub(super) fn opened(suite: &Suite, source: &str) -> Result<Arc<dyn Engine>, String> {
    let spec = suite.sources.get(source).ok_or("the suite has no such source")?;
    let url = spec.resolve(suite.folder(), |name| std::env::var(name).ok()).map_err(|error| error.to_string())?;
    source::open(&url, &spec.options).map_err(|error| error.message)
}

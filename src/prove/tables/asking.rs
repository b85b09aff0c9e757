//! Questions of our own to a source, within the limits of a proof.

use std::time::Duration;

use crate::frame::{Frame, Value};
use crate::source;
use crate::source::{CancellationToken, Engine};

/// Asks a source, within the limits of a proof.
pub(super) struct Asking<'a> {
    pub(super) engine: &'a dyn Engine,
    pub(super) timeout: Duration,
    pub(super) stop: &'a CancellationToken,
}

impl Asking<'_> {
    /// Returns the answer to `sql`; the error is what the source said.
    pub(super) async fn ask(&self, sql: &str) -> Result<Frame, String> {
        let answer = source::query(self.engine, sql, self.timeout, self.stop).await;
        Ok(answer.map_err(|error| error.message)?.frame)
    }

    /// Returns whether `sql` has a row; one that is refused has none.
    pub(super) async fn any(&self, sql: &str) -> bool {
        let counted = self.ask(&format!("SELECT COUNT(*) AS n FROM ({sql}) AS cutover_found")).await;
        counted.is_ok_and(|frame| count(&frame) > 0)
    }
}

/// Returns the count that is an answer.
pub(super) fn count(frame: &Frame) -> u64 {
    match frame.names().first().and_then(|name| frame.values(name).into_iter().next()) {
        Some(Value::Integer(count)) => u64::try_from(count).unwrap_or(0),
        _ => 0,
    }
}

//! Isolates what a run does beside its verdict: a defect in it is shown, and costs neither verdict nor report.

use std::future::Future;

use super::console;
use crate::isolation;

/// What is said of something that met a defect.
pub(super) const DEFECT: &str = "cutover met a defect of its own";

/// Does `work`, called `what` in messages; returns nothing where it panicked.
pub(super) fn best_effort<T>(what: &str, work: impl FnOnce() -> T) -> Option<T> {
    isolation::caught(work).map_err(|_| complain(what)).ok()
}

/// Does the same for a future.
pub(super) async fn best_effort_async<T>(what: &str, work: impl Future<Output = T>) -> Option<T> {
    isolation::isolated(work).await.map_err(|_| complain(what)).ok()
}

fn complain(what: &str) {
    console::complain(&format!("cutover run: {DEFECT} in {what}, which is left out; please report it\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a defect in what follows a verdict that takes verdict and report with it.
    #[tokio::test]
    async fn what_breaks_beside_a_verdict_is_left_out() {
        assert_eq!(best_effort("a test", || panic!("{}", "beside")).map(|()| 0), None);
        assert_eq!(best_effort("a test", || 3), Some(3));
        assert_eq!(best_effort_async("a test", async { panic!("{}", "beside") }).await.map(|()| 0), None);
        assert_eq!(best_effort_async("a test", async { 3 }).await, Some(3));
    }
}

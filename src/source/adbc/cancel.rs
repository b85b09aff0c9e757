//! Stops what a driver does when nobody waits for it any longer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adbc_core::CancelHandle;

/// Pause before a driver is told again: one that has not begun yet forgets that it was told.
const PAUSE: Duration = Duration::from_millis(20);

/// Tells a driver to stop.
#[derive(Clone, Default)]
pub(in crate::source) struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    /// What the statement that runs is stopped by.
    running: Mutex<Option<Box<dyn CancelHandle>>>,
}

impl Cancel {
    /// Notes what runs from here on; `false` where it must not begin.
    pub(super) fn begin(&self, handle: Box<dyn CancelHandle>) -> bool {
        *self.running() = Some(handle);
        !self.cancelled()
    }

    /// Notes that nothing runs any longer.
    pub(super) fn end(&self) {
        *self.running() = None;
    }

    pub(super) fn cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        let told = self.clone();
        std::thread::spawn(move || {
            // A driver that cannot be told has to be waited for.
            while told.running().as_ref().is_some_and(|handle| handle.try_cancel().is_ok()) {
                std::thread::sleep(PAUSE);
            }
        });
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Box<dyn CancelHandle>>> {
        self.0.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Cancels when it is dropped, which is what happens to a query that is given up.
pub(in crate::source) struct GivenUp(Option<Cancel>);

impl GivenUp {
    pub(in crate::source) fn new(cancel: &Cancel) -> Self {
        GivenUp(Some(cancel.clone()))
    }

    /// Cancels no longer: the query is done.
    pub(in crate::source) fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for GivenUp {
    fn drop(&mut self) {
        if let Some(cancel) = &self.0 {
            cancel.cancel();
        }
    }
}

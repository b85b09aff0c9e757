//! Connections of one source between queries: at most so many at once, an idle one lent again.
//!
//! Whoever runs a query owns its connection. Only one whose query ended cleanly is given back; one
//! dropped in mid-query is closed. sqlx's own pool is not used because it takes a connection back
//! in the middle of a result, and hides why a server refused behind its own timeout.

use std::sync::Mutex;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Connections at once where the suite does not say.
const DEFAULT_CONNECTIONS: u32 = 16;

/// Idle connections, and the right to use one.
#[derive(Debug)]
pub(super) struct Idle<T> {
    kept: Mutex<Vec<T>>,
    slots: Semaphore,
}

impl<T> Idle<T> {
    /// Room for `most` connections in use at once, at least one.
    pub(super) fn new(most: Option<u32>) -> Self {
        let most = most.unwrap_or(DEFAULT_CONNECTIONS).max(1);
        Idle { kept: Mutex::new(Vec::new()), slots: Semaphore::new(most as usize) }
    }

    /// Waits for the right to use a connection; held for as long as it is used.
    pub(super) async fn slot(&self) -> SemaphorePermit<'_> {
        self.slots.acquire().await.expect("the semaphore is never closed")
    }

    /// The connection given back last, if any is idle.
    pub(super) fn take(&self) -> Option<T> {
        self.kept.lock().expect("no one panics while holding the list").pop()
    }

    /// Gives back a connection that is outside any transaction and has no result pending.
    pub(super) fn give(&self, connection: T) {
        self.kept.lock().expect("no one panics while holding the list").push(connection);
    }
}

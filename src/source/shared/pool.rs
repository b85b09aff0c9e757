//! Connections of one source between queries: at most so many at once, an idle one lent again.
//!
//! Whoever runs a query owns its connection. Only one whose query ended cleanly is given back; one
//! dropped in mid-query is closed. sqlx's own pool is not used because it takes a connection back
//! in the middle of a result, and hides why a server refused behind its own timeout.

use std::sync::Mutex;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::super::{Error, ErrorCode};

/// Connections at once where the suite does not say.
const DEFAULT_CONNECTIONS: u32 = 16;

const MAX: usize = Semaphore::MAX_PERMITS;

/// The right to use a connection, given to so many at once.
#[derive(Debug)]
pub(crate) struct Permits {
    free: Semaphore,
    most: u32,
}

impl Permits {
    /// Room for `most` connections in use at once, at least one.
    pub(crate) fn new(most: u32) -> Self {
        let most = most.max(1);
        Permits { free: Semaphore::new(usize::try_from(most).map_or(MAX, |most| most.min(MAX))), most }
    }

    /// Waits for the right to use a connection; held for as long as it is used.
    pub(crate) async fn slot(&self) -> SemaphorePermit<'_> {
        self.free.acquire().await.expect("the semaphore is never closed")
    }

    /// Waits for the right to use so many connections at once: all or none, so that two checks cannot wait for each
    /// other.
    pub(crate) async fn reserve(&self, connections: u32) -> Result<Option<SemaphorePermit<'_>>, Error> {
        if connections > self.most {
            return Err(Error::new(
                ErrorCode::CheckUnfit,
                format!(
                    "both sides are read at the same time, which takes {connections} connections, and `max_connections` \
                     of the source is {}; allow {connections}",
                    self.most
                ),
            ));
        }
        Ok(Some(self.free.acquire_many(connections).await.expect("the semaphore is never closed")))
    }
}

/// ConnectionPool connections, and the right to use one.
#[derive(Debug)]
pub(crate) struct ConnectionPool<T> {
    kept: Mutex<Vec<T>>,
    slots: Permits,
}

impl<T> ConnectionPool<T> {
    /// Room for `most` connections in use at once, at least one.
    pub(crate) fn new(most: Option<u32>) -> Self {
        ConnectionPool { kept: Mutex::new(Vec::new()), slots: Permits::new(most.unwrap_or(DEFAULT_CONNECTIONS)) }
    }

    /// Waits for the right to use a connection; held for as long as it is used.
    pub(crate) async fn slot(&self) -> SemaphorePermit<'_> {
        self.slots.slot().await
    }

    /// Waits for the right to use so many; see [`Permits::reserve`].
    pub(crate) async fn reserve(&self, connections: u32) -> Result<Option<SemaphorePermit<'_>>, Error> {
        self.slots.reserve(connections).await
    }

    /// The connection given back last, if any is idle.
    pub(crate) fn take(&self) -> Option<T> {
        self.kept.lock().expect("no one panics while holding the list").pop()
    }

    /// Gives back a connection that is outside any transaction and has no result pending.
    pub(crate) fn give(&self, connection: T) {
        self.kept.lock().expect("no one panics while holding the list").push(connection);
    }
}

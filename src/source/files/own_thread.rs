//! Work on threads of its own, where those of the runtime would wait for each other: work that waits for what the runtime reads
//! keeps the thread that would read it where no other starts.

use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

use tokio::sync::oneshot;

use super::super::{Error, ErrorCode};
use super::{joined, limits};
use crate::isolation::caught;

/// What is said where the system starts no thread.
pub(super) fn none_starts(cause: &std::io::Error) -> Error {
    let message = "no thread starts to read the files; allow the process more memory or threads";
    Error::caused(ErrorCode::SourceUnfit, message, cause)
}

/// Does `work`, which may wait.
///
/// # Errors
/// A thread that does not start, and a panic.
pub(super) async fn done<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let (tell, told) = oneshot::channel();
    let work = move || drop(tell.send(caught(work)));
    let thread = Builder::new().name("files".to_owned()).stack_size(limits::WORKER_STACK).spawn(work);
    joined::later(thread.map_err(|cause| none_starts(&cause))?);
    let broken = |text: &str| Error::new(ErrorCode::SourceUnfit, format!("reading broke off: {text}"));
    match told.await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(panic)) => Err(broken(panic.text())),
        Err(_) => Err(broken("its thread ended")),
    }
}

/// Refuses where so many threads do not start at once.
pub(super) fn enough_start(threads: usize) -> Result<(), Error> {
    let gate = Mutex::new(());
    std::thread::scope(|scope| {
        // None ends before all have begun, or one has not.
        let _shut = gate.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..threads {
            let wait = || drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
            let started = Builder::new().stack_size(limits::WORKER_STACK).spawn_scoped(scope, wait);
            started.map_err(|cause| none_starts(&cause))?;
        }
        Ok(())
    })
}

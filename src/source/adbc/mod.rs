//! What the engines behind ADBC drivers share: how a driver is found and loaded, and how an answer is read.
//!
//! A driver is a library that is loaded at run time; none is linked. Its calls block, so that all of this belongs on
//! threads that may wait.

mod cancel;
mod library;
mod remote;
mod send;
mod statement;
mod version;

pub(super) use cancel::{Cancel, GivenUp};
pub use library::{Found, Library};
pub(super) use remote::{Remote, Server};
#[cfg(test)]
pub(super) use send::give;
pub(super) use send::{Vendor, columns, described, give_none, one_line, read, refused};
pub(super) use statement::query;

/// Runs `work` on a thread that may wait; a panic there goes on here.
pub(super) async fn waiting<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}

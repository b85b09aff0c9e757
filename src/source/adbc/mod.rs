//! What the engines behind ADBC drivers share: how a driver is found and loaded, and how an answer is read.
//!
//! A driver is a library that is loaded at run time; none is linked. Its calls block, so that all of this belongs on
//! threads that may wait.

mod cancel;
mod library;
mod send;
mod version;

pub(super) use cancel::{Cancel, GivenUp};
pub use library::{Found, Library};
pub(super) use send::{read, refused};

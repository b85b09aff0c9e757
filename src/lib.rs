//! cutover proves that a new schema tells the same story as the old one before reads move to it.
//!
//! The program is its command line, and its reports are what others may build on. Nothing here is an interface: what is not
//! private is there for the program's own tests and benchmarks, and changes without notice.

#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod compare;
#[doc(hidden)]
pub mod demo;
mod exit_code;
#[doc(hidden)]
pub mod frame;
mod fs;
mod init;
mod isolation;
#[doc(hidden)]
pub mod model;
mod prove;
#[doc(hidden)]
pub mod record;
mod rehearse;
mod repair;
#[doc(hidden)]
pub mod report;
mod rowdiff;
mod run;
mod schema;
mod secret;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod spec;
#[doc(hidden)]
pub mod suite;
mod suppress;

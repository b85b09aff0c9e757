//! cutover proves that a new schema tells the same story as the old one before reads move to it.

pub mod cli;
pub mod compare;
pub mod demo;
pub mod exit_code;
pub mod frame;
pub mod fs;
pub mod init;
pub mod isolation;
pub mod model;
pub mod record;
pub mod rehearse;
pub mod report;
pub mod rowdiff;
pub mod run;
pub mod secret;
pub mod source;
pub mod spec;
pub mod suite;
pub mod suppress;

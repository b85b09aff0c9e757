//! cutover proves that a new schema tells the same story as the old one before reads move to it.

pub mod check;
pub mod cli;
pub mod compare;
pub mod demo;
pub mod diff;
pub mod earlier;
mod exact;
pub mod exit;
pub mod frame;
pub mod history;
pub mod init;
pub mod input;
pub mod isolation;
pub mod model;
pub mod output;
pub mod rehearse;
pub mod report;
pub mod rowdiff;
pub mod run;
pub mod secret;
pub mod source;
pub mod suite;
pub mod waiver;
pub mod webhook;

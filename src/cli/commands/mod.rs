//! Runs each command of the command line; one file per command.

pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod manual;
pub(crate) mod rehearse;
pub(crate) mod rerun;
pub(crate) mod run;
pub(crate) mod waive;
pub(crate) mod waive_toml;

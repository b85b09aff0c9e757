//! Runs the commands of the command line, each in a file or folder of its own. None knows of another.

pub(super) mod demo;
pub(super) mod diff;
pub(super) mod drivers;
pub(super) mod history;
pub(super) mod init;
pub(super) mod list;
pub(super) mod manual;
pub(super) mod prove;
pub(super) mod rehearse;
pub(super) mod rerun;
pub(super) mod run;
pub(super) mod schema;
pub(super) mod show;
pub(super) mod validate;
pub(super) mod version;
pub(super) mod waive;

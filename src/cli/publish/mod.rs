//! Publishes a finished run: reports, history, notifications and CI annotations.

pub(crate) mod finished;
pub(crate) mod github;
pub(crate) mod history;
pub(crate) mod last_run;
pub(crate) mod notify;
pub(crate) mod repair;
pub(crate) mod reports;
mod webhook;

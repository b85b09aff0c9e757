//! Declares the flags that several commands share, and parses their values.

mod run;
mod shared;
pub(crate) mod value_parsers;

pub(crate) use run::{RunArgs, SUITES};
pub(crate) use shared::{
    DetailArgs, HistoryPlaceArgs, LookArgs, NotifyArgs, OverrideArgs, PrivacyArgs, RepairArgs, ReportArgs, WebhookText,
};

//! Carries what a check found out of the run: masked, redacted, truncated, written to Parquet.

pub(crate) mod fanout;
pub(crate) mod mask;
pub(crate) mod near;
pub(crate) mod parquet;
pub(crate) mod privacy;
pub(crate) mod redact;
pub(crate) mod repairs;
pub(crate) mod row_text;
pub(crate) mod shown;
pub(crate) mod truncate;
pub(crate) mod unused_columns;
pub(crate) mod unused_waivers;
pub(crate) mod withheld;

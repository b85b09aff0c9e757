//! BigQuery through its ADBC driver: queries of a project, each a job of its own.
//!
//! BigQuery has no session that only reads and no snapshot over several queries: what keeps it from writing is the gate, and
//! the rights of the account. Its driver ends an answer that broke off as if it were whole, so each answer is counted.

mod capacity;
mod catalog;
mod declared;
mod dialect;
mod lexer;
mod parameters;
mod project;
mod send;
mod server_diff;
mod session;
#[cfg(test)]
mod tests;
mod types;
mod vendor;

use std::sync::Arc;

use super::adbc::Remote;
use super::engine::{Access, Capabilities, Driver, PathOf};

use parameters::PARAMETERS;
use project::{LIBRARY, Project};
use session::BigQuery;

/// What is known of BigQuery before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "bigquery",
    dialect: &dialect::BigQuery,
    capabilities: Capabilities {
        library: Some(&LIBRARY),
        in_utc: true,
        ignores_case: true,
        unordered_float_sums: true,
        ..Capabilities::NONE
    },
    catalog: &catalog::InformationSchema,
    access: &[Access::Server {
        schemes: &["adbc:bigquery"],
        aliases: &[],
        parameters: &PARAMETERS,
        path: PathOf::Database,
        open: |url, options, shown| Ok(Arc::new(Remote::new(BigQuery(Project::new(url, options, &shown)?, &DRIVER)))),
    }],
};

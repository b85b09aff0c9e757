//! Snowflake through its ADBC driver: sessions of an account, each set up the same as it logs in.
//!
//! Snowflake has no session that only reads and no snapshot over several queries: what keeps it from writing is the gate,
//! and the rights of the role.

mod account;
mod capacity;
mod catalog;
mod declared;
mod dialect;
mod lexer;
mod parameters;
mod server_diff;
mod session;
#[cfg(test)]
mod tests;
mod types;
mod vendor;

use std::sync::Arc;

use super::adbc::Remote;
use super::engine::{Access, Capabilities, Driver, PathOf};

use account::{Account, LIBRARY};
use parameters::PARAMETERS;
use session::Snowflake;

/// What is known of Snowflake before a source is opened.
pub(super) static DRIVER: Driver = Driver {
    name: "snowflake",
    dialect: &dialect::Snowflake,
    capabilities: Capabilities { library: Some(&LIBRARY), unordered_float_sums: true, ..Capabilities::NONE },
    catalog: &catalog::InformationSchema,
    access: &[Access::Server {
        schemes: &["adbc:snowflake"],
        aliases: &[],
        parameters: &PARAMETERS,
        path: PathOf::Database,
        open: |url, options, shown| Ok(Arc::new(Remote::new(Snowflake(Account::new(url, options, &shown)?, &DRIVER)))),
    }],
};

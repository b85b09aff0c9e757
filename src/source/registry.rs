//! Every engine: a folder beside this file and a line here.

use super::engine::Driver;
use super::{clickhouse, duckdb, files, mysql, postgres, spark, sqlite};

/// The engines, in the order in which they are listed for people.
pub static DRIVERS: [&Driver; 7] = [
    &clickhouse::DRIVER,
    &postgres::DRIVER,
    &mysql::DRIVER,
    &sqlite::DRIVER,
    &duckdb::DRIVER,
    &spark::DRIVER,
    &files::DRIVER,
];

/// The engine of this name.
pub fn driver(name: &str) -> Option<&'static Driver> {
    DRIVERS.into_iter().find(|driver| driver.name == name)
}

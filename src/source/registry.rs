//! Every engine: a folder beside this file and a line here.

use super::engine::Driver;
use super::{bigquery, clickhouse, duckdb, files, mysql, postgres, snowflake, spark, sqlite};

/// The engines, in the order in which they are listed for people.
pub static DRIVERS: [&Driver; 9] = [
    &clickhouse::DRIVER,
    &postgres::DRIVER,
    &mysql::DRIVER,
    &sqlite::DRIVER,
    &duckdb::DRIVER,
    &spark::DRIVER,
    &snowflake::DRIVER,
    &bigquery::DRIVER,
    &files::DRIVER,
];

/// The engine of this name.
pub fn driver(name: &str) -> Option<&'static Driver> {
    DRIVERS.into_iter().find(|driver| driver.name == name)
}

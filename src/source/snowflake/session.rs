//! An account of Snowflake as a source asks it.

use adbc_driver_manager::ManagedConnection;

use super::super::adbc::{Cancel, Server, described, query, read};
use super::super::catalog::Cells;
use super::super::engine::Driver;
use super::super::error::Error;
use super::super::pushdown::Described;
use super::super::shared::batch_sink::BatchSink;
use super::super::shared::pool::ConnectionPool;
use super::account::Account;
use super::server_diff;
use super::vendor::OfSnowflake;
use crate::model::SourceReport;

/// An account, and the driver that it is reached by.
pub(super) struct Snowflake(pub(super) Account, pub(super) &'static Driver);

impl Server for Snowflake {
    fn driver(&self) -> &'static Driver {
        self.1
    }

    fn sessions(&self) -> &ConnectionPool<ManagedConnection> {
        &self.0.sessions
    }

    fn connect(&self) -> Result<ManagedConnection, Error> {
        self.0.connect()
    }

    fn send(
        &self,
        connection: &mut ManagedConnection,
        sql: &str,
        rows: &mut BatchSink,
        cancel: &Cancel,
    ) -> Result<(), Error> {
        read(connection, &OfSnowflake, query(self.1.dialect, sql)?, rows, cancel).map(|_| ())
    }

    fn described(
        &self,
        connection: &mut ManagedConnection,
        sql: &str,
        cancel: &Cancel,
    ) -> Result<Option<Vec<Described>>, Error> {
        let schema = described(connection, &OfSnowflake, query(self.1.dialect, sql)?, cancel)?;
        Ok(Some(server_diff::described(&schema)))
    }

    fn about(&self) -> &'static str {
        "SELECT current_version() AS \"version\""
    }

    fn report(&self, told: &Cells) -> SourceReport {
        SourceReport {
            engine: self.1.name.to_owned(),
            // Behind the version may stand the build.
            version: told.text(0, "version").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned(),
            timezone: self.0.zone.clone(),
            url: self.0.shown.clone(),
            tls: self.0.tls.as_str().to_owned(),
            settings: self.0.settings.iter().cloned().collect(),
            ..SourceReport::default()
        }
    }

    fn clock(&self) -> &'static str {
        "SELECT current_timestamp() AS \"now\""
    }

    fn shown(&self) -> &str {
        &self.0.shown
    }
}

//! A project of BigQuery as a source asks it.

use adbc_driver_manager::ManagedConnection;

use super::super::adbc::{Cancel, Server};
use super::super::catalog::Cells;
use super::super::engine::Driver;
use super::super::error::Error;
use super::super::pushdown::Described;
use super::super::shared::batch_sink::BatchSink;
use super::super::shared::pool::ConnectionPool;
use super::super::tls::Tls;
use super::project::Project;
use super::send;
use super::vendor::OfBigQuery;
use crate::model::SourceReport;

/// A project, and the driver that it is reached by.
pub(super) struct BigQuery(pub(super) Project, pub(super) &'static Driver);

impl Server for BigQuery {
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
        send::send(connection, &OfBigQuery { sent_with: &self.0.sent_with }, sql, rows, cancel)
    }

    fn described(
        &self,
        connection: &mut ManagedConnection,
        sql: &str,
        cancel: &Cancel,
    ) -> Result<Option<Vec<Described>>, Error> {
        send::described(connection, &OfBigQuery { sent_with: &self.0.sent_with }, sql, cancel).map(Some)
    }

    fn about(&self) -> &'static str {
        "SELECT @@time_zone AS zone"
    }

    fn report(&self, told: &Cells) -> SourceReport {
        SourceReport {
            engine: self.1.name.to_owned(),
            timezone: told.text(0, "zone").unwrap_or_default(),
            url: self.0.shown.clone(),
            tls: Tls::Verified.as_str().to_owned(),
            settings: self.0.settings.iter().cloned().collect(),
            ..SourceReport::default()
        }
    }

    fn clock(&self) -> &'static str {
        "SELECT CURRENT_TIMESTAMP() AS now"
    }

    fn shown(&self) -> &str {
        &self.0.shown
    }
}

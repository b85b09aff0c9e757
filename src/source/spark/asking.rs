//! Statements and questions of our own in a session.

use adbc_driver_manager::ManagedConnection;

use super::super::adbc::{Cancel, read};
use super::super::catalog::Cells;
use super::super::error::Error;
use super::super::gate::ReadQuery;
use super::super::shared::batch_sink::BatchSink;
use super::lexer::LEXERS;
use super::server::run;
use super::vendor::{OfSpark, unmade};
use crate::model::ErrorCode;

/// Makes a view by a statement of our own.
///
/// # Errors
/// What Spark says.
pub(super) fn make(connection: &mut ManagedConnection, sql: &str) -> Result<(), Error> {
    run(connection, sql).map_err(|cause| unmade(&cause))
}

/// What Spark answers to a question of our own.
///
/// # Errors
/// What Spark says.
pub(super) fn asked(connection: &mut ManagedConnection, sql: &str, cancel: &Cancel) -> Result<Cells, Error> {
    let mut told = BatchSink::Whole(None);
    read(connection, &OfSpark { described: None }, ReadQuery::check(&LEXERS[0], sql)?, &mut told, cancel)?;
    match told {
        BatchSink::Whole(Some(frame)) => Ok(Cells::of(&frame)),
        _ => Err(Error::new(ErrorCode::QueryRefused, "Spark gave no answer; run the check again")),
    }
}

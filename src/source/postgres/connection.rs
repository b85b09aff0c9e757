//! Connections, each in a read-only transaction that carries every setting.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgRow};

use super::super::answer::QueryHandle;
use super::super::error::{CONNECT_LIMIT, Error, no_answer, timed_out};
use super::server::Postgres;
use super::{error, options, settings};
use crate::model::ErrorCode;

/// How long a query of our own, such as the server's clock, may take.
const OWN_QUERY_LIMIT: Duration = Duration::from_secs(30);

impl Postgres {
    pub(super) async fn connect(&self) -> Result<PgConnection, Error> {
        match tokio::time::timeout(CONNECT_LIMIT, options::connect(&self.connect, self.mode)).await {
            Ok(Ok((connection, tls))) => {
                self.made.note(tls);
                Ok(connection)
            }
            Ok(Err(cause)) => Err(error::connecting(&self.shown, self.passed_over.as_deref(), &cause)),
            Err(_) => Err(no_answer(&self.shown)),
        }
    }

    /// A connection in a read-only transaction with its settings; its backend is on the ticket.
    pub(super) async fn begin(&self, timeout: Duration, ticket: &QueryHandle) -> Result<PgConnection, Error> {
        // An idle connection may have been closed by the server; only a fresh one tells whether it is there.
        while let Some(mut connection) = self.idle.take() {
            match self.enter(&mut connection, timeout, ticket).await {
                Err(refused) if refused.code.is_of_connection() => {}
                Err(refused) => return Err(refused),
                Ok(()) => return Ok(connection),
            }
        }
        let mut connection = self.connect().await?;
        self.enter(&mut connection, timeout, ticket).await?;
        Ok(connection)
    }

    pub(super) async fn enter(
        &self,
        connection: &mut PgConnection,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<(), Error> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        sqlx::raw_sql(begin).execute(&mut *connection).await.map_err(|e| error::running(begin, timeout, &e))?;
        let (mut names, mut values): (Vec<String>, Vec<String>) = self.settings.iter().cloned().unzip();
        names.push("statement_timeout".to_owned());
        values.push(format!("{}ms", timeout.as_millis().clamp(1, i32::MAX as u128)));
        let set = "SELECT pg_backend_pid(), count(set_config(name, value, true)), \
                   (SELECT array_agg(current_setting(name, true) ORDER BY place) \
                    FROM unnest($3::text[]) WITH ORDINALITY AS asked(name, place)) \
                   FROM unnest($1::text[], $2::text[]) AS setting(name, value)";
        let asked: Vec<&str> = settings::MEANING.iter().map(|(name, ..)| *name).collect();
        let query = sqlx::query_as(set).bind(names).bind(values).bind(asked).persistent(false);
        let (backend, _, held): (i32, i64, Vec<Option<String>>) =
            query.fetch_one(connection).await.map_err(|cause| {
                let refused = error::running(set, timeout, &cause);
                let message =
                    format!("the session could not be set up (time zone, timeout, settings): {}", refused.message);
                Error { message, ..refused }
            })?;
        settings::judge(&held, &self.reported).map_err(|why| {
            Error::new(ErrorCode::SourceUnfit, format!("a session at {} cannot be used for checks: {why}", self.shown))
        })?;
        ticket.note(backend.to_string());
        Ok(())
    }

    /// Ends the transaction and gives the connection back; one that cannot end it is closed.
    pub(super) async fn leave(&self, mut connection: PgConnection) {
        let ended = async {
            connection.clear_cached_statements().await?;
            sqlx::raw_sql("ROLLBACK").execute(&mut connection).await
        };
        if ended.await.is_ok() {
            self.idle.give(connection);
        }
    }

    /// One row of a query of our own, in a transaction like every other.
    pub(super) async fn own<T>(&self, sql: &'static str, names: &[String]) -> Result<T, Error>
    where
        T: for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin,
    {
        let _slot = self.idle.slot().await;
        let asked = async {
            let mut connection = self.begin(OWN_QUERY_LIMIT, &QueryHandle::default()).await?;
            let query = sqlx::query_as(sql).bind(names).persistent(false);
            let row = query.fetch_one(&mut connection).await;
            let row = row.map_err(|cause| error::running(sql, OWN_QUERY_LIMIT, &cause))?;
            self.leave(connection).await;
            Ok(row)
        };
        tokio::time::timeout(OWN_QUERY_LIMIT, asked).await.unwrap_or_else(|_| Err(timed_out(OWN_QUERY_LIMIT)))
    }
}

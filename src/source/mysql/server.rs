//! A server: its options, its idle sessions, and transactions in them.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};

use super::super::answer::QueryHandle;
use super::super::error::{CONNECT_LIMIT, Error, no_answer, timed_out};
use super::super::options::SourceOptions;
use super::super::shared::pool::ConnectionPool;
use super::super::tls::Made;
use super::session::{OWN_QUERY_LIMIT, Session};
use super::{error, options, session};
use crate::model::ErrorCode;

/// Statements that stay prepared in a session.
const STATEMENTS_KEPT: usize = 64;

/// A MySQL or MariaDB server.
pub struct MySql {
    pub(super) connect: MySqlConnectOptions,
    pub(super) made: Made,
    pub(super) idle: ConnectionPool<Session>,
    pub(super) timezone: String,
    /// The session's distance from UTC in seconds; absent where the zone has no fixed one.
    pub(super) offset: Option<i32>,
    /// Settings of the suite, their names checked.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) shown: String,
}

impl MySql {
    /// A source that connects on first use; `shown` is the URL without its password.
    ///
    /// # Errors
    /// A URL with a part that cannot be read, or a setting whose name is no name.
    pub fn open(url: &url::Url, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        let connect = options::options(url)
            .map_err(|cause| {
                Error::caused(
                    ErrorCode::SourceUnfit,
                    format!("{shown} cannot be used; check the parts of the URL"),
                    &cause,
                )
            })?
            .charset("utf8mb4")
            // The server's own modes, so that a query means here what it means in the user's client.
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            // Statements stay prepared for the life of a session: sqlx closes one by a packet that waits for the
            // server's delayed acknowledgement, some 40 ms each time.
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        // A name stands in SQL as it is, only values can be bound.
        let odd = |name: &&String| name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if let Some(name) = options.settings.keys().find(odd) {
            let message = format!("`{name}` is no name of a session variable; check `settings` of {shown}");
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        if let Some(name) = options.settings.keys().find(|name| session::OURS.contains(&name.to_lowercase().as_str())) {
            let hint = "the zone of a source is its `timezone`, its text is always UTF-8, it only reads, and it reads every row";
            return Err(Error::new(ErrorCode::SourceUnfit, format!("`{name}` cannot be a setting of {shown}; {hint}")));
        }
        let given = options.timezone.as_deref().unwrap_or("UTC");
        // Named zones, UTC among them, exist only where their tables were loaded.
        let timezone = if ["UTC", "Z"].contains(&given) { "+00:00" } else { given };
        Ok(MySql {
            connect,
            made: Made::default(),
            idle: ConnectionPool::new(options.max_connections),
            timezone: timezone.to_owned(),
            offset: fixed_offset(timezone),
            settings: options.settings.clone(),
            shown,
        })
    }

    pub(super) async fn connect(&self) -> Result<MySqlConnection, Error> {
        match tokio::time::timeout(CONNECT_LIMIT, options::connect(&self.connect)).await {
            Ok(Ok((connection, tls))) => {
                self.made.note(tls);
                Ok(connection)
            }
            Ok(Err(cause)) => Err(error::connecting(&self.shown, &cause)),
            Err(_) => Err(no_answer(&self.shown)),
        }
    }

    /// A session in a read-only transaction; its connection is on the ticket.
    pub(super) async fn begin(&self, timeout: Duration, ticket: &QueryHandle) -> Result<Session, Error> {
        // An idle connection may have been closed by the server; only a fresh one tells whether it is there.
        while let Some(mut session) = self.idle.take() {
            match session.enter(timeout, ticket).await {
                Err(refused) if refused.code.is_of_connection() => {}
                Err(refused) => return Err(refused),
                Ok(()) => return Ok(session),
            }
        }
        let mut session = Session::open(self.connect().await?, &self.timezone, &self.settings).await?;
        session.enter(timeout, ticket).await?;
        Ok(session)
    }

    /// Ends the transaction and gives the session back; one that cannot end it is closed.
    pub(super) async fn leave(&self, mut session: Session) {
        if sqlx::raw_sql("ROLLBACK").execute(&mut session.connection).await.is_ok() {
            self.idle.give(session);
        }
    }

    /// Runs `ask` in a transaction like every other.
    pub(super) async fn own<T>(
        &self,
        ask: impl AsyncFnOnce(&mut Session) -> Result<T, sqlx::Error>,
    ) -> Result<T, Error> {
        let _slot = self.idle.slot().await;
        let asked = async {
            let mut session = self.begin(OWN_QUERY_LIMIT, &QueryHandle::default()).await?;
            let told = ask(&mut session).await.map_err(|cause| error::running(OWN_QUERY_LIMIT, &cause))?;
            self.leave(session).await;
            Ok(told)
        };
        tokio::time::timeout(OWN_QUERY_LIMIT, asked).await.unwrap_or_else(|_| Err(timed_out(OWN_QUERY_LIMIT)))
    }
}

/// Seconds east of UTC of an offset such as `+05:30`.
fn fixed_offset(timezone: &str) -> Option<i32> {
    let (sign, rest) = match timezone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60))
}

#[cfg(test)]
mod tests {
    use super::fixed_offset;

    #[test]
    fn only_an_offset_is_fixed() {
        assert_eq!(fixed_offset("+00:00"), Some(0));
        assert_eq!(fixed_offset("-03:30"), Some(-12_600));
        assert_eq!(fixed_offset("Europe/Berlin"), None);
        assert_eq!(fixed_offset("SYSTEM"), None);
        assert_eq!(fixed_offset(""), None);
    }
}

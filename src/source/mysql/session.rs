//! A connection of MySQL that is set up: once when it is opened, and for each transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Row};

use super::error;
use crate::model::Warning;
use crate::source::{Error, Fault, Ticket};

/// How long a query of our own, such as the server's clock, may take.
pub(super) const OWN_QUERY_LIMIT: Duration = Duration::from_secs(30);

/// Variables that a suite may not set, because reading values depends on them or writing would become possible.
pub(super) const OURS: [&str; 6] = [
    "time_zone",
    "character_set_results",
    "character_set_client",
    "character_set_connection",
    "transaction_read_only",
    "tx_read_only",
];

/// Holds for whatever begins after a transaction was ended from within, too.
const READ_ONLY: &str = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// sqlx asks every server for `IGNORE_SPACE`, in which names of functions are reserved words.
const OWN_MODES: &str = "SET SESSION sql_mode = IF(FIND_IN_SET('IGNORE_SPACE', @@GLOBAL.sql_mode), @@SESSION.sql_mode, \
     TRIM(BOTH ',' FROM REPLACE(CONCAT(',', @@SESSION.sql_mode, ','), ',IGNORE_SPACE,', ',')))";

/// By default `GROUP_CONCAT` keeps the first 1024 bytes, and two sides cut there look equal.
const WHOLE_GROUPS: &str = "SET SESSION group_concat_max_len = 1073741824";

/// By default a statement's first 64 warnings hide the others.
const EVERY_WARNING: &str = "SET SESSION max_error_count = 65535";

/// Warnings of a value that was cut or dropped: of `GROUP_CONCAT`, and past `max_allowed_packet`.
const CUT: [u64; 2] = [1260, 1301];

/// A connection that is set up.
pub(super) struct Session {
    pub(super) connection: MySqlConnection,
    pub(super) version: String,
}

impl Session {
    /// Sets up a connection: read-only, in `timezone`, with the settings of the suite.
    pub(super) async fn open(
        mut connection: MySqlConnection,
        timezone: &str,
        settings: &BTreeMap<String, String>,
    ) -> Result<Session, Error> {
        let failed = |what: &str, cause: &sqlx::Error| {
            let refused = error::running(OWN_QUERY_LIMIT, cause);
            Error { message: format!("the session could not be set up ({what}): {}", refused.message), ..refused }
        };
        let read_only = sqlx::raw_sql(READ_ONLY).execute(&mut connection).await;
        read_only.map_err(|cause| failed("read-only transactions", &cause))?;
        for sql in [OWN_MODES, WHOLE_GROUPS, EVERY_WARNING] {
            match sqlx::raw_sql(sql).execute(&mut connection).await {
                // An account that may not set it: the server then refuses the query, or warns of what it cut.
                Err(cause) if error::is_refusal(&cause) => {}
                other => other.map(drop).map_err(|cause| failed("settings", &cause))?,
            }
        }
        sqlx::query("SET SESSION time_zone = ?")
            .bind(timezone)
            .execute(&mut connection)
            .await
            .map_err(|cause| failed("time zone", &cause))?;
        for (name, value) in settings {
            let sql = format!("SET SESSION `{name}` = ?");
            let query = sqlx::query(AssertSqlSafe(sql));
            // A variable of a number takes no text.
            let query = match value.parse::<i64>() {
                Ok(number) => query.bind(number),
                Err(_) => query.bind(value),
            };
            query.execute(&mut connection).await.map_err(|cause| failed(&format!("setting `{name}`"), &cause))?;
        }
        let version = sqlx::query_scalar("SELECT CAST(VERSION() AS CHAR)");
        let version = version.fetch_one(&mut connection).await.map_err(|cause| failed("version", &cause))?;
        Ok(Session { connection, version })
    }

    /// Begins a read-only transaction of at most `timeout` per statement, and notes the connection on the ticket.
    pub(super) async fn enter(&mut self, timeout: Duration, ticket: &Ticket) -> Result<(), Error> {
        let failed = |cause: sqlx::Error| error::running(timeout, &cause);
        let limit = if self.version.to_ascii_lowercase().contains("mariadb") {
            format!("SET SESSION max_statement_time = {:.3}", timeout.as_secs_f64().max(0.001))
        } else {
            format!("SET SESSION max_execution_time = {}", timeout.as_millis().clamp(1, u32::MAX.into()))
        };
        match sqlx::raw_sql(AssertSqlSafe(limit)).execute(&mut self.connection).await {
            // An old server or an account that may not set it: the query is still cancelled from here.
            Err(cause) if error::is_refusal(&cause) => {}
            other => other.map(drop).map_err(failed)?,
        }
        let begin = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
        sqlx::raw_sql(begin).execute(&mut self.connection).await.map_err(failed)?;
        // From a derived table, because that also clears the warnings of earlier statements.
        let id = "SELECT id FROM (SELECT CAST(CONNECTION_ID() AS UNSIGNED) AS id) AS own";
        let id = sqlx::query_scalar::<_, u64>(id);
        ticket.note(id.fetch_one(&mut self.connection).await.map_err(failed)?.to_string());
        Ok(())
    }

    /// What the server warned of in the last statement, such as text read as the number 0.
    pub(super) async fn warnings(&mut self) -> Result<Vec<Warning>, Error> {
        let failed = |cause: sqlx::Error| error::running(OWN_QUERY_LIMIT, &cause);
        let shown = sqlx::raw_sql("SHOW WARNINGS").fetch_all(&mut self.connection).await.map_err(failed)?;
        let mut told: BTreeMap<u64, (usize, String)> = BTreeMap::new();
        for row in &shown {
            let first = row.try_get_unchecked(2).map_err(failed)?;
            told.entry(row.try_get_unchecked(1).map_err(failed)?).or_insert((0, first)).0 += 1;
        }
        if let Some((code, (_, first))) = told.iter().find(|(code, _)| CUT.contains(code)) {
            let way_out = "raise group_concat_max_len or max_allowed_packet at the server, or return rows instead";
            let message = format!("the server cut a value of the answer: {first} (warning {code}); {way_out}");
            return Err(Error::new(Fault::Query, message));
        }
        let warning = |(code, (times, first))| Warning {
            code: "server_warning".to_owned(),
            message: match times {
                1 => format!("the server warned: {first} (warning {code})"),
                _ => format!("the server warned {times} times, at first: {first} (warning {code})"),
            },
            table: None,
        };
        Ok(told.into_iter().map(warning).collect())
    }
}

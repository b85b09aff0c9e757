//! A connection of MySQL that is set up: once when it is opened, and for each transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::mysql::{MySqlColumn, MySqlConnection};
use sqlx::{AssertSqlSafe, Column, Row};

use super::super::lexer::Lexer;
use super::super::{Error, ErrorCode, QueryHandle};
use super::{error, settings};
use crate::model::{Warning, WarningCode};

/// How long a query of our own, such as the server's clock, may take.
pub(super) const OWN_QUERY_LIMIT: Duration = Duration::from_secs(30);

/// How much longer the server goes on than we wait, so that it is us who give up: a function whose time is up at the server
/// may have a value all the same.
const GRACE: Duration = Duration::from_secs(1);

/// Variables that a suite may not set, because reading values depends on them or writing would become possible.
pub(super) const OURS: [&str; 8] = [
    "max_error_count",
    "sql_select_limit",
    "time_zone",
    "character_set_results",
    "character_set_client",
    "character_set_connection",
    "transaction_read_only",
    "tx_read_only",
];

/// Holds for whatever begins after a transaction was ended from within, too.
const READ_ONLY: &str = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Warnings of a value that was cut or dropped: of `GROUP_CONCAT`, and past `max_allowed_packet`.
const CUT: [u64; 2] = [1260, 1301];

/// Warning of rows that are missing: past `LIMIT ROWS EXAMINED` or `max_recursive_iterations`.
const INCOMPLETE: u64 = 1931;

/// A connection that is set up.
pub(super) struct Session {
    pub(super) connection: MySqlConnection,
    pub(super) version: String,
    /// How its server reads a query.
    pub(super) lexer: &'static Lexer,
    /// The question for the connection's number and the variables that bear on answers.
    question: String,
    /// The names and values of these variables.
    held: Vec<(String, Option<String>)>,
}

impl Session {
    /// Sets up a connection: read-only, in `timezone`, with the settings of the suite.
    pub(super) async fn open(
        mut connection: MySqlConnection,
        timezone: &str,
        given: &BTreeMap<String, String>,
    ) -> Result<Session, Error> {
        let failed = |what: &str, cause: &sqlx::Error| {
            let refused = error::running(OWN_QUERY_LIMIT, cause);
            Error { message: format!("the session could not be set up ({what}): {}", refused.message), ..refused }
        };
        let read_only = sqlx::raw_sql(READ_ONLY).execute(&mut connection).await;
        read_only.map_err(|cause| failed("read-only transactions", &cause))?;
        let every_row = sqlx::raw_sql(settings::EVERY_ROW).execute(&mut connection).await;
        every_row.map_err(|cause| failed("sql_select_limit", &cause))?;
        let found = variables(&mut connection).await.map_err(|cause| failed("variables", &cause))?;
        let assignments = settings::assignments(&found);
        // One that is refused leaves the others unset.
        for set in [vec![assignments.join(", ")], assignments] {
            let mut all_set = true;
            for one in set {
                match sqlx::raw_sql(AssertSqlSafe(format!("SET {one}"))).execute(&mut connection).await {
                    // An account that may not set it; what came of it is judged below.
                    Err(cause) if error::is_refusal(&cause) => all_set = false,
                    other => other.map(drop).map_err(|cause| failed("settings", &cause))?,
                }
            }
            if all_set {
                break;
            }
        }
        sqlx::query("SET SESSION time_zone = ?")
            .bind(timezone)
            .execute(&mut connection)
            .await
            .map_err(|cause| failed("time zone", &cause))?;
        for (name, value) in given {
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
        let found = variables(&mut connection).await.map_err(|cause| failed("variables", &cause))?;
        settings::judge(&found, given).map_err(|why| {
            Error::new(ErrorCode::SourceUnfit, format!("a session of the server cannot be used for checks: {why}"))
        })?;
        let names: Vec<&str> = settings::names().filter(|name| found.contains_key(*name)).collect();
        let question = settings::question(names.iter().copied());
        let modes = found.get("sql_mode").map_or("", String::as_str);
        let has = |wanted: &str| modes.split(',').any(|mode| mode.eq_ignore_ascii_case(wanted));
        let lexer = super::lexer::of(!has("NO_BACKSLASH_ESCAPES"), has("ANSI_QUOTES"));
        let mut session = Session { connection, version, lexer, question, held: Vec::new() };
        let (_, held) = session.ask().await.map_err(|cause| failed("variables", &cause))?;
        session.held = held;
        Ok(session)
    }

    /// Begins a read-only transaction whose statements the server ends after `timeout`, and notes the connection on the
    /// ticket.
    pub(super) async fn enter(&mut self, timeout: Duration, ticket: &QueryHandle) -> Result<(), Error> {
        let failed = |cause: sqlx::Error| error::running(timeout, &cause);
        let at_server = timeout.saturating_add(GRACE);
        let limit = if self.version.to_ascii_lowercase().contains("mariadb") {
            format!("SET SESSION max_statement_time = {:.3}", at_server.as_secs_f64().max(0.001))
        } else {
            format!("SET SESSION max_execution_time = {}", at_server.as_millis().clamp(1, u32::MAX.into()))
        };
        match sqlx::raw_sql(AssertSqlSafe(limit)).execute(&mut self.connection).await {
            // An old server or an account that may not set it: the query is still cancelled from here.
            Err(cause) if error::is_refusal(&cause) => {}
            other => other.map(drop).map_err(failed)?,
        }
        let begin = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
        sqlx::raw_sql(begin).execute(&mut self.connection).await.map_err(failed)?;
        let (id, now) = self.ask().await.map_err(failed)?;
        ticket.note(id);
        // Behind a proxy the next transaction may have another connection of the server.
        if let Some(((name, was), (_, is))) = self.held.iter().zip(&now).find(|(was, is)| was != is) {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
            let message = format!(
                "the session's `{name}` was {} and became {} between two queries; connect to the server itself, not to a \
                 proxy that shares its connections",
                shown(was),
                shown(is)
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        Ok(())
    }

    /// The connection's number, and the values of the variables that bear on answers.
    async fn ask(&mut self) -> Result<(String, Vec<(String, Option<String>)>), sqlx::Error> {
        let row = sqlx::query(AssertSqlSafe(self.question.clone())).fetch_one(&mut self.connection).await?;
        let value = |(place, column): (usize, &MySqlColumn)| {
            Ok((column.name().to_owned(), row.try_get_unchecked::<Option<String>, _>(place)?))
        };
        let mut values = row.columns().iter().enumerate().map(value).collect::<Result<Vec<_>, sqlx::Error>>()?;
        let (_, id) = values.remove(0);
        Ok((id.unwrap_or_default(), values))
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
        if let Some((_, first)) = told.get(&INCOMPLETE) {
            let message = format!(
                "rows are missing from the answer: {first} (warning {INCOMPLETE}); let the query end by itself"
            );
            return Err(Error::new(ErrorCode::QueryRefused, message));
        }
        if let Some((code, (_, first))) = told.iter().find(|(code, _)| CUT.contains(code)) {
            let hint = "raise group_concat_max_len or max_allowed_packet at the server, or return rows instead";
            let message = format!("the server cut a value of the answer: {first} (warning {code}); {hint}");
            return Err(Error::new(ErrorCode::QueryRefused, message));
        }
        let warning = |(code, (times, first))| {
            Warning::new(
                WarningCode::ServerWarning,
                match times {
                    1 => format!("the server warned: {first} (warning {code})"),
                    _ => format!("the server warned {times} times, at first: {first} (warning {code})"),
                },
            )
        };
        Ok(told.into_iter().map(warning).collect())
    }
}

/// The variables of the declared table that the server has.
async fn variables(connection: &mut MySqlConnection) -> Result<BTreeMap<String, String>, sqlx::Error> {
    let names: Vec<String> = settings::names().map(|name| format!("'{name}'")).collect();
    let sql = format!("SHOW SESSION VARIABLES WHERE Variable_name IN ({})", names.join(", "));
    let shown = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await?;
    shown.iter().map(|row| Ok((row.try_get_unchecked(0)?, row.try_get_unchecked(1)?))).collect()
}

//! A connection to a database file: read-only, nothing authorised but reading, stopped when it is given up.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{ErrorCode as SqliteCode, OpenFlags};

use super::super::{Error, ErrorCode};
use super::beside;
use super::beside::Way;
use super::times;
use crate::model::{Warning, WarningCode};

/// Virtual machine steps between two looks at the cancellation.
const STEPS: i32 = 1_000;

/// Pause before a locked file is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// What stands for itself in the URI of a file.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// Functions of SQLite that do more than give a value.
const ACTING: [&str; 5] = ["load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"];

/// Pragmas that only tell, whatever stands in their parentheses.
const TELLING: [&str; 8] = [
    "table_list",
    "table_info",
    "table_xinfo",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "database_list",
];

/// Pragmas that only tell as long as they are given no value; full-text and spatial tables ask for them.
const TELLING_ALONE: [&str; 8] = [
    "data_version",
    "page_size",
    "page_count",
    "encoding",
    "user_version",
    "application_id",
    "schema_version",
    "collation_list",
];

/// Tells SQLite to stop.
#[derive(Clone, Debug, Default)]
pub(super) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub(super) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Cancels when it is dropped, which is what happens to a query that is given up.
pub(super) struct GivenUp(Option<Cancel>);

impl GivenUp {
    pub(super) fn new(cancel: &Cancel) -> Self {
        GivenUp(Some(cancel.clone()))
    }

    /// Cancels no longer: the query is done.
    pub(super) fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for GivenUp {
    fn drop(&mut self) {
        if let Some(cancel) = &self.0 {
            cancel.cancel();
        }
    }
}

/// An open connection, in a transaction that sees the file as it was when it began.
pub(super) struct Connection {
    pub(super) held: rusqlite::Connection,
    path: PathBuf,
    way: Way,
    cancel: Cancel,
}

impl Connection {
    /// Opens the file at `path`, which messages call `shown`, and waits up to `timeout` for another's lock.
    ///
    /// # Errors
    /// A file that is not there, is no database, or stays locked.
    pub(super) fn open(path: &Path, shown: &str, timeout: Duration, cancel: &Cancel) -> Result<Self, Error> {
        if let Some(what) = crate::fs::input::other(path) {
            let message = format!("{} is {what}, where a database file is needed; check the path", path.display());
            return Err(Error::new(ErrorCode::SourceMissing, message));
        }
        if !path.is_file() {
            let message = format!("there is no database file {}; check the path", path.display());
            return Err(Error::new(ErrorCode::SourceMissing, message));
        }
        let unopened = |cause: &dyn std::fmt::Display| {
            let hint = "check that it is a SQLite database that may be read";
            Error::new(ErrorCode::SourceUnfit, format!("cannot open {shown}: {cause}; {hint}"))
        };
        let path = path.canonicalize().map_err(|cause| unopened(&cause))?;
        let way = beside::way(&path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let held = rusqlite::Connection::open_with_flags(uri(&path, &way), flags);
        let connection =
            Connection { held: held.map_err(|cause| unopened(&text(&cause)))?, path, way, cancel: cancel.clone() };
        connection.restrict().map_err(|cause| unopened(&text(&cause)))?;
        connection.begin(timeout).map_err(|cause| connection.unopened(&cause, shown, timeout))?;
        Ok(connection)
    }

    /// What the reader must know of the way in which the file is read.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let left = (self.way == Way::LeavingIndex).then(|| Warning::new(WarningCode::IndexLeft, format!(
                "{} has changes in its write-ahead log (-wal) and no index of that (-shm); SQLite made one to read them, and \
                 it stays beside the file until a program that writes closes it",
                self.path.display()
            )));
        left.into_iter().collect()
    }

    /// Looks whether the file changed under a reading that takes it for one that does not.
    ///
    /// # Errors
    /// A file that did: what was read may be of two moments.
    pub(super) fn unchanged(&self) -> Result<(), Error> {
        match &self.way {
            Way::Unchanging(face) if beside::face(&self.path)? != *face => Err(self.disturbed()),
            _ => Ok(()),
        }
    }

    /// The error of SQLite as one for the reader.
    pub(super) fn refused(&self, cause: &rusqlite::Error) -> Error {
        // A file that is written to while it is read looks damaged.
        if let Err(disturbed) = self.unchanged() {
            return disturbed;
        }
        let text = text(cause);
        let code = cause.sqlite_error_code();
        let hint = match code {
            Some(SqliteCode::AuthorizationForStatementDenied) => "a check takes one statement that reads",
            Some(SqliteCode::DatabaseBusy | SqliteCode::DatabaseLocked) => {
                "another process writes to the file; try again when it is done"
            }
            Some(SqliteCode::ReadOnly) => "a check takes one statement that reads",
            Some(SqliteCode::NotADatabase) => "check that the URL names the right file",
            _ if text.contains("no such table") => "check the table's name, and that the URL names the right file",
            _ => "check the query",
        };
        Error::new(ErrorCode::QueryRefused, format!("SQLite refused the query: {text}; {hint}"))
    }

    fn disturbed(&self) -> Error {
        let message = format!(
            "{} was written to while it was read, so the rows may be of two moments; run the check again",
            self.path.display()
        );
        Error::new(ErrorCode::Connection, message)
    }

    /// Leaves nothing but reading, and looks at the cancellation now and then.
    fn restrict(&self) -> rusqlite::Result<()> {
        self.held.busy_timeout(Duration::ZERO)?;
        self.held.pragma_update(None, "query_only", true)?;
        self.held.create_collation(times::TIMES, times::order)?;
        self.held.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        let cancel = self.cancel.clone();
        self.held.progress_handler(STEPS, Some(move || cancel.cancelled()))
    }

    /// Begins a transaction and reads something, since only that takes the snapshot; waits for others here, where it can be
    /// given up.
    fn begin(&self, timeout: Duration) -> rusqlite::Result<()> {
        let started = Instant::now();
        self.held.execute_batch("BEGIN")?;
        self.held.authorizer(Some(allowed))?;
        loop {
            let first = self.held.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
            match &first {
                Err(cause) if busy(cause) && started.elapsed() < timeout && !self.cancel.cancelled() => {
                    std::thread::sleep(PAUSE);
                }
                _ => return first,
            }
        }
    }

    fn unopened(&self, cause: &rusqlite::Error, shown: &str, timeout: Duration) -> Error {
        if let Err(disturbed) = self.unchanged() {
            return disturbed;
        }
        let hint = match cause.sqlite_error_code() {
            Some(SqliteCode::DatabaseBusy | SqliteCode::DatabaseLocked) => {
                let waited = humantime::format_duration(timeout);
                format!("another process held its lock for {waited}; try again when it is done")
            }
            Some(SqliteCode::CannotOpen) if self.way == Way::LeavingIndex => {
                "its write-ahead log (-wal) has changes that nobody has taken over, and reading them takes an index (-shm) that \
                 may not be made in this folder; copy the file and its -wal into a folder that may be written to"
                    .to_owned()
            }
            Some(SqliteCode::ReadOnly) => {
                "a program died while it wrote to it, and what it left (-journal or -wal) may not be cleared up by a reader; open \
                 it once with write access, such as by `sqlite3 FILE .schema`"
                    .to_owned()
            }
            _ => "check that it is a SQLite database".to_owned(),
        };
        Error::new(ErrorCode::SourceUnfit, format!("cannot read {shown}: {}; {hint}", text(cause)))
    }
}

/// SQLite's own sentence, without the statement.
fn text(cause: &rusqlite::Error) -> String {
    match cause {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

fn busy(cause: &rusqlite::Error) -> bool {
    matches!(cause.sqlite_error_code(), Some(SqliteCode::DatabaseBusy | SqliteCode::DatabaseLocked))
}

/// The file as SQLite takes it with what has to be said of it.
fn uri(path: &Path, way: &Way) -> String {
    let immutable = if matches!(way, Way::Unchanging(_)) { "&immutable=1" } else { "" };
    format!("file:{}?mode=ro{immutable}", percent_encode(path.as_os_str().as_encoded_bytes(), &PLAIN))
}

/// Whether a statement may do this.
///
/// Writing rows is let through to the connection, which cannot: full-text and spatial tables prepare it when they are opened,
/// and whether the statement of a check writes is asked of the statement itself.
fn allowed(context: AuthContext<'_>) -> Authorization {
    let listed = |names: &[&str], name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    let may = match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Insert { .. } | AuthAction::Update { .. } | AuthAction::Delete { .. } => true,
        AuthAction::Function { function_name } => !listed(&ACTING, function_name),
        AuthAction::Pragma { pragma_name, pragma_value } => {
            listed(&TELLING, pragma_name) || (pragma_value.is_none() && listed(&TELLING_ALONE, pragma_name))
        }
        _ => false,
    };
    if may { Authorization::Allow } else { Authorization::Deny }
}

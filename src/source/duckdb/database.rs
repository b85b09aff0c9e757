//! A database file, opened once, read-only, and with all of DuckDB shut that reaches beyond it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use adbc_core::options::{OptionDatabase, OptionValue};
use adbc_core::{Connection, Database as _, Driver, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDatabase};

use super::super::adbc::{Library, Vendor};
use super::super::error::Error;
use super::super::options::SourceOptions;
use super::vendor::{LABEL, OfDuckDb};
use crate::model::ErrorCode;

/// DuckDB's driver, which is DuckDB.
pub(super) static LIBRARY: Library = Library {
    label: LABEL,
    name: "duckdb",
    url: "adbc:duckdb:PATH",
    entry: Some(b"duckdb_adbc_init"),
    variable: "CUTOVER_DUCKDB_DRIVER",
    hint: "DuckDB's own library is the driver: `npm install @duckdb/node-bindings-linux-x64` brings \
           node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so; set CUTOVER_DUCKDB_DRIVER to the path of it, or \
           `driver` of the source",
};

/// Settings that a source may have, by DuckDB's names.
const SETTINGS: [&str; 6] =
    ["memory_limit", "threads", TEMPORARY, "max_temp_directory_size", "enable_external_access", "allowed_directories"];

/// What the machine's time zone and locale would decide otherwise, the calendar of years among it, and the lock on all of it.
const SETTLED: [&str; 3] =
    ["SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL Calendar = 'gregorian'", "SET GLOBAL lock_configuration = true"];

/// What a database is opened with unless the suite says otherwise.
const FIXED: [(&str, &str); 4] = [
    ("enable_external_access", "false"),
    ("autoinstall_known_extensions", "false"),
    ("access_mode", "READ_ONLY"),
    // Types that Arrow has no name for are handed over as they are, not as something near them.
    ("arrow_lossless_conversion", "true"),
];

/// Where queries go on that need more memory than there is.
const TEMPORARY: &str = "temp_directory";

/// A database file.
pub(super) struct Database {
    path: PathBuf,
    shown: String,
    driver: Option<String>,
    settings: Vec<(String, String)>,
    opened: Mutex<Option<Arc<ManagedDatabase>>>,
}

/// A file that is open, by which driver and with which settings.
struct Open {
    path: PathBuf,
    driver: Option<String>,
    settings: Vec<(String, String)>,
    database: Weak<ManagedDatabase>,
}

/// Files that this process has open. A lock on a file belongs to the process, and whoever closes the file gives it up for all:
/// the same file is never opened twice.
static OPEN: Mutex<Vec<Open>> = Mutex::new(Vec::new());

impl Database {
    /// The file at `path`, which messages call `shown`; opens nothing yet.
    ///
    /// # Errors
    /// A setting that a source may not have.
    pub(super) fn new(path: &Path, options: &SourceOptions, shown: &str) -> Result<Database, Error> {
        if let Some(name) = options.settings.keys().find(|name| !SETTINGS.contains(&name.as_str())) {
            let message = format!("`settings.{name}` is none that {shown} takes; known: {}", SETTINGS.join(", "));
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        let own = FIXED.into_iter().filter(|(name, _)| !options.settings.contains_key(*name));
        let mut settings: Vec<(String, String)> =
            own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        settings.extend(options.settings.clone());
        Ok(Database {
            path: path.to_owned(),
            shown: shown.to_owned(),
            driver: options.driver.clone(),
            settings,
            opened: Mutex::new(None),
        })
    }

    /// A connection in a transaction that only reads, with UTC as its time zone.
    ///
    /// # Errors
    /// No driver, no file, or one that cannot be opened.
    pub(super) fn connect(&self) -> Result<ManagedConnection, Error> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_none() {
            *opened = Some(self.shared()?);
        }
        let database = opened.as_ref().expect("it was opened above");
        let unopened = |cause| self.unopened(&cause);
        let mut connection = database.new_connection().map_err(unopened)?;
        run(&mut connection, "BEGIN TRANSACTION READ ONLY")?;
        Ok(connection)
    }

    /// The file as it is open, or opened now.
    fn shared(&self) -> Result<Arc<ManagedDatabase>, Error> {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let mut all = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.database.strong_count() > 0);
        if let Some((one, database)) =
            all.iter().find(|one| one.path == path).and_then(|one| Some((one, one.database.upgrade()?)))
        {
            if (&one.driver, &one.settings) == (&self.driver, &self.settings) {
                return Ok(database);
            }
            let message = format!("{} is open already with other settings; give both sources the same", self.shown);
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        let database = Arc::new(self.open()?);
        let (driver, settings) = (self.driver.clone(), self.settings.clone());
        all.push(Open { path, driver, settings, database: Arc::downgrade(&database) });
        Ok(database)
    }

    fn open(&self) -> Result<ManagedDatabase, Error> {
        let path = &self.path;
        if let Some(what) = crate::fs::input::other(path) {
            let message = format!("{} is {what}, where a database file is needed; check the path", path.display());
            return Err(Error::new(ErrorCode::SourceMissing, message));
        }
        if !path.is_file() {
            let message = format!("there is no database file {}; check the path", path.display());
            return Err(Error::new(ErrorCode::SourceMissing, message));
        }
        let mut driver = LIBRARY.load(self.driver.as_deref())?;
        let settings = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let (text, temporary) = (path.display().to_string(), self.temporary());
        // Without access to what is beyond the file, no other folder is taken.
        let options = [("path", text.as_str()), (TEMPORARY, temporary.as_str())]
            .into_iter()
            .chain(settings.filter(|(name, _)| *name != TEMPORARY))
            .map(|(name, value)| (OptionDatabase::Other(name.to_owned()), OptionValue::String(value.to_owned())));
        let database = driver.new_database_with_opts(options).map_err(|cause| self.unopened(&cause))?;
        let mut first = database.new_connection().map_err(|cause| self.unopened(&cause))?;
        // Of the whole database, because no session may change anything afterwards.
        for statement in SETTLED {
            run(&mut first, statement)?;
        }
        Ok(database)
    }

    /// A folder of its own: two databases in one would write to files of the same names.
    fn temporary(&self) -> String {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        let given = self.settings.iter().find(|(name, _)| name == TEMPORARY).map(|(_, folder)| PathBuf::from(folder));
        let (process, number) = (std::process::id(), OPENED.fetch_add(1, Ordering::Relaxed));
        let folder = given.unwrap_or_else(std::env::temp_dir).join(format!("cutover-duckdb-{process}-{number}"));
        folder.display().to_string()
    }

    fn unopened(&self, cause: &adbc_core::error::Error) -> Error {
        let text = cause.message.lines().next().unwrap_or_default();
        let hint = match text.contains("lock") {
            true => "another process has it open for writing; close that, or copy the file",
            false => {
                "check that it is a DuckDB database of a version that this driver reads, and the `settings` of the source"
            }
        };
        Error::new(ErrorCode::SourceUnfit, format!("cannot open {}: {text}; {hint}", self.shown))
    }
}

/// Runs a statement of our own.
fn run(connection: &mut ManagedConnection, sql: &str) -> Result<(), Error> {
    let done = connection.new_statement().and_then(|mut statement| {
        statement.set_sql_query(sql)?;
        statement.execute_update()
    });
    done.map(drop).map_err(|cause| OfDuckDb.refused(&cause))
}

//! A project of BigQuery: how it is reached, and what every job of it is given.

use std::sync::{Arc, Mutex, PoisonError};

use adbc_core::options::{OptionDatabase, OptionStatement, OptionValue};
use adbc_core::{Database as _, Driver};
use adbc_driver_manager::{ManagedConnection, ManagedDatabase};
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::adbc::{Library, one_line};
use super::super::error::Error;
use super::super::options::SourceOptions;
use super::super::shared::pool::ConnectionPool;
use super::parameters::{CREDENTIALS, LOCATION, PRINCIPAL, QUOTA};
use super::vendor::LABEL;
use crate::model::ErrorCode;

/// BigQuery's driver.
pub(super) static LIBRARY: Library = Library {
    label: LABEL,
    name: "adbc_driver_bigquery",
    url: "adbc:bigquery://PROJECT/DATASET",
    entry: Some(b"AdbcDriverBigQueryInit"),
    variable: "CUTOVER_BIGQUERY_DRIVER",
    hint: "`pip install adbc-driver-bigquery` brings adbc_driver_bigquery/libadbc_driver_bigquery.so in its site-packages; \
           set CUTOVER_BIGQUERY_DRIVER to the path of it, or put it into a folder of ADBC_DRIVER_PATH",
};

/// Settings that a source may have: how much one query may cost, and how urgent it is.
const SETTINGS: [&str; 2] = [MOST_BYTES, PRIORITY];

const MOST_BYTES: &str = "maximum_bytes_billed";

const PRIORITY: &str = "priority";

/// The driver's own name of an option; later versions take this older form, too.
fn named(name: &str) -> String {
    format!("adbc.bigquery.sql.{name}")
}

/// A project, and its idle connections.
pub(super) struct Project {
    options: Vec<(OptionDatabase, String)>,
    /// What each query is sent with.
    pub(super) sent_with: Vec<(OptionStatement, OptionValue)>,
    driver: Option<String>,
    pub(super) shown: String,
    pub(super) settings: Vec<(String, String)>,
    opened: Mutex<Option<Arc<ManagedDatabase>>>,
    pub(super) sessions: ConnectionPool<ManagedConnection>,
}

impl Project {
    /// The project at `url`, which messages call `shown`; connects to nothing yet.
    ///
    /// # Errors
    /// A user or a password, a `timezone`, and settings that a source may not have.
    pub(super) fn new(url: &Url, options: &SourceOptions, shown: &str) -> Result<Project, Error> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let given = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
            let message = format!("{shown} names a user, a password or a port; write adbc:bigquery://PROJECT/DATASET");
            return Err(unfit(message));
        }
        if options.timezone.is_some() {
            return Err(unfit(format!("{shown} takes no `timezone`, since queries run in UTC; remove it")));
        }
        let option = |name: &str, value: String| (OptionDatabase::Other(named(name)), value);
        let mut all = vec![option("project_id", decoded(url.host_str().unwrap_or_default()))];
        let dataset = decoded(url.path().trim_matches('/'));
        all.extend((!dataset.is_empty()).then(|| option("dataset_id", dataset)));
        all.extend(given(LOCATION).map(|place| option("location", place)));
        if let Some(path) = given(CREDENTIALS) {
            all.push(option("auth_type", named("auth_type.json_credential_file")));
            all.push(option("auth_credentials", path));
        }
        all.extend(given(PRINCIPAL).map(|account| option("impersonate.target_principal", account)));
        all.extend(given(QUOTA).map(|project| option("auth.quota_project", project)));
        let settings: Vec<(String, String)> = options.settings.clone().into_iter().collect();
        Ok(Project {
            options: all,
            sent_with: sent_with(&settings, shown)?,
            driver: options.driver.clone(),
            shown: shown.to_owned(),
            settings,
            opened: Mutex::new(None),
            sessions: ConnectionPool::new(options.max_connections),
        })
    }

    /// A connection: an idle one, or a new one.
    ///
    /// # Errors
    /// No driver, and credentials that are none.
    pub(super) fn connect(&self) -> Result<ManagedConnection, Error> {
        if let Some(idle) = self.sessions.take() {
            return Ok(idle);
        }
        self.database()?.new_connection().map_err(|cause| self.unreached(&cause))
    }

    fn database(&self) -> Result<Arc<ManagedDatabase>, Error> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = opened.as_ref() {
            return Ok(database.clone());
        }
        let mut driver = LIBRARY.load(self.driver.as_deref())?;
        let options = self.options.iter().map(|(name, value)| (name.clone(), OptionValue::String(value.clone())));
        let database = Arc::new(driver.new_database_with_opts(options).map_err(|cause| self.unreached(&cause))?);
        *opened = Some(database.clone());
        Ok(database)
    }

    fn unreached(&self, cause: &adbc_core::error::Error) -> Error {
        let message = format!(
            "cannot open {}: {}; check the project, and the credentials of the machine or {CREDENTIALS}",
            self.shown,
            one_line(&cause.message)
        );
        Error::new(ErrorCode::Connection, message)
    }
}

fn unfit(message: String) -> Error {
    Error::new(ErrorCode::SourceUnfit, message)
}

/// What each query is sent with: standard SQL, no answer of before, and what the suite says.
fn sent_with(settings: &[(String, String)], shown: &str) -> Result<Vec<(OptionStatement, OptionValue)>, Error> {
    let option = |name: &str, value: OptionValue| (OptionStatement::Other(named(&format!("query.{name}"))), value);
    let mut all = vec![
        option("use_legacy_sql", OptionValue::String("false".to_owned())),
        // A second run of a query would be timed, and compared with the first, without being run.
        option("disable_query_cache", OptionValue::String("true".to_owned())),
    ];
    for (name, value) in settings {
        let wrong = |what: &str| unfit(format!("`settings.{name}` of {shown} {what}"));
        all.push(match name.as_str() {
            MOST_BYTES => {
                let bytes = value.parse::<i64>().ok().filter(|bytes| *bytes > 0);
                option("max_bytes_billed", OptionValue::Int(bytes.ok_or_else(|| wrong("is no number of bytes"))?))
            }
            PRIORITY if ["INTERACTIVE", "BATCH"].contains(&value.as_str()) => {
                option("priority", OptionValue::String(value.clone()))
            }
            PRIORITY => return Err(wrong("is INTERACTIVE or BATCH")),
            _ => return Err(wrong(&format!("is none that it takes; known: {}", SETTINGS.join(", ")))),
        });
    }
    Ok(all)
}

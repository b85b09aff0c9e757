//! An account of Snowflake: how it is reached, and sessions that are set up the same.

use std::sync::{Arc, Mutex, PoisonError};

use adbc_core::options::{OptionDatabase, OptionValue};
use adbc_core::{Database as _, Driver};
use adbc_driver_manager::{ManagedConnection, ManagedDatabase};
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::adbc::{Library, one_line};
use super::super::error::{CONNECT_LIMIT, Error};
use super::super::options::SourceOptions;
use super::super::shared::pool::ConnectionPool;
use super::super::tls::Tls;
use super::parameters::{ACCOUNT, AUTHENTICATOR, AUTHENTICATORS, KEY, KEY_PAIR, PROTOCOL, ROLE, WAREHOUSE};
use super::vendor::LABEL;
use crate::model::ErrorCode;

/// Snowflake's driver.
pub(super) static LIBRARY: Library = Library {
    label: LABEL,
    name: "adbc_driver_snowflake",
    url: "adbc:snowflake://USER@ACCOUNT/DATABASE.SCHEMA",
    entry: Some(b"AdbcDriverSnowflakeInit"),
    variable: "CUTOVER_SNOWFLAKE_DRIVER",
    hint: "`pip install adbc-driver-snowflake` brings adbc_driver_snowflake/libadbc_driver_snowflake.so in its \
           site-packages; set CUTOVER_SNOWFLAKE_DRIVER to the path of it, or put it into a folder of ADBC_DRIVER_PATH",
};

/// Where Snowflake's own hosts end.
const DOMAINS: [&str; 2] = [".snowflakecomputing.com", ".snowflakecomputing.cn"];

/// Parameters of every session. Whatever the account and the user have set would else change answers: a limit cuts them, a
/// name in quotes is another one, a literal is read otherwise, a geography passes for a text.
const FIXED: [(&str, &str); 13] = [
    // A second run of a query would be timed, and compared with the first, without being run.
    ("USE_CACHED_RESULT", "false"),
    ("ROWS_PER_RESULTSET", "0"),
    ("MULTI_STATEMENT_COUNT", "1"),
    ("ABORT_DETACHED_QUERY", "true"),
    ("QUOTED_IDENTIFIERS_IGNORE_CASE", "false"),
    ("TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ"),
    ("DATE_INPUT_FORMAT", "AUTO"),
    ("TIME_INPUT_FORMAT", "AUTO"),
    ("TIMESTAMP_INPUT_FORMAT", "AUTO"),
    ("BINARY_INPUT_FORMAT", "HEX"),
    ("BINARY_OUTPUT_FORMAT", "HEX"),
    ("GEOGRAPHY_OUTPUT_FORMAT", "GeoJSON"),
    ("GEOMETRY_OUTPUT_FORMAT", "GeoJSON"),
];

const ZONE: &str = "TIMEZONE";

/// An account, and its idle sessions.
pub(super) struct Account {
    options: Vec<(OptionDatabase, String)>,
    /// The file of a private key.
    key: Option<String>,
    driver: Option<String>,
    pub(super) shown: String,
    pub(super) zone: String,
    pub(super) tls: Tls,
    pub(super) settings: Vec<(String, String)>,
    opened: Mutex<Option<Arc<ManagedDatabase>>>,
    pub(super) sessions: ConnectionPool<ManagedConnection>,
}

impl Account {
    /// The account at `url`, which messages call `shown`; connects to nothing yet.
    ///
    /// # Errors
    /// A password that would go over the network in plain text, a key without a file or the other way round, and a setting
    /// that is none or that cutover gives itself.
    pub(super) fn new(url: &Url, options: &SourceOptions, shown: &str) -> Result<Account, Error> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let given = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        let host = url.host_str().unwrap_or_default();
        let own = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        let encrypted = given(PROTOCOL).is_none_or(|protocol| protocol.eq_ignore_ascii_case("https"));
        if !encrypted && !own {
            return Err(unfit(format!("{shown} would send its password in plain text; write {PROTOCOL}=https")));
        }
        let asked = given(AUTHENTICATOR).map_or("snowflake".to_owned(), |name| name.to_ascii_lowercase());
        let password = url.password().map(decoded);
        let (key, by_key) = (given(KEY), asked == KEY_PAIR);
        if key.is_some() != by_key {
            let message =
                format!("{shown} names {KEY} without {AUTHENTICATOR}={KEY_PAIR}, or the other way round; write both");
            return Err(unfit(message));
        }
        if by_key && password.is_some() {
            return Err(unfit(format!("{shown} has a password beside {KEY}, which takes none; remove it")));
        }
        let settings = settings(options, shown)?;
        let zone = options.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        let named = |name: &str, value: String| (OptionDatabase::Other(name.to_owned()), value);
        let of = |name: &str, value: String| named(&format!("adbc.snowflake.sql.{name}"), value);
        let is_token = matches!(asked.as_str(), "oauth" | "programmatic_access_token");
        let authenticator =
            AUTHENTICATORS.iter().find(|(name, _)| *name == asked).map_or("", |(_, of_driver)| *of_driver);
        let (database, schema) = parts(&decoded(url.path().trim_matches('/')));
        let short = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain)).unwrap_or(host);
        let mut all = vec![
            of("auth_type", authenticator.to_owned()),
            of("account", given(ACCOUNT).unwrap_or_else(|| short.split('.').next().unwrap_or_default().to_owned())),
            of("uri.protocol", if encrypted { "https" } else { "http" }.to_owned()),
            of("client_option.use_high_precision", "true".to_owned()),
            of("client_option.max_timestamp_precision", "nanoseconds_error_on_overflow".to_owned()),
            of("client_option.login_timeout", format!("{}s", CONNECT_LIMIT.as_secs())),
            of("client_option.disable_telemetry", "true".to_owned()),
            named(ZONE, zone.clone()),
        ];
        // A host without a dot is the name of an account.
        let full = if host.contains('.') || own { host.to_owned() } else { format!("{host}{}", DOMAINS[0]) };
        all.push(of("uri.host", full));
        all.push(of("uri.port", url.port().unwrap_or(if encrypted { 443 } else { 80 }).to_string()));
        all.extend(database.map(|name| of("db", name)));
        all.extend(schema.map(|name| of("schema", name)));
        all.extend(given(WAREHOUSE).map(|name| of("warehouse", name)));
        all.extend(given(ROLE).map(|name| of("role", name)));
        all.extend((!url.username().is_empty()).then(|| (OptionDatabase::Username, decoded(url.username()))));
        all.extend(password.clone().filter(|_| is_token).map(|token| of("client_option.auth_token", token)));
        all.extend(password.filter(|_| !is_token).map(|password| (OptionDatabase::Password, password)));
        all.extend(FIXED.iter().map(|(name, value)| named(name, (*value).to_owned())));
        all.extend(settings.iter().map(|(name, value)| named(name, value.clone())));
        Ok(Account {
            options: all,
            key,
            driver: options.driver.clone(),
            shown: shown.to_owned(),
            zone,
            tls: if encrypted { Tls::Verified } else { Tls::Absent },
            settings,
            opened: Mutex::new(None),
            sessions: ConnectionPool::new(options.max_connections),
        })
    }

    /// A session: an idle one, or a new one.
    ///
    /// # Errors
    /// No driver, no key, no account, or a setting that Snowflake does not take.
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
        let options = self.options.clone().into_iter().chain(self.key()?);
        let options = options.map(|(name, value)| (name, OptionValue::String(value)));
        let database = Arc::new(driver.new_database_with_opts(options).map_err(|cause| self.unreached(&cause))?);
        *opened = Some(database.clone());
        Ok(database)
    }

    /// The private key, as the driver takes it.
    ///
    /// # Errors
    /// One that is not there, and one that a passphrase opens: the driver would also send that to Snowflake, as a parameter of
    /// the session.
    fn key(&self) -> Result<Option<(OptionDatabase, String)>, Error> {
        let Some(path) = &self.key else { return Ok(None) };
        let option = |name: &str, value: String| {
            (OptionDatabase::Other(format!("adbc.snowflake.sql.client_option.jwt_private_key{name}")), value)
        };
        let wrong = |why: &str| unfit(format!("cannot use the private key {path} of {}: {why}", self.shown));
        let text = std::fs::read_to_string(path).map_err(|cause| wrong(&format!("{cause}; check {KEY}")))?;
        if text.contains("ENCRYPTED") {
            return Err(wrong(
                "it is encrypted, and the driver would send its passphrase to Snowflake; write it without by `openssl pkey -in \
                 KEY -out PLAIN`, into a file that nobody else may read",
            ));
        }
        // Of the older form the driver takes the path only.
        let is_older = text.contains("BEGIN RSA PRIVATE KEY");
        Ok(Some(if is_older { option("", path.clone()) } else { option("_pkcs8_value", text) }))
    }

    fn unreached(&self, cause: &adbc_core::error::Error) -> Error {
        let message = format!(
            "cannot open a session at {}: {}; check the URL, the user, how it proves itself, and the `settings` of the source",
            self.shown,
            one_line(&cause.message)
        );
        Error::new(ErrorCode::Connection, message)
    }
}

fn unfit(message: String) -> Error {
    Error::new(ErrorCode::SourceUnfit, message)
}

/// The database of a path and its schema, as in `DATABASE.SCHEMA`.
fn parts(path: &str) -> (Option<String>, Option<String>) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    path.split_once('.').map_or_else(|| (some(path), None), |(database, schema)| (some(database), some(schema)))
}

/// Parameters that the suite gives sessions, by Snowflake's names.
fn settings(options: &SourceOptions, shown: &str) -> Result<Vec<(String, String)>, Error> {
    let one = |(name, value): (&String, &String)| {
        let upper = name.to_ascii_uppercase();
        let is_name = upper.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let hint = match () {
            () if !is_name || name.is_empty() => "is no parameter of a session, such as QUERY_TAG; remove it",
            () if upper == ZONE => "is set by cutover; give the source a `timezone`",
            () if FIXED.iter().any(|(fixed, _)| *fixed == upper) => "is set by cutover; remove it",
            () => return Ok((upper, value.clone())),
        };
        Err(unfit(format!("`settings.{name}` of {shown} {hint}")))
    };
    options.settings.iter().map(one).collect()
}

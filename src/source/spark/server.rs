//! A server of Spark Connect: how it is reached, and sessions that are set up the same.

use std::collections::BTreeSet;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};

use adbc_core::options::{OptionDatabase, OptionValue};
use adbc_core::{Connection, Database as _, Driver, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDatabase};
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::adbc::{Library, Vendor};
use super::super::dialect::Dialect;
use super::super::error::{CONNECT_LIMIT, Error, no_answer};
use super::super::options::SourceOptions;
use super::super::shared::pool::ConnectionPool;
use super::super::tls::Tls;
use super::dialect::Spark;
use super::parameters::{CLUSTER, TLS};
use super::vendor::{LABEL, OfSpark};
use crate::model::ErrorCode;

/// The driver of Spark Connect.
pub(super) static LIBRARY: Library = Library {
    label: LABEL,
    name: "adbc_driver_spark",
    url: "adbc:spark://HOST:15002",
    entry: Some(b"AdbcDriverSparkInit"),
    variable: "CUTOVER_SPARK_DRIVER",
    hint: "`pip install adbc-driver-spark` brings adbc_driver_spark/libadbc_driver_spark.so in its site-packages; set \
           CUTOVER_SPARK_DRIVER to the path of it, or put it into a folder of ADBC_DRIVER_PATH",
};

/// The port of Spark Connect.
const PORT: u16 = 15002;

/// What every session has unless the suite says otherwise: arithmetic that is an error where it would wrap or be NULL.
const FIXED: [(&str, &str); 1] = [("spark.sql.ansi.enabled", "true")];

/// What every session has: types that are described whole.
const WHOLE: (&str, &str) = ("spark.sql.debug.maxToStringFields", "1000000");

const ZONE: &str = "spark.sql.session.timeZone";

/// A session of a server.
pub(super) struct Session {
    pub(super) connection: ManagedConnection,
    /// The tables of another source that are views in it.
    pub(super) views: BTreeSet<String>,
}

/// A server, and its idle sessions.
pub(super) struct Server {
    options: Vec<(OptionDatabase, String)>,
    host: String,
    port: u16,
    /// Statements that begin a session.
    begins: Vec<String>,
    driver: Option<String>,
    pub(super) shown: String,
    pub(super) tls: Tls,
    pub(super) settings: Vec<(String, String)>,
    opened: Mutex<Option<Arc<ManagedDatabase>>>,
    pub(super) sessions: ConnectionPool<Session>,
}

impl Server {
    /// The server at `url`, which messages call `shown`; connects to nothing yet.
    ///
    /// # Errors
    /// A token that would go over the network in plain text, and a setting that a source gives by another name.
    pub(super) fn new(url: &Url, options: &SourceOptions, shown: &str) -> Result<Server, Error> {
        let unfit = |message: String| Error::new(ErrorCode::SourceUnfit, message);
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let given = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        let host = url.host_str().unwrap_or_default().to_owned();
        let (port, token) = (url.port().unwrap_or(PORT), url.password().map(decoded));
        let tls = given(TLS).map_or(token.is_some(), |asked| asked.eq_ignore_ascii_case("true"));
        if token.is_some() && !tls && !is_own(&host) {
            return Err(unfit(format!("{shown} would send its token in plain text; write {TLS}=true behind the `?`")));
        }
        if let Some(name) = options.settings.keys().find(|name| [ZONE, WHOLE.0].contains(&name.as_str())) {
            let hint = if name == ZONE { "give the source a `timezone`" } else { "remove it" };
            return Err(unfit(format!("`settings.{name}` of {shown} is set by cutover; {hint}")));
        }
        let mut asked = vec![
            (OptionDatabase::Uri, format!("sc://{host}:{port}")),
            (OptionDatabase::Other("adbc.spark.tls.enabled".to_owned()), tls.to_string()),
        ];
        let other = |name: &str, value: String| (OptionDatabase::Other(name.to_owned()), value);
        asked.extend(token.map(|token| other("adbc.spark.token", token)));
        asked.extend((!url.username().is_empty()).then(|| other("adbc.spark.user_id", decoded(url.username()))));
        asked.extend(given(CLUSTER).map(|id| other(&format!("adbc.spark.headers.{CLUSTER}"), id)));
        let zone = options.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        let fixed = FIXED.into_iter().filter(|(name, _)| !options.settings.contains_key(*name)).chain([WHOLE]);
        let settings = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = settings.chain([(ZONE.to_owned(), zone)]).chain(options.settings.clone());
        let mut begins: Vec<String> =
            settings.map(|(name, value)| format!("SET {}={}", Spark.quoted(&name), Spark.quoted(&value))).collect();
        let schema = decoded(url.path().trim_matches('/'));
        if !schema.is_empty() {
            let parts: Vec<String> = schema.split('.').map(|part| Spark.quoted(part)).collect();
            begins.push(format!("USE {}", parts.join(".")));
        }
        Ok(Server {
            options: asked,
            host,
            port,
            begins,
            driver: options.driver.clone(),
            shown: shown.to_owned(),
            tls: if tls { Tls::Verified } else { Tls::Absent },
            settings: options.settings.clone().into_iter().collect(),
            opened: Mutex::new(None),
            sessions: ConnectionPool::new(options.max_connections),
        })
    }

    /// A session: an idle one, or a new one.
    ///
    /// # Errors
    /// No driver, no server, or a setting that the server does not take.
    pub(super) fn connect(&self) -> Result<Session, Error> {
        if let Some(idle) = self.sessions.take() {
            return Ok(idle);
        }
        let mut connection = self.database()?.new_connection().map_err(|cause| self.unreached(&cause))?;
        for statement in &self.begins {
            run(&mut connection, statement).map_err(|cause| self.unreached(&cause))?;
        }
        Ok(Session { connection, views: BTreeSet::new() })
    }

    /// Refuses to tell the server a secret that others could read on the way.
    ///
    /// # Errors
    /// A server elsewhere, and a connection that is not encrypted.
    pub(super) fn may_be_told(&self, secret: &str) -> Result<(), Error> {
        if self.tls != Tls::Absent || is_own(&self.host) {
            return Ok(());
        }
        let message =
            format!("{} would be told {secret} in plain text; write {TLS}=true behind the `?` of its URL", self.shown);
        Err(Error::new(ErrorCode::SourceUnfit, message))
    }

    /// Adds statements to those that begin a session.
    pub(super) fn beginning_with(mut self, statements: impl IntoIterator<Item = String>) -> Server {
        self.begins.extend(statements);
        self
    }

    fn database(&self) -> Result<Arc<ManagedDatabase>, Error> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = opened.as_ref() {
            return Ok(database.clone());
        }
        let mut driver = LIBRARY.load(self.driver.as_deref())?;
        self.listens()?;
        let options = self.options.iter().map(|(name, value)| (name.clone(), OptionValue::String(value.clone())));
        let database = Arc::new(driver.new_database_with_opts(options).map_err(|cause| self.unreached(&cause))?);
        *opened = Some(database.clone());
        Ok(database)
    }

    /// Whether anything listens there: the driver waits for a server that never comes.
    fn listens(&self) -> Result<(), Error> {
        let host = self.host.trim_matches(['[', ']']);
        let unreached = |cause: &std::io::Error| {
            let message = format!(
                "cannot connect to {}: {cause}; check the URL and that Spark Connect listens there",
                self.shown
            );
            Error::new(ErrorCode::Connection, message)
        };
        let addresses = (host, self.port).to_socket_addrs().map_err(|cause| unreached(&cause))?;
        let mut last = None;
        for address in addresses {
            match TcpStream::connect_timeout(&address, CONNECT_LIMIT) {
                Ok(_) => return Ok(()),
                Err(cause) => last = Some(cause),
            }
        }
        Err(last.map_or_else(|| no_answer(&self.shown), |cause| unreached(&cause)))
    }

    fn unreached(&self, cause: &adbc_core::error::Error) -> Error {
        let Error { message, .. } = OfSpark { described: None }.refused(cause);
        let message = format!(
            "cannot open a session at {}: {message}; check the URL, the account, and the `settings` of the source",
            self.shown
        );
        Error::new(ErrorCode::Connection, message)
    }
}

/// Whether a host is this machine.
fn is_own(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// Runs a statement of our own.
///
/// # Errors
/// What Spark says.
pub(super) fn run(connection: &mut ManagedConnection, sql: &str) -> Result<(), adbc_core::error::Error> {
    let mut statement = connection.new_statement()?;
    statement.set_sql_query(sql)?;
    statement.execute()?.try_for_each(|batch| batch.map(drop)).map_err(|cause| {
        adbc_core::error::Error::with_message_and_status(cause.to_string(), adbc_core::error::Status::Internal)
    })
}

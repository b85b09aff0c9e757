//! A server: its options, the settings of its transactions, and its idle connections.

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};

use super::super::error::Error;
use super::super::options::SourceOptions;
use super::super::shared::pool::ConnectionPool;
use super::super::tls::Made;
use super::relations::KnownRelations;
use super::{options, settings, zone};
use crate::frame::time::is_utc;
use crate::model::ErrorCode;

/// Settings that a suite may not make, because reading values depends on them or writing would become possible.
const OURS: [&str; 3] = ["timezone", "client_encoding", "transaction_read_only"];

/// A PostgreSQL server.
pub struct Postgres {
    pub(super) connect: PgConnectOptions,
    pub(super) mode: PgSslMode,
    /// Why a file of passwords was passed over, if one was.
    pub(super) passed_over: Option<String>,
    pub(super) made: Made,
    pub(super) idle: ConnectionPool<PgConnection>,
    /// Settings by name, the suite's after our own.
    pub(super) settings: Vec<(String, String)>,
    /// Names the suite sets, shown in the report.
    pub(super) reported: Vec<String>,
    /// What the catalogue said of the relations of queries that were looked at.
    pub(super) relations: KnownRelations,
    pub(super) shown: String,
}

/// The setting that is the zone of a session.
const TIME_ZONE: &str = "TimeZone";

impl Postgres {
    /// A source that connects on first use; `shown` is the URL without its password.
    ///
    /// # Errors
    /// A URL with a part that cannot be read, such as an unknown `sslmode`.
    pub fn open(url: &url::Url, options: &SourceOptions, shown: String) -> Result<Self, Error> {
        let (connect, mode) = options::options(url).map_err(|cause| {
            let message = format!("{shown} cannot be used; check the parts of the URL, and PGSSLMODE");
            Error::caused(ErrorCode::SourceUnfit, message, &cause)
        })?;
        let passed_over = options::password_file_passed_over(url, &connect);
        let connect = connect
            // Only for the statement of the transaction at hand, and closed with it.
            .statement_cache_capacity(1)
            // A start-up parameter that poolers refuse; set in each transaction instead.
            .extra_float_digits(None)
            .disable_statement_logging();
        let connect =
            if connect.get_application_name().is_none() { connect.application_name("cutover") } else { connect };
        if let Some(name) = options.settings.keys().find(|name| OURS.contains(&name.to_lowercase().as_str())) {
            let hint = "the zone of a source is its `timezone`, its text is always UTF-8, and it only reads";
            return Err(Error::new(ErrorCode::SourceUnfit, format!("`{name}` cannot be a setting of {shown}; {hint}")));
        }
        let timezone = zone::of(options.timezone.as_deref().unwrap_or("UTC"))
            .map_err(|why| Error::new(ErrorCode::SourceUnfit, format!("{shown} cannot be read: {why}")))?;
        let own = settings::NEUTRAL.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let given = options.settings.iter().map(|(name, value)| (name.clone(), value.clone()));
        Ok(Postgres {
            connect,
            mode,
            passed_over,
            made: Made::default(),
            idle: ConnectionPool::new(options.max_connections),
            settings: own.chain([(TIME_ZONE.to_owned(), timezone)]).chain(given).collect(),
            reported: options.settings.keys().cloned().collect(),
            relations: KnownRelations::default(),
            shown,
        })
    }

    /// Returns the zone of the sessions, as the suite writes it, where it is another than UTC.
    pub(super) fn zone_beside_utc(&self) -> Option<&str> {
        let (_, zone) = self.settings.iter().find(|(name, _)| name == TIME_ZONE)?;
        let given = zone.strip_prefix('<').and_then(|rest| rest.split('>').next()).unwrap_or(zone);
        (!is_utc(given)).then_some(given)
    }
}

//! From a URL to the driver's options, and to a connection whose encryption is known.

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};

use super::super::tls;
use super::super::tls::Tls;

/// The driver's options for `url`, and the mode of its encryption.
///
/// # Errors
/// A part that cannot be read, a `PGSSLMODE` that is none among them: the driver would take it for `prefer`.
pub(crate) fn options(url: &url::Url) -> Result<(PgConnectOptions, PgSslMode), sqlx::Error> {
    let options = PgConnectOptions::from_url(url)?;
    // The driver takes the brackets of an IPv6 address for a part of the name.
    let options = match url.host() {
        Some(url::Host::Ipv6(address)) if !url.query_pairs().any(|(name, _)| name.starts_with("host")) => {
            options.host(&address.to_string())
        }
        _ => options,
    };
    let given = url.query_pairs().find(|(name, _)| ["sslmode", "ssl-mode"].contains(&name.as_ref()));
    let given = given.map(|(_, value)| value.into_owned()).or_else(|| std::env::var("PGSSLMODE").ok());
    let mode = given.map_or(Ok(PgSslMode::Prefer), |mode| mode.parse())?;
    Ok((options.ssl_mode(mode), mode))
}

/// Connects as `mode` says; where that leaves it to the server, what came of it is reported.
pub(super) async fn connect(options: &PgConnectOptions, mode: PgSslMode) -> Result<(PgConnection, Tls), sqlx::Error> {
    let tls = match mode {
        PgSslMode::Disable | PgSslMode::Allow => Tls::Absent,
        PgSslMode::Prefer | PgSslMode::Require => Tls::Unverified,
        PgSslMode::VerifyCa => Tls::ForAnyHost,
        PgSslMode::VerifyFull => Tls::Verified,
    };
    if !matches!(mode, PgSslMode::Prefer) {
        return Ok((PgConnection::connect_with(options).await?, tls));
    }
    match PgConnection::connect_with(&options.clone().ssl_mode(PgSslMode::Require)).await {
        Err(cause) if tls::is_not_spoken(&cause) => {
            let plain = options.clone().ssl_mode(PgSslMode::Disable);
            Ok((PgConnection::connect_with(&plain).await?, Tls::Absent))
        }
        made => Ok((made?, tls)),
    }
}

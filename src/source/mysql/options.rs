//! From a URL to the driver's options, and to a connection whose encryption is known.

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{ConnectOptions, Connection};

use super::super::tls;
use super::super::tls::Tls;

/// The driver's options for `url`.
pub(super) fn options(url: &url::Url) -> Result<MySqlConnectOptions, sqlx::Error> {
    let options = MySqlConnectOptions::from_url(url)?;
    // The driver takes the brackets of an IPv6 address for a part of the name.
    Ok(match url.host() {
        Some(url::Host::Ipv6(address)) => options.host(&address.to_string()),
        _ => options,
    })
}

/// Connects as the mode of `options` says; where that leaves it to the server, what came of it is reported.
pub(super) async fn connect(options: &MySqlConnectOptions) -> Result<(MySqlConnection, Tls), sqlx::Error> {
    let tls = match options.get_ssl_mode() {
        MySqlSslMode::Disabled => Tls::Absent,
        MySqlSslMode::Preferred | MySqlSslMode::Required => Tls::Unverified,
        MySqlSslMode::VerifyCa => Tls::ForAnyHost,
        MySqlSslMode::VerifyIdentity => Tls::Verified,
    };
    if !matches!(options.get_ssl_mode(), MySqlSslMode::Preferred) {
        return Ok((MySqlConnection::connect_with(options).await?, tls));
    }
    match MySqlConnection::connect_with(&options.clone().ssl_mode(MySqlSslMode::Required)).await {
        Err(cause) if tls::is_not_spoken(&cause) => {
            let plain = options.clone().ssl_mode(MySqlSslMode::Disabled);
            Ok((MySqlConnection::connect_with(&plain).await?, Tls::Absent))
        }
        made => Ok((made?, tls)),
    }
}

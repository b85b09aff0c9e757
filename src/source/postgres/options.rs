//! From a URL to the driver's options, and to a connection whose encryption is known.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};

use super::super::tls;
use super::super::tls::Tls;
use crate::secret;

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
    // The driver has looked for it elsewhere, and nobody else knows it.
    if let Some(password) = password(&options).filter(|_| !names_password(url)) {
        secret::keep(&password);
    }
    Ok((options.ssl_mode(mode), mode))
}

fn names_password(url: &url::Url) -> bool {
    url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
}

/// The password of `options`, which the driver tells as a part of a URL only; what else stands there might be no URL.
pub(super) fn password(options: &PgConnectOptions) -> Option<String> {
    let url = options.clone().host("host").username("user").to_url_lossy();
    Some(percent_decode_str(url.password()?).decode_utf8_lossy().into_owned())
}

/// What is to be known of a file of passwords that is passed over because others than its owner may read it, where `url` has
/// no password and none was found elsewhere.
pub(super) fn password_file_passed_over(url: &url::Url, options: &PgConnectOptions) -> Option<String> {
    if names_password(url) || password(options).is_some() {
        return None;
    }
    let named = std::env::var_os("PGPASSFILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let file = named.or_else(|| Some(std::env::home_dir()?.join(".pgpass")))?;
    is_readable_by_others(&file).then(|| {
        format!(
            "{} may be read by others than its owner, and is passed over, as PostgreSQL's own clients do; run chmod 600 on it",
            file.display()
        )
    })
}

fn is_readable_by_others(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
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

//! What a ClickHouse URL says: endpoint, account, database, settings.

use std::collections::BTreeMap;
use std::time::Duration;

use clickhouse::{Client, Compression};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::{Error, ErrorCode, SourceOptions};
use super::settings::{FILTER, GUARDS};

/// Parameters of a request that cutover gives itself, and so no suite may.
const RESERVED: [&str; 8] =
    ["readonly", "query", "query_id", "default_format", "compress", "decompress", "session_id", "max_execution_time"];

/// How often TCP asks whether the server is still there during a long query.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// How long an unused connection is kept; servers close theirs after 3 seconds or more.
const IDLE: Duration = Duration::from_secs(2);

/// A source's URL taken apart. Has no `Debug`: it holds the password.
pub(super) struct Address {
    /// `host:port`, for messages.
    pub(super) host: String,
    /// Account name, for messages.
    pub(super) user: String,
    /// Settings the suite asks for, the time zone among them.
    pub(super) settings: BTreeMap<String, String>,
    /// Whether it is reached over TLS, whose certificates the client always verifies.
    pub(super) tls: bool,
    /// A client for that endpoint, account and database, without any setting.
    pub(super) client: Client,
}

impl Address {
    /// Reads `clickhouse://user:password@host:8123/database?setting=value`; `clickhouses://` is TLS, port 8443.
    pub(super) fn read(url: &Url, options: &SourceOptions) -> Result<Address, Error> {
        let (scheme, port) = match url.scheme() {
            "clickhouses" => ("https", 8443),
            _ => ("http", 8123),
        };
        let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or(port));
        let mut user = decoded(url.username(), "user")?;
        let mut password = decoded(url.password().unwrap_or_default(), "password")?;
        let mut database = decoded(url.path().trim_matches('/'), "database")?;
        let mut settings = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "user" => user = value.into_owned(),
                "password" => password = value.into_owned(),
                "database" => database = value.into_owned(),
                _ => drop(settings.insert(name.into_owned(), value.into_owned())),
            }
        }
        settings.extend(options.settings.clone());
        if let Some(zone) = &options.timezone {
            settings.insert("session_timezone".to_owned(), zone.clone());
        }
        let guard = |name: &str| name == FILTER || GUARDS.iter().any(|(guard, _)| *guard == name);
        if let Some(name) = settings.keys().find(|name| RESERVED.contains(&name.as_str()) || guard(name)) {
            let instead = match name.as_str() {
                "max_execution_time" => " and give `timeout` on the check or --timeout",
                _ if guard(name) => ": every row is read; write what is to be left out in the query",
                _ => "",
            };
            let message = format!("the setting `{name}` of a ClickHouse source is cutover's own; remove it{instead}");
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        if user.is_empty() {
            user = "default".to_owned();
        }
        // Arrow's own buffers come compressed; compressing them once more would cost both ends for nothing.
        let mut client = http_client(scheme == "https")?
            .with_url(format!("{scheme}://{host}"))
            .with_user(&user)
            .with_password(password)
            .with_compression(Compression::None)
            .with_product_info("cutover", env!("CARGO_PKG_VERSION"));
        if !database.is_empty() {
            client = client.with_database(database);
        }
        Ok(Address { host, user, settings, tls: scheme == "https", client })
    }
}

/// A client without an address. The crate's own panics where the machine has no root certificates.
fn http_client(tls: bool) -> Result<Client, Error> {
    if tls {
        return std::panic::catch_unwind(Client::default).map_err(|_| {
            let message =
                "cannot use TLS: this machine has no root certificates; install them (the package ca-certificates)";
            Error::new(ErrorCode::SourceUnfit, message)
        });
    }
    let mut connector = HttpConnector::new();
    connector.set_keepalive(Some(KEEPALIVE));
    let plain = legacy::Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(connector);
    Ok(Client::with_http_client(plain))
}

fn decoded(text: &str, what: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| {
        Error::new(
            ErrorCode::SourceUnfit,
            format!("the {what} in the ClickHouse URL is not UTF-8; percent-encode its UTF-8 bytes"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str, options: &SourceOptions) -> Result<Address, Error> {
        Address::read(&Url::parse(url).unwrap(), options)
    }

    #[test]
    fn ports_follow_the_scheme_and_names_are_decoded() {
        let plain = read("clickhouse://a%40b:p%3Ass@h/d%20b", &SourceOptions::default()).unwrap();
        assert_eq!((plain.host.as_str(), plain.user.as_str()), ("h:8123", "a@b"));
        assert_eq!(plain.client.database(), Some("d b"));
    }

    #[test]
    fn plain_http_needs_no_root_certificates() {
        // Run again by itself where rustls finds none: the environment cannot change under a running test.
        let seen = std::env::var("SSL_CERT_FILE").unwrap_or_default();
        if seen != NOWHERE {
            let test = "source::clickhouse::address::tests::plain_http_needs_no_root_certificates";
            let mut again = std::process::Command::new(std::env::current_exe().unwrap());
            again.args([test, "--exact"]).env("SSL_CERT_FILE", NOWHERE).env("SSL_CERT_DIR", NOWHERE);
            assert!(again.status().unwrap().success());
            return;
        }
        assert!(read("clickhouse://h", &SourceOptions::default()).is_ok());
        let refused = read("clickhouses://h", &SourceOptions::default()).err().unwrap();
        assert!(refused.message.contains("ca-certificates"), "{refused}");
    }

    const NOWHERE: &str = "/nonexistent/certificates";

    #[test]
    fn query_parameters_are_settings_but_never_cutovers_own() {
        let options = SourceOptions { timezone: Some("Asia/Tokyo".to_owned()), ..SourceOptions::default() };
        let given = read("clickhouse://h/?user=u&password=p&join_use_nulls=1", &options).unwrap();
        let settings: Vec<_> = given.settings.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(settings, ["join_use_nulls=1", "session_timezone=Asia/Tokyo"]);
        assert_eq!(given.user, "u");
        for name in ["readonly", "limit", "additional_table_filters", "result_overflow_mode"] {
            let refused = read(&format!("clickhouse://h/?{name}=0"), &SourceOptions::default()).err().unwrap();
            assert!(refused.message.contains(&format!("`{name}`")), "{refused}");
        }
    }
}

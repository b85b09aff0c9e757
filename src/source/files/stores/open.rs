//! The store behind a URL: which one, with which endpoint and whose credentials.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::{ClientConfigKey, ObjectStore, RetryConfig};
use url::Url;

use super::profile;
use crate::secret;

/// A store that was not spoken to yet.
pub(super) struct Opened {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Whether it can list what it holds.
    pub(super) lists: bool,
    /// Whether its endpoint is reached over TLS, which is always verified.
    pub(super) encrypted: bool,
    /// Where it is and who asks, without what is secret.
    pub(super) identity: String,
}

/// What a URL says behind its `?`.
struct Asked {
    region: Option<String>,
    endpoint: Option<String>,
    anonymous: bool,
}

/// How long the first answer to a connection may take; a reading may take what its check may.
const CONNECT: &str = "10s";
const READ: &str = "24h";

/// Opens the store at `url`, with what the environment says of it as the store's own tools would read it.
///
/// # Errors
/// A scheme with parameters that mean nothing to it, and settings of the environment that are none.
pub(super) fn open(url: &Url) -> Result<Opened, String> {
    let asked = asked(url);
    let bucket = url.host_str().unwrap_or_default();
    if (url.password().is_some() || !url.username().is_empty()) && !url.scheme().starts_with("abfs") {
        return Err(
            "the URL of a store has no account; give it in the environment that the store's own tools read, such as \
                    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                .to_owned(),
        );
    }
    match url.scheme() {
        "s3" | "s3a" => s3(bucket, &asked),
        "gs" | "gcs" => gcs(bucket, &asked),
        "http" | "https" => http(url, &asked),
        _ => azure(url, &asked),
    }
}

fn asked(url: &Url) -> Asked {
    let given = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
    Asked {
        region: given("region"),
        endpoint: given("endpoint"),
        anonymous: given("anonymous").is_some_and(|value| value.eq_ignore_ascii_case("true")),
    }
}

impl Asked {
    /// Refuses what means nothing to the store.
    fn without(&self, region: bool, others: bool, scheme: &str) -> Result<(), String> {
        let extra = match () {
            () if region && self.region.is_some() => "region",
            () if others && self.endpoint.is_some() => "endpoint",
            () if others && self.anonymous => "anonymous",
            () => return Ok(()),
        };
        Err(format!("`{extra}` means nothing to {scheme}://; remove it"))
    }
}

/// A few tries, so that a store that is away is said to be within seconds.
fn retries() -> RetryConfig {
    RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() }
}

fn is_plain(endpoint: Option<&String>) -> bool {
    endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
}

fn keep(secrets: impl IntoIterator<Item = Option<String>>) {
    secrets.into_iter().flatten().for_each(|one| secret::keep(&one));
}

fn s3(bucket: &str, asked: &Asked) -> Result<Opened, String> {
    use AmazonS3ConfigKey as Key;
    let mut builder = profile::applied(AmazonS3Builder::from_env())?.with_bucket_name(bucket).with_retry(retries());
    if let Some(region) = &asked.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &asked.endpoint {
        // What the environment says of S3 alone would win.
        builder = builder.with_endpoint(endpoint).with_config(Key::S3Endpoint, endpoint);
    }
    if asked.anonymous {
        builder = builder.with_skip_signature(true);
    }
    keep([Key::SecretAccessKey, Key::Token].map(|key| builder.get_config_value(&key)));
    let endpoint = builder.get_config_value(&Key::S3Endpoint).or_else(|| builder.get_config_value(&Key::Endpoint));
    let plain = is_plain(endpoint.as_ref());
    builder = builder
        .with_allow_http(plain)
        .with_config(Key::Client(ClientConfigKey::Timeout), READ)
        .with_config(Key::Client(ClientConfigKey::ConnectTimeout), CONNECT);
    let of = [
        Key::Endpoint,
        Key::S3Endpoint,
        Key::Region,
        Key::AccessKeyId,
        Key::SkipSignature,
        Key::VirtualHostedStyleRequest,
    ];
    let identity = format!("{:?}", of.map(|key| builder.get_config_value(&key)));
    let store = builder.build().map_err(|cause| cause.to_string())?;
    Ok(Opened { store: Arc::new(store), lists: true, encrypted: !plain, identity })
}

fn gcs(bucket: &str, asked: &Asked) -> Result<Opened, String> {
    use GoogleConfigKey as Key;
    asked.without(true, false, "gs")?;
    let mut builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_retry(retries());
    let emulator = std::env::var("STORAGE_EMULATOR_HOST").ok().filter(|host| !host.is_empty());
    let emulator = emulator.map(|host| if host.contains("://") { host } else { format!("http://{host}") });
    if let Some(endpoint) = asked.endpoint.as_ref().or(emulator.as_ref()) {
        builder = builder.with_base_url(endpoint);
    }
    if asked.anonymous || (asked.endpoint.is_none() && emulator.is_some()) {
        builder = builder.with_skip_signature(true);
    }
    keep([builder.get_config_value(&Key::ServiceAccountKey)]);
    let plain = is_plain(builder.get_config_value(&Key::BaseUrl).as_ref());
    builder = builder
        .with_config(Key::Client(ClientConfigKey::AllowHttp), plain.to_string())
        .with_config(Key::Client(ClientConfigKey::Timeout), READ)
        .with_config(Key::Client(ClientConfigKey::ConnectTimeout), CONNECT);
    let of = [Key::BaseUrl, Key::ServiceAccount, Key::ApplicationCredentials, Key::SkipSignature];
    let identity = format!("{:?}", of.map(|key| builder.get_config_value(&key)));
    let store = builder.build().map_err(|cause| cause.to_string())?;
    Ok(Opened { store: Arc::new(store), lists: true, encrypted: !plain, identity })
}

fn azure(url: &Url, asked: &Asked) -> Result<Opened, String> {
    use AzureConfigKey as Key;
    asked.without(true, false, url.scheme())?;
    let container = &url[..url::Position::BeforePath];
    let mut builder = MicrosoftAzureBuilder::from_env().with_url(container).with_retry(retries());
    if let Some(endpoint) = &asked.endpoint {
        builder = builder.with_endpoint(endpoint.clone());
    }
    if asked.anonymous {
        builder = builder.with_skip_signature(true);
    }
    keep([Key::AccessKey, Key::ClientSecret, Key::SasKey, Key::Token].map(|key| builder.get_config_value(&key)));
    let emulated = builder.get_config_value(&Key::UseEmulator).is_some_and(|value| value == "true");
    let plain = emulated || is_plain(builder.get_config_value(&Key::Endpoint).as_ref());
    builder = builder
        .with_allow_http(plain)
        .with_config(Key::Client(ClientConfigKey::Timeout), READ)
        .with_config(Key::Client(ClientConfigKey::ConnectTimeout), CONNECT);
    let of = [
        Key::AccountName,
        Key::Endpoint,
        Key::UseEmulator,
        Key::ContainerName,
        Key::ClientId,
        Key::AuthorityId,
        Key::SkipSignature,
    ];
    let identity = format!("{:?}", of.map(|key| builder.get_config_value(&key)));
    let store = builder.build().map_err(|cause| {
        format!("{cause}; the account is that of AZURE_STORAGE_ACCOUNT_NAME, or of abfss://container@account.dfs.core.windows.net/")
    })?;
    Ok(Opened { store: Arc::new(store), lists: true, encrypted: !plain, identity })
}

fn http(url: &Url, asked: &Asked) -> Result<Opened, String> {
    asked.without(true, true, url.scheme())?;
    let plain = url.scheme() == "http";
    let builder = HttpBuilder::new()
        .with_url(&url[..url::Position::BeforePath])
        .with_retry(retries())
        .with_config(ClientConfigKey::AllowHttp, plain.to_string())
        .with_config(ClientConfigKey::Timeout, READ)
        .with_config(ClientConfigKey::ConnectTimeout, CONNECT);
    let store = builder.build().map_err(|cause| cause.to_string())?;
    Ok(Opened { store: Arc::new(store), lists: false, encrypted: !plain, identity: String::new() })
}

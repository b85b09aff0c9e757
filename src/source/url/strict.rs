//! What a URL must look like before it is taken apart: whatever could be read in two ways is refused, because one of them
//! shows a password as a host, a database or a file. Refusals never hold the text.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::super::engine::PathOf;

/// A secret by name, as in libpq's `host=h password=p` and in `Server=h;Pwd=p`. Folders such as `year=2026` have none.
static SECRET: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)(?:{NAMED})\s*=")).expect("the pattern is valid"));

/// What secrets are called; of stores, too, as in `AccountKey=k;EndpointSuffix=s`.
const NAMED: &str =
    "password|passwd|pwd|passphrase|secret|token|account_?key|access_?key|secret_?key|api_?key|private_?key|signature";

/// Whether `text` gives a secret by its name.
pub(crate) fn names_a_secret(text: &str) -> bool {
    SECRET.is_match(text)
}

/// What words are in the names of variables that hold secrets.
const WORDS: [&str; 6] = ["AUTH", "KEY", "KEYS", "PASS", "PW", "PWD"];

/// The same within words.
const PARTS: [&str; 7] = ["APIKEY", "CREDENTIAL", "PASSPHRASE", "PASSWD", "PASSWORD", "SECRET", "TOKEN"];

/// Whether the name of a variable says that its value is a secret. `PWD` alone is the folder that a shell is in.
pub(crate) fn is_name_of_secret(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    let is_word = name.split('_').any(|word| WORDS.contains(&word));
    (is_word && name != "PWD") || PARTS.iter().any(|part| name.contains(part))
}

/// The values of secrets that stand in `text` by name.
pub(crate) fn secrets(text: &str) -> Vec<&str> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| {
        let value = r#"\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s;&,]+))"#;
        Regex::new(&format!("(?i)(?:{NAMED}){value}")).expect("the pattern is valid")
    });
    let value = |found: regex::Captures<'_>| (1..=3).filter_map(|at| found.get(at)).map(|value| value.range()).next();
    VALUE.captures_iter(text).filter_map(value).map(|range| &text[range]).collect()
}

/// Schemes of programs that are none of ours; a scheme of any other name may be a secret, and is not shown.
const FOREIGN: [&str; 23] = [
    "cassandra",
    "clickhouse+http",
    "clickhouse+native",
    "cockroachdb",
    "databricks",
    "db2",
    "jdbc",
    "mongodb",
    "mongodb+srv",
    "mssql",
    "mysql+pymysql",
    "odbc",
    "oracle",
    "pg",
    "postgres+asyncpg",
    "postgresql+psycopg",
    "postgresql+psycopg2",
    "redis",
    "redshift",
    "sftp",
    "sqlserver",
    "ssh",
    "trino",
];

/// How a scheme that no engine answers to is called: by its name only where that is the name of a program.
pub(crate) fn foreign(scheme: &str) -> String {
    match FOREIGN.iter().find(|known| known.eq_ignore_ascii_case(scheme)) {
        Some(known) => format!("`{known}:`"),
        None => "the URL's scheme, which is not shown because it may be a part of a password".to_owned(),
    }
}

/// Whether the URL lists hosts, or ports for them, as libpq takes them.
pub(crate) fn has_several_hosts(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let listed = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        ["host", "hostaddr", "port"].contains(&name)
            && (value.contains(',') || value.to_ascii_lowercase().contains("%2c"))
    };
    host.contains(',') || behind.split_once('?').is_some_and(|(_, query)| query.split('&').any(listed))
}

/// Whether a path begins with the letter of a drive, as those of Windows do.
pub(super) fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// Why `text` is not taken, if so; `path` is what stands behind the prefix of an engine of paths.
pub(crate) fn refusal(text: &str, path: Option<&str>) -> Option<&'static str> {
    if text.is_empty() {
        return Some("it is empty");
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        return Some("it begins or ends with a blank, or holds a line end or another control character");
    }
    if let Some(path) = path {
        return path_refusal(path);
    }
    match text.split_once("://") {
        Some(("file", rest)) if rest.starts_with('/') => None,
        Some((scheme, rest)) if is_scheme(scheme) => network_refusal(rest),
        _ => path_refusal(text),
    }
}

/// Whether `text` is what RFC 3986 takes as a scheme.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// What stands behind `scheme://`.
pub(crate) fn network_refusal(rest: &str) -> Option<&'static str> {
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if behind.contains('@') || authority.matches('@').count() > 1 {
        return Some(
            "an `@` stands where none may, as it does behind a password with a `/`, `#`, `?` or `@` of its own",
        );
    }
    if behind.contains('#') {
        return Some("it holds a `#`");
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map(|(_, port)| port);
    if port.is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port == 0) || port.is_empty()) {
        return Some("the port behind `:` is empty or 0");
    }
    None
}

/// A path behind a `host`: one database, or none.
pub(crate) fn database_refusal(path: &str) -> Option<&'static str> {
    let inside = path.strip_prefix('/').unwrap_or(path);
    inside.contains('/').then_some("its path has more than one part, where a database is one")
}

const NO_HOST: &str = "the host is empty; where the server listens on a socket, name it behind the `?`: \
                       host=/var/run/postgresql for PostgreSQL, socket=/run/mysqld/mysqld.sock for MySQL; where a file says the rest, \
                       write postgres:///?service=name or mysql:///?defaults-file=path, and a user behind the `?` or in the file";

/// What is said of the address of a page where a database is meant.
pub(crate) const CONSOLE: &str =
    "it begins with https:// and names a server of ClickHouse; write clickhouses://user:password@host:8443/database";

/// Whether `url` is what ClickHouse Cloud shows as its HTTPS endpoint.
pub(crate) fn is_console(url: &url::Url) -> bool {
    url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(".clickhouse.cloud"))
}

/// `text` with localhost for its host where it has none and one of `sockets` says behind the `?` where the server listens.
pub(crate) fn with_host<'a>(text: &'a str, sockets: &[&str]) -> Cow<'a, str> {
    let Some((scheme, rest)) = text.split_once("://") else { return Cow::Borrowed(text) };
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let named = |pair: &str| pair.split_once('=').is_some_and(|(name, _)| sockets.contains(&name));
    let says = behind.split_once('?').is_some_and(|(_, query)| query.split('&').any(named));
    match (authority.is_empty() || authority.ends_with('@')) && says {
        true => Cow::Owned(format!("{scheme}://{authority}localhost{behind}")),
        false => Cow::Borrowed(text),
    }
}

/// Returns what is said of a URL without a host.
pub(super) fn no_host(path: PathOf) -> &'static str {
    match path {
        PathOf::Database => NO_HOST,
        PathOf::Objects => "it names no bucket; write s3://bucket/path, and likewise for other stores",
    }
}

/// Parameters: each has a name and a value.
pub(crate) fn query_refusal(query: &str) -> Option<&'static str> {
    let named = |pair: &str| pair.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    (!query.split('&').all(named)).then_some("a parameter behind `?` is not name=value")
}

/// A path to files: by RFC 3986 no relative one has a colon in its first part, so that it is no scheme.
fn path_refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it names no file");
    }
    if path.starts_with("//") {
        return Some("it begins with `//` and has no scheme");
    }
    let first = path.split('/').next().unwrap_or_default();
    if first.contains(':') && !cfg!(windows) {
        return Some(
            "it has a `:` but no `//` behind it; a file of such a name is written ./name, and what has a host engine://host",
        );
    }
    // With one letter less, as in postgres//user:password@host, a URL is a path.
    let is_plainly_path = ["/", "./", "../"].iter().any(|start| path.starts_with(start));
    if !is_plainly_path && path.rsplit_once('@').is_some_and(|(before, _)| before.contains(':')) {
        return Some(
            "it reads like user:password@host and has no engine:// before it; a file of such a name is written ./name",
        );
    }
    if SECRET.is_match(path) {
        return Some("it holds what looks like `password=…` and has no engine:// before it");
    }
    if path.split_once('?').is_some_and(|(_, behind)| behind.contains('=')) {
        return Some("files take no parameters behind `?`");
    }
    None
}

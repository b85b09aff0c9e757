//! A source's URL: which engine it names, and a type that cannot print its password.

mod error;
mod parameters;
pub(crate) mod strict;

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;
use url::Url;

use super::engine::{Access, Driver, PathOf};
use super::location::Location;
use super::registry::DRIVERS;
use crate::secret;
pub use error::UrlError;

/// What a variable may say and everybody knows.
const COMMON: [&str; 10] =
    ["localhost", "127.0.0.1", "[::1]", "postgres", "mysql", "mariadb", "root", "default", "clickhouse", "timescaledb"];

/// A parsed URL. `Display` and `Debug` mask the password, and what only the environment knows.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceUrl {
    driver: &'static Driver,
    location: Location,
    private: Private,
}

/// Parts of a URL that are not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Private {
    user: bool,
    host: bool,
    database: bool,
}

impl SourceUrl {
    /// Reads `text`; relative paths start at `base`. What is secret in it, which is all of it where it cannot be read, is
    /// hidden in everything that this process says from here on.
    pub fn parse(text: &str, base: &Path) -> Result<SourceUrl, UrlError> {
        let parsed = SourceUrl::read(text, base);
        match &parsed {
            Ok(url) => url.secrets().iter().for_each(|one| secret::keep(one)),
            Err(_) => secret::keep(text),
        }
        parsed
    }

    fn read(text: &str, base: &Path) -> Result<SourceUrl, UrlError> {
        let at = |driver, location| SourceUrl { driver, location, private: Private::default() };
        let prefixed = prefixed(text);
        if let Some(named) = error::named_otherwise(text).filter(|_| prefixed.is_none()) {
            return Err(UrlError::Scheme(named));
        }
        if let Some(why) = strict::refusal(text, prefixed.map(|(_, path)| path)) {
            return Err(UrlError::Unreadable(why));
        }
        if let Some((driver, path)) = prefixed {
            return Ok(at(driver, Location::Path(base.join(path))));
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(at(by_prefix(""), Location::Path(base.join(text))));
        };
        if scheme == "file" {
            let url = Url::parse(text).map_err(|_| UrlError::Unreadable("not a file URL"))?;
            let path = url.to_file_path().map_err(|()| UrlError::Unreadable("not a file on this machine"))?;
            return Ok(at(by_prefix(""), Location::Path(path)));
        }
        let Some((driver, path)) = by_scheme(scheme) else {
            return Err(match scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
                true => UrlError::Scheme(strict::foreign(scheme)),
                false => UrlError::Unreadable("no scheme before ://"),
            });
        };
        if strict::has_several_hosts(text) {
            return Err(UrlError::Hosts);
        }
        let url = Url::parse(text).map_err(|cause| match cause {
            url::ParseError::InvalidPort => UrlError::Unreadable("the port is not a number"),
            url::ParseError::EmptyHost => UrlError::Unreadable(strict::no_host(path)),
            _ => UrlError::Unreadable("not a valid URL"),
        })?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::Unreadable(strict::no_host(path)));
        }
        let of_path = || match path {
            PathOf::Database => strict::database_refusal(url.path()),
            PathOf::Objects => None,
        };
        let odd = of_path().or_else(|| url.query().and_then(strict::query_refusal));
        if let Some(why) = odd {
            return Err(UrlError::Unreadable(why));
        }
        parameters::check(driver, &url)?;
        Ok(at(driver, Location::Server(url)))
    }

    /// What nobody may see, as it stands in the URL; not what the URL also shows, such as a password like the user's name,
    /// nor what settings commonly are.
    fn secrets(&self) -> Vec<String> {
        let Location::Server(url) = &self.location else { return Vec::new() };
        let open = [url.scheme(), url.username(), url.host_str().unwrap_or_default(), url.path().trim_matches('/')];
        let common = |name: &str, value: &str| value.parse::<f64>().is_ok() || name.contains("timezone");
        let given = url.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let hidden = given.filter(|(name, value)| !parameters::may_be_shown(self.driver, name) && !common(name, value));
        let all = url.password().into_iter().chain(hidden.map(|(_, value)| value));
        all.filter(|one| !one.is_empty() && !open.contains(one)).map(str::to_owned).collect()
    }

    /// The same, with its account, host and database hidden where `values` of the environment bring them. What such a value
    /// says with its scheme is a URL as others are, a path is shown, and so is what everybody knows, such as localhost.
    pub(crate) fn hiding(mut self, values: &[String]) -> SourceUrl {
        let Location::Server(url) = &self.location else { return self };
        let values: Vec<&String> = values.iter().filter(|value| !value.is_empty() && !value.contains("://")).collect();
        let private = |part: &str| {
            let part = percent_decode_str(part).decode_utf8_lossy().into_owned();
            let several = |value: &str| value.contains(['@', '/', ':', '?']) && value.contains(&part);
            let brought = !part.is_empty() && values.iter().any(|value| part.contains(*value) || several(value));
            let known = COMMON.contains(&part.as_str()) || part.bytes().all(|byte| byte.is_ascii_digit());
            let private = brought && !known;
            if private {
                secret::keep_name(&part);
            }
            private
        };
        self.private = Private {
            user: private(url.username()),
            host: private(url.host_str().unwrap_or_default()),
            database: private(url.path().trim_matches('/')),
        };
        self
    }

    /// Where it is, password and all: for the connection only.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether the way to it leaves this machine, as far as its text tells: no path, no socket, no address of its own.
    pub(crate) fn is_remote(&self) -> bool {
        let Location::Server(url) = &self.location else { return false };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let own = |host: &str| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let given = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        match given("host").or_else(|| given("hostaddr")) {
            Some(host) => !host.starts_with('/') && !own(&host),
            None => given("socket").is_none() && !own(host),
        }
    }

    /// The engine that answers to it.
    pub fn driver(&self) -> &'static Driver {
        self.driver
    }

    /// What stands before the path of a URL that is one; empty for others.
    pub fn prefix(&self) -> &'static str {
        let of = |access: &Access| match (access, &self.location) {
            (Access::Path { prefix, .. }, Location::Path(_)) => Some(*prefix),
            _ => None,
        };
        self.driver.access.iter().find_map(of).unwrap_or_default()
    }
}

/// The engine whose prefix `text` begins with, such as `sqlite:`, and the path behind it and any `//`.
fn prefixed(text: &str) -> Option<(&'static Driver, &str)> {
    accesses().find_map(|(driver, access)| match access {
        Access::Path { prefix, .. } if !prefix.is_empty() => {
            let path = text.strip_prefix(prefix)?;
            Some((driver, path.strip_prefix("//").unwrap_or(path)))
        }
        _ => None,
    })
}

/// The engine of paths behind `prefix`.
fn by_prefix(wanted: &str) -> &'static Driver {
    let is = |access: &Access| matches!(access, Access::Path { prefix, .. } if *prefix == wanted);
    let found = accesses().find(|(_, access)| is(access));
    found.map(|(driver, _)| driver).expect("one engine reads paths as they are")
}

/// The engine that answers to `scheme`, and what the path behind it names.
fn by_scheme(scheme: &str) -> Option<(&'static Driver, PathOf)> {
    accesses().find_map(|(driver, access)| match access {
        Access::Server { schemes, aliases, path, .. } if schemes.contains(&scheme) || aliases.contains(&scheme) => {
            Some((driver, *path))
        }
        _ => None,
    })
}

/// Every kind of place of every engine.
fn accesses() -> impl Iterator<Item = (&'static Driver, &'static Access)> {
    DRIVERS.into_iter().flat_map(|driver| driver.access.iter().map(move |access| (driver, access)))
}

/// Notes what is secret in a word of the command line that looks like a URL with or without its engine, alone or behind
/// `flag=` and `name=`, or like the connection text of another program: it may stand where none belongs.
pub(crate) fn note_secrets(word: &str) {
    static URL: LazyLock<Regex> = LazyLock::new(|| {
        let known = accesses().flat_map(|(_, access)| match access {
            Access::Server { schemes, aliases, .. } => [*schemes, *aliases].concat(),
            Access::Path { prefix, .. } => prefix.strip_suffix(':').into_iter().collect(),
        });
        let schemes = known.chain(["http", "https"]).map(regex::escape).collect::<Vec<_>>().join("|");
        let url = format!(
            r"^\s*(?:--?[a-z-]+=)?(?:[a-z0-9_]+=)?((?i:{schemes}):\S+|[a-zA-Z0-9+.-]+://\S+|[^\s:/@]+:[^\s@]+@\S+)\s*$"
        );
        Regex::new(&url).expect("the pattern is valid")
    });
    if let Some(found) = URL.captures(word).and_then(|found| found.get(1)).filter(|url| !url.as_str().contains("${")) {
        let _ = SourceUrl::parse(found.as_str(), Path::new(""));
    }
    strict::secrets(word).into_iter().for_each(secret::keep);
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Server(url) => {
                let mut shown = url.clone();
                if self.private.user {
                    let _ = shown.set_username(secret::HIDDEN);
                }
                if self.private.host {
                    let _ = shown.set_host(Some(secret::HIDDEN));
                }
                if self.private.database {
                    shown.set_path(secret::HIDDEN);
                }
                if shown.password().is_some() {
                    let _ = shown.set_password(Some(secret::HIDDEN));
                }
                // Drivers also take credentials as parameters, and servers take settings of any name.
                let masked: Vec<(String, String)> = shown
                    .query_pairs()
                    .map(|(name, value)| {
                        let clear = parameters::may_be_shown(self.driver, &name);
                        (name.into_owned(), if clear { value.into_owned() } else { secret::HIDDEN.to_owned() })
                    })
                    .collect();
                if !masked.is_empty() {
                    shown.query_pairs_mut().clear().extend_pairs(masked);
                }
                f.write_str(shown.as_str())
            }
            Location::Path(path) => write!(f, "{}{}", self.prefix(), path.display()),
        }
    }
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a password that is shown as the host, the database, a parameter or a file of a URL that means something else
    /// than its writer meant, and a URL whose secret is nowhere to be seen but taken apart wrongly.
    #[test]
    fn no_part_of_a_url_that_may_be_a_secret_is_shown() {
        let odd = [
            "postgres://u:/S3CRET@h/db",
            "postgres://u:#S3CRET@h/db",
            "postgres://u:12/S3CRET@h/db",
            "postgres://u:a@S3CRET@h/db",
            "mysql://u:7?S3CRET@h/db",
            "clickhouse://u:/S3CRET@h:1/db",
            "clickhouses://h/db?S3CRET",
            "clickhouse://h/db#S3CRET",
            "mariadb://h/S3CRET/db",
            "postgres://h:/S3CRET",
            "postgres://h/db?sslpassword=S3CRET",
            "mysql://h/db?token=S3CRET",
            "postgres://u:S3CRET@h:notaport/db",
            "postgres://u:S3CRET@:5432/db",
            "postgres:/u:S3CRET@h/db",
            "postgres:u:S3CRET@h/db",
            "POSTGRES:u:S3CRET@h/db",
            "//u:S3CRET@h/db",
            "u:S3CRET@h/db",
            "oracle://u:S3CRET@h/db",
            "S3CRET://h/db",
            "S3CRET://u@h/db",
            "postgres://u:S3CRET@h1:5432,h2:5432/db",
            " postgres://u:S3CRET@h/db",
            "postgres://u:S3CRET@h/db\n",
            "postgres://u:S3C\tRET@h/db",
            "sqlite:u:S3CRET@h/db",
            "sqlite://u:S3CRET@h/db",
            "sqlite:a.db?key=S3CRET",
            "adbc:duckdb:u:S3CRET@h/db",
            "adbc:duckdb:a.duckdb?motherduck_token=S3CRET",
            "adbc:snowflake:S3CRET",
            "duckdb:S3CRET.duckdb",
            "duckdb://u:S3CRET@h/db",
            "a.csv?token=S3CRET",
            "host=h password=S3CRET dbname=d",
            "host=h PASSWORD = 'S3CRET'",
            "Server=h;Database=d;Uid=u;Pwd=S3CRET;",
            "sqlite:a.db;password=S3CRET",
            "file://u:S3CRET@h/db",
            "file://u:/S3CRET@h/db",
        ];
        for text in odd {
            let why = SourceUrl::parse(text, Path::new("/")).expect_err(text);
            assert!(!format!("{why} {why:?}").contains("S3C"), "{why}");
        }
        let masked = [
            "postgres://u:S3CRET@h/db",
            "postgres://u:%2FS3CRET@h/db",
            "postgres://u@h/db?password=S3CRET&sslkey=S3CRET&options=S3CRET",
            "clickhouse://h:8123/db?user=u&password=S3CRET&access_token=S3CRET",
            "mysql://u:S3CRET@h/d?ssl-key=S3CRET",
        ];
        for text in masked {
            let url = SourceUrl::parse(text, Path::new("/")).unwrap();
            assert!(!format!("{url} {url:?}").contains("S3CRET"), "{url}");
            assert!(url.secrets().iter().any(|one| one.ends_with("S3CRET")));
        }
        let setting = "clickhouse://h/?session_timezone=Europe%2FBerlin&max_memory_usage=10000000000";
        assert!(SourceUrl::parse(setting, Path::new("/")).unwrap().secrets().is_empty(), "it may stand in data");
        let shown = SourceUrl::parse("postgres://u@h/db?sslmode=verify-full&host=%2Frun", Path::new("/")).unwrap();
        assert_eq!(shown.to_string(), "postgres://u@h/db?sslmode=verify-full&host=%2Frun");
        assert!(SourceUrl::parse("postgres://app:app@h/db", Path::new("/")).unwrap().secrets().is_empty());
    }

    /// Catches an error that speaks of a port where hosts were listed, and a comma that is no list taken for one.
    #[test]
    fn several_hosts_are_refused_by_that_name() {
        let read = |text| SourceUrl::parse(text, Path::new("/"));
        for text in [
            "postgres://h1:5432,h2:5432/db",
            "postgres://u:p@h1,h2/db",
            "postgresql://h1,h2:5433",
            "mysql://u@h1:3306,h2:3306/db?ssl-mode=DISABLED",
            "clickhouse://h1,h2:8123",
            "postgres://u@h/db?host=h1,h2",
            "postgres://u@h/db?port=1,2",
            "postgres://[::1]:5432,[::2]:5432/db",
        ] {
            let why = read(text).expect_err(text);
            assert_eq!(why, UrlError::Hosts, "{text}");
        }
        for text in
            ["postgres://u:p,q@h/db", "postgres://u@h/a,b", "clickhouse://h/?format_csv_null_representation=a,b"]
        {
            assert!(read(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_stays_on_this_machine_is_told_from_the_rest() {
        let remote = |text| SourceUrl::parse(text, Path::new("/")).unwrap().is_remote();
        for text in
            ["postgres://db/a", "mysql://10.0.0.1/a", "clickhouse://[2001:db8::1]/a", "postgres://localhost/a?host=db"]
        {
            assert!(remote(text), "{text}");
        }
        for text in [
            "postgres://localhost/a",
            "mysql://127.0.0.1/a",
            "clickhouse://[::1]/a",
            "postgres://db/a?host=/run/postgresql",
            "mysql://db/a?socket=/run/mysqld/mysqld.sock",
            "sqlite:a.db",
            "a.csv",
        ] {
            assert!(!remote(text), "{text}");
        }
    }

    #[test]
    fn paths_start_at_the_suite() {
        let base = Path::new("/suite");
        let shown = |text| SourceUrl::parse(text, base).unwrap().to_string();
        assert_eq!(shown("sqlite:a.db"), "sqlite:/suite/a.db");
        assert_eq!(shown("sqlite:///a.db"), "sqlite:/a.db");
        assert_eq!(shown("new"), "/suite/new");
        assert_eq!((shown("./a:b"), shown("/a:b@c")), ("/suite/./a:b".to_owned(), "/a:b@c".to_owned()));
        assert_eq!(shown("file:///a@b.csv"), "/a@b.csv");
        assert_eq!(shown("sales/year=2026/month=01"), "/suite/sales/year=2026/month=01");
        assert!(matches!(SourceUrl::parse("oracle://h/x", base), Err(UrlError::Scheme(_))));
        assert_eq!(shown("adbc:duckdb:a.duckdb"), "adbc:duckdb:/suite/a.duckdb");
        assert_eq!(shown("adbc:duckdb:///a.duckdb"), "adbc:duckdb:/a.duckdb");
        let refused = SourceUrl::parse("gs:///t.csv", base).unwrap_err().to_string();
        assert!(refused.contains("it names no bucket"), "{refused}");
    }
}

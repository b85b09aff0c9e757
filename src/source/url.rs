//! A source's URL: which engine it names, and a type that cannot print its password.

mod parameters;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{EngineName, strict};
use crate::secret;

const NO_HOST: &str = "the host is empty; where the server listens on a socket, write localhost and name it behind the `?`: \
                       host=/var/run/postgresql for PostgreSQL, socket=/run/mysqld/mysqld.sock for MySQL";

/// Where a source is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// `clickhouse://` or, over TLS, `clickhouses://`.
    ClickHouse(Url),
    /// `postgres://` or `postgresql://`.
    Postgres(Url),
    /// `mysql://` or `mariadb://`.
    MySql(Url),
    /// `sqlite:path`, resolved against the folder of the suite.
    Sqlite(PathBuf),
    /// A file or folder, resolved against the folder of the suite.
    Files(PathBuf),
}

/// A parsed URL. `Display` and `Debug` mask the password.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceUrl(Location);

/// A URL that names no source. Never holds the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not a URL at all.
    #[error(
        "the URL cannot be read ({0}); write engine://user:password@host:port/database, special characters of a password percent-encoded: `/` as %2F, `#` as %23, `?` as %3F, `@` as %40"
    )]
    Unreadable(&'static str),
    /// A scheme no engine answers to.
    #[error("no engine answers to `{0}:`; use clickhouse, clickhouses, postgres, mysql, sqlite, or a path to files")]
    Scheme(String),
    /// A parameter that the engine does not know, or a value that it does not take.
    #[error("the URL cannot be used: {0}")]
    Parameter(String),
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
        if let Some(why) = strict::refusal(text) {
            return Err(UrlError::Unreadable(why));
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(SourceUrl(Location::Sqlite(base.join(path))));
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(SourceUrl(Location::Files(base.join(text))));
        };
        if scheme == "file" {
            let url = Url::parse(text).map_err(|_| UrlError::Unreadable("not a file URL"))?;
            let path = url.to_file_path().map_err(|()| UrlError::Unreadable("not a file on this machine"))?;
            return Ok(SourceUrl(Location::Files(path)));
        }
        let wrap: fn(Url) -> Location = match scheme {
            "clickhouse" | "clickhouses" => Location::ClickHouse,
            "postgres" | "postgresql" => Location::Postgres,
            "mysql" | "mariadb" => Location::MySql,
            other if other.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) => {
                return Err(UrlError::Scheme(other.to_owned()));
            }
            _ => return Err(UrlError::Unreadable("no scheme before ://")),
        };
        let url = Url::parse(text).map_err(|cause| match cause {
            url::ParseError::InvalidPort => UrlError::Unreadable("the port is not a number"),
            url::ParseError::EmptyHost => UrlError::Unreadable(NO_HOST),
            _ => UrlError::Unreadable("not a valid URL"),
        })?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::Unreadable(NO_HOST));
        }
        let odd = strict::database_refusal(url.path()).or_else(|| url.query().and_then(strict::query_refusal));
        if let Some(why) = odd {
            return Err(UrlError::Unreadable(why));
        }
        let found = SourceUrl(wrap(url));
        if let Location::ClickHouse(url) | Location::Postgres(url) | Location::MySql(url) = &found.0 {
            parameters::check(found.engine(), url)?;
        }
        Ok(found)
    }

    /// What nobody may see, as it stands in the URL; not what the URL also shows, such as a password like the user's name,
    /// nor what settings commonly are.
    fn secrets(&self) -> Vec<String> {
        let (Location::ClickHouse(url) | Location::Postgres(url) | Location::MySql(url)) = &self.0 else {
            return Vec::new();
        };
        let open = [url.scheme(), url.username(), url.host_str().unwrap_or_default(), url.path().trim_matches('/')];
        let common = |name: &str, value: &str| value.parse::<f64>().is_ok() || name.contains("timezone");
        let given = url.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let hidden =
            given.filter(|(name, value)| !parameters::may_be_shown(self.engine(), name) && !common(name, value));
        let all = url.password().into_iter().chain(hidden.map(|(_, value)| value));
        all.filter(|one| !one.is_empty() && !open.contains(one)).map(str::to_owned).collect()
    }

    /// Where it is, password and all: for the connection only.
    pub fn location(&self) -> &Location {
        &self.0
    }

    /// The engine that answers to it.
    pub fn engine(&self) -> EngineName {
        match self.0 {
            Location::ClickHouse(_) => EngineName::ClickHouse,
            Location::Postgres(_) => EngineName::Postgres,
            Location::MySql(_) => EngineName::MySql,
            Location::Sqlite(_) => EngineName::Sqlite,
            Location::Files(_) => EngineName::Files,
        }
    }
}

/// Notes what is secret in a word of the command line that looks like a URL with or without its engine, alone or behind
/// `flag=` and `name=`: it may stand where none belongs.
pub(crate) fn note_secrets(word: &str) {
    static URL: LazyLock<Regex> = LazyLock::new(|| {
        let schemes = "clickhouses?|postgres(?:ql)?|mysql|mariadb|sqlite|https?";
        let url = format!(r"^\s*(?:--?[a-z-]+=)?(?:[a-z0-9_]+=)?((?i:{schemes}):\S+|[^\s:/@]+:[^\s@]+@\S+)\s*$");
        Regex::new(&url).expect("the pattern is valid")
    });
    if let Some(found) = URL.captures(word).and_then(|found| found.get(1)).filter(|url| !url.as_str().contains("${")) {
        let _ = SourceUrl::parse(found.as_str(), Path::new(""));
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Location::ClickHouse(url) | Location::Postgres(url) | Location::MySql(url) => {
                let mut shown = url.clone();
                if shown.password().is_some() {
                    let _ = shown.set_password(Some(secret::HIDDEN));
                }
                // Drivers also take credentials as parameters, and servers take settings of any name.
                let masked: Vec<(String, String)> = shown
                    .query_pairs()
                    .map(|(name, value)| {
                        let clear = parameters::may_be_shown(self.engine(), &name);
                        (name.into_owned(), if clear { value.into_owned() } else { secret::HIDDEN.to_owned() })
                    })
                    .collect();
                if !masked.is_empty() {
                    shown.query_pairs_mut().clear().extend_pairs(masked);
                }
                f.write_str(shown.as_str())
            }
            Location::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Location::Files(path) => write!(f, "{}", path.display()),
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
            " postgres://u:S3CRET@h/db",
            "postgres://u:S3CRET@h/db\n",
            "postgres://u:S3C\tRET@h/db",
            "sqlite:u:S3CRET@h/db",
            "sqlite://u:S3CRET@h/db",
            "sqlite:a.db?key=S3CRET",
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
    }
}

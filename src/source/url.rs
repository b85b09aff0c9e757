//! A source's URL: which engine it names, and a type that cannot print its password.

mod parameters;

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use super::EngineName;

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
        "the URL cannot be read ({0}); write engine://user:password@host:port/database, special characters percent-encoded"
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
    /// Reads `text`; relative paths start at `base`.
    pub fn parse(text: &str, base: &Path) -> Result<SourceUrl, UrlError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(UrlError::Unreadable("it names no file"));
            }
            return Ok(SourceUrl(Location::Sqlite(base.join(path))));
        }
        let Some((scheme, _)) = text.split_once("://") else {
            if text.is_empty() {
                return Err(UrlError::Unreadable("it is empty"));
            }
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
            url::ParseError::EmptyHost => UrlError::Unreadable("the host is empty"),
            _ => UrlError::Unreadable("not a valid URL"),
        })?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(UrlError::Unreadable("the host is empty"));
        }
        if url.fragment().is_some() {
            return Err(UrlError::Unreadable("a # stands in it"));
        }
        let found = SourceUrl(wrap(url));
        if let Location::ClickHouse(url) | Location::Postgres(url) | Location::MySql(url) = &found.0 {
            parameters::check(found.engine(), url)?;
        }
        Ok(found)
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

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Location::ClickHouse(url) | Location::Postgres(url) | Location::MySql(url) => {
                let mut shown = url.clone();
                if shown.password().is_some() {
                    let _ = shown.set_password(Some("***"));
                }
                // Drivers also take credentials as query parameters.
                let masked: Vec<(String, String)> = shown
                    .query_pairs()
                    .map(|(name, value)| {
                        let clear = parameters::may_be_shown(self.engine(), &name);
                        (name.into_owned(), if clear { value.into_owned() } else { "***".to_owned() })
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

    #[test]
    fn a_password_never_shows_however_it_is_given() {
        for text in [
            "postgres://u:s3cret@h/db",
            "clickhouse://h:8123/db?user=u&password=s3cret",
            "mysql://u:s3cret@h/d?ssl-key=s3cret",
        ] {
            let url = SourceUrl::parse(text, Path::new("/")).unwrap();
            assert!(!format!("{url} {url:?}").contains("s3cret"), "{url}");
        }
        let broken = SourceUrl::parse("postgres://u:s3cret@h:notaport/db", Path::new("/")).unwrap_err();
        assert!(!broken.to_string().contains("s3cret"));
    }

    #[test]
    fn paths_start_at_the_suite() {
        let base = Path::new("/suite");
        assert_eq!(SourceUrl::parse("sqlite:a.db", base).unwrap().to_string(), "sqlite:/suite/a.db");
        assert_eq!(SourceUrl::parse("sqlite:///a.db", base).unwrap().to_string(), "sqlite:/a.db");
        assert_eq!(SourceUrl::parse("new", base).unwrap().to_string(), "/suite/new");
        assert!(matches!(SourceUrl::parse("oracle://h/x", base), Err(UrlError::Scheme(_))));
    }
}

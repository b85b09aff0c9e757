//! A source's URL: which engine it names, and a type that cannot print its password.

mod error;
mod parameters;
mod private;
pub(crate) mod strict;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;
use url::Url;

use super::engine::{Access, Driver, PathOf};
use super::location::Location;
use super::options::SourceOptions;
use super::registry::DRIVERS;
use crate::secret;
pub use error::UrlError;
use private::Private;

/// What a variable may say and everybody knows.
const COMMON: [&str; 10] =
    ["localhost", "127.0.0.1", "[::1]", "postgres", "mysql", "mariadb", "root", "default", "clickhouse", "timescaledb"];

/// A parsed URL. `Display` and `Debug` mask the password, and what only the environment knows.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceUrl {
    driver: &'static Driver,
    location: Location,
    private: Private,
    /// What is not shown of a path.
    hidden: Vec<String>,
    /// What reads it in place of its own engine.
    via: Option<Box<Via>>,
}

/// Another source of a suite, whose engine reads the tables of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// The name of that source.
    pub name: String,
    /// Where it is.
    pub url: SourceUrl,
    /// What the suite says of it.
    pub options: SourceOptions,
}

/// What a variable or a file brings into a URL.
#[derive(Clone, Debug)]
pub(crate) struct Brought {
    pub(crate) value: String,
    /// Whether it is a secret wherever it stands.
    pub(crate) is_secret: bool,
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
        let at = |driver, location| SourceUrl {
            driver,
            location,
            private: Private::default(),
            hidden: Vec::new(),
            via: None,
        };
        if strict::has_drive(text) {
            let path = at(by_prefix(""), Location::Path(base.join(text)));
            return if cfg!(windows) { Ok(path) } else { Err(UrlError::Drive) };
        }
        let prefixed = prefixed(text);
        let served = behind_driver(text);
        if let Some(named) = error::named_otherwise(text).filter(|_| prefixed.is_none() && served.is_none()) {
            return Err(UrlError::Scheme(named));
        }
        // Behind what leads to the driver stands a URL as others are.
        let (text, served) = served.map_or((text, None), |(rest, served)| (rest, Some(served)));
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
        let Some((driver, path)) = served.or_else(|| by_scheme(scheme)) else {
            return Err(match scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
                true => UrlError::Scheme(strict::foreign(scheme)),
                false => UrlError::Unreadable("no scheme before ://"),
            });
        };
        if strict::has_several_hosts(text) {
            return Err(UrlError::Hosts);
        }
        let text = strict::with_host(text, driver.parameters().sockets);
        let url = Url::parse(&text).map_err(|cause| match cause {
            url::ParseError::InvalidPort => UrlError::Unreadable("the port is not a number"),
            url::ParseError::EmptyHost => UrlError::Unreadable(strict::no_host(path)),
            _ => UrlError::Unreadable("not a valid URL"),
        })?;
        if url.host_str().is_none_or(str::is_empty) && !driver.parameters().names_file(&url) {
            return Err(UrlError::Unreadable(strict::no_host(path)));
        }
        if strict::is_console(&url) {
            return Err(UrlError::Unreadable(strict::CONSOLE));
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

    /// Why its tables are looked for among files, where it is a database by its ending.
    pub(super) fn misnamed(&self) -> Option<UrlError> {
        let Location::Path(path) = &self.location else { return None };
        let (ending, prefix) = by_ending(path.to_str()?)?;
        (self.driver == by_prefix("") && !path.is_dir()).then_some(UrlError::Database { ending, prefix })
    }

    /// The URL with what it leaves to a file of its engine's own clients, such as a service of PostgreSQL; paths start at
    /// `base`. Secrets are hidden from here on, and so are an account, a host and a database that only the file names.
    ///
    /// # Errors
    /// What is not there, and what is not understood; never holds a value.
    pub fn complete(mut self, base: &Path) -> Result<SourceUrl, UrlError> {
        let Location::Server(before) = &self.location else { return Ok(self) };
        let parameters = self.driver.parameters();
        let Some(file) = parameters.file.as_ref().filter(|_| parameters.names_file(before)) else { return Ok(self) };
        let full = (file.complete)(before, base).map_err(UrlError::Parameter)?;
        let brought = Private {
            user: before.username().is_empty() && is_private(full.username()),
            host: before.host_str().is_none_or(str::is_empty) && is_private(full.host_str().unwrap_or_default()),
            database: before.path().trim_matches('/').is_empty() && is_private(full.path().trim_matches('/')),
        };
        self.location = Location::Server(full);
        self.secrets().iter().for_each(|one| secret::keep(one));
        if let Location::Server(full) = &self.location {
            parameters::check(self.driver, full)?;
        }
        self.private = self.private.and(brought);
        Ok(self)
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

    /// The same, with its account, host and database hidden where the environment brings them, and what it brings of a path where
    /// that is a secret. What such a value says with its scheme is a URL as others are, another path is shown, and so is what
    /// everybody knows, such as localhost.
    pub(crate) fn hiding(mut self, brought: &[Brought]) -> SourceUrl {
        let whole = |value: &str| value.contains("://") || prefixed(value).is_some();
        let brought = brought.iter().filter(|one| !one.value.is_empty() && !whole(&one.value));
        let Location::Server(url) = &self.location else {
            for Brought { value, .. } in brought.filter(|one| one.is_secret) {
                secret::keep(value);
                self.hidden.push(value.clone());
            }
            return self;
        };
        let values: Vec<&String> = brought.map(|one| &one.value).collect();
        let private = |part: &str| {
            let part = percent_decode_str(part).decode_utf8_lossy().into_owned();
            let several = |value: &str| value.contains(['@', '/', ':', '?']) && value.contains(&part);
            let brought = !part.is_empty() && values.iter().any(|value| part.contains(*value) || several(value));
            brought && is_private(&part)
        };
        let brought = Private {
            user: private(url.username()),
            host: private(url.host_str().unwrap_or_default()),
            database: private(url.path().trim_matches('/')),
        };
        self.private = self.private.and(brought);
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
            None => given("socket").is_none() && !own(host) && !host.to_ascii_lowercase().starts_with("%2f"),
        }
    }

    /// The engine that answers its queries.
    pub fn driver(&self) -> &'static Driver {
        self.via.as_ref().map_or(self.driver, |via| via.url.driver)
    }

    /// The engine that it is a place of, whichever answers its queries.
    pub(super) fn keeper(&self) -> &'static Driver {
        self.driver
    }

    /// What reads it in place of its own engine.
    pub fn via(&self) -> Option<&Via> {
        self.via.as_deref()
    }

    /// The same, read by another source.
    pub fn read_by(self, via: Via) -> SourceUrl {
        SourceUrl { via: Some(Box::new(via)), ..self }
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

/// Whether a part of a URL that stands elsewhere is nobody's business, unlike what everybody knows; it is hidden from here on.
fn is_private(part: &str) -> bool {
    let part = percent_decode_str(part).decode_utf8_lossy();
    let known = COMMON.contains(&part.as_ref()) || part.bytes().all(|byte| byte.is_ascii_digit());
    if !known {
        secret::keep_name(&part);
    }
    !known
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

/// The ending of a path that is one of an engine's databases, and what stands before such paths.
fn by_ending(text: &str) -> Option<(&'static str, &'static str)> {
    let (_, ending) = text.rsplit_once('.')?;
    accesses().find_map(|(_, access)| match access {
        Access::Path { prefix, endings, .. } => {
            endings.iter().find(|known| known.eq_ignore_ascii_case(ending)).map(|known| (*known, *prefix))
        }
        Access::Server { .. } => None,
    })
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

/// What stands in front of the URL of a server behind a driver.
const BEHIND: &str = "adbc:";

/// The URL of a server behind a driver without what leads to the driver, and which it is.
fn behind_driver(text: &str) -> Option<(&str, (&'static Driver, PathOf))> {
    let (scheme, _) = text.split_once("://")?;
    Some((text.strip_prefix(BEHIND)?, by_scheme(scheme)?))
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
                let behind = if self.driver.capabilities.library.is_some() { BEHIND } else { "" };
                write!(f, "{behind}{shown}")
            }
            Location::Path(path) => {
                let shown = path.display().to_string();
                let shown = self.hidden.iter().fold(shown, |shown, value| shown.replace(value, secret::HIDDEN));
                write!(f, "{}{shown}", self.prefix())
            }
        }
    }
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

//! Where a history is: a SQLite file or a shared PostgreSQL. A type that cannot print a password.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use crate::source::{Location, SourceOptions};
use crate::suite::{SourceSpec, SourceSpecError};

/// Name of the history in a folder of reports.
const FILE: &str = "history.db";

/// Where a history is. `Display` and `Debug` mask the password.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL, its URL and what may be shown of it.
    Postgres(Url, String),
}

impl Place {
    /// The file in a folder of reports.
    pub fn beside(reports: &Path) -> Place {
        Place::File(reports.join(FILE))
    }

    /// A path, `sqlite:PATH` or `postgres://…`; `${VAR}` is expanded as in a suite's URLs.
    ///
    /// # Errors
    /// An unset variable, a URL that cannot be read, or one of another engine; the text never holds the URL.
    pub fn parse(text: &str, variables: impl Fn(&str) -> Option<String>) -> Result<Place, String> {
        let url = SourceSpec::new(text.to_owned(), SourceOptions::default()).resolve(Path::new(""), variables);
        let url = url.map_err(|error| match error {
            SourceSpecError::Unset(name) => format!("--history: the variable {name} is not set; export it"),
            other => format!("--history: {other}"),
        })?;
        match (url.driver().name, url.location()) {
            (_, Location::Path(path)) => Ok(Place::File(path.clone())),
            ("postgres", Location::Server(location)) => Ok(Place::Postgres(location.clone(), url.to_string())),
            (engine, Location::Server(_)) => Err(format!(
                "--history: a history is a SQLite file or a PostgreSQL database, not {engine}; give a path or postgres://…"
            )),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Postgres(_, shown) => f.write_str(shown),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a password in a message, and an engine that no history can be in.
    #[test]
    fn a_place_is_a_file_or_a_postgres_and_shows_no_password() {
        let variables = |name: &str| (name == "PASS").then(|| "s3cret".to_owned());
        let shown = |text: &str| Place::parse(text, variables).map(|place| format!("{place} {place:?}"));
        assert_eq!(Place::parse("a/b.db", variables).unwrap().to_string(), "a/b.db");
        assert_eq!(Place::parse("sqlite:a/b.db", variables), Place::parse("a/b.db", variables));
        for text in [
            "postgres://u:${PASS}@h/d",
            "postgres://u@h/d?password=s3cret",
            "mysql://u:s3cret@h/d",
            "postgres://u:s3cret@h:x/d",
        ] {
            let text = shown(text).unwrap_or_else(|error| error);
            assert!(!text.contains("s3cret"), "{text}");
        }
        assert!(shown("clickhouse://h/d").is_err());
        assert!(shown("postgres://u:${NONE}@h/d").unwrap_err().contains("NONE"));
    }
}

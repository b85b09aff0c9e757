//! Why a URL names no source.

use super::super::engine::Access;
use super::super::registry::DRIVERS;

/// A URL that names no source. Never holds the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not a URL at all.
    #[error(
        "the URL cannot be read ({0}); write engine://user:password@host:port/database, special characters of a password percent-encoded: `/` as %2F, `#` as %23, `?` as %3F, `@` as %40"
    )]
    Unreadable(&'static str),
    /// A scheme no engine answers to; named where it is that of another program.
    #[error("no engine answers to {0}; use {schemes}, or a path to files", schemes = schemes().join(", "))]
    Scheme(String),
    /// Hosts of which a client of another program takes the one that answers.
    #[error(
        "the URL names several hosts, and one is taken, so that every query reads the same server; give the URL of one host, or of a name or a proxy that leads to the one that is meant"
    )]
    Hosts,
    /// A parameter that the engine does not know, or a value that it does not take.
    #[error("the URL cannot be used: {0}")]
    Parameter(String),
}

/// The schemes that are listed for people.
fn schemes() -> Vec<&'static str> {
    let of = |access: &'static Access| match access {
        Access::Server { schemes, .. } => schemes.to_vec(),
        Access::Path { prefix, .. } => prefix.strip_suffix(':').into_iter().collect(),
    };
    DRIVERS.iter().flat_map(|driver| driver.access).flat_map(of).collect()
}

/// How a URL that is meant for an engine behind a driver calls it, where no engine has that prefix.
pub(super) fn named_otherwise(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once(':')?;
    if scheme == "adbc" {
        return Some("this driver of `adbc:`".to_owned());
    }
    let loaded = DRIVERS.iter().find(|driver| driver.name == scheme && driver.capabilities.library.is_some())?;
    Some(format!("`{}:`", loaded.name))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::SourceUrl;

    /// Catches a near miss of a URL that is taken for a path, with no word of how it is written.
    #[test]
    fn an_engine_behind_a_driver_is_told_by_its_prefix() {
        for (text, told) in [
            ("duckdb:a.duckdb", "no engine answers to `duckdb:`; use "),
            ("duckdb://a.duckdb", "no engine answers to `duckdb:`; use "),
            ("adbc:snowflake:account", "no engine answers to this driver of `adbc:`; use "),
            ("adbc:postgres://h/d", "no engine answers to this driver of `adbc:`; use "),
            ("spark://h", "no engine answers to `spark:`; use "),
            ("adbc:spark:h", "no engine answers to this driver of `adbc:`; use "),
        ] {
            let refused = SourceUrl::parse(text, Path::new("/")).unwrap_err().to_string();
            assert!(refused.starts_with(told) && refused.contains("adbc:duckdb"), "{text}: {refused}");
        }
    }
}

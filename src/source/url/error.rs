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
    /// A database in a file, by its ending, whose engine is not named.
    #[error("a file that ends in .{ending} is a database; write {prefix} before its path")]
    Database {
        /// How the file ends.
        ending: &'static str,
        /// What stands before the paths of its engine.
        prefix: &'static str,
    },
    /// A path with the letter of a drive, elsewhere than on Windows.
    #[error(
        "a path with the letter of a drive is one of Windows; write a path of this machine, such as /mnt/c/data/orders.parquet"
    )]
    Drive,
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

    /// Catches a database that is looked for among files of rows, and a history or a folder of files that is called like one.
    #[test]
    fn a_database_is_told_what_to_write() {
        let misnamed = |text: &str, base: &Path| {
            SourceUrl::parse(text, base).unwrap().misnamed().map(|why| why.to_string()).unwrap_or_default()
        };
        let folder = tempfile::tempdir().unwrap();
        for (text, prefix) in [("old.db", "sqlite:"), ("../x/OLD.SQLITE3", "sqlite:"), ("old.duckdb", "adbc:duckdb:")] {
            let told = misnamed(text, folder.path());
            assert!(told.ends_with(&format!("is a database; write {prefix} before its path")), "{text}: {told}");
        }
        std::fs::create_dir(folder.path().join("old.db")).unwrap();
        for text in ["sqlite:old.db", "adbc:duckdb:old.duckdb", "old.db", "a.parquet", "data"] {
            assert_eq!(misnamed(text, folder.path()), "", "{text}");
        }
    }

    /// Catches a path of Windows that is taken for a URL.
    #[test]
    fn a_drive_is_told_what_to_write() {
        for text in ["C:\\data\\a.parquet", "d:/data/a.csv"] {
            let refused = SourceUrl::parse(text, Path::new("/")).map(|_| ()).map_err(|error| error.to_string());
            match cfg!(windows) {
                true => assert_eq!(refused, Ok(()), "{text}"),
                false => assert!(refused.unwrap_err().starts_with("a path with the letter of a drive"), "{text}"),
            }
        }
    }

    /// Catches a near miss of a URL that is taken for a path, with no word of how it is written.
    #[test]
    fn an_engine_behind_a_driver_is_told_by_its_prefix() {
        for (text, told) in [
            ("duckdb:a.duckdb", "no engine answers to `duckdb:`; use "),
            ("duckdb://a.duckdb", "no engine answers to `duckdb:`; use "),
            ("adbc:snowflake:account", "no engine answers to this driver of `adbc:`; use "),
            ("adbc:postgres://h/d", "no engine answers to this driver of `adbc:`; use "),
            ("snowflake://account", "no engine answers to `snowflake:`; use "),
            ("bigquery://project", "no engine answers to `bigquery:`; use "),
            ("spark://h", "no engine answers to `spark:`; use "),
            ("adbc:spark:h", "no engine answers to this driver of `adbc:`; use "),
        ] {
            let refused = SourceUrl::parse(text, Path::new("/")).unwrap_err().to_string();
            assert!(refused.starts_with(told) && refused.contains("adbc:duckdb"), "{text}: {refused}");
        }
    }
}

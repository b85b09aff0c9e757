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

//! The declared table of an engine: what may stand behind the `?` of its URLs.

use std::path::Path;

use url::Url;

/// What an engine takes behind the `?`.
#[derive(Debug)]
pub struct Parameters {
    /// Those it takes.
    pub known: &'static [Parameter],
    /// Parameters of other clients, or of the driver, that would change nothing here or must not: their names in lower case
    /// without separators, and what does instead.
    pub elsewhere: &'static [(&'static [&'static str], &'static str)],
    /// Whether any other name of letters, digits and underscores is a setting, which the server judges.
    pub settings: bool,
    /// A certificate authority that is looked at in some modes of encryption only.
    pub authority: Option<Authority>,
    /// How a URL asks for a connection that is wholly verified; absent where there is none.
    pub verification: Option<&'static str>,
    /// Files of the engine's own clients that say the rest of a URL; absent where there are none.
    pub file: Option<SettingsFile>,
    /// Those that may name a socket, where the host may be empty.
    pub sockets: &'static [&'static str],
}

impl Parameters {
    /// No parameters at all.
    pub const NONE: Parameters = Parameters {
        known: &[],
        elsewhere: &[],
        settings: false,
        authority: None,
        verification: None,
        file: None,
        sockets: &[],
    };

    /// Whether `url` leaves a part of itself to a file.
    pub(super) fn names_file(&self, url: &Url) -> bool {
        self.file.as_ref().is_some_and(|file| {
            url.query_pairs().any(|(name, _)| name == file.name)
                || file.variable.is_some_and(|name| std::env::var(name).is_ok_and(|value| !value.is_empty()))
        })
    }
}

/// A file of an engine's own clients in which connections are described.
#[derive(Debug)]
pub struct SettingsFile {
    /// The parameter that names it, or an entry of it.
    pub name: &'static str,
    /// The variable that does where the URL has no such parameter.
    pub variable: Option<&'static str>,
    /// The URL with what it leaves out, as the file has it; relative paths start at the folder.
    ///
    /// # Errors
    /// What is not there, and what is not understood; never holds a value.
    pub complete: fn(&Url, &Path) -> Result<Url, String>,
}

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// The spelling of the documentation, then others that the driver takes for the same.
    pub names: &'static [&'static str],
    /// All it may be, in the spelling of the documentation; empty where any text will do. The case does not matter.
    pub values: &'static [&'static str],
    /// Whether messages and reports may show its value.
    pub shown: bool,
}

/// The parameter that names a certificate authority.
#[derive(Debug)]
pub struct Authority {
    /// Its name.
    pub name: &'static str,
    /// The parameter of the mode of encryption.
    pub mode: &'static str,
    /// The modes that check the certificate: with the name of the host, and without.
    pub verifying: [&'static str; 2],
}

/// A parameter whose value may be shown.
pub(super) const fn shown(names: &'static [&'static str]) -> Parameter {
    Parameter { names, values: &[], shown: true }
}

/// A parameter whose value is a secret, or may be one.
pub(super) const fn secret(names: &'static [&'static str]) -> Parameter {
    Parameter { names, values: &[], shown: false }
}

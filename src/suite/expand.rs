//! The variables and files that a URL takes its parts from.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::fs::input;
use crate::source::{Brought, UrlError, is_name_of_secret};

/// Why a source has no URL. Never holds the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceSpecError {
    /// A variable is not set.
    #[error("the variable {0} is not set; export it, write ${{{0}:-default}}, or give the URL with --source")]
    Unset(String),
    /// A file that a URL takes a part from, and why it is not read.
    #[error("the file {0} of the URL cannot be read: {1}; check the path, which starts at the suite")]
    File(String, String),
    /// `${` without its end, or with an impossible name.
    #[error("the URL has a `${{` that names no variable; write ${{NAME}}, ${{NAME:-default}} or ${{file:PATH}}")]
    Malformed,
    /// The expanded text is no URL.
    #[error(transparent)]
    Url(#[from] UrlError),
}

/// A piece of a URL as the suite has it.
pub(super) enum Part<'a> {
    Text(&'a str),
    Variable { name: &'a str, default: Option<&'a str> },
}

/// What stands before the path of a file in the place of a variable's name.
const FILE: &str = "file:";

/// The text of a file that holds a secret, as Docker, Kubernetes and systemd hand them out, without the line end behind it.
fn secret_file(path: &Path) -> Result<String, SourceSpecError> {
    let read =
        input::text(path).map_err(|cause| SourceSpecError::File(path.display().to_string(), cause.to_string()))?;
    let text = read.strip_suffix('\n').map_or(read.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    match text.is_empty() {
        true => Err(SourceSpecError::File(path.display().to_string(), "it is empty".to_owned())),
        false => Ok(text.to_owned()),
    }
}

/// Returns `url` with its variables and files, whose paths start at `folder`, and what they brought. A value that stands for a user
/// or a password is percent-encoded.
///
/// # Errors
/// A variable that is not set and has no default, a file that is not there, and what names neither.
pub(crate) fn expanded(
    url: &str,
    folder: &Path,
    variables: impl Fn(&str) -> Option<String>,
) -> Result<(String, Vec<Brought>), SourceSpecError> {
    let parts = parts(url)?;
    let credentials = credentials(&parts);
    let (mut expanded, mut brought) = (String::new(), Vec::new());
    for (index, part) in parts.iter().enumerate() {
        let (name, default) = match part {
            Part::Text(text) => {
                expanded.push_str(text);
                continue;
            }
            Part::Variable { name, default } => (*name, *default),
        };
        let file = name.strip_prefix(FILE).map(|path| secret_file(&folder.join(path))).transpose()?;
        let is_secret = file.is_some() || is_name_of_secret(name);
        let found = file.or_else(|| variables(name)).filter(|value| !value.is_empty());
        brought.extend(found.clone().map(|value| Brought { value, is_secret }));
        let value = found.or_else(|| default.map(str::to_owned));
        let value = value.ok_or_else(|| SourceSpecError::Unset(name.to_owned()))?;
        if index < credentials {
            expanded.extend(utf8_percent_encode(&value, NON_ALPHANUMERIC));
        } else {
            expanded.push_str(&value);
        }
    }
    Ok((expanded, brought))
}

/// Takes a URL apart at its variables.
///
/// # Errors
/// `${` without its end, or with an impossible name.
pub(super) fn parts(url: &str) -> Result<Vec<Part<'_>>, SourceSpecError> {
    let mut parts = Vec::new();
    let mut rest = url;
    while let Some(at) = rest.find("${") {
        parts.push(Part::Text(&rest[..at]));
        let inside = &rest[at + 2..];
        let end = inside.find('}').ok_or(SourceSpecError::Malformed)?;
        let (name, default) = match inside[..end].split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (&inside[..end], None),
        };
        let is_file = name.strip_prefix(FILE).is_some_and(|path| !path.is_empty()) && default.is_none();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let valid = is_file || is_name;
        if !valid {
            return Err(SourceSpecError::Malformed);
        }
        parts.push(Part::Variable { name, default });
        rest = &inside[end + 1..];
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

/// Parts before this one stand for the user or the password: between `://` and the last `@` of the authority.
fn credentials(parts: &[Part<'_>]) -> usize {
    let mut inside = false;
    let mut end = 0;
    for (index, part) in parts.iter().enumerate() {
        let Part::Text(whole) = part else { continue };
        let mut text = *whole;
        if !inside {
            let Some(at) = text.find("://") else { continue };
            inside = true;
            text = &text[at + 3..];
        }
        let authority = text.find(['/', '?', '#']);
        if text[..authority.unwrap_or(text.len())].contains('@') {
            end = index;
        }
        if authority.is_some() {
            break;
        }
    }
    end
}

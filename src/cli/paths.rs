//! Writes the URL of a side as a suite has it: no password, and paths that are found from the suite.

use std::path::{Component, Path, PathBuf};

use super::sides::variable;
use crate::model::Side;
use crate::source::{Location, SourceUrl};

/// Returns the URL as the suite in `folder` has it: a variable, with the URL itself as its default where it holds no password.
pub(super) fn stored(side: Side, text: &str, url: &SourceUrl, folder: &Path) -> String {
    let variable = variable(side);
    let plain = match url.location() {
        Location::Path(..) => found_from(url, folder),
        Location::Server(..) if url.to_string().contains("***") => None,
        Location::Server(..) => Some(text.to_owned()),
    };
    match plain.filter(|plain| !plain.contains(['}', '{', '$'])) {
        Some(plain) => format!("${{{variable}:-{plain}}}"),
        None => format!("${{{variable}}}"),
    }
}

/// Returns the URL of files with a path that is found from `folder`; absent for a server, and where the path is not UTF-8.
pub(super) fn found_from(url: &SourceUrl, folder: &Path) -> Option<String> {
    let Location::Path(path) = url.location() else { return None };
    Some(format!("{}{}", url.prefix(), relative(path, folder)?))
}

/// Returns `path` as it is found from `folder`; absent where it is not UTF-8. An absolute path stays one.
fn relative(path: &Path, folder: &Path) -> Option<String> {
    if path.is_absolute() {
        return path.to_str().map(str::to_owned);
    }
    let clean = |path: &Path| -> Option<Vec<std::ffi::OsString>> {
        let mut parts = Vec::new();
        for part in std::path::absolute(path).ok()?.components() {
            match part {
                Component::ParentDir => drop(parts.pop()),
                Component::CurDir => {}
                part => parts.push(part.as_os_str().to_owned()),
            }
        }
        Some(parts)
    };
    let (to, from) = (clean(path)?, clean(folder)?);
    let common = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".into(), from.len() - common);
    let found: PathBuf = up.chain(to[common..].iter().cloned()).collect();
    let found = found.to_str()?;
    Some(if found.is_empty() { ".".to_owned() } else { found.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a suite that looks for its data in the wrong folder.
    #[test]
    fn paths_are_found_from_the_suite() {
        let from = |path: &str, folder: &str| relative(Path::new(path), Path::new(folder)).unwrap();
        assert_eq!(from("old.db", "checks/first"), "../../old.db");
        assert_eq!(from("./data/new", "data"), "new");
        assert_eq!(from("data", "data"), ".");
        assert_eq!(from("/srv/old.db", "checks"), "/srv/old.db");
    }

    /// Catches a password in the suite, and a URL that means something else there.
    #[test]
    fn a_url_with_a_password_is_not_written_down() {
        let url = |text: &str| {
            let url = SourceUrl::parse(text, Path::new("")).unwrap();
            stored(Side::Old, text, &url, Path::new("."))
        };
        assert_eq!(url("postgres://u:s3cret@h/db"), "${OLD_URL}");
        assert_eq!(url("clickhouse://u@h/db?password=s3cret"), "${OLD_URL}");
        assert_eq!(url("postgres://u@h/db"), "${OLD_URL:-postgres://u@h/db}");
        assert_eq!(url("sqlite:${HOME}.db"), "${OLD_URL}");
    }
}

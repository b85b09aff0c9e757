//! The folder that suites and reports are taken from, and the way to them that leads nowhere else.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::record;
use crate::record::differences;

/// Where suites are looked for unless a call says so, if there is such a folder.
const SUITES: &str = "checks";

/// A folder that this process works in; its path is absolute and has no links in it.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Goes to the folder at `path`, so that all paths begin there as those of commands do.
    pub(super) fn enter(path: &Path) -> Result<Folder, String> {
        let failed = |cause: std::io::Error| {
            format!("the folder {} cannot be used: {cause}; give the one that the suites are below", path.display())
        };
        let place = path.canonicalize().map_err(failed)?;
        std::env::set_current_dir(&place).map_err(failed)?;
        Ok(Folder(place))
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns `path` as it is found from this folder, without links; refuses one that leads out of it. One that leads to
    /// nothing is returned as it is.
    pub(super) fn inside(&self, path: &Path) -> Result<PathBuf, String> {
        // What is outside is not even looked at, so that nobody learns whether it is there.
        let place = self.plain(path)?;
        let place = match place.canonicalize() {
            Ok(place) => place,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(path.to_owned()),
            Err(cause) => return Err(format!("{} cannot be read: {cause}", path.display())),
        };
        let found = place.strip_prefix(&self.0).map_err(|_| outside(path))?;
        Ok(if found.as_os_str().is_empty() { PathBuf::from(".") } else { found.to_owned() })
    }

    /// The absolute path without `..`, as far as names alone say.
    fn plain(&self, path: &Path) -> Result<PathBuf, String> {
        let mut plain = PathBuf::new();
        for part in self.0.join(path).components() {
            match part {
                Component::ParentDir => drop(plain.pop()),
                Component::CurDir => {}
                part => plain.push(part),
            }
        }
        if plain.starts_with(&self.0) { Ok(plain) } else { Err(outside(path)) }
    }

    /// Returns the places of suites that a call names, or where they are looked for.
    pub(super) fn suites(&self, named: &[String]) -> Result<Vec<PathBuf>, String> {
        if named.is_empty() {
            let usual = self.inside(Path::new(SUITES)).ok().filter(|usual| usual.is_dir());
            return Ok(vec![usual.unwrap_or_else(|| PathBuf::from("."))]);
        }
        named.iter().map(|path| self.inside(Path::new(path))).collect()
    }

    /// Returns the report.json that a call names by its path, its folder, or `last`.
    pub(super) fn report(&self, named: &str) -> Result<PathBuf, String> {
        let path = match named {
            "last" => PathBuf::from(named),
            path => self.inside(Path::new(path))?,
        };
        let report = self.inside(&record::report_path(&path))?;
        self.inside(&report.with_file_name(differences::FILE))?;
        Ok(report)
    }
}

fn outside(path: &Path) -> String {
    format!("{} lies outside of the folder that this server was started for; give a path below it", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a path that leads out of the folder: by its name, by a link, by a link below it; and one inside that is refused.
    #[test]
    #[cfg(unix)]
    fn no_path_leads_out() {
        let around = tempfile::tempdir().unwrap();
        let around = around.path().canonicalize().unwrap();
        let folder = Folder(around.join("in"));
        for name in ["in/a", "in-other", "out"] {
            std::fs::create_dir_all(around.join(name)).unwrap();
        }
        std::fs::write(around.join("out/suite.toml"), "").unwrap();
        std::fs::write(around.join("in/a/suite.toml"), "").unwrap();
        std::os::unix::fs::symlink(around.join("out"), around.join("in/link")).unwrap();
        std::os::unix::fs::symlink("a", around.join("in/same")).unwrap();
        let inside = |path: &Path| folder.inside(path);
        let out = around.join("out/suite.toml");
        let other = around.join("in-other");
        for path in [Path::new("../out/suite.toml"), &out, &other, Path::new("a/../../out"), Path::new("../nothing")] {
            let why = inside(path).unwrap_err();
            assert!(why.contains("outside of the folder"), "{why}");
        }
        // These lead out only where the links are followed, which is from this folder.
        let from = |name: &str| inside(&around.join("in").join(name));
        for name in ["link", "link/suite.toml"] {
            assert!(from(name).unwrap_err().contains("outside of the folder"), "{name}");
        }
        assert_eq!(from("a/suite.toml"), Ok(PathBuf::from("a/suite.toml")));
        assert_eq!(from("same/../a"), Ok(PathBuf::from("a")));
        assert_eq!(from("same/suite.toml"), Ok(PathBuf::from("a/suite.toml")));
        assert_eq!(from("."), Ok(PathBuf::from(".")));
    }
}

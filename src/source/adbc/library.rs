//! Where the library of a driver is looked for, and how it is loaded.

use std::path::{Path, PathBuf};

use adbc_core::options::AdbcVersion;
use adbc_core::{LOAD_FLAG_DEFAULT, error};
use adbc_driver_manager::ManagedDriver;

use super::super::error::Error;
use super::version;
use crate::model::ErrorCode;

/// The driver of an engine, as it is found.
#[derive(Debug)]
pub struct Library {
    /// The engine, for people.
    pub label: &'static str,
    /// Its name in manifests and folders of drivers.
    pub name: &'static str,
    /// What the URLs of its sources look like.
    pub url: &'static str,
    /// The variable that may name the library.
    pub variable: &'static str,
    /// How to get it, as the end of a sentence.
    pub hint: &'static str,
    /// The function that it begins with; absent where the name of the library tells.
    pub(in crate::source) entry: Option<&'static [u8]>,
}

/// Where a driver was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What led to it: a variable, or one of the places where drivers are.
    pub by: String,
    /// The library, or the manifest that names one; a bare name where the system knows the library by it.
    pub path: String,
    /// The engine's version, where the driver tells one without a connection.
    pub version: Option<String>,
}

impl Library {
    /// Looks for the driver as a source without `driver` does, and loads it.
    ///
    /// # Errors
    /// See [`Library::load`].
    pub fn look(&self) -> Result<Found, Error> {
        let (by, path) = self.wanted(None);
        let mut driver = self.load(None)?;
        Ok(Found { by, path, version: version::of(&mut driver) })
    }

    /// Where a driver is looked for, in order.
    pub fn places(&self) -> Vec<String> {
        let set = |name: &str| match std::env::var_os(name).filter(|value| !value.is_empty()) {
            Some(value) => format!("{name}={}", value.display()),
            None => format!("{name} (not set)"),
        };
        let folders = folders().into_iter().map(|(by, folder)| match by {
            Some(name) => format!("{} ({name})", folder.display()),
            None => folder.display().to_string(),
        });
        let manifests = std::env::var_os(PATHS).is_none_or(|paths| paths.is_empty()).then(|| set(PATHS));
        [set(self.variable)].into_iter().chain(manifests).chain(folders).chain([SYSTEM.to_owned()]).collect()
    }

    /// Loads the driver: the one that `given` names by its path or its name, else the one of the variable, else the one that
    /// the places of drivers have.
    ///
    /// # Errors
    /// None that can be loaded, with where it was looked for and how to get one.
    pub(in crate::source) fn load(&self, given: Option<&str>) -> Result<ManagedDriver, Error> {
        let (by, wanted) = self.wanted(given);
        let is_path = wanted.contains(std::path::MAIN_SEPARATOR);
        if is_path && !Path::new(&wanted).is_file() {
            return Err(self.missing(&by, &wanted, "no such file"));
        }
        ManagedDriver::load_from_name(&wanted, self.entry, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None)
            .map_err(|cause| self.missing(&by, &wanted, &one_line(&cause)))
    }

    /// What leads to the driver, and its path or name.
    fn wanted(&self, given: Option<&str>) -> (String, String) {
        let variable = std::env::var(self.variable).ok().filter(|path| !path.is_empty());
        let named = given.map(|given| ("`driver` of the source".to_owned(), given.to_owned()));
        let named = named.or_else(|| variable.map(|path| (self.variable.to_owned(), path)));
        let (by, name) = match named {
            // What is started from another folder, or asks later, means the same file.
            Some((by, path)) if path.contains(std::path::MAIN_SEPARATOR) => {
                let absolute = std::path::absolute(&path).map_or(path, |path| path.display().to_string());
                return (by, absolute);
            }
            Some((by, name)) => (Some(by), name),
            None => (None, self.name.to_owned()),
        };
        let held =
            folders().into_iter().find_map(|(_, folder)| Some((folder.display().to_string(), within(&folder, &name)?)));
        match (held, by) {
            (Some((folder, path)), by) => (by.unwrap_or(folder), path),
            (None, by) => (by.unwrap_or_else(|| SYSTEM.to_owned()), name),
        }
    }

    fn missing(&self, by: &str, wanted: &str, cause: &str) -> Error {
        let (label, variable, hint) = (self.label, self.variable, self.hint);
        let message = match by == SYSTEM {
            false => format!(
                "the ADBC driver of {label} cannot be loaded from {wanted}, to which {by} leads: {cause}; {hint}"
            ),
            true => format!(
                "there is no ADBC driver of {label}: {variable} is not set, and {wanted} is in none of {}; {hint}",
                self.places()[1..].join(", ")
            ),
        };
        Error::new(ErrorCode::SourceUnfit, message)
    }
}

/// The variable with folders of drivers.
const PATHS: &str = "ADBC_DRIVER_PATH";

/// The last place.
const SYSTEM: &str = "the library path of the system";

/// Folders of drivers, those of the variable by its name.
fn folders() -> Vec<(Option<&'static str>, PathBuf)> {
    let given = std::env::var_os(PATHS).map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>());
    let given = given.unwrap_or_default().into_iter().filter(|path| !path.as_os_str().is_empty());
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let (own, of_machine) = match cfg!(target_os = "macos") {
        true => (
            home().map(|home| home.join("Library/Application Support/ADBC/Drivers")),
            "/Library/Application Support/ADBC/Drivers",
        ),
        false => (
            std::env::var_os("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                .or_else(|| home().map(|home| home.join(".config")))
                .map(|config| config.join("adbc/drivers")),
            "/etc/adbc/drivers",
        ),
    };
    let given = given.map(|path| (Some(PATHS), path));
    given.chain(own.map(|path| (None, path))).chain([(None, PathBuf::from(of_machine))]).collect()
}

/// The manifest of `name` in `folder`, or its library.
fn within(folder: &Path, name: &str) -> Option<String> {
    let library = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let found =
        [format!("{name}.toml"), library].map(|file| folder.join(file)).into_iter().find(|path| path.is_file())?;
    std::path::absolute(found).ok().map(|path| path.display().to_string())
}

fn one_line(cause: &error::Error) -> String {
    cause.message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

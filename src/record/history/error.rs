//! Why a history cannot be read or written, with a hint. The file is left as it is in every case.

use super::place::Place;

/// Why a history cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No run was ever recorded here.
    #[error("there is no history at {0}; `cutover run` starts one, or name another with --history")]
    Absent(String),
    /// Something that cutover did not write.
    #[error("{0} is a database of something else and is left as it is; name another place with --history")]
    Foreign(String),
    /// A table layout of another version of cutover.
    #[error(
        "the history at {place} has the layout {found}, and this cutover knows {known}; {hint}",
        hint = if found > known { "update cutover, or name another place with --history" } else { "name another place with --history" }
    )]
    Layout {
        /// Where it is.
        place: String,
        /// The layout it has.
        found: u64,
        /// The layout that is known.
        known: u64,
    },
    /// The engine refused; `why` has its words.
    #[error("the history at {place} {what}: {why}; {hint}")]
    Refused {
        /// Where it is.
        place: String,
        /// What is the matter with it.
        what: &'static str,
        /// The engine's words.
        why: String,
        /// What helps.
        hint: &'static str,
    },
    /// No run of that name.
    #[error("{0}")]
    NoRun(String),
}

/// What helps with a file that cannot be read.
const RESTORE: &str = "it is left as it is: restore a copy, or name another place with --history";

impl Error {
    /// A history whose content cannot be relied on.
    pub(crate) fn damaged(place: &Place, why: &str) -> Error {
        Error::Refused { place: place.to_string(), what: "is damaged", why: why.to_owned(), hint: RESTORE }
    }

    /// A history in whose place something else than a file is.
    pub(crate) fn no_file(place: &Place, found: &str) -> Error {
        let (why, hint) = (format!("it is {found}"), "name a file with --history");
        Error::Refused { place: place.to_string(), what: "is no file", why, hint }
    }

    /// A history in which nothing can be written.
    pub(crate) fn unwritable(place: &Place, why: &str) -> Error {
        let hint = "check the permissions of the file and its folder, or name another place with --history";
        Error::Refused { place: place.to_string(), what: "cannot be written", why: why.to_owned(), hint }
    }

    /// A history that took too long.
    pub(crate) fn late(place: &Place, limit: std::time::Duration) -> Error {
        Error::Refused {
            place: place.to_string(),
            what: "does not answer",
            why: format!("nothing within {}", humantime::format_duration(limit)),
            hint: "check that it can be reached and that nothing holds it locked",
        }
    }

    /// What the engine said of a connection or a statement.
    pub(crate) fn refused(place: &Place, cause: &sqlx::Error) -> Error {
        let said = match cause {
            sqlx::Error::Database(inner) => inner.message().to_owned(),
            sqlx::Error::Io(inner) => inner.to_string(),
            other => other.to_string(),
        };
        let code = cause.as_database_error().and_then(|error| Some(error.code()?.into_owned())).unwrap_or_default();
        let refused = |what, hint| Error::Refused { place: place.to_string(), what, why: said.clone(), hint };
        match place {
            // The low byte of an extended code is the code itself.
            Place::File(_) => match code.parse::<u32>().map_or(0, |code| code & 0xff) {
                5 | 6 => refused("is locked", "another process holds it for long; try again when it is done"),
                8 | 3 => Error::unwritable(place, &said),
                11 => Error::damaged(place, &said),
                26 => refused("is no SQLite database", RESTORE),
                13 => refused("cannot be written", "make room on the disk"),
                14 => {
                    refused("cannot be opened", "check that the path names a file, and the permissions of its folder")
                }
                _ => refused("refuses", RESTORE),
            },
            Place::Postgres(..) => match code.as_str() {
                "" => refused("cannot be reached", "check the URL and that the server listens there"),
                "42501" => refused(
                    "cannot be written",
                    "grant the user CREATE on the schema once, and INSERT and SELECT on its tables",
                ),
                code if code.starts_with("28") => {
                    refused("cannot be reached", "check the user and the password in the URL")
                }
                "3D000" => refused("cannot be reached", "check the database in the URL"),
                _ => refused("refuses", "check the server's log"),
            },
        }
    }
}

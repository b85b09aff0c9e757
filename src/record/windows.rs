//! The windows that a run has compared and found equal, kept while it runs, so that another can go on where it was cut short.
//!
//! A file for each, which is whole or not there, by the hash of all that its verdict depends on. They go when a run comes
//! to its end: what they say is of the time at which it was said.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::fs::{input, output};
use crate::model::{TableRead, WarningCode};

/// The form of the files.
const VERSION: u32 = 2;

/// What their names end with.
const ENDING: &str = ".window.json";

/// The file of what the keys of a folder begin with.
const SALT: &str = "salt";

/// How long a window is taken for compared: the data go on.
const FRESH: TimeDelta = TimeDelta::hours(24);

/// A folder of them.
#[derive(Debug)]
pub(crate) struct FinishedWindows {
    folder: PathBuf,
    salt: String,
    run: DateTime<Utc>,
    /// Windows that were taken from the folder.
    carried: AtomicU64,
    /// Why one was not written.
    broken: Mutex<Option<String>>,
}

/// A window in which all rows are equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FinishedWindow {
    version: u32,
    /// Hash of all that it depends on, which its name has too.
    key: String,
    /// When the run began that compared it.
    run: DateTime<Utc>,
    /// When it was done.
    at: DateTime<Utc>,
    /// What was found.
    pub(crate) found: Equal,
}

/// What there is to say of a window in which all rows are equal, as a report says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Equal {
    /// How old was read.
    pub(crate) old: Option<SideRead>,
    /// How new was read.
    pub(crate) new: Option<SideRead>,
    /// Rows of old, of new, and pairs of them.
    pub(crate) rows: [u64; 3],
    /// Keys that stand several times, where they may.
    pub(crate) duplicates_allowed: Option<u64>,
    /// The columns.
    pub(crate) columns: Vec<ColumnHeld>,
    /// Pairs beyond a `warn` level, which are none where rules have two levels.
    pub(crate) warned: Option<u64>,
    /// How the rows were compared.
    pub(crate) plan: Option<Plan>,
    /// Rows in no window.
    pub(crate) outside: Option<[u64; 2]>,
    /// Warnings: code, text and table.
    pub(crate) warnings: Vec<(WarningCode, String, Option<String>)>,
    /// The columns that the sides returned.
    pub(crate) returned: Option<Vec<String>>,
    /// What there is to say of a window without rows.
    pub(crate) empty: Option<String>,
    /// Whether another window has rows.
    pub(crate) rows_elsewhere: bool,
    /// The states of tables with a log, by the names of sources and of tables.
    pub(crate) tables: BTreeMap<String, BTreeMap<String, TableState>>,
}

/// The state of a table with a log, as a report says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableState {
    format: String,
    version: String,
    id: String,
    at: Option<String>,
}

impl From<TableRead> for TableState {
    fn from(TableRead { format, version, id, at }: TableRead) -> TableState {
        TableState { format, version, id, at }
    }
}

impl From<TableState> for TableRead {
    fn from(TableState { format, version, id, at }: TableState) -> TableRead {
        TableRead { format, version, id, at }
    }
}

/// How a side was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SideRead {
    pub(crate) source: String,
    pub(crate) sql: String,
    pub(crate) rows: Option<u64>,
    pub(crate) elapsed_ms: u64,
}

/// A column that holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ColumnHeld {
    pub(crate) name: String,
    pub(crate) rule: String,
    pub(crate) changed: Option<u64>,
    pub(crate) warned: Option<u64>,
    pub(crate) max_delta: Option<String>,
    pub(crate) reason: Option<String>,
}

/// How rows were compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) hash: String,
    pub(crate) read_again: u64,
    pub(crate) spilled_bytes: u64,
    pub(crate) false_equal: String,
    /// Buckets that were asked about, and that were read.
    pub(crate) buckets: Option<[u64; 2]>,
}

impl Equal {
    /// Whether its numbers are those of a window in which all rows are equal.
    fn is_equal(&self) -> bool {
        let [old, new, equal] = self.rows;
        let read = |side: &Option<SideRead>| side.as_ref().and_then(|side| side.rows).is_none_or(|rows| rows == equal);
        let is_none = |count: Option<u64>| count.is_none_or(|count| count == 0);
        old == equal
            && new == equal
            && read(&self.old)
            && read(&self.new)
            && is_none(self.warned)
            && self.columns.iter().all(|column| is_none(column.changed) && is_none(column.warned))
    }
}

impl FinishedWindows {
    /// The windows in `folder`, which is made as needed, for a run that begins now.
    ///
    /// # Errors
    /// A folder that cannot be made or read.
    pub(crate) fn open(folder: &Path) -> io::Result<FinishedWindows> {
        std::fs::create_dir_all(folder)?;
        std::fs::read_dir(folder)?;
        let (carried, broken) = (AtomicU64::default(), Mutex::default());
        Ok(FinishedWindows { folder: folder.to_owned(), salt: salt(folder)?, run: Utc::now(), carried, broken })
    }

    /// What a key has to begin with, so that values in it cannot be guessed from its hash without the folder.
    pub(crate) fn salt(&self) -> &str {
        &self.salt
    }

    /// The window of this key, unless it was compared too long ago.
    pub(crate) fn find(&self, key: &str) -> Option<FinishedWindow> {
        let text = input::text(&self.place(key)).ok()?;
        let found: FinishedWindow = serde_json::from_str(&text).ok()?;
        // One that was compared later than now is of another clock.
        let age = self.run.signed_duration_since(found.at);
        let is_fresh = (TimeDelta::zero()..=FRESH).contains(&age);
        let fits = found.version == VERSION && found.key == key && is_fresh && found.found.is_equal();
        fits.then_some(found)
    }

    /// Counts a window that is carried over.
    pub(crate) fn carry(&self) {
        self.carried.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps a window that was compared now.
    pub(crate) fn keep(&self, key: &str, found: Equal) {
        let window = FinishedWindow { version: VERSION, key: key.to_owned(), run: self.run, at: Utc::now(), found };
        let written = serde_json::to_string(&window).map_err(io::Error::other);
        if let Err(cause) = written.and_then(|text| output::write_atomically(&self.place(key), &text)) {
            let why = format!("a finished window cannot be kept in {}: {cause}", self.folder.display());
            self.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        }
    }

    /// How many windows were carried over so far.
    pub(crate) fn carried(&self) -> u64 {
        self.carried.load(Ordering::Relaxed)
    }

    /// Why a window was not kept, if one was not.
    pub(crate) fn broken(&self) -> Option<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many windows are kept.
    pub(crate) fn kept(&self) -> usize {
        self.files().len()
    }

    /// Forgets all windows: the run came to its end.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub(crate) fn clear(&self) -> io::Result<()> {
        let salt = self.folder.join(SALT);
        self.files().iter().chain([&salt]).try_for_each(|path| match std::fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        })
    }

    fn place(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}{ENDING}"))
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        entries.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING))).collect()
    }
}

impl FinishedWindow {
    /// When the run began that compared it, as reports write it.
    pub(crate) fn run(&self) -> String {
        self.run.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// The salt of a folder, which is made where there is none.
fn salt(folder: &Path) -> io::Result<String> {
    let path = folder.join(SALT);
    match std::fs::read_to_string(&path) {
        Ok(salt) if salt.len() == 64 => Ok(salt),
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes).map_err(io::Error::other)?;
            let salt: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            output::write_atomically(&path, &salt)?;
            Ok(salt)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal() -> Equal {
        Equal {
            old: None,
            new: Some(SideRead { source: "new".to_owned(), sql: "SELECT 1".to_owned(), rows: Some(7), elapsed_ms: 3 }),
            rows: [7, 7, 7],
            duplicates_allowed: None,
            columns: vec![ColumnHeld {
                name: "id".to_owned(),
                rule: "exact".to_owned(),
                changed: Some(0),
                warned: None,
                max_delta: None,
                reason: None,
            }],
            warned: None,
            plan: None,
            outside: Some([0, 1]),
            warnings: vec![(WarningCode::BlankLines, "w".to_owned(), None)],
            returned: Some(vec!["id".to_owned()]),
            empty: None,
            rows_elsewhere: true,
            tables: BTreeMap::new(),
        }
    }

    /// Catches a window that is read from a file of another key, of another form, cut short, or of a day that is past.
    #[test]
    fn only_a_whole_and_fresh_window_of_its_own_key_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let windows = FinishedWindows::open(folder.path()).unwrap();
        windows.keep("aa", equal());
        let later =
            FinishedWindows { run: Utc::now() + TimeDelta::hours(23), ..FinishedWindows::open(folder.path()).unwrap() };
        assert_eq!(later.find("aa").map(|window| window.found), Some(equal()));
        assert_eq!((later.carried(), later.kept()), (0, 1));
        later.carry();
        assert_eq!(later.carried(), 1);
        let late =
            FinishedWindows { run: Utc::now() + TimeDelta::hours(25), ..FinishedWindows::open(folder.path()).unwrap() };
        assert_eq!(late.find("aa"), None, "a day later");
        let text = std::fs::read_to_string(later.place("aa")).unwrap();
        for other in [
            &text[..text.len() - 1],
            &text.replace("\"version\":2", "\"version\":1"),
            &text.replace("\"key\":\"aa\"", "\"key\":\"ab\""),
            // Numbers that contradict each other.
            &text.replace("[7,7,7]", "[7,8,7]"),
            &text.replace("[7,7,7]", "[6,6,6]"),
            &text.replace("\"changed\":0", "\"changed\":1"),
            "",
        ] {
            assert_ne!(other, text);
            std::fs::write(later.place("bb"), other).unwrap();
            std::fs::write(later.place("aa"), other).unwrap();
            assert_eq!((later.find("aa"), later.find("bb")), (None, None), "{other}");
        }
        std::fs::write(folder.path().join("mine.json"), "").unwrap();
        later.clear().unwrap();
        assert_eq!(later.kept(), 0);
        assert!(folder.path().join("mine.json").exists(), "what is not ours stays");
    }
}

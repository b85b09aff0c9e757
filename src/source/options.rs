//! What a suite may say of a source beside its URL.

use std::collections::BTreeMap;

use super::files::{AsOfOptions, CsvOptions};
use super::pace::Pace;

/// What a suite says of a source beside its URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceOptions {
    /// Session time zone; UTC unless given, on ClickHouse the server's own.
    pub timezone: Option<String>,
    /// Session settings by name.
    pub settings: BTreeMap<String, String>,
    /// The library that its driver is loaded from, or its name; looked for where the engine says unless given.
    pub driver: Option<String>,
    /// Most connections held at once.
    pub max_connections: Option<u32>,
    /// The load that it may be put under.
    pub pace: Option<Pace>,
    /// Column types of CSV files: `column` or `table.column` to a type name.
    pub types: BTreeMap<String, String>,
    /// Columns that stand in the names of folders of files, `day=2026-01-31`: their names to the names of their types.
    pub partitions: BTreeMap<String, String>,
    /// The state of tables with a log that is read; the latest unless given.
    pub as_of: Option<AsOfOptions>,
    /// How CSV files are written.
    pub csv: CsvOptions,
    /// Bytes that one query over files may hold before it goes on in temporary files; no limit unless given.
    pub memory: Option<usize>,
}

//! What an ad hoc diff is made of: its two relations, and what the command line says.

use toml::Table;

use crate::model::Sides;
use crate::source::Driver;

/// What is compared on one side.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its engine.
    pub engine: &'static Driver,
    /// A quoted table, or a query in parentheses with an alias.
    pub from: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Columns that hold numbers.
    pub numbers: Vec<String>,
    /// The key it declares, if any.
    pub key: Vec<String>,
    /// Columns that its rows are ordered by, which may or may not identify one.
    pub order: Vec<String>,
    /// What to call it in messages, such as `table "orders"`.
    pub named: String,
}

/// What the command line says of a diff.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Key columns, by their names in old.
    pub key: Vec<String>,
    /// Name in old and name in new.
    pub rename: Vec<(String, String)>,
    /// Columns to compare beside the key; empty means all.
    pub columns: Vec<String>,
    /// Columns left out.
    pub exclude: Vec<String>,
    /// Filter of both sides, in SQL.
    pub filter: Option<String>,
    /// Absolute parts of tolerances: of one column, or of every number.
    pub absolute: Vec<(Option<String>, String)>,
    /// Shares of |old| in tolerances: of one column, or of every number.
    pub relative: Vec<(Option<String>, String)>,
    /// Rules of columns, as a suite has them.
    pub rules: Vec<(String, Table)>,
    /// Columns whose values no output shows.
    pub mask: Vec<String>,
    /// Types of the columns of CSV files.
    pub types: Sides<Vec<(String, String)>>,
    /// Columns that stand in the names of folders, and their types.
    pub partitions: Sides<Vec<(String, String)>>,
    /// The state of tables with a log, as a suite has it.
    pub as_of: Sides<Option<Table>>,
    /// How CSV files are written, as a suite has it.
    pub csv: Option<Table>,
    /// Share of the keys, such as `1%`.
    pub sample: Option<String>,
    /// Whether two sides without a row are equal.
    pub allow_empty: bool,
    /// Time per query.
    pub timeout: Option<String>,
}

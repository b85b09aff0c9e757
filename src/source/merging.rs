//! What an engine tells of a table whose rows its merges replace or add up, and how a query reads it.

use std::collections::BTreeMap;

/// The one such table that a query reads, where it only picks rows and columns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merging {
    /// Its name as the engine's SQL has it.
    pub table: String,
    /// Whether the query takes merged rows.
    pub merged: bool,
    /// The sorting key, by which rows are merged, as SQL.
    pub key: String,
    /// The column that says which row of a key is the newest; absent where merges do not choose by one.
    pub version: Option<String>,
    /// Columns outside the sorting key by which rows are left out of the answer, as SQL.
    pub filters: Vec<String>,
    /// The columns of the answer that are columns of the table as they are, by their name in the answer.
    pub columns: BTreeMap<String, String>,
}

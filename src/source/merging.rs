//! What an engine tells of a table that holds several rows for one, and which of them a query takes.

use std::collections::BTreeMap;

/// The one such table that a query reads, where it only picks rows and columns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merging {
    /// Its name as the engine's SQL has it.
    pub table: String,
    /// Whether the query takes one row of each key, merged or chosen.
    pub merged: bool,
    /// What the rows that become one have in common, as SQL: the sorting key, or what the query says.
    pub key: String,
    /// Whether no row of its key is newer, as SQL over all rows; absent where nothing chooses by a version.
    pub newest: Option<String>,
    /// Columns outside the key by which rows are left out of the answer, as SQL.
    pub filters: Vec<String>,
    /// The columns of the answer that are columns of the table as they are, by their name in the answer.
    pub columns: BTreeMap<String, String>,
}

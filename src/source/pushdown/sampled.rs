//! Rows of a sample, picked by the server that holds them.

use super::super::dialect::Dialect;
use super::super::gate::statement;
use super::names::Names;
use crate::frame::Type;

/// A key column of the query of a side: its name, and the type that says how it is written.
pub(super) type Key<'a> = (&'a str, &'a Type);

/// `sql` cut down to the rows whose key is in a sample: the first 64 bits of the MD5 of the key's text lie below
/// `below`. The text is that of `rowdiff`: length, colon, text, comma for each column, `-,` for NULL; the text of a date
/// is its days since 1970, which no setting writes otherwise.
///
/// Absent where the engine has no such expression. The key columns must be [`printed`](super::Described::printed).
pub fn sampled(dialect: &dyn Dialect, names: &Names, sql: &str, key: &[Key<'_>], below: u64) -> Option<String> {
    let key: Vec<(String, &Type)> = key.iter().map(|(name, of)| (names.column(&dialect.quoted(name)), *of)).collect();
    let filter = dialect.sample(&key, below)?;
    Some(format!("SELECT * {}\nWHERE {filter}", names.from(statement(dialect, sql))))
}

//! What the source of one engine is to another that reads it in its place.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::error::Error;

/// A source of which another engine reads the tables.
#[derive(Clone)]
pub(super) enum Lent {
    /// Tables in files of this machine.
    Files(Arc<dyn LentFolder>),
    /// Tables of a database that has a driver of JDBC.
    Database(Arc<LentDatabase>),
}

/// Tables in files.
pub(super) trait LentFolder: Send + Sync {
    /// The names of the tables, as they are now.
    ///
    /// # Errors
    /// A place that is away or holds no table.
    fn names(&self) -> Result<Vec<String>, Error>;

    /// One table, as it is now.
    ///
    /// # Errors
    /// A format or a column that is not sure to be read as it is here.
    fn table(&self, name: &str) -> Result<LentTable, Error>;
}

/// A table in files of Parquet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LentTable {
    pub(super) files: Vec<LentFile>,
    /// What its folders name and its files do not: no columns of the table.
    pub(super) folders: BTreeSet<String>,
}

/// A file of Parquet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LentFile {
    /// From the root of the file system.
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// As its footer says.
    pub(super) rows: u64,
}

/// A database as JDBC reaches it.
pub(super) struct LentDatabase {
    /// Where it is, without an account.
    pub(super) url: String,
    /// Properties of the connection, the account among them.
    pub(super) properties: Vec<(&'static str, String)>,
    /// The class of the driver.
    pub(super) driver: &'static str,
    /// What every connection begins with.
    pub(super) begins: Option<&'static str>,
    /// How a server gets the driver, as a hint.
    pub(super) jar: &'static str,
    /// How it is asked.
    pub(super) sql: &'static dyn LentSql,
}

/// The SQL of a lent database.
pub(super) trait LentSql: Sync {
    /// A query about the tables that a name without quotes may mean in any case: for each of their columns, in their order, the texts
    /// `source` (the table as the engine quotes it), `name`, `declared`, and `parts`, which is `yes` for a whole number that tells
    /// the rows of the table apart by itself, and the number `place`, which orders them.
    fn columns(&self, table: &str) -> String;

    /// `name` as an identifier.
    fn quoted(&self, name: &str) -> String;

    /// How a quoted column of the declared type comes over without a change.
    ///
    /// # Errors
    /// A type that does not, with what to do instead.
    fn carried(&self, column: &str, declared: &str) -> Result<Carried, &'static str>;
}

/// How the values of a column come over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Carried {
    /// What is selected in place of the column.
    pub(super) selected: String,
    /// What stands for it.
    pub(super) form: Form,
}

/// What stands for the values of a column on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Bool,
    /// An integer of so many bits.
    Integer(u32),
    /// A decimal of so many digits, and of them behind the point.
    Decimal(u32, u32),
    /// A float of so many bits.
    Float(u32),
    Text,
    Bytes,
    /// The days since 1970, for a date.
    Days,
    /// The microseconds since 1970, for a moment.
    Moments,
    /// The microseconds since 1970 that a clock without a zone shows.
    Clocks,
}

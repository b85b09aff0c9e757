//! Buckets of a row diff that a server can do itself: SQL made around a check's own query.
//!
//! Each form is used only where it gives what reading all rows would give; who asks makes sure of the columns. Columns of
//! the check's query stand behind the name of the subquery: ClickHouse would take a name for an alias beside it, and
//! SQLite a name that is none for a text.

mod buckets;
mod names;
mod sampled;
pub(in crate::source) mod server_diff;

pub use super::gate::statement;
pub(in crate::source) use buckets::BucketSql;
pub use names::Names;
pub use sampled::sampled;
pub use server_diff::{Buckets, MOST_KEYS, Pair, ROW_HASH, RowHash, Seeded, ServerDiff, SideQuestion};

use crate::frame::Type;

/// A column of a statement as its server describes it, without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Name in the result.
    pub name: String,
    /// The server's own name of its type.
    pub database_type: String,
    /// Its canonical type.
    pub of: Type,
    /// Whether the server can write its values as `sampled` does, whatever the settings of the session are.
    pub printed: bool,
    /// The type by which the server hashes its values, so that values have one hash exactly where they are equal to
    /// cutover: columns of one such type are hashed alike. Absent where it has no such hash.
    pub hashed_as: Option<String>,
    /// Whether it may be NULL.
    pub nullable: bool,
}

impl Described {
    /// A column that may be NULL, without a hash.
    pub fn new(name: String, database_type: String, of: Type, printed: bool) -> Described {
        Described { hashed_as: None, nullable: true, name, database_type, of, printed }
    }
}

/// Whether a column of this type holds numbers that a distance can be taken of.
pub fn is_number(of: &Type) -> bool {
    matches!(of, Type::Integer | Type::Decimal { .. } | Type::Float)
}

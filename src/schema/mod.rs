//! What catalogues say of tables, in one shape for every engine: columns, keys, constraints, indexes, storage. Pure data.
//!
//! Reading a catalogue is `source`'s business, and what a difference of two schemas is that of `compare`.

mod capacity;
mod charset;
mod column_type;
mod declared;
mod default;
mod fits;
mod holding;
mod oddity;
mod room;
mod writing;

pub(crate) use capacity::{ColumnData, Measure, Question, Unit, is_number, nulls};
pub(crate) use holding::{Holding, questions};
pub(crate) use oddity::Oddity;
pub(crate) use room::{Room, room};

pub(crate) use charset::Charset;
pub(crate) use column_type::ColumnType;
pub(crate) use declared::{arguments, escaped_arguments, escaped_labels, labels, split};
pub(crate) use default::{DefaultValue, is_same_default};
pub(crate) use fits::takes;
pub(crate) use writing::{Reference, Writing, Zone};

/// Something of a table that engines have, or have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// Whether columns take NULL.
    Nullability,
    /// Defaults of columns.
    Defaults,
    /// The primary key, which no two rows share.
    PrimaryKey,
    /// Unique keys.
    UniqueKeys,
    /// Foreign keys.
    ForeignKeys,
    /// Check constraints.
    Checks,
    /// Exclusion constraints.
    Exclusions,
    /// Indexes that are no keys.
    Indexes,
    /// The table engine.
    TableEngine,
    /// The columns that rows are sorted by.
    SortingKey,
    /// The columns of the sparse index, which rows may share.
    SparseKey,
    /// What rows are kept apart by.
    PartitionKey,
    /// What a sample of rows is taken by.
    SamplingKey,
    /// When rows are removed.
    Ttl,
    /// Indexes that skip blocks of rows.
    SkippingIndexes,
    /// Queries whose answers are kept beside the rows.
    Projections,
}

impl Property {
    /// Every property, in the order of reports.
    pub const ALL: [Property; 16] = [
        Property::Nullability,
        Property::Defaults,
        Property::PrimaryKey,
        Property::UniqueKeys,
        Property::ForeignKeys,
        Property::Checks,
        Property::Exclusions,
        Property::Indexes,
        Property::TableEngine,
        Property::SortingKey,
        Property::SparseKey,
        Property::PartitionKey,
        Property::SamplingKey,
        Property::Ttl,
        Property::SkippingIndexes,
        Property::Projections,
    ];

    /// Returns what the property is called in suites and reports.
    pub fn name(self) -> &'static str {
        match self {
            Property::Nullability => "nullability",
            Property::Defaults => "defaults",
            Property::PrimaryKey => "primary key",
            Property::UniqueKeys => "unique keys",
            Property::ForeignKeys => "foreign keys",
            Property::Checks => "check constraints",
            Property::Exclusions => "exclusion constraints",
            Property::Indexes => "indexes",
            Property::TableEngine => "table engine",
            Property::SortingKey => "sorting key",
            Property::SparseKey => "sparse primary key",
            Property::PartitionKey => "partition key",
            Property::SamplingKey => "sampling key",
            Property::Ttl => "ttl",
            Property::SkippingIndexes => "skipping indexes",
            Property::Projections => "projections",
        }
    }

    /// Returns whether two engines write it in the same way, so that it can be compared between them.
    pub fn is_portable(self) -> bool {
        self != Property::Checks
    }
}

/// The schema of one side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    /// Name of the engine.
    pub engine: String,
    /// What the engine has.
    pub properties: Vec<Property>,
    /// What columns of the engine hold beyond what their types say.
    pub holding: Holding,
    /// The tables, by their names on this side.
    pub tables: Vec<(String, TableSchema)>,
}

/// What a catalogue says of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSchema {
    /// The columns, in their order.
    pub columns: Vec<ColumnSchema>,
    /// What else there is.
    pub parts: Vec<Part>,
}

/// What a catalogue says of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Its name.
    pub name: String,
    /// Its type, as the engine writes it.
    pub declared: String,
    /// What the type holds.
    pub of: ColumnType,
    /// Whether it takes NULL.
    pub is_nullable: bool,
    /// What a row has that is written without it.
    pub default: Option<DefaultValue>,
}

/// A key, a constraint, an index or a part of the storage of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub property: Property,
    /// The columns it is of, in their order; empty where it is an expression.
    pub columns: Vec<String>,
    /// What else it says: the expression, or the table that a foreign key is to.
    pub text: String,
    /// What only its own engine can say of it, as that a constraint is deferrable; compared within one engine.
    pub own: String,
    /// The table and columns that a foreign key is to.
    pub target: Option<(String, Vec<String>)>,
    /// Whether the engine made it by itself, so that the other side need not have it.
    pub is_implied: bool,
}

impl Part {
    /// Makes a part of columns.
    pub fn of_columns(property: Property, columns: Vec<String>) -> Part {
        Part { property, columns, text: String::new(), own: String::new(), target: None, is_implied: false }
    }

    /// Makes a part of an expression.
    pub fn of_text(property: Property, text: impl Into<String>) -> Part {
        Part { property, columns: Vec::new(), text: text.into(), own: String::new(), target: None, is_implied: false }
    }
}

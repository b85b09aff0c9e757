//! A column of a table as its log has it, and how it is found in a data file.

use arrow::datatypes::{DataType, Field};

/// Where a field says what its bytes mean.
const MEANT: &str = "ARROW:extension:name";

/// How a column is found among those of a file, or of a struct in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// By the name that the files have.
    Name(String),
    /// By its number, which stays the same when it is renamed.
    Id(i32),
}

/// A column that is wanted of every file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Its name in the table.
    pub(super) name: String,
    /// Its type in the table.
    pub(super) of: DataType,
    /// Whether a file may lack it, which then has NULL in it.
    pub(super) nullable: bool,
    pub(super) by: By,
    /// Whether its bytes are UUIDs.
    pub(super) is_uuid: bool,
    /// The fields of a struct, the elements of a list, or the keys and the values of a map.
    pub(super) children: Vec<Wanted>,
}

impl Wanted {
    /// Returns the column that queries see.
    pub(super) fn field(&self) -> Field {
        let field = Field::new(&self.name, self.of.clone(), true);
        let meant = self.is_uuid.then(|| (MEANT.to_owned(), "arrow.uuid".to_owned()));
        field.with_metadata(meant.into_iter().collect())
    }

    /// Wants an Arrow field as it is, everything in it by its name.
    pub(super) fn named(field: &Field) -> Wanted {
        let children = match field.data_type() {
            DataType::Struct(fields) => fields.iter().map(|field| Wanted::named(field)).collect(),
            DataType::List(element) => vec![Wanted::named(element)],
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(pair) => pair.iter().map(|field| Wanted::named(field)).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        Wanted {
            name: field.name().clone(),
            of: field.data_type().clone(),
            nullable: field.is_nullable(),
            by: By::Name(field.name().clone()),
            is_uuid: false,
            children,
        }
    }
}

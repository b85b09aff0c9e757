//! How an engine's SQL changes rows: values of every type as literals, and statements. Texts for people: nothing here is
//! sent, and no session of a run could run it.

use crate::frame::{Type, Value};
use crate::schema::{ColumnSchema, ColumnType, Part, Property, Room, TableSchema, room};

/// A table whose rows are changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedTable {
    /// Its name as SQL.
    pub name: String,
    /// The columns that rows are given, as SQL.
    pub columns: Vec<String>,
    /// The column, as SQL, that says which row of a key is the newest, where older ones are replaced by it, and the largest
    /// number that it holds.
    pub version: Option<(String, u64)>,
    /// Whether rows are numbered by the table, against which numbers that are given have to be insisted on.
    pub is_numbered: bool,
    /// Whether the table itself keeps a second row of a key out.
    pub is_unique: bool,
}

/// One row that is changed, as conditions and assignments in SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedRow {
    /// Which row: conditions on its key.
    pub key: Vec<String>,
    /// Conditions that every row meets which the check compares.
    pub scope: Vec<String>,
    /// What it must still hold to be changed.
    pub held: Vec<String>,
    /// Columns and the values that they are given.
    pub values: Vec<(String, String)>,
    /// Whether no condition says that it is one the check compares, so that one of its key has to be an error.
    pub is_unclear: bool,
}

impl ChangedRow {
    /// Every condition that the row must meet.
    pub fn conditions(&self) -> String {
        self.key.iter().chain(&self.scope).chain(&self.held).cloned().collect::<Vec<_>>().join(" AND ")
    }

    /// The conditions on its key, wherever it stands.
    pub fn is_key(&self) -> String {
        self.key.join(" AND ")
    }

    /// The conditions on its key, among the rows that the check compares.
    pub fn is_compared(&self) -> String {
        self.key.iter().chain(&self.scope).cloned().collect::<Vec<_>>().join(" AND ")
    }

    /// Its columns, and their values.
    pub fn lists(&self) -> (String, String) {
        let join = |part: fn(&(String, String)) -> &str| self.values.iter().map(part).collect::<Vec<_>>().join(", ");
        (join(|(column, _)| column), join(|(_, value)| value))
    }
}

/// What says which row of a table is meant, by the names of the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The table, for messages.
    pub table: String,
    /// The columns of the check's key.
    pub key: Vec<String>,
    /// Columns of which the query takes one value only.
    pub pinned: Vec<String>,
    /// Whether the query takes merged rows.
    pub is_final: bool,
}

/// How a table keeps its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// The column that says which row of a key is the newest, where older ones are replaced by it, and the largest number
    /// that it holds.
    pub version: Option<(String, u64)>,
    /// Columns that no statement can give another value.
    pub fixed: Vec<String>,
    /// Whether the table itself keeps a second row of a key out.
    pub is_unique: bool,
}

/// How an engine's SQL changes rows.
pub trait Changes: Sync {
    /// Statements before the first change.
    fn begin(&self) -> &'static [&'static str] {
        &["BEGIN"]
    }

    /// Whether the time zone of a session counts in tables without moments, too.
    fn needs_zone(&self) -> bool {
        true
    }

    /// Statements behind the last change.
    fn commit(&self) -> &'static [&'static str] {
        &["COMMIT"]
    }

    /// How a file of statements is run, and what is to be known of it, a line each.
    fn notes(&self) -> &'static [&'static str];

    /// The literal, for a column of type `of`, of a float, of bytes, of a number of more than 128 bits, and of whatever else a
    /// param cannot be; absent where the value has the literal of a param.
    fn special(&self, value: &Value, of: &ColumnType) -> Option<Result<String, String>>;

    /// A whole literal as one of the type of its column, where the engine would not take it for that by itself.
    fn typed(&self, literal: String, _value: &Value, _column: &ColumnSchema) -> String {
        literal
    }

    /// A condition of a query as whoever runs the file reads it.
    ///
    /// # Errors
    /// Why it is read otherwise there.
    fn spelled(&self, condition: &str) -> Result<String, String> {
        Ok(condition.to_owned())
    }

    /// What `column` keeps of a value.
    fn room(&self, column: &ColumnSchema, value: &Value) -> Room {
        room(&column.of, value)
    }

    /// An array as a literal, from its elements and their literals; absent of an engine without arrays.
    fn array(&self, _items: &[Value], _literals: &[String]) -> Option<String> {
        None
    }

    /// A map as a literal, from the literals of its entries; absent of an engine without maps.
    fn map(&self, _entries: &[(String, String)]) -> Option<String> {
        None
    }

    /// The condition that `column`, which was read as `of`, holds exactly `value`, which is not NULL and has this literal.
    ///
    /// # Errors
    /// A value that the engine does not find again, as a sentence.
    fn holds(&self, column: &str, _of: &Type, _value: &Value, literal: &str) -> Result<String, String> {
        Ok(format!("{column} = {literal}"))
    }

    /// Refuses a column whose values, read as `of`, have no literal that is the same value there.
    ///
    /// # Errors
    /// Why, as the end of a sentence.
    fn writes(&self, _column: &ColumnSchema, _of: &Type) -> Result<(), String> {
        Ok(())
    }

    /// Refuses a change of one value to another that the engine does not make.
    ///
    /// # Errors
    /// Why not, as the end of a sentence.
    fn becomes(&self, _from: &Value, _to: &Value) -> Result<(), String> {
        Ok(())
    }

    /// How a table keeps its rows, where a statement about a key is one about just one row.
    ///
    /// # Errors
    /// Why it may be about others, with a way out.
    fn storage(&self, schema: &TableSchema, told: &Told) -> Result<Storage, String> {
        told_keys(schema, told).map(|_| Storage { is_unique: true, ..Storage::default() })
    }

    /// Takes a row out.
    fn delete(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        vec![format!("DELETE FROM {} WHERE {}", table.name, of_one(table, row))]
    }

    /// Gives a row other values.
    fn update(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let set: Vec<String> = row.values.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        vec![format!("{} {} SET {} WHERE {}", self.verbs().0, table.name, set.join(", "), of_one(table, row))]
    }

    /// Adds a row, unless there is one of its key by now among those that are compared; one elsewhere is an error of the
    /// engine, which keeps a second row of a key out.
    fn insert(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let (columns, values) = row.lists();
        let name = &table.name;
        let number = if table.is_numbered { " OVERRIDING SYSTEM VALUE" } else { "" };
        let (verb, from) = (self.verbs().1, self.nowhere());
        vec![match row.is_unclear {
            true => format!("{verb} {name} ({columns}){number} VALUES ({values})"),
            false => format!(
                "{verb} {name} ({columns}){number} SELECT {values}{from} WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE {})",
                row.is_compared()
            ),
        }]
    }

    /// How a statement begins that gives rows other values, and one that adds a row.
    fn verbs(&self) -> (&'static str, &'static str) {
        ("UPDATE", "INSERT INTO")
    }

    /// What stands between values and their condition in a query of no table.
    fn nowhere(&self) -> &'static str {
        ""
    }
}

/// The keys of a table that are told as a whole, of which there is one at least.
///
/// # Errors
/// There is none, with a way out.
pub(super) fn told_keys<'a>(schema: &'a TableSchema, told: &Told) -> Result<Vec<&'a [String]>, String> {
    let keys: Vec<&[String]> = schema.parts.iter().filter_map(unique).collect();
    let is_told = |name: &String| told.key.contains(name) || told.pinned.contains(name);
    let whole: Vec<&[String]> = keys.iter().copied().filter(|key| key.iter().all(is_told)).collect();
    if !whole.is_empty() {
        return Ok(whole);
    }
    let keys: Vec<String> = keys.iter().map(|key| format!("({})", key.join(", "))).collect();
    let has = if keys.is_empty() { "none".to_owned() } else { keys.join(" and ") };
    Err(format!(
        "its key is no unique key of {}, which has {has}, so a statement could reach rows that the check does not look at; \
         compare rows by a key that the table has",
        told.table
    ))
}

/// The conditions on a row; that it is the only one of its key where the table does not see to that.
fn of_one(table: &ChangedTable, row: &ChangedRow) -> String {
    let conditions = row.conditions();
    match table.is_unique {
        true => conditions,
        false => format!("{conditions} AND (SELECT count(*) FROM {} WHERE {}) = 1", table.name, row.is_compared()),
    }
}

/// The columns of a key that no two rows of a table share, those with a NULL in it aside.
fn unique(part: &Part) -> Option<&[String]> {
    let is_key = matches!(part.property, Property::PrimaryKey | Property::UniqueKeys);
    (is_key && part.text.is_empty() && !part.columns.is_empty()).then_some(part.columns.as_slice())
}

/// Whether a type is of JSON, or made of it.
pub(super) fn has_json(of: &Type) -> bool {
    match of {
        Type::Json => true,
        Type::Array(of) => has_json(of),
        Type::Map(key, of) => has_json(key) || has_json(of),
        _ => false,
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A finite float by the shortest digits that are it, in a form that is a float everywhere; below zero in parentheses.
pub(super) fn scientific(value: f64) -> String {
    let digits = format!("{value:e}");
    if digits.starts_with('-') { format!("({digits})") } else { digits }
}

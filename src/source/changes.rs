//! How an engine's SQL changes rows: values of every type as literals, and statements. Texts for people: nothing here is
//! sent, and no session of a run could run it.

use crate::frame::{Type, Value};

/// A table whose rows are changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedTable {
    /// Its name as SQL.
    pub name: String,
    /// Whether its rows are replaced by newer ones of their key, so that only merged rows count.
    pub is_merged: bool,
    /// The column, as SQL, that says which row of a key is the newest, where it may be counted up.
    pub version: Option<String>,
}

/// One row that is changed, as conditions and assignments in SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedRow {
    /// Which row: conditions on its key.
    pub key: Vec<String>,
    /// What it must still hold to be changed.
    pub held: Vec<String>,
    /// Columns and the values that they are given.
    pub values: Vec<(String, String)>,
}

impl ChangedRow {
    /// Every condition that the row must meet.
    pub fn conditions(&self) -> String {
        self.key.iter().chain(&self.held).cloned().collect::<Vec<_>>().join(" AND ")
    }

    /// The conditions on its key.
    pub fn is_key(&self) -> String {
        self.key.join(" AND ")
    }

    /// Its columns, and their values.
    pub fn lists(&self) -> (String, String) {
        let join = |part: fn(&(String, String)) -> &str| self.values.iter().map(part).collect::<Vec<_>>().join(", ");
        (join(|(column, _)| column), join(|(_, value)| value))
    }
}

/// How an engine's SQL changes rows.
pub trait Changes: Sync {
    /// Statements before the first change.
    fn begin(&self) -> &'static [&'static str] {
        &["BEGIN"]
    }

    /// Statements behind the last change.
    fn commit(&self) -> &'static [&'static str] {
        &["COMMIT"]
    }

    /// How a file of statements is run, and what is to be known of it, a line each.
    fn notes(&self) -> &'static [&'static str];

    /// The literal of a float, of bytes, of a number of more than 128 bits, and of whatever else a param cannot be; absent
    /// where the value has the literal of a param.
    fn special(&self, value: &Value) -> Option<Result<String, String>>;

    /// An array as a literal, from its elements and their literals; absent of an engine without arrays.
    fn array(&self, _items: &[Value], _literals: &[String]) -> Option<String> {
        None
    }

    /// A map as a literal, from the literals of its entries; absent of an engine without maps.
    fn map(&self, _entries: &[(String, String)]) -> Option<String> {
        None
    }

    /// The condition that `column`, which was read as `of`, holds exactly `value`, which is not NULL and has this literal.
    fn holds(&self, column: &str, _of: &Type, _value: &Value, literal: &str) -> String {
        format!("{column} = {literal}")
    }

    /// Whether rows of a table of this engine, as its catalogue has it, are changed one by one.
    fn takes(&self, _engine: &str) -> bool {
        true
    }

    /// The column, as SQL, that says which row of a key is the newest in a table of this engine, where it has one.
    fn version(&self, _engine: &str) -> Option<String> {
        None
    }

    /// Takes a row out.
    fn delete(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        vec![format!("DELETE FROM {} WHERE {}", table.name, row.conditions())]
    }

    /// Gives a row other values.
    fn update(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let set: Vec<String> = row.values.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        vec![format!("UPDATE {} SET {} WHERE {}", table.name, set.join(", "), row.conditions())]
    }

    /// Adds a row, unless there is one of its key by now.
    fn insert(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let (columns, values) = row.lists();
        let (name, key) = (&table.name, row.is_key());
        vec![format!(
            "INSERT INTO {name} ({columns}) SELECT {values} WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE {key})"
        )]
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

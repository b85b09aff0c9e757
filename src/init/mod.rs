//! A first suite from two catalogues: tables and columns paired by name, and checks that run as they stand.
//!
//! Pure: `cli::init` asks the sources. What is guessed, left out or not comparable is said in the suite itself, under the
//! word UNDECIDED: nothing is passed over in silence.

mod checks;
mod rules;
mod schema;
mod suite;
mod words;

use crate::frame::Type;
use crate::model::Sides;
use crate::source::{Driver, TableName};

pub(crate) use schema::{SchemaNote, probe};
pub(crate) use suite::{Made, suite};

/// A table that a source lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name, for queries.
    pub name: TableName,
    /// What it is paired by: its name, with its schema where that is not the one it is found in without saying so.
    pub called: String,
}

/// A paired table, as one side describes it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// What it is called there.
    pub listed: Listed,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// Columns that identify a row; empty where none are known to.
    pub key: Vec<String>,
    /// Columns that its rows are ordered by, which may or may not identify one.
    pub order: Vec<String>,
    /// Whether it holds no row.
    pub empty: bool,
}

/// A table of both sides that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// What it is paired by.
    pub called: String,
    /// Why, in words.
    pub why: String,
    /// Whether that was asked for; otherwise it is a decision left to the reader.
    pub asked: bool,
}

/// A column of a [`Table`].
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its name.
    pub name: String,
    /// What its source says of its type.
    pub database_type: String,
    /// Its canonical type; absent where it has none, and a query has to cast it.
    pub of: Option<Type>,
}

/// One side of the pair.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its engine.
    pub engine: &'static Driver,
    /// Its URL for people, without a password.
    pub shown: String,
    /// Its URL as the suite has it, variables and all.
    pub url: String,
}

/// Which tables belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    /// Tables of one name, by their places in the two lists.
    pub same: Vec<(usize, usize)>,
    /// Tables whose names differ in case, separators or number only: a suggestion.
    pub alike: Vec<(usize, usize)>,
    /// Numbers of those that only one side has.
    pub only: Sides<Vec<usize>>,
}

/// Pairs two lists of names.
pub(crate) fn pair(old: &[&str], new: &[&str]) -> Pairs {
    let mut pairs = Pairs::default();
    for (at, name) in old.iter().enumerate() {
        match new.iter().position(|other| other == name) {
            Some(other) => pairs.same.push((at, other)),
            None => pairs.only.old.push(at),
        }
    }
    pairs.only.new = (0..new.len()).filter(|at| !old.contains(&new[*at])).collect();
    for at in &pairs.only.old {
        let alike = pairs.only.new.iter().filter(|other| plain(old[*at]) == plain(new[**other]));
        pairs.alike.extend(alike.map(|other| (*at, *other)));
    }
    pairs
}

/// A name without schema, case, separators and plural.
fn plain(name: &str) -> String {
    let bare = name.rsplit('.').next().unwrap_or(name);
    let plain: String = bare.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match (plain.strip_suffix("ies"), plain.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) => stem.to_owned(),
        (None, None) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches tables that are paired although their names differ, and a likely pair that goes unmentioned.
    #[test]
    fn only_one_name_makes_a_pair() {
        let pairs = pair(&["orders", "User", "categories", "old_only"], &["Orders", "users", "category", "orders"]);
        assert_eq!(pairs.same, [(0, 3)]);
        assert_eq!(pairs.alike, [(1, 1), (2, 2)]);
        assert_eq!(pairs.only, Sides { old: vec![1, 2, 3], new: vec![0, 1, 2] });
    }
}

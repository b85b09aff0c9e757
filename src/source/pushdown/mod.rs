//! Parts of a row diff that a server can do itself: SQL made around a check's own query.
//!
//! Each form is used only where it gives what reading all rows would give; who asks makes sure of the columns. Columns of
//! the check's query stand behind the name of the subquery: ClickHouse would take a name for an alias beside it, and
//! SQLite a name that is none for a text.

mod grouped;
mod sampled;

pub use grouped::{MOST_KEYS, Pair, ROW_HASH, differing, grouped, hashable};
pub use sampled::sampled;

use super::EngineName;
pub use super::gate::statement;
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
    /// Whether the server can write its values as [`sampled`] does, whatever the settings of the session are.
    pub printed: bool,
}

/// Names of ours in a query around the query of a check: a prefix that no column of that begins with, upper or lower
/// case, so that none can take a name of ours for its own nor be taken for one.
#[derive(Clone, Debug)]
pub struct Names(String);

impl Names {
    /// Names beside `columns`.
    pub fn beside<'a>(columns: impl Iterator<Item = &'a str> + Clone) -> Names {
        let free = |prefix: &String| !columns.clone().any(|column| column.to_lowercase().starts_with(prefix.as_str()));
        let numbered = (1..).map(|number| format!("cutover{number}_"));
        let mut prefixes = std::iter::once("cutover_".to_owned()).chain(numbered);
        Names(prefixes.find(free).expect("more numbers than columns"))
    }

    /// The name `word` of ours.
    pub fn name(&self, word: &str) -> String {
        format!("{}{word}", self.0)
    }

    /// `column` of the query of a check, which stands in the FROM under the name `side` of ours.
    fn column(&self, engine: EngineName, column: &str) -> String {
        format!("{}side.{}", self.0, quoted(engine, column))
    }

    /// `FROM` and the query of a check under the name `side` of ours.
    fn from(&self, engine: EngineName, sql: &str) -> String {
        format!("FROM (\n{}\n) AS {}side", statement(engine, sql), self.0)
    }
}

/// Whether a column of this type holds numbers that a distance can be taken of.
pub fn is_number(of: &Type) -> bool {
    matches!(of, Type::Integer | Type::Decimal { .. } | Type::Float)
}

/// `name` as an identifier.
pub fn quoted(engine: EngineName, name: &str) -> String {
    match engine {
        EngineName::MySql => format!("`{}`", name.replace('`', "``")),
        EngineName::ClickHouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
        EngineName::Postgres | EngineName::Sqlite | EngineName::Files => {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_begins_like_a_name_of_ours() {
        let names = |columns: &[&str]| Names::beside(columns.iter().copied()).name("k0");
        assert_eq!(names(&["id", "cut"]), "cutover_k0");
        assert_eq!(names(&["id", "CUTOVER_x", "cutover1_"]), "cutover2_k0");
    }
}

//! What a suite says to `cutover prove`: mutants that may be missed, and which rows of a table are versions of one.

use globset::{Glob, GlobMatcher};

use super::problem::{File, Problems};
use super::raw_prove;
use crate::source::TableName;
use crate::spec::check::{Check, Piece};

/// Mutants that may be missed.
#[derive(Clone, Debug)]
pub struct AcceptedMiss {
    /// Matches `check:mutant` and `check.column:mutant`.
    pub pattern: GlobMatcher,
    /// Why.
    pub reason: String,
}

/// A table that keeps several versions of a row.
#[derive(Clone, Debug)]
pub struct VersionedTable {
    /// The table, as queries name it.
    pub table: TableName,
    /// The column that is largest in the newest version.
    pub column: String,
    /// The columns that are the same in all versions of a row; empty where the key of the table without `column` says it.
    pub key: Vec<String>,
}

/// A table of which a column marks rows as deleted.
#[derive(Clone, Debug)]
pub struct TombstonedTable {
    /// The table, as queries name it.
    pub table: TableName,
    /// The column.
    pub column: String,
}

/// The valid entries of `[prove.versions]`.
pub(super) fn versions(
    raw: &raw_prove::Prove,
    checks: Option<&[Check]>,
    file: &File<'_>,
    problems: &mut Problems,
) -> Vec<VersionedTable> {
    let mut found = Vec::new();
    for (text, raw) in &raw.versions {
        let owner = format!("`prove.versions.\"{text}\"`");
        let (column, key) = match raw {
            raw_prove::Versions::Column(column) => (column.clone(), Vec::new()),
            raw_prove::Versions::Keyed(keyed) => (keyed.column.clone(), keyed.key.clone().all()),
        };
        if column.is_empty() || key.iter().any(String::is_empty) {
            problems.0.push(file.problem(0, format!("{owner} holds an empty name"), None));
        } else if key.contains(&column) {
            let help = "leave it out of `key`: the versions of a row have other values in it";
            problems.0.push(file.problem(0, format!("{owner} has `{column}` in its key"), Some(help.to_owned())));
        } else if let Some(table) = table(text, &owner, checks, file, problems) {
            found.push(VersionedTable { table, column, key });
        }
    }
    found
}

/// The valid entries of `[prove.tombstones]`.
pub(super) fn tombstones(
    raw: &raw_prove::Prove,
    checks: Option<&[Check]>,
    file: &File<'_>,
    problems: &mut Problems,
) -> Vec<TombstonedTable> {
    let mut found = Vec::new();
    for (text, column) in &raw.tombstones {
        let owner = format!("`prove.tombstones.\"{text}\"`");
        if column.is_empty() {
            problems.0.push(file.problem(0, format!("{owner} holds an empty name"), None));
        } else if let Some(table) = table(text, &owner, checks, file, problems) {
            found.push(TombstonedTable { table, column: column.clone() });
        }
    }
    found
}

/// The table that is meant, which some query of `checks` has to name, where they are known.
fn table(
    text: &str,
    owner: &str,
    checks: Option<&[Check]>,
    file: &File<'_>,
    problems: &mut Problems,
) -> Option<TableName> {
    let table = match TableName::parse(text) {
        Ok(table) => table,
        Err(why) => {
            problems.0.push(file.problem(0, format!("{owner}: {why}"), None));
            return None;
        }
    };
    let Some(checks) = checks else { return Some(table) };
    let queries = checks.iter().flat_map(|check| check.sides.present()).flat_map(|(_, query)| &query.sql.0);
    let mut texts = queries.filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Param(_) => None,
    });
    if !texts.any(|sql| has_word(sql, table.name())) {
        let help = "name a table as the queries of the suite do".to_owned();
        problems.0.push(file.problem(0, format!("{owner} names no table of a query"), Some(help)));
        return None;
    }
    Some(table)
}

/// Whether `name` stands in `sql` by itself, in capitals or not.
fn has_word(sql: &str, name: &str) -> bool {
    let (sql, name) = (sql.to_lowercase(), name.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(&name)
        .any(|(at, _)| !sql[..at].ends_with(is_part) && !sql[at + name.len()..].starts_with(is_part))
}

/// The valid entries of `[prove.accept]`.
pub(super) fn accepted(raw: &raw_prove::Prove, file: &File<'_>, problems: &mut Problems) -> Vec<AcceptedMiss> {
    let mut accepted = Vec::new();
    for (text, reason) in &raw.accept {
        let owner = format!("`prove.accept.\"{text}\"`");
        if reason.trim().is_empty() {
            problems.0.push(file.problem(0, format!("{owner} needs its reason"), None));
        }
        match Glob::new(text) {
            Ok(glob) if text.contains(':') => {
                accepted.push(AcceptedMiss { pattern: glob.compile_matcher(), reason: reason.clone() });
            }
            Ok(_) => {
                let help = Some("write `check:mutant` or `check.column:mutant`, such as \"orders.note:*\"".to_owned());
                problems.0.push(file.problem(0, format!("{owner} names no mutant"), help));
            }
            Err(error) => {
                problems.0.push(file.problem(0, format!("{owner} is no pattern: {}", error.kind()), None));
            }
        }
    }
    accepted
}

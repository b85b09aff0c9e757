//! What the reader of a report must know of files that were read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::row_table::RowFile;
use crate::model::{Warning, WarningCode};

/// Tells of lines of nothing in text files that were read to their end, each with the name of its table.
pub(super) fn blank_lines(texts: &[(String, Arc<dyn RowFile>)]) -> Vec<Warning> {
    let blank = texts.iter().filter(|(_, text)| text.blank_lines() > 0);
    let warning = |(table, text): &(String, Arc<dyn RowFile>)| {
        let (lines, file) = (text.blank_lines(), text.name());
        let what = if lines == 1 {
            "1 blank line, which is no row".to_owned()
        } else {
            format!("{lines} blank lines, which are no rows")
        };
        let message = format!("{file} has {what}; write \"\" on it where a column is to be empty");
        Warning::new(WarningCode::BlankLines, message).of_table(Some(table.clone()))
    };
    blank.map(warning).collect()
}

/// Tells of columns that the folders of a table name and that are not read, each with the name of a type that holds them.
pub(super) fn undeclared(table: &str, columns: &BTreeMap<&str, &str>) -> Option<Warning> {
    if columns.is_empty() {
        return None;
    }
    let listed =
        |one: fn((&&str, &&str)) -> String, between: &str| columns.iter().map(one).collect::<Vec<_>>().join(between);
    let (is, it) = if columns.len() == 1 { ("is no column", "it counts") } else { ("are no columns", "they count") };
    let message = format!(
        "the folders of `{table}` say {}, which {is} of the answer, so that a row in another folder is the same row; where {it}, \
         say `partitions = {{ {} }}` on the source, or {}",
        listed(|(name, _)| format!("`{name}`"), " and "),
        listed(|(name, of)| format!("{} = \"{of}\"", quoted(name)), ", "),
        listed(|(name, of)| format!("--partition {name}={of}"), " "),
    );
    Some(Warning::new(WarningCode::FoldersUndeclared, message).of_table(Some(table.to_owned())))
}

/// A key of TOML.
fn quoted(name: &str) -> String {
    let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare && !name.is_empty() { name.to_owned() } else { toml::Value::from(name).to_string() }
}

//! How a table of ClickHouse keeps its rows, for statements that are about just one of them.

use super::super::changes::{Storage, Told};
use super::lint::choice_of;
use crate::schema::{ColumnSchema, ColumnType, Property, TableSchema};

/// The keys of a table, whose columns no statement can give another value.
const KEYS: [Property; 4] = [Property::SortingKey, Property::SparseKey, Property::PartitionKey, Property::SamplingKey];

/// How the table keeps its rows, where a row can be changed by itself.
///
/// # Errors
/// Why it cannot, with a way out.
pub(super) fn storage(schema: &TableSchema, told: &Told) -> Result<Storage, String> {
    let table = &told.table;
    let parts = |of: Property| schema.parts.iter().filter(move |part| part.property == of);
    let engine = parts(Property::TableEngine).next().map_or("", |part| part.text.as_str());
    let kind = engine.split('(').next().unwrap_or_default();
    let texts = || KEYS.into_iter().flat_map(parts).flat_map(|part| part.columns.iter().chain([&part.text]));
    let is_fixed = |column: &&ColumnSchema| texts().any(|text| names(text, &column.name));
    let fixed: Vec<String> = schema.columns.iter().filter(is_fixed).map(|column| column.name.clone()).collect();
    match ["Replicated", "Shared"].iter().find_map(|how| kind.strip_prefix(how)).unwrap_or(kind) {
        "MergeTree" => return Ok(Storage { version: None, fixed, is_unique: false }),
        "ReplacingMergeTree" => {}
        // What adds rows up would add a change up, too.
        _ => {
            return Err(format!(
                "the table {table} is of the engine {engine}, whose rows are not changed one by one; repair what it is filled from"
            ));
        }
    }
    if !told.is_final {
        return Err(format!(
            "rows of {table} are replaced by newer ones of their key, and its query does not say FINAL; say `FROM {table} FINAL` \
             there, rather than in settings"
        ));
    }
    let again = "write the rows of old again in the way that new is filled";
    let version = match choice_of(engine) {
        (Some(version), None) => version,
        (None, _) => {
            return Err(format!(
                "the table {table} is of the engine {engine}, whose newest row is told by no version; {again}"
            ));
        }
        (_, Some(deleted)) => {
            return Err(format!("the table {table} is of the engine {engine}, where `{deleted}` hides rows; {again}"));
        }
    };
    let largest = match schema.columns.iter().find(|column| column.name == version).map(|column| &column.of) {
        Some(ColumnType::Integer { bits: bits @ (32 | 64), is_signed }) => {
            u64::MAX >> (64 - bits + u16::from(*is_signed))
        }
        _ => {
            return Err(format!(
                "the version `{version}` of {table} is no integer of 32 or 64 bits, so that there may be none after it; {again}"
            ));
        }
    };
    let sorting: Vec<&String> = parts(Property::SortingKey).flat_map(|part| &part.columns).collect();
    let is_told = |column: &&&String| told.key.iter().any(|key| key == column.trim_end_matches(" DESC"));
    if let Some(column) = sorting.iter().find(|column| !is_told(column)) {
        return Err(format!(
            "rows of {table} are replaced by its sorting key, of which `{column}` is no column of the check's key; compare rows by \
             all of it"
        ));
    }
    let is_sorted = |key: &&String| sorting.iter().any(|column| column.trim_end_matches(" DESC") == key.as_str());
    if let Some(column) = told.key.iter().find(|key| !is_sorted(key)) {
        return Err(format!(
            "rows of {table} are replaced by its sorting key, and the check's key has `{column}` beside it: without the newest row an \
             earlier one with another `{column}` would be shown; compare rows by the sorting key alone"
        ));
    }
    Ok(Storage { version: Some((version, largest)), fixed, is_unique: false })
}

/// Whether an expression of a key names the column.
fn names(text: &str, column: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    match column.chars().all(is_part) {
        true => text.split(|c| !is_part(c)).any(|word| word == column),
        false => text.contains(column),
    }
}

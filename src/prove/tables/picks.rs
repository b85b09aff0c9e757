//! Rows of a table that mutants lose and change: some, spread over the whole table, as conditions that pick them.

use super::super::request::Request;
use super::asking::{Asking, count};
use super::kept::KeptVersions;
use super::unread::{Unread, readable};
use super::versions::{Versions, is_replacing};
use crate::frame::{Frame, Type, Value};
use crate::schema::{Property, TableSchema};
use crate::source;
use crate::source::{CancellationToken, Dialect, Engine, Table, TableName};
use crate::spec::check::ParamValue;
use crate::suite::{Suite, TombstonedTable, VersionedTable};

/// Most rows that are picked, each in the middle of as large a part of the table.
const ROWS: u64 = 5;

/// Columns of a table, and rows of it.
pub(super) struct Picked {
    pub(super) dialect: &'static dyn Dialect,
    /// Every column, in the order of the catalogue, with its type; that of one that cannot be read is the type of NULL.
    pub(super) columns: Vec<(String, Type)>,
    pub(super) key: Vec<String>,
    /// Columns that cannot be read, of which rows have no values.
    pub(super) unread: Unread,
    pub(super) rows: Vec<Row>,
    /// Columns by which its rows refer to others.
    pub(super) references: Vec<String>,
    /// What it says of versions of its rows.
    pub(super) versions: Option<Versions>,
    /// What the suite says of versions of its rows, where the table does not; or why that cannot be so.
    pub(super) kept: Option<Result<KeptVersions, String>>,
    /// Rows that are marked as deleted; absent where it has no column for that, or [`Versions`] knows it.
    pub(super) tombstones: Option<Result<Tombstones, String>>,
}

/// What the suite and its queries say of a table.
pub(super) struct Said<'a> {
    /// Columns that queries hold against those of other tables.
    joined: Vec<String>,
    versions: Option<&'a VersionedTable>,
    tombstones: Option<&'a TombstonedTable>,
}

impl<'a> Said<'a> {
    /// Takes what `suite` says of `table`, of which `joined` are the columns that queries hold against those of other tables.
    pub(super) fn of(suite: &'a Suite, table: &TableName, joined: Vec<String>) -> Said<'a> {
        let is_it = |known: &TableName| known.to_string().eq_ignore_ascii_case(&table.to_string());
        Said {
            joined,
            versions: suite.versions.iter().find(|one| is_it(&one.table)),
            tombstones: suite.tombstones.iter().find(|one| is_it(&one.table)),
        }
    }
}

/// A row of a table.
pub(super) struct Row {
    /// The condition that picks it.
    pub(super) condition: String,
    pub(super) values: Vec<Value>,
}

/// Rows that are marked as deleted.
pub(super) struct Tombstones {
    /// Place of the column that marks them.
    pub(super) column: usize,
    pub(super) rows: Vec<Row>,
}

/// Columns by whose names rows are marked as deleted.
const TOMBSTONES: [&str; 5] = ["is_deleted", "deleted", "is_tombstone", "tombstone", "deleted_at"];

/// Picks rows of `table`; the error says why nothing can be tried on it.
pub(super) async fn picked(
    engine: &dyn Engine,
    table: &TableName,
    said: &Said<'_>,
    request: &Request,
    stop: &CancellationToken,
) -> Result<Picked, String> {
    let dialect = engine.driver().dialect;
    let asking = Asking { engine, timeout: request.options.timeout, stop };
    let told = |error: source::Error| error.message;
    let found = source::table(engine, table, asking.timeout, stop).await.map_err(told)?;
    // What only some mutants need.
    let schema = source::schema(engine, table, asking.timeout, stop).await.unwrap_or_default();
    let mut name = table.quoted(dialect);
    if let Some(word) = dialect.final_word().filter(|_| is_replacing(&schema)) {
        // A version that another replaces is seen by nobody.
        name = format!("{name} {word}");
    }
    let declared = said.versions.filter(|_| Versions::column(&schema).is_none());
    let kept = declared.map(|declared| KeptVersions::of(declared, &found, dialect));
    if let Some(Ok(kept)) = &kept {
        name = kept.newest(&name);
    }
    let count = count(&asking.ask(&format!("SELECT COUNT(*) AS n FROM {name}")).await?);
    if count == 0 {
        return Err("it has no row that could be lost".to_owned());
    }
    let order: Vec<String> =
        if found.key.is_empty() { &found.order } else { &found.key }.iter().map(|name| dialect.quoted(name)).collect();
    let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    // At most half of them: that all of them are lost is seen by nearly everything.
    let rows = ROWS.min((count / 2).max(1));
    let mut places: Vec<u64> = (0..rows).map(|at| (2 * at + 1) * count / (2 * rows)).collect();
    places.dedup();
    let mut picked = Picked {
        dialect,
        columns: Vec::new(),
        key: found.key.clone(),
        unread: Unread::new(),
        rows: Vec::new(),
        references: references(&found, &schema, &said.joined),
        versions: None,
        kept: None,
        tombstones: None,
    };
    for place in places {
        let from = format!("{name}{order} LIMIT 1 OFFSET {place}");
        let row = readable(&asking, &found.columns, &from, &mut picked.unread).await?;
        // Without all of its key a row cannot be told from others.
        if let Some(why) = found.key.iter().find_map(|name| picked.unread.get(name)) {
            return Err(why.clone());
        }
        let of = |name: &String| row.column(name).map_or(Type::Null, |(_, of)| of.clone());
        if picked.columns.is_empty() {
            picked.columns = found.columns.iter().map(|name| (name.clone(), of(name))).collect();
        }
        picked.rows.extend(conditions(dialect, &found, &row)?);
    }
    if picked.rows.is_empty() {
        return Err("no row of it could be picked".to_owned());
    }
    picked.versions = Versions::read(&schema, table, &asking).await;
    picked.kept = match kept {
        Some(Ok(kept)) => Some(kept.looked(&table.quoted(dialect), &picked.columns, &asking).await),
        other => other,
    };
    if picked.versions.as_ref().is_none_or(|versions| !versions.know_deleted()) {
        let from = |is_marked: &str| format!("{name} WHERE {is_marked}{order} LIMIT {ROWS}");
        let mut unread = picked.unread.clone();
        picked.tombstones = tombstones(&picked, &found, said.tombstones, (&asking, &mut unread), &from).await;
        picked.unread = unread;
    }
    Ok(picked)
}

/// Rows that a column marks as deleted, the one that the suite says or one that is called so; absent where there is no such
/// column.
async fn tombstones(
    picked: &Picked,
    found: &Table,
    said: Option<&TombstonedTable>,
    (asking, unread): (&Asking<'_>, &mut Unread),
    from: &(dyn Fn(&str) -> String + Sync),
) -> Option<Result<Tombstones, String>> {
    let marks = |(name, of): &(String, Type)| {
        let is_named = match said {
            Some(said) => said.column.eq_ignore_ascii_case(name),
            None => TOMBSTONES.iter().any(|known| known.eq_ignore_ascii_case(name)),
        };
        let name = picked.dialect.quoted(name);
        match of {
            Type::Bool if is_named => Some(format!("{name} = TRUE")),
            Type::Integer if is_named => Some(format!("{name} <> 0")),
            // Its rows that were picked may all be there, and the type of nothing is none.
            Type::Date | Type::Instant | Type::WallClock | Type::Null if is_named => {
                Some(format!("{name} IS NOT NULL"))
            }
            _ => None,
        }
    };
    let Some((column, is_marked)) =
        picked.columns.iter().enumerate().find_map(|(at, column)| Some((at, marks(column)?)))
    else {
        let TombstonedTable { table, column } = said?;
        return Some(Err(format!(
            "`prove.tombstones.\"{table}\"` names `{column}`, and the table has no boolean, whole number or time that is called so; \
             its columns are {}",
            found.columns.join(", ")
        )));
    };
    let rows = readable(asking, &found.columns, &from(&is_marked), unread).await.ok()?;
    let rows = conditions(picked.dialect, found, &rows).unwrap_or_default();
    Some(Ok(Tombstones { column, rows }))
}

/// Columns of foreign keys and those that queries hold against other tables, unless they are all of the key.
fn references(found: &Table, schema: &TableSchema, joined: &[String]) -> Vec<String> {
    let foreign = schema.parts.iter().filter(|part| part.property == Property::ForeignKeys);
    let mut names: Vec<&String> = foreign.filter_map(|part| part.columns.first()).collect();
    let is_key = |name: &String| found.key.iter().all(|key| key.eq_ignore_ascii_case(name));
    names.extend(joined.iter().filter(|name| found.key.is_empty() || !is_key(name)));
    let is_named = |column: &&String| names.iter().any(|name| name.eq_ignore_ascii_case(column));
    found.columns.iter().filter(is_named).cloned().collect()
}

/// The rows of `frame`, each with a condition that picks it.
fn conditions(dialect: &dyn Dialect, found: &Table, frame: &Frame) -> Result<Vec<Row>, String> {
    let columns: Vec<Vec<Value>> = found.columns.iter().map(|name| frame.values(name)).collect();
    let is_key = |name: &String| found.key.is_empty() || found.key.contains(name);
    let mut rows = Vec::new();
    for at in 0..frame.height() {
        let values: Vec<Value> = columns.iter().map(|column| column.get(at).cloned().unwrap_or(Value::Null)).collect();
        let is_read = |name: &String| frame.column(name).is_some();
        let named = found.columns.iter().zip(&values).filter(|(name, _)| is_key(name) && is_read(name));
        let parts: Vec<String> = named.filter_map(|(name, value)| condition(dialect, name, value)).collect();
        if parts.is_empty() {
            return Err("no column of it holds a value that a query can name".to_owned());
        }
        rows.push(Row { condition: format!("({})", parts.join(" AND ")), values });
    }
    Ok(rows)
}

/// That a column has a value; absent of one that cannot be named exactly.
fn condition(dialect: &dyn Dialect, name: &str, value: &Value) -> Option<String> {
    let name = dialect.quoted(name);
    match value {
        Value::Null => Some(format!("{name} IS NULL")),
        // Times have more than one form in some engines, floats more than one text, and not every JSON can be compared.
        Value::Instant(_) | Value::WallClock(_) | Value::Time(_) | Value::Float(_) | Value::Json(_) => None,
        value => Some(format!("{name} = {}", literal(dialect, value)?)),
    }
}

/// A value as the engine writes it; absent of one that no literal is.
pub(super) fn literal(dialect: &dyn Dialect, value: &Value) -> Option<String> {
    if *value == Value::Null {
        return Some("NULL".to_owned());
    }
    dialect.literal(&ParamValue::of(value)?).ok()
}

//! What a source tells of a table: its columns, and the key that no two rows share.
//!
//! Asked with plain queries, read-only like every other. A ClickHouse primary key orders rows and does not tell them
//! apart, so it is only a suggestion; files have no keys.

use std::time::Duration;

use super::pushdown::quoted;
use super::{CancellationToken, Engine, EngineName, Error, ErrorCode, Location, SourceUrl, query};
use crate::frame::{Frame, Value};

/// A table as its source describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its columns in their order.
    pub columns: Vec<String>,
    /// Columns of its primary key, else of a unique index without NULLs; empty where there is neither.
    pub key: Vec<String>,
    /// Columns that rows are ordered by, which may or may not tell them apart.
    pub order: Vec<String>,
}

/// A table's name in two parts, as it stands after `--table`: `orders`, `sales.orders` or `"Odd.Name"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    schema: Option<String>,
    name: String,
}

impl TableName {
    /// Reads a name; a part with a dot of its own stands in double quotes.
    pub fn parse(text: &str) -> Result<TableName, String> {
        let mut parts = vec![String::new()];
        let mut inside = false;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '"' if inside && characters.peek() == Some(&'"') => {
                    characters.next();
                    parts.last_mut().expect("never empty").push('"');
                }
                '"' => inside = !inside,
                '.' if !inside => parts.push(String::new()),
                c => parts.last_mut().expect("never empty").push(c),
            }
        }
        let wrong =
            || format!("`{text}` is no table's name; write name, schema.name, or \"Odd.Name\" in double quotes");
        if inside || parts.iter().any(String::is_empty) {
            return Err(wrong());
        }
        match <[String; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(TableName { schema: Some(schema), name }),
            Err(parts) => match <[String; 1]>::try_from(parts) {
                Ok([name]) => Ok(TableName { schema: None, name }),
                Err(_) => Err(wrong()),
            },
        }
    }

    /// A name that is known, whatever is in it.
    pub fn new(schema: Option<String>, name: String) -> TableName {
        TableName { schema, name }
    }

    /// The name without its schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema, where it has to be named.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The name as `engine` quotes it.
    pub fn quoted(&self, engine: EngineName) -> String {
        let parts = self.schema.iter().chain([&self.name]).map(|part| quoted(engine, part));
        parts.collect::<Vec<_>>().join(".")
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Engines of ClickHouse whose tables hold nothing, or give each row only once.
const STREAMS: &str = "'Kafka', 'RabbitMQ', 'NATS', 'S3Queue', 'AzureQueue', 'FileLog', 'Null', 'Set', 'Join'";

/// Every table and view behind `url` that queries may read, system tables aside, in the order of their names; those
/// that are found without naming their schema come without one.
///
/// # Errors
/// Whatever keeps the catalogue from being read.
pub async fn tables(
    engine: &dyn Engine,
    url: &SourceUrl,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Vec<TableName>, Error> {
    let sql = match engine.name() {
        EngineName::Postgres => {
            // What an extension made is its own business, as are TimescaleDB's chunks and the partitions of a table.
            "SELECT CASE WHEN NOT pg_table_is_visible(c.oid) THEN n.nspname END AS schema, c.relname AS name \
             FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition \
             AND n.nspname <> 'information_schema' AND n.nspname !~ '^(pg_|_?timescaledb)' \
             AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') \
             AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid \
             AND d.deptype = 'e') ORDER BY 1 NULLS FIRST, 2"
                .to_owned()
        }
        EngineName::MySql => "SELECT table_name AS name FROM information_schema.tables \
                              WHERE table_schema = DATABASE() ORDER BY table_name"
            .to_owned(),
        EngineName::ClickHouse => format!(
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND NOT is_temporary \
             AND NOT startsWith(name, '.inner') AND engine NOT IN ({STREAMS}) ORDER BY name"
        ),
        EngineName::Sqlite => "SELECT name FROM pragma_table_list WHERE schema = 'main' \
                               AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                               ORDER BY name"
            .to_owned(),
        EngineName::Files => {
            let Location::Files(path) = url.location() else { return Ok(Vec::new()) };
            let names = super::files::names(path)?;
            return Ok(names.into_iter().map(|name| TableName::new(None, name)).collect());
        }
    };
    let frame = query(engine, &sql, timeout, stop).await?.frame;
    let schemas = frame.column("schema").map(|_| frame.values("schema")).unwrap_or_default();
    let schema = |at: usize| match schemas.get(at) {
        Some(Value::Text(schema)) => Some(schema.clone()),
        _ => None,
    };
    Ok(names(&frame).into_iter().enumerate().map(|(at, name)| TableName::new(schema(at), name)).collect())
}

/// What `engine` tells of `table`.
///
/// # Errors
/// A table that is not there, and whatever keeps the catalogue from being read.
pub async fn table(
    engine: &dyn Engine,
    table: &TableName,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Table, Error> {
    let ask = async |sql: &str| query(engine, sql, timeout, stop).await.map(|answer| answer.frame);
    let literal = |text: &str| {
        let value = crate::spec::check::ParamValue::Text(text.to_owned());
        super::literal(engine.name(), &value).map_err(|why| Error::new(ErrorCode::QueryRefused, why))
    };
    let name = literal(&table.name)?;
    let schema = table.schema.as_deref().map(literal).transpose()?;
    let found = match engine.name() {
        EngineName::Postgres => {
            let at = format!("to_regclass({})", literal(&table.quoted(EngineName::Postgres))?);
            let columns = format!(
                "SELECT attname AS name FROM pg_attribute \
                 WHERE attrelid = {at} AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            );
            let key = format!(
                "SELECT a.attname AS name FROM (\
                 SELECT indkey, indrelid, indnkeyatts FROM pg_index AS i WHERE indrelid = {at} AND indisunique \
                 AND indisvalid AND indpred IS NULL AND indexprs IS NULL AND NOT EXISTS (\
                 SELECT FROM pg_attribute AS n WHERE n.attrelid = i.indrelid AND n.attnum = ANY (i.indkey) AND NOT n.attnotnull) \
                 ORDER BY NOT indisprimary, indnkeyatts, indexrelid LIMIT 1) AS i \
                 CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place) \
                 JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
                 WHERE place <= i.indnkeyatts ORDER BY place"
            );
            Table { columns: names(&ask(&columns).await?), key: names(&ask(&key).await?), order: Vec::new() }
        }
        EngineName::MySql => {
            let schema = schema.unwrap_or_else(|| "DATABASE()".to_owned());
            let of = format!("table_schema = {schema} AND table_name = {name}");
            let columns = format!(
                "SELECT column_name AS name FROM information_schema.columns WHERE {of} ORDER BY ordinal_position"
            );
            let key = format!(
                "SELECT column_name AS name FROM information_schema.statistics WHERE {of} AND index_name = (\
                 SELECT index_name FROM information_schema.statistics WHERE {of} GROUP BY index_name \
                 HAVING max(non_unique) = 0 AND max(nullable = 'YES') = 0 AND max(sub_part IS NOT NULL) = 0 AND max(column_name IS NULL) = 0 \
                 ORDER BY index_name <> 'PRIMARY', count(*), index_name LIMIT 1) ORDER BY seq_in_index"
            );
            Table { columns: names(&ask(&columns).await?), key: names(&ask(&key).await?), order: Vec::new() }
        }
        EngineName::ClickHouse => {
            let schema = schema.unwrap_or_else(|| "currentDatabase()".to_owned());
            let of = format!("FROM system.columns WHERE database = {schema} AND table = {name}");
            let columns = format!("SELECT name {of} AND default_kind <> 'EPHEMERAL' ORDER BY position");
            let order = format!("SELECT name {of} AND is_in_sorting_key ORDER BY position");
            Table { columns: names(&ask(&columns).await?), key: Vec::new(), order: names(&ask(&order).await?) }
        }
        EngineName::Sqlite => {
            let with = |name: &str, of: &str| match &schema {
                Some(schema) => format!("{name}({of}, {schema})"),
                None => format!("{name}({of})"),
            };
            let info = with("pragma_table_xinfo", &name);
            // Generated columns are columns; hidden ones of virtual tables are not.
            let columns = format!("SELECT name FROM {info} WHERE hidden IN (0, 2, 3) ORDER BY cid");
            let primary = format!("SELECT name FROM {info} WHERE pk > 0 ORDER BY pk");
            let lists = with("pragma_index_list", &name);
            let members = with("pragma_index_info", "i.name");
            let index = format!(
                "SELECT i.name AS name FROM {lists} AS i WHERE i.\"unique\" AND NOT i.partial AND NOT EXISTS (\
                 SELECT 1 FROM {members} AS m LEFT JOIN {info} AS c ON c.cid = m.cid WHERE c.\"notnull\" IS NOT 1) \
                 ORDER BY (SELECT count(*) FROM {members}), i.seq LIMIT 1"
            );
            let mut key = names(&ask(&primary).await?);
            if let (true, Some(index)) = (key.is_empty(), names(&ask(&index).await?).first()) {
                let members = with("pragma_index_info", &literal(index)?);
                key = names(&ask(&format!("SELECT name FROM {members} ORDER BY seqno")).await?);
            }
            Table { columns: names(&ask(&columns).await?), key, order: Vec::new() }
        }
        EngineName::Files => {
            let columns = ask(&format!("SELECT * FROM {} LIMIT 0", table.quoted(EngineName::Files))).await?;
            let columns = columns.names().into_iter().map(str::to_owned).collect();
            Table { columns, ..Table::default() }
        }
    };
    if found.columns.is_empty() {
        let message = format!(
            "there is no table {}, or it may not be seen; check its name and case, and give its schema as schema.name",
            table.quoted(engine.name())
        );
        return Err(Error::new(ErrorCode::QueryRefused, message));
    }
    Ok(found)
}

fn names(frame: &Frame) -> Vec<String> {
    let text = |value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    };
    frame.values("name").into_iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_part_or_two() {
        let name = |text: &str| TableName::parse(text).map(|name| name.quoted(EngineName::Postgres));
        assert_eq!(name("orders").unwrap(), "\"orders\"");
        assert_eq!(name("sales.orders").unwrap(), "\"sales\".\"orders\"");
        assert_eq!(name("\"odd.name\"").unwrap(), "\"odd.name\"");
        assert_eq!(name("\"a\"\"b\"").unwrap(), "\"a\"\"b\"");
        for wrong in ["", ".", "a.", "a.b.c", "\"a"] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}

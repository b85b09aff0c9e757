//! Tables of ClickHouse that keep several versions of a row, of which queries take the newest: an older one in its place, and a
//! row that its newest version marks as deleted.

use super::asking::Asking;
use super::body::{Body, TableMutant};
use crate::schema::{Property, TableSchema, arguments};
use crate::source::{Dialect, Shadow, TableName};

/// Most keys whose newest version is taken away.
const KEYS: u64 = 5;

/// What a table says of the versions of its rows.
pub(super) struct Versions {
    /// The sorting key, by which rows are versions of each other, as SQL.
    key: String,
    /// The column that is largest in the newest version, as SQL.
    version: String,
    /// The column that marks a row as deleted, as SQL.
    deleted: Option<String>,
    /// Columns beside these, as SQL.
    others: Vec<String>,
    /// Whether some key has an older version that is another row, and whether the newest of some is marked as deleted.
    has_older: bool,
    has_deleted: bool,
}

/// Whether merges of the table keep one version of a row.
pub(super) fn is_replacing(schema: &TableSchema) -> bool {
    engine(schema).is_some_and(|engine| engine.contains("ReplacingMergeTree"))
}

fn engine(schema: &TableSchema) -> Option<&str> {
    schema.parts.iter().find(|part| part.property == Property::TableEngine).map(|part| part.text.as_str())
}

/// What the engine of a table names: the column of the version, and that which marks a row as deleted.
fn named(schema: &TableSchema) -> Vec<String> {
    let inside = engine(schema).filter(|_| is_replacing(schema)).and_then(|engine| {
        let (_, behind) = engine.split_once('(')?;
        Some(behind.rsplit_once(')')?.0)
    });
    // Those in quotes are the paths of replicas.
    let is_column = |argument: &String| !argument.starts_with('\'');
    inside.map(arguments).unwrap_or_default().into_iter().filter(is_column).collect()
}

impl Versions {
    /// The column by which merges of a table know the newest version, as SQL; absent where it names none.
    pub(super) fn column(schema: &TableSchema) -> Option<String> {
        named(schema).into_iter().next()
    }

    /// Reads which column of `table` is its version, and asks whether it has older ones; absent where it names none.
    pub(super) async fn read(schema: &TableSchema, table: &TableName, asking: &Asking<'_>) -> Option<Versions> {
        let mut named = named(schema).into_iter();
        let version = named.next()?;
        let deleted = named.next();
        let sorting = schema.parts.iter().find(|part| part.property == Property::SortingKey)?;
        let dialect = asking.engine.driver().dialect;
        let is_other = |name: &String| {
            let names = [Some(&version), deleted.as_ref()];
            !sorting.columns.contains(name) && !names.into_iter().flatten().any(|known| known.trim_matches('`') == name)
        };
        let others = schema.columns.iter().map(|column| &column.name).filter(|name| is_other(name));
        let others = others.map(|name| dialect.quoted(name)).collect();
        let key = sorting.columns.join(", ");
        let mut versions = Versions { key, version, deleted, others, has_older: false, has_deleted: false };
        let name = table.quoted(dialect);
        versions.has_older = asking.any(&versions.newest_of_several(&name)).await;
        versions.has_deleted = match versions.newest_deleted(&name) {
            Some((_, sql)) => asking.any(&sql).await,
            None => false,
        };
        Some(versions)
    }

    /// Whether it says which rows are marked as deleted.
    pub(super) fn know_deleted(&self) -> bool {
        self.deleted.is_some()
    }

    /// The newest version of each of some keys that `having` holds for.
    fn newest(&self, table: &str, having: &str) -> String {
        let Versions { key, version, .. } = self;
        format!(
            "SELECT tuple({key}) AS cutover_key, max({version}) AS cutover_newest FROM {table} GROUP BY {key} \
             HAVING {having} ORDER BY {key} LIMIT {KEYS}"
        )
    }

    fn newest_of_several(&self, table: &str) -> String {
        let Versions { version, others, .. } = self;
        let differ =
            if others.is_empty() { String::new() } else { format!(" AND uniqExact(tuple({})) > 1", others.join(", ")) };
        // Of a row that was deleted nothing of an older version is to be there.
        let is_there = self.deleted.as_ref().map(|deleted| format!(" AND argMax({deleted}, {version}) = 0"));
        self.newest(table, &format!("uniqExact({version}) > 1{differ}{}", is_there.unwrap_or_default()))
    }

    fn newest_deleted(&self, table: &str) -> Option<(&String, String)> {
        let deleted = self.deleted.as_ref()?;
        Some((deleted, self.newest(table, &format!("argMax({deleted}, {}) = 1", self.version))))
    }

    /// The mutants of `table`.
    pub(super) fn mutants(&self, table: &TableName, dialect: &dyn Dialect) -> Vec<TableMutant> {
        let name = table.quoted(dialect);
        let merged = dialect.final_word().map_or(name.clone(), |word| format!("{name} {word}"));
        let Versions { key, version, .. } = self;
        let newest = self.newest_of_several(&name);
        let stored = format!("SELECT * FROM {name} WHERE (tuple({key}), {version}) NOT IN ({newest})");
        let keys = format!("tuple({key}) IN (SELECT cutover_key FROM ({newest}))");
        let older = Shadow {
            merged: format!(
                "SELECT * FROM {merged} WHERE NOT ({keys}) UNION ALL \
                 SELECT * FROM (SELECT * FROM ({stored}) WHERE {keys} ORDER BY {version} DESC LIMIT 1 BY {key})"
            ),
            stored,
        };
        let mut mutants = vec![TableMutant {
            name: "older_version",
            what: "of some rows an older version is there instead of the newest",
            column: None,
            body: if self.has_older { Body::Query(older) } else { Body::Same },
        }];
        if let Some((deleted, dead)) = self.newest_deleted(&name) {
            let is_dead = format!("(tuple({key}), {version}) IN ({dead})");
            let zero = format!("toUInt8(0) AS {deleted}");
            let back = Shadow {
                stored: format!("SELECT * REPLACE (if({is_dead}, toUInt8(0), {deleted}) AS {deleted}) FROM {name}"),
                merged: format!(
                    "SELECT * FROM {merged} UNION ALL SELECT * REPLACE ({zero}) FROM {name} WHERE {is_dead}"
                ),
            };
            mutants.push(TableMutant {
                name: "tombstone_back",
                what: "some rows that are marked as deleted are there again",
                column: Some(deleted.trim_matches('`').to_owned()),
                body: if self.has_deleted { Body::Query(back) } else { Body::Same },
            });
        }
        mutants
    }
}

//! Which table that merges its rows a query reads, and which columns of the answer are columns of that table. Pure.

use std::collections::BTreeMap;

use super::merges::{Around, merged, merging, replaces};
use super::rules::{Catalogue, Entry};
use super::tree::Tree;
use crate::source::merging::Merging;

/// The one table that merges its rows, of a query that reads no other; absent where the query itself merges them.
pub(crate) fn read(tree: &Tree, catalogue: &Catalogue, definition: impl Fn(&str) -> Option<String>) -> Option<Merging> {
    let mut tables = tree.nodes().filter(|at| tree.label(*at) == "TABLE");
    let (table, None) = (tables.next()?, tables.next()) else { return None };
    let name = tree.attribute(table, "table_name")?;
    let Some(Entry::Table { engine, key }) = catalogue.0.get(name) else { return None };
    let last = tree.attribute(table, "final") == Some("1");
    if !merging(engine) || (!last && merged(engine, key, &Around { tree, at: table, out: None })) {
        return None;
    }
    let version = replaces(engine).then(|| version(&definition(name)?)).flatten();
    let (database, name) = name.split_once('.')?;
    let quoted = |name: &str| format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"));
    Some(Merging {
        table: format!("{}.{}", quoted(database), quoted(name)),
        merged: last,
        key: key.clone(),
        version,
        columns: plain(tree, 0, table),
    })
}

/// The first argument of a replacing engine, where it is a column.
fn version(definition: &str) -> Option<String> {
    let (_, arguments) = definition.split_once("ReplacingMergeTree(")?;
    let all: Vec<&str> = arguments.split_once(')')?.0.split(',').map(str::trim).collect();
    // A replicated table begins with its path and the name of its replica, in quotes.
    let own: Vec<&str> = all.into_iter().filter(|one| !one.starts_with('\'')).collect();
    // Rows that a second column marks as deleted are gone rather than chosen.
    let [version] = own.as_slice() else { return None };
    (!version.is_empty()).then(|| (*version).to_owned())
}

/// The columns of `query` that are columns of `table` as they are, through subqueries.
fn plain(tree: &Tree, query: usize, table: usize) -> BTreeMap<String, String> {
    let names = tree.section(query, "PROJECTION COLUMNS").map_or(&[] as &[usize], |section| tree.children(section));
    let list = tree.section(query, "PROJECTION").and_then(|section| tree.children(section).first());
    let nodes = list.map_or(&[] as &[usize], |list| tree.children(*list));
    let name = |at: usize| tree.text(at).split_once(' ').map(|(name, _)| name.to_owned());
    let pairs = names.iter().zip(nodes);
    pairs.filter_map(|(named, node)| Some((name(*named)?, column(tree, *node, table)?))).collect()
}

fn column(tree: &Tree, node: usize, table: usize) -> Option<String> {
    let name = tree.attribute(node, "column_name").filter(|_| tree.label(node) == "COLUMN")?;
    let source = tree.by_id(tree.attribute(node, "source_id")?)?;
    match tree.label(source) {
        "TABLE" if source == table => Some(name.to_owned()),
        "QUERY" => plain(tree, source, table).remove(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    /// Catches a path or a mark of deletion that is taken for a version.
    #[test]
    fn the_version_is_the_one_column_of_the_engine() {
        assert_eq!(version("ReplacingMergeTree(at) ORDER BY id").as_deref(), Some("at"));
        assert_eq!(version("ReplicatedReplacingMergeTree('/a/b', '{replica}', at) ORDER BY id").as_deref(), Some("at"));
        for none in ["ReplacingMergeTree ORDER BY id", "ReplacingMergeTree(at, gone) ORDER BY id", "MergeTree()"] {
            assert_eq!(version(none), None, "{none}");
        }
    }
}

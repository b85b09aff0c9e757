//! Which table that merges its rows a query reads, and which columns of the answer are columns of that table. Pure.

use std::collections::BTreeMap;

use super::first_by_key;
use super::first_by_key::quoted;
use super::merges::{Around, key_columns, merged, merging, replaces};
use super::rules::{Catalogue, Entry};
use super::tree::Tree;
use crate::source::merging::Merging;

/// The one table of a query that only picks rows and columns of it, where merges choose among its rows, or the query does by
/// `LIMIT 1 BY`; absent where the query merges them otherwise. `engine` is the engine of a table with its arguments, as
/// `engine_full` has it.
pub(crate) fn read(tree: &Tree, catalogue: &Catalogue, engine: impl Fn(&str) -> Option<String>) -> Option<Merging> {
    let mut tables = tree.nodes().filter(|at| tree.label(*at) == "TABLE");
    let (Some(_), None) = (tables.next(), tables.next()) else { return None };
    let (levels, table) = levels(tree)?;
    let name = tree.attribute(table, "table_name")?;
    let Some(Entry::Table { engine: kind, key }) = catalogue.0.get(name) else { return None };
    let last = tree.attribute(table, "final") == Some("1");
    let mut choosing = levels.iter().filter(|query| tree.section(**query, "LIMIT BY").is_some());
    let chosen = match (choosing.next(), choosing.next()) {
        (None, _) => None,
        // What is left of merged rows, or of chosen ones, is another choice.
        (Some(_), Some(_)) => return None,
        (Some(_), None) if last || !kind.ends_with("MergeTree") => return None,
        (Some(query), None) => Some(first_by_key::read(tree, *query, |node| column(tree, node, table))?),
    };
    let around = Around { tree, at: table, out: None };
    if chosen.is_none() && (!merging(kind) || (!last && merged(kind, key, &around))) {
        return None;
    }
    let by_query = chosen.is_some();
    let (key, newest, deleted) = match chosen {
        Some(chosen) => (chosen.key, Some(chosen.first), None),
        None => {
            let Choice { version, deleted } = if replaces(kind) { choice(&engine(name)?) } else { Choice::default() };
            let newest = version.map(|version| format!("{version} = max({version}) OVER (PARTITION BY {key})"));
            (key.clone(), newest, deleted)
        }
    };
    let mut filters = Vec::new();
    for node in levels.iter().flat_map(|query| filtered(tree, *query)) {
        let column = column(tree, node, table)?;
        if !key_columns(&key).contains(&column.as_str()) {
            filters.push(quoted(&column));
        }
    }
    filters.extend(deleted);
    filters.sort_unstable();
    filters.dedup();
    let (database, table_name) = name.split_once('.')?;
    Some(Merging {
        table: format!("{}.{}", quoted(database), quoted(table_name)),
        merged: last || by_query,
        key,
        newest,
        filters,
        columns: plain(tree, 0, table),
    })
}

/// The queries from the outermost to the one that reads the table, where none does more than pick rows and columns.
fn levels(tree: &Tree) -> Option<(Vec<usize>, usize)> {
    let (mut found, mut query) = (Vec::new(), 0);
    loop {
        if tree.label(query) != "QUERY" || !picks(tree, query) {
            return None;
        }
        found.push(query);
        let [from] = tree.children(tree.section(query, "JOIN TREE")?) else { return None };
        if tree.label(*from) == "TABLE" {
            let sampled = ["sample_size", "sample_offset"].iter().any(|name| tree.attribute(*from, name).is_some());
            return (!sampled).then_some((found, *from));
        }
        query = *from;
    }
}

/// Whether a query gives each row of what it reads once or not at all.
fn picks(tree: &Tree, query: usize) -> bool {
    let sections = [
        "PROJECTION COLUMNS",
        "PROJECTION",
        "JOIN TREE",
        "WHERE",
        "PREWHERE",
        "ORDER BY",
        "LIMIT BY",
        "LIMIT BY LIMIT",
    ];
    let known = tree.children(query).iter().all(|section| sections.contains(&tree.label(*section)));
    let by_row = tree.below(query).into_iter().all(|at| {
        let one = matches!(tree.attribute(at, "function_type"), None | Some("ordinary"));
        one && tree.attribute(at, "function_name") != Some("arrayJoin") && tree.attribute(at, "with_fill") != Some("1")
    });
    known && by_row && tree.attribute(query, "is_distinct") != Some("1")
}

/// The columns that the filters of a query read.
fn filtered(tree: &Tree, query: usize) -> Vec<usize> {
    let sections = ["WHERE", "PREWHERE"].into_iter().filter_map(|section| tree.section(query, section));
    sections.flat_map(|section| tree.below(section)).filter(|at| tree.label(*at) == "COLUMN").collect()
}

/// What a replacing engine chooses by, as SQL.
#[derive(Debug, Default, PartialEq, Eq)]
struct Choice {
    /// The column that says which row is the newest.
    version: Option<String>,
    /// The column that says that the newest row is to be gone.
    deleted: Option<String>,
}

/// The column that says which row of a key is the newest in a table of this engine, and the one that says that it is gone.
pub(crate) fn choice_of(engine: &str) -> (Option<String>, Option<String>) {
    let Choice { version, deleted } = choice(engine);
    (version, deleted)
}

fn choice(engine: &str) -> Choice {
    let arguments = engine
        .split_once("ReplacingMergeTree(")
        .and_then(|(kind, rest)| kind.chars().all(|c| c.is_ascii_alphabetic()).then(|| rest.split_once(')')).flatten());
    let Some((arguments, _)) = arguments else { return Choice::default() };
    let all = arguments.split(',').map(str::trim);
    // A replicated table begins with its path and the name of its replica, in quotes.
    let mut own = all.filter(|one| !one.is_empty() && !one.starts_with('\'')).map(str::to_owned);
    Choice { version: own.next(), deleted: own.next() }
}

/// The columns of `query` that are columns of `table` as they are, through subqueries.
fn plain(tree: &Tree, query: usize, table: usize) -> BTreeMap<String, String> {
    let names = tree.section(query, "PROJECTION COLUMNS").map_or(&[] as &[usize], |section| tree.children(section));
    let list = tree.section(query, "PROJECTION").and_then(|section| tree.children(section).first());
    let nodes = list.map_or(&[] as &[usize], |list| tree.children(*list));
    let name = |named: usize, node: usize| {
        let kind = tree.attribute(node, "result_type")?;
        Some(tree.text(named).strip_suffix(kind)?.strip_suffix(' ')?.to_owned())
    };
    let pairs = names.iter().zip(nodes);
    pairs.filter_map(|(named, node)| Some((name(*named, *node)?, column(tree, *node, table)?))).collect()
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
    use super::{Choice, choice};

    /// Catches a path, or what a comment says, that is taken for a version.
    #[test]
    fn the_version_is_the_first_column_of_the_engine() {
        let of = |version: Option<&str>, deleted: Option<&str>| Choice {
            version: version.map(str::to_owned),
            deleted: deleted.map(str::to_owned),
        };
        for (engine, expected) in [
            ("ReplacingMergeTree(at) ORDER BY id", of(Some("at"), None)),
            ("ReplacingMergeTree(at, gone) ORDER BY id", of(Some("at"), Some("gone"))),
            ("ReplicatedReplacingMergeTree('/a/{uuid}', '{replica}', at) ORDER BY id", of(Some("at"), None)),
            ("SharedReplacingMergeTree('/a', 'b', at, gone) ORDER BY id", of(Some("at"), Some("gone"))),
            ("ReplicatedReplacingMergeTree('/a', 'b') ORDER BY id", of(None, None)),
            ("ReplacingMergeTree ORDER BY id", of(None, None)),
            ("MergeTree ORDER BY id COMMENT 'was ReplacingMergeTree(at)'", of(None, None)),
        ] {
            assert_eq!(choice(engine), expected, "{engine}");
        }
    }
}

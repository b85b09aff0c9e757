//! Whether a query merges the rows of a table itself, where the table is read without FINAL. Pure.

use super::tree::Tree;

/// A view's place in the query around it.
pub(crate) struct Around<'a> {
    pub tree: &'a Tree,
    pub at: usize,
    pub out: Option<&'a Around<'a>>,
}

/// Engines whose merges replace, drop or add up rows.
pub(crate) fn merging(engine: &str) -> bool {
    let kinds = ["Replacing", "Aggregating", "Summing", "Collapsing", "Coalescing", "Graphite"];
    engine.ends_with("MergeTree") && kinds.iter().any(|kind| engine.contains(kind))
}

/// The columns of a sorting key that stand there as they are.
pub(crate) fn key_columns(key: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, c) in key.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&key[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&key[start..]);
    let plain = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    parts.into_iter().map(|part| part.trim().trim_matches('`')).filter(plain).collect()
}

/// Whether the query around a table merges its rows itself, before or where it first aggregates them.
///
/// For a table that replaces rows, that takes every column of its sorting key: grouped by day, a row that was written twice
/// counts twice, and grouped by id alone, rows of two tenants become one. A column that the query holds at one value needs
/// no grouping. What else adds up may be grouped by anything.
pub(crate) fn merged(engine: &str, key: &str, table: &Around<'_>) -> bool {
    let (mut tree, mut at, mut out) = (table.tree, table.at, table.out);
    let mut open = key_columns(key);
    let columns = open.clone();
    loop {
        match climb(tree, at) {
            Place::In(query, expression) => {
                let source = tree.id(expression);
                let fixed = fixed(tree, query, source);
                open.retain(|column| !fixed.contains(column));
                if let Some(merges) = level(tree, query, source, engine, &Sorting { columns: &columns, open: &open }) {
                    return merges;
                }
                at = query;
            }
            Place::Top => match out {
                Some(around) => (tree, at, out) = (around.tree, around.at, around.out),
                None => return false,
            },
            Place::Elsewhere => return narrows(tree, at, key),
        }
    }
}

/// The plain columns of a sorting key.
struct Sorting<'a> {
    columns: &'a [&'a str],
    /// Those that the query does not hold at one value.
    open: &'a [&'a str],
}

/// The columns of `source` that a query holds at one value, by an equality beside AND alone.
fn fixed<'a>(tree: &'a Tree, query: usize, source: Option<&str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut open: Vec<usize> =
        ["WHERE", "PREWHERE"].iter().filter_map(|section| tree.section(query, section)).collect();
    while let Some(at) = open.pop() {
        match (tree.label(at), tree.attribute(at, "function_name")) {
            ("FUNCTION", Some("and")) => open.extend(tree.arguments(at)),
            ("FUNCTION", Some("equals")) => {
                let is_constant = |at: &usize| tree.label(*at) == "CONSTANT";
                let own = |at: &&usize| tree.label(**at) == "COLUMN" && tree.attribute(**at, "source_id") == source;
                let arguments = tree.arguments(at);
                if arguments.iter().any(is_constant) {
                    found.extend(arguments.iter().filter(own).filter_map(|at| tree.attribute(*at, "column_name")));
                }
            }
            ("FUNCTION", _) => {}
            _ => open.extend(tree.children(at)),
        }
    }
    found
}

/// Where a table expression stands.
enum Place {
    /// In the FROM of a query, as this expression.
    In(usize, usize),
    /// It is the whole statement.
    Top,
    /// In an expression.
    Elsewhere,
}

fn climb(tree: &Tree, at: usize) -> Place {
    let (mut here, mut expression) = (at, at);
    while let Some(parent) = tree.parent(here) {
        match tree.label(parent) {
            "QUERY" => return Place::In(parent, expression),
            "UNION" => expression = parent,
            "LIST"
            | "QUERIES"
            | "JOIN TREE"
            | "JOIN"
            | "CROSS JOIN"
            | "CROSS_JOIN"
            | "ARRAY JOIN"
            | "ARRAY_JOIN"
            | "TABLE EXPRESSION"
            | "LEFT TABLE EXPRESSION"
            | "RIGHT TABLE EXPRESSION" => {}
            _ => return Place::Elsewhere,
        }
        here = parent;
    }
    Place::Top
}

/// Whether a subquery is the set of an IN that only says which rows another query then merges: candidates by any version,
/// of which that query takes the newest. Duplicates in a set count for nothing.
fn narrows(tree: &Tree, subquery: usize, key: &str) -> bool {
    let (mut here, mut set) = (subquery, false);
    while let Some(parent) = tree.parent(here) {
        match tree.label(parent) {
            "FUNCTION" if !set => match tree.attribute(parent, "function_name") {
                Some("in" | "globalIn") => set = true,
                _ => return false,
            },
            "QUERY" => {
                let last = key_columns(key).pop();
                let by_key = |section: usize| {
                    tree.below(section)
                        .into_iter()
                        .any(|at| last.is_some() && tree.attribute(at, "column_name") == last)
                };
                let grouped = tree.section(parent, "GROUP BY").is_some_and(by_key);
                return set && (grouped || tree.section(parent, "LIMIT BY").is_some());
            }
            _ => {}
        }
        here = parent;
    }
    false
}

/// Whether one query merges the rows of `source`; `None` where it passes them on.
fn level(tree: &Tree, query: usize, source: Option<&str>, engine: &str, key: &Sorting<'_>) -> Option<bool> {
    let names = |section: usize| -> Vec<&str> {
        let below = tree.below(section).into_iter();
        below
            .filter(|at| tree.label(*at) == "COLUMN" && tree.attribute(*at, "source_id") == source)
            .filter_map(|at| tree.attribute(at, "column_name"))
            .collect()
    };
    let identifies = |section: usize| {
        let names = names(section);
        key.open.iter().all(|column| names.contains(column))
    };
    // One version by part of the key: no row counts twice. The first column, such as a tenant, keeps apart what the last,
    // an id, names alone.
    let picks_one = |section: usize| {
        let names = names(section);
        [key.open.first(), key.open.last()].into_iter().flatten().all(|column| names.contains(column))
    };
    if tree.section(query, "LIMIT BY").is_some_and(picks_one) {
        return Some(true);
    }
    let own: Vec<usize> = ["PROJECTION", "HAVING", "QUALIFY", "ORDER BY"]
        .iter()
        .filter_map(|section| tree.section(query, section))
        .flat_map(|section| tree.below(section))
        .filter(|at| tree.label(*at) == "FUNCTION")
        .collect();
    let numbered = own.iter().any(|at| {
        tree.attribute(*at, "function_type") == Some("window")
            && tree.attribute(*at, "function_name") == Some("row_number")
            && tree.below(*at).into_iter().any(|below| tree.label(below) == "PARTITION BY" && picks_one(below))
    });
    if numbered {
        return Some(true);
    }
    let grouped = tree.section(query, "GROUP BY");
    let aggregates: Vec<&str> = own
        .iter()
        .filter(|at| tree.attribute(**at, "function_type") == Some("aggregate"))
        .filter_map(|at| tree.attribute(*at, "function_name"))
        .collect();
    // All versions of a row share the columns of its key, so the set of these is that of the merged rows.
    let set = match (grouped, tree.attribute(query, "is_distinct") == Some("1")) {
        (Some(section), _) => aggregates.is_empty().then_some(section),
        (None, true) if aggregates.is_empty() => tree.section(query, "PROJECTION"),
        (None, _) => None,
    };
    if set.is_some_and(|section| names(section).iter().all(|name| key.columns.contains(name))) {
        return Some(true);
    }
    if grouped.is_none() && aggregates.is_empty() {
        return None;
    }
    Some(match replaces(engine) {
        // By its whole key a version may be picked, and none may be counted.
        true => grouped.is_some_and(identifies) && !aggregates.iter().any(|name| counts_all(name)),
        false => !aggregates.is_empty() && aggregates.iter().all(|name| adds_up(name)),
    })
}

/// Whether merges of a table keep one version of a row, and do not add its versions up.
pub(crate) fn replaces(engine: &str) -> bool {
    engine.contains("Replacing")
}

/// Aggregates of the rows of one key that come to the same before and after a merge that adds up.
fn adds_up(aggregate: &str) -> bool {
    ["sum", "min", "max"].iter().any(|start| aggregate.starts_with(start)) || aggregate.contains("Merge")
}

/// Aggregates to which every version of a row counts as a row.
fn counts_all(aggregate: &str) -> bool {
    let names = ["sum", "count", "avg", "groupArray", "quantile", "median", "stddev", "var"];
    names.iter().any(|start| aggregate.starts_with(start))
}

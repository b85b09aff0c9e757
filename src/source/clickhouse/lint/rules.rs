//! Judges a query tree: what is read unmerged, approximately, across a join without NULLs, or as a raw state. Pure.

use std::collections::BTreeMap;

use super::merges::{Around, key_columns, merged, merging, replaces};
use super::midnights;
use super::tree::Tree;
use crate::model::{Warning, WarningCode};

/// What the names in a query tree stand for.
#[derive(Debug, Default)]
pub(crate) struct Catalogue(pub(crate) BTreeMap<String, Entry>);

/// One name of the catalogue.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A table: its engine and its sorting key as the server writes it.
    Table { engine: String, key: String },
    /// A view: its query.
    View(Tree),
    /// A materialized view: the table that holds its rows.
    Stored(String),
    /// Not followed, for this reason.
    Unknown(String),
}

/// Table functions that make their rows up.
const MADE_UP: [&str; 8] =
    ["numbers", "numbers_mt", "zeros", "generateSeries", "generate_series", "generateRandom", "values", "null"];

/// Functions that may take a state as it is: those that finish it, and those that say nothing of its value.
const TAKES_STATES: [&str; 4] = ["finalizeAggregation", "runningAccumulate", "toTypeName", "byteSize"];

struct Judge<'a> {
    catalogue: &'a Catalogue,
    exact: bool,
    timezone: &'a str,
    found: Vec<Warning>,
}

/// The warnings about `tree`, each once; `timezone` is that of the session.
pub(crate) fn judge(tree: &Tree, catalogue: &Catalogue, exact: bool, timezone: &str) -> Vec<Warning> {
    let mut judge = Judge { catalogue, exact, timezone, found: Vec::new() };
    judge.walk(tree, None);
    judge.results(tree);
    judge.found
}

impl Judge<'_> {
    fn warn(&mut self, code: WarningCode, message: String, table: Option<&str>) {
        let warning = Warning::new(code, message).of_table(table.map(str::to_owned));
        if !self.found.contains(&warning) {
            self.found.push(warning);
        }
    }

    fn walk(&mut self, tree: &Tree, out: Option<&Around<'_>>) {
        for at in tree.nodes() {
            match tree.label(at) {
                "TABLE" => self.table(tree, at, out),
                "TABLE_FUNCTION" => {
                    let name = tree.attribute(at, "table_function_name").unwrap_or_default();
                    if !MADE_UP.contains(&name) {
                        let message =
                            format!("what the table function {name} reads was not analysed; see to it yourself");
                        self.warn(WarningCode::NotAnalysed, message, None);
                    }
                }
                "FUNCTION" => self.function(tree, at),
                _ => {}
            }
        }
    }

    fn table(&mut self, tree: &Tree, at: usize, out: Option<&Around<'_>>) {
        let name = tree.attribute(at, "table_name").unwrap_or_default();
        let around = Around { tree, at, out };
        let (mut told, mut entry) = (name, self.catalogue.0.get(name));
        while let Some(Entry::Stored(target)) = entry {
            (told, entry) = (target.as_str(), self.catalogue.0.get(target));
        }
        match entry {
            Some(Entry::View(view)) => self.walk(view, Some(&around)),
            Some(Entry::Table { engine, key }) => {
                let last = tree.attribute(at, "final") == Some("1");
                if merging(engine) && !last && !merged(engine, key, &around) {
                    // Another part of the key may be what tells two rows of one id apart.
                    let columns: Vec<String> = key_columns(key).iter().map(|column| format!("`{column}`")).collect();
                    let by = if columns.is_empty() { "its key".to_owned() } else { columns.join(", ") };
                    let through = if told == name { String::new() } else { format!(" through {name}") };
                    let merging = match replaces(engine) {
                        true => format!(
                            "take the newest row of each by ORDER BY … DESC LIMIT 1 BY {by}, or by argMax and GROUP BY {by}"
                        ),
                        false => format!("add up what it adds up by GROUP BY {by}"),
                    };
                    let message = format!(
                        "`{told}` ({engine}) is read{through} without FINAL and without merging its rows by {by}, so those that a \
                         merge would replace or add up count as they lie; write FINAL behind the table, or {merging}"
                    );
                    self.warn(WarningCode::Final, message, Some(told));
                }
            }
            Some(Entry::Unknown(why)) => {
                let message =
                    format!("what `{told}` reads was not analysed: {why}; name the tables behind it in the query");
                self.warn(WarningCode::NotAnalysed, message, Some(told));
            }
            Some(Entry::Stored(_)) | None => {
                let message = format!("`{told}` was not analysed: its views are nested too deeply; query the tables");
                self.warn(WarningCode::NotAnalysed, message, Some(told));
            }
        }
    }

    fn function(&mut self, tree: &Tree, at: usize) {
        let name = tree.attribute(at, "function_name").unwrap_or_default();
        let aggregate = tree.attribute(at, "function_type").is_some_and(|of| of != "ordinary");
        if self.exact && aggregate && approximate(name) {
            let read = tree.below(at).into_iter().find_map(|below| self.source(tree, below));
            let of = read.as_ref().map_or(String::new(), |(table, engine)| format!(" over `{table}` ({engine})"));
            let message = format!(
                "{name}{of} is approximate and the check is exact; use {}, or give the column a tolerance",
                exact(name)
            );
            self.warn(WarningCode::Approximate, message, read.as_ref().map(|(table, _)| table.as_str()));
        }
        if let Some(message) = midnights::warned(tree, at, self.timezone) {
            self.warn(WarningCode::SessionTimeZone, message, None);
        }
        if ["isNull", "isNotNull"].contains(&name) {
            for argument in tree.arguments(at) {
                let of = tree.attribute(*argument, "result_type").unwrap_or_default();
                if tree.label(*argument) == "COLUMN" && !may_be_null(of) && filled_by_join(tree, *argument) {
                    let column = tree.attribute(*argument, "column_name").unwrap_or_default();
                    let read = self.source(tree, *argument);
                    let of = read.as_ref().map_or(String::new(), |(table, engine)| format!(" of `{table}` ({engine})"));
                    let message = format!(
                        "`{column}`{of} is on the far side of an outer join and is tested for NULL, but without \
                         join_use_nulls a row that was not found holds a default instead; add SETTINGS join_use_nulls = 1, \
                         or use an ANTI or SEMI JOIN"
                    );
                    self.warn(WarningCode::JoinNulls, message, read.as_ref().map(|(table, _)| table.as_str()));
                }
            }
        }
        let finishes = TAKES_STATES.contains(&name) || name.contains("Merge");
        let passes_on = tree.attribute(at, "result_type").is_some_and(is_state);
        if !finishes && !passes_on {
            for argument in tree.arguments(at) {
                if tree.attribute(*argument, "result_type").is_some_and(is_state) {
                    self.state(tree, *argument, &format!("given to {name}"));
                }
            }
        }
    }

    /// States that the query itself returns.
    fn results(&mut self, tree: &Tree) {
        for at in tree.nodes() {
            let outermost = tree.parent(at).is_none() || at_top(tree, at);
            if tree.label(at) != "QUERY" || !outermost {
                continue;
            }
            let list = tree.section(at, "PROJECTION").and_then(|section| tree.children(section).first());
            for node in list.map_or(&[] as &[usize], |list| tree.children(*list)) {
                if tree.attribute(*node, "result_type").is_some_and(is_state) {
                    self.state(tree, *node, "returned");
                }
            }
        }
    }

    fn state(&mut self, tree: &Tree, at: usize, how: &str) {
        let of = tree.attribute(at, "result_type").unwrap_or_default();
        let column = tree.attribute(at, "column_name").map_or("a state".to_owned(), |name| format!("`{name}`"));
        let read = self.source(tree, at);
        let table = read.as_ref().map_or(String::new(), |(table, engine)| format!(" of `{table}` ({engine})"));
        let function = of.trim_start_matches("AggregateFunction(").split([',', '(', ')']).next().unwrap_or_default();
        let message = format!(
            "{column}{table} is a state ({of}) and is {how} unfinished, so its bytes are compared and not its value; use \
             {function}Merge or finalizeAggregation"
        );
        self.warn(WarningCode::AggregateState, message, read.as_ref().map(|(table, _)| table.as_str()));
    }

    /// The table that a column comes from, and its engine.
    fn source(&self, tree: &Tree, column: usize) -> Option<(String, String)> {
        let table = tree.by_id(tree.attribute(column, "source_id")?)?;
        let mut name = tree.attribute(table, "table_name")?;
        loop {
            match self.catalogue.0.get(name)? {
                Entry::Stored(target) => name = target,
                Entry::Table { engine, .. } => return Some((name.to_owned(), engine.clone())),
                Entry::View(_) => return Some((name.to_owned(), "View".to_owned())),
                Entry::Unknown(_) => return None,
            }
        }
    }
}

/// Whether a query is a part of the statement itself: the branch of a UNION at the top.
fn at_top(tree: &Tree, at: usize) -> bool {
    let mut here = at;
    while let Some(parent) = tree.parent(here) {
        if !["LIST", "QUERIES", "UNION"].contains(&tree.label(parent)) {
            return false;
        }
        here = parent;
    }
    true
}

/// Aggregates whose answer is an estimate, whatever is combined with them.
fn approximate(name: &str) -> bool {
    let quantile = ["quantiles", "quantile", "median"].iter().find_map(|start| name.strip_prefix(start));
    let exact = |rest: &str| ["Exact", "InterpolatedWeighted"].iter().any(|word| rest.starts_with(word));
    quantile.is_some_and(|rest| !exact(rest))
        || name.strip_prefix("uniq").is_some_and(|rest| !rest.starts_with("Exact"))
        || ["topK", "approx_top", "groupArraySample"].iter().any(|start| name.starts_with(start))
}

/// What to use instead of an approximate aggregate.
fn exact(name: &str) -> &'static str {
    match name {
        name if name.starts_with("uniq") => "uniqExact",
        name if name.starts_with("topK") || name.starts_with("approx_top") => "count() with ORDER BY and LIMIT",
        name if name.starts_with("groupArray") => "groupArray",
        _ => "quantileExactInclusive",
    }
}

fn may_be_null(of: &str) -> bool {
    ["Nullable(", "LowCardinality(Nullable(", "Variant(", "Dynamic", "JSON", "Nothing"]
        .iter()
        .any(|start| of.starts_with(start))
}

fn is_state(of: &str) -> bool {
    of.starts_with("AggregateFunction(")
}

/// Whether an outer join may fill a column, here or in the subquery it comes from.
fn filled_by_join(tree: &Tree, column: usize) -> bool {
    let source = tree.attribute(column, "source_id").and_then(|id| tree.by_id(id));
    let Some(source) = source else { return false };
    let mut here = source;
    while let Some(parent) = tree.parent(here) {
        let join = tree.parent(parent).and_then(|join| tree.attribute(join, "kind"));
        match (tree.label(parent), join) {
            ("RIGHT TABLE EXPRESSION", Some("LEFT" | "FULL")) | ("LEFT TABLE EXPRESSION", Some("RIGHT" | "FULL")) => {
                return true;
            }
            ("QUERY", _) => break,
            _ => {}
        }
        here = parent;
    }
    if tree.label(source) != "QUERY" {
        return false;
    }
    let columns = tree.section(source, "PROJECTION COLUMNS").map(|section| tree.children(section));
    let list = tree.section(source, "PROJECTION").and_then(|section| tree.children(section).first());
    let name = format!("{} ", tree.attribute(column, "column_name").unwrap_or_default());
    let place = columns.and_then(|columns| columns.iter().position(|at| tree.text(*at).starts_with(&name)));
    match place.zip(list).and_then(|(place, list)| tree.children(*list).get(place).copied()) {
        Some(inner) => tree.label(inner) == "COLUMN" && filled_by_join(tree, inner),
        // The server knows what comes of testing a column that holds no NULL, and drops what it then need not read:
        // the column may be one that a join fills.
        None => tree.section(source, "JOIN TREE").is_some_and(|section| {
            let outer = |at| matches!(tree.attribute(at, "kind"), Some("LEFT" | "RIGHT" | "FULL"));
            tree.below(section).into_iter().any(|at| tree.label(at) == "JOIN" && outer(at))
        }),
    }
}

//! Differences in full, by their sort: rows of one side as a table of their columns, pairs of rows column by column.

use serde::Serialize;

use super::super::text;
use super::super::text::{key, thousands, value, visible};
use super::emphasis;
use super::emphasis::Parts;
use crate::model::{CheckReport, Difference, Example, Pair, Side};

/// Differences of one sort.
#[derive(Serialize)]
pub(super) struct Examples {
    difference: &'static str,
    meaning: &'static str,
    count: String,
    /// The side that has the rows, where only one has.
    side: Option<Side>,
    key: Vec<String>,
    columns: Vec<String>,
    rows: Vec<Row>,
    pairs: Vec<PairOfRows>,
}

/// A row of one side: the values of its key and of its columns.
#[derive(Serialize)]
struct Row {
    key: Vec<String>,
    cells: Vec<String>,
}

#[derive(Serialize)]
struct PairOfRows {
    key: String,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    name: String,
    old: Parts,
    new: Parts,
}

/// The examples of a check, by their sort; where every number is listed with its key, the rows say nothing new.
pub(super) fn of(check: &CheckReport) -> Vec<Examples> {
    let listed = check.outcome.measures().iter().any(text::told);
    let of_sort = |sort: Difference| {
        let is_shown = |one: &&Example| one.difference == sort && (!listed || sort == Difference::Duplicate);
        let examples: Vec<&Example> = check.outcome.examples().iter().filter(is_shown).collect();
        (!examples.is_empty()).then(|| shown(check, sort, &examples))
    };
    let sorts =
        [Difference::Changed, Difference::Missing, Difference::Extra, Difference::Duplicate, Difference::Warned];
    sorts.into_iter().filter_map(of_sort).collect()
}

fn shown(check: &CheckReport, sort: Difference, examples: &[&Example]) -> Examples {
    let is_violation = check.outcome.violations().is_some();
    let (difference, meaning) = match sort {
        _ if is_violation => ("against it", "rows that must not be there"),
        Difference::Changed => ("changed", "in both, with other values"),
        Difference::Missing => ("missing", "in old, not in new"),
        Difference::Extra => ("extra", "in new, not in old"),
        Difference::Duplicate => ("duplicate", "more than one of a key"),
        Difference::Warned => ("warned", "beyond warn, within fail"),
    };
    let all = match (check.outcome.violations(), check.outcome.rows()) {
        (Some(violations), _) => violations,
        (None, Some(rows)) => rows.of(sort),
        (None, None) => 0,
    };
    let all = all.max(examples.len() as u64);
    let count = match examples.len() as u64 {
        some if some < all => format!("{} of {}", thousands(some), thousands(all)),
        _ => thousands(all),
    };
    let side = match sort {
        Difference::Missing => Some(Side::Old),
        Difference::Extra => Some(Side::New),
        Difference::Changed | Difference::Duplicate | Difference::Warned => None,
    };
    let names = in_order(check, examples);
    let empty = Examples {
        difference,
        meaning,
        count,
        side,
        key: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        pairs: Vec::new(),
    };
    match side {
        Some(side) => Examples {
            key: examples.first().map_or(Vec::new(), |one| one.key.0.iter().map(|(name, _)| visible(name)).collect()),
            columns: names.iter().map(|name| visible(name)).collect(),
            rows: examples.iter().map(|one| row(one, &names, side)).collect(),
            ..empty
        },
        None => Examples { pairs: examples.iter().map(|one| pair(one, &names)).collect(), ..empty },
    }
}

/// The columns of `examples` as the query has them; those of no rule, such as counts, last.
fn in_order<'a>(check: &'a CheckReport, examples: &[&'a Example]) -> Vec<&'a str> {
    let place = |name: &str| {
        let at = check.outcome.columns().iter().position(|column| column.name == name);
        at.unwrap_or(usize::MAX)
    };
    let mut names: Vec<&str> = examples.iter().flat_map(|one| one.columns.keys()).map(String::as_str).collect();
    names.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

fn row(example: &Example, names: &[&str], side: Side) -> Row {
    let held = |pair: &Pair| match side {
        Side::Old => value(pair.old.as_deref()),
        Side::New => value(pair.new.as_deref()),
    };
    Row {
        key: example.key.0.iter().map(|(_, held)| value(held.as_deref())).collect(),
        cells: names.iter().map(|name| example.columns.get(*name).map_or(String::new(), held)).collect(),
    }
}

fn pair(example: &Example, names: &[&str]) -> PairOfRows {
    let cell = |(name, pair): (&&str, &Pair)| {
        let (old, new) = emphasis::parts(&value(pair.old.as_deref()), &value(pair.new.as_deref()));
        Cell { name: visible(name), old, new }
    };
    let cells = names.iter().filter_map(|name| Some((name, example.columns.get(*name)?)));
    PairOfRows { key: key(&example.key), cells: cells.map(cell).collect() }
}

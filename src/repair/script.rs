//! The file: a header that says what it is, and the statements of all checks in an order that keeps references.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::statement::{Phase, Statement};
use super::target::Target;
use crate::model::{plural, thousands};

/// What would repair one check, or one window of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckRepair {
    /// The table; absent where none is known.
    pub(crate) target: Option<Target>,
    /// The statements of its differences.
    pub(crate) statements: Vec<Statement>,
    /// How many differences have no statement, by the reason.
    pub(crate) left_out: BTreeMap<String, u64>,
    /// Why the check is not repaired at all.
    pub(crate) refused: Option<String>,
}

/// The checks of a run, and what is said of it.
pub(crate) struct Script<'a> {
    /// What is to be known of the run, a line each.
    pub(crate) head: Vec<String>,
    /// The checks by their ids, in the order of the run.
    pub(crate) checks: Vec<(&'a str, &'a CheckRepair)>,
}

/// The file, and what is not in it: a reason for each check that has any.
pub(crate) fn script(script: &Script<'_>) -> (String, Vec<String>) {
    let mut missing = Vec::new();
    for (id, check) in &script.checks {
        missing.extend(check.refused.iter().map(|why| format!("{id}: {why}")));
        let left_out =
            |(why, count): (&String, &u64)| format!("{id}: {} left out, because {why}", plural(*count, "difference"));
        missing.extend(check.left_out.iter().map(left_out));
    }
    let whole: Vec<(&str, &CheckRepair, &Target)> = script
        .checks
        .iter()
        .filter(|(_, check)| check.refused.is_none())
        .filter_map(|(id, check)| Some((*id, *check, check.target.as_ref()?)))
        .collect();
    let targets: Vec<&Target> = whole.iter().map(|(_, _, target)| *target).collect();
    let (order, is_known) = parents_first(&targets);
    let mut text = String::new();
    let comment = |text: &mut String, line: &str| {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(text, "-- {}", line.trim_end());
    };
    script.head.iter().for_each(|line| comment(&mut text, line));
    for (id, check, target) in &whole {
        comment(&mut text, &format!("{id}: {} {}", target.table.name, counts(&check.statements)));
    }
    missing.iter().for_each(|line| comment(&mut text, &format!("NOT REPAIRED: {line}")));
    let said = match (is_known, order.len()) {
        (_, 0 | 1) => "order: rows that old lacks go, then values are changed, then rows that new lacks are added",
        (true, _) => {
            "order: rows go from tables before those that they refer to; values are changed and rows added the other way round"
        }
        (false, _) => "order: that of the suite, since the foreign keys of the tables lead in a circle",
    };
    comment(&mut text, said);
    comment(&mut text, "a row whose key or differing columns no longer hold what the run read is left alone");
    if let Some(target) = targets.first() {
        target.changes.notes().iter().for_each(|line| comment(&mut text, line));
        text += "\n";
        target.changes.begin().iter().for_each(|sql| write_statement(&mut text, sql));
        let deletes = order.iter().rev().map(|table| (table, &[Phase::Delete][..]));
        let others = order.iter().map(|table| (table, &[Phase::Update, Phase::Insert][..]));
        for (table, phases) in deletes.chain(others) {
            for phase in phases {
                let own = whole.iter().filter(|(_, _, target)| target.name.to_string() == *table);
                let statements = own.flat_map(|(_, check, _)| &check.statements);
                let sql = statements.filter(|one| one.phase == *phase).flat_map(|one| &one.sql);
                sql.for_each(|sql| write_statement(&mut text, sql));
            }
        }
        target.changes.commit().iter().for_each(|sql| write_statement(&mut text, sql));
    }
    (text, missing)
}

fn write_statement(text: &mut String, sql: &str) {
    text.push_str(sql);
    text.push_str(";\n");
}

/// How many statements there are of each sort.
fn counts(statements: &[Statement]) -> String {
    let count = |phase| statements.iter().filter(|one| one.phase == phase).count() as u64;
    let of = |phase, what| format!("{} {what}", thousands(count(phase)));
    [of(Phase::Delete, "to delete"), of(Phase::Update, "to update"), of(Phase::Insert, "to insert")].join(", ")
}

/// The names of the tables, each once: those that are referred to before those that refer to them, else in their order; and
/// whether that could be done.
fn parents_first(targets: &[&Target]) -> (Vec<String>, bool) {
    let mut names: Vec<(String, BTreeSet<String>)> = Vec::new();
    for target in targets {
        let name = target.name.to_string();
        if !names.iter().any(|(known, _)| *known == name) {
            names.push((name, target.references.iter().map(|name| last_part(name)).collect()));
        }
    }
    let in_order: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
    let mut sorted: Vec<String> = Vec::new();
    while !names.is_empty() {
        let waits = |(name, references): &(String, BTreeSet<String>)| {
            names.iter().any(|(other, _)| other != name && references.contains(&last_part(other)))
        };
        match names.iter().position(|one| !waits(one)) {
            Some(at) => sorted.push(names.remove(at).0),
            None => return (in_order, false),
        }
    }
    (sorted, true)
}

/// A table's name without its schema and quotes.
fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '`']).to_lowercase()
}

//! The file: a header that says what it is, and the statements of all checks in an order that keeps references.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::order::Order;
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
    let adding = adding(&whole);
    let adds =
        |id: &str, target: &Target| adding.get(&target.name.to_string()).is_none_or(|own| *own == without_window(id));
    for (id, check, target) in &whole {
        let count = check.statements.iter().filter(|one| one.phase == Phase::Insert).count() as u64;
        if count > 0 && !adds(id, target) {
            missing.push(format!(
                "{id}: {} left out, because {} adds rows to {}, too, with its own columns; choose one of them with --only",
                plural(count, "difference"),
                adding[&target.name.to_string()],
                target.name
            ));
        }
    }
    let taken = Taken::of(&whole);
    for (id, check, target) in &whole {
        let mut others: BTreeMap<&str, u64> = BTreeMap::new();
        for other in check.statements.iter().filter_map(|one| taken.by_another(id, target, one)) {
            *others.entry(other).or_default() += 1;
        }
        missing.extend(others.into_iter().map(|(other, count)| {
            format!(
                "{id}: {} left out, because {other} changes rows of {}, too, and these might be the same; run again when that is done",
                plural(count, "difference"),
                target.name
            )
        }));
    }
    let targets: Vec<&Target> = whole.iter().map(|(_, _, target)| *target).collect();
    let order = Order::of(&targets);
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
    comment(&mut text, order.says());
    let notes: BTreeSet<String> = targets.iter().flat_map(|target| target.notes()).collect();
    notes.iter().for_each(|line| comment(&mut text, line));
    comment(&mut text, "a row whose key or differing columns no longer hold what the run read is left alone");
    if let Some(target) = targets.first() {
        target.changes.notes().iter().for_each(|line| comment(&mut text, line));
        text += "\n";
        target.changes.begin().iter().for_each(|sql| write_statement(&mut text, sql));
        let mut zone = None;
        for (table, phase) in order.steps() {
            let own = whole.iter().filter(|(_, _, target)| target.name.to_string() == *table);
            for (id, check, target) in own.filter(|(id, _, target)| phase != Phase::Insert || adds(id, target)) {
                let statements = check.statements.iter().filter(|one| one.phase == phase);
                for one in statements.filter(|one| taken.by_another(id, target, one).is_none()) {
                    if let Some(wanted) = target.zone().filter(|wanted| zone != Some(*wanted)) {
                        write_statement(&mut text, wanted);
                        zone = Some(wanted);
                    }
                    one.sql.iter().for_each(|sql| write_statement(&mut text, sql));
                }
            }
        }
        target.changes.commit().iter().for_each(|sql| write_statement(&mut text, sql));
    }
    (text, missing)
}

/// The check that adds rows to each table: another would find them there, with the columns of the first alone.
fn adding<'a>(whole: &[(&'a str, &CheckRepair, &Target)]) -> BTreeMap<String, &'a str> {
    let mut first = BTreeMap::new();
    for (id, check, target) in whole {
        if check.statements.iter().any(|one| one.phase == Phase::Insert) {
            first.entry(target.name.to_string()).or_insert_with(|| without_window(id));
        }
    }
    first
}

/// A row of a table that is there, by the columns of a key and the conditions on them.
type Row<'a> = (String, Vec<&'a str>, Vec<&'a str>);

/// Which check changes each row first: what another reads of it is gone then, and its statement would do nothing.
struct Taken<'a> {
    rows: BTreeMap<Row<'a>, &'a str>,
    /// The checks that change rows of each table, in their order, with the columns of their keys.
    tables: BTreeMap<String, Vec<(&'a str, Vec<&'a str>)>>,
}

impl<'a> Taken<'a> {
    fn of(whole: &[(&'a str, &'a CheckRepair, &'a Target)]) -> Taken<'a> {
        let mut taken = Taken { rows: BTreeMap::new(), tables: BTreeMap::new() };
        for (id, check, target) in whole {
            for one in check.statements.iter().filter(|one| !one.row.is_empty()) {
                let (table, columns, conditions) = row(target, one);
                let checks = taken.tables.entry(table.clone()).or_default();
                if !checks.iter().any(|(known, _)| *known == without_window(id)) {
                    checks.push((without_window(id), columns.clone()));
                }
                taken.rows.entry((table, columns, conditions)).or_insert_with(|| without_window(id));
            }
        }
        taken
    }

    /// The check before `id` that changes the row of a statement, or one of its table by another key.
    fn by_another(&self, id: &str, target: &Target, one: &'a Statement) -> Option<&'a str> {
        if one.row.is_empty() {
            return None;
        }
        let (table, columns, conditions) = row(target, one);
        let own = without_window(id);
        let before = self.tables.get(&table)?.iter().take_while(|(known, _)| *known != own);
        let otherwise = before.filter(|(_, key)| *key != columns).map(|(known, _)| *known).next();
        otherwise.or_else(|| self.rows.get(&(table, columns, conditions)).copied().filter(|first| *first != own))
    }
}

fn row<'a>(target: &Target, one: &'a Statement) -> Row<'a> {
    let columns = one.row.iter().map(|(column, _)| column.as_str()).collect();
    (target.name.to_string(), columns, one.row.iter().map(|(_, condition)| condition.as_str()).collect())
}

/// The check that a window is one of.
fn without_window(id: &str) -> &str {
    id.split('@').next().unwrap_or(id)
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

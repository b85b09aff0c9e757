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

/// What is written, and what is not.
pub(crate) struct Written {
    pub(crate) text: String,
    /// How many differences it takes away.
    pub(crate) count: u64,
    /// A reason for each check that is not there as a whole.
    pub(crate) missing: Vec<String>,
}

/// The file.
pub(crate) fn script(script: &Script<'_>) -> Written {
    let mut missing = Vec::new();
    for (id, check) in &script.checks {
        missing.extend(check.refused.iter().map(|why| format!("{id}: {why}")));
        missing.extend(check.left_out.iter().map(|(why, count)| left_out_of(id, why, *count)));
    }
    let whole: Vec<(&str, &CheckRepair, &Target)> = script
        .checks
        .iter()
        .filter(|(_, check)| check.refused.is_none())
        .filter_map(|(id, check)| Some((*id, *check, check.target.as_ref()?)))
        .collect();
    let (adding, taken) = (adding(&whole), Taken::of(&whole));
    let mut written: Vec<(&str, &Target, Vec<&Statement>)> = Vec::new();
    for (id, check, target) in &whole {
        let (mut kept, mut left_out) = (Vec::new(), BTreeMap::<String, u64>::new());
        for one in &check.statements {
            match why_not(id, target, one, (&adding, &taken)) {
                Some(why) => *left_out.entry(why).or_default() += 1,
                None => kept.push(one),
            }
        }
        let left_out = left_out.into_iter();
        missing.extend(left_out.map(|(why, count)| left_out_of(id, &why, count)));
        written.push((id, target, kept));
    }
    let count = written.iter().map(|(_, _, kept)| kept.len() as u64).sum();
    let targets: Vec<&Target> = whole.iter().map(|(_, _, target)| *target).collect();
    let order = Order::of(&targets);
    let mut text = String::new();
    let comment = |text: &mut String, line: &str| {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(text, "-- {}", line.trim_end());
    };
    script.head.iter().for_each(|line| comment(&mut text, line));
    for (id, target, kept) in &written {
        comment(&mut text, &format!("{id}: {} {}", target.table.name, counts(kept)));
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
            for (_, target, kept) in written.iter().filter(|(_, target, _)| target.name.to_string() == *table) {
                for one in kept.iter().filter(|one| one.phase == phase) {
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
    Written { text, count, missing }
}

/// Why a statement of the check `id` is not written, as the end of a sentence; absent where it is.
fn why_not<'a>(
    id: &str,
    target: &Target,
    one: &'a Statement,
    (adding, taken): (&BTreeMap<String, &str>, &Taken<'a>),
) -> Option<String> {
    let table = target.name.to_string();
    let adds = adding.get(&table).filter(|first| one.phase == Phase::Insert && **first != without_window(id));
    if let Some(first) = adds {
        return Some(format!(
            "{first} adds rows to {table}, too, with its own columns; choose one of them with --only"
        ));
    }
    let first = taken.by_another(id, target, one)?;
    Some(format!("{first} changes rows of {table}, too, and these might be the same; run again when that is done"))
}

fn left_out_of(id: &str, why: &str, count: u64) -> String {
    format!("{id}: {} left out, because {why}", plural(count, "difference"))
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
fn counts(statements: &[&Statement]) -> String {
    let count = |phase| statements.iter().filter(|one| one.phase == phase).count() as u64;
    let of = |phase, what| format!("{} {what}", thousands(count(phase)));
    [of(Phase::Delete, "to delete"), of(Phase::Update, "to update"), of(Phase::Insert, "to insert")].join(", ")
}

//! Which columns of two frames are compared with which, and what becomes of each of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::value::display;
use super::super::value::encode::Ambiguous;
use super::super::value::misfit::Misfit;
use super::paired::{Paired, pair};
use super::whole_rows::{Carried, RowColumn, row_columns};
use crate::frame::Frame;
use crate::model::{Cause, ColumnReport, ErrorCode, ErrorReport, Side, Sides};
use crate::spec::check::{Check, Comparison};

/// The columns of a check, sorted out.
pub(crate) struct Columns {
    /// Key columns in the order of the suite.
    pub key: Vec<Paired>,
    /// Compared columns in old's order.
    pub compared: Vec<Paired>,
    /// Columns that are not compared: ignored, or the reason of a problem.
    pub left_out: Vec<ColumnReport>,
    /// Why the check is an error although the rest is compared, each with its column.
    pub problems: Vec<(String, Cause)>,
    /// Columns that are not compared and stand in whole rows all the same.
    pub carried: Vec<Carried>,
    /// What whole rows are made of: the key, what is compared, what is carried.
    pub row: Arc<[RowColumn]>,
}

/// Whether a side's only value column is known by its place, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Names must match.
    ByName,
    /// The one column that is no key is the value, as in `SELECT count(*)`.
    ByPlace,
}

/// Sorts out the columns; an error where no comparison makes sense at all.
pub(crate) fn sort_out(check: &Check, old: &Frame, new: &Frame, naming: Naming) -> Result<Columns, ErrorReport> {
    let mut new_names = renamed(check, new)?;
    for name in &check.key {
        let there = Sides { old: old.column(name).is_some(), new: new_names.contains_key(name) };
        for (side, (has, frame)) in there.zip(Sides { old, new }) {
            if !has {
                let names = frame.names().join(", ");
                return Err(error(
                    ErrorCode::ColumnMissing,
                    format!(
                        "the key column `{name}` is not in the result of {side}, which has: {names}; select it, or correct `key` or `rename`"
                    ),
                ));
            }
        }
    }
    if naming == Naming::ByPlace {
        name_by_place(check, old, &mut new_names)?;
    }
    let mut columns = Columns {
        key: Vec::new(),
        compared: Vec::new(),
        left_out: Vec::new(),
        problems: Vec::new(),
        carried: Vec::new(),
        row: Arc::new([]),
    };
    for name in &check.key {
        let rule = check.columns.get(name).cloned().unwrap_or_default();
        match pair(name, &rule, old, new, &new_names, true) {
            Ok(paired) => columns.key.push(paired),
            Err(Misfit { code, why }) => {
                let misfit = error(code, format!("key column `{name}`: {why}"));
                return Err(misfit.on_column(Some(name.clone()), None));
            }
        }
    }
    for name in old.names() {
        if !check.key.iter().any(|key| key == name) {
            columns.add(check, name, old, new, &new_names);
        }
    }
    for name in new_names.keys() {
        if old.column(name).is_none() && !check.key.contains(name) {
            columns.one_sided(check, name, Side::New);
        }
    }
    for name in check.columns.keys() {
        if old.column(name).is_none() && !new_names.contains_key(name) {
            let why = format!("`columns.{name}` names a column that neither side returns; correct or remove it");
            columns.problems.push((name.clone(), Cause::new(ErrorCode::ColumnMissing, why)));
        }
    }
    let is_there = |name: &String| columns.key.iter().chain(&columns.compared).any(|column| column.name == *name);
    let carry = |name: &String| {
        let (old_name, new_name) = match check.rename.iter().find(|(from, to)| name == *from || name == *to) {
            Some((from, to)) => (from, to),
            None => (name, name),
        };
        if is_there(old_name) { None } else { Carried::new(old_name, new_name, old, new) }
    };
    columns.carried = check.carry.iter().filter_map(carry).collect();
    columns.row = row_columns(&columns.key, &columns.compared, &columns.carried, (old, new));
    Ok(columns)
}

impl Columns {
    /// The same columns over the rows of other frames, which have the columns and types of those sorted out.
    pub(crate) fn over(&self, old: &[Frame], new: &[Frame]) -> Columns {
        let filled = |columns: &[Paired]| columns.iter().map(|column| column.over(old, new)).collect();
        Columns {
            key: filled(&self.key),
            compared: filled(&self.compared),
            left_out: self.left_out.clone(),
            problems: self.problems.clone(),
            carried: self.carried.iter().map(|carried| carried.over(old, new)).collect(),
            row: Arc::clone(&self.row),
        }
    }

    fn add(&mut self, check: &Check, name: &str, old: &Frame, new: &Frame, new_names: &BTreeMap<String, String>) {
        let rule = check.columns.get(name).unwrap_or(&check.default_rule);
        if let Comparison::Ignore(reason) = &rule.comparison {
            self.leave_out(name, "ignore", reason.clone());
            return;
        }
        if !new_names.contains_key(name) {
            self.one_sided(check, name, Side::Old);
            return;
        }
        match pair(name, rule, old, new, new_names, false) {
            Ok(paired) => self.compared.push(paired),
            Err(misfit) => self.problem(name, &display::rule(rule), misfit),
        }
    }

    fn one_sided(&mut self, check: &Check, name: &str, side: Side) {
        let rule = check.columns.get(name).unwrap_or(&check.default_rule);
        if let Comparison::Ignore(reason) = &rule.comparison {
            self.leave_out(name, "ignore", reason.clone());
            return;
        }
        let why = format!("only {side} returns it; select it on both sides, say `rename`, or `ignore = \"reason\"`");
        self.problem(name, &display::rule(rule), Misfit { code: ErrorCode::ColumnMissing, why });
    }

    fn problem(&mut self, name: &str, rule: &str, Misfit { code, why }: Misfit) {
        self.problems.push((name.to_owned(), Cause::new(code, format!("column `{name}`: {why}"))));
        self.leave_out(name, rule, why);
    }

    /// Lists a column that is not compared.
    fn leave_out(&mut self, name: &str, rule: &str, reason: String) {
        self.left_out.push(ColumnReport {
            name: name.to_owned(),
            rule: rule.to_owned(),
            reason: Some(reason),
            ..ColumnReport::default()
        });
    }

    /// The problems as one error, if there are any.
    pub(crate) fn error(&self) -> Option<ErrorReport> {
        let ((column, first), rest) = self.problems.split_first()?;
        let error = ErrorReport::new(first.code.unwrap_or_default(), first.text.as_str());
        let causes = rest.iter().map(|(_, cause)| cause.clone());
        Some(error.on_column(Some(column.clone()), None).caused_by(causes))
    }
}

/// An error without causes.
pub(crate) fn error(code: ErrorCode, message: impl Into<String>) -> ErrorReport {
    ErrorReport::new(code, message)
}

/// Old name to name in new, for every column of new.
///
/// # Errors
/// Two columns that would have one name, or a name in `rename` that new does not return.
pub(crate) fn renamed(check: &Check, new: &Frame) -> Result<BTreeMap<String, String>, ErrorReport> {
    let old_name: BTreeMap<&str, &str> = check.rename.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let mut names = BTreeMap::new();
    let mut used = BTreeSet::new();
    for name in new.names() {
        let known_as = old_name.get(name).copied().unwrap_or(name);
        used.insert(name.to_owned());
        if let Some(other) = names.insert(known_as.to_owned(), name.to_owned()) {
            return Err(error(
                ErrorCode::ColumnDuplicate,
                format!(
                    "new returns both `{other}` and `{name}`, and `rename` makes both `{known_as}`; leave one out of the query"
                ),
            ));
        }
    }
    match check.rename.iter().find(|(_, new)| !used.contains(*new)) {
        Some((old, new)) => Err(error(
            ErrorCode::ColumnMissing,
            format!(
                "`rename` says that `{old}` is `{new}` in new, which returns no such column; correct `rename` or the query"
            ),
        )),
        None => Ok(names),
    }
}

fn name_by_place(check: &Check, old: &Frame, new_names: &mut BTreeMap<String, String>) -> Result<(), ErrorReport> {
    let values =
        |names: Vec<String>| -> Vec<String> { names.into_iter().filter(|name| !check.key.contains(name)).collect() };
    let old_values = values(old.names().into_iter().map(str::to_owned).collect());
    let new_values = values(new_names.keys().cloned().collect());
    for (side, found) in (Sides { old: &old_values, new: &new_values }) {
        if found.len() != 1 {
            return Err(error(
                ErrorCode::ColumnUnexpected,
                format!(
                    "{side} returns {} columns beside the key ({}), where this kind takes exactly one; name the others in `key` or leave them out",
                    found.len(),
                    if found.is_empty() { "none".to_owned() } else { found.join(", ") },
                ),
            ));
        }
    }
    if old_values != new_values
        && let Some(actual) = new_names.remove(&new_values[0])
    {
        new_names.insert(old_values[0].clone(), actual);
    }
    Ok(())
}

/// The error of a value whose meaning is not settled.
pub(crate) fn ambiguous(column: &str, cause: &Ambiguous) -> ErrorReport {
    error(ErrorCode::ValueAmbiguous, format!("column `{column}`: {cause}"))
}

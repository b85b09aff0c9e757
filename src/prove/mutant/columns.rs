//! Mutants of the values of one column: a value, or all of them.

use std::time::Duration;

use super::operators::{FILL, Operator, nothing, operators, rounded, single};
use super::{Mutant, Size, Touched};
use crate::frame::{Type, Value};
use crate::model::Side;
use crate::prove::edit::{Edit, Rows};
use crate::prove::sample::Sample;
use crate::spec::check::{Check, Comparison, Rule};

/// What mutants are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) check: &'a Check,
    /// Whose answer it is.
    pub(crate) side: Side,
    pub(crate) sample: &'a Sample,
    /// Rows of the answer of the next window; absent where there is none.
    pub(crate) next: Option<&'a Sample>,
}

/// A column of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Column<'a> {
    /// Its place in the answer.
    pub(crate) place: usize,
    /// Its name there.
    pub(crate) name: &'a str,
    /// Its name in old.
    pub(crate) known_as: String,
    pub(crate) of: &'a Type,
    pub(crate) rule: &'a Rule,
}

impl<'a> Context<'a> {
    /// The columns of the key that the answer has.
    pub(super) fn key(&self) -> Vec<Column<'a>> {
        let (check, side) = (self.check, self.side);
        check.key.iter().filter_map(|name| self.column(self.sample.place(check.name_on(side, name))?)).collect()
    }

    /// The columns beside the key that are compared.
    pub(super) fn compared(&self) -> Vec<Column<'a>> {
        let beside = |column: &Column<'_>| !self.check.key.contains(&column.known_as);
        let looked_at = |column: &Column<'_>| !matches!(column.rule.comparison, Comparison::Ignore(_));
        (0..self.sample.names.len()).filter_map(|at| self.column(at)).filter(beside).filter(looked_at).collect()
    }

    /// The columns that the suite ignores, by their names in old, each with the reason.
    pub(crate) fn ignored(&self) -> Vec<(String, String)> {
        let reason = |(name, rule): (&String, &Rule)| match &rule.comparison {
            Comparison::Ignore(reason) => Some((name.clone(), reason.clone())),
            _ => None,
        };
        self.check.columns.iter().filter_map(reason).collect()
    }

    fn column(&self, place: usize) -> Option<Column<'a>> {
        let name = self.sample.names.get(place)?;
        let renamed = self.check.rename.iter().find(|(_, new)| *new == name);
        let known_as = match self.side {
            Side::New => renamed.map_or(name, |(old, _)| old).clone(),
            Side::Old => name.clone(),
        };
        let rule = self.check.columns.get(&known_as).unwrap_or(&self.check.default_rule);
        Some(Column { place, name, known_as, of: self.sample.types.get(place)?, rule })
    }

    /// The key of a row.
    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key().iter().filter_map(|column| row.get(column.place).cloned()).collect()
    }

    /// The first picked row whose value in `column` `change` makes another, with that.
    pub(super) fn first(
        &self,
        column: &Column<'_>,
        change: impl Fn(&Value) -> Option<Value>,
    ) -> Option<(u64, Touched)> {
        self.sample.rows.iter().find_map(|(number, row)| {
            let before = row.get(column.place)?;
            let after = change(before)?;
            Some((*number, Touched { key: self.key_of(row), before: Some(before.clone()), after: Some(after) }))
        })
    }

    /// Whether the picked rows have two values in `column`.
    pub(super) fn varies(&self, column: &Column<'_>) -> bool {
        let mut values = self.sample.rows.iter().filter_map(|(_, row)| row.get(column.place));
        values.next().is_some_and(|first| values.any(|other| other != first))
    }
}

impl Column<'_> {
    /// A mutant of one value.
    pub(super) fn cell(&self, operator: &Operator, number: u64, touched: Touched) -> Mutant {
        let value = touched.after.clone().unwrap_or(Value::Null);
        Mutant {
            name: operator.name,
            what: operator.what,
            column: Some(self.known_as.clone()),
            size: if floors(self.rule, operator) { Size::Least } else { operator.size },
            edits: vec![Edit::Set(self.name.to_owned(), [(number, value)].into())],
            next: Vec::new(),
            touched: vec![touched],
        }
    }

    /// A mutant of every value.
    pub(super) fn whole(&self, name: &'static str, what: &'static str, size: Size, edit: Edit) -> Mutant {
        let column = Some(self.known_as.clone());
        Mutant { name, what, column, size, edits: vec![edit], next: Vec::new(), touched: Vec::new() }
    }

    /// Whether the column holds numbers.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.of, Type::Integer | Type::Decimal { .. } | Type::Float)
    }
}

/// Whether the rule floors times so far that the change may vanish.
fn floors(rule: &Rule, operator: &Operator) -> bool {
    let moved = operator.nanos.and_then(|nanos| u64::try_from(nanos).ok()).map(Duration::from_nanos);
    moved.zip(rule.truncate).is_some_and(|(moved, step)| step > moved)
}

/// The mutants of one value of `column`, one for each change that some picked row allows.
pub(super) fn of_a_value(context: &Context<'_>, column: &Column<'_>) -> Vec<Mutant> {
    let one = |operator: &Operator| {
        let (number, touched) = context.first(column, operator.apply)?;
        Some(column.cell(operator, number, touched))
    };
    let mut mutants: Vec<Mutant> = operators(column.of).iter().filter_map(one).collect();
    mutants.extend(filled(context, column));
    mutants
}

/// A NULL that becomes what many a load makes of it, unless the suite says that the two are the same.
fn filled(context: &Context<'_>, column: &Column<'_>) -> Option<Mutant> {
    if column.rule.null.old.is_some() || column.rule.null.new.is_some() {
        return None;
    }
    let (number, touched) =
        context.first(column, |value| if *value == Value::Null { nothing(column.of) } else { None })?;
    Some(column.cell(&FILL, number, touched))
}

/// The mutants of all values of `column`, where there is more than one.
pub(super) fn of_all_values(context: &Context<'_>, column: &Column<'_>, others: &[Column<'_>]) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let name = column.name.to_owned();
    if context.varies(column) {
        let held = context.sample.rows.iter().filter_map(|(_, row)| row.get(column.place));
        if let Some(value) = held.into_iter().find(|value| **value != Value::Null) {
            let edit = Edit::Constant(name.clone(), value.clone());
            mutants.push(column.whole("constant", "every row has the value of one", Size::Gross, edit));
        }
        let edit = Edit::Shift(name.clone());
        mutants.push(column.whole("shift", "every row has the value of the row before it", Size::Gross, edit));
    }
    if column.is_number() && context.first(column, single).is_some() {
        let edit = Edit::Map(name.clone(), Rows::All, single);
        mutants.push(column.whole("float32", "every number goes through 32 bits", Size::Least, edit));
    }
    if column.is_number() && context.first(column, rounded).is_some() {
        let edit = Edit::Map(name.clone(), Rows::All, rounded);
        mutants.push(column.whole("round", "every number is rounded to a whole one", Size::Least, edit));
    }
    let differs = |other: &&Column<'_>| {
        let mut rows = context.sample.rows.iter();
        other.place > column.place
            && other.of == column.of
            && rows.any(|(_, row)| row.get(column.place) != row.get(other.place))
    };
    if let Some(other) = others.iter().find(differs) {
        let edit = Edit::Swap(name, other.name.to_owned());
        mutants.push(column.whole("swap_columns", "two columns have each other's values", Size::Gross, edit));
    }
    mutants
}

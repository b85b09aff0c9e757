//! A difference in full: as reports show it, and the whole rows that it is of.

use std::sync::Arc;

use super::super::value::cells::ColumnSide;
use super::super::value::judge::judge;
use super::super::value::literal::Adapting;
use super::super::value::normalize::Normalizer;
use super::column_values::ColumnValues;
use super::paired::Paired;
use crate::frame::{Frame, Type, Value};
use crate::model::{Example, Side, Sides};
use crate::spec::check::{Comparison, Rule};

/// A difference, and the rows it is of where they are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct FullDifference {
    /// As reports show it.
    pub example: Example,
    /// The rows of both sides; absent where the difference is of a number, a tag or a whole key.
    pub rows: Option<Box<RowPair>>,
}

impl From<Example> for FullDifference {
    fn from(example: Example) -> Self {
        FullDifference { example, rows: None }
    }
}

/// A row of old and one of new; absent on the side that has none.
#[derive(Clone, Debug, PartialEq)]
pub struct RowPair {
    /// The columns of both rows: the key, what is compared, and what is carried along.
    pub columns: Arc<[RowColumn]>,
    /// Per column the value as the side returned it; absent where the side lacks the column.
    pub values: Sides<Option<Vec<Option<Value>>>>,
    /// Whether another row of either side has the same key.
    pub is_duplicated: bool,
}

/// A column of whole rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowColumn {
    /// Name in old.
    pub name: String,
    /// What it is called in the answer of each side, and of which type it is there; absent where the side lacks it.
    pub of: Sides<Option<(String, Type)>>,
    /// What it is there for.
    pub role: Role,
    /// What stands for NULL on a side.
    pub null: Sides<Option<Value>>,
    /// How it is compared; absent where it is not.
    pub(crate) judging: Option<Arc<Judging>>,
}

impl RowColumn {
    /// Whether `old` and another value of new would hold, in a column of new that holds 32-bit floats or not; absent where the
    /// column is not compared.
    pub(crate) fn holds(&self, old: &Value, new: &Value, is_single: bool) -> Option<bool> {
        Some(self.judging.as_ref()?.holds(old, new, is_single))
    }
}

/// The rule of a column, and what becomes of its values before that is asked.
#[derive(Debug, PartialEq)]
pub(crate) struct Judging {
    comparison: Comparison,
    normalizers: Sides<Normalizer>,
}

impl Judging {
    /// That of a column; one of a key pairs values that are equal.
    fn of(column: &Paired, role: Role) -> Judging {
        let comparison = if role == Role::Key { Comparison::Exact } else { column.rule.comparison.clone() };
        Judging { comparison, normalizers: Sides::each(|side| column.normalizer(side).clone()) }
    }

    fn holds(&self, old: &Value, new: &Value, is_single: bool) -> bool {
        // What stands for NULL may be beyond a budget, and NULL equals NULL all the same.
        if (old, new) == (&Value::Null, &Value::Null) {
            return true;
        }
        let singles = Sides { old: false, new: is_single };
        let normal = |side, value: &Value| self.normalizers.get(side).apply(value.clone());
        let verdict = judge(&self.comparison, singles, &normal(Side::Old, old), &normal(Side::New, new));
        verdict.is_ok_and(|verdict| verdict.holds)
    }
}

/// What a column of a whole row is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It pairs rows.
    Key,
    /// It is compared.
    Compared,
    /// It is not compared, and wanted beside what is.
    Carried,
}

/// A column that is not compared, on the sides that have it.
pub(crate) struct Carried {
    name: String,
    pub(super) of: Sides<Option<ColumnValues>>,
}

impl Carried {
    /// The column `name` of old, which new calls `new_name`; absent where neither side has it.
    pub(super) fn new(name: &str, new_name: &str, old: &Frame, new: &Frame) -> Option<Carried> {
        let (old, new) = (std::slice::from_ref(old), std::slice::from_ref(new));
        let of = Sides { old: values(Side::Old, name, old), new: values(Side::New, new_name, new) };
        let is_there = of.old.is_some() || of.new.is_some();
        is_there.then(|| Carried { name: name.to_owned(), of })
    }

    /// The same column over the rows of other frames.
    pub(super) fn over(&self, old: &[Frame], new: &[Frame]) -> Carried {
        let over = |side, held: &Option<ColumnValues>, frames| values(side, held.as_ref()?.name(), frames);
        let of = Sides { old: over(Side::Old, &self.of.old, old), new: over(Side::New, &self.of.new, new) };
        Carried { name: self.name.clone(), of }
    }
}

/// The values of a column of `side`, which no rule changes; absent where no frame has it.
fn values(side: Side, name: &str, frames: &[Frame]) -> Option<ColumnValues> {
    let (_, of) = frames.iter().find_map(|frame| frame.column(name))?;
    let normalizer = Normalizer::new(&Rule::default(), side, Adapting { of, other: of }, false).ok()?;
    let column = ColumnSide { side, name, comparison: &Comparison::Exact, normalizer: &normalizer };
    Some(ColumnValues::over(column, frames))
}

/// What whole rows are made of, over answers with the columns of `old` and `new`.
pub(super) fn row_columns(
    key: &[Paired],
    compared: &[Paired],
    carried: &[Carried],
    (old, new): (&Frame, &Frame),
) -> Arc<[RowColumn]> {
    let typed = |frame: &Frame, name: &str| frame.column(name).map(|(_, of)| (name.to_owned(), of.clone()));
    let paired = |role| {
        move |column: &Paired| RowColumn {
            name: column.name.clone(),
            of: Sides { old: typed(old, column.name_on(Side::Old)), new: typed(new, column.name_on(Side::New)) },
            role,
            null: column.rule.null.clone(),
            judging: Some(Arc::new(Judging::of(column, role))),
        }
    };
    let beside = |carried: &Carried| RowColumn {
        name: carried.name.clone(),
        of: Sides {
            old: carried.of.old.as_ref().and_then(|held| typed(old, held.name())),
            new: carried.of.new.as_ref().and_then(|held| typed(new, held.name())),
        },
        role: Role::Carried,
        null: Sides::default(),
        judging: None,
    };
    let both = key.iter().map(paired(Role::Key)).chain(compared.iter().map(paired(Role::Compared)));
    both.chain(carried.iter().map(beside)).collect()
}

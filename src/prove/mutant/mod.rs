//! Mutants: what could have been lost or changed in an answer, each as the edits that make it so. Pure.
//!
//! A mutant is as small as such a fault can be, so that a check which sees it sees larger ones too.

mod columns;
mod kinds;
mod operators;
mod pairs;
mod rows;
mod windows;

pub(super) use columns::Context;
pub(super) use kinds::{mutants, setbacks};
pub(super) use operators::{operators as value_changes, unheard_of};

use super::edit::Edit;
use crate::frame::Value;

/// How large a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// The least there is, or one that bounds are made for: a check whose suite gives bounds need not see it.
    Least,
    /// One that no bound is made for.
    Gross,
}

/// A cell or row that a mutant changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Touched {
    /// The key of the row before the change, in the order of the check's `key`; of a group, the first columns of it.
    pub(crate) key: Vec<Value>,
    /// The value before.
    pub(crate) before: Option<Value>,
    /// The value after; the row is lost, doubled or added where it is absent.
    pub(crate) after: Option<Value>,
}

/// A change of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// Its name in patterns of `accept`.
    pub(crate) name: &'static str,
    /// What happened, in words.
    pub(crate) what: &'static str,
    /// The column whose values change, by its name in old; absent where rows do.
    pub(crate) column: Option<String>,
    pub(crate) size: Size,
    pub(crate) edits: Vec<Edit>,
    /// What happens to the answer of the next window.
    pub(crate) next: Vec<Edit>,
    /// What is touched, where it is not every row.
    pub(crate) touched: Vec<Touched>,
}

impl Mutant {
    /// Whether a value becomes NULL.
    pub(super) fn is_null(&self) -> bool {
        self.touched.iter().any(|one| one.after == Some(Value::Null))
    }

    /// Whether rows have each other's values, so that some go up where others go down.
    pub(super) fn is_exchange(&self) -> bool {
        let among = |edit: &Edit| matches!(edit, Edit::Constant(..) | Edit::Swap(..) | Edit::Shift(_));
        self.touched.len() > 1 || self.edits.iter().any(among)
    }
}

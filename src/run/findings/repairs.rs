//! Takes the differences of a run as the SQL that would take them away, where that is wanted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::compare::FullDifference;
use crate::model::Difference;
use crate::repair::{CheckRepair, Target, statement};
use crate::source::TableName;

/// Reasons that are kept by themselves; the rest are one.
const REASONS: usize = 8;

/// What would repair the checks of a run, by their ids. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Repairs {
    found: Arc<Mutex<BTreeMap<String, CheckRepair>>>,
    /// Most differences of one check.
    most: u64,
    /// Tables that were named, by the checks they are for.
    tables: Arc<BTreeMap<String, TableName>>,
}

impl Repairs {
    /// Nothing yet; at most `most` differences of a check are taken, and `tables` are those of checks whose queries do not tell.
    pub(crate) fn new(most: u64, tables: BTreeMap<String, TableName>) -> Repairs {
        Repairs { found: Arc::default(), most, tables: Arc::new(tables) }
    }

    /// The table that was named for the check `id`.
    pub(crate) fn table(&self, id: &str) -> Option<&TableName> {
        self.tables.get(id)
    }

    /// Takes the differences of the check `id`, whose rows of new are those of `target`.
    pub(crate) fn sink(&self, id: &str, target: Result<Target, String>) -> RepairSink {
        let (target, refused) = match target {
            Ok(target) => (Some(target), None),
            Err(why) => (None, Some(why)),
        };
        let found = CheckRepair { target, refused, ..CheckRepair::default() };
        RepairSink { to: self.clone(), id: id.to_owned(), found, taken: 0 }
    }

    /// All of it.
    pub(crate) fn all(&self) -> BTreeMap<String, CheckRepair> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Takes the differences of one check.
#[derive(Debug)]
pub(crate) struct RepairSink {
    to: Repairs,
    id: String,
    found: CheckRepair,
    taken: u64,
}

impl RepairSink {
    /// Takes one difference; `false` where no more is wanted.
    pub(crate) fn take(&mut self, found: &FullDifference) -> bool {
        if found.example.difference == Difference::Warned {
            return self.found.refused.is_none();
        }
        let Some(target) = self.found.target.as_ref().filter(|_| self.found.refused.is_none()) else { return false };
        if self.taken == self.to.most {
            let why = format!("there are more than the {} of --max-differences", self.taken);
            *self.found.left_out.entry(why).or_default() += 1;
            return true;
        }
        self.taken += 1;
        match statement(target, found) {
            Ok(one) => self.found.statements.push(one),
            Err(why) => {
                let why = if self.found.left_out.len() < REASONS { why } else { "of other reasons".to_owned() };
                *self.found.left_out.entry(why).or_default() += 1;
            }
        }
        true
    }

    /// Keeps what was taken as that of the check.
    pub(crate) fn finish(self) {
        let mut all = self.to.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(self.id, self.found);
    }
}

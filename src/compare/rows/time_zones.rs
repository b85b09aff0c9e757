//! Values without a partner because one side holds instants and the other timestamps without zone.
//!
//! What pairs by its bytes (keys, tags, rows under a duplicated key) never meets such a value to be judged with, and would
//! be missing here and extra there instead of an error.

use super::super::value::bytes::{is_instant, is_wall_clock};
use super::super::value::encode::Ambiguous;
use super::columns::Columns;
use super::columns::ambiguous;
use super::key_group::KeyGroup;
use super::paired::Paired;
use crate::model::{ErrorReport, Side, Sides};

/// What the values without a partner in one column are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alone(Sides<Sort>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sort {
    instants: bool,
    wall_clocks: bool,
}

impl Alone {
    /// Takes the bytes of one value that only `side` has.
    pub(crate) fn add(&mut self, side: Side, encoded: &[u8]) {
        let sort = self.0.get_mut(side);
        sort.instants |= is_instant(encoded);
        sort.wall_clocks |= is_wall_clock(encoded);
    }

    /// Takes in what another part has.
    pub(crate) fn merge(&mut self, other: &Alone) {
        for (_, (all, more)) in self.0.as_mut().zip(other.0.as_ref()) {
            all.instants |= more.instants;
            all.wall_clocks |= more.wall_clocks;
        }
    }

    /// Fails where an instant of one side might be a wall clock of the other.
    pub(crate) fn settled(&self) -> Result<(), Ambiguous> {
        let Alone(Sides { old, new }) = self;
        let meets = (old.instants && new.wall_clocks) || (old.wall_clocks && new.instants);
        if meets { Err(Ambiguous::Zones) } else { Ok(()) }
    }
}

/// The keys that only one side has, column by column.
#[derive(Clone, Debug)]
pub(crate) struct AloneKeys(Vec<Alone>);

impl AloneKeys {
    /// None yet.
    pub(crate) fn new(columns: &Columns) -> Self {
        AloneKeys(vec![Alone::default(); columns.key.len()])
    }

    /// Takes a key, if only one side has it.
    pub(crate) fn add(&mut self, columns: &Columns, group: &KeyGroup) {
        let (side, row) = match (group.old.first(), group.new.first()) {
            (Some(row), None) => (Side::Old, *row),
            (None, Some(row)) => (Side::New, *row),
            _ => return,
        };
        let cell = |column: &Paired| column.raw(side).cells().cell(row).to_vec();
        self.0.iter_mut().zip(&columns.key).for_each(|(alone, column)| alone.add(side, &cell(column)));
    }

    /// Takes in the keys of another part.
    pub(crate) fn merge(&mut self, other: &AloneKeys) {
        self.0.iter_mut().zip(&other.0).for_each(|(all, more)| all.merge(more));
    }

    /// Fails where keys may be without a partner only because of their zone.
    pub(crate) fn settled(&self, columns: &Columns) -> Result<(), ErrorReport> {
        let settled =
            |(alone, column): (&Alone, &Paired)| alone.settled().map_err(|cause| ambiguous(&column.name, &cause));
        self.0.iter().zip(&columns.key).try_for_each(settled)
    }
}

//! Two whole answers side by side: the rows of each key that stands once on either side, and what would become of a pair with
//! another value.

use super::columns::{Columns, Naming, sort_out};
use super::join::gather;
use super::key_group::KeyGroup;
use super::paired::Paired;
use crate::frame::{Frame, Type, Value};
use crate::model::Side;
use crate::spec::check::{Check, KindSettings, Rule};

/// The columns of two answers and the rows that share a key.
pub(crate) struct SideBySide {
    columns: Columns,
    pairs: Vec<RowsOfKey>,
}

/// A row of old and that of new with the same key, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowsOfKey {
    pub(crate) old: usize,
    pub(crate) new: usize,
}

/// One column of both answers.
#[derive(Clone, Copy)]
pub(crate) struct BothSides<'a>(&'a Paired);

impl SideBySide {
    /// Puts the batches of two answers side by side; absent where they cannot be compared, and where a key stands twice on a side,
    /// so that it is not said which of its rows is paired with which.
    pub(crate) fn new(check: &Check, old: &[Frame], new: &[Frame]) -> Option<SideBySide> {
        let naming = if matches!(check.kind, KindSettings::RowCount) { Naming::ByPlace } else { Naming::ByName };
        let columns = sort_out(check, &typed(old)?, &typed(new)?, naming).ok()?;
        let (old, new) = (Frame::together(old), Frame::together(new));
        let height = |frames: &[Frame]| frames.iter().map(Frame::height).sum();
        let columns = columns.over(&old, &new);
        let groups = gather(&columns, height(&old), height(&new)).ok()?;
        if groups.iter().any(KeyGroup::duplicated) {
            return None;
        }
        let pair = |group: &KeyGroup| Some(RowsOfKey { old: *group.old.first()?, new: *group.new.first()? });
        let pairs = groups.iter().filter_map(pair).collect();
        Some(SideBySide { columns, pairs })
    }

    /// The rows that share a key, in no order.
    pub(crate) fn pairs(&self) -> &[RowsOfKey] {
        &self.pairs
    }

    /// The key of a pair as old has it.
    pub(crate) fn key(&self, pair: RowsOfKey) -> Vec<Value> {
        self.columns.key.iter().map(|column| column.raw(Side::Old).value(pair.old)).collect()
    }

    /// The column of the key, or one that is compared, that new calls `name`.
    pub(crate) fn column(&self, name: &str) -> Option<BothSides<'_>> {
        let mut columns = self.columns.key.iter().chain(&self.columns.compared);
        columns.find(|column| column.name_on(Side::New) == name).map(BothSides)
    }
}

impl BothSides<'_> {
    /// Its rule, with what stands for absent keys in the type of the column.
    pub(crate) fn rule(&self) -> &Rule {
        &self.0.rule
    }

    /// The value of a side as it was returned.
    pub(crate) fn returned(&self, side: Side, pair: RowsOfKey) -> Value {
        self.0.raw(side).value(if side == Side::Old { pair.old } else { pair.new })
    }

    /// The value of a side as it is compared; absent of text that cannot be read.
    pub(crate) fn compared(&self, side: Side, pair: RowsOfKey) -> Option<Value> {
        self.read(side, self.returned(side, pair))
    }

    /// What a value of `side` would be compared as; absent where it could not be read.
    pub(crate) fn read(&self, side: Side, value: Value) -> Option<Value> {
        self.0.read(side, value)
    }

    /// Whether new holds floats of 32 bits there.
    pub(crate) fn is_single(&self, side: Side, pair: RowsOfKey) -> bool {
        self.0.raw(side).is_single(if side == Side::Old { pair.old } else { pair.new })
    }

    /// Whether the pair holds with a warning.
    pub(crate) fn warns(&self, pair: RowsOfKey) -> bool {
        self.0.warns(pair.old, pair.new)
    }

    /// Whether the pair would hold, without a warning, if new had returned `value`.
    pub(crate) fn holds_with(&self, pair: RowsOfKey, value: Value) -> bool {
        self.0.holds_with(pair.old, pair.new, value)
    }
}

/// A frame without rows whose types are those that any of the batches tells.
fn typed(batches: &[Frame]) -> Option<Frame> {
    let (first, others) = batches.split_first()?;
    others.iter().try_fold(first.slice(0, 0), |known, other| {
        if known.types().contains(&Type::Null) { known.widened(other).ok() } else { Some(known) }
    })
}

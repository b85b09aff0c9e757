//! Holds one column of both sides with its rule, and judges pairs of its values.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::super::value::bytes::{
    as_decimal, begins_like_a_number, is_instant, is_never_equal, is_number, is_plain, is_wall_clock,
};
use super::super::value::cells;
use super::super::value::cells::{Cells, ColumnSide};
use super::super::value::display;
use super::super::value::distance::Distance;
use super::super::value::encode::{Ambiguous, encode};
use super::super::value::judge::{Verdict, judge};
use super::super::value::literal::{Adapting, adapt_absent};
use super::super::value::misfit::Misfit;
use super::super::value::normalize::{Normal, Normalizer};
use super::super::value::same::SameValues;
use super::super::value::types::{comparable, stands};
use super::column_values::ColumnValues;
use crate::frame::{Frame, Type, Value};
use crate::model::{ErrorCode, Side, Sides};
use crate::spec::check::{Comparison, Rule};

/// One column of both sides with its rule.
pub(crate) struct Paired {
    /// Name in old.
    pub name: String,
    /// How it is compared.
    pub rule: Rule,
    /// Values as the sides returned them.
    pub old: ColumnValues,
    /// Values as the sides returned them.
    pub new: ColumnValues,
    normalizers: Sides<Normalizer>,
    nulls: Nulls,
    /// The rows that are the same on both sides, where that can be told without their bytes.
    same: OnceLock<Option<SameValues>>,
}

/// What NULL is on the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nulls {
    /// The same on both: itself, or one value.
    Alike,
    /// A value on old and itself on new, the reverse, or two values: a NULL equals a NULL, and a value of the other side
    /// that is no NULL there.
    Differing(
        /// Whether it is a value.
        Sides<bool>,
    ),
}

impl Paired {
    /// The value of `row` on `side`, ready to be compared.
    pub(crate) fn normal(&self, side: Side, row: usize) -> Normal {
        self.normalizer(side).apply(self.raw(side).value(row))
    }

    /// What becomes of the values of `side`.
    pub(crate) fn normalizer(&self, side: Side) -> &Normalizer {
        self.normalizers.get(side)
    }

    /// The column's name on `side`.
    pub(crate) fn name_on(&self, side: Side) -> &str {
        self.raw(side).name()
    }

    /// Whether two values of `side` that are the same are written the same, too.
    pub(crate) fn is_written_one_way(&self, side: Side) -> bool {
        self.rule == Rule::default() && self.raw(side).is_written_one_way()
    }

    /// Whether NULL is the same on both sides, so that equality is one of bytes.
    pub(crate) fn nulls_alike(&self) -> bool {
        self.nulls == Nulls::Alike
    }

    /// Whether two values hold under the rule exactly when they share their bytes.
    pub(crate) fn by_bytes(&self) -> bool {
        self.rule.comparison.by_bytes() && self.nulls_alike()
    }

    /// Fails where a NULL of `side` in a key pairs with NULL by itself and with a value by rule.
    pub(crate) fn pairs_nulls(&self, side: Side, has_null: bool) -> Result<(), Ambiguous> {
        match (self.nulls, side) {
            (Nulls::Differing(values), side) if has_null && !values.get(side) => Err(Ambiguous::NullKey(side)),
            _ => Ok(()),
        }
    }

    /// Returns how the values of `side` are read.
    pub(crate) fn on(&self, side: Side) -> ColumnSide<'_> {
        ColumnSide {
            side,
            name: self.name_on(side),
            comparison: &self.rule.comparison,
            normalizer: self.normalizer(side),
        }
    }

    /// Returns the values of `side` in `frame` as a key; an error where one has no settled meaning.
    pub(crate) fn key_cells(&self, side: Side, frame: &Frame) -> Result<Cells, Ambiguous> {
        let has_null = frame.column(self.name_on(side)).is_some_and(|(series, _)| series.null_count() > 0);
        self.pairs_nulls(side, has_null)?;
        cells::key(self.on(side), frame)
    }

    /// Returns the values of `side` in `frame`, which are not of a key; see [`cells::compared`].
    #[cfg(test)]
    pub(crate) fn compared_cells(&self, side: Side, frame: &Frame) -> Cells {
        cells::compared(self.on(side), frame)
    }

    /// The same column over the rows of other frames.
    pub(crate) fn over(&self, old: &[Frame], new: &[Frame]) -> Paired {
        Paired {
            name: self.name.clone(),
            rule: self.rule.clone(),
            old: ColumnValues::over(self.on(Side::Old), old),
            new: ColumnValues::over(self.on(Side::New), new),
            normalizers: self.normalizers.clone(),
            nulls: self.nulls,
            same: OnceLock::new(),
        }
    }

    /// Whether two values are finite numbers, where they share all bytes and so hold under every rule.
    pub(crate) fn identical(&self, old_row: usize, new_row: usize) -> Option<bool> {
        let same = self.same.get_or_init(|| {
            let (old, new) = (self.old.frame()?, self.new.frame()?);
            SameValues::new((self.on(Side::Old), old), (self.on(Side::New), new))
        });
        if let Some(same) = same {
            return same.same(old_row, new_row);
        }
        let (old, new) = (self.old.cells().cell(old_row), self.new.cells().cell(new_row));
        (old == new).then(|| is_number(old))
    }

    /// Whether both values are text that begins like a number.
    pub(crate) fn may_be_numbers(&self, old_row: usize, new_row: usize) -> bool {
        self.old.is_text()
            && self.new.is_text()
            && begins_like_a_number(&self.old.cell(old_row))
            && begins_like_a_number(&self.new.cell(new_row))
    }

    /// The verdict on one pair of rows.
    pub(crate) fn judge(&self, old_row: usize, new_row: usize) -> Result<Verdict, Ambiguous> {
        match self.identical(old_row, new_row) {
            Some(is_number) => Ok(Verdict { holds: true, warned: false, distance: is_number.then(Distance::zero) }),
            None => self.judge_differing(old_row, new_row),
        }
    }

    /// The verdict on one pair of rows that do not share all bytes.
    pub(crate) fn judge_differing(&self, old_row: usize, new_row: usize) -> Result<Verdict, Ambiguous> {
        // What stands for NULL may be beyond a budget, and NULL equals NULL all the same.
        if (self.is_budget() || !self.nulls_alike()) && self.old.is_null(old_row) && self.new.is_null(new_row) {
            let null = Normal::Value(Value::Null);
            return judge(&self.rule.comparison, Sides::default(), &null, &null);
        }
        if self.rule.comparison == Comparison::Exact
            && let Some(verdict) = differing(&self.old.cell(old_row), &self.new.cell(new_row))
        {
            return Ok(verdict);
        }
        let singles = Sides { old: self.old.is_single(old_row), new: self.new.is_single(new_row) };
        judge(&self.rule.comparison, singles, &self.normal(Side::Old, old_row), &self.normal(Side::New, new_row))
    }

    /// What a value of `side` would be compared as; absent of text that cannot be read.
    pub(crate) fn read(&self, side: Side, value: Value) -> Option<Value> {
        match self.normalizer(side).apply(value) {
            Normal::Value(value) => Some(value),
            Normal::Unreadable(_) => None,
        }
    }

    /// Whether two rows would hold, without a warning, if new had returned `value` in its own.
    pub(crate) fn holds_with(&self, old_row: usize, new_row: usize, value: Value) -> bool {
        let singles = Sides { old: self.old.is_single(old_row), new: self.new.is_single(new_row) };
        let new = self.normalizer(Side::New).apply(value);
        let verdict = judge(&self.rule.comparison, singles, &self.normal(Side::Old, old_row), &new);
        verdict.is_ok_and(|verdict| verdict.holds && !verdict.warned)
    }

    /// Whether two rows hold by the looser of two levels only.
    pub(crate) fn warns(&self, old_row: usize, new_row: usize) -> bool {
        self.judge(old_row, new_row).is_ok_and(|verdict| verdict.warned)
    }

    /// Whether new is held to bounds, which equal values need not be within.
    fn is_budget(&self) -> bool {
        !self.rule.comparison.takes_equals()
    }

    /// Appends the bytes of one value.
    pub(crate) fn encode(&self, side: Side, row: usize, out: &mut Vec<u8>) -> Result<(), Ambiguous> {
        let cell = self.raw(side).cells().cell(row);
        if is_never_equal(cell) {
            return encode(&self.normal(side, row), &self.rule.comparison, side, out);
        }
        out.extend_from_slice(cell);
        Ok(())
    }

    /// The values of `side` as it returned them.
    pub(crate) fn raw(&self, side: Side) -> &ColumnValues {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }
}

/// The verdict on two values that differ under an exact rule, where their bytes tell all there is to know.
fn differing(old: &[u8], new: &[u8]) -> Option<Verdict> {
    if let (Some(old), Some(new)) = (as_decimal(old), as_decimal(new)) {
        let distance = Distance::between_decimals(old, new)?;
        return Some(Verdict { holds: false, warned: false, distance: Some(distance) });
    }
    let zones = (is_instant(old) && is_wall_clock(new)) || (is_wall_clock(old) && is_instant(new));
    let settled = !is_never_equal(old) && !is_never_equal(new) && !zones;
    (settled && (is_plain(old) || is_plain(new))).then_some(Verdict { holds: false, warned: false, distance: None })
}

/// One column of both sides. Booleans of a key count as 0 and 1 whatever the other side holds, so that a key has the same
/// bytes when old is compared with new and with itself.
pub(crate) fn pair(
    name: &str,
    rule: &Rule,
    old: &Frame,
    new: &Frame,
    new_names: &BTreeMap<String, String>,
    key: bool,
) -> Result<Paired, Misfit> {
    let new_name = &new_names[name];
    let (Some((_, old_type)), Some((_, new_type))) = (old.column(name), new.column(new_name)) else {
        return Err(Misfit {
            code: ErrorCode::ColumnMissing,
            why: "it is not in both results; select it on both sides".to_owned(),
        });
    };
    let rule = &Rule { comparison: adapt_absent(&rule.comparison, old_type, new_type)?, ..rule.clone() };
    let meeting = comparable(old_type, new_type, rule)?;
    let as_integer = key || meeting.bool_as_integer;
    let normalizers = Sides {
        old: normalizer(rule, Side::Old, old_type, new_type, as_integer)?,
        new: normalizer(rule, Side::New, new_type, old_type, as_integer)?,
    };
    let nulls = nulls(rule, &normalizers);
    if key && nulls == (Nulls::Differing(Sides { old: true, new: true })) {
        return Err(Misfit::of_literal(
            "`null` gives two values, so that a NULL has two keys; give one value for both sides",
        ));
    }
    let read = |side, name| {
        ColumnValues::new(ColumnSide { side, name, comparison: &rule.comparison, normalizer: normalizers.get(side) })
    };
    let empty = Paired {
        name: name.to_owned(),
        rule: rule.clone(),
        nulls,
        old: read(Side::Old, name),
        new: read(Side::New, new_name),
        normalizers: normalizers.clone(),
        same: OnceLock::new(),
    };
    Ok(empty.over(std::slice::from_ref(old), std::slice::from_ref(new)))
}

/// The normaliser of one side, whose value for NULL must be one that the `other` side can hold.
fn normalizer(rule: &Rule, side: Side, of: &Type, other: &Type, as_integer: bool) -> Result<Normalizer, Misfit> {
    let normalizer = Normalizer::new(rule, side, Adapting { of, other }, as_integer)
        .map_err(|e| Misfit::of_literal(e.to_string()))?;
    let Some(literal) = rule.null.get(side) else { return Ok(normalizer) };
    let fits = match normalizer.apply(Value::Null) {
        Normal::Value(value) => stands(&value, other, side, rule, as_integer),
        Normal::Unreadable(_) => false,
    };
    if fits {
        return Ok(normalizer);
    }
    Err(Misfit::of_literal(format!(
        "`null` gives {} for {side}, which no value of {} ({other}) can equal; give a value of that type",
        display::literal(literal),
        side.other()
    )))
}

/// Whether NULL is the same on both sides.
fn nulls(rule: &Rule, normalizers: &Sides<Normalizer>) -> Nulls {
    let form = |side: Side| {
        let mut bytes = Vec::new();
        let null = normalizers.get(side).apply(Value::Null);
        encode(&null, &rule.comparison, side, &mut bytes).ok().map(|()| bytes)
    };
    let forms = Sides::each(form);
    if forms.old.is_some() && forms.old == forms.new {
        return Nulls::Alike;
    }
    Nulls::Differing(rule.null.as_ref().map(Option::is_some))
}

/// Why no column at all can hold what `rule` puts in place of NULL, if so: what can be known before there are columns.
pub(crate) fn misfit(rule: &Rule) -> Option<String> {
    let array = |of| Type::Array(Box::new(of));
    let map = Type::Map(Box::new(Type::Text), Box::new(Type::Integer));
    let (text, date, time) = (Type::Text, Type::Date, Type::Time);
    let types = [
        Type::Bool,
        Type::Integer,
        Type::Decimal { scale: 1 },
        Type::Float,
        text,
        Type::Bytes,
        date,
        time,
        Type::Instant,
        Type::WallClock,
        Type::Uuid,
        Type::Json,
        array(Type::Text),
        map,
    ];
    for (side, literal) in rule.null.present() {
        let holds = |of: &Type, other: &Type| {
            let met = match side {
                Side::Old => comparable(of, other, rule),
                Side::New => comparable(other, of, rule),
            };
            met.is_ok_and(|met| normalizer(rule, side, of, other, met.bool_as_integer).is_ok())
        };
        if !types.iter().any(|of| types.iter().any(|other| holds(of, other))) {
            return Some(format!(
                "`null` gives {}, which no column that fits the rest of the rule can hold; give a value of its type",
                display::literal(literal)
            ));
        }
    }
    None
}

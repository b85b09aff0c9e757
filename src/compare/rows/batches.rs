//! The judging of rows for a caller that brings them batch by batch: the same columns, bytes and verdicts as for
//! two whole frames.

use super::super::result::{ComparisonResult, Limits, NO_ROW, not_empty};
use super::super::value::cells::Cells;
use super::columns::ambiguous;
use super::columns::{Columns, Naming, error, sort_out};
use super::draw_hash;
use super::join::KeyHashes;
use super::key_group::KeyGroup;
use super::paired;
use super::{Found, Sink};
use crate::compare::diagnosis::draw::Draw;
use crate::frame::{Frame, Type, Value};
use crate::model::{ErrorCode, ErrorReport, Outcome, Side, Sides};
use crate::spec::check::{Check, Comparison, Rule};

/// The columns of a check over two results whose rows come later.
pub(crate) struct ComparePlan {
    check: Check,
    columns: Columns,
    schemas: Sides<Vec<(String, Type)>>,
}

impl ComparePlan {
    /// The columns of `check` over results with the columns and types of `old` and `new`, whatever their rows.
    pub(crate) fn new(check: &Check, old: &Frame, new: &Frame) -> Result<Self, ErrorReport> {
        let columns = sort_out(check, &old.slice(0, 0), &new.slice(0, 0), Naming::ByName)?;
        Ok(ComparePlan { check: check.clone(), columns, schemas: Sides { old, new }.map(schema) })
    }

    /// Names and types of the columns of `side`.
    pub(crate) fn schema(&self, side: Side) -> &[(String, Type)] {
        self.schemas.get(side)
    }

    /// The key columns and the compared ones; absent where something else than their values decides: a problem with a
    /// column, or a rule by which two equal values can differ, or two different keys be one.
    pub(crate) fn pairs(&self) -> Option<(Vec<Paired>, Vec<Paired>)> {
        let columns = &self.columns;
        if columns.error().is_some()
            || columns.key.iter().any(|column| column.rule != Rule::default())
            || !columns.compared.iter().all(|column| holds_for_equals(&column.rule))
        {
            return None;
        }
        let paired = |column: &paired::Paired| Paired {
            old: column.name_on(Side::Old).to_owned(),
            new: column.name_on(Side::New).to_owned(),
        };
        Some((columns.key.iter().map(paired).collect(), columns.compared.iter().map(paired).collect()))
    }

    /// The columns of both sides.
    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether two rows hold under every rule exactly when they share their bytes.
    pub(crate) fn is_exact(&self) -> bool {
        self.columns.compared.iter().all(paired::Paired::by_bytes)
    }

    /// Number of compared columns, the key aside.
    pub(crate) fn compared(&self) -> usize {
        self.columns.compared.len()
    }

    /// The bytes of the key columns of `frame`.
    pub(crate) fn key_cells(&self, side: Side, frame: &Frame) -> Result<Vec<Cells>, ErrorReport> {
        let key =
            |column: &paired::Paired| column.key_cells(side, frame).map_err(|cause| ambiguous(&column.name, &cause));
        self.columns.key.iter().map(key).collect()
    }

    /// Whether one text stands for one key on both sides: every key column is of one plain type and has no rule.
    pub(crate) fn has_plain_key(&self) -> bool {
        let of = |schema: &[(String, Type)], name: &str| {
            schema.iter().find(|(column, _)| column == name).map_or(Type::Null, |(_, of)| of.clone())
        };
        self.columns.key.iter().all(|column| {
            let old = of(&self.schemas.old, column.name_on(Side::Old));
            let new = of(&self.schemas.new, column.name_on(Side::New));
            // A column of nothing but NULL has no other text.
            let same = old == new || old == Type::Null || new == Type::Null;
            same && column.rule == Rule::default() && is_plain_key(&old) && is_plain_key(&new)
        })
    }

    /// Per key column of `frame` the texts that reports show of its values.
    pub(crate) fn key_texts(&self, side: Side, frame: &Frame) -> Vec<Vec<Option<String>>> {
        let texts = |column: &paired::Paired| {
            frame.values(column.name_on(side)).iter().map(super::super::value::display::shown).collect::<Vec<_>>()
        };
        self.columns.key.iter().map(texts).collect()
    }

    /// The values of the rows `numbers` of old, each of the key, then of the compared columns.
    pub(crate) fn rows_values(&self, frame: &Frame, numbers: &[u32]) -> Vec<Vec<Value>> {
        // Columns that cannot be picked from are none of the comparison's.
        let Ok(picked) = frame.take(numbers) else { return Vec::new() };
        let all = self.columns.key.iter().chain(&self.columns.compared);
        let columns = all.map(|column| picked.values(column.name_on(Side::Old)));
        let mut columns: Vec<std::vec::IntoIter<Value>> = columns.map(Vec::into_iter).collect();
        let row = |_| columns.iter_mut().map(|values| values.next().unwrap_or(Value::Null)).collect();
        (0..picked.height()).map(row).collect()
    }

    /// Hashes by which rows of old are drawn for the diagnosis: of the key, or of the whole row where there is none, and the
    /// same in every run.
    pub(crate) fn draw_hashes(&self, frame: &Frame) -> Vec<u64> {
        let of = if self.columns.key.is_empty() { &self.columns.compared } else { &self.columns.key };
        let of: Vec<_> = of.iter().map(|column| column.on(Side::Old)).collect();
        draw_hash::of_rows(&of, frame)
    }
}

/// A column by its name on each side.
pub(crate) struct Paired {
    pub(crate) old: String,
    pub(crate) new: String,
}

/// Whether two values of this type are the same exactly when their texts are.
fn is_plain_key(of: &Type) -> bool {
    use Type::{Bool, Date, Instant, Integer, Null, Text, Time, Uuid, WallClock};
    matches!(of, Null | Bool | Integer | Text | Uuid | Date | Time | Instant | WallClock)
}

/// Whether the rule holds for every two values that are equal as the sides returned them.
fn holds_for_equals(rule: &Rule) -> bool {
    let plain = |one: &Comparison| matches!(one, Comparison::Exact | Comparison::Tolerance(_) | Comparison::Ulps(_));
    rule.comparison.levels().all(plain) && rule.types == Sides::default() && rule.null.old == rule.null.new
}

fn schema(frame: &Frame) -> Vec<(String, Type)> {
    frame.names().into_iter().map(str::to_owned).zip(frame.types().iter().cloned()).collect()
}

/// Asked of every key that differs, by the numbers of its rows in old and in new, whether it counts.
pub(crate) type RowGate<'a> = &'a mut dyn FnMut(&[usize], &[usize]) -> bool;

/// The verdict on rows that come in parts.
pub(crate) struct BatchComparer<'a> {
    layout: &'a ComparePlan,
    found: Found,
    outcome: Result<(), ErrorReport>,
    rows: u64,
    /// Finite numbers of old per compared column.
    numbers: Vec<u64>,
}

impl<'a> BatchComparer<'a> {
    /// Nothing judged yet.
    pub(crate) fn new(layout: &'a ComparePlan, limits: &Limits) -> Self {
        let numbers = vec![0; layout.compared()];
        BatchComparer { layout, found: Found::new(&layout.columns, limits), outcome: Ok(()), rows: 0, numbers }
    }

    /// The same where about `rows` rows will differ.
    pub(crate) fn expecting(mut self, rows: u64) -> Self {
        self.found.collected = self.found.collected.map(|collected| collected.expecting(rows));
        self
    }

    /// Finite numbers per compared column in the rows of old that were judged one by one.
    pub(crate) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// Adds pairs known to be equal; see [`Found::add_equal`].
    pub(crate) fn add_equal(&mut self, pairs: u64, numbers: &[bool]) {
        self.rows += pairs;
        self.found.add_equal(pairs, numbers);
    }

    /// Takes rows that agree, for the diagnosis; none where there are others that could not be drawn.
    pub(crate) fn note_agreeing(&mut self, drawn: Option<Draw<Vec<Value>>>) {
        self.found.note_agreeing(drawn);
    }

    /// Judges all rows of some keys, whose hashes are `hashes`; no other part may have rows of those keys. What `gate` says
    /// does not count is in no number.
    pub(crate) fn add(
        &mut self,
        old: &[Frame],
        new: &[Frame],
        hashes: &KeyHashes,
        sink: Option<Sink<'_>>,
        gate: Option<RowGate<'_>>,
    ) {
        self.rows += (hashes.old.len() + hashes.new.len()) as u64;
        if self.outcome.is_ok() {
            let columns = self.layout.columns.over(&Frame::together(old), &Frame::together(new));
            for (column, count) in columns.compared.iter().zip(&mut self.numbers) {
                *count += column.old.numbers();
            }
            let check = &self.layout.check;
            self.outcome = match gate {
                None => self.found.add(check, &columns, hashes, sink, None),
                Some(gate) => {
                    let mut counts = |group: &KeyGroup| gate(&group.old, &group.new);
                    self.found.add(check, &columns, hashes, sink, Some(&mut counts))
                }
            };
        }
    }

    /// Takes in what was found in other parts; no key may be in both.
    pub(crate) fn merge(&mut self, other: BatchComparer<'_>) {
        self.rows += other.rows;
        self.found.merge(other.found);
        if self.outcome.is_ok() {
            self.outcome = other.outcome;
        }
    }

    /// Returns everything that was found.
    pub(crate) fn finish(mut self) -> ComparisonResult {
        let check = &self.layout.check;
        let evidence = self.found.evidence();
        let empty = (self.rows == 0).then_some(NO_ROW);
        let found = self.outcome.and_then(|()| not_empty(check, empty)).and_then(|empty| {
            let columns = &self.layout.columns;
            let (found, warnings) = self.found.finish(check, columns)?;
            let outcome = Outcome::Rows(found);
            Ok(ComparisonResult { warnings, error: columns.error(), empty, evidence, ..ComparisonResult::of(outcome) })
        });
        ComparisonResult::settled(check, found)
    }
}

/// Whether rows of type `found` can stand in a column that began as `known`, and if not, why.
pub(crate) fn same_type(side: Side, column: &str, known: &Type, found: &Type) -> Result<(), ErrorReport> {
    if alike(known, found) {
        return Ok(());
    }
    Err(error(
        ErrorCode::TypeMismatch,
        format!(
            "column `{column}` of {side} is {known} in earlier rows and {found} in later ones; cast it in the query"
        ),
    ))
}

/// The scale of a decimal is no part of what it is compared as; a column of NULLs goes with everything.
fn alike(known: &Type, found: &Type) -> bool {
    match (known, found) {
        (_, Type::Null) | (Type::Decimal { .. }, Type::Decimal { .. }) => true,
        (Type::Array(known), Type::Array(found)) => alike(known, found),
        (Type::Map(key, value), Type::Map(other_key, other_value)) => {
            alike(key, other_key) && alike(value, other_value)
        }
        _ => known == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::verdicts::{comparison, rows, with, within};
    use crate::frame::{Column, Value};
    use crate::spec::check::{Budget, ForcedType};

    fn layout(check: &Check, old: &[(&str, Type)], new: &[(&str, Type)]) -> ComparePlan {
        let empty = |columns: &[(&str, Type)]| {
            let column =
                |(name, of): &(&str, Type)| Column { name: (*name).to_owned(), of: of.clone(), values: vec![] };
            Frame::from_columns(columns.iter().map(column).collect()).unwrap()
        };
        ComparePlan::new(check, &empty(old), &empty(new)).unwrap()
    }

    fn keyed(of: Type, other: Type) -> ComparePlan {
        layout(&rows(&["k"]), &[("k", of), ("v", Type::Integer)], &[("k", other), ("v", Type::Integer)])
    }

    /// Catches a key that is picked by its text although two texts are one key, or one text two.
    #[test]
    fn keys_go_by_their_text_only_where_a_text_is_one_key() {
        use Type::{Bool, Bytes, Date, Float, Instant, Integer, Json, Null, Text, Time, Uuid, WallClock};
        for of in [Bool, Integer, Text, Uuid, Date, Time, Instant, WallClock, Null] {
            assert!(keyed(of.clone(), of.clone()).has_plain_key(), "{of}");
            assert!(keyed(of.clone(), Null).has_plain_key() && keyed(Null, of.clone()).has_plain_key(), "{of}");
        }
        for of in [Float, Json, Bytes, Type::Decimal { scale: 1 }, Type::Array(Box::new(Text))] {
            assert!(!keyed(of.clone(), of.clone()).has_plain_key(), "{of}");
            assert!(!keyed(of.clone(), Null).has_plain_key() && !keyed(Null, of.clone()).has_plain_key(), "{of}");
        }
        assert!(!keyed(Bool, Integer).has_plain_key() && !keyed(Text, Uuid).has_plain_key());
        let trimmed = with(rows(&["k"]), "k", Rule { trim: true, ..Rule::default() });
        assert!(!layout(&trimmed, &[("k", Text)], &[("k", Text)]).has_plain_key());
    }

    /// Catches a server that is asked which rows are equal although equal values may differ, or unequal ones hold by bytes.
    #[test]
    fn equality_decides_where_no_rule_says_otherwise() {
        let of = |rule: Rule| {
            let check = with(rows(&["k"]), "v", rule);
            let columns = [("k", Type::Integer), ("v", Type::Integer)];
            let layout = layout(&check, &columns, &columns);
            (layout.pairs().is_some(), layout.is_exact())
        };
        assert_eq!(of(Rule::default()), (true, true));
        assert_eq!(of(within("1", "0")), (true, false));
        assert_eq!(of(comparison(Comparison::Budget(Budget::default()))), (false, false));
        assert_eq!(of(comparison(Comparison::Ignore("x".into()))), (true, true));
        let null = |old, new| Rule { null: Sides { old, new }, ..Rule::default() };
        assert_eq!(of(null(Some(Value::Integer(0)), None)), (false, false));
        assert_eq!(of(null(Some(Value::Integer(0)), Some(Value::Integer(0)))), (true, true));
        let decimal = Some(ForcedType::Decimal { precision: 3, scale: 1 });
        assert_eq!(of(Rule { types: Sides { old: decimal, new: decimal }, ..Rule::default() }), (false, true));
        let renamed = [("k", Type::Integer), ("w", Type::Integer)];
        let mut check = rows(&["k"]);
        check.rename.insert("v".to_owned(), "w".to_owned());
        let (key, compared) = layout(&check, &[("k", Type::Integer), ("v", Type::Integer)], &renamed).pairs().unwrap();
        assert_eq!((key[0].old.as_str(), key[0].new.as_str()), ("k", "k"));
        assert_eq!((compared[0].old.as_str(), compared[0].new.as_str()), ("v", "w"));
        let keyed = with(rows(&["k"]), "k", Rule { trim: true, ..Rule::default() });
        assert!(layout(&keyed, &[("k", Type::Text)], &[("k", Type::Text)]).pairs().is_none());
        let one_sided = layout(&rows(&["k"]), &[("k", Type::Text), ("v", Type::Text)], &[("k", Type::Text)]);
        assert!(one_sided.pairs().is_none(), "a problem is no equality");
        assert_eq!(
            (one_sided.compared(), one_sided.schema(Side::Old).len(), one_sided.schema(Side::New).len()),
            (0, 2, 1)
        );
    }

    /// Catches later rows that are read as what they are not, and a decimal that is refused for its scale.
    #[test]
    fn later_rows_are_of_the_type_of_earlier_ones() {
        let fits = |known: &Type, found: &Type| same_type(Side::New, "v", known, found).is_ok();
        let decimal = |scale| Type::Decimal { scale };
        let array = |of| Type::Array(Box::new(of));
        let map = |key, value| Type::Map(Box::new(key), Box::new(value));
        for (known, found, expected) in [
            (Type::Integer, Type::Integer, true),
            (Type::Integer, Type::Null, true),
            (Type::Null, Type::Integer, false),
            (Type::Integer, Type::Text, false),
            (Type::Integer, decimal(0), false),
            (decimal(1), decimal(2), true),
            (array(decimal(1)), array(decimal(2)), true),
            (array(Type::Text), array(Type::Integer), false),
            (map(Type::Text, decimal(1)), map(Type::Text, decimal(2)), true),
            (map(Type::Text, Type::Text), map(Type::Integer, Type::Text), false),
            (map(Type::Text, Type::Text), map(Type::Text, Type::Integer), false),
        ] {
            assert_eq!(fits(&known, &found), expected, "{known} {found}");
        }
        let message = |side| same_type(side, "v", &Type::Integer, &Type::Text).unwrap_err().message();
        assert!(message(Side::Old).contains("`v` of old is integer in earlier rows and text in later ones"));
        assert!(message(Side::New).contains("of new"));
    }
}

//! Which columns of two frames are compared with which, and what becomes of each of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::super::value::display;
use super::super::value::distance::Distance;
use super::super::value::encode::{
    Ambiguous, as_decimal, begins_like_a_number, encode, is_instant, is_never_equal, is_number, is_plain, is_wall_clock,
};
use super::super::value::judge::{Verdict, by_bytes, judge};
use super::super::value::normalize::{Adapting, Normal, Normalizer, adapt_absent};
use super::super::value::types::{Misfit, comparable, stands};
use super::column_values::ColumnValues;
use crate::frame::{Frame, Type, Value};
use crate::model::{Cause, ColumnReport, ErrorCode, ErrorReport, Side, Sides};
use crate::spec::check::{Check, Comparison, Rule};

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
}

/// What NULL is on the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nulls {
    /// The same on both: itself, or one value.
    Alike,
    /// A value on old and itself on new, the reverse, or two values: a NULL equals a NULL, and a value of the other side
    /// that is no NULL there.
    Apart(
        /// Whether it is a value.
        Sides<bool>,
    ),
}

/// The columns of a check, sorted out.
pub(crate) struct Columns {
    /// Key columns in the order of the suite.
    pub key: Vec<Paired>,
    /// Compared columns in old's order.
    pub compared: Vec<Paired>,
    /// Columns that are not compared: ignored, or the reason of a problem.
    pub left_out: Vec<ColumnReport>,
    /// Why the check is an error although the rest is compared.
    pub problems: Vec<Cause>,
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

    /// Whether NULL is the same on both sides, so that equality is one of bytes.
    pub(crate) fn nulls_alike(&self) -> bool {
        self.nulls == Nulls::Alike
    }

    /// Whether two values hold under the rule exactly when they share their bytes.
    pub(crate) fn by_bytes(&self) -> bool {
        by_bytes(&self.rule.comparison) && self.nulls_alike()
    }

    /// Fails where a NULL of `side` in a key pairs with NULL by itself and with a value by rule.
    pub(crate) fn pairs_nulls(&self, side: Side, has_null: bool) -> Result<(), Ambiguous> {
        match (self.nulls, side) {
            (Nulls::Apart(values), side) if has_null && !values.get(side) => Err(Ambiguous::NullKey(side)),
            _ => Ok(()),
        }
    }

    /// The same column over the rows of other frames.
    fn over(&self, old: &[Frame], new: &[Frame]) -> Paired {
        Paired {
            name: self.name.clone(),
            rule: self.rule.clone(),
            old: ColumnValues::over(self, Side::Old, old),
            new: ColumnValues::over(self, Side::New, new),
            normalizers: self.normalizers.clone(),
            nulls: self.nulls,
        }
    }

    /// Whether two values are finite numbers, where they share all bytes and so hold under every rule.
    pub(crate) fn identical(&self, old_row: usize, new_row: usize) -> Option<bool> {
        let (old, new) = (self.old.cells().cell(old_row), self.new.cells().cell(new_row));
        (old == new).then(|| is_number(old))
    }

    /// Whether both values are text that begins like a number.
    pub(crate) fn may_be_numbers(&self, old_row: usize, new_row: usize) -> bool {
        self.old.is_text()
            && self.new.is_text()
            && begins_like_a_number(self.old.cells().cell(old_row))
            && begins_like_a_number(self.new.cells().cell(new_row))
    }

    /// The verdict on one pair of rows.
    pub(crate) fn judge(&self, old_row: usize, new_row: usize) -> Result<Verdict, Ambiguous> {
        if let Some(is_number) = self.identical(old_row, new_row) {
            return Ok(Verdict { holds: true, warned: false, distance: is_number.then(Distance::zero) });
        }
        // What stands for NULL may be beyond a budget, and NULL equals NULL all the same.
        if (self.is_budget() || !self.nulls_alike()) && self.old.is_null(old_row) && self.new.is_null(new_row) {
            let null = Normal::Value(Value::Null);
            return judge(&self.rule.comparison, Sides::default(), &null, &null);
        }
        let (old, new) = (self.old.cells().cell(old_row), self.new.cells().cell(new_row));
        if self.rule.comparison == Comparison::Exact
            && let Some(verdict) = apart(old, new)
        {
            return Ok(verdict);
        }
        let singles = Sides { old: self.old.is_single(old_row), new: self.new.is_single(new_row) };
        judge(&self.rule.comparison, singles, &self.normal(Side::Old, old_row), &self.normal(Side::New, new_row))
    }

    /// Whether new is held to bounds, which equal values need not be within.
    fn is_budget(&self) -> bool {
        self.rule.comparison.levels().any(|one| matches!(one, Comparison::Budget(_)))
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
fn apart(old: &[u8], new: &[u8]) -> Option<Verdict> {
    if let (Some(old), Some(new)) = (as_decimal(old), as_decimal(new)) {
        let distance = Distance::between_decimals(old, new)?;
        return Some(Verdict { holds: false, warned: false, distance: Some(distance) });
    }
    let zones = (is_instant(old) && is_wall_clock(new)) || (is_wall_clock(old) && is_instant(new));
    let settled = !is_never_equal(old) && !is_never_equal(new) && !zones;
    (settled && (is_plain(old) || is_plain(new))).then_some(Verdict { holds: false, warned: false, distance: None })
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
    let mut columns = Columns { key: Vec::new(), compared: Vec::new(), left_out: Vec::new(), problems: Vec::new() };
    for name in &check.key {
        let rule = check.columns.get(name).cloned().unwrap_or_default();
        match pair(name, &rule, old, new, &new_names, true) {
            Ok(paired) => columns.key.push(paired),
            Err(Misfit { code, why }) => return Err(error(code, format!("key column `{name}`: {why}"))),
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
            columns.problems.push(Cause::new(ErrorCode::ColumnMissing, why));
        }
    }
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
        self.problems.push(Cause::new(code, format!("column `{name}`: {why}")));
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
        let (first, rest) = self.problems.split_first()?;
        let code = first.code.unwrap_or_default();
        Some(ErrorReport::new(code, first.text.as_str()).caused_by(rest.iter().cloned()))
    }
}

/// An error without causes.
pub(crate) fn error(code: ErrorCode, message: impl Into<String>) -> ErrorReport {
    ErrorReport::new(code, message)
}

/// Old name to name in new, for every column of new.
fn renamed(check: &Check, new: &Frame) -> Result<BTreeMap<String, String>, ErrorReport> {
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

/// One column of both sides. Booleans of a key count as 0 and 1 whatever the other side holds, so that a key has the same
/// bytes when old is compared with new and with itself.
fn pair(
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
    if key && nulls == (Nulls::Apart(Sides { old: true, new: true })) {
        return Err(Misfit::of_literal(
            "`null` gives two values, so that a NULL has two keys; give one value for both sides",
        ));
    }
    let empty = Paired {
        name: name.to_owned(),
        rule: rule.clone(),
        normalizers,
        nulls,
        old: ColumnValues::new(name),
        new: ColumnValues::new(new_name),
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
    Nulls::Apart(rule.null.as_ref().map(Option::is_some))
}

/// Why no column at all can hold what `rule` puts in place of NULL, if so: what can be told before there are columns.
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

//! `row_count` and `sum`: numbers per side or per key, each beside its counterpart.

use super::super::result::{ComparisonResult, Limits, not_empty};
use super::super::rows;
use super::super::rows::column_stats::leveled;
use super::super::rows::columns::{Columns, Naming, error, sort_out};
use super::super::rows::paired::Paired;
use super::super::rows::{JudgedRow, Sink};
use super::super::value::display;
use super::super::value::normalize::Normal;
use super::super::value::number;
use super::super::value::number::number;
use crate::frame::{Frame, Type, Value};
use crate::model::{ErrorCode, ErrorReport, Measure, NumberFindings, Outcome, Quantity, Severity, Side, Sides, Totals};
use crate::spec::check::{Check, KindSettings};
use crate::suppress::ledger::outside;

/// Compares two frames of numbers.
pub(crate) fn compare(
    check: &Check,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let counting = matches!(check.kind, KindSettings::RowCount);
    let columns = sort_out(check, old, new, if counting { Naming::ByPlace } else { Naming::ByName })?;
    if check.key.is_empty() {
        for (side, frame) in (Sides { old, new }) {
            if frame.height() > 1 {
                return Err(error(
                    ErrorCode::RowCountUnfit,
                    format!(
                        "{side} returned {} rows, where a check without `key` takes one; aggregate the query, or name the group in `key`",
                        frame.height()
                    ),
                ));
            }
        }
    }
    if counting {
        counts_only(old, Side::Old, check)?;
        counts_only(new, Side::New, check)?;
    }
    if columns.compared.is_empty() {
        return Err(columns.error().unwrap_or_else(|| {
            error(
                ErrorCode::NothingCompared,
                "no column is left to compare beside the key; select a measure, or compare keys with kind `rows`",
            )
        }));
    }
    let nothing = if counting { "both sides count 0 rows" } else { "every measure of both sides is NULL" };
    let empty = not_empty(check, empty(&columns, counting).then_some(nothing))?;
    let mut listed = Listed {
        columns: &columns,
        totals: Totals::default(),
        outside: Vec::new(),
        warned: Vec::new(),
        warnings: 0,
        within: Vec::new(),
        limit: limits.measures,
    };
    // Without a key the numbers are what differs, else the rows.
    let (mut numbers, rows) = if check.key.is_empty() { (Some(sink), None) } else { (None, Some(sink)) };
    let watch = |row: JudgedRow<'_>| listed.add(&row, &mut numbers);
    let (found, warnings, evidence) =
        rows::compare(check, &columns, (old.height(), new.height()), limits, watch, rows)?;
    let (totals, beyond) = (listed.totals, listed.warnings);
    let found = NumberFindings {
        measures: listed.finish(),
        totals,
        rows: Some(found.rows),
        columns: found.columns,
        warned: found.warned,
        examples: found.examples,
    };
    let found = if check.key.is_empty() {
        // One row a side is no row count: the numbers speak for themselves.
        NumberFindings { rows: None, warned: found.warned.map(|_| beyond), examples: Vec::new(), ..found }
    } else {
        found
    };
    let outcome = Outcome::Numbers(found);
    Ok(ComparisonResult { warnings, error: columns.error(), empty, evidence, ..ComparisonResult::of(outcome) })
}

fn counts_only(frame: &Frame, side: Side, check: &Check) -> Result<(), ErrorReport> {
    for name in frame.names() {
        if let Some((_, of)) = frame.column(name)
            && !check.key.iter().any(|key| key == name || check.rename.get(key).is_some_and(|new| new == name))
            && !matches!(of, Type::Integer | Type::Null | Type::Decimal { scale: 0 })
        {
            return Err(error(
                ErrorCode::TypeMismatch,
                format!("column `{name}` of {side} is {of}, where a count is an integer; select count(*)"),
            ));
        }
    }
    Ok(())
}

/// No number at all, on either side: counts of 0 and NULL count for nothing.
fn empty(columns: &Columns, counting: bool) -> bool {
    let nothing = |value: &Value| *value == Value::Null || (counting && number(value) == number(&Value::Integer(0)));
    columns.compared.iter().all(|column| column.old.values().chain(column.new.values()).all(|value| nothing(&value)))
}

/// The measures of a report: those outside their rule first, the rest while there is room.
struct Listed<'a> {
    columns: &'a Columns,
    totals: Totals,
    outside: Vec<(f64, Measure)>,
    /// Within, but beyond a `warn` level.
    warned: Vec<Measure>,
    warnings: u64,
    within: Vec<Measure>,
    limit: usize,
}

impl Listed<'_> {
    fn add(&mut self, row: &JudgedRow<'_>, numbers: &mut Option<Sink<'_>>) {
        for (at, column) in self.columns.compared.iter().enumerate() {
            let holds = row.holds.get(at).copied().unwrap_or(false);
            self.totals.compared += 1;
            if row.warned.get(at) == Some(&true) {
                self.warnings += 1;
                if self.warned.len() < self.limit {
                    let level = Some(Severity::Warn);
                    self.warned.push(Measure { level, ..measure(column, row, true) });
                }
            } else if holds {
                if self.within.len() < self.limit {
                    self.within.push(measure(column, row, true));
                }
            } else {
                self.totals.outside += 1;
                let level = leveled(column).then_some(Severity::Fail);
                let measure = Measure { level, ..measure(column, row, false) };
                if let Some(sink) = numbers
                    && !sink(outside(&measure).into())
                {
                    *numbers = None;
                }
                self.outside.push((drift(column, row), measure));
                if self.outside.len() >= 2 * self.limit.max(1) {
                    self.keep_worst();
                }
            }
        }
    }

    fn keep_worst(&mut self) {
        self.outside.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.outside.truncate(self.limit);
    }

    fn finish(mut self) -> Vec<Measure> {
        self.keep_worst();
        let limit = self.limit;
        let outside = self.outside.into_iter().map(|(_, measure)| measure);
        outside.chain(self.warned).chain(self.within).take(limit).collect()
    }
}

fn values(column: &Paired, row: &JudgedRow<'_>) -> (Option<Value>, Option<Value>) {
    (row.old.map(|at| column.old.value(at)), row.new.map(|at| column.new.value(at)))
}

/// The values as they were compared; what could not be read counts as absent.
fn compared(column: &Paired, row: &JudgedRow<'_>) -> (Option<Value>, Option<Value>) {
    let value = |side, at: Option<usize>| match column.normal(side, at?) {
        Normal::Value(value) => Some(value),
        Normal::Unreadable(_) => None,
    };
    (value(Side::Old, row.old), value(Side::New, row.new))
}

fn measure(column: &Paired, row: &JudgedRow<'_>, within: bool) -> Measure {
    let (old, new) = values(column, row);
    let (then, now) = compared(column, row);
    Measure {
        quantity: Quantity::Column(column.name.clone()),
        key: (row.key)(),
        old: old.as_ref().and_then(display::shown),
        new: new.as_ref().and_then(display::shown),
        delta: then.zip(now).and_then(|(old, new)| number::delta(&old, &new)),
        tolerance: display::rule(&column.rule),
        within,
        level: None,
        count: None,
    }
}

/// How bad a number is, for the order of the list only: relative drift, a missing counterpart worst.
fn drift(column: &Paired, row: &JudgedRow<'_>) -> f64 {
    use bigdecimal::{ToPrimitive, Zero};
    let (Some(old), Some(new)) = compared(column, row) else { return f64::INFINITY };
    match (number(&old), number(&new)) {
        (Some(number::Number::Finite(old)), Some(number::Number::Finite(new))) if !old.is_zero() => {
            ((new - &old) / old).abs().to_f64().unwrap_or(f64::MAX)
        }
        _ => f64::MAX,
    }
}

//! What became of one column over all pairs of rows.

use bigdecimal::BigDecimal;

use super::super::value::display;
use super::super::value::distance::Distance;
use super::super::value::judge::Verdict;
use super::super::value::number::{plain, shown_as_float};
use super::columns::Columns;
use super::paired::Paired;
use crate::frame::Value;
use crate::frame::exact;
use crate::model::{ColumnReport, Warning, WarningCode};
use crate::spec::check::Comparison;

/// What became of one column over all pairs.
#[derive(Default)]
pub(crate) struct ColumnStats {
    changed: u64,
    warned: u64,
    largest: Option<Distance>,
    floats: bool,
    /// Changed pairs of texts that are equal as numbers.
    equal_as_numbers: u64,
}

impl ColumnStats {
    /// Adds values that share all bytes; `is_number` where any of them is a finite number.
    pub(crate) fn add_identical(&mut self, is_number: bool) {
        if is_number && self.largest.is_none() {
            self.largest = Some(Distance::zero());
        }
    }

    pub(crate) fn add(&mut self, column: &Paired, old: usize, new: usize, verdict: Verdict) {
        let Verdict { holds, warned, distance } = verdict;
        self.warned += u64::from(warned);
        if let Some(distance) = distance
            && self.largest.as_ref().is_none_or(|largest| !distance.is_zero() && *largest < distance)
        {
            // How 0 is shown is the same for all.
            self.floats = !distance.is_zero()
                && [column.old.value(old), column.new.value(new)].iter().any(|value| matches!(value, Value::Float(_)));
            self.largest = Some(distance);
        }
        if !holds {
            self.changed += 1;
            if column.may_be_numbers(old, new)
                && let (Value::Text(a), Value::Text(b)) = (column.old.value(old), column.new.value(new))
                && let (Ok(a), Ok(b)) = (exact::decimal(&a), exact::decimal(&b))
                && a == b
            {
                self.equal_as_numbers += 1;
            }
        }
    }

    pub(crate) fn merge(&mut self, other: ColumnStats) {
        self.changed += other.changed;
        self.warned += other.warned;
        self.equal_as_numbers += other.equal_as_numbers;
        if other.largest > self.largest {
            (self.largest, self.floats) = (other.largest, other.floats);
        }
    }

    pub(crate) fn report(self, column: &Paired) -> ColumnReport {
        let text = |number: &BigDecimal| if self.floats { shown_as_float(number) } else { plain(number) };
        ColumnReport {
            name: column.name.clone(),
            rule: display::rule(&column.rule),
            changed: Some(self.changed),
            warned: leveled(column).then_some(self.warned),
            max_delta: self.largest.as_ref().map(|largest| text(&largest.exact())),
            reason: None,
        }
    }
}

/// A hint where texts that differ would be equal, read as numbers.
pub(crate) fn numbers_as_text(columns: &Columns, tallies: &[ColumnStats]) -> Vec<Warning> {
    let hint = |(column, tally): (&Paired, &ColumnStats)| {
        (tally.equal_as_numbers > 0).then(|| Warning::new(WarningCode::NumbersAsText, format!(
                "column `{}`: {} differing texts are equal as numbers; say `type = \"decimal(38,12)\"` if they are numbers",
                column.name, tally.equal_as_numbers
            )))
    };
    columns.compared.iter().zip(tallies).filter_map(hint).collect()
}

/// Whether the rule of a column has two levels.
pub(crate) fn leveled(column: &Paired) -> bool {
    matches!(column.rule.comparison, Comparison::Levels(_))
}

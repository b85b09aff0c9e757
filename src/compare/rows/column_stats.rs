//! What became of one column over all pairs of rows.

use bigdecimal::BigDecimal;

use super::super::value::display;
use super::super::value::distance::Distance;
use super::super::value::judge::Verdict;
use super::super::value::number::{plain, shown_as_float};
use super::super::value::parse;
use super::columns::Columns;
use super::paired::Paired;
use crate::frame::Value;
use crate::frame::exact;
use crate::model::{ColumnReport, Warning, WarningCode};
use crate::spec::check::Comparison;

/// Most digits of a decimal type.
const MOST_DIGITS: usize = 255;

/// Fewest digits after the point that a type is proposed with: those of amounts.
const FEWEST_PLACES: usize = 12;

/// What became of one column over all pairs.
#[derive(Default)]
pub(crate) struct ColumnStats {
    changed: u64,
    warned: u64,
    largest: Option<Distance>,
    floats: bool,
    /// Changed pairs of texts that are equal as numbers.
    equal_as_numbers: u64,
    /// Digits before and after the point of the longest of these.
    places: (usize, usize),
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
                && let (Value::Text(old), Value::Text(new)) = (column.old.value(old), column.new.value(new))
                && let (Some(a), Some(b)) = (parse::places(&old), parse::places(&new))
                && exact::decimal(&old).is_ok_and(|old| exact::decimal(&new) == Ok(old))
            {
                let longest = |one: (usize, usize), other: (usize, usize)| (one.0.max(other.0), one.1.max(other.1));
                // A pair that no type reads, such as one with an exponent, is no reason for a hint.
                let together = longest(self.places, longest(a, b));
                if together.0 + together.1.max(FEWEST_PLACES) <= MOST_DIGITS {
                    self.equal_as_numbers += 1;
                    self.places = together;
                }
            }
        }
    }

    pub(crate) fn merge(&mut self, other: ColumnStats) {
        self.changed += other.changed;
        self.warned += other.warned;
        self.equal_as_numbers += other.equal_as_numbers;
        self.places = (self.places.0.max(other.places.0), self.places.1.max(other.places.1));
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
        let scale = tally.places.1.max(FEWEST_PLACES);
        let precision = (tally.places.0 + scale).max(38);
        (tally.equal_as_numbers > 0).then(|| Warning::new(WarningCode::NumbersAsText, format!(
                "column `{}`: {} differing texts are equal as numbers; say `type = \"decimal({precision},{scale})\"` if they are numbers",
                column.name, tally.equal_as_numbers
            )))
    };
    columns.compared.iter().zip(tallies).filter_map(hint).collect()
}

/// Whether the rule of a column has two levels.
pub(crate) fn leveled(column: &Paired) -> bool {
    matches!(column.rule.comparison, Comparison::Levels(_))
}

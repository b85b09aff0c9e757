//! Rows paired by key and every column judged by its rule; the counts are complete, the examples bounded.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use super::Limits;
use super::columns::{Columns, Paired, error};
use super::distance::Distance;
use super::judge::Verdict;
use super::matching::{Matched, matched};
use super::normal::Side;
use super::number::{plain, shown_as_float};
use super::pairing::{Group, Ordered, ambiguous, pair};
use super::show;
use crate::check::{Check, Comparison};
use crate::frame::Value;
use crate::model::{CheckReport, ColumnReport, Difference, ErrorReport, Example, Key, Pair, RowCounts, Warning};

/// What became of one row or pair of rows.
pub(super) struct Outcome<'a> {
    /// The key, as text.
    pub key: &'a dyn Fn() -> Key,
    /// Row of old, absent for an extra row.
    pub old: Option<usize>,
    /// Row of new, absent for a missing row.
    pub new: Option<usize>,
    /// Per compared column whether its rule holds; empty for missing and extra rows.
    pub holds: &'a [bool],
    /// Per compared column whether its rule holds by the looser of two levels only; empty like `holds`.
    pub warned: &'a [bool],
}

/// Compares all rows, fills the counts, columns and examples of `report`, and hands every outcome to `watch`.
pub(super) fn compare(
    check: &Check,
    columns: &Columns,
    heights: (usize, usize),
    limits: &Limits,
    report: &mut CheckReport,
    watch: impl FnMut(Outcome<'_>),
) -> Result<(), ErrorReport> {
    let mut found = Found::new(columns, limits);
    found.add(check, columns, heights, watch, None, None)?;
    found.fill(columns, report)
}

/// Takes every difference in full, and every pair that is only worth a warning; `false` means that it wants no more.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Example) -> bool;

/// Asked of every key that differs whether it counts; `false` leaves its rows out of every number.
pub(super) type Gate<'a> = &'a mut dyn FnMut(&Group) -> bool;

/// What was found in the rows judged so far: they may come in parts, as long as no key is in two of them.
pub(super) struct Found {
    rows: RowCounts,
    /// Equal pairs in which a rule holds by its looser level only.
    warned: u64,
    tallies: Vec<Tally>,
    examples: Examples,
    /// Why nothing can be told after all, of the lowest key of which that is so.
    failed: Option<(Ordered, ErrorReport)>,
}

impl Found {
    /// Nothing found yet.
    pub(super) fn new(columns: &Columns, limits: &Limits) -> Self {
        Found {
            rows: RowCounts::default(),
            warned: 0,
            tallies: columns.compared.iter().map(|_| Tally::default()).collect(),
            examples: Examples::new(limits.examples),
            failed: None,
        }
    }

    /// Adds `pairs` of rows already known to be equal in every column, each the only row of its key; per compared
    /// column, `numbers` says whether any of them holds a finite number.
    pub(super) fn add_equal(&mut self, pairs: u64, numbers: &[bool]) {
        self.rows.old += pairs;
        self.rows.new += pairs;
        self.rows.equal += pairs;
        for (tally, _) in self.tallies.iter_mut().zip(numbers).filter(|(_, number)| **number) {
            tally.largest.get_or_insert_with(Distance::zero);
        }
    }

    /// Judges the rows of one part; hands every outcome to `watch` and every difference to `sink`.
    pub(super) fn add(
        &mut self,
        check: &Check,
        columns: &Columns,
        heights: (usize, usize),
        mut watch: impl FnMut(Outcome<'_>),
        mut sink: Option<Sink<'_>>,
        mut gate: Option<Gate<'_>>,
    ) -> Result<(), ErrorReport> {
        let groups = pair(columns, heights.0, heights.1)?;
        self.rows.old += heights.0 as u64;
        self.rows.new += heights.1 as u64;
        let mut examples = Examples::new(self.examples.limit);
        for group in &groups {
            let values = group.key(columns);
            let mut note = |difference, example: &dyn Fn() -> Example| {
                if let Some(wanted) = sink.as_mut()
                    && !wanted(example())
                {
                    sink = None;
                }
                examples.add_in_order(difference, &values, example);
            };
            let weighed = match Weighed::new(columns, group, &|| show::key(&check.key, &values)) {
                Ok(weighed) => weighed,
                Err(cause) => {
                    self.fail(Ordered(values), cause);
                    break;
                }
            };
            if let Some(counts) = &mut gate
                && weighed.differs(check)
                && !counts(group)
            {
                self.rows.old -= group.old.len() as u64;
                self.rows.new -= group.new.len() as u64;
                continue;
            }
            self.count(check, columns, weighed, &values, &mut watch, &mut note);
        }
        self.examples.merge(examples);
        Ok(())
    }

    /// Takes in what was found in other parts; no key may be in both.
    pub(super) fn merge(&mut self, other: Found) {
        let (all, more) = (&mut self.rows, &other.rows);
        all.old += more.old;
        all.new += more.new;
        all.equal += more.equal;
        all.missing += more.missing;
        all.extra += more.extra;
        all.changed += more.changed;
        all.duplicate += more.duplicate;
        self.warned += other.warned;
        self.tallies.iter_mut().zip(other.tallies).for_each(|(all, more)| all.merge(more));
        self.examples.merge(other.examples);
        if let Some((key, cause)) = other.failed {
            self.fail(key, cause);
        }
    }

    fn count(
        &mut self,
        check: &Check,
        columns: &Columns,
        weighed: Weighed<'_>,
        values: &[Value],
        watch: &mut impl FnMut(Outcome<'_>),
        note: &mut impl FnMut(Difference, &dyn Fn() -> Example),
    ) {
        let rows = &mut self.rows;
        let key = || show::key(&check.key, values);
        let Weighed { group, found, verdicts } = weighed;
        let mut verdicts = verdicts.into_iter();
        if group.duplicated() {
            rows.duplicate += 1;
            if !check.duplicates_allowed {
                note(Difference::Duplicate, &|| Example {
                    difference: Difference::Duplicate,
                    key: key(),
                    columns: BTreeMap::from([("rows".to_owned(), counts(group.old.len(), group.new.len()))]),
                });
            }
        }
        for (old, new) in &found.pairs {
            let mut holds = Vec::with_capacity(columns.compared.len());
            let mut warned = Vec::with_capacity(columns.compared.len());
            for ((column, tally), verdict) in columns.compared.iter().zip(&mut self.tallies).zip(&mut verdicts) {
                holds.push(verdict.holds);
                warned.push(verdict.warned);
                tally.add(column, *old, *new, verdict);
            }
            watch(Outcome { key: &key, old: Some(*old), new: Some(*new), holds: &holds, warned: &warned });
            if holds.iter().all(|held| *held) {
                rows.equal += 1;
                if warned.contains(&true) {
                    self.warned += 1;
                    note(Difference::Warned, &|| {
                        pair_example(columns, Difference::Warned, &key(), (*old, *new), &warned)
                    });
                }
                continue;
            }
            rows.changed += 1;
            let differs: Vec<bool> = holds.iter().map(|held| !held).collect();
            note(Difference::Changed, &|| pair_example(columns, Difference::Changed, &key(), (*old, *new), &differs));
        }
        for row in &found.missing {
            rows.missing += 1;
            watch(Outcome { key: &key, old: Some(*row), new: None, holds: &[], warned: &[] });
            note(Difference::Missing, &|| alone(columns, Difference::Missing, &key(), Side::Old, *row));
        }
        for row in &found.extra {
            rows.extra += 1;
            watch(Outcome { key: &key, old: None, new: Some(*row), holds: &[], warned: &[] });
            note(Difference::Extra, &|| alone(columns, Difference::Extra, &key(), Side::New, *row));
        }
    }

    fn fail(&mut self, key: Ordered, cause: ErrorReport) {
        if self.failed.as_ref().is_none_or(|(lowest, _)| key < *lowest) {
            self.failed = Some((key, cause));
        }
    }

    /// Writes the counts, columns and examples into `report`; an error where some row could not be judged.
    pub(super) fn fill(self, columns: &Columns, report: &mut CheckReport) -> Result<(), ErrorReport> {
        if let Some((_, cause)) = self.failed {
            return Err(cause);
        }
        report.rows = Some(self.rows);
        report.warned = columns.compared.iter().any(leveled).then_some(self.warned);
        report.examples = self.examples.spread();
        report.warnings.extend(numbers_as_text(columns, &self.tallies));
        report.columns =
            columns.compared.iter().zip(self.tallies).map(|(column, tally)| tally.report(column)).collect();
        report.columns.extend(columns.left_out.iter().cloned());
        Ok(())
    }
}

/// The rows of one key matched and judged, before anything of them is counted.
struct Weighed<'a> {
    group: &'a Group,
    found: Matched,
    /// Pair by pair, each in the order of the columns.
    verdicts: Vec<Verdict>,
}

impl<'a> Weighed<'a> {
    fn new(columns: &Columns, group: &'a Group, key: &dyn Fn() -> Key) -> Result<Self, ErrorReport> {
        let found = matched(columns, group).map_err(|(column, cause)| in_row(&column, &cause, &key()))?;
        let mut verdicts = Vec::with_capacity(found.pairs.len() * columns.compared.len());
        for (old, new) in &found.pairs {
            for column in &columns.compared {
                verdicts.push(column.judge(*old, *new).map_err(|cause| in_row(&column.name, &cause, &key()))?);
            }
        }
        Ok(Weighed { group, found, verdicts })
    }

    /// Whether any of it is a difference.
    fn differs(&self, check: &Check) -> bool {
        let apart = !self.found.missing.is_empty() || !self.found.extra.is_empty();
        let twice = self.group.duplicated() && !check.duplicates_allowed;
        apart || twice || self.verdicts.iter().any(|verdict| !verdict.holds)
    }
}

fn in_row(column: &str, cause: &super::encode::Ambiguous, key: &Key) -> ErrorReport {
    if key.is_empty() { ambiguous(column, cause) } else { error(format!("column `{column}`, key {key}: {cause}")) }
}

fn counts(old: usize, new: usize) -> Pair {
    Pair { old: Some(old.to_string()), new: Some(new.to_string()) }
}

/// Whether the rule of a column has two levels.
pub(super) fn leveled(column: &Paired) -> bool {
    matches!(column.rule.comparison, Comparison::Levels(_))
}

/// A pair of rows with the columns that are `wanted`.
fn pair_example(
    columns: &Columns,
    difference: Difference,
    key: &Key,
    (old, new): (usize, usize),
    wanted: &[bool],
) -> Example {
    let differing = columns.compared.iter().zip(wanted).filter(|(_, wanted)| **wanted);
    let pairs = differing.map(|(column, _)| {
        (
            column.name.clone(),
            Pair { old: show::shown(&column.old.value(old)), new: show::shown(&column.new.value(new)) },
        )
    });
    Example { difference, key: key.clone(), columns: pairs.collect() }
}

fn alone(columns: &Columns, difference: Difference, key: &Key, side: Side, row: usize) -> Example {
    let pairs = columns.compared.iter().map(|column| {
        let value = show::shown(&column.raw(side).value(row));
        let pair = match side {
            Side::Old => Pair { old: value, new: None },
            Side::New => Pair { old: None, new: value },
        };
        (column.name.clone(), pair)
    });
    Example { difference, key: key.clone(), columns: pairs.collect() }
}

/// What became of one column over all pairs.
#[derive(Default)]
struct Tally {
    changed: u64,
    warned: u64,
    largest: Option<Distance>,
    floats: bool,
    /// Changed pairs of texts that are equal as numbers.
    equal_as_numbers: u64,
}

impl Tally {
    fn add(&mut self, column: &Paired, old: usize, new: usize, verdict: Verdict) {
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
            if column.old.is_text()
                && column.new.is_text()
                && let (Value::Text(a), Value::Text(b)) = (column.old.value(old), column.new.value(new))
                && let (Ok(a), Ok(b)) = (a.parse::<BigDecimal>(), b.parse::<BigDecimal>())
                && a == b
            {
                self.equal_as_numbers += 1;
            }
        }
    }

    fn merge(&mut self, other: Tally) {
        self.changed += other.changed;
        self.warned += other.warned;
        self.equal_as_numbers += other.equal_as_numbers;
        if other.largest > self.largest {
            (self.largest, self.floats) = (other.largest, other.floats);
        }
    }

    fn report(self, column: &Paired) -> ColumnReport {
        let text = |number: &BigDecimal| if self.floats { shown_as_float(number) } else { plain(number) };
        ColumnReport {
            name: column.name.clone(),
            rule: show::rule(&column.rule),
            changed: Some(self.changed),
            warned: leveled(column).then_some(self.warned),
            max_delta: self.largest.as_ref().map(|largest| text(&largest.exact())),
            reason: None,
        }
    }
}

fn numbers_as_text(columns: &Columns, tallies: &[Tally]) -> Vec<Warning> {
    let hint = |(column, tally): (&Paired, &Tally)| {
        (tally.equal_as_numbers > 0).then(|| Warning {
            code: "numbers_as_text".to_owned(),
            message: format!(
                "column `{}`: {} differing texts are equal as numbers; say `type = \"decimal(38,12)\"` if they are numbers",
                column.name, tally.equal_as_numbers
            ),
            table: None,
        })
    };
    columns.compared.iter().zip(tallies).filter_map(hint).collect()
}

/// Examples up to a bound, no kind of difference crowding out another.
pub(super) struct Examples {
    limit: usize,
    /// Each with its key's values, by which parts are merged.
    kept: BTreeMap<Difference, Vec<(Ordered, Example)>>,
}

impl Examples {
    /// At most `limit` in the end.
    pub(super) fn new(limit: usize) -> Self {
        Examples { limit, kept: BTreeMap::new() }
    }

    /// Keeps an example unless there are enough of its kind.
    pub(super) fn add(&mut self, difference: Difference, example: impl FnOnce() -> Example) {
        self.add_in_order(difference, &[], example);
    }

    /// Keeps an example unless there are enough of its kind; calls come in the order of `key`.
    fn add_in_order(&mut self, difference: Difference, key: &[Value], example: impl FnOnce() -> Example) {
        let kept = self.kept.entry(difference).or_default();
        if kept.len() < self.limit {
            kept.push((Ordered(key.to_vec()), example()));
        }
    }

    /// Takes in the examples of another part: those with the lowest keys stay, however the parts were cut.
    fn merge(&mut self, other: Examples) {
        for (difference, examples) in other.kept {
            let kept = self.kept.entry(difference).or_default();
            kept.extend(examples);
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept.truncate(self.limit);
        }
    }

    /// The examples, one of each kind in turn until the bound, grouped by kind.
    pub(super) fn spread(self) -> Vec<Example> {
        let mut quota: BTreeMap<Difference, usize> = BTreeMap::new();
        let mut left = self.limit;
        while left > 0 {
            let before = left;
            for (difference, kept) in &self.kept {
                let taken = quota.entry(*difference).or_default();
                if left > 0 && *taken < kept.len() {
                    *taken += 1;
                    left -= 1;
                }
            }
            if left == before {
                break;
            }
        }
        self.kept
            .into_iter()
            .flat_map(|(difference, kept)| {
                let quota = quota.get(&difference).copied().unwrap_or(0);
                kept.into_iter().take(quota).map(|(_, example)| example)
            })
            .collect()
    }
}

//! Rows paired by key and every column judged by its rule; the counts are complete, the examples bounded.

pub(crate) mod batches;
pub(crate) mod bipartite;
pub(crate) mod collecting;
pub(crate) mod column_stats;
pub(crate) mod column_values;
pub(crate) mod columns;
mod draw_hash;
pub(crate) mod examples;
pub(crate) mod intervals;
pub(crate) mod join;
pub(crate) mod key_group;
pub(crate) mod matching;
pub(crate) mod paired;
pub(crate) mod row_hashes;
mod shown_rows;
pub(crate) mod side_by_side;
pub(crate) mod time_zones;
pub(crate) mod tolerance_matching;
mod whole_rows;

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::diagnosis::draw::Draw;
use super::diagnosis::{Collector, Evidence};
use super::result::{ComparisonResult, Limits, NO_ROW, not_empty};
use super::value::{display, order::Ordered};
use crate::frame::{Frame, Value};
use crate::model::{
    Difference, DuplicateKeys, ErrorCode, ErrorReport, Example, Key, Outcome, RowCounts, RowFindings, Side, Warning,
};
use crate::spec::check::Check;
use collecting::{Differing, collect, collect_agreeing, collector, note_copies};
use column_stats::{ColumnStats, leveled, numbers_as_text};
use columns::{Columns, Naming, ambiguous, error, sort_out};
use examples::Examples;
use join::{KeyHashes, gather_by, pair};
use key_group::KeyGroup;
use matching::matched;
use shown_rows::{alone, counts, pair_example, row_pair};
use time_zones::AloneKeys;

pub use whole_rows::{FullDifference, Role, RowColumn, RowPair};

/// What became of one row or pair of rows.
pub(super) struct JudgedRow<'a> {
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

/// Compares two whole answers row by row.
pub(super) fn whole(
    check: &Check,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let columns = sort_out(check, old, new, Naming::ByName)?;
    let heights = (old.height(), new.height());
    let empty = not_empty(check, (heights == (0, 0)).then_some(NO_ROW))?;
    let (found, warnings, evidence) = compare(check, &columns, heights, limits, |_| {}, Some(sink))?;
    let found = ComparisonResult::of(Outcome::Rows(found));
    Ok(ComparisonResult { warnings, error: columns.error(), empty, evidence, ..found })
}

/// Compares all rows, and hands what became of each to `watch` and every difference to `sink`.
pub(super) fn compare(
    check: &Check,
    columns: &Columns,
    heights: (usize, usize),
    limits: &Limits,
    watch: impl FnMut(JudgedRow<'_>),
    sink: Option<Sink<'_>>,
) -> Result<(RowFindings, Vec<Warning>, Option<Evidence>), ErrorReport> {
    let mut found = Found::new(columns, limits);
    found.judge(check, columns, &pair(columns, heights.0, heights.1)?, watch, sink);
    let evidence = found.evidence();
    let (found, warnings) = found.finish(check, columns)?;
    Ok((found, warnings, evidence))
}

/// Takes every difference in full, and every pair that is only worth a warning; `false` means that it wants no more.
pub type Sink<'a> = &'a mut dyn FnMut(FullDifference) -> bool;

/// The row of old and that of new which a difference is of.
type RowNumbers = (Option<usize>, Option<usize>);

/// Asked of every key that differs whether it counts; `false` leaves its rows out of every number.
pub(super) type Gate<'a> = &'a mut dyn FnMut(&KeyGroup) -> bool;

/// What was found in the rows judged so far: they may come in parts, as long as no key is in two of them.
pub(super) struct Found {
    /// Rows by how they relate, without the duplicate keys.
    rows: RowCounts,
    /// Keys with more than one row on either side.
    duplicate_keys: u64,
    /// Equal pairs in which a rule holds by its looser level only.
    warned: u64,
    tallies: Vec<ColumnStats>,
    examples: Examples,
    /// Keys that only one side has.
    alone: AloneKeys,
    /// Whether whole rows are wanted beside their differences.
    whole_rows: bool,
    /// Rows that differ, for the diagnosis; absent where none is wanted.
    collected: Option<Collector>,
    /// Why nothing is known after all, of the lowest key of which that is so.
    failed: Option<(Ordered, ErrorReport)>,
}

impl Found {
    /// Nothing found yet.
    pub(super) fn new(columns: &Columns, limits: &Limits) -> Self {
        Found {
            rows: RowCounts::default(),
            duplicate_keys: 0,
            warned: 0,
            tallies: columns.compared.iter().map(|_| ColumnStats::default()).collect(),
            examples: Examples::new(limits.examples),
            alone: AloneKeys::new(columns),
            whole_rows: limits.whole_rows,
            collected: limits.diagnosis.then(|| collector(columns)),
            failed: None,
        }
    }

    /// Adds `pairs` of rows already known to be equal in every column, each the only row of its key; per compared
    /// column, `numbers` says whether any of them holds a finite number.
    pub(super) fn add_equal(&mut self, pairs: u64, numbers: &[bool]) {
        self.rows.old += pairs;
        self.rows.new += pairs;
        self.rows.equal += pairs;
        self.tallies.iter_mut().zip(numbers).for_each(|(tally, is_number)| tally.add_identical(*is_number));
    }

    /// Judges the rows of one part, in no order; hands every difference to `sink`.
    pub(super) fn add(
        &mut self,
        check: &Check,
        columns: &Columns,
        hashes: &KeyHashes,
        sink: Option<Sink<'_>>,
        gate: Option<Gate<'_>>,
    ) -> Result<(), ErrorReport> {
        let mut groups = gather_by(columns, hashes)?;
        if let Some(counts) = gate {
            let mut kept = Vec::with_capacity(groups.len());
            for group in groups {
                if self.differs(check, columns, &group) != Some(true) || counts(&group) {
                    kept.push(group);
                }
            }
            groups = kept;
        }
        self.judge(check, columns, &groups, |_| {}, sink);
        Ok(())
    }

    /// Whether anything of a key is a difference; absent where that cannot be known, which is noted.
    fn differs(&mut self, check: &Check, columns: &Columns, group: &KeyGroup) -> Option<bool> {
        let values = || group.key(columns);
        match differs(check, columns, group, &|| display::key(&check.key, &values())) {
            Ok(differs) => Some(differs),
            Err(cause) => {
                self.fail(Ordered(values()), cause);
                None
            }
        }
    }

    /// Judges `groups`; hands every outcome to `watch` and every difference to `sink`.
    fn judge(
        &mut self,
        check: &Check,
        columns: &Columns,
        groups: &[KeyGroup],
        mut watch: impl FnMut(JudgedRow<'_>),
        mut sink: Option<Sink<'_>>,
    ) {
        let mut examples = std::mem::replace(&mut self.examples, Examples::new(0));
        for group in groups {
            self.alone.add(columns, group);
            self.rows.old += group.old.len() as u64;
            self.rows.new += group.new.len() as u64;
            // Of rows of one key the lowest is shown, which is looked for once.
            let held = group.duplicated().then(|| group.key(columns));
            let values = || held.clone().unwrap_or_else(|| group.key(columns));
            let whole_rows = self.whole_rows;
            let mut note = |difference, rows: RowNumbers, differs: &[bool], example: &dyn Fn() -> Example| {
                if let Some(wanted) = sink.as_mut() {
                    let is_wanted = whole_rows && (rows.0.is_some() || rows.1.is_some());
                    let rows = is_wanted.then(|| row_pair(columns, rows, group.duplicated()));
                    if !wanted(FullDifference { example: example(), rows }) {
                        sink = None;
                    }
                }
                let columns = differs.iter().enumerate().filter(|(_, differs)| **differs).map(|(at, _)| at);
                examples.add_lowest(difference, values(), columns, example);
            };
            let key = || display::key(&check.key, &values());
            if let Err(cause) = self.judge_group(check, columns, group, &key, &mut watch, &mut note) {
                self.fail(Ordered(values()), cause);
            }
        }
        self.examples = examples;
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
        self.duplicate_keys += other.duplicate_keys;
        self.warned += other.warned;
        self.tallies.iter_mut().zip(other.tallies).for_each(|(all, more)| all.merge(more));
        self.examples.merge(other.examples);
        self.alone.merge(&other.alone);
        if let (Some(all), Some(more)) = (&mut self.collected, other.collected) {
            all.merge(more);
        }
        if let Some((key, cause)) = other.failed {
            self.fail(key, cause);
        }
    }

    fn judge_group(
        &mut self,
        check: &Check,
        columns: &Columns,
        group: &KeyGroup,
        key: &dyn Fn() -> Key,
        watch: &mut impl FnMut(JudgedRow<'_>),
        note: &mut impl FnMut(Difference, RowNumbers, &[bool], &dyn Fn() -> Example),
    ) -> Result<(), ErrorReport> {
        if let ([old], [new]) = (group.old.as_slice(), group.new.as_slice()) {
            return self.judge_pair(columns, (*old, *new), key, watch, note);
        }
        let group = &group.in_order(columns);
        let found = matched(columns, group).map_err(|(column, cause)| in_row(&column, &cause, &key()))?;
        if group.duplicated() {
            self.duplicate_keys += 1;
            self.collected.iter_mut().for_each(|collected| note_copies(collected, group));
            if !check.duplicates_allowed {
                note(Difference::Duplicate, (None, None), &[], &|| Example {
                    difference: Difference::Duplicate,
                    key: key(),
                    columns: BTreeMap::from([("rows".to_owned(), counts(group.old.len(), group.new.len()))]),
                });
            }
        }
        for pair in &found.pairs {
            self.judge_pair(columns, *pair, key, watch, note)?;
        }
        for row in &found.missing {
            self.rows.missing += 1;
            self.collect(columns, Difference::Missing, (Side::Old, *row), group);
            watch(JudgedRow { key, old: Some(*row), new: None, holds: &[], warned: &[] });
            note(Difference::Missing, (Some(*row), None), &[], &|| {
                alone(columns, Difference::Missing, &key(), Side::Old, *row)
            });
        }
        for row in &found.extra {
            self.rows.extra += 1;
            self.collect(columns, Difference::Extra, (Side::New, *row), group);
            watch(JudgedRow { key, old: None, new: Some(*row), holds: &[], warned: &[] });
            note(Difference::Extra, (None, Some(*row)), &[], &|| {
                alone(columns, Difference::Extra, &key(), Side::New, *row)
            });
        }
        Ok(())
    }

    fn judge_pair(
        &mut self,
        columns: &Columns,
        (old, new): (usize, usize),
        key: &dyn Fn() -> Key,
        watch: &mut impl FnMut(JudgedRow<'_>),
        note: &mut impl FnMut(Difference, RowNumbers, &[bool], &dyn Fn() -> Example),
    ) -> Result<(), ErrorReport> {
        let mut holds: SmallVec<[bool; 32]> = SmallVec::with_capacity(columns.compared.len());
        let mut warned: SmallVec<[bool; 32]> = SmallVec::with_capacity(columns.compared.len());
        for (column, tally) in columns.compared.iter().zip(&mut self.tallies) {
            if let Some(is_number) = column.identical(old, new) {
                tally.add_identical(is_number);
                holds.push(true);
                warned.push(false);
                continue;
            }
            let verdict = column.judge_differing(old, new).map_err(|cause| in_row(&column.name, &cause, &key()))?;
            holds.push(verdict.holds);
            warned.push(verdict.warned);
            tally.add(column, old, new, verdict);
        }
        watch(JudgedRow { key, old: Some(old), new: Some(new), holds: &holds, warned: &warned });
        if holds.contains(&false) {
            self.rows.changed += 1;
            if let Some(collected) = &mut self.collected {
                let partner = Some((new, holds.as_slice()));
                let row = Differing { class: Difference::Changed, side: Side::Old, row: old, partner, copies: (1, 1) };
                collect(collected, columns, &row);
            }
            let changed: SmallVec<[bool; 32]> = holds.iter().map(|holds| !holds).collect();
            let example = || pair_example(columns, Difference::Changed, &key(), (old, new), &|at| changed[at]);
            note(Difference::Changed, (Some(old), Some(new)), &changed, &example);
            return Ok(());
        }
        self.rows.equal += 1;
        self.collected.iter_mut().for_each(|collected| collect_agreeing(collected, columns, old));
        if warned.contains(&true) {
            self.warned += 1;
            let beyond = |at: usize| warned[at];
            let example = || pair_example(columns, Difference::Warned, &key(), (old, new), &beyond);
            note(Difference::Warned, (None, None), &warned, &example);
        }
        Ok(())
    }

    /// Keeps a row that has no partner.
    fn collect(&mut self, columns: &Columns, class: Difference, (side, row): (Side, usize), group: &KeyGroup) {
        if let Some(collected) = &mut self.collected {
            let copies = (group.old.len(), group.new.len());
            collect(collected, columns, &Differing { class, side, row, partner: None, copies });
        }
    }

    /// Takes rows that agree, which were drawn elsewhere; see [`Collector::merge_agreeing`].
    pub(super) fn note_agreeing(&mut self, drawn: Option<Draw<Vec<Value>>>) {
        if let Some(collected) = &mut self.collected {
            collected.merge_agreeing(drawn);
        }
    }

    /// The rows that differ, where they were wanted.
    pub(super) fn evidence(&mut self) -> Option<Evidence> {
        self.collected.take().map(Collector::finish)
    }

    fn fail(&mut self, key: Ordered, cause: ErrorReport) {
        if self.failed.as_ref().is_none_or(|(lowest, _)| key < *lowest) {
            self.failed = Some((key, cause));
        }
    }

    /// Returns what was found and what is to be said of it; an error where some row could not be judged.
    pub(super) fn finish(self, check: &Check, columns: &Columns) -> Result<(RowFindings, Vec<Warning>), ErrorReport> {
        if let Some((_, cause)) = self.failed {
            return Err(cause);
        }
        self.alone.settled(columns)?;
        let warnings = numbers_as_text(columns, &self.tallies);
        let compared = columns.compared.iter().zip(self.tallies).map(|(column, tally)| tally.report(column));
        let duplicates = if check.duplicates_allowed { DuplicateKeys::Allowed } else { DuplicateKeys::Differing };
        let found = RowFindings {
            rows: RowCounts { duplicate: duplicates(self.duplicate_keys), ..self.rows },
            columns: compared.chain(columns.left_out.iter().cloned()).collect(),
            warned: columns.compared.iter().any(leveled).then_some(self.warned),
            examples: self.examples.spread(),
        };
        Ok((found, warnings))
    }
}

/// Whether anything of a key is a difference.
fn differs(check: &Check, columns: &Columns, group: &KeyGroup, key: &dyn Fn() -> Key) -> Result<bool, ErrorReport> {
    let found = matched(columns, group).map_err(|(column, cause)| in_row(&column, &cause, &key()))?;
    let twice = group.duplicated() && !check.duplicates_allowed;
    let mut differs = twice || !found.missing.is_empty() || !found.extra.is_empty();
    for (old, new) in &found.pairs {
        for column in &columns.compared {
            let verdict = column.judge(*old, *new).map_err(|cause| in_row(&column.name, &cause, &key()))?;
            differs |= !verdict.holds;
        }
    }
    Ok(differs)
}

fn in_row(column: &str, cause: &super::value::encode::Ambiguous, key: &Key) -> ErrorReport {
    if key.is_empty() {
        ambiguous(column, cause)
    } else {
        error(ErrorCode::ValueAmbiguous, format!("column `{column}`, key {key}: {cause}"))
    }
}

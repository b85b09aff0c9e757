//! Which differences of a check are waived or known: decided on all of them as they are found, whatever is listed.
//!
//! Every difference is counted with the waivers that could cover it. What each covers in the end follows from these
//! counts alone ([`shares`](super::allocation)), so neither the order of rows nor that of threads has a say.

mod entry;
mod names;
mod warn;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::allocation::{Group, Parts, Shares, Suppressor, share};
use super::baseline::{BaselineIndex, Seen};
use crate::model::{
    CheckReport, Difference, DifferenceCounts, DifferenceForm, ErrorCode, ErrorReport, Example, Key, Known, Pair,
    plural,
};
use crate::spec::check::Check;
use crate::spec::waiver::Waiver;
use entry::{Cover, DUPLICATE, Entry, Met};
use names::tag;

pub(crate) use entry::Open;
pub use names::{outside, with_tag};

/// The waivers of one check, the baseline, and the differences put to them.
#[derive(Clone)]
pub struct Ledger {
    form: DifferenceForm,
    /// Whether a row on one side only is a number, which is pinned by its values.
    by_group: bool,
    key: Vec<String>,
    waivers: Vec<Entry>,
    /// Keys of waivers whose number is bounded for each, as they were met, by waiver, number of the key, and the name of the
    /// difference where the bound holds for each name by itself.
    by_key: HashMap<OfKey, usize>,
    /// These keys, as they were met.
    met: Vec<Met>,
    /// Per waiver the differences that it is about and does not pin.
    unpinned: Vec<u64>,
    past: Option<Arc<BaselineIndex>>,
    seen: Seen,
    /// Differences by name and by who could cover them.
    groups: BTreeMap<(&'static str, Parts), u64>,
    taken: DifferenceCounts,
    /// Name of the column of tags, once one of them differed.
    tag_column: Option<String>,
    /// Differences that are in the baseline, whether or not something else covers them too.
    again: u64,
    /// Differences that nothing covers, those with the lowest keys.
    open: BTreeMap<Difference, BTreeMap<(Key, u64), Example>>,
    examples: usize,
}

/// One key of a waiver by itself: the waiver, the number of the key, and the name of the difference, empty for all names.
type OfKey = (usize, usize, &'static str);

impl Ledger {
    /// The ledger of `check`, or of the window `id` of it, on the day `today` (UTC), listing at most so many examples.
    pub fn new(
        check: &Check,
        id: &str,
        waivers: &[Waiver],
        past: Option<Arc<BaselineIndex>>,
        today: NaiveDate,
        examples: usize,
    ) -> Ledger {
        let named = waivers.iter().filter(|waiver| waiver.names(id));
        let waivers: Vec<Entry> = named.map(|waiver| Entry::new(waiver, today)).collect();
        Ledger {
            form: check.difference_form(),
            key: check.key.clone(),
            by_group: check.kind.kind().profile().groups,
            unpinned: vec![0; waivers.len()],
            by_key: HashMap::new(),
            met: Vec::new(),
            waivers,
            past,
            seen: Seen::default(),
            groups: BTreeMap::new(),
            taken: DifferenceCounts::default(),
            tag_column: None,
            again: 0,
            open: BTreeMap::new(),
            examples,
        }
    }

    /// What a difference of `check` is called in counts.
    pub fn name(check: &Check, difference: Difference) -> &'static str {
        check.difference_form().name_of(difference)
    }

    /// Whether it has anything to say; without, no difference need be put to it.
    pub fn is_wanted(&self) -> bool {
        !self.waivers.is_empty() || self.past.is_some()
    }

    /// Forgets every difference: the check is judged anew.
    pub fn begin(&mut self) {
        (self.groups, self.taken, self.open) = Default::default();
        (self.seen, self.again) = (Seen::default(), 0);
        (self.by_key, self.met) = Default::default();
        self.unpinned.fill(0);
    }

    /// Takes a difference, each exactly once: what waivers are about, and how it is `shown`, which a baseline holds.
    pub fn take(&mut self, example: &Example, shown: &Example) {
        let name = self.form.name_of(example.difference);
        self.taken.add(name, 1);
        let (parts, unpinned) = self.parts(name, example, shown);
        unpinned.into_iter().for_each(|index| self.unpinned[index] += 1);
        if parts.iter().any(|part| !part.iter().any(|index| self.holds(*index))) {
            self.keep(example);
        }
        *self.groups.entry((name, parts)).or_default() += 1;
    }

    /// Whether something would cover it today, however much that may cover in all.
    pub fn would_cover(&mut self, example: &Example) -> bool {
        let name = self.form.name_of(example.difference);
        let (parts, _) = self.parts(name, example, example);
        parts.iter().all(|part| part.iter().any(|index| self.holds(*index)))
    }

    /// What of each of these differences nothing covers for certain: a waiver of a number of rows, of which there may be more,
    /// does not. Asks only, and counts nothing.
    pub(crate) fn open(&mut self, examples: impl Iterator<Item = Example>) -> Vec<Open> {
        let counted = (
            std::mem::take(&mut self.by_key),
            std::mem::take(&mut self.met),
            std::mem::take(&mut self.seen),
            self.tag_column.clone(),
        );
        let open = examples.map(|example| self.open_of(&example)).collect();
        (self.by_key, self.met, self.seen, self.tag_column) = counted;
        open
    }

    fn open_of(&mut self, example: &Example) -> Open {
        let name = self.form.name_of(example.difference);
        let (parts, _) = self.aligned(name, example, example);
        let is_open = |part: &Vec<usize>| !part.iter().any(|index| self.holds(*index) && !self.is_bounded(*index));
        let open: Vec<bool> = parts.iter().map(is_open).collect();
        if !open.contains(&true) {
            Open::Nothing
        } else if example.difference == Difference::Changed && open.len() == example.columns.len() {
            let columns = example.columns.keys().zip(open).filter(|(_, open)| *open);
            Open::Columns(columns.map(|(name, _)| name.clone()).collect())
        } else {
            Open::All
        }
    }

    /// How many keys that stand several times nothing covers for certain.
    pub(crate) fn open_duplicates(&self) -> u64 {
        let is_open = |parts: &Parts| {
            !parts.iter().all(|part| part.iter().any(|index| self.holds(*index) && !self.is_bounded(*index)))
        };
        let duplicates = self.groups.iter().filter(|((name, parts), _)| *name == DUPLICATE && is_open(parts));
        duplicates.map(|(_, count)| count).sum()
    }

    /// Whether a coverer may find more differences than it covers.
    fn is_bounded(&self, index: usize) -> bool {
        let baseline = self.waivers.len();
        match index.checked_sub(baseline + 1) {
            Some(at) => self.met.get(at).is_none_or(|met| met.found > met.most),
            None => self.waivers.get(index).is_some_and(|entry| entry.waiver.at_most.is_some()),
        }
    }

    /// Whether something covers it today beside everything that was asked before: of a key with a number only so many.
    pub fn covers_next(&mut self, example: &Example) -> bool {
        let name = self.form.name_of(example.difference);
        let (parts, _) = self.parts(name, example, example);
        let baseline = self.waivers.len();
        let within = |index: &usize| {
            let met = index.checked_sub(baseline + 1).and_then(|at| self.met.get(at));
            self.holds(*index) && met.is_none_or(|met| met.found <= met.most)
        };
        parts.iter().all(|part| part.iter().any(within))
    }

    /// Who could cover each part of a difference, in no order: each column of a changed row by itself, everything else as a
    /// whole. And the waivers that are about it and do not pin it.
    fn parts(&mut self, name: &'static str, example: &Example, shown: &Example) -> (Parts, Vec<usize>) {
        let (mut parts, unpinned) = self.aligned(name, example, shown);
        parts.iter_mut().for_each(|part| part.sort_unstable());
        parts.sort();
        parts.dedup();
        (parts, unpinned)
    }

    /// Does what [`parts`](Self::parts) does, with the parts of a changed row in the order of its columns.
    fn aligned(&mut self, name: &'static str, example: &Example, shown: &Example) -> (Parts, Vec<usize>) {
        let by_column = match name {
            "changed" | "outside" => true,
            "missing" | "extra" => self.by_group,
            _ => false,
        };
        let key = if self.form == DifferenceForm::Tags { with_tag(example) } else { example.key.clone() };
        self.tag_column = self.tag_column.take().or_else(|| tag(example).map(|(name, _)| name.clone()));
        let counts = example.row_counts().filter(|_| name == DUPLICATE);
        let mut unpinned: Vec<usize> = Vec::new();
        let mut of = |column: Option<(&String, &Pair)>| -> Vec<usize> {
            let mut able = Vec::new();
            for (index, entry) in self.waivers.iter().enumerate() {
                let cover = match (by_column, counts) {
                    (true, _) => {
                        entry.of_value(name, &key, column.map(|(name, _)| name.as_str()), column.map(|(_, pair)| pair))
                    }
                    (false, Some(counts)) => entry.of_duplicate(&key, counts),
                    (false, None) => entry.of_row(name, &key),
                };
                match cover {
                    Cover::Covers(named) => {
                        able.push(match named.and_then(|one| Some((one, entry.most_of_key(name, one)?))) {
                            None => index,
                            Some((named, (most, said))) => {
                                let of_key = (index, named.number, if said { "" } else { name });
                                let at = *self.by_key.entry(of_key).or_insert_with(|| {
                                    self.met.push(Met { waiver: index, most, said, found: 0 });
                                    self.met.len() - 1
                                });
                                self.waivers.len() + 1 + at
                            }
                        });
                    }
                    Cover::Unpinned => unpinned.push(index),
                    Cover::Not => {}
                }
            }
            able
        };
        let mut parts: Parts =
            if by_column { example.columns.iter().map(|of_one| of(Some(of_one))).collect() } else { vec![of(None)] };
        if parts.is_empty() {
            parts.push(of(None));
        }
        unpinned.dedup();
        let baseline = self.waivers.len();
        let of_keys: BTreeSet<usize> =
            parts.iter().flatten().filter_map(|index| index.checked_sub(baseline + 1)).collect();
        of_keys.into_iter().for_each(|at| self.met[at].found += 1);
        if let Some(past) = self.past.as_ref().filter(|past| past.complete) {
            let known = if example.difference == Difference::Changed && !example.columns.is_empty() {
                past.knows_lines(shown, &mut self.seen)
            } else {
                vec![past.knows(shown, &mut self.seen); parts.len()]
            };
            self.again += u64::from(known.iter().all(|known| *known));
            parts.iter_mut().zip(known).filter(|(_, known)| *known).for_each(|(part, _)| part.push(baseline));
        }
        (parts, unpinned)
    }

    /// Whether it covers anything today: a waiver, the baseline behind them, or one key of a waiver.
    fn holds(&self, index: usize) -> bool {
        let baseline = self.waivers.len();
        let waiver =
            if index > baseline { self.met.get(index - baseline - 1).map(|met| met.waiver) } else { Some(index) };
        waiver.and_then(|waiver| self.waivers.get(waiver)).is_none_or(|entry| !entry.expired)
    }

    /// Keeps an example of what nothing covers.
    fn keep(&mut self, example: &Example) {
        let kept = self.open.entry(example.difference).or_default();
        let key = (example.key.clone(), self.taken.total());
        if kept.len() < self.examples || kept.last_key_value().is_some_and(|(last, _)| key.0 < last.0) {
            kept.insert(key, example.clone());
            while kept.len() > self.examples {
                kept.pop_last();
            }
        }
    }

    /// Writes what is waived and known into `report`, and what nothing covers before everything else.
    pub fn settle(&mut self, report: &mut CheckReport) {
        if !self.is_wanted() {
            return;
        }
        let found = report.outcome.differences();
        let counted = |name: &str| self.taken.0.get(name).copied().unwrap_or(0);
        if report.error.is_none()
            && report.skipped.is_none()
            && found.iter().any(|(name, count)| counted(name) != *count)
        {
            report.error = Some(ErrorReport::new(
                ErrorCode::Defect,
                "cutover put other differences to the waivers than it counted, which is a defect of its own; \
                          please report it, and run without waivers and baseline",
            ));
        }
        if report.error.is_none() {
            report.error = self.waivers.iter().find_map(|entry| self.unknown_column(entry, report));
        }
        let (coverers, groups, owners) = self.shared_out();
        // What all windows expect together is the share of none.
        let expected = report.expected.iter().filter(|one| !one.windows);
        let expected: BTreeMap<String, u64> = expected.map(|one| (one.name.clone(), one.expected)).collect();
        let kept = expected.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let Shares { mut counts, mut shared } = share(&coverers, groups, &kept);
        for (of_key, owner) in owners.into_iter().enumerate().skip(self.waivers.len() + 1) {
            let more = std::mem::take(&mut counts[of_key]);
            more.0.iter().for_each(|(name, count)| counts[owner].add(name, *count));
            shared[owner] += shared[of_key];
        }
        let waived = self.waivers.iter().zip(counts.iter().zip(&shared));
        report.waived = waived.map(|(entry, (counts, shared))| entry.report(counts, *shared)).collect();
        report.known = self.past.as_ref().filter(|past| past.complete).map(|past| Known {
            report: past.report.clone(),
            started_at: past.started_at.clone(),
            counts: counts[self.waivers.len()].clone(),
            gone: past.total.saturating_sub(self.again),
        });
        for (name, most) in expected {
            report.expect_known(&name, most);
        }
        if let Some(past) = self.past.as_ref().filter(|past| !past.complete && report.error.is_none())
            && report.differs()
        {
            report.error = Some(ErrorReport::new(
                ErrorCode::BaselineIncomplete,
                format!(
                    "the baseline {} does not hold all {} of this check, so what is new cannot be told; \
                     write it again with a larger --max-differences and without --no-examples, or waive them by count",
                    past.report,
                    plural(past.total, "difference")
                ),
            ));
        }
        self.warn_of_unpinned(report);
        self.first_what_is_open(report);
    }

    /// Everyone who may cover something, the differences by them, and per coverer the waiver it belongs to. Keys of
    /// waivers come last, in their own order: that in which they were met must not decide anything.
    fn shared_out(&mut self) -> (Vec<Suppressor>, Vec<Group>, Vec<usize>) {
        let mut coverers: Vec<Suppressor> = self.waivers.iter().map(|entry| entry.coverer(None)).collect();
        coverers.push(Suppressor { specific: true, of_key: false, baseline: true, at_most: None, expired: false });
        let mut owners: Vec<usize> = (0..coverers.len()).collect();
        let sorted: BTreeMap<OfKey, usize> = self.by_key.iter().map(|(key, met)| (*key, *met)).collect();
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        for at in sorted.into_values() {
            let Met { waiver, most, .. } = self.met[at];
            numbers.insert(self.waivers.len() + 1 + at, coverers.len());
            coverers.push(self.waivers[waiver].coverer(Some(most)));
            owners.push(waiver);
        }
        let mut groups: BTreeMap<(&'static str, Parts), u64> = BTreeMap::new();
        for ((name, mut parts), count) in std::mem::take(&mut self.groups) {
            for part in &mut parts {
                part.iter_mut().for_each(|index| *index = numbers.get(index).copied().unwrap_or(*index));
                part.sort_unstable();
            }
            parts.sort();
            *groups.entry((name, parts)).or_default() += count;
        }
        let groups = groups.into_iter().map(|((name, parts), count)| Group { name, parts, count }).collect();
        (coverers, groups, owners)
    }

    /// Examples that nothing covers take the place of those that something may cover; numbers change their order.
    fn first_what_is_open(&mut self, report: &mut CheckReport) {
        if report.suppressed().is_empty() {
            return;
        }
        let open = std::mem::take(&mut self.open);
        let listed = report.outcome.examples_mut().filter(|listed| !listed.is_empty() && !open.is_empty());
        if let Some(examples) = listed {
            let each = (self.examples / open.len()).max(1);
            let listed = open.into_values().flat_map(|kept| kept.into_values().take(each));
            *examples = listed.take(self.examples).collect();
        }
        self.seen = Seen::default();
        let Some(measures) = report.outcome.measures_mut() else { return };
        measures.sort_by_cached_key(|measure| match measure.within {
            false if !self.would_cover(&outside(measure)) => 0,
            false => 1,
            true => 2,
        });
    }
}

#[cfg(test)]
mod tests;

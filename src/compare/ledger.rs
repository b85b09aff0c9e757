//! Which differences of a check are waived or known: decided on all of them as they are found, whatever is listed.
//!
//! Every difference is counted with the waivers that could cover it. What each covers in the end follows from these
//! counts alone ([`shares`](super::shares)), so neither the order of rows nor that of threads has a say.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::past::{Past, Seen};
use super::shares::{Coverer, Group, Parts, Shares, share};
use crate::check::Check;
use crate::model::{CheckReport, Difference, ErrorReport, Example, Key, Kind, Known, Measure, Pair, Tally, Waived};
use crate::waiver::Waiver;

/// The waivers of one check, the baseline, and the differences put to them.
pub struct Ledger {
    names: Names,
    key: Vec<String>,
    waivers: Vec<Entry>,
    past: Option<Arc<Past>>,
    seen: Seen,
    /// Differences by name and by who could cover them.
    groups: BTreeMap<(&'static str, Parts), u64>,
    taken: Tally,
    /// Name of the column of tags, once one of them differed.
    tag_column: Option<String>,
    /// Differences that are in the baseline, whether or not something else covers them too.
    again: u64,
    /// Differences that nothing covers, those with the lowest keys.
    open: BTreeMap<Difference, BTreeMap<(Key, u64), Example>>,
    examples: usize,
}

/// A waiver ready to be asked.
struct Entry {
    waiver: Waiver,
    expired: bool,
    /// By the columns they name, the values of its keys.
    keys: HashMap<Vec<String>, HashSet<Vec<Option<String>>>>,
}

/// What the differences of a check are called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Rows,
    Tags,
    Numbers,
    Violations,
}

impl Ledger {
    /// The ledger of `check`, or of the window `id` of it, on the day `today` (UTC), listing at most so many examples.
    pub fn new(
        check: &Check,
        id: &str,
        waivers: &[Waiver],
        past: Option<Arc<Past>>,
        today: NaiveDate,
        examples: usize,
    ) -> Ledger {
        let entry = |waiver: &Waiver| {
            let mut keys: HashMap<Vec<String>, HashSet<Vec<Option<String>>>> = HashMap::new();
            for key in &waiver.keys {
                keys.entry(key.keys().cloned().collect()).or_default().insert(key.values().cloned().collect());
            }
            Entry { waiver: waiver.clone(), expired: today > waiver.until, keys }
        };
        Ledger {
            names: Names::of(check),
            key: check.key.clone(),
            waivers: waivers.iter().filter(|waiver| waiver.names(id)).map(entry).collect(),
            past,
            seen: Seen::default(),
            groups: BTreeMap::new(),
            taken: Tally::default(),
            tag_column: None,
            again: 0,
            open: BTreeMap::new(),
            examples,
        }
    }

    /// What a difference of `check` is called in counts.
    pub fn name(check: &Check, difference: Difference) -> &'static str {
        Names::of(check).of_difference(difference)
    }

    /// Whether it has anything to say; without, no difference need be put to it.
    pub fn is_wanted(&self) -> bool {
        !self.waivers.is_empty() || self.past.is_some()
    }

    /// Forgets every difference: the check is judged anew.
    pub fn begin(&mut self) {
        (self.groups, self.taken, self.open) = Default::default();
        (self.seen, self.again) = (Seen::default(), 0);
    }

    /// Takes a difference, each exactly once: what waivers are about, and how it is `shown`, which a baseline holds.
    pub fn take(&mut self, example: &Example, shown: &Example) {
        let name = self.names.of_difference(example.difference);
        self.taken.add(name, 1);
        let parts = self.parts(name, example, shown);
        if parts.iter().any(|part| !part.iter().any(|index| self.holds(*index))) {
            self.keep(example);
        }
        *self.groups.entry((name, parts)).or_default() += 1;
    }

    /// Whether something would cover it today, however much that may cover in all.
    pub fn would_cover(&mut self, example: &Example) -> bool {
        let name = self.names.of_difference(example.difference);
        self.parts(name, example, example).iter().all(|part| part.iter().any(|index| self.holds(*index)))
    }

    /// Who could cover each part of a difference: each column of a changed row by itself, everything else as a whole.
    fn parts(&mut self, name: &'static str, example: &Example, shown: &Example) -> Parts {
        let by_column = matches!(name, "changed" | "outside");
        let key = if self.names == Names::Tags { with_tag(example) } else { example.key.clone() };
        self.tag_column = self.tag_column.take().or_else(|| tag(example).map(|(name, _)| name.clone()));
        let applicable: Vec<usize> =
            (0..self.waivers.len()).filter(|index| self.waivers[*index].applies(name, &key)).collect();
        let of = |column: Option<&str>| -> Vec<usize> {
            let covers = |index: &usize| {
                let columns = &self.waivers[*index].waiver.columns;
                columns.is_empty() || column.is_some_and(|column| columns.iter().any(|one| one == column))
            };
            applicable.iter().copied().filter(covers).collect()
        };
        let mut parts: Parts =
            if by_column { example.columns.keys().map(|column| of(Some(column))).collect() } else { vec![of(None)] };
        if parts.is_empty() {
            parts.push(of(None));
        }
        if let Some(past) = self.past.as_ref().filter(|past| past.complete) {
            let known = if example.difference == Difference::Changed && !example.columns.is_empty() {
                past.knows_lines(shown, &mut self.seen)
            } else {
                vec![past.knows(shown, &mut self.seen); parts.len()]
            };
            self.again += u64::from(known.iter().all(|known| *known));
            let baseline = self.waivers.len();
            parts.iter_mut().zip(known).filter(|(_, known)| *known).for_each(|(part, _)| part.push(baseline));
        }
        parts.sort();
        parts.dedup();
        parts
    }

    fn holds(&self, index: usize) -> bool {
        self.waivers.get(index).is_none_or(|entry| !entry.expired)
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
        let found = report.differences();
        let counted = |name: &str| self.taken.0.get(name).copied().unwrap_or(0);
        if report.error.is_none()
            && report.skipped.is_none()
            && found.iter().any(|(name, count)| counted(name) != *count)
        {
            report.error = Some(ErrorReport {
                message: "cutover put other differences to the waivers than it counted, which is a defect of its own; \
                          please report it, and run without waivers and baseline"
                    .to_owned(),
                causes: Vec::new(),
            });
        }
        if report.error.is_none() {
            report.error = self.waivers.iter().find_map(|entry| self.unknown_column(entry, report));
        }
        let groups = std::mem::take(&mut self.groups);
        let groups = groups.into_iter().map(|((name, parts), count)| Group { name, parts, count }).collect();
        let expected: BTreeMap<&str, u64> = report.expected.iter().map(|e| (e.name.as_str(), e.expected)).collect();
        let mut coverers: Vec<Coverer> = self.waivers.iter().map(Entry::coverer).collect();
        coverers.push(Coverer { specific: true, at_most: None, expired: false });
        let Shares { counts, shared } = share(&coverers, groups, &expected);
        let waived = self.waivers.iter().zip(counts.iter().zip(&shared));
        report.waived = waived.map(|(entry, (counts, shared))| entry.report(counts, *shared)).collect();
        report.known = self.past.as_ref().filter(|past| past.complete).map(|past| Known {
            report: past.report.clone(),
            started_at: past.started_at.clone(),
            counts: counts[self.waivers.len()].clone(),
            gone: past.total.saturating_sub(self.again),
        });
        if let Some(past) = self.past.as_ref().filter(|past| !past.complete && report.error.is_none())
            && report.differs()
        {
            report.error = Some(ErrorReport {
                message: format!(
                    "the baseline {} does not hold all {} differences of this check, so what is new cannot be told; \
                     write it again with a larger --max-differences, or waive them by count",
                    past.report, past.total
                ),
                causes: Vec::new(),
            });
        }
        self.first_what_is_open(report);
    }

    /// Examples that nothing covers take the place of those that something may cover; numbers change their order.
    fn first_what_is_open(&mut self, report: &mut CheckReport) {
        if report.forgiven().is_empty() {
            return;
        }
        let open = std::mem::take(&mut self.open);
        if !report.examples.is_empty() && !open.is_empty() {
            let each = (self.examples / open.len()).max(1);
            let listed = open.into_values().flat_map(|kept| kept.into_values().take(each));
            report.examples = listed.take(self.examples).collect();
        }
        self.seen = Seen::default();
        let mut measures = std::mem::take(&mut report.measures);
        measures.sort_by_cached_key(|measure| match measure.within {
            false if !self.would_cover(&outside(measure)) => 0,
            false => 1,
            true => 2,
        });
        report.measures = measures;
    }

    fn unknown_column(&self, entry: &Entry, report: &CheckReport) -> Option<ErrorReport> {
        let tabular = matches!(report.kind, Kind::Rows | Kind::Sum | Kind::RowCount) && !report.columns.is_empty();
        let mut compared: Vec<&str> = report.columns.iter().map(|column| column.name.as_str()).collect();
        let named: Vec<&String> = match &self.tag_column {
            Some(tag) if self.names == Names::Tags => {
                compared = self.key.iter().map(String::as_str).chain([tag.as_str()]).collect();
                entry.waiver.keys.iter().flat_map(|key| key.keys()).collect()
            }
            _ if tabular => entry.waiver.columns.iter().collect(),
            _ => return None,
        };
        if entry.expired {
            return None;
        }
        let unknown = named.into_iter().find(|column| !compared.contains(&column.as_str()))?;
        let nearest = compared.iter().min_by_key(|name| strsim::damerau_levenshtein(unknown, name));
        let near = nearest.filter(|name| strsim::damerau_levenshtein(unknown, name) <= 1 + unknown.len() / 4);
        let help = match near {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("it compares {}", compared.join(", ")),
        };
        Some(ErrorReport {
            message: format!(
                "{}: the waiver names the column `{unknown}`, which this check does not compare; {help}",
                entry.waiver.place
            ),
            causes: Vec::new(),
        })
    }
}

impl Entry {
    fn applies(&self, name: &str, key: &Key) -> bool {
        let Waiver { differences, columns, .. } = &self.waiver;
        let kind = differences.is_empty() || differences.iter().any(|one| one == name);
        // A row that is on one side only differs as a whole, and not in a column.
        let whole = columns.is_empty() || matches!(name, "changed" | "outside");
        kind && whole && (self.keys.is_empty() || self.has_key(key))
    }

    fn has_key(&self, key: &Key) -> bool {
        self.keys.iter().any(|(columns, values)| {
            let of = |column: &String| key.0.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
            let own: Option<Vec<Option<String>>> = columns.iter().map(of).collect();
            own.is_some_and(|own| values.contains(&own))
        })
    }

    fn coverer(&self) -> Coverer {
        Coverer { specific: self.waiver.is_specific(), at_most: self.waiver.at_most, expired: self.expired }
    }

    fn report(&self, counts: &Tally, shared: u64) -> Waived {
        let waiver = &self.waiver;
        Waived {
            place: waiver.place.clone(),
            check: waiver.check.clone(),
            why: waiver.why.clone(),
            owner: waiver.owner.clone(),
            until: waiver.until.to_string(),
            expired: self.expired,
            at_most: waiver.at_most,
            keys: (!waiver.keys.is_empty()).then_some(waiver.keys.len() as u64),
            columns: waiver.columns.clone(),
            differences: waiver.differences.clone(),
            counts: counts.clone(),
            shared: (shared > 0).then_some(shared),
        }
    }
}

impl Names {
    fn of(check: &Check) -> Names {
        match check.kind.kind() {
            Kind::TagDedup => Names::Tags,
            Kind::Invariant => Names::Violations,
            Kind::Percentile | Kind::Freshness | Kind::Latency => Names::Numbers,
            Kind::RowCount | Kind::Sum if check.key.is_empty() => Names::Numbers,
            Kind::RowCount | Kind::Sum | Kind::Rows => Names::Rows,
        }
    }

    fn of_difference(self, difference: Difference) -> &'static str {
        match (self, difference) {
            (Names::Numbers, _) => "outside",
            (Names::Violations, _) => "rows",
            (Names::Tags, Difference::Missing) => "lost",
            (Names::Tags, Difference::Extra) => "added",
            (_, Difference::Missing) => "missing",
            (_, Difference::Extra) => "extra",
            (_, Difference::Changed) => "changed",
            (_, Difference::Duplicate) => "duplicate",
            // No difference, so no waiver is about it.
            (_, Difference::Warned) => "warned",
        }
    }
}

/// The tag that a difference of tags is about, with the name of its column.
fn tag(example: &Example) -> Option<(&String, &Pair)> {
    // A tag that stands twice also tells how often.
    let counts = |name: &str| example.difference == Difference::Duplicate && name == "rows";
    example.columns.iter().find(|(name, _)| !counts(name))
}

/// The key of a tag: that of its row, and the tag itself.
pub fn with_tag(example: &Example) -> Key {
    let Key(mut key) = example.key.clone();
    if let Some((name, pair)) = tag(example) {
        key.push((name.clone(), pair.old.clone().or_else(|| pair.new.clone())));
    }
    Key(key)
}

/// A number outside of its rule as a difference.
pub fn outside(measure: &Measure) -> Example {
    let difference = match (&measure.old, &measure.new) {
        (Some(_), None) => Difference::Missing,
        (None, Some(_)) => Difference::Extra,
        _ => Difference::Changed,
    };
    let pair = Pair { old: measure.old.clone(), new: measure.new.clone() };
    Example { difference, key: measure.key.clone(), columns: BTreeMap::from([(measure.name.clone(), pair)]) }
}

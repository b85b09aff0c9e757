//! Chooses how the differences of a report are best named in waivers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::super::mask_key::{MASK_KEY, mask_key};
use super::args::Acceptance;
use super::toml::{Limits, Writer};
use crate::compare::{Ledger, with_tag};
use crate::model::{Difference, DifferenceCounts, DifferenceForm, Example, Key, Pair, plural, thousands};
use crate::record::read::RecordedCheck;
use crate::run;
use crate::spec::check::Check;
use crate::spec::waiver::Waiver;
use crate::suite::Suite;

/// Keys that are listed one by one unless the command line says so.
const FEW: usize = 1_000;

/// The name of a key or tag that stands several times.
const DUPLICATE: &str = "duplicate";

/// Most waivers of different columns; beyond, one waiver names all columns.
const MOST_BY_COLUMNS: usize = 8;

/// What is to be accepted.
pub(super) struct Request<'a> {
    pub(super) args: &'a Acceptance,
    pub(super) check: &'a Check,
    pub(super) units: Vec<&'a RecordedCheck>,
}

/// Differences of a check, or of one window of it, that no waiver means yet.
pub(super) struct Open<'a> {
    unit: &'a RecordedCheck,
    examples: Vec<Example>,
}

impl<'a> Request<'a> {
    /// The waivers of what is `open`, and what they come to in words.
    pub(super) fn written(&self, mut open: Vec<Open<'a>>) -> Result<(Writer<'a>, String), String> {
        let Request { args, check, units } = self;
        let id = &args.check;
        let mut writer = Writer::new(args);
        if let Some(most) = args.at_most {
            let [one] = units.as_slice() else {
                return Err(format!("--at-most is a number for one window; name it, such as --check {}", units[0].id));
            };
            writer.by_count(&one.id, most, &self.names(one));
            return Ok((writer, format!("at most {} of {}", plural(most, "difference"), one.id)));
        }
        if let Some(why) = self.not_by_key(&open) {
            return self.by_count(writer, &why);
        }
        let beyond = self.beyond_expected(&mut open, &mut writer)?;
        open.retain(|one| !one.examples.is_empty());
        let total = open.iter().map(|one| one.examples.len() as u64).sum::<u64>();
        match (total, beyond) {
            (0, 0) if check.expect.is_empty() => return Err(format!("every difference of {id} is waived already")),
            (0, 0) => return Err(format!("every difference of {id} is waived or expected already")),
            (0, _) => {
                let more = plural(beyond, "difference");
                return Ok((writer, format!("{more} of {id} by count, beyond what `expect` says,")));
            }
            _ => {}
        }
        if check.kind.kind().profile().timed && !args.any_value {
            return Err(format!(
                "a time of {id} is never the same twice, so a waiver of it holds for nothing; loosen the bound, or accept any \
                 time with --any-value"
            ));
        }
        self.under_a_key_that_stays(&open)?;
        for one in &open {
            self.one_by_one(one, &mut writer);
        }
        let how = if self.check.key.is_empty() && check.difference_form() != DifferenceForm::Tags {
            if args.any_value { "column" } else { "value" }.to_owned()
        } else {
            plural(self.keys(&open) as u64, "key")
        };
        let more =
            if beyond > 0 { format!(", and {beyond} by count beyond what `expect` says,") } else { String::new() };
        Ok((writer, format!("{} of {id} by {how}{more}", plural(total, "difference"))))
    }

    /// Names each difference that is open in a check or window.
    fn one_by_one(&self, Open { unit, examples }: &Open<'_>, writer: &mut Writer<'a>) {
        let Request { args, check, .. } = self;
        let id = &unit.id;
        let numbers = check.difference_form() == DifferenceForm::Numbers;
        let groups = check.kind.kind().profile().groups;
        let whole = |example: &&Example| groups && on_one_side(example.difference).is_some();
        let changed = |example: &&Example| numbers || example.difference == Difference::Changed;
        let of_values = |example: &&Example| changed(example) || whole(example);
        let values: Vec<&Example> = examples.iter().filter(changed).collect();
        let twice: Vec<(Key, &String, &Pair)> = examples
            .iter()
            .filter_map(|example| example.row_counts().map(|(name, pair)| (self.key(example), name, pair)))
            .collect();
        for name in ["missing", "extra"] {
            let lost: Vec<&Example> =
                examples.iter().filter(|one| whole(one) && on_one_side(one.difference) == Some(name)).collect();
            if args.any_value && !lost.is_empty() {
                let keys = lost.iter().map(|example| example.key.clone()).collect();
                writer.by_key(id, &keys, Limits { name: Some(name), any_value: true, ..Limits::default() });
            } else {
                writer.by_value(id, pairs(&lost), Some(name), false);
            }
        }
        if args.any_value {
            self.by_columns(id, &values, writer);
            let keys: BTreeSet<Key> = twice.into_iter().map(|(key, ..)| key).collect();
            if !keys.is_empty() {
                writer.by_key(id, &keys, Limits { name: Some(DUPLICATE), any_value: true, ..Limits::default() });
            }
        } else {
            writer.by_value(id, pairs(&values), None, args.delta);
            writer.by_value(id, twice.into_iter(), Some(DUPLICATE), args.delta);
        }
        let mut rows: BTreeMap<(&str, u64), BTreeSet<Key>> = BTreeMap::new();
        for ((name, key), count) in self.rows(examples, &of_values) {
            rows.entry((name, count)).or_default().insert(key);
        }
        for ((name, count), keys) in &rows {
            let each = self.counts_each_key().then_some(*count);
            writer.by_key(id, keys, Limits { name: Some(name), per_key: each, ..Limits::default() });
        }
    }

    /// Takes what `expect` speaks of out of `open`: it is no difference to accept. What goes beyond it is accepted by count,
    /// for nobody knows which of them are by design. Returns how many those are.
    fn beyond_expected(&self, open: &mut [Open<'_>], writer: &mut Writer<'a>) -> Result<u64, String> {
        let Request { args, check, units } = self;
        // `expect` speaks of all windows together: whoever names one of them means what is in it.
        if args.check != check.id {
            return Ok(0);
        }
        let mut beyond = 0;
        for (name, expected) in check.expect.iter().filter(|(_, expected)| **expected > 0) {
            let of = |tally: &DifferenceCounts| tally.0.get(name).copied().unwrap_or(0);
            let found: u64 = units.iter().map(|one| of(&one.found).saturating_sub(of(&one.suppressed))).sum();
            let more = found.saturating_sub(*expected);
            if more > 0 && check.window.is_some() {
                return Err(format!(
                    "{expected} of {found} {name} in all windows are by design, and nobody knows which; name the windows that \
                     are to be accepted, such as --check {}",
                    units[0].id
                ));
            }
            if more > 0 && check.difference_form() == DifferenceForm::Numbers {
                return Err(format!(
                    "{expected} of {found} {name} are by design, and nobody knows which; correct `expect`, or say --at-most \
                     {more} if any {more} more are to be accepted"
                ));
            }
            if more > 0 {
                writer.by_count(&check.id, more, std::slice::from_ref(name));
                beyond += more;
            }
            for one in open.iter_mut() {
                one.examples.retain(|example| Ledger::name(check, example.difference) != name);
            }
        }
        Ok(beyond)
    }

    /// Refuses hashes of masked values that no other run will have.
    fn under_a_key_that_stays(&self, open: &[Open<'_>]) -> Result<(), String> {
        let Some(masked) = self.units.iter().find(|one| one.masked) else { return Ok(()) };
        let is_hash = |value: &Option<String>| value.as_deref().is_some_and(run::is_hash);
        let of_values = |example: &Example| {
            let whole = self.check.kind.kind().profile().groups && on_one_side(example.difference).is_some();
            let pinned = !self.args.any_value && (whole || example.difference == Difference::Changed);
            pinned && example.columns.values().any(|pair| is_hash(&pair.old) || is_hash(&pair.new))
        };
        let hashed = |example: &&Example| {
            let Key(key) = self.key(example);
            key.iter().any(|(_, value)| is_hash(value)) || of_values(example)
        };
        if !open.iter().flat_map(|one| &one.examples).any(|example| hashed(&example)) {
            return Ok(());
        }
        let now = mask_key()?.id();
        let again = format!("set {MASK_KEY}, run the checks again, and waive from that report");
        match &masked.mask_key {
            None => Err(format!(
                "values of {} are masked under a key that only that run had, so a waiver of them would cover nothing; {again}, \
                 or accept any such differences with --at-most N",
                masked.id
            )),
            Some(then) if now.as_ref().is_some_and(|now| now != then) => Err(format!(
                "values of {} are masked under another key than {MASK_KEY} holds now, so a waiver of them would cover nothing; \
                 set the key of that run, or {again}",
                masked.id
            )),
            Some(_) => Ok(()),
        }
    }

    /// Rows that differ as a whole: how many, by name and key.
    fn rows(&self, examples: &[Example], of_values: &dyn Fn(&&Example) -> bool) -> BTreeMap<(&'static str, Key), u64> {
        let mut rows = BTreeMap::new();
        for example in examples.iter().filter(|example| !of_values(example) && example.row_counts().is_none()) {
            *rows.entry((Ledger::name(self.check, example.difference), self.key(example))).or_default() += 1;
        }
        rows
    }

    /// Whether a key may have several rows, so that naming it does not say how many.
    fn counts_each_key(&self) -> bool {
        let twice = |one: &&RecordedCheck| one.found.0.contains_key("duplicate");
        match self.check.difference_form() {
            DifferenceForm::Violations => true,
            DifferenceForm::Tags => false,
            _ => self.check.duplicates_allowed || self.units.iter().any(twice),
        }
    }

    /// The wide form: columns under keys, whatever values they take.
    fn by_columns(&self, id: &str, values: &[&Example], writer: &mut Writer<'a>) {
        let mut by_columns: BTreeMap<Vec<String>, BTreeSet<Key>> = BTreeMap::new();
        for example in values {
            let columns = example.columns.keys().cloned().collect();
            by_columns.entry(columns).or_default().insert(example.key.clone());
        }
        if by_columns.len() > MOST_BY_COLUMNS {
            let columns: BTreeSet<String> = by_columns.keys().flatten().cloned().collect();
            let keys = by_columns.into_values().flatten().collect();
            by_columns = BTreeMap::from([(columns.into_iter().collect(), keys)]);
        }
        for (columns, keys) in &by_columns {
            writer.by_key(id, keys, Limits { columns, any_value: true, ..Limits::default() });
        }
    }

    /// Waivers by count, where the differences cannot be named one by one because of `why`.
    fn by_count(&self, mut writer: Writer<'a>, why: &str) -> Result<(Writer<'a>, String), String> {
        let Request { args, check, units, .. } = self;
        let id = &args.check;
        for (flag, given) in [("--keys", args.keys), ("--delta", args.delta), ("--any-value", args.any_value)] {
            if given {
                return Err(format!("{flag}: {why}; leave {flag} out to accept them by count"));
            }
        }
        if check.difference_form() == DifferenceForm::Numbers {
            return Err(format!("{why}, and a count would accept any number; say --at-most N if that is meant"));
        }
        let mut total = 0;
        for one in units {
            let count = self.left(one);
            if count > 0 {
                writer.by_count(&one.id, count, &self.names(one));
                total += count;
            }
        }
        match total {
            0 => Err(format!("every difference of {id} is waived or expected already")),
            total => Ok((writer, format!("{} of {id} by count, because {why},", plural(total, "difference")))),
        }
    }

    /// Why the differences cannot be named one by one.
    fn not_by_key(&self, open: &[Open<'_>]) -> Option<String> {
        if let Some(one) = self.units.iter().find(|one| !one.complete) {
            let all = one.found.total();
            return Some(format!(
                "the file beside the report holds only {} of {} of {}",
                thousands(one.written),
                plural(all, "difference"),
                one.id
            ));
        }
        let names_columns = self.check.kind.kind().differences(false) == DifferenceForm::Numbers;
        if self.check.key.is_empty() && !names_columns && self.check.difference_form() != DifferenceForm::Tags {
            return Some("the check has no key".to_owned());
        }
        let keys = self.keys(open);
        (keys > FEW && !self.args.keys).then(|| format!("there are {keys} keys (--keys lists them all)"))
    }

    fn keys(&self, open: &[Open<'_>]) -> usize {
        let keys = open.iter().map(|one| one.examples.iter().map(|example| self.key(example)).collect::<BTreeSet<_>>());
        keys.map(|keys| keys.len()).sum()
    }

    /// The key, of a tag with the tag itself: another one under the same key is another difference.
    fn key(&self, example: &Example) -> Key {
        if self.check.difference_form() == DifferenceForm::Tags { with_tag(example) } else { example.key.clone() }
    }

    /// The differences that no waiver means yet; a waiver by number means none in particular.
    pub(super) fn open(&self, suite: &Suite, found: &HashMap<String, Vec<Example>>, today: NaiveDate) -> Vec<Open<'a>> {
        let means = |waiver: &&Waiver| waiver.is_specific() && waiver.at_most.is_none();
        let waivers: Vec<Waiver> = suite.waivers.iter().filter(means).cloned().collect();
        let open = |unit: &&'a RecordedCheck| {
            let mut ledger = Ledger::new(self.check, &unit.id, &waivers, None, today, 0);
            let all = found.get(&unit.id).into_iter().flatten();
            Open { unit, examples: all.filter(|example| !ledger.covers_next(example)).cloned().collect() }
        };
        self.units.iter().map(open).collect()
    }

    /// The names of what was found, where it is a difference.
    fn names(&self, one: &RecordedCheck) -> Vec<String> {
        let counts = |name: &&String| !(self.check.duplicates_allowed && name.as_str() == "duplicate");
        one.found.0.keys().filter(counts).cloned().collect()
    }

    /// How many differences are neither waived nor known nor expected.
    fn left(&self, one: &RecordedCheck) -> u64 {
        let of = |tally: &DifferenceCounts, name: &str| tally.0.get(name).copied().unwrap_or(0);
        let left =
            |name: &String| of(&one.found, name).saturating_sub(of(&one.suppressed, name) + of(&one.expected, name));
        self.names(one).iter().map(left).sum()
    }
}

/// What a row or group that is on one side only is called.
fn on_one_side(difference: Difference) -> Option<&'static str> {
    match difference {
        Difference::Missing => Some("missing"),
        Difference::Extra => Some("extra"),
        _ => None,
    }
}

/// The values of all columns of differences, each under its key.
fn pairs<'e>(examples: &'e [&'e Example]) -> impl Iterator<Item = (Key, &'e String, &'e Pair)> {
    examples.iter().flat_map(|example| example.columns.iter().map(|(name, pair)| (example.key.clone(), name, pair)))
}

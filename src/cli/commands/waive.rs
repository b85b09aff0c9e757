//! `cutover waive`: which differences of a report are accepted, and how they are best named in a waiver.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use chrono::{NaiveDate, Utc};
use clap::Args;

use super::super::{MASK_KEY, console, load};
use super::run::done;
use super::waive_toml::{Limits, Writer, append};
use crate::compare::{Ledger, with_tag};
use crate::exit_code::{BROKEN, PASSED};
use crate::model::{Difference, DifferenceCounts, DifferenceForm, Example, Key, Kind, Pair, plural, thousands};
use crate::record::read::{EarlierCheck, RecordedRun};
use crate::run;
use crate::spec::check::Check;
use crate::spec::waiver::Waiver;
use crate::suite;
use crate::suite::{Overrides, Suite};

/// Keys that are listed one by one unless the command line says so.
const FEW: usize = 1_000;

/// The name of a key or tag that stands several times.
const DUPLICATE: &str = "duplicate";

/// Waivers of different columns that are written apart; beyond, one waiver names all columns.
const APART: usize = 8;

/// `cutover waive`.
#[derive(Args, Debug)]
#[command(after_help = super::super::WAIVE_HELP)]
pub(crate) struct WaiveArgs {
    /// The report.json of a run; differences.parquet is read beside it
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// The check, or one window of it, whose differences are accepted
    #[arg(long, value_name = "ID")]
    check: String,
    /// Last day on which they are, UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) until: NaiveDate,
    /// Why they are accepted
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// Who answers for it
    #[arg(long, value_name = "TEXT")]
    pub(crate) owner: String,
    /// List every key, however many there are [default: up to 1,000 keys]
    #[arg(long, conflicts_with = "at_most")]
    keys: bool,
    /// Accept the difference of numbers, new − old, instead of the two numbers
    #[arg(long, conflicts_with_all = ["at_most", "any_value"])]
    delta: bool,
    /// Accept whatever values the differences of these keys and columns take from now on
    #[arg(long, conflicts_with = "at_most")]
    any_value: bool,
    /// Accept any N differences instead of those in the report
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
}

/// Runs the command and returns its exit code.
pub(crate) fn waive(args: &WaiveArgs) -> u8 {
    done(try_waive(args))
}

fn try_waive(args: &WaiveArgs) -> Result<u8, u8> {
    let refuse = |message: String| {
        console::complain(&format!("cutover waive: {message}\n"));
        BROKEN
    };
    for (flag, text) in [("--why", &args.why), ("--owner", &args.owner)] {
        if text.trim().is_empty() {
            return Err(refuse(format!("{flag} is empty; a waiver says why, and who answers for it")));
        }
    }
    let today = Utc::now().date_naive();
    if args.until < today {
        return Err(refuse(format!("--until {} is over already; today is {today} (UTC)", args.until)));
    }
    let earlier = RecordedRun::read(&args.report).map_err(|why| refuse(why.to_string()))?;
    let units = units(&earlier, &args.check).map_err(refuse)?;
    let recorded = earlier.suite_of(&args.check).filter(|suite| !suite.path.is_empty()).ok_or_else(|| {
        let why =
            "an ad hoc diff has no suite file to keep a waiver beside; make one with `cutover diff --write-suite`";
        refuse(why.to_owned())
    })?;
    let path = PathBuf::from(&recorded.path);
    if !path.is_file() {
        let path = path.display();
        return Err(refuse(format!("the suite {path} is not there; go to the folder in which the run was started")));
    }
    let suites = load(std::slice::from_ref(&path), &Overrides::default())?;
    let bare = args.check.split_once('@').map_or(args.check.as_str(), |(check, _)| check);
    let found = suites.first().and_then(|suite| Some((suite, suite.checks.iter().find(|check| check.id == bare)?)));
    let Some((suite, check)) = found else {
        return Err(refuse(format!("{} has no check `{bare}` any more; run it again", path.display())));
    };
    let differences = earlier.differences().map_err(|why| refuse(why.to_string()))?;
    let request = Request { args, check, units, open: Vec::new() };
    let request = Request { open: request.open(suite, &differences, today), ..request };
    let (writer, said) = request.written().map_err(refuse)?;
    let place = path.with_file_name(suite::WAIVERS);
    append(&place, &writer).map_err(refuse)?;
    // What was just written is judged as any waiver is.
    load(&[path], &Overrides::default())?;
    console::print(&format!("{}: waived {said} until {}\n", place.display(), args.until));
    Ok(PASSED)
}

/// The check or its windows in the report, those with differences.
fn units<'a>(earlier: &'a RecordedRun, id: &str) -> Result<Vec<&'a EarlierCheck>, String> {
    let of = |one: &&EarlierCheck| one.id == id || one.id.split_once('@').is_some_and(|(check, _)| check == id);
    let all: Vec<&EarlierCheck> = earlier.checks.iter().filter(of).collect();
    if all.is_empty() {
        let known = earlier.checks.iter().map(|check| check.id.as_str());
        let near = known.min_by_key(|known| strsim::damerau_levenshtein(known, id));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(format!("the report {} has no check `{id}`{near}", earlier.path.display()));
    }
    if let Some(broken) = all.iter().find(|one| one.status == "error") {
        return Err(format!("{} could not be compared, so there is nothing to accept; mend that first", broken.id));
    }
    let found: Vec<&EarlierCheck> = all.into_iter().filter(|one| !one.found.is_empty()).collect();
    if found.is_empty() {
        return Err(format!("`{id}` has no difference in {}, so there is nothing to accept", earlier.path.display()));
    }
    Ok(found)
}

/// What is to be accepted.
struct Request<'a> {
    args: &'a WaiveArgs,
    check: &'a Check,
    units: Vec<&'a EarlierCheck>,
    /// Differences that no waiver means yet.
    open: Vec<Example>,
}

impl<'a> Request<'a> {
    /// The waivers, and what they come to in words.
    fn written(&self) -> Result<(Writer<'a>, String), String> {
        let Request { args, check, units, .. } = self;
        let id = &args.check;
        let mut writer = Writer::new(args);
        if let Some(most) = args.at_most {
            let [one] = units.as_slice() else {
                return Err(format!("--at-most is a number for one window; name it, such as --check {}", units[0].id));
            };
            writer.by_count(&one.id, most, &self.names(one));
            return Ok((writer, format!("at most {} of {}", plural(most, "difference"), one.id)));
        }
        if let Some(why) = self.not_by_key() {
            return self.by_count(writer, &why);
        }
        if self.open.is_empty() {
            return Err(format!("every difference of {id} is waived already"));
        }
        if check.kind.kind() == Kind::Latency && !args.any_value {
            return Err(format!(
                "a time of {id} is never the same twice, so a waiver of it holds for nothing; loosen the bound, or accept any \
                 time with --any-value"
            ));
        }
        self.under_a_key_that_stays()?;
        let numbers = check.difference_form() == DifferenceForm::Numbers;
        let of_values = |example: &&Example| numbers || example.difference == Difference::Changed;
        let values: Vec<&Example> = self.open.iter().filter(of_values).collect();
        let twice: Vec<(Key, &String, &Pair)> = self
            .open
            .iter()
            .filter_map(|example| example.row_counts().map(|(name, pair)| (self.key(example), name, pair)))
            .collect();
        if args.any_value {
            self.by_columns(&values, &mut writer);
            let keys: BTreeSet<Key> = twice.into_iter().map(|(key, ..)| key).collect();
            if !keys.is_empty() {
                writer.by_key(id, &keys, Limits { name: Some(DUPLICATE), any_value: true, ..Limits::default() });
            }
        } else {
            let columns = values
                .iter()
                .flat_map(|example| example.columns.iter().map(|(name, pair)| (example.key.clone(), name, pair)));
            writer.by_value(id, columns, None, args.delta);
            writer.by_value(id, twice.into_iter(), Some(DUPLICATE), args.delta);
        }
        let mut rows: BTreeMap<(&str, u64), BTreeSet<Key>> = BTreeMap::new();
        for ((name, key), count) in self.rows(&of_values) {
            rows.entry((name, count)).or_default().insert(key);
        }
        for ((name, count), keys) in &rows {
            let each = self.counts_each_key().then_some(*count);
            writer.by_key(id, keys, Limits { name: Some(name), per_key: each, ..Limits::default() });
        }
        let how = if self.check.key.is_empty() && check.kind.kind() != Kind::TagDedup {
            if args.any_value { "column" } else { "value" }.to_owned()
        } else {
            plural(self.keys() as u64, "key")
        };
        Ok((writer, format!("{} of {id} by {how}", plural(self.open.len() as u64, "difference"))))
    }

    /// Refuses hashes of masked values that no other run will have.
    fn under_a_key_that_stays(&self) -> Result<(), String> {
        let Some(masked) = self.units.iter().find(|one| one.masked) else { return Ok(()) };
        let is_hash = |value: &Option<String>| value.as_deref().is_some_and(run::is_hash);
        let of_values = |example: &Example| {
            let pinned = !self.args.any_value && example.difference == Difference::Changed;
            pinned && example.columns.values().any(|pair| is_hash(&pair.old) || is_hash(&pair.new))
        };
        let hashed = |example: &&Example| {
            let Key(key) = self.key(example);
            key.iter().any(|(_, value)| is_hash(value)) || of_values(example)
        };
        if !self.open.iter().any(|example| hashed(&example)) {
            return Ok(());
        }
        let now = super::super::mask_key()?.id();
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
    fn rows(&self, of_values: &dyn Fn(&&Example) -> bool) -> BTreeMap<(&'static str, Key), u64> {
        let mut rows = BTreeMap::new();
        for example in self.open.iter().filter(|example| !of_values(example) && example.row_counts().is_none()) {
            *rows.entry((Ledger::name(self.check, example.difference), self.key(example))).or_default() += 1;
        }
        rows
    }

    /// Whether a key may have several rows, so that naming it does not say how many.
    fn counts_each_key(&self) -> bool {
        let twice = |one: &&EarlierCheck| one.found.0.contains_key("duplicate");
        match self.check.kind.kind() {
            Kind::Invariant => true,
            Kind::TagDedup => false,
            _ => self.check.duplicates_allowed || self.units.iter().any(twice),
        }
    }

    /// The wide form: columns under keys, whatever values they take.
    fn by_columns(&self, values: &[&Example], writer: &mut Writer<'a>) {
        let mut by_columns: BTreeMap<Vec<String>, BTreeSet<Key>> = BTreeMap::new();
        for example in values {
            let columns = example.columns.keys().cloned().collect();
            by_columns.entry(columns).or_default().insert(example.key.clone());
        }
        if by_columns.len() > APART {
            let columns: BTreeSet<String> = by_columns.keys().flatten().cloned().collect();
            let keys = by_columns.into_values().flatten().collect();
            by_columns = BTreeMap::from([(columns.into_iter().collect(), keys)]);
        }
        for (columns, keys) in &by_columns {
            writer.by_key(&self.args.check, keys, Limits { columns, any_value: true, ..Limits::default() });
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
    fn not_by_key(&self) -> Option<String> {
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
        if self.check.key.is_empty() && !names_columns && self.check.kind.kind() != Kind::TagDedup {
            return Some("the check has no key".to_owned());
        }
        let keys = self.keys();
        (keys > FEW && !self.args.keys).then(|| format!("there are {keys} keys (--keys lists them all)"))
    }

    fn keys(&self) -> usize {
        self.open.iter().map(|example| self.key(example)).collect::<BTreeSet<_>>().len()
    }

    /// The key, of a tag with the tag itself: another one under the same key is another difference.
    fn key(&self, example: &Example) -> Key {
        if self.check.kind.kind() == Kind::TagDedup { with_tag(example) } else { example.key.clone() }
    }

    /// The differences that no waiver means yet; a waiver by number means none in particular.
    fn open(&self, suite: &Suite, found: &HashMap<String, Vec<Example>>, today: NaiveDate) -> Vec<Example> {
        let means = |waiver: &&Waiver| waiver.is_specific() && waiver.at_most.is_none();
        let waivers: Vec<Waiver> = suite.waivers.iter().filter(means).cloned().collect();
        let mut open = Vec::new();
        for one in &self.units {
            let mut ledger = Ledger::new(self.check, &one.id, &waivers, None, today, 0);
            let all = found.get(&one.id).into_iter().flatten();
            open.extend(all.filter(|example| !ledger.covers_next(example)).cloned());
        }
        open
    }

    /// The names of what was found, where it is a difference.
    fn names(&self, one: &EarlierCheck) -> Vec<String> {
        let counts = |name: &&String| !(self.check.duplicates_allowed && name.as_str() == "duplicate");
        one.found.0.keys().filter(counts).cloned().collect()
    }

    /// How many differences are neither waived nor known nor expected.
    fn left(&self, one: &EarlierCheck) -> u64 {
        let of = |tally: &DifferenceCounts, name: &str| tally.0.get(name).copied().unwrap_or(0);
        let left =
            |name: &String| of(&one.found, name).saturating_sub(of(&one.forgiven, name) + of(&one.expected, name));
        self.names(one).iter().map(left).sum()
    }
}

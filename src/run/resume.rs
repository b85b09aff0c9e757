//! Goes on with a run that was cut short: windows that it found equal are carried over, all others are compared.
//!
//! Only windows of kind `rows` in which nothing differs are kept: they have nothing to waive, to expect or to list, so that
//! what is said of them is all there is. What a verdict depends on, as far as it is known, makes up their key.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::check::facts::CheckFacts;
use super::context::Context;
use super::windows::Unit;
use crate::model::{
    BucketReport, CheckReport, ColumnReport, DuplicateKeys, Outcome, Outside, PlanReport, RowCounts, RowFindings,
    SideReport, Sides, Status, TableRead, Warning, WarningCode,
};
use crate::record::windows::{ColumnHeld, Equal, FinishedWindow, FinishedWindows, Plan, SideRead, TableState};
use crate::source::{AsOfOptions, Location};
use crate::suite::SourceSpec;

/// A window that another run may have compared, or may go on from.
pub(super) struct Resumable<'a> {
    windows: &'a FinishedWindows,
    key: String,
}

impl<'a> Resumable<'a> {
    /// The window of `unit`; absent where nothing is kept, or not of a check like this.
    pub(super) fn of(unit: &Unit<'_>, context: &'a Context<'_>) -> Option<Resumable<'a>> {
        let windows = context.options.resume.as_deref()?;
        let check = unit.one.check;
        // What is expected is expected of all windows together.
        let fits = matches!(unit.slice, Ok(Some(_))) && check.expect.is_empty() && check.kind.kind().profile().streamed;
        Some(Resumable { windows, key: key(unit, context, windows.salt()).filter(|_| fits)? })
    }

    /// What another run found of it, where the tables with a log are those that it read.
    pub(super) async fn find(&self, unit: &Unit<'_>, context: &Context<'_>) -> Option<FinishedWindow> {
        let found = self.windows.find(&self.key)?;
        for (source, states) in &found.found.tables {
            let states = states.iter().map(|(table, state)| (table.clone(), TableRead::from(state.clone()))).collect();
            let open = context.sources.get(unit.one.suite, source).ok()?;
            // A table that cannot be read is the error of the check.
            if !open.engine.has_states(&states).await.unwrap_or(false) {
                return None;
            }
        }
        self.windows.carry();
        Some(found)
    }

    /// Keeps it where nothing of it differs, and where the next run reads the same states of tables with a log.
    pub(super) fn keep(&self, unit: &Unit<'_>, context: &Context<'_>, report: &CheckReport, facts: &CheckFacts) {
        if may_move_on(unit, context) {
            return;
        }
        if let Some(equal) = equal(report, facts) {
            self.windows.keep(&self.key, Equal { tables: states(unit, context), ..equal });
        }
    }
}

/// The states of tables with a log that the sources of a check have read.
fn states(unit: &Unit<'_>, context: &Context<'_>) -> BTreeMap<String, BTreeMap<String, TableState>> {
    let read = unit.one.check.sides.present().filter_map(|(_, query)| {
        let open = context.sources.get(unit.one.suite, &query.source).ok()?;
        let states = open.engine.tables_read().into_iter().map(|(table, read)| (table, read.into()));
        Some((query.source.clone(), states.collect()))
    });
    read.filter(|(_, states): &(_, BTreeMap<_, _>)| !states.is_empty()).collect()
}

/// Whether a source has read a state of a table with a log that may be another for the next run.
fn may_move_on(unit: &Unit<'_>, context: &Context<'_>) -> bool {
    let (suite, check) = (unit.one.suite, unit.one.check);
    let is_fixed = |source: &SourceSpec| source.options.as_of.as_ref().is_some_and(AsOfOptions::is_fixed);
    check.sides.present().any(|(_, query)| {
        let is_pinned = suite.sources.get(&query.source).is_some_and(is_fixed);
        let read = context.sources.get(suite, &query.source).map(|open| open.engine.tables_read()).unwrap_or_default();
        // Without an id another table at its place could not be told from it.
        !read.is_empty() && (!is_pinned || read.values().any(|read| read.id.is_empty()))
    })
}

/// A hash of all that the verdict on a window depends on, the data aside; absent where some of it is not known. It begins with
/// a salt, since values that are secret are part of it.
fn key(unit: &Unit<'_>, context: &Context<'_>, salt: &str) -> Option<String> {
    let (suite, check) = (unit.one.suite, unit.one.check);
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(salt);
    add(env!("CARGO_PKG_VERSION"));
    add(&suite.name);
    add(&suite.path.display().to_string());
    add(&suite.definition());
    add(&unit.id());
    if let Ok(Some(slice)) = &unit.slice {
        add(&format!("{:?}", slice.bounds()));
    }
    for (name, value) in &context.params[suite.name.as_str()] {
        add(name);
        add(&value.as_ref().ok()?.to_string());
    }
    let options = context.options;
    add(&format!("{:?} {:?} {:?}", options.privacy.examples, options.hash, options.plan));
    // What `localtime` means to an engine within this process.
    add(&std::env::var_os("TZ").map_or_else(String::new, |zone| zone.to_string_lossy().into_owned()));
    for (side, query) in check.sides.present() {
        let open = context.sources.get(suite, &query.source).ok()?;
        let (described, _) = open.described.as_ref().ok()?;
        add(side.as_str());
        add(&query.source);
        add(&serde_json::to_string(described).ok()?);
        add(&open.engine.identity());
        match &open.location {
            // Where a link leads to, so that one that was turned to other data is another.
            Location::Path(path) => add(&path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string()),
            // What a report hides of a URL tells two servers apart; a password does not.
            Location::Server(url) => {
                let (host, port) = (url.host_str().unwrap_or_default(), url.port().unwrap_or_default());
                add(&format!("{}://{}@{host}:{port}{}", url.scheme(), url.username(), url.path()));
                for (name, value) in url.query_pairs().filter(|(name, _)| !PASSWORDS.contains(&name.as_ref())) {
                    add(&name);
                    add(&value);
                }
            }
        }
    }
    Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Parameters of URLs that say only that an account is what it says, and of which there is a new one now and then. What else
/// sounds like a secret may be a setting that policies of rows go by.
const PASSWORDS: [&str; 3] = ["password", "sslpassword", "access_token"];

/// What there is to say of a window, where nothing of it differs and nothing is left out.
fn equal(report: &CheckReport, facts: &CheckFacts) -> Option<Equal> {
    let Outcome::Rows(RowFindings { rows, columns, warned, examples }) = &report.outcome else { return None };
    let RowCounts { old, new, equal, missing: 0, extra: 0, changed: 0, duplicate } = *rows else { return None };
    let open = [
        report.error.is_some(),
        report.skipped.is_some(),
        report.diagnosis.is_some(),
        report.sample.is_some(),
        report.examined.is_some(),
        report.moved.is_some(),
        report.unstable.is_some(),
        report.undecided.is_some(),
        report.transient.is_some(),
        report.written.is_some(),
        !report.expected.is_empty(),
        !examples.is_empty(),
        warned.is_some_and(|warned| warned > 0),
        duplicate.differing() > 0,
    ];
    // An empty window may be an error beside others that are empty, and is none by itself.
    if open.contains(&true) || report.status() != Status::Pass {
        return None;
    }
    let side = |side: &SideReport| {
        let SideReport { source, sql, rows, elapsed_ms, read: _ } = side.clone();
        SideRead { source, sql, rows, elapsed_ms }
    };
    let column = |column: &ColumnReport| {
        let ColumnReport { name, rule, changed, warned, max_delta, reason } = column.clone();
        ColumnHeld { name, rule, changed, warned, max_delta, reason }
    };
    let plan = |plan: &PlanReport| {
        let PlanReport { name, hash, read_again, spilled_bytes, false_equal, buckets } = plan.clone();
        let buckets = buckets.map(|buckets| [buckets.asked, buckets.read]);
        Plan { name, hash, read_again, spilled_bytes, false_equal, buckets }
    };
    let outside = report.window.as_ref().and_then(|window| window.outside);
    Some(Equal {
        old: report.sides.old.as_ref().map(side),
        new: report.sides.new.as_ref().map(side),
        rows: [old, new, equal],
        duplicates_allowed: matches!(duplicate, DuplicateKeys::Allowed(_)).then(|| duplicate.count()),
        columns: columns.iter().map(column).collect(),
        warned: *warned,
        plan: report.plan.as_ref().map(plan),
        outside: outside.map(|outside| [outside.old, outside.new]),
        warnings: report.warnings.iter().map(|one| (one.code, one.message(), one.table.clone())).collect(),
        returned: facts.returned.clone(),
        empty: facts.empty.clone(),
        rows_elsewhere: facts.rows_elsewhere,
        tables: BTreeMap::new(),
    })
}

/// The report of a window of `header` as another run found it.
pub(super) fn carried(window: FinishedWindow, header: CheckReport) -> (CheckReport, CheckFacts) {
    let said = format!(
        "not compared in this run: the run that began at {} and was cut short found all rows equal; without --resume all is \
         compared",
        window.run()
    );
    let side = |SideRead { source, sql, rows, elapsed_ms }| SideReport { source, sql, rows, elapsed_ms, read: None };
    let Equal {
        old,
        new,
        rows,
        duplicates_allowed,
        columns,
        warned,
        plan,
        outside,
        warnings,
        returned,
        empty,
        rows_elsewhere,
        tables: _,
    } = window.found;
    let sides = Sides { old: old.map(side), new: new.map(side) };
    let [old, new, equal] = rows;
    let duplicate = duplicates_allowed.map_or_else(DuplicateKeys::default, DuplicateKeys::Allowed);
    let column = |ColumnHeld { name, rule, changed, warned, max_delta, reason }| ColumnReport {
        name,
        rule,
        changed,
        warned,
        max_delta,
        reason,
    };
    let findings = RowFindings {
        rows: RowCounts { old, new, equal, duplicate, ..RowCounts::default() },
        columns: columns.into_iter().map(column).collect(),
        warned,
        examples: Vec::new(),
    };
    let plan = plan.map(|Plan { name, hash, read_again, spilled_bytes, false_equal, buckets }| PlanReport {
        name,
        hash,
        read_again,
        spilled_bytes,
        false_equal,
        buckets: buckets.map(|[asked, read]| BucketReport { asked, read }),
    });
    let mut report = CheckReport { sides, outcome: Outcome::Rows(findings), plan, ..header };
    report.warnings.push(Warning::new(WarningCode::CarriedOver, said));
    report.warnings.extend(warnings.into_iter().map(|(code, text, table)| Warning::new(code, text).of_table(table)));
    let outside = outside.map(|[old, new]| Outside { old, new });
    report.window.iter_mut().for_each(|window| window.outside = outside);
    (report, CheckFacts { returned, empty, rows_elsewhere })
}

//! Turns the arguments of a command into what is run, with what options, and what follows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::args::{DetailArgs, LookArgs, RepairArgs, ReportArgs, RunArgs};
use super::best_effort::best_effort;
use super::mask_key::mask_key;
use super::overwrites::refusal;
use super::publish::reports::Reports;
use super::selection::{Patterns, all};
use crate::compare::Limits;
use crate::exit_code::{ExitPolicy, FailOn};
use crate::model::LastProof;
use crate::record::history::Place;
use crate::record::proofs;
use crate::record::read::{Baseline, RecordedRun};
use crate::record::windows::FinishedWindows;
use crate::run::{Again, Privacy, Repairs, RunOptions, Selected};
use crate::source::TableName;
use crate::suite::Suite;

/// One run of a command.
pub(super) struct RunRequest<'a> {
    /// The checks to run.
    pub(super) selected: Vec<Selected<'a>>,
    /// How they are run.
    pub(super) options: RunOptions,
    /// Where the reports go.
    pub(super) reports: Reports,
    /// The history that the run is added to.
    pub(super) history: Option<Place>,
    /// Which exit code stands for what.
    pub(super) exit: ExitPolicy<'a>,
    /// How the terminal looks.
    pub(super) look: LookArgs,
    /// What would make new equal to old, where it is wanted.
    pub(super) repair: RepairArgs,
    /// Who answers for the run.
    pub(super) sign_off: Option<String>,
}

impl<'a> RunRequest<'a> {
    /// Makes the request of `cutover run`, or that of `cutover rerun`, which runs `again` what an earlier run found.
    pub(super) fn of_run(
        args: &'a RunArgs,
        selected: Vec<Selected<'a>>,
        patterns: &Patterns,
        again: Option<Again>,
    ) -> Result<RunRequest<'a>, String> {
        // A run that looks again at some keys of some checks says nothing of how the whole suite does.
        let unrecorded = args.no_history || again.is_some();
        let output = args.output();
        let history = if unrecorded { None } else { Some(args.history.place(&output.reports)?) };
        let reports = Reports::new(&output, args.keep);
        if let Some(why) = args.notify.metrics.iter().find_map(|path| refusal("--metrics", path, &selected)) {
            return Err(why);
        }
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let jobs = args.jobs.map_or(cores.max(2), usize::from);
        let options = RunOptions {
            deadline: args.deadline,
            only: patterns.matchers(),
            baseline: args.baseline.as_deref().map(baseline).transpose()?,
            again,
            resume: resume(args)?,
            proofs: best_effort("the last proofs", || proofs(&output.reports, &selected)).unwrap_or_default(),
            ..options(&selected, jobs, args.timeout, &args.detail, &reports)?
        };
        let exit = ExitPolicy { fail_on: &args.fail_on, retryable: args.retryable_exit };
        let sign_off = args.sign_off.clone();
        let (look, repair) = (args.look, RepairArgs::default());
        let request = RunRequest { selected, options, reports, history, exit, look, repair, sign_off };
        request.repairing(&args.repair, &args.detail)
    }

    /// Makes the request of a command that runs all checks of one suite, and whose runs no history has.
    pub(super) fn of_one(
        suite: &'a [Suite],
        jobs: usize,
        timeout: Duration,
        detail: &DetailArgs,
        reports: Reports,
        look: LookArgs,
    ) -> Result<RunRequest<'a>, String> {
        RunRequest::of_selected(all(suite), jobs, timeout, detail, reports, look)
    }

    /// Makes the request of a command that runs `selected`, and whose runs no history has.
    pub(super) fn of_selected(
        selected: Vec<Selected<'a>>,
        jobs: usize,
        timeout: Duration,
        detail: &DetailArgs,
        reports: Reports,
        look: LookArgs,
    ) -> Result<RunRequest<'a>, String> {
        let options = options(&selected, jobs, timeout, detail, &reports)?;
        let exit = ExitPolicy { fail_on: &[FailOn::Fail], retryable: None };
        let repair = RepairArgs::default();
        Ok(RunRequest { selected, options, reports, history: None, exit, look, repair, sign_off: None })
    }

    /// The same request, which also takes down what would make new equal to old, where `args` ask for that.
    pub(super) fn repairing(mut self, args: &RepairArgs, detail: &DetailArgs) -> Result<RunRequest<'a>, String> {
        if let Some(why) = args.repair.iter().find_map(|path| refusal("--repair", path, &self.selected)) {
            return Err(why);
        }
        if args.repair.is_some() {
            let ids: Vec<&str> = self.selected.iter().map(|one| one.check.id.as_str()).collect();
            let tables = args.repair_table.iter().map(|text| table(text, &ids)).collect::<Result<_, _>>()?;
            self.options.repairs = Some(Repairs::new(detail.diff.max_differences, tables));
            self.options.limits.whole_rows = true;
            self.repair = args.clone();
        }
        Ok(self)
    }
}

/// Returns the options of a run that neither ends early nor knows of another.
fn options(
    selected: &[Selected<'_>],
    jobs: usize,
    timeout: Duration,
    detail: &DetailArgs,
    reports: &Reports,
) -> Result<RunOptions, String> {
    if let Some(why) = reports.files().iter().find_map(|path| refusal("--report", path, selected)) {
        return Err(why);
    }
    let row_diffs = selected.iter().filter(|one| one.check.kind.kind().profile().streamed).count();
    let at_once = row_diffs.clamp(1, jobs);
    let most = (!detail.privacy.no_examples).then_some(detail.diff.max_differences);
    let differences = most.map(|most| reports.differences(most)).transpose()?.flatten();
    let whole_rows = differences.is_some();
    Ok(RunOptions {
        limits: Limits { examples: detail.examples, diagnosis: !detail.no_diagnosis, whole_rows, ..Limits::default() },
        memory: usize::try_from(detail.diff.memory.unwrap_or_else(|| machine_memory() / 4)).unwrap_or(usize::MAX)
            / at_once,
        copies: detail.diff.copies.unwrap_or_else(|| free_space() / 2) / at_once as u64,
        plan: detail.diff.plan,
        hash: detail.diff.hash,
        differences,
        with: detail.with.clone(),
        privacy: Privacy { key: mask_key()?, examples: !detail.privacy.no_examples },
        ..RunOptions::new(jobs, timeout)
    })
}

/// Returns what `cutover prove` last found of each suite, where a proof is kept in `folder`.
fn proofs(folder: &Path, selected: &[Selected<'_>]) -> BTreeMap<String, LastProof> {
    let mut found = BTreeMap::new();
    for suite in selected.iter().map(|one| one.suite) {
        if let Entry::Vacant(place) = found.entry(suite.name.clone())
            && let Some(proof) = proofs::last(folder, (&suite.name, &suite.path), &suite.definition())
        {
            place.insert(proof);
        }
    }
    found
}

/// Returns where windows are kept, for a run of all rows.
fn resume(args: &RunArgs) -> Result<Option<Arc<FinishedWindows>>, String> {
    let Some(folder) = &args.resume else { return Ok(None) };
    let opened = FinishedWindows::open(folder).map(|windows| Some(Arc::new(windows)));
    opened.map_err(|cause| {
        format!("--resume: {} cannot be used: {cause}; give a folder that can be written to", folder.display())
    })
}

/// A check of `ids`, and the table that is named for it; the check may be left out where there is only one.
fn table(text: &str, ids: &[&str]) -> Result<(String, TableName), String> {
    let (id, table) = match (text.split_once('='), ids) {
        (Some((id, table)), _) => (id, table),
        (None, [id]) => (*id, text),
        (None, _) => return Err(format!("--repair-table {text}: say of which check, such as {}={text}", ids[0])),
    };
    if !ids.contains(&id) {
        return Err(format!("--repair-table {text}: no check `{id}` is selected; `cutover list` shows their names"));
    }
    Ok((id.to_owned(), TableName::parse(table).map_err(|why| format!("--repair-table: {why}"))?))
}

fn baseline(path: &Path) -> Result<Baseline, String> {
    let read = RecordedRun::read(path).and_then(|run| run.baseline());
    read.map_err(|why| format!("--baseline: {why}"))
}

/// Refuses two reports that would be mixed.
pub(super) fn one_to_stdout(args: &ReportArgs) -> Result<(), String> {
    match args.report.iter().filter(|(_, path)| path == "-").count() {
        0 | 1 => Ok(()),
        _ => Err("only one --report can go to stdout; give the others a path".to_owned()),
    }
}

/// Returns the bytes that the temporary directory has room for; 0 where that is not known.
fn free_space() -> u64 {
    fs4::available_space(std::env::temp_dir()).unwrap_or(0)
}

/// Returns the bytes of memory that this process may have: the machine's, or less where its control group says so.
fn machine_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    match system.total_memory() {
        // Where /proc is not mounted nobody says; a control group must not be asked for then.
        0 => 4 << 30,
        total => total.min(system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory)).max(1),
    }
}

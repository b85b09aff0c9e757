//! `cutover run`: which checks, with what options, and where their reports go.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Utc;
use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};

use super::super::console;
use super::super::console::Screen;
use super::super::publish::history;
use super::super::publish::notify::{FinishedRun, Notifiers};
use super::super::publish::reports::{Reports, folder_name, write};
use super::super::{LookArgs, RunArgs, load, runtime};
use crate::compare::Limits;
use crate::exit_code;
use crate::exit_code::{BROKEN, INTERRUPTED, Wanted};
use crate::isolation;
use crate::record::history::Place;
use crate::record::read::{Baseline, RecordedRun, Unreadable};
use crate::report::terminal;
use crate::run;
use crate::run::{Again, RunOptions, Selected};
use crate::source::CancellationToken;
use crate::spec::check::Masks;
use crate::suite::Suite;

/// Runs the command and returns its exit code.
pub(crate) fn run(args: RunArgs) -> u8 {
    let telling = if args.dry_run { Notifiers::default() } else { Notifiers::new(&args) };
    done(try_run(args, "run", None, &telling).inspect_err(|code| telling.refused(*code)))
}

/// The exit code, whichever way it came.
pub(crate) fn done(code: Result<u8, u8>) -> u8 {
    match code {
        Ok(code) | Err(code) => code,
    }
}

/// Runs the checks of the suites that `args` names, or those that are given to be run `again`, for the command `name`.
pub(crate) fn try_run(
    args: RunArgs,
    name: &str,
    again: Option<(Vec<Suite>, Again)>,
    telling: &Notifiers,
) -> Result<u8, u8> {
    let refuse = |message: &str| {
        console::complain(&format!("cutover {name}: {message}\n"));
        BROKEN
    };
    if args.report.iter().filter(|(_, path)| path == "-").count() > 1 {
        return Err(refuse("only one --report can go to stdout; give the others a path"));
    }
    let only = globs(&args.only).map_err(|why| refuse(&why))?;
    let (suites, again) = match again {
        Some((suites, again)) => (suites, Some(again)),
        None => (load(&args.suites, &args.overrides.overrides())?, None),
    };
    let selected = select(&suites, &args.only, &only, &args.tag).map_err(|why| refuse(&why))?;
    if let Some(expected) = args.expect_checks
        && expected != selected.len()
    {
        return Err(refuse(&format!(
            "--expect-checks {expected}, but {} are selected; correct the number or the selection",
            selected.len()
        )));
    }
    if args.dry_run {
        return dry_run(&selected).map_err(|why| refuse(&why));
    }
    // A run that looks again at some keys of some checks says nothing of how the whole suite does.
    let unrecorded = args.no_history || again.is_some();
    let history = if unrecorded { None } else { Some(args.history.place(&args.reports).map_err(|why| refuse(&why))?) };
    let to =
        if args.report.is_empty() { Reports::Folder(args.reports, args.keep) } else { Reports::Paths(args.report) };
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let jobs = args.jobs.map_or(cores.max(2), usize::from);
    let options = RunOptions {
        jobs,
        timeout: args.timeout,
        deadline: args.deadline,
        limits: Limits { examples: args.examples, ..Limits::default() },
        memory: args.diff.memory(row_diffs(&selected).min(jobs)),
        spill: std::env::temp_dir(),
        copies: args.diff.copies(row_diffs(&selected).min(jobs)),
        only: matchers(&args.only).map_err(|why| refuse(&why))?,
        plan: args.diff.plan,
        differences: to.differences(args.diff.max_differences, args.privacy).map_err(|why| refuse(&why))?,
        privacy: args.privacy.privacy().map_err(|why| refuse(&why))?,
        baseline: match &args.baseline {
            Some(path) => Some(baseline(path).map_err(|why| refuse(&format!("--baseline: {why}")))?),
            None => None,
        },
        again,
    };
    let wanted = Wanted { fail_on: &args.fail_on, retryable: args.retryable_exit };
    execute(&selected, &options, &to, history.as_ref(), wanted, args.look, telling)
}

fn baseline(path: &Path) -> Result<Baseline, Unreadable> {
    RecordedRun::read(path)?.baseline()
}

fn row_diffs(selected: &[Selected<'_>]) -> usize {
    selected.iter().filter(|one| one.check.kind.kind().profile().streamed).count()
}

/// Runs `selected`, shows and writes what was found, adds it to the history, and returns the exit code.
pub(crate) fn execute(
    selected: &[Selected<'_>],
    options: &RunOptions,
    to: &Reports,
    history: Option<&Place>,
    wanted: Wanted<'_>,
    look: LookArgs,
    telling: &Notifiers,
) -> Result<u8, u8> {
    let to_stdout = matches!(to, Reports::Paths(paths) if paths.iter().any(|(_, path)| path == "-"));
    telling.begin(to_stdout);
    if !options.privacy.examples || selected.iter().any(|one| one.check.mask != Masks::default()) {
        isolation::withhold_panics();
    }
    let screen = Screen::new(look, to_stdout, selected.len());
    let signalled = AtomicBool::new(false);
    let runtime = runtime()?;
    let mut report = runtime.block_on(async {
        let stop = CancellationToken::default();
        let work = run::run(selected, options, &stop, |event| {
            beside("a line of the terminal", || screen.show(event));
        });
        tokio::pin!(work);
        tokio::select! {
            report = &mut work => report,
            () = signal() => {
                signalled.store(true, Ordering::SeqCst);
                console::complain("interrupted: cancelling the queries and writing what was found; once more to leave at once\n");
                stop.cancel();
                tokio::select! {
                    report = &mut work => report,
                    () = signal() => std::process::exit(INTERRUPTED.into()),
                }
            }
        }
    });
    // A query that ignores its cancellation must not hold up the exit.
    runtime.shutdown_background();
    screen.finish();
    let id = folder_name(report.started_at);
    let mut attach = |place| history::attach(place, &mut report, options.privacy.examples).err();
    let unread =
        history.and_then(|place| beside("the history", || attach(place)).unwrap_or_else(|| Some(DEFECT.to_owned())));
    beside("the terminal's report", || {
        let details = terminal::details(&report, &screen.style);
        screen.say(&if details.is_empty() { "\n".to_owned() } else { format!("\n{details}\n") });
    });
    beside("the verdict's line", || screen.say(&format!("{}\n", terminal::summary(&report, &screen.style))));
    let previous = beside("the run before", || telling.previous(history, &report)).flatten();
    let written = write(&report, to, &id, options.differences.as_ref());
    let complain = |why: &String| console::complain(&format!("cutover run: {why}\n"));
    match &written {
        Ok(written) => {
            written.broken.iter().for_each(complain);
            written.places.iter().for_each(|place| screen.say(&format!("report: {place}\n")));
        }
        Err(why) => complain(why),
    }
    let code = match &written {
        _ if signalled.load(Ordering::SeqCst) => INTERRUPTED,
        Ok(written) if written.broken.is_empty() => wanted.code(&report),
        _ => BROKEN,
    };
    if let Some(place) = history {
        beside("the history", || history::record(place, &report, &id, code, to.folder(&id).as_deref(), unread));
    }
    let places = written.as_ref().map(|written| written.places.as_slice()).unwrap_or_default();
    telling.tell(&FinishedRun { report: &report, selected, code, previous, places });
    Ok(code)
}

/// What is said of something that could not be told because it met a defect.
const DEFECT: &str = "cutover met a defect of its own";

/// Does `work` beside the verdict, `what` to whom reads of it; a defect in it is told, and costs neither verdict nor report.
pub(crate) fn beside<T>(what: &str, work: impl FnOnce() -> T) -> Option<T> {
    let done = isolation::caught(work).ok();
    if done.is_none() {
        console::complain(&format!("cutover run: {DEFECT} in {what}, which is left out; please report it\n"));
    }
    done
}

/// Resolves at SIGINT or SIGTERM.
pub(crate) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return futures::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        futures::future::pending::<()>().await;
    }
}

/// Patterns of the windows; a pattern without `@` takes all windows of its checks.
pub(crate) fn matchers(patterns: &[String]) -> Result<Vec<GlobMatcher>, String> {
    let matcher = |pattern: &String| {
        let glob = Glob::new(pattern).map_err(|cause| format!("--only {pattern}: {}", cause.kind()))?;
        Ok(glob.compile_matcher())
    };
    patterns.iter().map(matcher).collect()
}

/// Patterns of the checks: what stands behind `@` names a window of one.
fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns.iter().map(|pattern| pattern.split_once('@').map_or(pattern.as_str(), |(check, _)| check)) {
        set.add(
            Glob::new(pattern)
                .map_err(|cause| format!("--only {pattern}: {}; write a pattern such as 'costs.*'", cause.kind()))?,
        );
    }
    set.build().map_err(|cause| format!("--only: {cause}"))
}

/// The checks that are asked for; each pattern and each tag must match something.
pub(crate) fn select<'a>(
    suites: &'a [Suite],
    patterns: &[String],
    only: &GlobSet,
    tags: &[String],
) -> Result<Vec<Selected<'a>>, String> {
    let all = || suites.iter().flat_map(|suite| suite.checks.iter().map(move |check| Selected { suite, check }));
    for (index, pattern) in patterns.iter().enumerate() {
        if !all().any(|one| only.matches(&one.check.id).contains(&index)) {
            let bare = all().find(|one| one.check.id.split_once('.').is_some_and(|(_, name)| name == pattern));
            let way_out = bare.map_or("`cutover list` shows their ids".to_owned(), |one| {
                format!("an id begins with its suite: --only {}", one.check.id)
            });
            return Err(format!("--only {pattern} matches no check; {way_out}"));
        }
    }
    if let Some(tag) = tags.iter().find(|tag| !all().any(|one| one.check.tags.contains(tag))) {
        return Err(format!("--tag {tag} matches no check; `cutover list` shows their tags"));
    }
    let wanted = |one: &Selected<'_>| {
        (patterns.is_empty() || only.is_match(&one.check.id))
            && (tags.is_empty() || tags.iter().any(|tag| one.check.tags.contains(tag)))
    };
    let selected: Vec<_> = all().filter(wanted).collect();
    if selected.is_empty() {
        Err("no check has both such an id and such a tag; loosen --only or --tag".to_owned())
    } else {
        Ok(selected)
    }
}

fn dry_run(selected: &[Selected<'_>]) -> Result<u8, String> {
    use std::fmt::Write as _;
    let now = Utc::now();
    let mut text = String::new();
    for one in selected {
        let (check, params) = (one.check, run::fixed(one.suite, now));
        let slices = match &check.window {
            None => vec![None],
            Some(window) => {
                let cut = run::cut(check, window, &params);
                cut.map_err(|why| format!("check {}: {why}", check.id))?.into_iter().map(Some).collect()
            }
        };
        for (slice, (side, query)) in slices.iter().flat_map(|slice| check.sides.present().map(move |s| (slice, s))) {
            let spec = one.suite.sources.get(&query.source).ok_or("a check names a source that is not there")?;
            let url = spec
                .resolve(one.suite.folder(), |name| std::env::var(name).ok())
                .map_err(|error| format!("check {}, source `{}`: {error}", check.id, query.source))?;
            let sql = run::rendered(check, slice.as_ref(), side, url.engine(), &query.sql, &params)
                .map_err(|error| format!("check {}, {side}: {error}", check.id))?;
            let at = slice.as_ref().map_or(String::new(), |slice| format!("@{}", slice.name()));
            let _ = writeln!(
                text,
                "-- {}{at} {side} ({}, {})\n{}\n",
                check.id,
                query.source,
                url.engine().as_str(),
                sql.trim_end()
            );
        }
    }
    console::print(&text);
    Ok(exit_code::PASSED)
}

#[cfg(test)]
mod tests {
    use super::beside;

    /// Catches a defect in what follows a verdict that takes verdict and report with it.
    #[test]
    fn what_breaks_beside_a_verdict_is_left_out() {
        assert_eq!(beside("a test", || panic!("{}", "beside")).map(|()| 0), None);
        assert_eq!(beside("a test", || 3), Some(3));
    }
}

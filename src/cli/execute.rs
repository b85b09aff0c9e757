//! Executes a run: the checks, what people see meanwhile, and what follows the verdict.

use chrono::Utc;

use super::args::RunArgs;
use super::best_effort::{DEFECT, best_effort, best_effort_async};
use super::console::Screen;
use super::dry_run::dry_run;
use super::publish::finished::FinishedRun;
use super::publish::notify::Notifiers;
use super::publish::reports::write;
use super::publish::{history, last_run, repair};
use super::request::RunRequest;
use super::selection::{Patterns, select};
use super::{console, signal};
use crate::exit_code::{BROKEN, INTERRUPTED};
use crate::isolation;
use crate::model::{EarlierRuns, RunReport, SignOff, plural};
use crate::record::windows::FinishedWindows;
use crate::report::terminal::Style;
use crate::report::{proof, terminal};
use crate::run;
use crate::run::Again;
use crate::source::CancellationToken;
use crate::spec::check::Masks;
use crate::suite::Suite;

/// Runs the checks that `args` select of `suites` and returns the exit code; a dry run prints their SQL instead.
pub(super) async fn run(
    args: &RunArgs,
    suites: &[Suite],
    patterns: &Patterns,
    again: Option<Again>,
    notifiers: &Notifiers,
) -> Result<u8, String> {
    let selected = select(suites, patterns, &args.tag)?;
    if let Some(expected) = args.expect_checks
        && expected != selected.len()
    {
        return Err(format!(
            "--expect-checks {expected}, but {} are selected; correct the number or the selection",
            selected.len()
        ));
    }
    if args.dry_run {
        return dry_run(&selected);
    }
    let request = RunRequest::of_run(args, selected, patterns, again)?;
    Ok(execute(&request, notifiers).await)
}

/// Runs the checks, shows and writes what was found, adds it to the history, and returns the exit code.
pub(super) async fn execute(request: &RunRequest<'_>, notifiers: &Notifiers) -> u8 {
    let to_stderr = request.reports.use_stdout();
    notifiers.begin(to_stderr);
    withhold(request);
    let screen = Screen::new(request.look, to_stderr, request.selected.len());
    let (mut report, signalled) = compare(request, &screen).await;
    screen.finish();
    let at = Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    report.sign_off = request.sign_off.clone().map(|by| SignOff { by, at });
    publish(request, report, signalled, &screen, notifiers).await
}

/// Keeps what a panic says to itself where values of rows are hidden.
pub(super) fn withhold(request: &RunRequest<'_>) {
    if !request.options.privacy.examples || request.selected.iter().any(|one| one.check.mask != Masks::default()) {
        isolation::withhold_panics();
    }
}

/// What people are told of a run that has ended, part by part.
pub(super) fn told(report: &RunReport, style: &Style, say: impl Fn(&str)) {
    best_effort("the terminal's report", || {
        let details = terminal::details(report, style);
        say(&if details.is_empty() { "\n".to_owned() } else { format!("\n{details}\n") });
    });
    best_effort("the tables' line", || {
        if let Some(states) = terminal::states(report) {
            say(&format!("{states}\n"));
        }
    });
    best_effort("the connections' line", || {
        if let Some(connections) = terminal::connections(report) {
            say(&format!("{connections}\n"));
        }
    });
    best_effort("the proofs' lines", || say(&proof::lines(report)));
    best_effort("the verdict's line", || say(&format!("{}\n", terminal::summary(report, style))));
}

/// Runs the checks, and returns what they found and whether a signal ended them early. A second signal ends the process.
async fn compare(request: &RunRequest<'_>, screen: &Screen) -> (RunReport, bool) {
    let stop = CancellationToken::default();
    let work = run::run(&request.selected, &request.options, &stop, |event| {
        best_effort("a line of the terminal", || screen.show(event));
    });
    tokio::pin!(work);
    tokio::select! {
        report = &mut work => return (report, false),
        () = signal::interrupted() => {}
    }
    console::complain("interrupted: cancelling the queries and writing what was found; once more to leave at once\n");
    stop.cancel();
    tokio::select! {
        report = &mut work => (report, true),
        () = signal::interrupted() => std::process::exit(INTERRUPTED.into()),
    }
}

/// Shows the report, writes it, records it and notifies, in this order; returns the exit code.
async fn publish(
    request: &RunRequest<'_>,
    report: RunReport,
    signalled: bool,
    screen: &Screen,
    notifiers: &Notifiers,
) -> u8 {
    let place = request.history.as_ref();
    let earlier = match place {
        Some(place) => {
            let read = history::earlier(place, &report, request.options.privacy.examples);
            best_effort_async("the history", read).await.unwrap_or_else(|| Err(DEFECT.to_owned()))
        }
        None => Ok(EarlierRuns::default()),
    };
    let (earlier, unread) = match earlier {
        Ok(earlier) => (earlier, None),
        Err(why) => (EarlierRuns::default(), Some(why)),
    };
    told(&report, &screen.style, |text| screen.say(text));
    // Asked before this run is recorded and its reports replace those of the last.
    let previous = match notifiers.reports_of_last_run() {
        Some(reports) => best_effort_async("the run before", last_run::of(place, reports, &report)).await.flatten(),
        None => None,
    };
    let written = write(&report, &earlier, &request.reports, request.options.differences.as_ref());
    let complain = |why: &String| console::complain(&format!("cutover run: {why}\n"));
    match &written {
        Ok(written) => {
            written.broken.iter().for_each(complain);
            written.places.iter().for_each(|place| screen.say(&format!("report: {place}\n")));
        }
        Err(why) => complain(why),
    }
    let repairs = request.options.repairs.as_ref();
    let repaired = repairs.and_then(|found| repair::write(&report, found, &request.repair));
    match &repaired {
        Some(Ok(line)) => screen.say(line),
        Some(Err(why)) => complain(why),
        None => {}
    }
    let code = match &written {
        _ if signalled => INTERRUPTED,
        _ if matches!(repaired, Some(Err(_))) => BROKEN,
        Ok(written) if written.broken.is_empty() => request.exit.code(&report),
        _ => BROKEN,
    };
    if let Some(place) = place {
        let folder = request.reports.folder(&report.id);
        let recorded = history::record(place, &report, &report.id, code, folder.as_deref(), unread);
        best_effort_async("the history", recorded).await;
    }
    if let Some(windows) = &request.options.resume {
        resumed(windows, &report, screen);
    }
    let places = written.as_ref().map(|written| written.places.as_slice()).unwrap_or_default();
    let run = FinishedRun { report: &report, selected: &request.selected, code, previous, places };
    notifiers.notify(&run).await;
    code
}

/// Says what was carried over, and what another run can go on with; the windows of one that came to its end are forgotten.
fn resumed(windows: &FinishedWindows, report: &RunReport, screen: &Screen) {
    if let Some(why) = windows.broken() {
        console::complain(&format!("cutover run: {why}\n"));
    }
    let carried = windows.carried();
    if carried > 0 {
        screen.say(&format!("carried over: {} that an earlier run had compared\n", plural(carried, "window")));
    }
    if report.interrupted || report.retryable() == Some(true) {
        let kept = windows.kept() as u64;
        screen.say(&format!("kept: {}; the same command goes on with the rest\n", plural(kept, "finished window")));
    } else if let Err(cause) = windows.clear() {
        console::complain(&format!("cutover run: finished windows cannot be removed: {cause}; remove them by hand\n"));
    }
}

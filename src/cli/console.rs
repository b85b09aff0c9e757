//! Writes to the terminal: lines, colours, progress. A reader that went away is no failure, a full disk is.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::LookArgs;
use super::sanitize;
use crate::exit_code::{BROKEN, DIFFERENT, PASSED};
use crate::model::{CheckReport, Status};
use crate::report::terminal::Style;
use crate::report::{Format, terminal, visible};
use crate::run::Event;
use crate::secret::{hidden, without_urls};
use crate::source;

/// Whether something that was to stand on stdout does not.
static LOST: AtomicBool = AtomicBool::new(false);

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes()).and_then(|()| to.flush())
}

/// Whether stdout belongs to a protocol, so that nothing else may stand there.
static KEPT: AtomicBool = AtomicBool::new(false);

/// Keeps everything that is printed from stdout, from now on.
pub(crate) fn keep_stdout() {
    KEPT.store(true, Ordering::Relaxed);
}

/// Writes to stdout. What cannot be written there is lost, unless nobody reads it any more.
fn answer(text: &str) {
    if KEPT.load(Ordering::Relaxed) {
        return note(text);
    }
    if let Err(cause) = write(&mut io::stdout(), text)
        && cause.kind() != io::ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        complain(&format!("standard output cannot be written: {cause}; what should stand there is lost\n"));
    }
}

/// Writes to stderr, which is all there is to tell that it fails.
fn note(text: &str) {
    let _ = write(&mut io::stderr(), text);
}

/// Returns `code`, or the code of what could not be done where something on stdout was lost.
pub(crate) fn unless_lost(code: u8) -> u8 {
    let says_done = [PASSED, DIFFERENT].contains(&code);
    if says_done && LOST.load(Ordering::Relaxed) { BROKEN } else { code }
}

/// Prints lines to stdout.
pub(crate) fn print(text: &str) {
    answer(&sanitize::lines(text, false));
}

/// Prints a sentence to stderr: what went wrong, or is to be known beside the result.
pub(crate) fn complain(text: &str) {
    note(&sanitize::sentence(text));
}

/// Prints why `cutover command` is not done, and returns the exit code.
pub(crate) fn refuse(command: &str, why: &str) -> u8 {
    complain(&format!("cutover {command}: {why}\n"));
    BROKEN
}

/// Prints lines to stderr: what the parser of the arguments says, who repeats them.
pub(crate) fn complain_lines(text: &str) {
    note(&sanitize::lines(&without_urls(&hidden(text)), false));
}

/// Prints a report to stdout, whole.
pub(crate) fn report(format: Format, text: &str) {
    answer(&sanitize::report(text, format == Format::Json));
}

/// Prints what a CI runner is to obey; everything in it is escaped as the runner wants it.
pub(crate) fn command(text: &str, to_stderr: bool) {
    if to_stderr { note(text) } else { answer(text) }
}

/// Returns an error of a source with its causes, one a line: the words of a server make no line of their own.
pub(crate) fn with_causes(error: &source::Error) -> String {
    let causes: String = error.causes.iter().map(|cause| format!("\n  {}", visible(&cause.text))).collect();
    format!("{}{causes}", visible(&error.message))
}

/// Where people's output goes: stdout, or stderr where a report has stdout.
pub(crate) struct Screen {
    to_stderr: bool,
    quiet: bool,
    /// Whether checks that passed or were skipped have no line.
    failures: bool,
    /// How it looks.
    pub(crate) style: Style,
    progress: ProgressBar,
    running: Mutex<BTreeMap<String, String>>,
    /// Errors that were told, with the first check that each hit.
    told: Mutex<HashMap<String, String>>,
}

impl Screen {
    /// A screen for a run of `checks` checks.
    pub(crate) fn new(look: LookArgs, to_stderr: bool, checks: usize) -> Self {
        let terminal = if to_stderr { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let color = terminal && !look.no_color && !set("NO_COLOR") && !dumb;
        let width = terminal.then(columns).flatten();
        let progress = if terminal && std::io::stderr().is_terminal() && !look.quiet && !dumb {
            let bar = ProgressBar::with_draw_target(Some(checks as u64), ProgressDrawTarget::stderr());
            let template = ProgressStyle::with_template("{spinner} {pos}/{len} checks · {elapsed} · {msg}");
            bar.set_style(template.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            ProgressBar::hidden()
        };
        let LookArgs { quiet, failures, .. } = look;
        Screen {
            to_stderr,
            quiet,
            failures,
            style: Style { color, width },
            progress,
            running: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Shows one thing that happened.
    pub(crate) fn show(&self, event: Event<'_>) {
        let mut running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::Planned(units) => self.progress.set_length(units as u64),
            Event::Started(id) => {
                running.insert(id.to_owned(), String::new());
            }
            Event::Read { id, rows, of, seconds } => {
                running.insert(id.to_owned(), read(rows, of, seconds));
            }
            Event::Waiting { id, time } => {
                let time = humantime::format_duration(time);
                running.insert(id.to_owned(), format!(" waits {time} for what differs to settle"));
            }
            Event::Finished(check) => {
                running.remove(&check.id);
                self.progress.inc(1);
                if !(self.failures && matches!(check.status(), Status::Pass | Status::Skip)) {
                    self.say(&format!("{}\n", self.line(check)));
                }
            }
        }
        self.progress
            .set_message(running.iter().map(|(id, read)| format!("{id}{read}")).collect::<Vec<_>>().join(", "));
    }

    /// The line of a finished check; an error that was told before is told by the check that it hit first.
    fn line(&self, check: &CheckReport) -> String {
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match check.error.as_ref().filter(|_| !check.measured()) {
            None => terminal::line(check, &self.style),
            Some(error) => match told.entry(error.message()) {
                Entry::Occupied(first) => terminal::again(check, first.get(), &self.style),
                Entry::Vacant(place) => {
                    place.insert(check.id.clone());
                    terminal::line(check, &self.style)
                }
            },
        }
    }

    /// Prints text for people, unless they asked for quiet.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            let text = sanitize::lines(text, self.style.color);
            self.progress.suspend(|| match self.to_stderr {
                true => note(&text),
                false => answer(&text),
            });
        }
    }

    /// Removes the progress display.
    pub(crate) fn finish(&self) {
        self.progress.finish_and_clear();
    }
}

/// How far a reading is: rows, rows per second and, where the end is known, the share done and the time left.
fn read(rows: u64, of: Option<u64>, seconds: f64) -> String {
    if rows == 0 {
        return " begins to read".to_owned();
    }
    let rate = rows as f64 / seconds.max(0.001);
    let so_far = format!(" {} rows, {}/s", HumanCount(rows), HumanCount(rate as u64));
    match of.filter(|of| *of > 0) {
        None => so_far,
        Some(of) => {
            let share = 100.0 * rows as f64 / of as f64;
            let left = of.saturating_sub(rows) as f64 / rate.max(1.0);
            format!("{so_far}, {share:.0} %, {} left", HumanDuration(Duration::from_secs_f64(left)))
        }
    }
}

/// Width of the terminal, where it tells.
pub(crate) fn columns() -> Option<u16> {
    console::Term::stdout().size_checked().map(|(_, columns)| columns)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_reading_tells_its_rate_and_what_is_left_where_it_can() {
        assert_eq!(read(1_000, None, 0.5), " 1,000 rows, 2,000/s");
        assert_eq!(read(1_000, Some(4_000), 0.5), " 1,000 rows, 2,000/s, 25 %, 2 seconds left");
        assert_eq!(read(0, Some(4_000), 0.5), " begins to read");
    }
}

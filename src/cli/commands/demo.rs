//! `cutover demo`: the first thing a newcomer sees.

use std::path::Path;
use std::time::Duration;

use globset::GlobSet;

use super::super::publish::notify::Notifiers;
use super::super::publish::reports::Reports;
use super::super::{DiffLimits, LookArgs, PrivacyArgs, console, load, runtime};
use super::run::{done, execute, select};
use crate::compare::Limits;
use crate::demo;
use crate::exit_code::{BROKEN, DIFFERENT, PASSED, Wanted};
use crate::run::{Privacy, RunOptions};
use crate::suite::Overrides;

/// Makes the pair under `dir`, runs its suite, and says what it means.
pub(crate) fn demo(dir: &Path, clean: bool, look: LookArgs) -> u8 {
    done(try_demo(dir, clean, look))
}

fn try_demo(dir: &Path, clean: bool, look: LookArgs) -> Result<u8, u8> {
    runtime()?.block_on(demo::create(dir, clean)).map_err(|error| {
        console::complain(&format!("cutover demo: {error}\n"));
        BROKEN
    })?;
    // The demo's own pair, whatever the environment names for real suites.
    let sources = vec![("old".to_owned(), "sqlite:old.db".to_owned()), ("new".to_owned(), "new".to_owned())];
    let mut suites = load(&[dir.join("suite.toml")], &Overrides { params: Vec::new(), sources })?;
    // Outside of the demo they are the suite's own defaults.
    suites.iter_mut().for_each(|suite| suite.given = Overrides::default());
    let selected = select(&suites, &[], &GlobSet::empty(), &[]).map_err(|why| {
        console::complain(&format!("cutover demo: {why}\n"));
        BROKEN
    })?;
    let limits = DiffLimits::default();
    let to = Reports::Folder(dir.join("reports"), None);
    let differences = to.differences(limits.max_differences, PrivacyArgs::default()).map_err(|why| {
        console::complain(&format!("cutover demo: {why}\n"));
        BROKEN
    })?;
    let options = RunOptions {
        jobs: 2,
        timeout: Duration::from_secs(60),
        deadline: None,
        limits: Limits::default(),
        memory: limits.memory(2),
        spill: std::env::temp_dir(),
        copies: limits.copies(2),
        only: Vec::new(),
        plan: limits.plan,
        differences,
        privacy: Privacy::of_the_run(),
        baseline: None,
        again: None,
    };
    let code =
        execute(&selected, &options, &to, None, Wanted { fail_on: &[], retryable: None }, look, &Notifiers::default())?;
    if !look.quiet {
        let dir = dir.display();
        match code {
            PASSED => console::print(&format!(
                "\nThis is what a passing gate looks like: exit code 0. `cutover demo` plants differences.\nThe suite is {dir}/suite.toml, its SQL is in {dir}/sql/.\n"
            )),
            DIFFERENT => console::print(&format!(
                "\nThis is what a failing gate looks like: exit code 1. The differences above were planted in {dir}/new.\nNext: read {dir}/suite.toml, change something, and run `cutover run {dir}`; `cutover demo --clean` has no differences.\n"
            )),
            _ => {}
        }
    }
    Ok(code)
}

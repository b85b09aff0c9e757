//! Runs `cutover run`.

use super::super::args::RunArgs;
use super::super::publish::notify::Notifiers;
use super::super::request::one_to_stdout;
use super::super::selection;
use super::super::selection::Patterns;
use super::super::{console, execute, suites};

/// Runs the checks and returns the exit code. Those who hear of runs hear of one that could not begin, too.
pub(crate) async fn run(args: &RunArgs) -> Result<u8, u8> {
    let notifiers =
        if args.dry_run { Notifiers::default() } else { Notifiers::new(&args.notify, &args.output().reports) };
    let done = begun(args, &notifiers).await;
    if let Err(code) = done {
        notifiers.refused(code).await;
    }
    done
}

async fn begun(args: &RunArgs, notifiers: &Notifiers) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("run", &why);
    one_to_stdout(&args.output()).map_err(refuse)?;
    // A pattern that is none is told before a suite is read.
    Patterns::new(&args.only).map_err(refuse)?;
    let suites = suites::load(&args.suites, &args.overrides.overrides())?;
    let all = selection::all(&suites);
    let ids: Vec<_> = all.iter().map(|one| (one.check.id.as_str(), one.suite.path.as_path())).collect();
    let meant = selection::meant(&args.select, &ids).map_err(refuse)?;
    let patterns = Patterns::new(&[args.only.clone(), meant].concat()).map_err(refuse)?;
    execute::run(args, &suites, &patterns, None, notifiers).await.map_err(refuse)
}

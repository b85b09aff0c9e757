//! Runs `cutover run`.

use super::super::args::RunArgs;
use super::super::publish::notify::Notifiers;
use super::super::request::one_to_stdout;
use super::super::selection::Patterns;
use super::super::{console, execute, suites};

/// Runs the checks and returns the exit code. Those who hear of runs hear of one that could not begin, too.
pub(crate) async fn run(args: &RunArgs) -> Result<u8, u8> {
    let notifiers =
        if args.dry_run { Notifiers::default() } else { Notifiers::new(&args.notify, &args.output.reports) };
    let done = begun(args, &notifiers).await;
    if let Err(code) = done {
        notifiers.refused(code).await;
    }
    done
}

async fn begun(args: &RunArgs, notifiers: &Notifiers) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("run", &why);
    one_to_stdout(&args.output).map_err(refuse)?;
    let patterns = Patterns::new(&args.only).map_err(refuse)?;
    let suites = suites::load(&args.suites, &args.overrides.overrides())?;
    execute::run(args, &suites, &patterns, None, notifiers).await.map_err(refuse)
}

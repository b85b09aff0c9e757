//! Runs `cutover validate`: the mistakes of suites, and with `--connect` what the servers say of their queries.

use std::path::PathBuf;

use clap::Args;

use super::super::args::OverrideArgs;
use super::super::validation::{Reach, Told, reached, summary};
use super::super::{console, suites};
use crate::exit_code::{BROKEN, PASSED};
use crate::report::Format;
use crate::source::CancellationToken;
use crate::suite;

/// `cutover validate`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ValidateArgs {
    /// Suite files, or folders with suites below them
    #[arg(value_name = "SUITE|DIR", default_value = "checks/")]
    suites: Vec<PathBuf>,
    #[command(flatten)]
    overrides: OverrideArgs,
    /// Also connect to every source, and show what its server finds wrong with the queries
    #[arg(long)]
    connect: bool,
    /// Also say what each query would read, where its server can tell without running it
    #[arg(long, requires = "connect")]
    estimate: bool,
    /// Print JSON: the mistakes, and what the servers said
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover validate                              every mistake at once, with file and line
  cutover validate checks/costs --connect       also what the servers say of the queries
  cutover validate --connect --estimate         also how many rows each query would read";

/// Shows every mistake, or that there is none, and returns the exit code; with `--connect`, also reaches every source and
/// shows what its server says of the queries.
pub(crate) async fn validate(args: &ValidateArgs) -> Result<u8, u8> {
    let overrides = args.overrides.overrides();
    let (reach, stop) = (Reach { connect: args.connect, estimate: args.estimate }, CancellationToken::default());
    if !args.json {
        let suites = suites::load(&args.suites, &overrides)?;
        let code = reached(&suites, reach, &mut None, &stop).await;
        console::print(&summary(&suites, code));
        return Ok(code);
    }
    let (told, code) = match suite::load(&args.suites, &overrides) {
        Ok(suites) => {
            let mut told = Some(Told::valid(&suites));
            let code = reached(&suites, reach, &mut told, &stop).await;
            (told.unwrap_or_default(), code)
        }
        Err(problems) => (Told::mistaken(&problems), BROKEN),
    };
    console::report(Format::Json, &format!("{:#}\n", told.json(code == PASSED)));
    if code == PASSED { Ok(code) } else { Err(code) }
}

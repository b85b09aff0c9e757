//! Runs `cutover prove`: would these checks notice?

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::args::value_parsers::{duration, size};
use super::super::args::{LookArgs, OverrideArgs, SUITES};
use super::super::console::Screen;
use super::super::proving::How;
use super::super::selection::{Patterns, select};
use super::super::{console, proving, suites};
use crate::model::ProofPlace;
use crate::prove;
use crate::record::proofs;
use crate::report::proof;
use crate::source::CancellationToken;

const AFTER_HELP: &str = "\
Exit codes: 0 nothing was missed · 1 a mutant was missed · 2 void: the suite does not pass as it is, or a check does not see that
every row is lost · 130 interrupted

Examples:
  cutover prove checks/costs                    what would this suite not notice?
  cutover prove checks --only 'costs.*' --budget 5min
  cutover prove checks --json | jq '.checks[] | select(.mutants[].outcome == \"missed\") | .id'";

/// `cutover prove`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ProveArgs {
    /// Suite files, or folders with suites below them
    #[arg(value_name = "SUITE|DIR", default_value = SUITES)]
    suites: Vec<PathBuf>,
    /// Where losses and changes are put: into answers, or into the tables that the queries of one side read, which are asked
    /// again for each
    #[arg(long, value_name = "PLACE", value_enum, default_value = "answers")]
    on: Place,
    #[command(flatten)]
    overrides: OverrideArgs,
    /// Prove only checks whose id matches, such as 'costs.*'; repeatable
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Prove only checks with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// What the picks of rows follow from: the same seed on the same data tries the same mutants
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Time allowed for all mutants; what is left then is untested
    #[arg(long, value_name = "TIME", value_parser = duration)]
    budget: Option<Duration>,
    /// Checks at once [default: one per core, at least 2]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroU16>,
    /// Time allowed per query, unless the check says otherwise
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = duration)]
    timeout: Duration,
    /// Memory for answers and their comparison [default: a quarter of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Show no values of rows
    #[arg(long)]
    no_examples: bool,
    /// Print the proof as JSON to stdout; its schema is docs/proof.schema.json
    #[arg(long)]
    json: bool,
    /// Write the proof as a page with a matrix of checks and mutants
    #[arg(long, value_name = "PATH")]
    html: Option<PathBuf>,
    /// Folder of the reports, where the proof is kept so that later runs tell of it
    #[arg(long, value_name = "DIR", default_value = "reports/")]
    reports: PathBuf,
    #[command(flatten)]
    look: LookArgs,
}

/// Where losses and changes are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Place {
    /// The answers of one side, which are read once.
    Answers,
    /// The tables of one side: a subquery stands in their place.
    Tables,
}

/// Puts the checks to the proof, shows what was found, and returns the exit code.
pub(crate) async fn prove(args: &ProveArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("prove", &why);
    let patterns = Patterns::new(&args.only).map_err(refuse)?;
    let suites = suites::load(&args.suites, &args.overrides.overrides())?;
    let selected = select(&suites, &patterns, &args.tag).map_err(refuse)?;
    let on = match args.on {
        Place::Answers => ProofPlace::Answers,
        Place::Tables => ProofPlace::Tables,
    };
    let how = How {
        on,
        jobs: args.jobs,
        timeout: args.timeout,
        memory: args.memory,
        no_examples: args.no_examples,
        seed: args.seed,
        budget: args.budget,
        look: args.look,
    };
    let request = proving::request(&selected, &patterns, &how).map_err(refuse)?;
    let screen = Screen::new(args.look, args.json, selected.len());
    let stop = CancellationToken::default();
    let work = prove::prove(&selected, &request, &stop, |check| {
        screen.say(&format!("{}\n", proof::line(check, &screen.style)));
    });
    let (report, is_signalled) = proving::until_done(work, &stop).await;
    let code = proving::tell(&report, &screen, (args.json, args.html.as_deref()), is_signalled).map_err(refuse)?;
    if is_signalled {
        // Half a proof is not told of in place of a whole one.
        return Ok(code);
    }
    let stay = proofs::keep(&args.reports, &report, args.budget.is_some()).map_err(|cause| {
        refuse(format!(
            "the proof cannot be kept in {}: {cause}; give another folder with --reports",
            args.reports.display()
        ))
    })?;
    for (name, kept) in stay {
        let kept = proof::last(&kept);
        screen.say(&format!("kept as the proof of {name}, because it looked at more: {kept}\n"));
    }
    Ok(code)
}

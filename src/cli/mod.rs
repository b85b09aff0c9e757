//! The command line: what can be said, and which part of the library does it.

pub(crate) mod commands;
mod console;
pub(crate) mod publish;
mod sanitize;
mod startup;
mod value_parsers;

use commands::demo;
use commands::diff;
use commands::init;
use commands::list;
use commands::manual;
use commands::rehearse;
use commands::rerun;
use commands::run;
use commands::waive;
use publish::notify;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};

use value_parsers::{duration, pair, report, size, size_or_none};

use crate::exit_code::{BROKEN, FailOn};
use crate::isolation;
use crate::report::{Format, visible};
use crate::run::{DiffStrategy, MaskKey, Privacy};
use crate::suite;
use crate::suite::{Overrides, Suite};

/// Proves that a new schema tells the same story as the old one before reads move to it.
#[derive(Debug, Parser)]
#[command(name = "cutover", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 passed or only warned · 1 differences · 2 something could not be compared, was cut short, or nothing ran · 130 interrupted

Examples:
  cutover demo                                  see a failing gate on made-up data
  cutover run checks/costs --param from=2026-01-01
  cutover init --old sqlite:shop.db --new new/  write a first suite from two catalogues
  cutover run --tag gate --report junit=junit.xml --report markdown=-
  cutover run --only 'costs.daily_*' --source new=postgres://reader@replica/app";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run checks and report
    Run(Box<RunArgs>),
    /// Run again what did not pass in a report, on the same params
    Rerun(Box<rerun::RerunArgs>),
    /// Compare two tables or queries row by row, without a suite
    Diff(Box<diff::DiffArgs>),
    /// Fill scratch databases with a pack's own data, clean or with one defect
    Rehearse(rehearse::RehearseArgs),
    /// Write a first suite from two catalogues: row counts, sums and rows of the tables that both sides have
    Init(init::InitArgs),
    /// List the checks, their kinds, tags and sources; runs nothing
    #[command(after_help = LIST_HELP)]
    List {
        /// Suite files, or folders with suites below them
        #[arg(value_name = "SUITE|DIR", default_value = "checks/")]
        suites: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Report every mistake of the suite files at once; runs nothing
    #[command(after_help = VALIDATE_HELP)]
    Validate {
        /// Suite files, or folders with suites below them
        #[arg(value_name = "SUITE|DIR", default_value = "checks/")]
        suites: Vec<PathBuf>,
        #[command(flatten)]
        overrides: OverrideArgs,
        /// Also connect to every source, and show what its server finds wrong with the queries
        #[arg(long)]
        connect: bool,
    },
    /// Show what earlier runs found, check by check, or compare two of them
    History(commands::history::HistoryArgs),
    /// Make a small old and new pair with planted differences, and run a suite on it
    #[command(after_help = DEMO_HELP)]
    Demo {
        /// Without the planted differences
        #[arg(long)]
        clean: bool,
        /// Folder to write
        #[arg(long, value_name = "DIR", default_value = "cutover-demo")]
        dir: PathBuf,
        #[command(flatten)]
        look: LookArgs,
    },
    /// Accept the differences of a report for a time, in waivers.toml beside the suite
    Waive(waive::WaiveArgs),
    /// Print the JSON Schema of a suite file, for editors
    #[command(after_help = SCHEMA_HELP)]
    Schema,
    /// Print what a shell completes
    Completions(manual::CompletionArgs),
    /// Print the manual page, or write one for each command
    Man(manual::ManArgs),
}

const LIST_HELP: &str = "\
Examples:
  cutover list                                  everything below checks/
  cutover list checks/costs --json | jq -r '.checks[].id'";

const VALIDATE_HELP: &str = "\
Examples:
  cutover validate                              every mistake at once, with file and line
  cutover validate checks/costs --connect       also what the servers say of the queries";

const DEMO_HELP: &str = "\
Examples:
  cutover demo                                  a failing gate: exit code 1
  cutover demo --clean                          the same pair without differences: exit code 0
  cutover demo --dir /tmp/shop && cutover run /tmp/shop --only '*.cost_*'";

const SCHEMA_HELP: &str = "\
Examples:
  cutover schema > suite.schema.json            then `#:schema suite.schema.json` at the top of a suite.toml";

const RERUN_HELP: &str = "\
Examples:
  cutover rerun reports/20260103T020000.000Z-1f2e/report.json
  cutover rerun report.json --only 'costs.*' --report json=again.json";

const WAIVE_HELP: &str = "\
Examples:
  cutover waive report.json --check shop.orders --until 2026-03-31 --why 'lost by the old importer' --owner ann";

const COMPARE_HELP: &str = "\
Examples:
  cutover history compare last~1 last           since the run before";

const RUN_HELP: &str = "\
Exit codes: 0 passed or only warned · 1 differences · 2 something could not be compared, was cut short, or nothing ran · 130 interrupted

Examples:
  cutover run                                   everything below checks/
  cutover run checks/costs --only 'costs.daily_*' --param from=-7d
  cutover run --tag gate --expect-checks 12 --report junit=junit.xml --report markdown=-
  cutover run --source new=postgres://reader@replica/app --deadline 2h --fail-on warn
  cutover run --dry-run                         the SQL of both sides; connects to nothing
  cutover run --no-examples                     no values of rows in any report";
/// Where suites are looked for unless the command line says so.
const SUITES: &str = "checks/";

/// `cutover run`.
#[derive(Args, Debug)]
#[command(after_help = RUN_HELP)]
pub(crate) struct RunArgs {
    /// Suite files, or folders with suites below them
    #[arg(value_name = "SUITE|DIR", default_value = SUITES)]
    suites: Vec<PathBuf>,
    #[command(flatten)]
    overrides: OverrideArgs,
    /// Run only checks whose id matches, such as 'costs.*'; repeatable
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Run only checks with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Checks at once [default: one per core, at least 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Time allowed per query, unless the check says otherwise
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = duration)]
    timeout: Duration,
    /// Time allowed for the whole run
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deadline: Option<Duration>,
    /// Write a report: json, junit, markdown or html; `-` is stdout; repeatable
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report)]
    report: Vec<(Format, String)>,
    /// Folder for the reports of runs without --report
    #[arg(long, value_name = "DIR", default_value = "reports/")]
    reports: PathBuf,
    /// Keep only the newest N reports in that folder
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    /// Exit with 2 unless exactly N checks were selected
    #[arg(long, value_name = "N")]
    expect_checks: Option<usize>,
    /// What makes the exit code 1; repeatable
    #[arg(long, value_name = "STATUS", value_enum, default_value = "fail")]
    fail_on: Vec<FailOn>,
    /// Exit with N instead of 2 where all that could not be compared may pass: the network, a timeout, the deadline
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(3..=125))]
    retryable_exit: Option<u8>,
    /// Fail only on differences that are not in this report.json; differences.parquet is read beside it
    #[arg(long, value_name = "REPORT")]
    baseline: Option<PathBuf>,
    /// Most examples per check
    #[arg(long, value_name = "N", default_value_t = 20)]
    examples: usize,
    #[command(flatten)]
    privacy: PrivacyArgs,
    #[command(flatten)]
    diff: DiffLimits,
    #[command(flatten)]
    history: publish::history::PlaceArgs,
    /// Leave this run out of the history
    #[arg(long, conflicts_with = "history")]
    no_history: bool,
    #[command(flatten)]
    telling: notify::TellingArgs,
    /// Print the SQL of both sides and connect to nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    look: LookArgs,
}

/// What row diffs may use.
#[derive(Args, Clone, Debug)]
struct DiffLimits {
    /// Memory for the hashes and rows of row diffs; more goes to temporary files (TMPDIR) [default: a quarter of the
    /// machine's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// Disk (in TMPDIR) for copies of the rows that row diffs read, so that what differs is not read a second time; 0
    /// makes none [default: half of what is free there]
    #[arg(long, value_name = "SIZE", value_parser = size_or_none)]
    copies: Option<u64>,
    /// Who finds the rows that differ where one server holds both sides
    #[arg(long, value_name = "PLAN", value_enum, default_value = "auto")]
    plan: DiffStrategy,
    /// Most differences of a check in differences.parquet
    #[arg(long, value_name = "N", default_value_t = MAX_DIFFERENCES)]
    max_differences: u64,
}

/// Differences of a check that are written unless the command line says otherwise.
const MAX_DIFFERENCES: u64 = 100_000;

impl Default for DiffLimits {
    fn default() -> Self {
        DiffLimits { memory: None, copies: None, plan: DiffStrategy::Auto, max_differences: MAX_DIFFERENCES }
    }
}

impl DiffLimits {
    /// Bytes for each of so many row diffs at once.
    fn memory(&self, at_once: usize) -> usize {
        let all = self.memory.unwrap_or_else(|| machine_memory() / 4);
        usize::try_from(all).unwrap_or(usize::MAX) / at_once.max(1)
    }

    /// Bytes on disk for the copies of each of so many row diffs at once.
    fn copies(&self, at_once: usize) -> u64 {
        self.copies.unwrap_or_else(|| room() / 2) / at_once.max(1) as u64
    }
}

/// Bytes that the temporary directory has room for; 0 where that is not known.
fn room() -> u64 {
    fs4::available_space(std::env::temp_dir()).unwrap_or(0)
}

/// Bytes of memory that this process may have: the machine's, or less where its control group says so.
fn machine_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    match system.total_memory().min(limit) {
        0 => 4 << 30,
        bytes => bytes,
    }
}

/// What may be shown of the data.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct PrivacyArgs {
    /// Show no values of rows: no examples, no keys, no differences.parquet, no texts that may quote one
    #[arg(long)]
    no_examples: bool,
}

/// Holds the key of masks whose hashes shall be the same in every run.
const MASK_KEY: &str = "CUTOVER_MASK_KEY";

impl PrivacyArgs {
    /// What may be shown, and under which key masks are made.
    fn privacy(self) -> Result<Privacy, String> {
        Ok(Privacy { key: mask_key()?, examples: !self.no_examples })
    }
}

/// The key of masks that the environment gives, or one that is thrown away.
fn mask_key() -> Result<MaskKey, String> {
    let Some(text) = std::env::var_os(MASK_KEY) else { return Ok(MaskKey::random()) };
    let text = text.to_str().ok_or(format!("{MASK_KEY} is not UTF-8; write it in hex"))?;
    MaskKey::given(text).map_err(|why| format!("{MASK_KEY} {why}"))
}

/// What the command line says in place of the suites.
#[derive(Args, Debug, Default)]
struct OverrideArgs {
    /// Give a declared param a value; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    param: Vec<(String, String)>,
    /// Give a source another URL; repeatable
    #[arg(long, value_name = "NAME=URL", value_parser = pair)]
    source: Vec<(String, String)>,
}

/// How much is shown, and how.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct LookArgs {
    /// Show nothing but errors; the exit code stays the same
    #[arg(long)]
    quiet: bool,
    /// No colours (NO_COLOR does the same)
    #[arg(long)]
    no_color: bool,
}

impl OverrideArgs {
    fn overrides(self) -> Overrides {
        Overrides { params: self.param, sources: self.source }
    }
}

/// Runs the program and returns its exit code, whatever happens in it.
pub fn main() -> u8 {
    isolation::caught(command).unwrap_or_else(|_| {
        console::complain(
            "cutover cannot go on after a defect of its own; please report it with the command and the line above\n",
        );
        BROKEN
    })
}

fn command() -> u8 {
    startup::begin();
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) if error.use_stderr() => {
            console::complain_lines(&startup::parsed(error));
            return BROKEN;
        }
        Err(error) => error.exit(),
    };
    match command {
        Command::Run(args) => run::run(*args),
        Command::Rerun(args) => rerun::rerun(*args),
        Command::Rehearse(args) => rehearse::rehearse(&args),
        Command::Init(args) => init::init(&args),
        Command::History(args) => commands::history::history(args),
        Command::Diff(args) => diff::diff(*args),
        Command::List { suites, json } => list::list(&suites, json),
        Command::Validate { suites, overrides, connect } => list::validate(&suites, &overrides.overrides(), connect),
        Command::Demo { clean, dir, look } => demo::demo(&dir, clean, look),
        Command::Completions(args) => manual::completions(&args, Cli::command()),
        Command::Man(args) => manual::manual(&args, Cli::command()),
        Command::Waive(args) => waive::waive(&args),
        Command::Schema => {
            console::report(Format::Json, &format!("{:#}\n", suite::schema()));
            crate::exit_code::PASSED
        }
    }
}

/// The suites, or the exit code after their mistakes were shown.
fn load(paths: &[PathBuf], overrides: &Overrides) -> Result<Vec<Suite>, u8> {
    suite::load(paths, overrides).map_err(|problems| mistakes(&problems))
}

/// Shows the mistakes of suites, a line each, and returns the exit code.
fn mistakes(problems: &suite::Problems) -> u8 {
    problems.0.iter().for_each(|problem| console::complain(&format!("{}\n", visible(&problem.to_string()))));
    BROKEN
}

/// A runtime for one command.
fn runtime() -> Result<tokio::runtime::Runtime, u8> {
    let refused = |cause: std::io::Error| {
        console::complain(&format!("the runtime does not start: {cause}\n"));
        BROKEN
    };
    // Every reading of a source has a thread, and so has every comparison: none may wait for one that waits for it.
    let builder = &mut tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().max_blocking_threads(THREADS).thread_stack_size(STACK).build().map_err(refused)
}

/// Most threads of a runtime that may wait; they are started as they are needed.
const THREADS: usize = 1 << 15;

/// Bytes of stack of each, as the first thread of a process commonly has.
const STACK: usize = 8 << 20;

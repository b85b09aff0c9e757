//! The command line: the commands, and the one runtime that they run on.

mod args;
mod best_effort;
mod commands;
mod console;
mod dry_run;
mod execute;
mod listing;
mod mask_key;
mod mcp;
mod overwrites;
mod paths;
mod proving;
mod publish;
mod request;
mod sanitize;
mod selection;
mod shown;
mod sides;
mod signal;
mod startup;
mod suites;
mod validation;
mod waiving;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use commands::{
    demo, diff, drivers, history, init, list, manual, prove, rehearse, rerun, run, schema, show, validate, version,
    waive,
};

use crate::exit_code::BROKEN;
use crate::isolation;
use crate::isolation::Defect;

/// Proves that a new schema tells the same story as the old one before reads move to it.
#[derive(Debug, Parser)]
#[command(name = "cutover", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    /// Take variables that are not set from a file of NAME=VALUE lines
    #[arg(long, value_name = "FILE", global = true, help_heading = "Environment")]
    env_file: Option<PathBuf>,
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
    Run(Box<args::RunArgs>),
    /// Run again what did not pass in a report, on the same params
    Rerun(Box<rerun::RerunArgs>),
    /// Show the differences that a run kept, page by page
    Show(show::ShowArgs),
    /// Compare two tables or queries row by row, without a suite
    Diff(Box<diff::DiffArgs>),
    /// Say which losses and changes these checks would not notice; changes answers in memory and writes nothing
    Prove(Box<prove::ProveArgs>),
    /// Fill scratch databases with a pack's own data, clean or with one defect
    Rehearse(rehearse::RehearseArgs),
    /// Write a first suite from two catalogues: row counts, sums and rows of the tables that both sides have
    Init(init::InitArgs),
    /// List the checks, their kinds, tags and sources; runs nothing
    List(list::ListArgs),
    /// Report every mistake of the suite files at once; runs nothing
    Validate(validate::ValidateArgs),
    /// Show what earlier runs found, check by check, or compare two of them
    History(history::HistoryArgs),
    /// Make a small old and new pair with planted differences, and run a suite on it
    Demo(demo::DemoArgs),
    /// Accept the differences of a report for a time, in waivers.toml beside the suite
    Waive(waive::WaiveArgs),
    /// Offer what other commands find out to an agent, by the Model Context Protocol; changes nothing
    Mcp(mcp::McpArgs),
    /// List the ADBC drivers that are found, and where each was looked for
    Drivers(drivers::DriversArgs),
    /// Print the JSON Schema of a suite file or another, for editors
    Schema(schema::SchemaArgs),
    /// Print the version; with --json what scripts want to know of it
    Version(version::VersionArgs),
    /// Print what a shell completes
    Completions(manual::CompletionArgs),
    /// Print the manual page, or write one for each command
    Man(manual::ManArgs),
}

/// Runs the program and returns its exit code, whatever happens in it.
pub fn main() -> u8 {
    let code = isolation::caught(program).and_then(|done| done).unwrap_or_else(|_| {
        console::complain(
            "cutover cannot go on after a defect of its own; please report it with the command and the line above\n",
        );
        BROKEN
    });
    console::unless_lost(code)
}

/// Parses the arguments and runs the command; the error is a panic that ended it.
fn program() -> Result<u8, Defect> {
    startup::begin();
    let command = match Cli::try_parse() {
        Ok(Cli { env_file, command }) => {
            if let Some(file) = env_file
                && let Err(why) = startup::take_variables(&file)
            {
                console::complain(&format!("cutover: {why}\n"));
                return Ok(BROKEN);
            }
            command
        }
        Err(error) if error.use_stderr() => {
            console::complain_lines(&startup::parsed(error));
            return Ok(BROKEN);
        }
        Err(error) => error.exit(),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(cause) => {
            console::complain(&format!("the runtime does not start: {cause}\n"));
            return Ok(BROKEN);
        }
    };
    let done = isolation::caught(|| runtime.block_on(dispatch(command)));
    // A query that ignores its cancellation must not hold up the exit, whether it is orderly or a panic.
    runtime.shutdown_background();
    done.map(|(Ok(code) | Err(code))| code)
}

/// Runs a command. Both results are exit codes; the error is that of a command that was refused, after it was shown why.
async fn dispatch(command: Command) -> Result<u8, u8> {
    match command {
        Command::Run(args) => run::run(&args).await,
        Command::Rerun(args) => rerun::rerun(*args).await,
        Command::Show(args) => show::show(&args),
        Command::Diff(args) => diff::diff(*args).await,
        Command::Prove(args) => prove::prove(&args).await,
        Command::Rehearse(args) => rehearse::rehearse(&args).await,
        Command::Init(args) => init::init(&args).await,
        Command::List(args) => list::list(&args),
        Command::Validate(args) => validate::validate(&args).await,
        Command::History(args) => history::history(&args).await,
        Command::Demo(args) => demo::demo(&args).await,
        Command::Waive(args) => waive::waive(&args),
        Command::Mcp(args) => mcp::mcp(&args).await,
        Command::Drivers(args) => Ok(drivers::drivers(&args)),
        Command::Schema(args) => Ok(schema::schema(&args)),
        Command::Version(args) => Ok(version::version(&args)),
        Command::Completions(args) => manual::completions(&args, Cli::command()),
        Command::Man(args) => manual::manual(&args, Cli::command()),
    }
}

/// Starts the runtime of the process.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    // Every reading of a source has a thread, and so has every comparison: none may wait for one that waits for it.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().max_blocking_threads(THREADS).thread_stack_size(STACK).build()
}

/// Most threads that may wait; they are started as they are needed.
const THREADS: usize = 1 << 15;

/// Bytes of stack of each, as the first thread of a process commonly has.
const STACK: usize = 8 << 20;

//! Runs `cutover mcp`: what other commands find out, as tools for an agent that speaks the Model Context Protocol.
//!
//! Stdin and stdout carry the protocol alone. A tool calls what the command of its name calls, and changes nothing: the one
//! thing that is written is the folder of reports of a run.

mod answer;
mod folder;
mod framing;
mod limits;
mod server;
mod stdio;
mod tools;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use rmcp::service::{ServerInitializeError, serve_server_with_ct};
use rmcp::transport::async_rw::AsyncRwTransport;

use super::args::PrivacyArgs;
use super::args::value_parsers::duration;
use super::{console, signal};
use crate::exit_code::{INTERRUPTED, PASSED};
use crate::source::CancellationToken;
use folder::Folder;
use limits::{HIGHEST, Limits};
use server::Server;
use stdio::Stdio;

/// `cutover mcp`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct McpArgs {
    /// Folder that suites and reports are taken from, as if commands were run there; nothing outside of it is taken
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Most differences of an answer, and most examples and numbers of a check in it, up to 1000
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=i64::from(HIGHEST)))]
    max_rows: u16,
    /// Time allowed per query, unless the check says otherwise
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = duration)]
    timeout: Duration,
    /// Time allowed for one call, such as a whole run
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = duration)]
    deadline: Duration,
    /// Write no reports of runs; their differences can then not be paged through, nor be waived
    #[arg(long)]
    no_report: bool,
    #[command(flatten)]
    privacy: PrivacyArgs,
}

const AFTER_HELP: &str = "\
An agent starts it and talks to it over stdin and stdout; it ends when the agent closes them.

Examples:
  cutover mcp ~/migration                               everything below that folder
  cutover mcp --max-rows 5 --no-report                  short answers, nothing written
  cutover mcp --no-examples                             counts and verdicts, no values of rows";

/// What is left for calls to end in, once nobody waits for them.
const GRACE: Duration = Duration::from_secs(5);

/// Answers until the client closes its side, and returns the exit code.
pub(crate) async fn mcp(args: &McpArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("mcp", &why);
    let folder = Folder::enter(&args.dir).map_err(refuse)?;
    console::keep_stdout();
    if std::io::stdin().is_terminal() {
        console::complain("cutover mcp waits for the messages of an agent; docs/mcp.md says how one starts it\n");
    }
    let limits = Limits {
        rows: usize::from(args.max_rows),
        timeout: args.timeout,
        deadline: args.deadline,
        reports: !args.no_report,
        examples: !args.privacy.no_examples,
    };
    let (gone, service) = (CancellationToken::new(), CancellationToken::new());
    let Stdio { reader, writer, written } = stdio::open(&gone, &service);
    let server = Server::new(folder, limits, gone.clone());
    let transport = AsyncRwTransport::new_server(reader, writer);
    let serving = async {
        let running = serve_server_with_ct(server, transport, service.clone()).await.map_err(begun)?;
        let _ = running.waiting().await;
        Ok::<u8, String>(PASSED)
    };
    tokio::pin!(serving);
    let done = tokio::select! {
        done = &mut serving => done,
        () = signal::interrupted() => {
            gone.cancel();
            service.cancel();
            let _ = tokio::time::timeout(GRACE, serving).await;
            Ok(INTERRUPTED)
        }
    };
    let _ = tokio::time::timeout(GRACE, written).await;
    done.or_else(|why| if why.is_empty() { Ok(PASSED) } else { Err(refuse(why)) })
}

/// Why nothing was begun; empty where the client left before it said anything.
fn begun(error: ServerInitializeError) -> String {
    match error {
        ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled => String::new(),
        ServerInitializeError::ExpectedInitializeRequest(_) => {
            "the client began with something else than `initialize`; use one that speaks the Model Context Protocol"
                .to_owned()
        }
        other => format!("the client could not be answered: {other}"),
    }
}

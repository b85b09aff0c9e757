//! The tools, in one table: what each is called, what it says of itself, what it takes and what it calls.

pub(super) mod call;
mod differences;
mod list;
mod pages;
mod params;
mod report;
mod run;
mod validate;
mod waiver;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};

use super::answer::Answer;
use super::limits::Limits;
use call::{Call, schema};

/// What a call comes to.
type Done<'a> = LocalBoxFuture<'a, Result<Answer, String>>;

/// A tool.
pub(super) struct Entry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    schema: fn() -> JsonObject,
    /// Whether it sends queries to sources.
    asks_sources: bool,
    /// Whether it writes reports where the server lets it.
    reports: bool,
    /// Does what it is for.
    pub(super) call: for<'a> fn(JsonObject, &'a Call<'a>) -> Done<'a>,
}

static TOOLS: [Entry; 6] = [
    Entry {
        name: "list_checks",
        title: "List suites and checks",
        description: "The suites below the server's folder with their params, and their checks: id, kind, sources, tags, and \
                      why each is there. Reads files only.",
        schema: schema::<list::ListArguments>,
        asks_sources: false,
        reports: false,
        call: |given, call| async move { list::list(given, call) }.boxed_local(),
    },
    Entry {
        name: "validate_suites",
        title: "Validate suites",
        description: "Every mistake of the suite files at once, with file, line and a hint. With `connect` also what the \
                      servers say of the queries, without running them.",
        schema: schema::<validate::ValidateArguments>,
        asks_sources: true,
        reports: false,
        call: |given, call| validate::validate(given, call).boxed_local(),
    },
    Entry {
        name: "run_checks",
        title: "Run checks",
        description: "Runs checks: reads both sides of each, compares them exactly, and answers with the verdicts, counts, a \
                      few examples, and what the differing rows have in common. Queries real databases, so choose with `only` \
                      or `tags` where one check is enough. A check is pass, warn, fail (the data differ), error (it could not \
                      be compared) or skip. Checks that passed are told in brief.",
        schema: schema::<run::RunArguments>,
        asks_sources: true,
        reports: true,
        call: |given, call| run::run(given, call).boxed_local(),
    },
    Entry {
        name: "read_report",
        title: "Read a report",
        description: "The report.json of an earlier run. Checks that passed are told in brief unless `only` names them.",
        schema: schema::<report::ReportArguments>,
        asks_sources: false,
        reports: false,
        call: |given, call| async move { report::report(given, call) }.boxed_local(),
    },
    Entry {
        name: "show_differences",
        title: "Show differences",
        description: "The differences that a run kept, page by page, with keys and the values of both sides, and what the \
                      differing rows of each check have in common. Reads files only.",
        schema: schema::<differences::DifferencesArguments>,
        asks_sources: false,
        reports: false,
        call: |given, call| async move { differences::differences(given, call) }.boxed_local(),
    },
    Entry {
        name: "propose_waiver",
        title: "Propose a waiver",
        description: "The TOML that would accept the differences of a check for a time. It is written nowhere: show it to the \
                      person who answers for it, who adds it to the named file.",
        schema: schema::<waiver::WaiverArguments>,
        asks_sources: false,
        reports: false,
        call: |given, call| async move { waiver::waiver(given, call) }.boxed_local(),
    },
];

/// Returns all tools as an agent is told of them.
pub(super) fn all(limits: &Limits) -> Vec<Tool> {
    let told = |entry: &Entry| {
        let writes = entry.reports && limits.reports;
        let hints = ToolAnnotations::new().read_only(!writes).destructive(false).idempotent(!writes);
        Tool::new(entry.name, entry.description, (entry.schema)())
            .with_title(entry.title)
            .with_annotations(hints.open_world(entry.asks_sources))
    };
    TOOLS.iter().map(told).collect()
}

/// Returns the tool of this name.
pub(super) fn named(name: &str) -> Option<&'static Entry> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// Returns the names of all tools.
pub(super) fn names() -> [&'static str; TOOLS.len()] {
    std::array::from_fn(|at| TOOLS[at].name)
}

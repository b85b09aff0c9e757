//! Judges suites without running them: their mistakes, and what their servers say of the queries.

mod told;

use std::time::Duration;

use super::{console, selection};
use crate::exit_code::{BROKEN, PASSED};
use crate::model::{SourceReport, plural};
use crate::report::visible;
use crate::run;
use crate::secret::hidden;
use crate::source;
use crate::source::{CancellationToken, Estimate};
use crate::suite::{SourceSpec, Suite};

pub(super) use told::Told;

/// How long a source may take to describe itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// How far suites are judged beyond their files.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// Whether their sources are connected to.
    pub(super) connect: bool,
    /// Whether each query is said to read so much; needs `connect`.
    pub(super) estimate: bool,
}

/// Says how much was read, and whether all of it is as it should be as far as `code` says.
pub(super) fn summary(suites: &[Suite], code: u8) -> String {
    let checks: usize = suites.iter().map(|suite| suite.checks.len()).sum();
    let waivers: usize = suites.iter().map(|suite| suite.waivers.len()).sum();
    let waivers = if waivers == 0 { String::new() } else { format!("{}, ", plural(waivers as u64, "waiver")) };
    let (suites, checks) = (plural(suites.len() as u64, "suite"), plural(checks as u64, "check"));
    let verdict = if code == PASSED { "no mistakes" } else { "not valid: a source or a query is not as it should be" };
    format!("{suites}, {checks}, {waivers}{verdict}\n")
}

/// Reaches every source as far as that is asked for, and returns the exit code. What is found goes to `told`, or is printed.
pub(super) async fn reached(suites: &[Suite], how: Reach, told: &mut Option<Told>, stop: &CancellationToken) -> u8 {
    if !how.connect {
        return PASSED;
    }
    let code = reach(suites, told, stop).await;
    if how.estimate && !estimates(suites, told, stop).await { BROKEN } else { code }
}

/// Tells what each query would read, and returns whether every engine could be asked.
async fn estimates(suites: &[Suite], told: &mut Option<Told>, stop: &CancellationToken) -> bool {
    let all = run::estimates(&selection::all(suites), PATIENCE, stop).await;
    for one in &all {
        if let Some(told) = told {
            told.estimate((&one.id, one.side.as_str(), &one.source), one.queries, &one.told);
            continue;
        }
        let what = match &one.told {
            Ok(estimate) => would_read(*estimate, one.queries),
            Err(why) => format!("not known: {}", visible(&hidden(&why.to_string()))),
        };
        console::print(&format!("{} {} (`{}`): {what}\n", one.id, one.side, one.source));
    }
    all.iter().all(|one| one.told.is_ok())
}

/// What so many queries would read, in words.
fn would_read(estimate: Option<source::Estimate>, queries: usize) -> String {
    let Some(Estimate { rows, bytes, and_more }) = estimate else {
        return "not known: its engine does not tell before a query runs".to_owned();
    };
    let windows = if queries > 1 { format!(", in {queries} windows") } else { String::new() };
    let size = bytes.map(|bytes| format!("{} on disk", bytesize::ByteSize(bytes)));
    let counted = rows.filter(|rows| *rows > 0 || !and_more);
    let counted =
        counted.map(|rows| format!("{} {}", if and_more { "at least" } else { "about" }, plural(rows, "row")));
    let known = match (counted, size) {
        (Some(rows), Some(size)) => format!("{rows}, {size}"),
        (Some(known), None) => known,
        (None, Some(size)) => format!("rows not known, {size}"),
        (None, None) => "not known: what it reads is in no table whose rows the server counts beforehand".to_owned(),
    };
    format!("{known}{windows}")
}

/// Describes every source, and tells the warnings about the checks; a warning is no mistake, but a query that cannot be
/// analysed or would fail is one.
async fn reach(suites: &[Suite], told: &mut Option<Told>, stop: &CancellationToken) -> u8 {
    let mut code = PASSED;
    for suite in suites {
        for (name, spec) in &suite.sources {
            let described = describe(suite, spec).await;
            code = code.max(if described.is_ok() { PASSED } else { BROKEN });
            match told {
                Some(told) => told.source(&suite.name, name, &described),
                None => say(&suite.name, name, &described),
            }
        }
    }
    let selected = selection::all(suites);
    let lint = run::inspect(&selected, PATIENCE, stop).await;
    for (warning, ids) in &lint.warnings {
        match told {
            Some(told) => told.warning(warning, ids),
            None => {
                let message = visible(&hidden(&warning.message()));
                console::print(&format!("{}: {}: {message}\n", ids.join(", "), warning.code));
            }
        }
    }
    // What a source that is not there would read is not known.
    for (suite, view) in lint.unread.iter().filter(|_| code == PASSED) {
        match told {
            Some(told) => told.unread(suite, view),
            None => console::complain(&format!(
                "{suite}: [views] `{view}`: no query of the suite reads it on PostgreSQL; correct its name, or remove it\n"
            )),
        }
    }
    let whole = !lint.broken() && lint.unread.is_empty();
    if whole { code } else { BROKEN }
}

/// Prints what a source said of itself.
fn say(suite: &str, name: &str, described: &Result<(SourceReport, Vec<String>), String>) {
    match described {
        Ok((report, advice)) => {
            let via = report.via.as_ref().map_or(String::new(), |via| format!(" via {}", via.source));
            console::print(&format!(
                "{suite}: source `{name}`: {} {} at {}{via}\n",
                report.engine,
                visible(&hidden(&report.version)),
                report.url
            ));
            for advice in advice {
                console::print(&format!("{suite}: source `{name}`: {}\n", visible(&hidden(advice))));
            }
        }
        Err(why) => console::complain(&format!("{suite}: source `{name}`: {why}\n")),
    }
}

/// Returns what a source says of itself, and advice on its connection and on the account's privileges where there is any.
/// Whatever keeps a source from giving advice is no mistake of the suite.
async fn describe(suite: &Suite, spec: &SourceSpec) -> Result<(SourceReport, Vec<String>), String> {
    let url = spec.resolve(suite.folder(), |name| std::env::var(name).ok()).map_err(|error| error.to_string())?;
    let engine = source::open(&url, &spec.options).map_err(|error| visible(&error.message))?;
    match tokio::time::timeout(PATIENCE, engine.describe()).await {
        Ok(described) => {
            let report = described.map_err(|error| visible(&error.message))?;
            let privileges = tokio::time::timeout(PATIENCE, engine.privileges()).await;
            let advice = source::tls_advice(&url, &report.tls).into_iter();
            let advice = advice.chain(privileges.ok().and_then(Result::ok).flatten()).collect();
            Ok((report, advice))
        }
        Err(_) => Err(format!("no answer within {}", humantime::format_duration(PATIENCE))),
    }
}

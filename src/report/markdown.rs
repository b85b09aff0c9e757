//! Markdown as a pull request or a job's summary page shows it: the verdict first, then what does not pass.

use std::fmt::Write as _;

use super::shared_errors::{self, ORDER, Section};
use super::text::{
    again, answer, counts, duration, finding, key, sides, tallied, thousands, told, unlisted, value, visible,
    visible_lines,
};
use super::verdict::verdict;
use super::{pass_warnings, suppressed};
use crate::model::{CheckReport, Difference, RunReport, Status};

/// Renders the report.
pub(super) fn render(report: &RunReport) -> String {
    let Parts { head, sections, end } = parts(report);
    let sections = sections.into_iter().map(|(_, section)| section);
    [head].into_iter().chain(sections).chain([end]).collect()
}

/// The report in pieces, for places that cannot hold all of it.
pub(super) struct Parts<'a> {
    /// The verdict and the table of the checks, a line each.
    pub(super) head: String,
    /// A section for each check that did not pass, with its id.
    pub(super) sections: Vec<(&'a str, String)>,
    /// Waivers, sources and params.
    pub(super) end: String,
}

/// The report in pieces, in their order.
pub(super) fn parts(report: &RunReport) -> Parts<'_> {
    let one = |told: Section<'_>| {
        let mut out = String::new();
        match told {
            Section::One(check) => section(&mut out, report, check),
            Section::Shared(checks) => shared(&mut out, report, &checks),
        }
        out
    };
    let sections = shared_errors::sections(report).into_iter();
    let mut end = String::new();
    waived(&mut end, report);
    beside_passes(&mut end, report);
    sources(&mut end, report);
    Parts { head: head(report), sections: sections.map(|told| (shared_errors::id(&told), one(told))).collect(), end }
}

fn head(report: &RunReport) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# {} {}\n", sign(report.status()), escaped(&verdict(report)));
    let started = report.started_at.format("%Y-%m-%d %H:%M:%S UTC");
    let _ = writeln!(
        out,
        "Started {started}, took {}, cutover {}.\n",
        duration(report.elapsed_ms),
        escaped(&report.version)
    );
    if let Some(before) = &report.rerun_of {
        let _ = writeln!(
            out,
            "Only what did not pass in the run of {} was run again ({}).\n",
            escaped(&before.started_at),
            escaped(&before.report)
        );
    }
    if let Some(signed) = &report.sign_off {
        let _ = writeln!(out, "Signed off by {}, {}.\n", escaped(&signed.by), signed.at);
    }
    out.push_str("| status | check | kind | found | time |\n| --- | --- | --- | --- | ---: |\n");
    for check in ORDER.into_iter().flat_map(|status| report.checks.iter().filter(move |one| one.status() == status)) {
        let status = check.status();
        let _ = writeln!(
            out,
            "| {} {status} | `{}` | {} | {} | {} |",
            sign(status),
            check.id,
            check.kind,
            escaped(&finding(check)),
            duration(check.elapsed_ms)
        );
    }
    out
}

/// What is waived or known of the checks that have no section of their own.
fn waived(out: &mut String, report: &RunReport) {
    let passed = report.checks.iter().filter(|check| check.status() == Status::Pass);
    let told: Vec<_> =
        passed.map(|check| (check, suppressed::lines(check))).filter(|(_, lines)| !lines.is_empty()).collect();
    if told.is_empty() {
        return;
    }
    out.push_str("\n## Passed with waivers or a baseline\n\n");
    for (check, lines) in told {
        let _ = writeln!(out, "- `{}`", check.id);
        for line in lines {
            let _ = writeln!(out, "  - {}", escaped(&line));
        }
        for warning in &check.warnings {
            let _ = writeln!(out, "  - `{}`: {}", warning.code, escaped(&warning.message()));
        }
    }
}

/// The warnings about checks that passed.
fn beside_passes(out: &mut String, report: &RunReport) {
    let told = pass_warnings::warnings(report);
    if told.is_empty() {
        return;
    }
    out.push_str("\n## Passed with a warning\n\n");
    for (warning, ids) in told {
        let _ = writeln!(out, "- `{}`: {}", warning.code, escaped(&warning.message()));
        let _ = writeln!(out, "  - in {}", escaped(&pass_warnings::some(&ids)));
    }
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::Pass => "✅",
        Status::Warn => "⚠️",
        Status::Fail => "❌",
        Status::Error => "🛑",
        Status::Skip => "➖",
    }
}

/// Text from data that no Markdown or HTML can be made of.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A mention would notify somebody; a bare URL would become a link.
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// One error, with the checks that it hit.
fn shared(out: &mut String, report: &RunReport, checks: &[&CheckReport]) {
    let [first, ..] = checks else { return };
    let _ = writeln!(out, "\n## {} {} checks, for one reason\n", sign(first.status()), thousands(checks.len() as u64));
    error(out, first);
    for check in checks {
        let _ = writeln!(out, "- `{}`", check.id);
    }
    let _ = writeln!(out, "\nRun one of them alone:\n\n{}", fenced(&again(report, first)));
}

fn error(out: &mut String, check: &CheckReport) {
    let Some(error) = &check.error else { return };
    let _ = writeln!(out, "**Error**: {}\n", escaped(&error.message()));
    for cause in error.causes() {
        let _ = writeln!(out, "- because: {}", escaped(&cause.text));
    }
    if error.causes().next().is_some() {
        out.push('\n');
    }
}

fn section(out: &mut String, report: &RunReport, check: &CheckReport) {
    let _ = writeln!(out, "\n## {} `{}`\n", sign(check.status()), check.id);
    if let Some(why) = &check.why {
        let _ = writeln!(out, "{}\n", escaped(why));
    }
    error(out, check);
    diagnosis(out, check);
    for line in counts(check) {
        let _ = writeln!(out, "- {}", escaped(&line));
    }
    for warning in &check.warnings {
        let _ = writeln!(out, "- `{}`: {}", warning.code, escaped(&warning.message()));
    }
    measures(out, check);
    columns(out, check);
    examples(out, check);
    for (name, side) in check.sides.present() {
        let _ = writeln!(
            out,
            "\n<details><summary>SQL of {name} ({}, {})</summary>\n\n{}\n\n</details>",
            escaped(&side.source),
            answer(side),
            fenced(&side.sql)
        );
    }
    let _ = writeln!(out, "\nRun it alone:\n\n{}", fenced(&again(report, check)));
}

fn diagnosis(out: &mut String, check: &CheckReport) {
    let Some(closing) = super::diagnosis::closing(check) else { return };
    for line in super::diagnosis::lines(check) {
        let _ = writeln!(out, "- **{}**", escaped(&line.text));
        if let Some(only) = line.only {
            let _ = writeln!(out, "  - only these: {}", escaped(&only));
        }
    }
    let _ = writeln!(out, "\n{}\n", escaped(&sentence(&closing)));
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// A code block whose fence is longer than any run of backticks inside.
fn fenced(text: &str) -> String {
    let text = visible_lines(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

fn measures(out: &mut String, check: &CheckReport) {
    let outside: Vec<_> = check.outcome.measures().iter().filter(|measure| told(measure)).collect();
    if outside.is_empty() {
        return;
    }
    out.push_str("\n| key | measure | old | new | delta | rule |\n| --- | --- | ---: | ---: | ---: | --- |\n");
    for measure in &outside {
        let (old, new) = sides(check, measure);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            escaped(&key(&measure.key)),
            escaped(&measure.quantity.to_string()),
            escaped(&old),
            escaped(&new),
            measure.delta.as_deref().map_or("–".to_owned(), escaped),
            escaped(&measure.tolerance)
        );
    }
    if check.outcome.rows().is_none()
        && let Some(more) = check
            .outcome
            .totals()
            .map(|totals| (totals.outside + check.outcome.warned().unwrap_or(0)).saturating_sub(outside.len() as u64))
            .filter(|more| *more > 0)
    {
        let _ = writeln!(out, "\n{} more, all of them counted above.", thousands(more));
    }
}

fn columns(out: &mut String, check: &CheckReport) {
    let shown: Vec<_> = check.outcome.columns().iter().filter(|column| tallied(column)).collect();
    if shown.is_empty() || check.outcome.rows().is_none() {
        return;
    }
    out.push_str("\n| column | changed | largest delta | rule |\n| --- | ---: | ---: | --- |\n");
    for column in shown {
        let reason = column.reason.as_ref().map_or(String::new(), |reason| format!(": {}", escaped(reason)));
        let _ = writeln!(
            out,
            "| {} | {}{} | {} | {}{reason} |",
            escaped(&column.name),
            column.changed.map_or("–".to_owned(), thousands),
            column.warned.map_or(String::new(), |warned| format!(", {} beyond warn", thousands(warned))),
            column.max_delta.as_deref().map_or("–".to_owned(), escaped),
            escaped(&column.rule)
        );
    }
}

fn examples(out: &mut String, check: &CheckReport) {
    if check.outcome.examples().is_empty() {
        return;
    }
    out.push_str("\n| difference | key | column | old | new |\n| --- | --- | --- | --- | --- |\n");
    for example in check.outcome.examples() {
        let first = format!("| {} | {} |", example.difference, escaped(&key(&example.key)));
        if example.columns.is_empty() {
            let _ = writeln!(out, "{first} | | |");
        }
        for (index, (name, pair)) in example.columns.iter().enumerate() {
            let lead = if index == 0 { first.as_str() } else { "| | |" };
            let cell = |side: &Option<String>, absent: bool| {
                if absent { String::new() } else { escaped(&value(side.as_deref())) }
            };
            let _ = writeln!(
                out,
                "{lead} {} | {} | {} |",
                escaped(name),
                cell(&pair.old, example.difference == Difference::Extra),
                cell(&pair.new, example.difference == Difference::Missing)
            );
        }
    }
    if let Some(more) = unlisted(check) {
        let _ = writeln!(out, "\n{more}.");
    }
}

fn sources(out: &mut String, report: &RunReport) {
    if report.suites.is_empty() {
        return;
    }
    out.push_str(
        "\n## Sources and params\n\n| suite | name | what | version | time zone |\n| --- | --- | --- | --- | --- |\n",
    );
    for suite in &report.suites {
        for (name, source) in &suite.sources {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                escaped(&suite.name),
                escaped(name),
                escaped(&source.url),
                escaped(&source.what()),
                escaped(&source.timezone)
            );
        }
        for (name, value) in &suite.params {
            let _ = writeln!(out, "| {} | {} | {} | | |", escaped(&suite.name), escaped(name), escaped(value));
        }
    }
    for (suite, proof) in report.suites.iter().filter_map(|suite| Some((suite, suite.proof.as_ref()?))) {
        let _ = writeln!(out, "\nLast proof of {}: {}.", escaped(&suite.name), escaped(&super::proof::last(proof)));
    }
}

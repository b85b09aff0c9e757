//! The report for the person at a terminal: a line per check, then what differs, by how much, and for which keys.

use comfy_table::{ContentArrangement, Table, presets};

use super::pass_warnings;
use super::shared_errors::{self, Section};
use super::text;
use super::text::{counts, duration, finding, key, thousands, value, visible, visible_lines};
use super::verdict::verdict;
use crate::model::{CheckReport, Difference, Example, Measure, RunReport, Status, Warning};

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used.
    pub color: bool,
    /// Columns of the terminal, where there is one; text is wrapped to it and never cut.
    pub width: Option<u16>,
}

impl Style {
    pub(super) fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn status(self, status: Status) -> String {
        let code = match status {
            Status::Pass => "32",
            Status::Warn => "33",
            Status::Fail => "1;31",
            Status::Error => "1;35",
            Status::Skip => "2",
        };
        self.paint(code, &format!("{:<5}", status.to_string()))
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn table(self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(self.width.unwrap_or(u16::MAX).saturating_sub(4).max(40));
        table
    }
}

/// One line for a finished check.
pub fn line(check: &CheckReport, style: &Style) -> String {
    let status = style.status(check.status());
    let elapsed = style.dim(&format!("({})", duration(check.elapsed_ms)));
    format!("{status} {}  {}  {elapsed}", style.bold(&check.id), finding(check))
}

/// The same of a check that the error of the check `first` hit, too.
pub fn again(check: &CheckReport, first: &str, style: &Style) -> String {
    let status = style.status(check.status());
    let elapsed = style.dim(&format!("({})", duration(check.elapsed_ms)));
    format!("{status} {}  the same as {}  {elapsed}", style.bold(&check.id), visible(first))
}

/// The checks that did not pass, in detail, and what is waived of those that did; empty where all passed by themselves.
pub fn details(report: &RunReport, style: &Style) -> String {
    let shown = |section: Section<'_>| match section {
        Section::One(check) => detail(report, check, *style),
        Section::Shared(checks) => shared(report, &checks, *style),
    };
    let mut sections: Vec<String> = shared_errors::sections(report).into_iter().map(shown).collect();
    let passed = report.checks.iter().filter(|check| check.status() == Status::Pass);
    sections.extend(passed.filter_map(|check| waived(check, *style)));
    sections.extend(beside_passes(report, *style));
    sections.join("\n")
}

/// The warnings about checks that passed.
fn beside_passes(report: &RunReport, style: Style) -> Option<String> {
    let told = pass_warnings::warnings(report);
    if told.is_empty() {
        return None;
    }
    let mut lines = vec![format!("{} that passed with a warning", style.bold("checks"))];
    for (warning, ids) in told {
        lines.push(warned(warning, style));
        lines.push(style.dim(&format!("    in {}", pass_warnings::some(&ids))));
    }
    lines.push(String::new());
    Some(lines.join("\n"))
}

/// The waivers of a check that passed, and whether one covers nothing.
fn waived(check: &CheckReport, style: Style) -> Option<String> {
    let told = super::suppressed::lines(check);
    if told.is_empty() {
        return None;
    }
    let mut lines = vec![format!(
        "{} {} {}",
        style.status(check.status()),
        style.bold(&check.id),
        style.dim(&format!("({})", check.kind))
    )];
    lines.extend(told.into_iter().map(|line| format!("  {line}")));
    lines.extend(warnings(check, style));
    lines.push(String::new());
    Some(lines.join("\n"))
}

/// The verdict with the counts per status.
pub fn summary(report: &RunReport, style: &Style) -> String {
    let code = match report.status() {
        Status::Pass => "1;32",
        Status::Warn => "1;33",
        Status::Skip => "1",
        Status::Fail => "1;31",
        Status::Error => "1;35",
    };
    format!("{}, in {}", style.paint(code, &verdict(report)), duration(report.elapsed_ms))
}

/// How the connections to servers were protected, each source once; nothing where none was made.
pub(crate) fn connections(report: &RunReport) -> Option<String> {
    let several = report.suites.len() > 1;
    let mut told: Vec<String> = Vec::new();
    for suite in &report.suites {
        let mut sources: Vec<_> = suite.sources.iter().filter(|(_, source)| !source.tls.is_empty()).collect();
        sources.sort_by_key(|(name, _)| (*name != "old", *name != "new"));
        for (name, source) in sources {
            let name = if several { format!("{}.{name}", suite.name) } else { name.clone() };
            told.push(format!("{} TLS {}", visible(&name), visible(&source.tls)));
        }
    }
    (!told.is_empty()).then(|| format!("connections: {}", told.join(" · ")))
}

/// Which states of tables with a log were read, each source once; nothing where there was none.
pub(crate) fn states(report: &RunReport) -> Option<String> {
    let several = report.suites.len() > 1;
    let mut told: Vec<String> = Vec::new();
    for suite in &report.suites {
        let mut sources: Vec<_> = suite.sources.iter().collect();
        sources.sort_by_key(|(name, _)| (*name != "old", *name != "new"));
        for (name, source) in sources {
            let Some(states) = source.states() else { continue };
            let name = if several { format!("{}.{name}", suite.name) } else { name.clone() };
            told.push(format!("{} {}", visible(&name), visible(&states)));
        }
    }
    (!told.is_empty()).then(|| format!("tables: {}", told.join(" · ")))
}

/// One error, with the checks that it hit.
fn shared(report: &RunReport, checks: &[&CheckReport], style: Style) -> String {
    let [first, ..] = checks else { return String::new() };
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    let mut lines = vec![format!(
        "{} {}",
        style.status(first.status()),
        style.bold(&format!("{} checks, for one reason", thousands(checks.len() as u64)))
    )];
    lines.extend(error(first, style));
    lines.push(format!("  in {}", pass_warnings::some(&ids)));
    lines.push(format!("  again, one of them: {}\n", text::again(report, first)));
    lines.join("\n")
}

fn error(check: &CheckReport, style: Style) -> Vec<String> {
    let Some(error) = &check.error else { return Vec::new() };
    let mut lines = vec![format!("  {} {}", style.paint("1;35", "error:"), visible(&error.message()))];
    lines.extend(error.causes().map(|cause| format!("    because: {}", visible(&cause.text))));
    lines
}

fn detail(report: &RunReport, check: &CheckReport, style: Style) -> String {
    let mut lines = vec![format!(
        "{} {} {}",
        style.status(check.status()),
        style.bold(&check.id),
        style.dim(&format!("({})", check.kind))
    )];
    if let Some(why) = &check.why {
        lines.push(format!("  why: {}", visible(why)));
    }
    lines.extend(error(check, style));
    lines.extend(diagnosis(check, style));
    for (name, side) in check.sides.present() {
        let engine = engine(report, check, &side.source);
        lines.push(style.dim(&format!("  {name}: {}{engine}, {}", visible(&side.source), text::answer(side))));
    }
    lines.extend(counts(check).into_iter().map(|line| format!("  {line}")));
    lines.extend(measures(check, style));
    lines.extend(columns(check, style));
    lines.extend(examples(check, style));
    lines.extend(warnings(check, style));
    if check.error.is_some() {
        for (name, side) in check.sides.present() {
            if side.rows.is_none() && !side.sql.is_empty() {
                lines.push(style.dim(&format!("  SQL of {name}:")));
                lines.extend(visible_lines(&side.sql).lines().map(|line| style.dim(&format!("    {line}"))));
            }
        }
    }
    lines.push(format!("  again: {}\n", text::again(report, check)));
    lines.join("\n")
}

fn diagnosis(check: &CheckReport, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for line in super::diagnosis::lines(check) {
        lines.push(format!("  {} {}", style.bold("•"), line.text));
        lines.extend(line.only.map(|only| style.dim(&format!("      only these: {only}"))));
    }
    lines.extend(super::diagnosis::closing(check).map(|closing| format!("    {closing}")));
    lines
}

fn warnings(check: &CheckReport, style: Style) -> Vec<String> {
    check.warnings.iter().map(|warning| warned(warning, style)).collect()
}

fn warned(warning: &Warning, style: Style) -> String {
    let table = warning.table.as_ref().map_or(String::new(), |table| format!(" [{}]", visible(table)));
    format!("  {} {}{table}", style.paint("33", &format!("{}:", warning.code)), visible(&warning.message()))
}

fn engine(report: &RunReport, check: &CheckReport, source: &str) -> String {
    let suite = check.id.split_once('.').map_or("", |(suite, _)| suite);
    let found = report.suites.iter().find(|one| one.name == suite).and_then(|suite| suite.sources.get(source));
    found.map_or(String::new(), |source| format!(" ({})", visible(source.what().trim_end())))
}

fn indented(table: &Table) -> impl Iterator<Item = String> {
    table.trim_fmt().lines().map(|line| format!("   {line}")).collect::<Vec<_>>().into_iter()
}

fn measures(check: &CheckReport, style: Style) -> Vec<String> {
    let outside: Vec<&Measure> = check.outcome.measures().iter().filter(|measure| text::told(measure)).collect();
    if outside.is_empty() {
        return Vec::new();
    }
    let mut table = style.table();
    let keyed = outside.iter().any(|measure| !measure.key.is_empty());
    let counted = outside.iter().any(|measure| measure.count.is_some());
    let mut header = vec!["measure", "old", "new", "delta", "rule"];
    if counted {
        header.insert(1, "values");
    }
    if keyed {
        header.insert(0, "key");
    }
    table.set_header(header);
    for measure in &outside {
        let (old, new) = text::sides(check, measure);
        let mut row = vec![
            visible(&measure.quantity.to_string()),
            old,
            new,
            measure.delta.as_deref().map_or("–".to_owned(), visible),
            visible(&measure.tolerance),
        ];
        if counted {
            let n = |n: Option<u64>| n.map_or("?".to_owned(), thousands);
            let both =
                measure.count.as_ref().map_or(String::new(), |count| format!("{} → {}", n(count.old), n(count.new)));
            row.insert(1, both);
        }
        if keyed {
            row.insert(0, key(&measure.key));
        }
        table.add_row(row);
    }
    let mut lines: Vec<String> = indented(&table).collect();
    if check.outcome.rows().is_none()
        && let Some(more) = check
            .outcome
            .totals()
            .map(|totals| (totals.outside + check.outcome.warned().unwrap_or(0)).saturating_sub(outside.len() as u64))
            .filter(|more| *more > 0)
    {
        lines.push(format!("    {} more, all of them counted above", thousands(more)));
    }
    lines
}

fn columns(check: &CheckReport, style: Style) -> Vec<String> {
    let shown: Vec<_> = check.outcome.columns().iter().filter(|column| text::tallied(column)).collect();
    // Numbers that are listed one by one need no tally.
    let listed = check.outcome.measures().iter().any(text::told);
    if shown.is_empty() || check.outcome.rows().is_none() || listed {
        return Vec::new();
    }
    let mut table = style.table();
    let leveled = shown.iter().any(|column| column.warned.is_some());
    let mut header = vec!["column", "changed", "largest delta", "rule"];
    if leveled {
        header.insert(2, "beyond warn");
    }
    table.set_header(header);
    for column in shown {
        let rule = match &column.reason {
            Some(reason) => format!("{}: {}", visible(&column.rule), visible(reason)),
            None => visible(&column.rule),
        };
        let mut row = vec![
            visible(&column.name),
            column.changed.map_or("–".to_owned(), thousands),
            column.max_delta.as_deref().map_or("–".to_owned(), visible),
            rule,
        ];
        if leveled {
            row.insert(2, column.warned.map_or("–".to_owned(), thousands));
        }
        table.add_row(row);
    }
    indented(&table).collect()
}

/// A difference with its key, and a line for each of its columns; `violation` where it is a row that must not be there.
pub(crate) fn difference(example: &Example, violation: bool, style: Style) -> Vec<String> {
    let sign = match example.difference {
        _ if violation => style.paint("31", "! row"),
        Difference::Missing => style.paint("31", "- missing"),
        Difference::Extra => style.paint("32", "+ extra"),
        Difference::Changed => style.paint("33", "~ changed"),
        Difference::Duplicate => style.paint("36", "= duplicate"),
        Difference::Warned => style.paint("33", "~ warned"),
    };
    let mut lines = vec![format!("  {sign} {}", key(&example.key)).trim_end().to_owned()];
    for (name, pair) in &example.columns {
        let name = visible(name);
        lines.push(match example.difference {
            Difference::Missing => format!("      {name}: {}", value(pair.old.as_deref())),
            Difference::Extra => format!("      {name}: {}", value(pair.new.as_deref())),
            _ => format!("      {name}: {} → {}", value(pair.old.as_deref()), value(pair.new.as_deref())),
        });
    }
    lines
}

fn examples(check: &CheckReport, style: Style) -> Vec<String> {
    // Where every number is listed with its key, the rows say nothing new.
    let listed = check.outcome.measures().iter().any(text::told);
    let mut lines = Vec::new();
    for example in check.outcome.examples().iter().filter(|one| !listed || one.difference == Difference::Duplicate) {
        lines.extend(difference(example, check.outcome.violations().is_some(), style));
    }
    if !listed && let Some(more) = text::unlisted(check) {
        lines.push(format!("  {more}"));
    }
    lines
}

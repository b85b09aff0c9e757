//! `cutover diff`: two tables or queries compared row by row, without a suite file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use globset::GlobSet;

use super::super::publish::notify::Notifiers;
use super::super::publish::reports::Reports;
use super::super::{DiffLimits, LookArgs, PrivacyArgs, console, duration, report, runtime};
use super::run::{done, execute, select};
use crate::compare::Limits;
use crate::exit_code::{BROKEN, FailOn, Wanted};
use crate::frame::exact;
use crate::fs::output::write_atomically;
use crate::model::Side;
use crate::report::Format;
use crate::run::{RunOptions, without_values};
use crate::source;
use crate::source::catalog;
use crate::source::catalog::TableName;
use crate::source::pushdown::{Described, is_number};
use crate::source::{CancellationToken, Engine, Location, QueryHandle, SourceUrl};
use crate::suite as suites;
use crate::suite::Overrides;
use crate::suite::ad_hoc::{Relation, Request, snake_case, suite};

/// Rows that are looked at for the types of columns, where an engine knows them only from rows.
const PROBED: usize = 100;

/// `cutover diff`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DiffArgs {
    /// URL of the old side; the variable OLD_URL where absent
    #[arg(long, value_name = "URL")]
    old: Option<String>,
    /// URL of the new side; the variable NEW_URL where absent
    #[arg(long, value_name = "URL")]
    new: Option<String>,
    /// Table on both sides, such as orders or sales.orders; not needed where a URL is one file
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// Table of old, where it has another name there
    #[arg(long, value_name = "TABLE", conflicts_with = "old_sql")]
    old_table: Option<String>,
    /// Table of new, where it has another name there
    #[arg(long, value_name = "TABLE", conflicts_with = "new_sql")]
    new_table: Option<String>,
    /// Query of old instead of a table
    #[arg(long, value_name = "SQL", conflicts_with = "table")]
    old_sql: Option<String>,
    /// Query of new instead of a table
    #[arg(long, value_name = "SQL", conflicts_with = "table")]
    new_sql: Option<String>,
    /// Columns that identify a row [default: the primary key, else a unique index]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    key: Vec<String>,
    /// A column that has another name in new; repeatable
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',', value_parser = super::super::pair)]
    rename: Vec<(String, String)>,
    /// Compare only these columns, and the key
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    columns: Vec<String>,
    /// Leave these columns out
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', conflicts_with = "columns")]
    exclude: Vec<String>,
    /// Filter of both sides, in SQL
    #[arg(long = "where", value_name = "SQL")]
    filter: Option<String>,
    /// A column, or every number, may differ by this much, such as cost=0.01; repeatable
    #[arg(long, value_name = "[COLUMN=]NUMBER", value_parser = tolerance)]
    absolute: Vec<(Option<String>, String)>,
    /// A column, or every number, may differ by this share of old, such as latency=0.05; repeatable
    #[arg(long, value_name = "[COLUMN=]NUMBER", value_parser = tolerance)]
    relative: Vec<(Option<String>, String)>,
    /// A rule of a column, as a suite has it, such as 'at={ zone = "UTC" }'; repeatable
    #[arg(long, value_name = "COLUMN=RULE", value_parser = rule)]
    rule: Vec<(String, toml::Table)>,
    /// Examine a share of the keys, such as 1%, the same on both sides
    #[arg(long, value_name = "SHARE")]
    sample: Option<String>,
    /// Show the values of these columns as keyed hashes
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    mask: Vec<String>,
    /// Also write the suite that this diff is, for `cutover run`
    #[arg(long, value_name = "PATH")]
    write_suite: Option<PathBuf>,
    /// Time allowed per query
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    timeout: Duration,
    /// Write a report: json, junit, markdown or html; `-` is stdout; repeatable
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report)]
    report: Vec<(Format, String)>,
    /// Folder for the reports of diffs without --report
    #[arg(long, value_name = "DIR", default_value = "reports/")]
    reports: PathBuf,
    /// Most examples
    #[arg(long, value_name = "N", default_value_t = 20)]
    examples: usize,
    #[command(flatten)]
    limits: DiffLimits,
    #[command(flatten)]
    privacy: PrivacyArgs,
    #[command(flatten)]
    look: LookArgs,
}

const AFTER_HELP: &str = "\
Examples:
  cutover diff --old before.parquet --new after.parquet --key id
  OLD_URL=postgres://reader@db/app NEW_URL=clickhouse://reader@ch/app cutover diff --table orders --exclude updated_at
  cutover diff --old sqlite:a.db --new sqlite:b.db --old-sql 'SELECT id, total FROM o' --new-sql 'SELECT id, sum(x) AS total FROM i GROUP BY id' --key id";

/// Runs the command and returns its exit code.
pub(crate) fn diff(args: DiffArgs) -> u8 {
    done(try_diff(args))
}

fn try_diff(args: DiffArgs) -> Result<u8, u8> {
    let refuse = |message: &str| {
        console::complain(&format!("cutover diff: {message}\n"));
        BROKEN
    };
    if args.report.iter().filter(|(_, path)| path == "-").count() > 1 {
        return Err(refuse("only one --report can go to stdout; give the others a path"));
    }
    let old = place(Side::Old, args.old.as_deref()).map_err(|why| refuse(&why))?;
    let new = place(Side::New, args.new.as_deref()).map_err(|why| refuse(&why))?;
    let old_of = wanted(Side::Old, &old.1, args.old_sql.as_deref(), args.old_table.as_ref().or(args.table.as_ref()));
    let new_of = wanted(Side::New, &new.1, args.new_sql.as_deref(), args.new_table.as_ref().or(args.table.as_ref()));
    let (old_of, new_of) = (old_of.map_err(|why| refuse(&why))?, new_of.map_err(|why| refuse(&why))?);
    let name = match (&old_of, args.table.is_some() || args.old_table.is_some()) {
        (Of::Table(table), true) => snake_case(table.name()),
        _ => "query".to_owned(),
    };
    let withheld = args.privacy.no_examples || !args.mask.is_empty();
    let request = Request {
        mask: args.mask,
        key: args.key,
        rename: args.rename,
        columns: args.columns,
        exclude: args.exclude,
        filter: args.filter,
        absolute: args.absolute,
        relative: args.relative,
        rules: args.rule,
        sample: args.sample,
        timeout: Some(humantime::format_duration(args.timeout).to_string()),
    };
    let made = runtime()?.block_on(async {
        let (old, new) = tokio::join!(
            relation(Side::Old, &old.1, &old_of, args.timeout, withheld),
            relation(Side::New, &new.1, &new_of, args.timeout, withheld)
        );
        suite(&name, &old?, &new?, &request)
    });
    let made = made.map_err(|why| refuse(&why))?;
    let overrides =
        Overrides { params: Vec::new(), sources: vec![(Side::Old.to_string(), old.0), (Side::New.to_string(), new.0)] };
    let mut loaded = load(&made.suite, &overrides)?;
    if let Some(path) = &args.write_suite {
        written(path, &made.suite).map_err(|why| refuse(&why))?;
        loaded.iter_mut().for_each(|suite| suite.path.clone_from(path));
    }
    let selected = select(&loaded, &[], &GlobSet::empty(), &[]).map_err(|why| refuse(&why))?;
    let to = if args.report.is_empty() { Reports::Folder(args.reports, None) } else { Reports::Paths(args.report) };
    let options = RunOptions {
        jobs: 1,
        timeout: args.timeout,
        deadline: None,
        limits: Limits { examples: args.examples, ..Limits::default() },
        memory: args.limits.memory(1),
        spill: std::env::temp_dir(),
        copies: args.limits.copies(1),
        only: Vec::new(),
        plan: args.limits.plan,
        differences: to.differences(args.limits.max_differences, args.privacy).map_err(|why| refuse(&why))?,
        privacy: args.privacy.privacy().map_err(|why| refuse(&why))?,
        baseline: None,
        again: None,
    };
    if !args.look.quiet {
        console::complain(&format!("{}\n", made.pairing));
    }
    let quiet = args.look.quiet;
    let wanted = Wanted { fail_on: &[FailOn::Fail], retryable: None };
    let code = execute(&selected, &options, &to, None, wanted, args.look, &Notifiers::default())?;
    if code == BROKEN && !quiet {
        console::complain(RULES);
    }
    Ok(code)
}

/// What to do here about a message that asks for a rule of a suite.
const RULES: &str = "hint: where a message names a rule for a column, give it with --rule, such as --rule 'at={ zone = \"UTC\" }', or cast \
                     the column with --old-sql and --new-sql; --write-suite keeps the diff as a suite\n";

/// A rule: `at={ zone = "UTC" }`.
fn rule(text: &str) -> Result<(String, toml::Table), String> {
    let wrong = "write COLUMN={ … }, as `columns.COLUMN` of a suite has it, such as at={ zone = \"UTC\" }";
    let (column, rule) = text.split_once('=').ok_or(wrong)?;
    let read = format!("rule = {}", rule.trim()).parse::<toml::Table>();
    match read.map_err(|_| wrong)?.remove("rule") {
        Some(toml::Value::Table(rule)) if !rule.is_empty() => Ok((column.trim().to_owned(), rule)),
        _ => Err(wrong.to_owned()),
    }
}

/// A tolerance: `0.01` for every number, `cost=0.01` for one column.
fn tolerance(text: &str) -> Result<(Option<String>, String), String> {
    let (column, number) = match text.rsplit_once('=') {
        Some((column, number)) => (Some(column.to_owned()), number),
        None => (None, text),
    };
    match exact::decimal(number) {
        Ok(value) if value.sign() != bigdecimal::num_bigint::Sign::Minus => Ok((column, number.to_owned())),
        _ => Err("write a number of 0 or more, such as 0.01 or cost=0.01".to_owned()),
    }
}

/// The environment variable that holds the URL of a side: `OLD_URL` or `NEW_URL`.
pub(crate) fn variable(side: Side) -> String {
    format!("{}_URL", side.as_str().to_ascii_uppercase())
}

fn missing(side: Side) -> String {
    format!(
        "where is {side}? give --{side} URL, or set {}; a URL is engine://user@host/database, sqlite:path, or a path to files",
        variable(side)
    )
}

/// The URL of a side, as text and read: that which is given, else that of its [`variable`].
pub(crate) fn place(side: Side, given: Option<&str>) -> Result<(String, SourceUrl), String> {
    let text = match given {
        Some(text) => text.to_owned(),
        None => std::env::var(variable(side)).ok().filter(|text| !text.is_empty()).ok_or_else(|| missing(side))?,
    };
    let url = SourceUrl::parse(&text, Path::new(".")).map_err(|error| format!("--{side}: {error}"))?;
    Ok((text, url))
}

/// A table or a query.
enum Of {
    Table(TableName),
    Query(String),
}

fn wanted(side: Side, url: &SourceUrl, sql: Option<&str>, table: Option<&String>) -> Result<Of, String> {
    if let Some(sql) = sql {
        return Ok(Of::Query(sql.to_owned()));
    }
    if let Some(table) = table {
        return TableName::parse(table).map(Of::Table);
    }
    if let Location::Files(path) = url.location()
        && path.is_file()
        && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
    {
        return TableName::parse(&format!("\"{}\"", stem.replace('"', "\"\""))).map(Of::Table);
    }
    Err(format!("what is to be compared in {side}? give --table NAME, --{side}-table NAME, or --{side}-sql QUERY"))
}

/// What there is on one side; errors without values where those are `withheld`.
async fn relation(side: Side, url: &SourceUrl, of: &Of, timeout: Duration, withheld: bool) -> Result<Relation, String> {
    let located = |error: source::Error| {
        if withheld {
            return format!("{side}: {}", without_values(&error.message));
        }
        format!("{side}: {}", console::told(&error))
    };
    let engine = source::open(url, &source::SourceOptions::default()).map_err(located)?;
    let engine = engine.as_ref();
    match of {
        Of::Table(name) => {
            let table = catalog::table(engine, name, timeout, &CancellationToken::default()).await.map_err(located)?;
            let from = name.quoted(engine.name());
            Ok(Relation {
                engine: engine.name(),
                numbers: numbers(engine, &from, &table.columns, timeout).await,
                named: format!("table {}", name.name()),
                from,
                columns: table.columns,
                key: table.key,
                order: table.order,
            })
        }
        Of::Query(sql) => {
            let from = format!("(\n{}\n) AS q", source::pushdown::statement(engine.name(), sql));
            let described = described(engine, sql, &from, timeout).await.map_err(located)?;
            Ok(Relation {
                engine: engine.name(),
                from,
                numbers: described.iter().filter(|one| is_number(&one.of)).map(|one| one.name.clone()).collect(),
                columns: described.into_iter().map(|one| one.name).collect(),
                key: Vec::new(),
                order: Vec::new(),
                named: "the query".to_owned(),
            })
        }
    }
}

/// The columns of a query: from its server, or from its first rows.
pub(crate) async fn described(
    engine: &dyn Engine,
    sql: &str,
    from: &str,
    timeout: Duration,
) -> Result<Vec<Described>, source::Error> {
    let ticket = QueryHandle::default();
    let mut reader = engine.reader(timeout, &ticket).await?;
    if let Some(described) = reader.describe(sql).await? {
        reader.close().await;
        return Ok(described);
    }
    let probe = format!("SELECT * FROM {from} LIMIT {PROBED}");
    let answer = source::query(engine, &probe, timeout, &CancellationToken::default()).await?;
    let columns = answer.frame.names().into_iter().zip(answer.frame.types());
    Ok(columns
        .map(|(name, of)| Described {
            name: name.to_owned(),
            database_type: of.to_string(),
            of: of.clone(),
            printed: false,
        })
        .collect())
}

/// Columns of a table that hold numbers, as far as that can be told: a column that no source can read is none.
async fn numbers(engine: &dyn Engine, from: &str, columns: &[String], timeout: Duration) -> Vec<String> {
    let mut numbers = Vec::new();
    let all = format!("SELECT * FROM {from}");
    if let Ok(described) = described(engine, &all, from, timeout).await {
        let of = described.into_iter().filter(|one| is_number(&one.of)).map(|one| one.name);
        return of.collect();
    }
    for column in columns {
        let one = format!("SELECT {} FROM {from}", source::pushdown::quoted(engine.name(), column));
        let from = format!("({one}) AS q");
        if let Ok(described) = described(engine, &one, &from, timeout).await {
            numbers.extend(described.into_iter().filter(|one| is_number(&one.of)).map(|one| one.name));
        }
    }
    numbers
}

/// The suite as `run` would read it; relative URLs start where the user stands, and the report names no file.
fn load(text: &str, overrides: &Overrides) -> Result<Vec<suites::Suite>, u8> {
    suites::parse(text, overrides).map(|suite| vec![suite]).map_err(|problems| super::super::mistakes(&problems))
}

fn written(path: &Path, suite: &str) -> Result<(), String> {
    if path.exists() {
        return Err(format!("--write-suite {}: the file exists; remove it or give another path", path.display()));
    }
    let head = "# Made by `cutover diff`. OLD_URL and NEW_URL say where the sides are; or give them with\n\
                # `cutover run PATH --source old=URL --source new=URL`. Relative paths start at this file.\n\n";
    write_atomically(path, &format!("{head}{suite}"))
        .map_err(|cause| format!("--write-suite {}: {cause}; give another path", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_side_names_its_flag_and_its_variable() {
        let why = missing(Side::Old);
        assert!(why.contains("--old") && why.contains("OLD_URL"), "{why}");
        assert!(wanted(Side::New, &SourceUrl::parse("sqlite:x", Path::new(".")).unwrap(), None, None).is_err());
    }
}

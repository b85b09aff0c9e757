//! Runs `cutover diff`: two tables or queries compared row by row, without a suite file.

mod args;
mod relation;
mod rules;
mod stdin;
mod types;

use std::path::Path;

use super::super::paths::found_from;
use super::super::publish::notify::Notifiers;
use super::super::publish::reports::Reports;
use super::super::request::{RunRequest, one_to_stdout};
use super::super::sides::url_of;
use super::super::{console, execute, suites};
use crate::exit_code::BROKEN;
use crate::fs::output::write_atomically;
use crate::model::{Side, Sides};
use crate::source::{CsvOptions, SourceOptions, SourceUrl};
use crate::suite::Overrides;
use crate::suite::ad_hoc::{Request, snake_case, suite};

pub(crate) use args::DiffArgs;
use relation::{Subject, relation, subject};

/// Compares the sides and returns the exit code.
pub(crate) async fn diff(args: DiffArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("diff", &why);
    one_to_stdout(&args.output).map_err(refuse)?;
    // The copy is there as long as the run.
    let (given, _copied) = stdin::copied(args.urls()).map_err(refuse)?;
    let old = url_of(Side::Old, given.old.as_deref()).map_err(refuse)?;
    let new = url_of(Side::New, given.new.as_deref()).map_err(refuse)?;
    let old_of = subject(Side::Old, &old.1, args.old_sql.as_deref(), args.old_table.as_ref().or(args.table.as_ref()));
    let new_of = subject(Side::New, &new.1, args.new_sql.as_deref(), args.new_table.as_ref().or(args.table.as_ref()));
    let (old_of, new_of) = (old_of.map_err(refuse)?, new_of.map_err(refuse)?);
    let name = match (&old_of, args.table.is_some() || args.old_table.is_some()) {
        (Subject::Table(table), true) => snake_case(table.name()),
        _ => "query".to_owned(),
    };
    let withheld = args.detail.privacy.no_examples || !args.mask.is_empty();
    let csv: CsvOptions = match args.csv.clone().map(toml::Table::try_into).transpose() {
        Ok(csv) => csv.unwrap_or_default(),
        Err(cause) => return Err(refuse(format!("--csv: {}", cause.message()))),
    };
    let as_of = Sides { old: args.old_as_of, new: args.new_as_of };
    let urls = Sides { old: &old.1, new: &new.1 };
    let states = types::states(urls, &as_of).map_err(refuse)?;
    let partitions = types::partitions(urls, &args.partitions).map_err(refuse)?;
    let options = |side: Side| SourceOptions {
        csv: csv.clone(),
        partitions: partitions.get(side).iter().cloned().collect(),
        as_of: states.get(side).clone(),
        ..SourceOptions::default()
    };
    let options = Sides { old: options(Side::Old), new: options(Side::New) };
    let (old_found, new_found) = tokio::join!(
        relation(Side::Old, &old.1, &old_of, &options.old, args.timeout, withheld),
        relation(Side::New, &new.1, &new_of, &options.new, args.timeout, withheld)
    );
    let found = Sides { old: old_found.map_err(refuse)?, new: new_found.map_err(refuse)? };
    let (types, told) = types::types(
        urls,
        Sides { old: &found.old, new: &found.new },
        &args.types,
        args.types_from,
        &args.rename,
        args.csv.is_some(),
    )
    .map_err(refuse)?;
    let request = Request {
        mask: args.mask,
        key: args.key,
        rename: args.rename,
        columns: args.columns,
        exclude: args.exclude,
        filter: args.filter,
        absolute: args.absolute,
        relative: args.relative,
        rules: [args.rule, args.rules.rules()].concat(),
        sample: args.sample,
        allow_empty: args.allow_empty,
        types,
        partitions,
        as_of,
        csv: args.csv,
        timeout: Some(humantime::format_duration(args.timeout).to_string()),
    };
    let made = suite(&name, &found.old.relation, &found.new.relation, &request).map_err(refuse)?;
    // A suite looks for its files from its own folder.
    let folder = args.write_suite.as_deref().and_then(Path::parent);
    let source = |(text, url): (String, SourceUrl)| folder.and_then(|folder| found_from(&url, folder)).unwrap_or(text);
    let sources = vec![(Side::Old.to_string(), source(old)), (Side::New.to_string(), source(new))];
    let mut loaded = [suites::parse(&made.suite, &Overrides { params: Vec::new(), sources })?];
    if let Some(path) = &args.write_suite {
        write(path, &made.suite).map_err(refuse)?;
        loaded[0].path.clone_from(path);
    }
    let reports = Reports::new(&args.output, None);
    let request = RunRequest::of_one(&loaded, 1, args.timeout, &args.detail, reports, args.look).map_err(refuse)?;
    let request = request.repairing(&args.repair, &args.detail).map_err(refuse)?;
    if !args.look.quiet {
        console::complain(&format!("{}\n", made.pairing));
        if let Some(told) = told {
            console::complain(&format!("{told}\n"));
        }
    }
    let code = execute::execute(&request, &Notifiers::default()).await;
    if code == BROKEN && !args.look.quiet {
        console::complain(RULES);
    }
    Ok(code)
}

/// What to do here about a message that asks for a rule of a suite.
const RULES: &str = "hint: where a message names a rule for a column, give it with --rule, such as --rule 'at={ zone = \"UTC\" }', or cast \
                     the column with --old-sql and --new-sql; `allow_empty` is --allow-empty; --write-suite keeps the diff as a suite\n";

/// Writes the suite for `cutover run`, where there is no file yet.
fn write(path: &Path, suite: &str) -> Result<(), String> {
    if path.exists() {
        return Err(format!("--write-suite {}: the file exists; remove it or give another path", path.display()));
    }
    let head = "# Made by `cutover diff`. OLD_URL and NEW_URL say where the sides are; or give them with\n\
                # `cutover run PATH --source old=URL --source new=URL`. Relative paths start at this file.\n\n";
    write_atomically(path, &format!("{head}{suite}"))
        .map_err(|cause| format!("--write-suite {}: {cause}; give another path", path.display()))
}

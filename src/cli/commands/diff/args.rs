//! Declares the flags of `cutover diff`, and parses the rules and tolerances among them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::super::args::value_parsers::{duration, pair};
use super::super::super::args::{DetailArgs, LookArgs, RepairArgs, ReportArgs};
use super::rules::RuleArgs;
use crate::frame::exact;
use crate::model::{Side, Sides};
use crate::source::{AsOfOptions, CsvOptions};

/// `cutover diff`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DiffArgs {
    /// Both sides, old and new, in place of --old and --new
    #[arg(value_name = "URL", num_args = 2, conflicts_with_all = ["old", "new"])]
    pub(super) sides: Vec<String>,
    /// URL of the old side; the variable OLD_URL where absent
    #[arg(long, value_name = "URL")]
    pub(super) old: Option<String>,
    /// URL of the new side; the variable NEW_URL where absent
    #[arg(long, value_name = "URL")]
    pub(super) new: Option<String>,
    /// Table on both sides, such as orders or sales.orders; not needed where a URL is one file
    #[arg(long, value_name = "TABLE")]
    pub(super) table: Option<String>,
    /// Table of old, where it has another name there
    #[arg(long, value_name = "TABLE", conflicts_with = "old_sql")]
    pub(super) old_table: Option<String>,
    /// Table of new, where it has another name there
    #[arg(long, value_name = "TABLE", conflicts_with = "new_sql")]
    pub(super) new_table: Option<String>,
    /// Query of old instead of a table
    #[arg(long, value_name = "SQL", conflicts_with = "table")]
    pub(super) old_sql: Option<String>,
    /// Query of new instead of a table
    #[arg(long, value_name = "SQL", conflicts_with = "table")]
    pub(super) new_sql: Option<String>,
    /// Columns that identify a row [default: the primary key, else a unique index]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(super) key: Vec<String>,
    /// A column that has another name in new; repeatable
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',', value_parser = pair)]
    pub(super) rename: Vec<(String, String)>,
    /// Compare only these columns, and the key
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(super) columns: Vec<String>,
    /// Leave these columns out
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', conflicts_with = "columns")]
    pub(super) exclude: Vec<String>,
    /// Filter of both sides, in SQL
    #[arg(long = "where", value_name = "SQL")]
    pub(super) filter: Option<String>,
    /// A column, or every number, may differ by this much, such as cost=0.01; repeatable
    #[arg(long, value_name = "[COLUMN=]NUMBER", value_parser = tolerance)]
    pub(super) absolute: Vec<(Option<String>, String)>,
    /// A column, or every number, may differ by this share of old, such as latency=0.05; repeatable
    #[arg(long, value_name = "[COLUMN=]NUMBER", value_parser = tolerance)]
    pub(super) relative: Vec<(Option<String>, String)>,
    /// A rule of a column, as a suite has it, such as 'at={ zone = "UTC" }'; repeatable
    #[arg(long, value_name = "COLUMN=RULE", value_parser = rule)]
    pub(super) rule: Vec<(String, toml::Table)>,
    #[command(flatten)]
    pub(super) rules: RuleArgs,
    /// The type of a column of a CSV file, such as amount=decimal(38,12); repeatable
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = pair)]
    pub(super) types: Vec<(String, String)>,
    /// Read the columns of a CSV file with the types of this side [default: the one that is no CSV]
    #[arg(long, value_name = "SIDE", value_parser = side)]
    pub(super) types_from: Option<Side>,
    /// How CSV files are written, as a suite has it, such as '{ delimiter = ";", decimal = "," }'
    #[arg(long, value_name = "OPTIONS", value_parser = csv)]
    pub(super) csv: Option<toml::Table>,
    /// A column that stands in the names of a side's folders, such as day=date; repeatable
    #[arg(long = "partition", value_name = "COLUMN=TYPE", value_parser = pair)]
    pub(super) partitions: Vec<(String, String)>,
    /// The state of old that is read, of a Delta or Iceberg table, as a suite has it, such as '{ version = 12 }'
    #[arg(long, value_name = "STATE", value_parser = as_of)]
    pub(super) old_as_of: Option<toml::Table>,
    /// The state of new that is read, likewise, such as '{ timestamp = "2026-01-31T12:00:00Z" }'
    #[arg(long, value_name = "STATE", value_parser = as_of)]
    pub(super) new_as_of: Option<toml::Table>,
    /// Examine a share of the keys, such as 1%, the same on both sides
    #[arg(long, value_name = "SHARE")]
    pub(super) sample: Option<String>,
    /// Take two sides without a row for equal, which is an error otherwise
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// Show the values of these columns as keyed hashes
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(super) mask: Vec<String>,
    /// Also write the suite that this diff is, for `cutover run`
    #[arg(long, value_name = "PATH")]
    pub(super) write_suite: Option<PathBuf>,
    /// Time allowed per query
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    pub(super) timeout: Duration,
    #[command(flatten)]
    pub(super) output: ReportArgs,
    #[command(flatten)]
    pub(super) detail: DetailArgs,
    #[command(flatten)]
    pub(super) repair: RepairArgs,
    #[command(flatten)]
    pub(super) look: LookArgs,
}

impl DiffArgs {
    /// Returns the URLs of the sides, as far as the command line has them.
    pub(super) fn urls(&self) -> Sides<Option<String>> {
        match self.sides.as_slice() {
            [old, new] => Sides { old: Some(old.clone()), new: Some(new.clone()) },
            _ => Sides { old: self.old.clone(), new: self.new.clone() },
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  cutover diff before.parquet after.parquet --key id
  OLD_URL=postgres://reader@db/app NEW_URL=clickhouse://reader@ch/app cutover diff --table orders --exclude updated_at
  cutover diff --old sqlite:a.db --new sqlite:b.db --old-sql 'SELECT id, total FROM o' --new-sql 'SELECT id, sum(x) AS total FROM i GROUP BY id' --key id";

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

/// A side by its name.
fn side(text: &str) -> Result<Side, String> {
    Side::named(text).ok_or_else(|| "write old or new".to_owned())
}

/// Options of CSV files: `{ delimiter = ";" }`.
fn csv(text: &str) -> Result<toml::Table, String> {
    let wrong = "write { … }, as `csv` of a suite's source has it, such as { delimiter = \";\", decimal = \",\" }";
    let read = format!("csv = {}", text.trim()).parse::<toml::Table>().map_err(|_| wrong)?.remove("csv");
    let Some(toml::Value::Table(options)) = read else { return Err(wrong.to_owned()) };
    let meant: CsvOptions = options.clone().try_into().map_err(|cause: toml::de::Error| cause.message().to_owned())?;
    meant.check().map(|()| options)
}

/// A state of a table: `{ version = 12 }`.
fn as_of(text: &str) -> Result<toml::Table, String> {
    let wrong = "write { … }, as `as_of` of a suite's source has it, such as { version = 12 }";
    let read = format!("as_of = {}", text.trim()).parse::<toml::Table>().map_err(|_| wrong)?.remove("as_of");
    let Some(toml::Value::Table(options)) = read else { return Err(wrong.to_owned()) };
    let meant: AsOfOptions = options.clone().try_into().map_err(|cause: toml::de::Error| cause.message().to_owned())?;
    meant.check().map(|()| options)
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

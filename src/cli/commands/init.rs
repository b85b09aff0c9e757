//! `cutover init`: both catalogues read, and a first suite written.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use clap::Args;
use globset::Glob;

use super::super::{console, duration, runtime};
use super::diff::{described, place, variable};
use super::run::done;
use crate::exit_code::{BROKEN, PASSED};
use crate::frame::Type;
use crate::fs::output::write_atomically;
use crate::init::{Column, Left, Listed, Made, Pairs, Place, Table, pair, suite};
use crate::model::{Side, Sides, agree, plural};
use crate::source;
use crate::source::catalog;
use crate::source::catalog::TableName;
use crate::source::pushdown::{Described, quoted};
use crate::source::{CancellationToken, Engine, Location, SourceUrl};
use crate::suite as suites;
use crate::suite::Overrides;
use crate::suite::ad_hoc::snake_case;

/// `cutover init`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct InitArgs {
    /// URL of the old side; the variable OLD_URL where absent
    #[arg(long, value_name = "URL")]
    old: Option<String>,
    /// URL of the new side; the variable NEW_URL where absent
    #[arg(long, value_name = "URL")]
    new: Option<String>,
    /// Folder of the suite; its suite.toml must not be there yet
    #[arg(long, value_name = "DIR", default_value = "checks/first")]
    dir: PathBuf,
    /// Leave these tables out, such as 'audit_*'; repeatable
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Time allowed per query of a catalogue
    #[arg(long, value_name = "TIME", default_value = "1min", value_parser = duration)]
    timeout: Duration,
}

const AFTER_HELP: &str = "\
A URL with a password stays out of the suite, which then reads the variable OLD_URL or NEW_URL.

Examples:
  cutover init --old sqlite:shop.db --new warehouse/        a SQLite file and a folder of Parquet files
  OLD_URL=postgres://reader:secret@db/app NEW_URL=clickhouse://reader@ch/app cutover init --dir checks/app
  cutover init --exclude 'audit_*' --exclude events         without some tables
  cutover run checks/app                                    what it wrote, as it stands";

/// Runs the command and returns its exit code.
pub(crate) fn init(args: &InitArgs) -> u8 {
    done(try_init(args))
}

/// What was made of two catalogues.
struct Found {
    made: Made,
    pairs: Pairs,
    lists: Sides<Vec<Listed>>,
    /// Tables of both sides that the suite has no checks of, and why.
    left: Vec<Left>,
}

/// A side while it is asked.
struct Asked {
    engine: std::sync::Arc<dyn Engine>,
    place: Place,
    tables: Vec<Listed>,
    /// The URL is one file, which is its only table.
    single: bool,
}

fn try_init(args: &InitArgs) -> Result<u8, u8> {
    let refuse = |message: &str| {
        console::complain(&format!("cutover init: {message}\n"));
        BROKEN
    };
    let path = args.dir.join("suite.toml");
    if path.exists() {
        return Err(refuse(&format!("{} exists; remove it, or give another folder with --dir", path.display())));
    }
    let old = place(Side::Old, args.old.as_deref()).map_err(|why| refuse(&why))?;
    let new = place(Side::New, args.new.as_deref()).map_err(|why| refuse(&why))?;
    let made = runtime()?.block_on(async {
        let (old, new) = tokio::join!(ask(Side::Old, &old, args), ask(Side::New, &new, args));
        make(old?, new?, args).await
    });
    let found = made.map_err(|why| refuse(&why))?;
    valid(&found.made.suite).map_err(|why| refuse(&why))?;
    write_atomically(&path, &found.made.suite)
        .map_err(|cause| refuse(&format!("{}: {cause}; give another folder with --dir", path.display())))?;
    console::print(&said(&found, args, &path));
    Ok(PASSED)
}

async fn ask(side: Side, (text, url): &(String, SourceUrl), args: &InitArgs) -> Result<Asked, String> {
    let engine = source::open(url, &source::SourceOptions::default()).map_err(|error| located(side, &error))?;
    let tables = catalog::tables(engine.as_ref(), url, args.timeout, &CancellationToken::default()).await;
    let tables = tables.map_err(|error| located(side, &error))?;
    let listed = |name: TableName| {
        let called = name.schema().map_or(name.name().to_owned(), |schema| format!("{schema}.{}", name.name()));
        Listed { called, name }
    };
    let place = Place { engine: engine.name(), shown: url.to_string(), url: stored(side, text, url, &args.dir) };
    let single = matches!(url.location(), Location::Files(path) if path.is_file());
    Ok(Asked { engine, place, tables: tables.into_iter().map(listed).collect(), single })
}

fn located(side: Side, error: &source::Error) -> String {
    format!("{side}: {}", console::told(error))
}

/// Pairs the tables, describes those that pair, and writes the suite.
async fn make(mut old: Asked, mut new: Asked, args: &InitArgs) -> Result<Found, String> {
    let mut left = exclude(&mut old, &mut new, &args.exclude)?;
    let (old, new) = (&old, &new);
    let names = |side: &Asked| side.tables.iter().map(|table| table.called.clone()).collect::<Vec<_>>();
    let (old_names, new_names) = (names(old), names(new));
    let mut pairs = if old.single && new.single {
        // Each side is one file: there is nothing else to pair.
        Pairs { same: vec![(0, 0)], ..Pairs::default() }
    } else {
        pair(
            &old_names.iter().map(String::as_str).collect::<Vec<_>>(),
            &new_names.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    if pairs.same.is_empty() {
        let told = |names: &[String]| match names {
            [] => "no table".to_owned(),
            names => names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
        };
        return Err(format!(
            "no table has one name on both sides: old has {}; new has {}; give one side views named like the tables of the other, or compare two tables with `cutover diff`",
            told(&old_names),
            told(&new_names)
        ));
    }
    let (mut tables, mut same) = (Vec::new(), Vec::new());
    for (a, b) in std::mem::take(&mut pairs.same) {
        let (one, other) = tokio::join!(table(old, a, args.timeout), table(new, b, args.timeout));
        let whys = Sides { old: one.as_ref().err(), new: other.as_ref().err() };
        if let Some(error) = whys.present().map(|(_, error)| error).find(|error| error.code.is_of_connection()) {
            return Err(error.message.clone());
        }
        let whys: Vec<String> = whys.present().map(|(side, error)| located(side, error)).collect();
        match (one, other) {
            (Ok(old), Ok(new)) => {
                tables.push(Sides { old, new });
                same.push((a, b));
            }
            _ => left.push(Left { called: old.tables[a].called.clone(), why: whys.join("; "), asked: false }),
        }
    }
    if tables.is_empty() {
        let told: Vec<String> = left.iter().map(|left| format!("{:?}: {}", left.called, left.why)).collect();
        return Err(format!("no table that both sides have can be read: {}", told.join("; ")));
    }
    pairs.same = same;
    let places = Sides { old: old.place.clone(), new: new.place.clone() };
    let lists = Sides { old: old.tables.clone(), new: new.tables.clone() };
    let folder = std::path::absolute(&args.dir).unwrap_or_else(|_| args.dir.clone());
    let name = folder.file_name().map_or("first".to_owned(), |name| snake_case(&name.to_string_lossy()));
    let made = suite(&name, &places, &lists, &pairs, &tables, &left)?;
    Ok(Found { made, pairs, lists, left })
}

/// Takes the tables that match one of `patterns` out of both sides.
fn exclude(old: &mut Asked, new: &mut Asked, patterns: &[String]) -> Result<Vec<Left>, String> {
    let mut names = BTreeSet::new();
    for pattern in patterns {
        let matcher = Glob::new(pattern)
            .map_err(|cause| format!("--exclude {pattern}: {}; write a pattern such as 'audit_*'", cause.kind()))?
            .compile_matcher();
        let all = old.tables.iter().chain(&new.tables).map(|table| table.called.clone());
        let found: BTreeSet<String> = all.filter(|name| matcher.is_match(name)).collect();
        if found.is_empty() {
            return Err(format!("--exclude {pattern}: neither side has such a table; correct the pattern"));
        }
        names.extend(found);
    }
    for side in [old, new] {
        side.tables.retain(|table| !names.contains(&table.called));
    }
    let why = "--exclude names it".to_owned();
    Ok(names.into_iter().map(|called| Left { called, why: why.clone(), asked: true }).collect())
}

/// What a side tells of one of its tables.
async fn table(side: &Asked, at: usize, timeout: Duration) -> Result<Table, source::Error> {
    let (engine, listed) = (side.engine.as_ref(), &side.tables[at]);
    let told = catalog::table(engine, &listed.name, timeout, &CancellationToken::default()).await?;
    let from = listed.name.quoted(engine.name());
    let all = described(engine, &format!("SELECT * FROM {from}"), &from, timeout).await.unwrap_or_default();
    let mut columns = Vec::new();
    for name in told.columns {
        columns.push(match all.iter().find(|column| column.name == name && column.of != Type::Null) {
            Some(found) => column(found),
            None => alone(engine, name, &from, timeout).await,
        });
    }
    let probe = format!("SELECT 1 AS n FROM {from} LIMIT 1");
    let rows = source::query(engine, &probe, timeout, &CancellationToken::default()).await?;
    Ok(Table { listed: listed.clone(), columns, key: told.key, order: told.order, empty: rows.frame.height() == 0 })
}

fn column(described: &Described) -> Column {
    let Described { name, database_type, of, .. } = described.clone();
    Column { name, database_type, of: Some(of) }
}

/// A column that the first rows of its table do not tell, or that no source can read.
async fn alone(engine: &dyn Engine, name: String, from: &str, timeout: Duration) -> Column {
    let quoted = quoted(engine.name(), &name);
    let one = format!("SELECT {quoted} FROM {from}");
    let held = format!("(SELECT {quoted} FROM {from} WHERE {quoted} IS NOT NULL) AS q");
    match described(engine, &one, &held, timeout).await {
        Ok(found) => match found.first() {
            Some(found) => Column { name, ..column(found) },
            None => Column { name, database_type: "unknown".to_owned(), of: None },
        },
        Err(error) => Column { name, database_type: type_in(&error.message), of: None },
    }
}

/// The type that an error says has no canonical form, as far as it says it.
fn type_in(message: &str) -> String {
    let told = message.split_once("has the type ").and_then(|(_, rest)| rest.split_once(", which"));
    told.map_or("of a type that cannot be read".to_owned(), |(of, _)| format!("of the type {of}"))
}

/// The URL as the suite in `folder` has it: a variable, with the URL itself as its default where it holds no password.
fn stored(side: Side, text: &str, url: &SourceUrl, folder: &Path) -> String {
    let variable = variable(side);
    let plain = match url.location() {
        Location::Sqlite(path) => relative(path, folder).map(|path| format!("sqlite:{path}")),
        Location::Files(path) => relative(path, folder),
        _ if url.to_string().contains("***") => None,
        _ => Some(text.to_owned()),
    };
    match plain.filter(|plain| !plain.contains(['}', '{', '$'])) {
        Some(plain) => format!("${{{variable}:-{plain}}}"),
        None => format!("${{{variable}}}"),
    }
}

/// `path` as it is found from `folder`; absent where it is not UTF-8. An absolute path stays one.
fn relative(path: &Path, folder: &Path) -> Option<String> {
    if path.is_absolute() {
        return path.to_str().map(str::to_owned);
    }
    let clean = |path: &Path| -> Option<Vec<std::ffi::OsString>> {
        let mut parts = Vec::new();
        for part in std::path::absolute(path).ok()?.components() {
            match part {
                Component::ParentDir => drop(parts.pop()),
                Component::CurDir => {}
                part => parts.push(part.as_os_str().to_owned()),
            }
        }
        Some(parts)
    };
    let (to, from) = (clean(path)?, clean(folder)?);
    let common = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".into(), from.len() - common);
    let found: PathBuf = up.chain(to[common..].iter().cloned()).collect();
    let found = found.to_str()?;
    Some(if found.is_empty() { ".".to_owned() } else { found.to_owned() })
}

/// Whether the suite can be loaded; a fault here is cutover's own.
fn valid(text: &str) -> Result<(), String> {
    suites::parse(text, &Overrides::default()).map(drop).map_err(|problems| {
        format!("the suite it made is not valid, which is a defect of cutover; please report it:\n{problems}")
    })
}

fn said(found: &Found, args: &InitArgs, path: &Path) -> String {
    let Found { made, pairs, lists, left } = found;
    let mut text = String::new();
    let width = made.tables.iter().map(|(name, _)| format!("{name:?}").chars().count()).max().unwrap_or(0);
    for (name, checks) in &made.tables {
        let name = format!("{name:?}");
        text += &format!("paired    {name:width$}  {checks}\n");
    }
    for (side, (only, list)) in pairs.only.as_ref().zip(lists.as_ref()) {
        text.extend(only.iter().map(|at| format!("only {side}  {:?}\n", list[*at].called)));
    }
    text.extend(left.iter().map(|left| format!("left out  {:?}: {}\n", left.called, left.why)));
    let given = Sides { old: &args.old, new: &args.new };
    let needs = given.into_iter().filter_map(|(side, given)| {
        let variable = variable(side);
        let unset = std::env::var_os(&variable).is_none() && given.is_some();
        (unset && made.suite.contains(&format!("\"${{{variable}}}\""))).then_some(variable)
    });
    let needs: Vec<String> = needs.collect();
    text += &format!("\nwritten: {}\n", path.display());
    if made.undecided > 0 {
        let undecided = made.undecided as u64;
        let (decisions, are) = (plural(undecided, "decision"), agree(undecided, "is", "are"));
        text += &format!("{decisions} {are} left to you, each at the word UNDECIDED\n");
    }
    if !needs.is_empty() {
        text += &format!("set {} first: a URL with a password is not written down\n", needs.join(" and "));
    }
    text + &format!("next: cutover run {}\n", args.dir.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a suite that looks for its data in the wrong folder.
    #[test]
    fn paths_are_found_from_the_suite() {
        let from = |path: &str, folder: &str| relative(Path::new(path), Path::new(folder)).unwrap();
        assert_eq!(from("old.db", "checks/first"), "../../old.db");
        assert_eq!(from("./data/new", "data"), "new");
        assert_eq!(from("data", "data"), ".");
        assert_eq!(from("/srv/old.db", "checks"), "/srv/old.db");
    }

    /// Catches a password in the suite, and a URL that means something else there.
    #[test]
    fn a_url_with_a_password_is_not_written_down() {
        let url = |text: &str| {
            let url = SourceUrl::parse(text, Path::new("")).unwrap();
            stored(Side::Old, text, &url, Path::new("."))
        };
        assert_eq!(url("postgres://u:s3cret@h/db"), "${OLD_URL}");
        assert_eq!(url("clickhouse://u@h/db?password=s3cret"), "${OLD_URL}");
        assert_eq!(url("postgres://u@h/db"), "${OLD_URL:-postgres://u@h/db}");
        assert_eq!(url("sqlite:${HOME}.db"), "${OLD_URL}");
    }
}

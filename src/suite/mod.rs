//! TOML → valid suite: every mistake at once, with its place and a hint. Connects to nothing.

pub mod ad_hoc;
mod bounds;
mod check;
mod defaults;
mod digest;
mod expand;
mod find;
mod latency;
mod levels;
mod limits;
mod loaded;
mod one_or_many;
mod overrides;
mod pace;
mod params;
mod problem;
mod prove;
mod raw;
mod raw_prove;
mod read;
mod rule;
mod source;
mod template;
mod via;
mod views;
mod waivers;
mod window;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use crate::model::Side;
use crate::spec::check::Check;
use problem::{File, nearest};

use bounds::Known;
use overrides::Used;

pub use digest::definition_of;
pub use expand::SourceSpecError;
pub(crate) use expand::expanded;
pub use loaded::Suite;
pub use overrides::Overrides;
pub use params::{Moving, Param, ParamType};
pub use problem::{Problem, Problems};
pub use prove::{TombstonedTable, VersionedTable};
pub use source::SourceSpec;
pub use template::TemplateError;
pub use waivers::FILE as WAIVERS;

/// Reads the suites at `paths`: files as they are, folders for every `suite.toml` and `*.suite.toml` below them.
pub fn load(paths: &[PathBuf], overrides: &Overrides) -> Result<Vec<Suite>, Problems> {
    loaded(paths, None, overrides, None)
}

/// Does the same with suites that lie in `folder` only, whose path has no links in it; what leads out of it is a mistake.
pub fn load_within(folder: &Path, paths: &[PathBuf], overrides: &Overrides) -> Result<Vec<Suite>, Problems> {
    loaded(paths, Some(folder), overrides, None)
}

/// Reads the suite at `path` as it would be with the text `waivers` in the file beside it.
pub fn load_with_waivers(path: &Path, overrides: &Overrides, waivers: &str) -> Result<Vec<Suite>, Problems> {
    loaded(&[path.to_owned()], None, overrides, Some(waivers))
}

fn loaded(
    paths: &[PathBuf],
    within: Option<&Path>,
    overrides: &Overrides,
    waivers: Option<&str>,
) -> Result<Vec<Suite>, Problems> {
    let mut problems = Problems::default();
    let files = find::files(paths, within, &mut problems);
    let mut suites = Vec::new();
    let mut used = Used::default();
    for path in &files {
        match limits::text(path, limits::SUITE_BYTES) {
            Ok(text) => suites.extend(one(path, &text, overrides, &mut used, &mut problems)),
            Err(why) => problems.add(path, why),
        }
    }
    used.unused(overrides, &mut problems);
    waivers::attach(&mut suites, &files, waivers, &mut problems);
    let mut names: BTreeMap<&str, &Path> = BTreeMap::new();
    for suite in &suites {
        if let Some(other) = names.insert(&suite.name, &suite.path) {
            let message = format!(
                "the suite is named `{}` like {}, so their checks share ids; rename one",
                suite.name,
                other.display()
            );
            problems.add(&suite.path, message);
        }
    }
    if problems.0.is_empty() { Ok(suites) } else { Err(problems) }
}

/// The suite that `text` is, without a file: relative paths start at the folder of the process.
pub fn parse(text: &str, overrides: &Overrides) -> Result<Suite, Problems> {
    let (mut problems, mut used) = (Problems::default(), Used::default());
    let suite = one(Path::new(""), text, overrides, &mut used, &mut problems);
    used.unused(overrides, &mut problems);
    suite.filter(|_| problems.0.is_empty()).ok_or(problems)
}

/// The params that the suite file at `path` declares, as far as they can be read.
pub fn declared_params(path: &Path) -> BTreeMap<String, Param> {
    let text = limits::text(path, limits::SUITE_BYTES).unwrap_or_default();
    let suite: toml::Table = text.parse().unwrap_or_default();
    let declared = suite.get("params").and_then(toml::Value::as_table).into_iter().flatten();
    declared.filter_map(|(name, value)| Some((name.clone(), params::declared(value).ok()?))).collect()
}

/// The JSON Schema of a suite file, for editors.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(raw::Suite).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".to_owned(), "urn:cutover:schema:suite".into());
        object.insert("title".to_owned(), "cutover suite".into());
        object.insert("required".to_owned(), serde_json::json!(["name", "sources", "checks"]));
    }
    schema
}

/// The JSON Schema of a `waivers.toml`, for editors.
pub fn waivers_schema() -> serde_json::Value {
    waivers::schema()
}

fn one(path: &Path, text: &str, overrides: &Overrides, used: &mut Used, problems: &mut Problems) -> Option<Suite> {
    let file = File::new(path, text);
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            problems.0.push(file.problem(offset, error.message().trim().replace('\n', " "), None));
            return None;
        }
    };
    if let Some(why) = limits::too_many_tables(&table) {
        problems.add(path, why);
        return None;
    }
    let before = problems.0.len();
    let raw: raw::Suite = read::read(&table, &["sources", "params", "views", "checks"], "suite", &file, problems);
    // What a newer program would understand may be all that is wrong.
    if let Some((why, help)) = raw.requires_cutover.as_deref().and_then(defaults::unmet) {
        problems.0.truncate(before);
        problems.0.push(file.problem(0, why, help));
        return None;
    }
    let name = raw.name.unwrap_or_default();
    if name.is_empty() {
        problems.0.push(file.problem(0, "`name` is missing", Some("add `name = \"my_suite\"`".to_owned())));
    } else if !template::is_name(&name) {
        problems.0.push(file.problem(
            0,
            format!("the name `{name}` is not snake_case"),
            Some("use a-z, 0-9 and _".to_owned()),
        ));
    }
    let section = |name: &str, problems: &mut Problems| -> Option<&DeTable<'_>> {
        let value = table.get(name)?;
        read::table(value, &format!("`{name}`"), &file, problems)
    };
    let params = params(section("params", problems), overrides, used, &file, problems);
    let raw_sources = section("sources", problems);
    let sources = sources(raw_sources, overrides, used, &file, problems);
    let named: Vec<&str> =
        raw_sources.map(|table| read::entries(table).iter().map(|(name, _, _)| *name).collect()).unwrap_or_default();
    clocks(&params, &named, &file, problems);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let known = known(&params);
    let views = views::valid(section("views", problems), &known, &file, problems);
    let mask = raw.mask.map(raw::OneOrMany::all).unwrap_or_default();
    if mask.iter().any(String::is_empty) {
        let help = Some("name the columns whose values stay hidden".to_owned());
        problems.0.push(file.problem(0, "`mask` holds an empty name", help));
    }
    let accepted_misses = prove::accepted(&raw.prove, &file, problems);
    let scope = check::Scope {
        suite: &name,
        folder,
        sources: &sources,
        named: named.clone(),
        params: &params,
        known: &known,
        mask,
        diagnosis: raw.diagnosis != Some(false),
    };
    let raw_checks = section("checks", problems);
    let defaults = defaults::sound(raw.defaults, &known, &file, problems);
    let checks = checks(raw_checks, &defaults, &scope, &file, problems);
    // A check with a mistake may be the one whose query names the table.
    let queries = (raw_checks.map_or(0, toml::map::Map::len) == checks.len()).then_some(checks.as_slice());
    let versions = prove::versions(&raw.prove, queries, &file, problems);
    let tombstones = prove::tombstones(&raw.prove, queries, &file, problems);
    if raw_checks.is_none_or(toml::map::Map::is_empty) {
        problems.0.push(file.problem(0, "the suite has no checks", Some("add [checks.my_check]".to_owned())));
    }
    let lines = raw_checks.map(|table| lines(table, &name, &file)).unwrap_or_default();
    let sha256 = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let waivers = Vec::new();
    let given = overrides.of(&params, &named);
    (problems.0.len() == before).then(|| Suite {
        name,
        path: path.to_owned(),
        sha256,
        sources,
        params,
        views,
        accepted_misses,
        versions,
        tombstones,
        checks,
        waivers,
        lines,
        given,
    })
}

/// Where each check begins.
fn lines(checks: &DeTable<'_>, suite: &str, file: &File<'_>) -> BTreeMap<String, usize> {
    read::entries(checks).iter().map(|(name, offset, _)| (format!("{suite}.{name}"), file.line(*offset))).collect()
}

fn params(
    table: Option<&DeTable<'_>>,
    overrides: &Overrides,
    used: &mut Used,
    file: &File<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, Param> {
    let mut params = BTreeMap::new();
    let Some(table) = table else { return params };
    for (name, offset, value) in read::entries(table) {
        used.known_params.insert(name.to_owned());
        let mut add =
            |message: String| problems.0.push(file.problem(offset, format!("param `{name}`: {message}"), None));
        if !template::is_name(name) {
            add("the name is not snake_case; use a-z, 0-9 and _".to_owned());
        }
        let value = <toml::Value as serde::Deserialize>::deserialize(toml::de::ValueDeserializer::from(value.clone()));
        let mut param =
            match value.map_err(|error| error.message().to_owned()).and_then(|value| params::declared(&value)) {
                Ok(param) => param,
                Err(why) => {
                    add(why);
                    // Declared all the same: its uses are no further mistake.
                    Param::Unset(ParamType::Text)
                }
            };
        for (_, text) in overrides.params.iter().filter(|(given, _)| given == name) {
            used.params.insert(name.to_owned());
            match params::overridden(&param, text) {
                Ok(given) => param = given,
                Err(why) => problems.0.push(Problem {
                    field: None,
                    path: PathBuf::new(),
                    place: None,
                    message: format!("--param {name}: {why}"),
                    help: None,
                }),
            }
        }
        params.insert(name.to_owned(), param);
    }
    params
}

/// Values that are known before any clock is asked.
fn known(params: &BTreeMap<String, Param>) -> Known {
    let fixed = |(name, param): (&String, &Param)| match param {
        Param::Value(value) => Some((name.clone(), value.clone())),
        _ => None,
    };
    params.iter().filter_map(fixed).collect()
}

fn clocks(params: &BTreeMap<String, Param>, named: &[&str], file: &File<'_>, problems: &mut Problems) {
    for (name, param) in params {
        if let Param::Moving(Moving { clock, .. }) = param {
            let clock = clock.as_deref().unwrap_or(Side::Old.as_str());
            if !named.contains(&clock) {
                let help = nearest(clock, named.iter().copied());
                problems.0.push(file.problem(
                    0,
                    format!("param `{name}`: there is no source `{clock}` whose clock it could follow"),
                    help,
                ));
            }
        }
    }
}

fn sources(
    table: Option<&DeTable<'_>>,
    overrides: &Overrides,
    used: &mut Used,
    file: &File<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, SourceSpec> {
    let mut sources = BTreeMap::new();
    let Some(table) = table else { return sources };
    let mut read_by = Vec::new();
    for (name, offset, value) in read::entries(table) {
        used.known_sources.insert(name.to_owned());
        let owner = format!("source `{name}`");
        let replaced = overrides.sources.iter().rev().find(|(given, _)| given == name).map(|(_, url)| url.as_str());
        if replaced.is_some() {
            used.sources.insert(name.to_owned());
        }
        let Some(table) = read::table(value, &owner, file, problems) else { continue };
        let raw: raw::Source = read::read(table, &[], &owner, file, problems);
        read_by.extend(raw.via.clone().map(|via| (name.to_owned(), offset, via)));
        match source::valid(raw, replaced) {
            Ok(source) => {
                sources.insert(name.to_owned(), source);
            }
            Err(mistakes) => {
                problems
                    .0
                    .extend(mistakes.into_iter().map(|why| file.problem(offset, format!("{owner}: {why}"), None)));
            }
        }
    }
    let named: Vec<&str> = read::entries(table).iter().map(|(name, ..)| *name).collect();
    via::attach(&mut sources, &read_by, &named, file, problems);
    sources
}

fn checks(
    table: Option<&DeTable<'_>>,
    defaults: &raw::Defaults,
    scope: &check::Scope<'_>,
    file: &File<'_>,
    problems: &mut Problems,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let Some(table) = table else { return checks };
    for (name, offset, value) in read::entries(table) {
        let owner = format!("check `{}.{name}`", scope.suite);
        let Some(table) = read::table(value, &owner, file, problems) else { continue };
        let before = problems.0.len();
        let mut raw: raw::Check = read::read(table, &["columns"], &owner, file, problems);
        defaults::apply(defaults, &mut raw);
        let mut rules = BTreeMap::new();
        let columns =
            table.get("columns").and_then(|value| read::table(value, &format!("{owner}: `columns`"), file, problems));
        for (column, offset, value) in columns.map(read::entries).unwrap_or_default() {
            let owner = format!("{owner}: column `{column}`");
            let Some(table) = read::table(value, &owner, file, problems) else { continue };
            rules.insert(column.to_owned(), (offset, read::read(table, &[], &owner, file, problems)));
        }
        let valid = check::valid(name, offset, raw, rules, scope, file, problems);
        checks.extend(valid.filter(|_| problems.0.len() == before));
    }
    checks
}

//! `waivers.toml` beside a suite file: known differences with a reason, an owner and a last day, every mistake reported.

mod keys;
mod raw;
mod text;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::limits;
use super::loaded::Suite;
use super::problem::{File, Problems, nearest, with_article};
use super::raw::OneOrMany;
use super::read;
use crate::spec::check::Check;
use crate::spec::waiver::{KeyPart, Waiver};
use keys::{key, not_compared};
pub(super) use raw::schema;
use raw::{DUPLICATE, OF_VALUES, Raw, RawFile};

/// Name of the file, one per folder of suites.
pub const FILE: &str = "waivers.toml";

/// Gives every suite the waivers of its folder, or those in the text `instead`. `files` are all suite files that were asked
/// for, valid or not.
pub(super) fn attach(suites: &mut [Suite], files: &BTreeSet<PathBuf>, instead: Option<&str>, problems: &mut Problems) {
    let beside = |path: &Path| path.with_file_name(FILE);
    let is_there = |place: &PathBuf| instead.is_some() || place.exists();
    let places: BTreeSet<PathBuf> = files.iter().map(|file| beside(file)).filter(is_there).collect();
    for place in places {
        let text = match instead {
            Some(text) => limits::within(text.to_owned().into_bytes(), limits::OTHER_BYTES),
            None => limits::text(&place, limits::OTHER_BYTES),
        };
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                problems.add(&place, format!("{why}; correct the file, or remove it"));
                continue;
            }
        };
        let own: Vec<&Suite> = suites.iter().filter(|suite| beside(&suite.path) == place).collect();
        let broken = files.iter().filter(|file| beside(file) == place).count() > own.len();
        let scope = Scope {
            checks: own.iter().flat_map(|suite| &suite.checks).collect(),
            broken,
            others: others(&place, files),
        };
        let before = problems.0.len();
        let waivers = read_all(&File::new(&place, &text), &scope, problems);
        problems.0[before..].sort_by_key(|problem| problem.place);
        for suite in suites.iter_mut().filter(|suite| beside(&suite.path) == place) {
            let prefix = format!("{}.", suite.name);
            suite.waivers = waivers.iter().filter(|waiver| waiver.check.starts_with(&prefix)).cloned().collect();
        }
    }
}

/// What a waiver can name.
struct Scope<'a> {
    checks: Vec<&'a Check>,
    /// Whether a suite of the folder has mistakes of its own, so that its checks are not known.
    broken: bool,
    /// Names of suites of the folder that were not asked for.
    others: Vec<String>,
}

/// Names of the suites in the folder of `place` that are not among `files`.
fn others(place: &Path, files: &BTreeSet<PathBuf>) -> Vec<String> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let asked: BTreeSet<PathBuf> = files.iter().filter_map(|file| file.canonicalize().ok()).collect();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_suite = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name == "suite.toml" || name.ends_with(".suite.toml")
    };
    let unasked = entries.filter(is_suite).filter(|path| path.canonicalize().is_ok_and(|path| !asked.contains(&path)));
    let name = |path: PathBuf| {
        let suite: toml::Table = limits::text(&path, limits::SUITE_BYTES).ok()?.parse().ok()?;
        suite.get("name")?.as_str().map(str::to_owned)
    };
    unasked.filter_map(name).collect()
}

fn read_all(file: &File<'_>, scope: &Scope<'_>, problems: &mut Problems) -> Vec<Waiver> {
    let table = match DeTable::parse(file.text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            problems.0.push(file.problem(offset, error.message().trim().replace('\n', " "), None));
            return Vec::new();
        }
    };
    read::read::<RawFile>(&table, &["waivers"], "waivers", file, problems);
    let Some(value) = table.get("waivers") else { return Vec::new() };
    let Some(array) = value.get_ref().as_array() else {
        let message =
            format!("`waivers` is {}, where an array of tables is needed", with_article(value.get_ref().type_str()));
        problems.0.push(file.problem(value.span().start, message, Some("begin each with [[waivers]]".to_owned())));
        return Vec::new();
    };
    array.iter().filter_map(|value| one(value, file, scope, problems)).collect()
}

fn one(value: &Spanned<DeValue<'_>>, file: &File<'_>, scope: &Scope<'_>, problems: &mut Problems) -> Option<Waiver> {
    let table = read::table(value, "the waiver", file, problems)?;
    let before = problems.0.len();
    let raw: Raw = read::read(table, &[], "waiver", file, problems);
    let readable = problems.0.len() == before;
    // Fields that could not be read are reported already, and are no missing ones.
    let given = |name: &str| table.get(name).is_some();
    let start = read::entries(table).first().map_or(value.span().start, |(_, offset, _)| *offset);
    let at = |name: &str| {
        read::entries(table).into_iter().find(|(field, _, _)| *field == name).map_or(start, |(_, offset, _)| offset)
    };
    let mut wrong = |field: &str, message: String, help: Option<String>| {
        problems.0.push(file.problem(at(field), format!("waiver: {message}"), help));
    };
    reasons(&raw, &given, &mut wrong);
    let until = until(&raw, &given, &mut wrong);
    limits(&raw, &mut wrong);
    let many = |names: Option<OneOrMany>| match names {
        None => Vec::new(),
        Some(OneOrMany::One(name)) => vec![name],
        Some(OneOrMany::Many(names)) => names,
    };
    let (columns, differences) = (many(raw.columns), many(raw.differences));
    if raw.check.is_none() && !given("check") {
        let help = "name what it is about, such as check = \"costs.daily_cost\"";
        wrong("check", "`check` is missing".to_owned(), Some(help.to_owned()));
    }
    let id = raw.check?;
    let check = named(&id, scope, &mut wrong)?;
    placed(&id, raw.at_most, check, &mut wrong);
    covered(&columns, &differences, check, &mut wrong);
    let known = check.difference_form().names();
    let mut keys: Vec<KeyPart> = Vec::new();
    for table in raw.keys.unwrap_or_default() {
        match key(&table, check) {
            Ok(key) => keys.push(key),
            Err((message, help)) => wrong("keys", message, help),
        }
    }
    let mut pins = Vec::new();
    if let Some(tables) = raw.values {
        let of_duplicates = differences == [DUPLICATE];
        if let Some((message, help)) = values::of_none(known, &differences, check).filter(|_| !of_duplicates) {
            wrong("values", message, help);
        }
        for table in tables {
            match values::pin(table, check, of_duplicates) {
                Ok(pin) => pins.push(pin),
                Err((message, help)) => wrong("values", message, help),
            }
        }
    }
    let line = file.problem(start, "", None).place.map_or(1, |(line, _)| line);
    let waiver = Waiver {
        place: format!("{}:{line}", file.path.display()),
        check: id,
        keys,
        columns,
        values: pins,
        differences,
        at_most: raw.at_most,
        per_key: raw.per_key,
        any_value: raw.any_value == Some(true),
        why: raw.why.unwrap_or_default(),
        owner: raw.owner.unwrap_or_default(),
        until: until?,
    };
    (readable && problems.0.len() == before).then_some(waiver)
}

/// Takes a mistake: the field, what is wrong with it, and a hint.
type Wrong<'a> = dyn FnMut(&str, String, Option<String>) + 'a;

/// Who answers for a waiver, and why it is there.
fn reasons(raw: &Raw, given: &dyn Fn(&str) -> bool, wrong: &mut Wrong<'_>) {
    for (field, text, help) in
        [("why", &raw.why, "say why the difference is accepted"), ("owner", &raw.owner, "say who answers for it")]
    {
        let missing = !given(field);
        if missing || text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            let message = if missing { format!("`{field}` is missing") } else { format!("`{field}` is empty") };
            wrong(field, message, Some(help.to_owned()));
        }
    }
}

/// The last day on which a waiver holds.
fn until(raw: &Raw, given: &dyn Fn(&str) -> bool, wrong: &mut Wrong<'_>) -> Option<NaiveDate> {
    match &raw.until {
        None => {
            if !given("until") {
                let help = "give the last day on which it holds, such as until = 2026-12-31";
                wrong("until", "`until` is missing".to_owned(), Some(help.to_owned()));
            }
            None
        }
        Some(value) => {
            let until = day(value);
            if until.is_none() {
                let help = "write a date without quotes, such as until = 2026-12-31";
                wrong("until", format!("`until` is {value}, which is no date"), Some(help.to_owned()));
            }
            until
        }
    }
}

/// What a waiver is cut down to, by its fields alone.
fn limits(raw: &Raw, wrong: &mut Wrong<'_>) {
    let empty = [
        ("keys", raw.keys.as_ref().is_some_and(Vec::is_empty)),
        ("columns", matches!(&raw.columns, Some(OneOrMany::Many(names)) if names.is_empty())),
        ("values", raw.values.as_ref().is_some_and(Vec::is_empty)),
        ("differences", matches!(&raw.differences, Some(OneOrMany::Many(names)) if names.is_empty())),
    ];
    for (field, _) in empty.into_iter().filter(|(_, empty)| *empty) {
        wrong(field, format!("`{field}` is empty, which would be no limit at all"), Some("remove it".to_owned()));
    }
    for (field, _) in [("at_most", raw.at_most), ("per_key", raw.per_key)].into_iter().filter(|one| one.1 == Some(0)) {
        wrong(field, format!("`{field}` is 0, which covers nothing"), Some("remove the waiver".to_owned()));
    }
    for (field, message, help) in values::contradictions(raw) {
        wrong(field, message.to_owned(), Some(help.to_owned()));
    }
}

/// The check that a waiver names.
fn named<'a>(id: &str, scope: &Scope<'a>, wrong: &mut Wrong<'_>) -> Option<&'a Check> {
    let bare = bare(id);
    let found = scope.checks.iter().copied().find(|check| check.id == bare);
    if found.is_none() {
        let suite = bare.split_once('.').map_or("", |(suite, _)| suite);
        if !scope.broken && !scope.others.iter().any(|other| other == suite) {
            let help = nearest(bare, scope.checks.iter().map(|check| check.id.as_str()));
            wrong("check", format!("there is no check `{bare}` in this folder"), help);
        }
    }
    found
}

/// The check of an id that may name a window of it.
fn bare(id: &str) -> &str {
    id.split_once('@').map_or(id, |(check, _)| check)
}

/// Whether the windows that a waiver speaks of are those of its check.
fn placed(id: &str, at_most: Option<u64>, check: &Check, wrong: &mut Wrong<'_>) {
    let bare = bare(id);
    if id.contains('@') && check.window.is_none() {
        wrong("check", format!("`{bare}` has no windows"), Some(format!("write check = \"{bare}\"")));
    }
    if at_most.is_some() && check.window.is_some() && !id.contains('@') {
        let help = format!("name one, such as \"{bare}@2026-01-03\", or give `keys` without `at_most`");
        wrong("at_most", format!("`at_most` has no one number for all windows of `{bare}`"), Some(help));
    }
}

/// Whether the check has such differences, and such columns.
fn covered(columns: &[String], differences: &[String], check: &Check, wrong: &mut Wrong<'_>) {
    let known = check.difference_form().names();
    for name in differences.iter().filter(|name| !known.contains(&name.as_str())) {
        let help = nearest(name, known.iter().copied());
        wrong("differences", format!("`{}` has no differences called `{name}`", check.id), help);
    }
    if !columns.is_empty() {
        if !known.iter().any(|name| OF_VALUES.contains(name)) {
            let message = format!("`columns` means nothing for kind `{}`", check.kind.kind());
            wrong("columns", message, Some("give `keys` or `at_most`".to_owned()));
        } else if let Some(name) = differences.iter().find(|name| !OF_VALUES.contains(&name.as_str())) {
            let help = "give that a waiver of its own, without `columns`".to_owned();
            wrong("columns", format!("`{name}` is about whole rows, and not about a column"), Some(help));
        }
        for column in columns {
            if let Some((message, help)) = not_compared(check, column) {
                wrong("columns", message, help);
            }
        }
    }
}

/// A TOML date without a time.
fn day(value: &toml::Value) -> Option<NaiveDate> {
    match value {
        toml::Value::Datetime(moment) if moment.time.is_none() => moment.to_string().parse().ok(),
        _ => None,
    }
}

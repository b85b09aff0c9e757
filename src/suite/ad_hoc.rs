//! An ad hoc diff as a suite of one check: from two relations and what their sources tell of them to TOML.
//!
//! Pure. That it becomes a suite, and nothing else, is what makes an ad hoc verdict the same as a nightly one.

use toml::{Table, Value};

use crate::model::{Side, Sides};
use crate::source::Driver;
use tolerances::{effective, tolerances};

mod request;
mod tolerances;

pub use request::{Relation, Request};

/// How every such suite begins.
const HEAD: &str = "name = \"diff\"\n\n";

/// A suite, and what its reader must know.
#[derive(Debug)]
pub struct Made {
    /// The suite as TOML.
    pub suite: String,
    /// How rows are paired, in one sentence.
    pub pairing: String,
}

/// The suite `diff` with the check `name` over two relations.
///
/// # Errors
/// Columns on one side only, keys that disagree, and names that are not there, each with the flag that helps.
pub fn suite(name: &str, old: &Relation, new: &Relation, request: &Request) -> Result<Made, String> {
    let renamed = |column: &str| {
        let pair = request.rename.iter().find(|(from, _)| from == column);
        pair.map_or_else(|| column.to_owned(), |(_, to)| to.clone())
    };
    names_are_known(old, new, request, &renamed)?;
    let (key, mut pairing) = key(old, new, request, &renamed)?;
    let columns = columns(old, new, request, &key, &renamed)?;
    let keyless = key.is_empty();
    let key = if keyless { columns.old.clone() } else { key };
    if keyless {
        pairing =
            "no key is known, so whole rows are compared as a multiset: a changed row is one missing and one extra; \
                   name a key with --key"
                .to_owned();
        if let Some(side) = [old, new].into_iter().find(|side| !side.order.is_empty()) {
            pairing += &format!(" (ClickHouse orders its rows by {}, which may be one)", list(&side.order));
        }
    }
    let keyed = if keyless { &[][..] } else { &key };
    effective(keyed, &columns.old, old, request)?;
    let check = check(&key, keyless, &columns, &Sides { old, new }, request, &renamed);
    let checks = Value::from(Table::from_iter([(name.to_owned(), Value::from(check))]));
    let checks = Table::from_iter([("checks".to_owned(), checks)]);
    let checks = toml::to_string_pretty(&checks).map_err(|cause| format!("the suite cannot be written: {cause}"))?;
    let sources = Sides { old: old.engine, new: new.engine }.into_iter();
    let sources: Table =
        sources.map(|(side, engine)| (side.to_string(), source(side, engine, request).into())).collect();
    let sources = Table::from_iter([("sources".to_owned(), Value::from(sources))]);
    let sources = toml::to_string_pretty(&sources).map_err(|cause| format!("the suite cannot be written: {cause}"))?;
    Ok(Made { suite: format!("{HEAD}{sources}\n{checks}"), pairing })
}

/// Whether every column that the request names is there.
fn names_are_known(
    old: &Relation,
    new: &Relation,
    request: &Request,
    renamed: &dyn Fn(&str) -> String,
) -> Result<(), String> {
    for (from, to) in &request.rename {
        known(from, "--rename", &old.columns, Side::Old)?;
        known(to, "--rename", &new.columns, Side::New)?;
    }
    for column in request.columns.iter().chain(&request.key) {
        known(column, "--columns and --key", &old.columns, Side::Old)?;
        known(&renamed(column), "--columns and --key", &new.columns, Side::New)?;
    }
    for column in &request.exclude {
        if !old.columns.contains(column) && !new.columns.contains(column) {
            return Err(format!("--exclude {column}: neither side has such a column; old has {}", list(&old.columns)));
        }
    }
    for column in request.absolute.iter().chain(&request.relative).filter_map(|(column, _)| column.as_ref()) {
        known(column, "--absolute and --relative", &old.columns, Side::Old)?;
    }
    for (column, _) in &request.rules {
        known(column, "--rule", &old.columns, Side::Old)?;
    }
    Ok(())
}

/// The columns of each side that are compared, in its own order.
fn columns(
    old: &Relation,
    new: &Relation,
    request: &Request,
    key: &[String],
    renamed: &dyn Fn(&str) -> String,
) -> Result<Sides<Vec<String>>, String> {
    let back = |column: &str| {
        let pair = request.rename.iter().find(|(_, to)| to == column);
        pair.map_or_else(|| column.to_owned(), |(from, _)| from.clone())
    };
    let wanted = |column: &String| {
        !request.exclude.contains(column)
            && (request.columns.is_empty() || request.columns.contains(column) || key.contains(column))
    };
    let old_columns: Vec<String> = old.columns.iter().filter(|column| wanted(column)).cloned().collect();
    let new_columns: Vec<String> = new
        .columns
        .iter()
        .filter(|column| !request.exclude.contains(column) && wanted(&back(column)))
        .cloned()
        .collect();
    let only_old: Vec<String> =
        old_columns.iter().filter(|column| !new_columns.contains(&renamed(column))).cloned().collect();
    let only_new: Vec<String> =
        new_columns.iter().filter(|column| !old_columns.contains(&back(column))).cloned().collect();
    if !only_old.is_empty() || !only_new.is_empty() {
        let told = Sides { old: &only_old, new: &only_new }.into_iter().filter(|(_, columns)| !columns.is_empty());
        let told: Vec<String> = told.map(|(side, columns)| format!("only {side} has {}", list(columns))).collect();
        return Err(format!(
            "the columns differ: {}; pair them with --rename old=new, leave them out with --exclude, or name what to \
             compare with --columns",
            told.join(", ")
        ));
    }
    Ok(Sides { old: old_columns, new: new_columns })
}

/// The check as a table of a suite.
fn check(
    key: &[String],
    keyless: bool,
    columns: &Sides<Vec<String>>,
    relations: &Sides<&Relation>,
    request: &Request,
    renamed: &dyn Fn(&str) -> String,
) -> Table {
    let mut check = Table::new();
    check.insert("kind".to_owned(), "rows".into());
    check.insert("why".to_owned(), "the rows of both sides, compared ad hoc".into());
    check.insert("key".to_owned(), strings(key));
    if keyless {
        check.insert("duplicates".to_owned(), "allow".into());
    }
    for (field, value) in [("sample", &request.sample), ("timeout", &request.timeout)] {
        if let Some(value) = value {
            check.insert(field.to_owned(), value.clone().into());
        }
    }
    if request.allow_empty {
        check.insert("allow_empty".to_owned(), true.into());
    }
    if !request.mask.is_empty() {
        check.insert("mask".to_owned(), strings(&request.mask));
    }
    let rename: Table = columns
        .old
        .iter()
        .map(|column| (column.clone(), renamed(column)))
        .filter(|(from, to)| from != to)
        .map(|(from, to)| (from, to.into()))
        .collect();
    if !rename.is_empty() {
        check.insert("rename".to_owned(), rename.into());
    }
    let rules = tolerances(key, &columns.old, relations.old, request);
    if !rules.is_empty() {
        check.insert("columns".to_owned(), rules.into());
    }
    for (side, (relation, columns)) in relations.zip(columns.as_ref()) {
        check.insert(side.to_string(), select(relation, columns, request.filter.as_deref()).into());
    }
    check
}

/// A side without its URL, and with it the password, which stay outside.
fn source(side: Side, engine: &Driver, request: &Request) -> Table {
    let url = format!("${{{}_URL}}", side.as_str().to_ascii_uppercase());
    let mut source = Table::from_iter([("url".to_owned(), Value::from(url))]);
    if !engine.capabilities.typed_by_suite {
        return source;
    }
    let typed = |columns: &[(String, String)]| {
        let columns: Table = columns.iter().map(|(name, of)| (name.clone(), of.as_str().into())).collect();
        Some(columns).filter(|columns| !columns.is_empty())
    };
    let given = [
        ("types", typed(request.types.get(side))),
        ("partitions", typed(request.partitions.get(side))),
        ("as_of", request.as_of.get(side).clone()),
        ("csv", request.csv.clone()),
    ];
    source.extend(given.into_iter().filter_map(|(name, of)| Some((name.to_owned(), of?.into()))));
    source
}

/// The key and how it was found; empty where there is none.
fn key(
    old: &Relation,
    new: &Relation,
    request: &Request,
    renamed: &impl Fn(&str) -> String,
) -> Result<(Vec<String>, String), String> {
    if !request.key.is_empty() {
        return Ok((request.key.clone(), format!("rows are paired by {}", list(&request.key))));
    }
    let in_new: Vec<String> = old.key.iter().map(|column| renamed(column)).collect();
    let told = |key: &[String], of: &str| (key.to_vec(), format!("rows are paired by {}, the key of {of}", list(key)));
    match (old.key.is_empty(), new.key.is_empty()) {
        (true, true) => Ok((Vec::new(), String::new())),
        (false, true) => Ok(told(&old.key, Side::Old.as_str())),
        (true, false) => {
            let back = |column: &String| {
                let pair = request.rename.iter().find(|(_, to)| to == column);
                pair.map_or_else(|| column.clone(), |(from, _)| from.clone())
            };
            Ok(told(&new.key.iter().map(back).collect::<Vec<_>>(), Side::New.as_str()))
        }
        (false, false) => {
            let sorted = |key: &[String]| {
                let mut key = key.to_vec();
                key.sort();
                key
            };
            if sorted(&in_new) == sorted(&new.key) {
                return Ok(told(&old.key, "both"));
            }
            let called = if in_new == old.key { String::new() } else { format!(", which new calls {}", list(&in_new)) };
            Err(format!(
                "the keys disagree: {} of old has {}{called}, {} of new has {}; say which columns identify a row with --key",
                old.named,
                list(&old.key),
                new.named,
                list(&new.key)
            ))
        }
    }
}

fn known(column: &str, flag: &str, columns: &[String], side: Side) -> Result<(), String> {
    if columns.iter().any(|one| one == column) {
        return Ok(());
    }
    let near = columns
        .iter()
        .filter(|one| strsim::jaro_winkler(one, column) > 0.8)
        .max_by(|a, b| strsim::jaro_winkler(a, column).total_cmp(&strsim::jaro_winkler(b, column)));
    let hint = near.map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
    Err(format!("{flag}: {side} has no column `{column}`{hint}; it has {}", list(columns)))
}

fn select(side: &Relation, columns: &[String], filter: Option<&str>) -> String {
    let columns: Vec<String> = columns.iter().map(|column| side.engine.dialect.quoted(column)).collect();
    // In parentheses nothing but a condition stands; a comment at its end ends with the line.
    let filter = filter.map_or(String::new(), |filter| match filter.contains("--") || filter.contains('#') {
        true => format!("\nWHERE ({filter}\n)"),
        false => format!("\nWHERE ({filter})"),
    });
    format!("SELECT {}\nFROM {}{filter}", columns.join(", "), side.from)
}

fn strings(names: &[String]) -> Value {
    Value::from(names.to_vec())
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A table's name as the name of a check.
pub fn snake_case(name: &str) -> String {
    let mapped: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let trimmed = mapped.trim_matches('_');
    match trimmed.chars().next() {
        None => "query".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("t_{trimmed}"),
        Some(_) => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn any_table_names_a_check() {
        assert_eq!(snake_case("Order Items"), "order_items");
        assert_eq!(snake_case("2024_sales"), "t_2024_sales");
        assert_eq!(snake_case("ÄÖ"), "query");
    }
}

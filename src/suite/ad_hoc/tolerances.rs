//! Tolerances of an ad hoc diff as rules of its columns.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::request::{Relation, Request};

/// Returns the columns of old that are known to hold numbers, by its engine or by the types that a CSV file is read with.
fn numbers<'a>(old: &'a Relation, request: &'a Request) -> BTreeSet<&'a str> {
    let of = |name: &str| ["integer", "float", "real"].contains(&name) || name.starts_with("decimal");
    let declared = request.types.old.iter().filter(|(_, name)| of(name)).map(|(column, _)| column.as_str());
    old.numbers.iter().map(String::as_str).chain(declared).collect()
}

/// Refuses a tolerance that would be taken and do nothing.
pub(super) fn effective(key: &[String], columns: &[String], old: &Relation, request: &Request) -> Result<(), String> {
    let numbers = numbers(old, request);
    for (flag, parts) in [("--absolute", &request.absolute), ("--relative", &request.relative)] {
        for (column, _) in parts {
            if key.is_empty() {
                return Err(format!(
                    "{flag} needs a key: without one whole rows are compared, and no two that differ are paired; name the \
                     columns that identify a row with --key"
                ));
            }
            let compared = |name: &&String| numbers.contains(name.as_str()) && !key.contains(name);
            match column {
                Some(name) if key.contains(name) => {
                    return Err(format!(
                        "{flag} {name}: a key column pairs rows, so it is compared exactly; remove the flag"
                    ));
                }
                Some(name) if !columns.contains(name) => {
                    return Err(format!("{flag} {name}: the column is not compared; remove the flag, or compare it"));
                }
                None if !columns.iter().any(|name| compared(&name)) => {
                    return Err(format!(
                        "{flag}: no column that is compared is known to hold numbers; name the columns, such as {flag} cost=0.01"
                    ));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Returns the rules of all columns, those of the command line among them.
pub(super) fn tolerances(key: &[String], columns: &[String], old: &Relation, request: &Request) -> Table {
    let numbers = numbers(old, request);
    let given = |parts: &[(Option<String>, String)], column: &String| {
        let own = parts.iter().find(|(of, _)| of.as_ref() == Some(column));
        let all = parts.iter().find(|(of, _)| of.is_none() && numbers.contains(column.as_str()));
        own.or(all).map(|(_, value)| Value::from(value.clone()))
    };
    let rule = |column: &String| {
        let parts = [("absolute", &request.absolute), ("relative", &request.relative)];
        let parts = parts.into_iter().filter_map(|(name, parts)| Some((name.to_owned(), given(parts, column)?)));
        let mut rule: Table = parts.collect();
        if !rule.is_empty() && old.engine.capabilities.typed_by_suite && !numbers.contains(column.as_str()) {
            // A CSV column is text unless it is said to hold numbers.
            rule.insert("type".to_owned(), "decimal(38,12)".into());
        }
        Some(rule).filter(|rule| !rule.is_empty())
    };
    let compared = columns.iter().filter(|column| !key.contains(column));
    let mut rules: Table = compared.filter_map(|column| Some((column.clone(), Value::from(rule(column)?)))).collect();
    for (column, given) in &request.rules {
        let rule = rules.entry(column.clone()).or_insert_with(|| Table::new().into());
        if let Value::Table(rule) = rule {
            rule.extend(given.clone());
        }
    }
    rules
}

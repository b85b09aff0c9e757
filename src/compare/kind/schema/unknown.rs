//! Names in the settings of a check that mean nothing that either side has.

use std::collections::BTreeSet;

use super::items::{Items, TABLE};
use crate::model::{Cause, ErrorCode, ErrorReport, Sides};
use crate::schema::{Property, Schema};
use crate::spec::check::{Check, SchemaCheck};

/// Names of `ignore`, `allow` and `rename` that mean nothing, as one error.
pub(super) fn unknown(
    check: &Check,
    settings: &SchemaCheck,
    schemas: &Sides<Schema>,
    items: [&Items; 2],
) -> Option<ErrorReport> {
    let known = subjects(settings, schemas, items);
    let columns: BTreeSet<String> = items
        .iter()
        .flat_map(|side| side.items.iter())
        .filter(|(_, item)| item.column.is_some())
        .map(|(key, item)| item.subject(key))
        .collect();
    let is_table = |name: &str| items.iter().any(|side| side.has_table(name));
    let ignore = settings.ignore.iter().map(|(pattern, _)| pattern);
    let ignore = ignore.filter(|pattern| !known.iter().any(|name| pattern.is_match(name)));
    let ignore = ignore.map(|pattern| ("ignore", pattern.glob().glob()));
    let allow =
        settings.allow.keys().filter(|column| !columns.contains(*column)).map(|column| ("allow", column.as_str()));
    let targets = targets(schemas);
    let rename = check.rename.iter().filter(|(old, new)| {
        !is_table(old) && !columns.contains(*old) && !targets.old.contains(*old) && !targets.new.contains(*new)
    });
    let rename = rename.map(|(old, _)| ("rename", old.as_str()));
    let told = |(setting, name): (&str, &str)| {
        format!(
            "`{setting}.\"{name}\"` names nothing that either side has of what is compared{}; correct or remove it",
            hint(setting, name, settings, &known)
        )
    };
    let mut all = ignore.chain(allow).chain(rename).map(told);
    let first = ErrorReport::new(ErrorCode::CheckUnfit, all.next()?);
    Some(first.caused_by(all.map(|said| Cause::new(ErrorCode::CheckUnfit, said))))
}

/// What may have been meant.
fn hint(setting: &str, name: &str, settings: &SchemaCheck, known: &BTreeSet<String>) -> String {
    if setting == "ignore" && name.ends_with(":data") && !settings.asks_data {
        return ", for data are compared with `data = true` only".to_owned();
    }
    let near = known.iter().map(|other| (strsim::damerau_levenshtein(name, other), other)).min();
    near.filter(|(distance, _)| *distance <= 1 + name.len() / 4)
        .map_or_else(String::new, |(_, other)| format!(" (did you mean `{other}`?)"))
}

/// All that `ignore` may name.
fn subjects(settings: &SchemaCheck, schemas: &Sides<Schema>, items: [&Items; 2]) -> BTreeSet<String> {
    let has =
        |property: &Property| schemas.old.properties.contains(property) || schemas.new.properties.contains(property);
    let properties: Vec<Property> = Property::ALL.into_iter().filter(has).collect();
    let mut known = BTreeSet::new();
    for (key, item) in items.iter().flat_map(|side| side.items.iter()) {
        known.extend(item.subjects(key));
        let of_columns = [Property::Nullability, Property::Defaults].into_iter().filter(|one| properties.contains(one));
        match &item.column {
            Some(column) => {
                known.extend(of_columns.map(|property| format!("{}:{}", item.subject(key), property.name())));
                if settings.asks_data {
                    known.extend(SchemaCheck::data_subjects(&key.0, column));
                }
            }
            None if key.1 == TABLE => {
                known.extend(properties.iter().map(|property| format!("{}:{}", key.0, property.name())));
            }
            None => {}
        }
    }
    known
}

/// Tables and columns that foreign keys are to, which need not be compared themselves.
fn targets(schemas: &Sides<Schema>) -> Sides<BTreeSet<String>> {
    Sides::each(|side| {
        let parts = schemas.get(side).tables.iter().flat_map(|(_, table)| &table.parts);
        let named = parts.filter_map(|part| part.target.as_ref()).flat_map(|(table, columns)| {
            let paths = columns.iter().map(move |column| format!("{table}.{column}"));
            // A column of new has its name alone in `rename`.
            paths.chain(columns.iter().cloned()).chain([table.clone()])
        });
        named.collect()
    })
}

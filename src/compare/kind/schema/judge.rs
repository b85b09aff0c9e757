//! Whether an item of new does for one of old.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{DEFAULT, Item, NULLABLE, TYPE, named, spaced};
use crate::model::{Difference, Example, Pair};
use crate::schema::{ColumnType, Property, is_same_meaning, takes};
use crate::spec::check::{Allowed, SchemaCheck};

/// What of an item that both sides have differs, and counts; and what differs and is ignored, each with the reason.
pub(super) fn differs(
    settings: &SchemaCheck,
    key: &(String, String),
    old: &Item,
    new: &Item,
    is_one_engine: bool,
) -> (Option<Example>, Vec<(String, String)>) {
    let mut ignored = Vec::new();
    let allowed = settings.allow.get(&old.subject(key));
    let names: BTreeSet<&'static str> = old.values.keys().chain(new.values.keys()).copied().collect();
    let mut columns = BTreeMap::new();
    for name in names {
        let (then, now) = (old.values.get(name), new.values.get(name));
        let holds = match name {
            TYPE => holds_type(old, new, then, now, allowed),
            DEFAULT => is_same_default(old, new, is_one_engine),
            _ => then == now,
        };
        if holds {
            continue;
        }
        let subjects: Vec<String> = property(name)
            .iter()
            .flat_map(|property| [old.subject(key), key.0.clone()].map(|of| format!("{of}:{}", property.name())))
            .collect();
        if let Some(reason) = settings.ignored(&subjects) {
            ignored.push((format!("{} {name}", old.subject(key)), reason.to_owned()));
        } else {
            let (mut then, mut now) = (then.cloned(), now.cloned());
            if name == TYPE && then == now {
                // One name for two types, as of enums: what they hold tells them apart.
                (then, now) = (told(then, old), told(now, new));
            }
            columns.insert(name.to_owned(), Pair { old: then, new: now });
        }
    }
    let example = Example { difference: Difference::Changed, key: named(key), columns };
    (Some(example).filter(|example| !example.columns.is_empty()), ignored)
}

/// A declared type with what it holds.
fn told(declared: Option<String>, item: &Item) -> Option<String> {
    Some(format!("{} ({})", declared?, item.of.as_ref()?))
}

/// What `ignore` may call something that is told of columns, beside the column.
fn property(name: &str) -> Option<Property> {
    match name {
        NULLABLE => Some(Property::Nullability),
        DEFAULT => Some(Property::Defaults),
        _ => None,
    }
}

fn holds_type(old: &Item, new: &Item, then: Option<&String>, now: Option<&String>, allowed: Option<&Allowed>) -> bool {
    let (Some(of), Some(becomes)) = (&old.of, &new.of) else { return then == now };
    let is = |text: &str, declared: Option<&String>, of: &ColumnType| {
        let text = text.trim().to_lowercase();
        let declared = declared.map(|declared| declared.to_lowercase()).unwrap_or_default();
        let base = |name: &str| name.split('(').next().unwrap_or_default().trim().to_owned();
        text == declared || text == base(&declared) || text == of.to_string() || text == base(&of.to_string())
    };
    takes(of, becomes) || allowed.is_some_and(|Allowed { old, new }| is(old, then, of) && is(new, now, becomes))
}

/// Whether two defaults mean the same. Between two engines an expression cannot be told, and only one that is not there is
/// another.
fn is_same_default(old: &Item, new: &Item, is_one_engine: bool) -> bool {
    let is_text = |item: &Item| match &item.of {
        Some(ColumnType::InCharset { of, .. }) => of.is_text(),
        Some(ColumnType::Enum(_)) => true,
        of => of.as_ref().is_some_and(ColumnType::is_text),
    };
    match (&old.default, &new.default) {
        (None, None) => true,
        (Some(then), Some(now)) => match (&then.meaning, &now.meaning) {
            (Some(then), Some(now)) => is_same_meaning(then, now, is_text(old) || is_text(new)),
            (None, None) if !is_one_engine => true,
            _ => spaced(&then.text) == spaced(&now.text),
        },
        _ => false,
    }
}

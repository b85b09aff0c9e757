//! Whether an item of new does for one of old.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{DEFAULT, Item, NULLABLE, TYPE, named, spaced};
use super::left_out::LeftOut;
use crate::model::{Difference, Example, Pair};
use crate::schema::{ColumnType, Property, is_number, is_same_default, takes};
use crate::spec::check::{Allowed, SchemaCheck};

/// What of an item that both sides have differs, and counts; what `ignore` leaves out of it goes to `left_out`.
pub(super) fn differs(
    settings: &SchemaCheck,
    key: &(String, String),
    old: &Item,
    new: &Item,
    is_one_engine: bool,
    left_out: &mut LeftOut,
) -> Option<Example> {
    let allowed = settings.allow.get(&old.subject(key));
    let names: BTreeSet<&'static str> = old.values.keys().chain(new.values.keys()).copied().collect();
    let mut columns = BTreeMap::new();
    for name in names {
        let (then, now) = (old.values.get(name), new.values.get(name));
        let holds = match name {
            TYPE => holds_type(old, new, then, now, allowed),
            DEFAULT => has_same_default(old, new, is_one_engine),
            _ => then == now,
        };
        let subjects: Vec<String> = property(name)
            .iter()
            .flat_map(|property| [old.subject(key), key.0.clone()].map(|of| format!("{of}:{}", property.name())))
            .collect();
        if let Some(by) = settings.ignored(&subjects) {
            left_out.add(by, format!("{} {name}", old.subject(key)), !holds);
        } else if !holds {
            let (mut then, mut now) = (then.cloned(), now.cloned());
            if name == TYPE && then == now {
                // One name for two types, as of enums: what they hold tells them apart.
                (then, now) = (told(then, old), told(now, new));
            }
            columns.insert(name.to_owned(), Pair { old: then, new: now });
        }
    }
    let example = Example { difference: Difference::Changed, key: named(key), columns };
    Some(example).filter(|example| !example.columns.is_empty())
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
fn has_same_default(old: &Item, new: &Item, is_one_engine: bool) -> bool {
    let holds_numbers = |item: &Item| item.of.as_ref().is_some_and(is_number);
    match (&old.default, &new.default) {
        (None, None) => true,
        (Some(then), Some(now)) => {
            let is_number = holds_numbers(old) && holds_numbers(new);
            let is_untold = !is_one_engine && then.meaning.is_none() && now.meaning.is_none();
            let is_same_text = || spaced(&then.text) == spaced(&now.text);
            is_untold || is_same_default(then, now, is_number, is_one_engine).unwrap_or_else(is_same_text)
        }
        _ => false,
    }
}

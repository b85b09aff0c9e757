//! Arrays and JSON whose elements moved, are gone or were added.

use serde_json::Value as Json;

use super::super::value::display::shown;
use super::pair::{Fits, Pair, add_if};
use crate::frame::Value;
use crate::model::FindingCode as Code;

/// Elements beyond which an array is not looked into.
const LONGEST: usize = 1_000;

/// Characters of an element that is named.
const NAMED: usize = 100;

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    match (pair.old, pair.new) {
        (Value::Array(old), Value::Array(new)) => {
            let text = |item: &Value| shown(item).unwrap_or_else(|| "NULL".to_owned());
            elements(old.iter().map(text).collect(), new.iter().map(text).collect(), fits);
        }
        (Value::Json(old), Value::Json(new)) => {
            if let (Ok(old), Ok(new)) = (serde_json::from_str(old), serde_json::from_str(new)) {
                json(&old, &new, fits);
            }
        }
        _ => {}
    }
}

/// Two lists of elements.
fn elements(old: Vec<String>, new: Vec<String>, fits: &mut Fits) {
    if old.len().max(new.len()) > LONGEST {
        return;
    }
    let sorted = |items: &[String]| {
        let mut items = items.to_vec();
        items.sort();
        items
    };
    let (before, after) = (sorted(&old), sorted(&new));
    add_if(before == after && old != new, Code::Reordered, fits);
    let once = |items: &[String]| {
        let mut items = items.to_vec();
        items.dedup();
        items
    };
    add_if(before.len() > after.len() && once(&before) == after, Code::DuplicatesLost, fits);
    one_more(&before, &after, Code::ElementLost, fits);
    one_more(&after, &before, Code::ElementAdded, fits);
}

/// Whether `more` is `less` and one element, both sorted.
fn one_more(more: &[String], less: &[String], code: Code, fits: &mut Fits) {
    if more.len() != less.len() + 1 {
        return;
    }
    let at = more.iter().zip(less).take_while(|(one, other)| one == other).count();
    if more[at + 1..] == less[at..] && more[at].chars().count() <= NAMED {
        fits.push((code, more[at].clone()));
    }
}

/// Two JSON values that differ by value.
fn json(old: &Json, new: &Json, fits: &mut Fits) {
    match (old, new) {
        (Json::Object(before), Json::Object(after)) => {
            for (more, less, code) in [(before, after, Code::ElementLost), (after, before, Code::ElementAdded)] {
                let mut gone = more.iter().filter(|(key, _)| !less.contains_key(*key));
                let rest = more.iter().all(|(key, value)| less.get(key).is_none_or(|other| other == value));
                if let (Some((key, _)), None) = (gone.next(), gone.next())
                    && rest
                    && more.len() == less.len() + 1
                {
                    fits.push((code, key.clone()));
                }
            }
        }
        (Json::Array(before), Json::Array(after)) => {
            let texts = |items: &[Json]| items.iter().map(ToString::to_string).collect();
            elements(texts(before), texts(after), fits);
        }
        _ => {}
    }
    add_if(old != new && as_text(old) == as_text(new), Code::NumbersAsText, fits);
}

/// The same value with every number as text.
fn as_text(value: &Json) -> Json {
    match value {
        Json::Number(number) => Json::String(number.to_string()),
        Json::Array(items) => Json::Array(items.iter().map(as_text).collect()),
        Json::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), as_text(value))).collect())
        }
        other => other.clone(),
    }
}

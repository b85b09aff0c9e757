//! What a waiver accepts: changed values and numbers as they are, or in the wide form any.

use super::super::problem::{nearest, with_article};
use super::keys::{key, not_compared};
use super::raw::{DUPLICATE, Mistake, OF_VALUES, Raw};
use super::text::shown;
use crate::model::DifferenceForm;
use crate::spec::check::Check;
use crate::spec::waiver::{Accepted, KeyPart, Pin, number};

/// Fields that say how much is accepted and do not go together, each with a hint.
pub(super) fn contradictions(raw: &Raw) -> Vec<(&'static str, &'static str, &'static str)> {
    let (keys, values) = (raw.keys.is_some(), raw.values.is_some());
    let any_value = raw.any_value == Some(true);
    let all = [
        (values && keys, "values", "`values` have keys of their own", "write values = [{ key = { id = 7 }, … }]"),
        (values && raw.columns.is_some(), "values", "`values` have columns of their own", "remove `columns`"),
        (values && any_value, "any_value", "`any_value` accepts what `values` do not name", "keep one of them"),
        (
            raw.per_key.is_some() && !keys && !values,
            "per_key",
            "`per_key` needs `keys`",
            "name them, or give `at_most`",
        ),
        (
            raw.per_key.is_some() && raw.at_most.is_some(),
            "per_key",
            "`per_key` and `at_most` exclude each other",
            "keep one",
        ),
        (
            any_value && (raw.at_most.is_some() || raw.per_key.is_some()),
            "any_value",
            "`any_value` is for a waiver without a count; one with a count covers any value already",
            "remove it",
        ),
        (raw.any_value == Some(false), "any_value", "`any_value = false` is what holds without it", "remove it"),
    ];
    all.into_iter().filter(|(given, ..)| *given).map(|(_, field, message, help)| (field, message, help)).collect()
}

/// Why none of the `differences` of a waiver has values, of which a check has those `known`.
pub(super) fn of_none(known: &[&str], differences: &[String], check: &Check) -> Option<Mistake> {
    if !known.iter().any(|name| OF_VALUES.contains(name)) {
        let help = match known.contains(&DUPLICATE) {
            true => "give `keys` or `at_most`; numbers of duplicates take differences = [\"duplicate\"]",
            false => "give `keys` or `at_most`",
        };
        let message = format!("`values` means nothing for kind `{}`", check.kind.kind());
        return Some((message, Some(help.to_owned())));
    }
    let name = differences.iter().find(|name| !OF_VALUES.contains(&name.as_str()))?;
    if check.kind.kind().profile().groups && [["missing"], ["extra"]].iter().any(|one| differences == one) {
        return None;
    }
    if name == DUPLICATE {
        let help = "give it a waiver of its own, with differences = [\"duplicate\"] alone".to_owned();
        return Some(("`duplicate` has numbers of rows, and no values of columns".to_owned(), Some(help)));
    }
    let help = "give that a waiver of its own, with `keys`".to_owned();
    Some((format!("`{name}` is about whole rows, and not about a value"), Some(help)))
}

/// One entry of `values`; `of_duplicates` says whether the numbers of rows of keys and tags are meant.
pub(super) fn pin(mut table: toml::Table, check: &Check, of_duplicates: bool) -> Result<Pin, Mistake> {
    let form = || Some("write { key = { id = 7 }, column = \"cost\", old = \"0.4\", new = \"0.41\" }".to_owned());
    let known = ["key", "column", "old", "new", "delta"];
    if let Some(name) = table.keys().find(|name| !known.contains(&name.as_str())) {
        return Err((format!("`values` has an unknown field `{name}`"), nearest(name, known).or_else(form)));
    }
    let column = match table.remove("column") {
        Some(toml::Value::String(column)) => column,
        Some(other) => return Err((format!("`column` of `values` is {}", with_article(other.type_str())), form())),
        None => return Err(("`values` lacks `column`".to_owned(), form())),
    };
    // The column of tags has the name that the query gives it, and where that is `rows`, the numbers have another one.
    let is_counts =
        column == "rows" || (check.difference_form() == DifferenceForm::Tags && column.starts_with("rows of "));
    let mistake = match of_duplicates {
        true if is_counts => None,
        true => {
            let help = "write { key = { id = 7 }, column = \"rows\", old = 1, new = 2 }".to_owned();
            Some((format!("the values of a duplicate are its numbers of rows, and not `{column}`"), Some(help)))
        }
        false => not_compared(check, &column),
    };
    if let Some(mistake) = mistake {
        return Err(mistake);
    }
    let key = match table.remove("key") {
        None => KeyPart::new(),
        Some(toml::Value::Table(table)) => key(&table, check)?,
        Some(other) => return Err((format!("`key` of `values` is {}", with_article(other.type_str())), form())),
    };
    let mut text = |name: &str| -> Result<Option<Option<String>>, Mistake> {
        let Some(value) = table.remove(name) else { return Ok(None) };
        shown(&value, &format!("`{name}` of `values`")).map(Some)
    };
    let accepted = match (text("old")?, text("new")?, text("delta")?) {
        (Some(old), Some(new), None) => Accepted::Pair { old, new },
        (None, None, Some(delta)) => {
            let number = delta.as_deref().and_then(number);
            let help = || Some("give new − old as a number, such as delta = \"-2\"".to_owned());
            Accepted::Delta(number.ok_or_else(|| ("`delta` of `values` is no number".to_owned(), help()))?)
        }
        (None, None, None) => return Err(("`values` has no value for `old` and `new`".to_owned(), form())),
        (_, _, Some(_)) => {
            return Err(("`delta` stands for `old` and `new`".to_owned(), Some("keep one of them".to_owned())));
        }
        _ => {
            let help = "give both; { null = true } is NULL, or no value at all".to_owned();
            return Err(("`values` names the value of one side only".to_owned(), Some(help)));
        }
    };
    Ok(Pin { key, column, accepted })
}

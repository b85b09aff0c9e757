//! Reads the keys of a waiver, and says which columns a check does not compare.

use std::collections::BTreeMap;

use super::super::problem::nearest;
use super::raw::Mistake;
use super::text::shown;
use crate::model::{DifferenceForm, Quantity};
use crate::spec::check::{Check, Comparison, KindSettings};
use crate::spec::waiver::KeyPart;

/// What is wrong with `column`, as far as it can be known before the queries run.
pub(super) fn not_compared(check: &Check, column: &str) -> Option<Mistake> {
    if check.key.iter().any(|key| key == column) {
        let message = format!("`{column}` is a key column, which never differs");
        return Some((message, Some(format!("write keys = [{{ {column} = \"…\" }}]"))));
    }
    if let Some((old, _)) = check.rename.iter().find(|(_, new)| *new == column) {
        return Some((format!("there is no column `{column}` in old"), Some(format!("did you mean `{old}`?"))));
    }
    if check.columns.get(column).is_some_and(|rule| matches!(rule.comparison, Comparison::Ignore(_))) {
        return Some((format!("`{column}` is ignored, so it never differs"), Some("remove it".to_owned())));
    }
    let known: Vec<String> = match &check.kind {
        KindSettings::Percentile(settings) => {
            let quantiles = settings.quantiles.iter();
            let both =
                quantiles.flat_map(|(name, _)| [Quantity::Quantile(name.clone()), Quantity::RankError(name.clone())]);
            both.chain([Quantity::KsDistance]).map(|number| number.to_string()).collect()
        }
        settings => match settings.kind().profile().numbers {
            [] => return None,
            names => names.iter().map(|name| (*name).to_owned()).collect(),
        },
    };
    let help = nearest(column, known.iter().map(String::as_str));
    (!known.iter().any(|name| name == column)).then(|| (format!("`{}` has no number `{column}`", check.id), help))
}

/// One entry of `keys`: some or all key columns.
pub(super) fn key(table: &toml::Table, check: &Check) -> Result<KeyPart, Mistake> {
    if check.key.is_empty() && check.difference_form() != DifferenceForm::Tags {
        let help = if check.difference_form() == DifferenceForm::Violations {
            "give the check a `key`, or write `at_most`"
        } else {
            "write `columns` or `at_most`"
        };
        return Err((format!("`{}` has no key", check.id), Some(help.to_owned())));
    }
    if table.is_empty() {
        return Err(("a key without columns is every key".to_owned(), Some("remove it".to_owned())));
    }
    let mut key = BTreeMap::new();
    for (column, value) in table {
        // The column of tags has the name that the query gives it, which only the result tells.
        if !check.key.contains(column) && check.difference_form() != DifferenceForm::Tags {
            let help = nearest(column, check.key.iter().map(String::as_str));
            return Err((format!("`{column}` is no key column of `{}`", check.id), help));
        }
        let text = shown(value, &format!("the key column `{column}`"))?;
        key.insert(column.clone(), text);
    }
    Ok(key)
}

//! Settings that would be taken and do nothing: each is a mistake, because silence about it looks like effect.
//!
//! What a kind has no use for at all stands in `kind`, and what only the types of the columns can tell in `compare`.

use std::collections::BTreeMap;

use super::super::raw;
use super::Reader;
use crate::model::{Kind, Sides};
use crate::spec::check::{Comparison, Query, Rule};

impl Reader<'_, '_> {
    /// Names of sources beside sides that have no query, of which nothing else is wrong.
    pub(super) fn unused_sources(&mut self, raw: &raw::Check, sides: &Sides<Option<Query>>) {
        let names = raw.sources.clone().unwrap_or_default();
        for (side, (name, query)) in names.sides().zip(sides.as_ref()) {
            if name.is_some() && query.is_none() {
                let message = format!("`sources.{side}` means nothing, because {side} has no query");
                self.mistake(message, Some("remove it".to_owned()));
            }
        }
    }

    /// Every setting that has no effect beside the others.
    pub(super) fn without_effect(
        &mut self,
        kind: Kind,
        raw: &raw::Check,
        key: &[String],
        columns: &BTreeMap<String, Rule>,
    ) {
        let allows = matches!(raw.duplicates, Some(raw::Duplicates::Allow));
        if allows && key.is_empty() {
            self.mistake("`duplicates` means nothing without a `key`", Some("remove it, or name the key".to_owned()));
        }
        if allows && raw.expect.contains_key("duplicate") {
            self.mistake(
                "`expect.duplicate` means nothing where duplicates are allowed",
                Some("keep one of the two".to_owned()),
            );
        }
        for (name, rule) in columns.iter().filter(|(name, _)| !key.contains(name)) {
            if let Some((why, help)) = unheeded(kind, rule) {
                self.mistake(format!("column `{name}`: {why}"), Some(help.to_owned()));
            }
        }
    }
}

/// What of the rule of a column that is no key the kind would not heed, and what it heeds.
fn unheeded(kind: Kind, rule: &Rule) -> Option<(&'static str, &'static str)> {
    let judged = !matches!(rule.comparison, Comparison::Exact | Comparison::Ignore(_));
    let stands_in = rule.null.old.is_some() || rule.null.new.is_some();
    let read_as = rule.types.old.is_some() || rule.types.new.is_some();
    let floored = rule.truncate.is_some() || rule.utc || rule.trim;
    match kind {
        Kind::TagDedup if judged || stands_in => Some((
            "a tag is equal or it is not, and no tag is the same as NULL, so only `type`, `truncate`, `zone` and `trim` apply to it",
            "remove the rest of the rule",
        )),
        Kind::Percentile if judged || stands_in || read_as || floored => Some((
            "the numbers of kind `percentile` are judged by the bounds of the check, so no rule applies to them but `ignore`",
            "remove the rule, or cast the column in the query",
        )),
        Kind::Freshness if judged => Some((
            "a timestamp of kind `freshness` is judged by `max_lag`, so only `type`, `null`, `truncate`, `zone` and `trim` apply to it",
            "remove the rest of the rule",
        )),
        _ => None,
    }
}

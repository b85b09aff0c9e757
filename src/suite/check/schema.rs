//! What only a `schema` check has.

use std::collections::BTreeMap;

use globset::Glob;

use super::super::raw;
use super::Reader;
use crate::source::TableName;
use crate::spec::check::{Allowed, SchemaCheck};

impl Reader<'_, '_> {
    pub(super) fn schema(&mut self, raw: &raw::Check) -> SchemaCheck {
        let tables = raw.tables.clone().map(raw::OneOrMany::all).unwrap_or_default();
        if raw.tables.is_some() && tables.is_empty() {
            self.mistake("`tables` is empty", Some("name tables, or leave it out for every table".to_owned()));
        }
        let new_names = tables.iter().filter_map(|name| raw.rename.get(name));
        for name in tables.iter().chain(new_names) {
            if let Err(why) = TableName::parse(name) {
                self.mistake(format!("`tables`: {why}"), None);
            }
        }
        let mut ignore = Vec::new();
        for (text, reason) in &raw.ignore {
            if reason.trim().is_empty() {
                self.mistake(format!("`ignore.\"{text}\"` needs its reason"), None);
            }
            match Glob::new(text) {
                Ok(glob) => ignore.push((glob.compile_matcher(), reason.clone())),
                Err(error) => self.mistake(format!("`ignore.\"{text}\"` is no pattern: {}", error.kind()), None),
            }
        }
        let mut allow = BTreeMap::new();
        for (column, text) in &raw.allow {
            let types = text.split_once('→').or_else(|| text.split_once("->"));
            let types = types.map(|(old, new)| (old.trim(), new.trim()));
            match types {
                Some((old, new)) if !old.is_empty() && !new.is_empty() && column.contains('.') => {
                    allow.insert(column.clone(), Allowed { old: old.to_owned(), new: new.to_owned() });
                }
                _ => {
                    let help = Some("such as \"orders.note\" = \"varchar → text\"".to_owned());
                    self.mistake(format!("`allow.\"{column}\"` is no change of a column's type"), help);
                }
            }
        }
        self.unasked_mask(raw);
        SchemaCheck { tables, ignore, allow, is_ordered: raw.order == Some(true), asks_data: raw.data == Some(true) }
    }

    /// Names of `mask` of which nothing could be shown: without data, findings hold no value of a column of the tables.
    fn unasked_mask(&mut self, raw: &raw::Check) {
        if raw.data == Some(true) {
            return;
        }
        let told = || SchemaCheck::KEY.into_iter().chain(SchemaCheck::TOLD);
        for name in raw.mask.clone().map(raw::OneOrMany::all).unwrap_or_default() {
            if name.is_empty() || told().any(|known| known == name) {
                continue;
            }
            let hides = told().collect::<Vec<_>>().join(", ");
            self.mistake(
                format!("`mask` names `{name}`, of which a schema shows no value without `data = true`"),
                Some(format!("remove it, or ask for data; of the schema itself, {hides} can be masked")),
            );
        }
    }
}

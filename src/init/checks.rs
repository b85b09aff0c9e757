//! Writes the checks of one pair of tables: row counts, sums and rows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::rules::{Guess, guess, of_sums};
use super::words::{UNDECIDED, comment, key, list, shown, sum, unnameable, value};
use super::{Column, Place, Table, pair};
use crate::frame::Type;
use crate::model::{Side, Sides, plural};
use crate::source::pushdown::is_number;

/// The checks of one pair of tables while they are written.
pub(super) struct Text<'a> {
    pub(super) places: &'a Sides<Place>,
    pub(super) both: &'a Sides<Table>,
    pub(super) body: String,
    pub(super) undecided: usize,
}

/// A column of both sides, and the rule it takes.
struct Paired<'a> {
    sides: Sides<&'a Column>,
    guess: Option<Guess>,
}

impl<'a> Paired<'a> {
    /// The types of both, where both can be read.
    fn types(&self) -> Option<(&'a Type, &'a Type)> {
        self.sides.old.of.as_ref().zip(self.sides.new.of.as_ref())
    }
}

impl<'a> Text<'a> {
    fn line(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    fn undecided(&mut self, what: &str) {
        self.undecided += 1;
        let line = format!("# {UNDECIDED}: {what}");
        self.line(&line);
    }

    /// Writes the checks called after `name`, and returns them in words.
    pub(super) fn table(&mut self, name: &str) -> String {
        let Sides { old, new } = self.both;
        let mut title = format!("# Table {}", shown(&old.listed.called));
        if old.listed.called != new.listed.called {
            let _ = write!(title, " of old and {} of new", shown(&new.listed.called));
        }
        self.line(&title);
        let from = Sides::each(|side| self.from(side));
        if let Some(why) = from.iter().find_map(|(_, from)| unnameable(from)) {
            self.undecided(&format!("its name {why}, so it has no checks; give it a view with another name"));
            self.line("");
            return "none: its name cannot stand in a query of a suite".to_owned();
        }
        let paired = self.columns();
        let mut written = vec!["count".to_owned()];
        let count = from.as_ref().map(|from| format!("SELECT count(*) AS n\nFROM {from}"));
        self.check(&format!("{name}_count"), "row_count", "as many rows arrived as there were", &[], &count);
        if let Some(sums) = self.sums(name, &paired, &from) {
            written.push(sums);
        }
        written.push(self.rows(name, &paired, &from));
        self.line("");
        written.join(", ")
    }

    fn from(&self, side: Side) -> String {
        format!("{} AS t", self.both.get(side).listed.name.quoted(self.places.get(side).engine.dialect))
    }

    /// Pairs the columns, and says which have no counterpart.
    fn columns(&mut self) -> Vec<Paired<'a>> {
        let tables = self.both.as_ref();
        let names = tables.map(|table| table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>());
        let pairs = pair(&names.old, &names.new);
        let mut paired = Vec::new();
        for (old, new) in pairs.same {
            let both = Sides { old: &tables.old.columns[old], new: &tables.new.columns[new] };
            let name = &both.old.name;
            if let Some(why) = self.places.iter().find_map(|(_, place)| unnameable(&place.engine.dialect.quoted(name)))
            {
                self.undecided(&format!("the name of the column {} {why}, and it is left out", shown(name)));
                continue;
            }
            for (side, column) in both {
                if column.of.is_none() {
                    self.undecided(&format!(
                        "the column {} of {side} is {}, which has no exact form, and is left out; select it with a cast",
                        shown(&column.name),
                        comment(&column.database_type)
                    ));
                }
            }
            let mut column = Paired { sides: both, guess: None };
            if let Some((old, new)) = column.types() {
                column.guess = guess(old, new);
                if column.guess.is_none() {
                    // Ignored, it would still be read, and a value that cannot be would be the error of all.
                    self.undecided(&format!(
                        "the column {} is {old} in old and {new} in new, which cannot be compared as they are, and is left \
                         out; select it as one type on both sides",
                        shown(name)
                    ));
                }
                paired.push(column);
            }
        }
        let alike: Vec<Sides<usize>> = pairs.alike.iter().map(|(old, new)| Sides { old: *old, new: *new }).collect();
        for (side, alone) in pairs.only {
            for at in alone {
                let pair = alike.iter().find(|pair| *pair.get(side) == at);
                let hint = pair.map_or(String::new(), |pair| {
                    let called = names.as_ref().zip(*pair).map(|(names, at)| names[at]);
                    format!(
                        "; if it is {} of the other side, say rename = {{ {} = {} }} in place of both ignores",
                        shown(called.get(side.other())),
                        key(called.old),
                        value(called.new)
                    )
                });
                self.undecided(&format!("only {side} has the column {}{hint}", shown(names.get(side)[at])));
            }
        }
        paired
    }

    /// The check of the sums, where there are numbers; what it holds in words.
    fn sums(&mut self, name: &str, paired: &[Paired<'_>], from: &Sides<String>) -> Option<String> {
        let numeric = |column: &&Paired<'_>| column.types().is_some_and(|(old, new)| is_number(old) && is_number(new));
        let numbers: Vec<&Paired<'_>> = paired.iter().filter(numeric).collect();
        if numbers.is_empty() {
            return None;
        }
        let select = |side: Side| {
            let dialect = self.places.get(side).engine.dialect;
            let sums = numbers.iter().map(|pair| {
                let column = pair.sides.get(side);
                format!("  {} AS {}", sum(dialect, column), dialect.quoted(&column.name))
            });
            format!("SELECT\n{}\nFROM {}", sums.collect::<Vec<_>>().join(",\n"), from.get(side))
        };
        let sql = Sides::each(select);
        let mut settings = Vec::new();
        for column in &numbers {
            let Some((old, new)) = column.types() else { continue };
            let of = |side: Side, of: &Type| self.places.get(side).engine.dialect.sum_type(of);
            settings.extend(rule(&column.sides.old.name, &of_sums(&of(Side::Old, old), &of(Side::New, new))));
        }
        let float = |pair: &&Paired<'_>| pair.sides.iter().any(|(_, column)| column.of == Some(Type::Float));
        let unordered = |place: &Place| place.engine.capabilities.unordered_float_sums;
        if numbers.iter().any(float) && self.places.iter().any(|(_, place)| unordered(place)) {
            settings.push((None, "accept = { float_sum = \"the sums of floats have a tolerance\" }".to_owned()));
        }
        self.check(&format!("{name}_sums"), "sum", "the numbers add up to the same", &settings, &sql);
        Some(format!("sums of {}", plural(numbers.len() as u64, "column")))
    }

    /// The check of the rows, or why there is none; in words.
    fn rows(&mut self, name: &str, paired: &[Paired<'_>], from: &Sides<String>) -> String {
        let key = match self.key(paired) {
            Ok(key) => key,
            Err(why) => {
                self.line("");
                self.undecided(&format!(
                    "{why}, so rows are not compared; add a check of kind rows with the key you know"
                ));
                return "no rows, for want of a key".to_owned();
            }
        };
        let mut settings = vec![(None, format!("key = {}", list(&key)))];
        for column in paired {
            settings.extend(column.guess.as_ref().and_then(|guess| rule(&column.sides.old.name, guess)));
        }
        let mut selected = Sides::<Vec<String>>::default();
        for (side, table) in self.both.iter() {
            for column in &table.columns {
                let quoted = self.places.get(side).engine.dialect.quoted(&column.name);
                let there = self.both.get(side.other()).columns.iter().any(|other| other.name == column.name);
                let wanted = if there {
                    paired.iter().any(|pair| pair.sides.old.name == column.name && pair.guess.is_some())
                } else {
                    column.of.is_some() && unnameable(&quoted).is_none()
                };
                if wanted {
                    selected.get_mut(side).push(format!("t.{quoted}"));
                    if !there {
                        let reason = format!("{UNDECIDED}: only {side} has it");
                        settings.push(Self::ignored(&column.name, &reason));
                    }
                }
            }
        }
        let sql =
            selected.zip(from.as_ref()).map(|(columns, from)| format!("SELECT {}\nFROM {from}", columns.join(", ")));
        self.check(&format!("{name}_rows"), "rows", "every row arrived, and no value changed", &settings, &sql);
        format!("rows by {}", key.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", "))
    }

    /// Returns the setting of a column that is not compared.
    fn ignored(name: &str, reason: &str) -> (Option<String>, String) {
        (None, format!("columns.{} = {{ ignore = {} }}", key(name), value(reason)))
    }

    /// The key both sides can be paired by.
    fn key(&self, paired: &[Paired<'_>]) -> Result<Vec<String>, String> {
        let Sides { old, new } = self.both;
        let sorted = |key: &[String]| key.iter().cloned().collect::<BTreeSet<_>>();
        let named = |key: &[String]| key.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        let key = match (old.key.is_empty(), new.key.is_empty()) {
            (true, true) => {
                let order = if old.order.is_empty() { &new.order } else { &old.order };
                let hint = match order.is_empty() {
                    true => String::new(),
                    false => format!(" (ClickHouse orders rows by {}, which may be one)", named(order)),
                };
                return Err(format!("neither side tells a key{hint}"));
            }
            (false, false) if sorted(&old.key) != sorted(&new.key) => {
                return Err(format!("the keys disagree, {} in old and {} in new", named(&old.key), named(&new.key)));
            }
            (false, _) => &old.key,
            (true, false) => &new.key,
        };
        for name in key {
            let Some(column) = paired.iter().find(|pair| pair.sides.old.name == *name) else {
                return Err(format!("the key column {} is not there, or cannot be read, on both sides", shown(name)));
            };
            let pairs = column.guess.as_ref().is_some_and(|guess| {
                !guess.rule.iter().any(|rule| rule.starts_with("relative") || rule.starts_with("json"))
            });
            if !pairs {
                return Err(format!("the key column {} has types that do not pair", shown(name)));
            }
        }
        Ok(key.clone())
    }

    fn check(&mut self, name: &str, kind: &str, why: &str, settings: &[(Option<String>, String)], sql: &Sides<String>) {
        self.line("");
        self.line(&format!("[checks.{name}]"));
        self.line(&format!("kind = {}", value(kind)));
        self.line(&format!("why = {}", value(why)));
        self.line(&format!("tags = {}", list(&["init".to_owned(), kind.to_owned()])));
        if self.both.old.empty && self.both.new.empty {
            self.line("# Both sides were empty when this was written.");
            self.line("allow_empty = true");
        }
        for (comment, setting) in settings {
            if let Some(comment) = comment {
                self.line(&format!("# Assumed: {comment}."));
            }
            self.line(setting);
        }
        self.line(&format!("old = {}", value(&sql.old)));
        self.line(&format!("new = {}", value(&sql.new)));
    }
}

/// The setting of a column's rule, with what it takes for granted; none where values are compared as they are.
fn rule(name: &str, guess: &Guess) -> Option<(Option<String>, String)> {
    if guess.rule.is_empty() {
        return None;
    }
    let setting = format!("columns.{} = {{ {} }}", key(name), guess.rule.join(", "));
    Some((guess.because.map(str::to_owned), setting))
}

//! The text of a first suite.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::rules::{Guess, guess, of_sums};
use super::words::{comment, key, list, shown, sum, unnameable, value};
use super::{Column, Left, Listed, Pairs, Place, Table, pair};
use crate::frame::Type;
use crate::model::plural;
use crate::source::EngineName;
use crate::source::pushdown::{is_number, quoted};
use crate::spec::check::Sides;
use crate::suite::ad_hoc::snake_case;

/// What stands at every decision that is left to the reader.
const UNDECIDED: &str = "UNDECIDED";

/// A suite, and what to say of it.
#[derive(Debug)]
pub struct Made {
    /// The suite as TOML.
    pub suite: String,
    /// Per paired table what it is called, and its checks in words.
    pub tables: Vec<(String, String)>,
    /// Decisions that are left to the reader.
    pub undecided: usize,
}

/// The suite `name` over `tables`, which are those that `pairs` pairs, in that order; it says which are left out.
///
/// # Errors
/// No pair of tables that a query can name.
pub fn suite(
    name: &str,
    places: &Sides<Place>,
    lists: &Sides<Vec<Listed>>,
    pairs: &Pairs,
    tables: &[Sides<Table>],
    left_out: &[Left],
) -> Result<Made, String> {
    let mut made = Made { suite: String::new(), tables: Vec::new(), undecided: 0 };
    let mut checks = String::new();
    let mut names = BTreeSet::new();
    for both in tables {
        let mut text = Text { places, both, body: String::new(), undecided: 0 };
        let written = text.table(&unique(&snake_case(both.old.listed.name.name()), &mut names));
        checks.push_str(&text.body);
        made.undecided += text.undecided;
        made.tables.push((both.old.listed.called.clone(), written));
    }
    if !checks.contains("\n[checks.") {
        return Err("no pair of tables can be named in a query, so there is nothing to check".to_owned());
    }
    let unpaired = unpaired(lists, pairs, &mut made.undecided) + &left(left_out, &mut made.undecided);
    let open = match made.undecided {
        0 => "Nothing was left undecided.".to_owned(),
        count => format!("Decisions left to you: {count}; each stands at the word {UNDECIDED}."),
    };
    made.suite = format!(
        "# A first suite, made by `cutover init` from two catalogues.\n\
         #   old: {}\n#   new: {}\n\
         # It compares the tables and columns that have one name on both sides. {open}\n\
         # Then narrow it: keys per day instead of totals, the columns that matter, a `why` of your own.\n\n\
         name = {}\n\n{}{}{unpaired}{checks}",
        comment(&places.old.shown),
        comment(&places.new.shown),
        value(name),
        source("old", &places.old),
        source("new", &places.new),
    );
    Ok(made)
}

fn source(side: &str, place: &Place) -> String {
    format!("[sources.{side}]\n# {}\nurl = {}\n\n", comment(&place.shown), value(&place.url))
}

/// Tables that one side has alone, as comments.
fn unpaired(lists: &Sides<Vec<Listed>>, pairs: &Pairs, undecided: &mut usize) -> String {
    let mut text = String::new();
    let alike = |of_old: bool, at: usize| {
        let found = pairs.alike.iter().filter(move |(old, new)| if of_old { *old == at } else { *new == at });
        let names: Vec<String> = found
            .map(|(old, new)| if of_old { &lists.new[*new].called } else { &lists.old[*old].called })
            .map(|name| shown(name))
            .collect();
        if names.is_empty() { String::new() } else { format!("; the other side has {}", names.join(", ")) }
    };
    for (side, of_old, only, list) in
        [("old", true, &pairs.only_old, &lists.old), ("new", false, &pairs.only_new, &lists.new)]
    {
        for at in only {
            *undecided += 1;
            let _ = writeln!(
                text,
                "# {UNDECIDED}: only {side} has the table {}{}",
                shown(&list[*at].called),
                alike(of_old, *at)
            );
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Tables of both sides that have no checks, as comments.
fn left(tables: &[Left], undecided: &mut usize) -> String {
    let mut text = String::new();
    for Left { called, why, asked } in tables {
        *undecided += usize::from(!asked);
        let word = if *asked { String::new() } else { format!("{UNDECIDED}: ") };
        let _ = writeln!(text, "# {word}the table {} is left out: {}", shown(called), comment(why));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// `name`, or `name` with a number where it is taken.
fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut tried = name.to_owned();
    let mut number = 1;
    while !taken.insert(tried.clone()) {
        number += 1;
        tried = format!("{name}_{number}");
    }
    tried
}

/// The checks of one pair of tables while they are written.
struct Text<'a> {
    places: &'a Sides<Place>,
    both: &'a Sides<Table>,
    body: String,
    undecided: usize,
}

/// A column of both sides, and the rule it takes.
struct Paired<'a> {
    old: &'a Column,
    new: &'a Column,
    guess: Option<Guess>,
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
    fn table(&mut self, name: &str) -> String {
        let Sides { old, new } = self.both;
        let mut title = format!("# Table {}", shown(&old.listed.called));
        if old.listed.called != new.listed.called {
            let _ = write!(title, " of old and {} of new", shown(&new.listed.called));
        }
        self.line(&title);
        let from = Sides { old: self.from(true), new: self.from(false) };
        if let Some(why) = [&from.old, &from.new].into_iter().find_map(|from| unnameable(from)) {
            self.undecided(&format!("its name {why}, so it has no checks; give it a view with another name"));
            self.line("");
            return "none: its name cannot stand in a query of a suite".to_owned();
        }
        let paired = self.columns();
        let mut written = vec!["count".to_owned()];
        let count = Sides {
            old: format!("SELECT count(*) AS n\nFROM {}", from.old),
            new: format!("SELECT count(*) AS n\nFROM {}", from.new),
        };
        self.check(&format!("{name}_count"), "row_count", "as many rows arrived as there were", &[], &count);
        if let Some(sums) = self.sums(name, &paired, &from) {
            written.push(sums);
        }
        written.push(self.rows(name, &paired, &from));
        self.line("");
        written.join(", ")
    }

    fn from(&self, of_old: bool) -> String {
        let (table, place) =
            if of_old { (&self.both.old, &self.places.old) } else { (&self.both.new, &self.places.new) };
        format!("{} AS t", table.listed.name.quoted(place.engine))
    }

    /// Pairs the columns, and says which have no counterpart.
    fn columns(&mut self) -> Vec<Paired<'a>> {
        let Sides { old, new } = self.both;
        let names = |table: &'a Table| table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>();
        let (old_names, new_names) = (names(old), names(new));
        let pairs = pair(&old_names, &new_names);
        let mut paired = Vec::new();
        for (at, other) in pairs.same {
            let (a, b) = (&old.columns[at], &new.columns[other]);
            let engines = [self.places.old.engine, self.places.new.engine];
            if let Some(why) = engines.into_iter().find_map(|engine| unnameable(&quoted(engine, &a.name))) {
                self.undecided(&format!("the name of the column {} {why}, and it is left out", shown(&a.name)));
                continue;
            }
            for (side, column) in [("old", a), ("new", b)] {
                if column.of.is_none() {
                    self.undecided(&format!(
                        "the column {} of {side} is {}, which has no exact form, and is left out; select it with a cast",
                        shown(&column.name),
                        comment(&column.database_type)
                    ));
                }
            }
            if let (Some(left), Some(right)) = (&a.of, &b.of) {
                paired.push(Paired { old: a, new: b, guess: guess(left, right) });
            }
        }
        let only = [
            ("old", pairs.only_old, &old_names, &new_names, true),
            ("new", pairs.only_new, &new_names, &old_names, false),
        ];
        for (side, alone, names, others, of_old) in only {
            for at in alone {
                let other = pairs.alike.iter().find(|(old, new)| if of_old { *old == at } else { *new == at });
                let hint = other.map_or(String::new(), |(old, new)| {
                    let other = others[if of_old { *new } else { *old }];
                    let (old, new) = if of_old { (names[at], other) } else { (other, names[at]) };
                    format!(
                        "; if it is {} of the other side, say rename = {{ {} = {} }} in place of both ignores",
                        shown(other),
                        key(old),
                        value(new)
                    )
                });
                self.undecided(&format!("only {side} has the column {}{hint}", shown(names[at])));
            }
        }
        paired
    }

    /// The check of the sums, where there are numbers; what it holds in words.
    fn sums(&mut self, name: &str, paired: &[Paired<'_>], from: &Sides<String>) -> Option<String> {
        let number = |column: &Column| column.of.as_ref().is_some_and(is_number);
        let numbers: Vec<&Paired<'_>> =
            paired.iter().filter(|column| number(column.old) && number(column.new)).collect();
        if numbers.is_empty() {
            return None;
        }
        let select = |of_old: bool, from: &str| {
            let engine = if of_old { self.places.old.engine } else { self.places.new.engine };
            let sums = numbers.iter().map(|pair| {
                let column = if of_old { pair.old } else { pair.new };
                format!("  {} AS {}", sum(engine, column), quoted(engine, &column.name))
            });
            format!("SELECT\n{}\nFROM {from}", sums.collect::<Vec<_>>().join(",\n"))
        };
        let sql = Sides { old: select(true, &from.old), new: select(false, &from.new) };
        let mut settings = Vec::new();
        for column in &numbers {
            let (Some(old), Some(new)) = (&column.old.of, &column.new.of) else { continue };
            settings.extend(rule(&column.old.name, &of_sums(old, new)));
        }
        let floats = numbers.iter().any(|pair| pair.old.of == Some(Type::Float) || pair.new.of == Some(Type::Float));
        if floats && [self.places.old.engine, self.places.new.engine].contains(&EngineName::Postgres) {
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
            match &column.guess {
                Some(guess) => settings.extend(rule(&column.old.name, guess)),
                None => {
                    let types = |column: &Column| column.of.as_ref().map_or(String::new(), Type::to_string);
                    let reason = format!(
                        "{UNDECIDED}: {} in old and {} in new cannot be compared as they are",
                        types(column.old),
                        types(column.new)
                    );
                    settings.push(self.ignored(&column.old.name, &reason));
                }
            }
        }
        let mut sides = Sides { old: Vec::new(), new: Vec::new() };
        for (columns, others, place, side) in [
            (&self.both.old.columns, &self.both.new.columns, &self.places.old, "old"),
            (&self.both.new.columns, &self.both.old.columns, &self.places.new, "new"),
        ] {
            let selected = if side == "old" { &mut sides.old } else { &mut sides.new };
            for column in columns {
                let quoted = quoted(place.engine, &column.name);
                let there = others.iter().any(|other| other.name == column.name);
                let wanted = if there {
                    paired.iter().any(|pair| pair.old.name == column.name)
                } else {
                    column.of.is_some() && unnameable(&quoted).is_none()
                };
                if wanted {
                    selected.push(format!("t.{quoted}"));
                    if !there {
                        let reason = format!("{UNDECIDED}: only {side} has it");
                        settings.push(self.ignored(&column.name, &reason));
                    }
                }
            }
        }
        let sql = Sides {
            old: format!("SELECT {}\nFROM {}", sides.old.join(", "), from.old),
            new: format!("SELECT {}\nFROM {}", sides.new.join(", "), from.new),
        };
        self.check(&format!("{name}_rows"), "rows", "every row arrived, and no value changed", &settings, &sql);
        format!("rows by {}", key.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", "))
    }

    /// A column that is not compared; said of it was already where it has no counterpart.
    fn ignored(&mut self, name: &str, reason: &str) -> (Option<String>, String) {
        if !reason.contains(": only ") {
            self.undecided += 1;
        }
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
            let Some(column) = paired.iter().find(|pair| pair.old.name == *name) else {
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

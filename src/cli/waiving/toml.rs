//! Waivers as TOML, and their way into a file that may hold others.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::args::Acceptance;
use crate::model::{Key, Pair};
use crate::spec::waiver;

/// What narrows a waiver by key.
#[derive(Clone, Copy, Default)]
pub(crate) struct Limits<'a> {
    /// Only these columns.
    pub columns: &'a [String],
    /// Only differences of this name.
    pub name: Option<&'a str>,
    /// Most differences of each key.
    pub per_key: Option<u64>,
    /// Whether any value is accepted.
    pub any_value: bool,
}

/// Puts waivers into words of TOML.
pub(crate) struct Writer<'a> {
    args: &'a Acceptance,
    text: String,
    count: usize,
    named: usize,
}

impl<'a> Writer<'a> {
    /// No waiver yet; each will have the reason, owner and day of `args`.
    pub(crate) fn new(args: &'a Acceptance) -> Self {
        Writer { args, text: String::new(), count: 0, named: 0 }
    }

    /// A waiver for at most so many differences of these names.
    pub(crate) fn by_count(&mut self, id: &str, most: u64, names: &[String]) {
        self.begin(id);
        let _ = writeln!(self.text, "differences = {}\nat_most = {most}", list(names));
        self.end();
    }

    /// A waiver for these keys.
    pub(crate) fn by_key(&mut self, id: &str, keys: &BTreeSet<Key>, limits: Limits<'_>) {
        self.begin(id);
        self.named += if keys.iter().all(Key::is_empty) { limits.columns.len() } else { keys.len() };
        let named: Vec<String> = keys.iter().filter(|key| !key.is_empty()).map(inline).collect();
        if !named.is_empty() {
            let _ = writeln!(self.text, "keys = {}", array(&named));
        }
        if !limits.columns.is_empty() {
            let _ = writeln!(self.text, "columns = {}", list(limits.columns));
        }
        if let Some(name) = limits.name {
            let _ = writeln!(self.text, "differences = {}", list(&[name.to_owned()]));
        }
        if let Some(each) = limits.per_key {
            let _ = writeln!(self.text, "per_key = {each}");
        }
        if limits.any_value {
            let _ = writeln!(self.text, "any_value = true");
        }
        self.end();
    }

    /// A waiver for these values under their keys as they are, of differences of this name only; numbers by their distance
    /// where that is wanted.
    pub(crate) fn by_value<'e>(
        &mut self,
        id: &str,
        values: impl Iterator<Item = (Key, &'e String, &'e Pair)>,
        name: Option<&str>,
        by_delta: bool,
    ) {
        let pin = |(key, name, pair): (Key, &String, &Pair)| (key.clone(), pin(&key, name, pair, by_delta));
        let pins: BTreeSet<(Key, String)> = values.map(pin).collect();
        if pins.is_empty() {
            return;
        }
        self.begin(id);
        let keys: BTreeSet<&Key> = pins.iter().map(|(key, _)| key).filter(|key| !key.is_empty()).collect();
        self.named += if keys.is_empty() { pins.len() } else { keys.len() };
        let pins: Vec<String> = pins.into_iter().map(|(_, pin)| pin).collect();
        let _ = writeln!(self.text, "values = {}", array(&pins));
        if let Some(name) = name {
            let _ = writeln!(self.text, "differences = {}", list(&[name.to_owned()]));
        }
        self.end();
    }

    fn begin(&mut self, id: &str) {
        self.count += 1;
        let _ = writeln!(self.text, "\n[[waivers]]\ncheck = {}", quoted(id));
    }

    fn end(&mut self) {
        let Acceptance { why, owner, until, .. } = self.args;
        let _ = writeln!(self.text, "why = {}\nowner = {}\nuntil = {until}", quoted(why), quoted(owner));
    }
}

impl Writer<'_> {
    /// The waivers as they stand in a file.
    pub(super) fn text(&self) -> &str {
        self.text.trim_start()
    }

    /// How many keys they name, or columns where there is no key.
    pub(super) fn named(&self) -> usize {
        self.named
    }
}

/// Returns the text of the file at `place` with the waivers at its end; everything that is in it stays as it is.
pub(crate) fn appended(place: &Path, waivers: &Writer<'_>) -> Result<String, String> {
    let before = match crate::fs::input::text(place) {
        Ok(before) => before,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(format!("{} cannot be read: {cause}; check its permissions", place.display())),
    };
    let held = |text: &str| {
        let table: ::toml::Table = text.parse().ok()?;
        Some(table.get("waivers").map_or(0, |waivers| waivers.as_array().map_or(0, Vec::len)))
    };
    let text = &waivers.text;
    let all = if before.is_empty() { text.trim_start().to_owned() } else { format!("{}\n{text}", before.trim_end()) };
    if held(&all) != held(&before).map(|held| held + waivers.count) {
        let place = place.display();
        return Err(format!(
            "{place} has its waivers in a form that none can be added to; begin each with [[waivers]]"
        ));
    }
    Ok(all)
}

fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}

/// `[one]`, or one in each line.
fn array(items: &[String]) -> String {
    match items {
        [one] => format!("[{one}]"),
        many => format!("[\n{}]", many.iter().map(|item| format!("  {item},\n")).collect::<String>()),
    }
}

/// `{ key = { id = "7" }, column = "cost", old = "0.4", new = "0.41" }`.
fn pin(key: &Key, column: &str, pair: &Pair, by_delta: bool) -> String {
    let text = |value: &Option<String>| value.as_deref().map_or("{ null = true }".to_owned(), quoted);
    let key = if key.is_empty() { String::new() } else { format!("key = {}, ", inline(key)) };
    let number = |value: &Option<String>| value.as_deref().and_then(waiver::number);
    let delta = number(&pair.old).zip(number(&pair.new)).filter(|_| by_delta);
    let accepted = match delta {
        Some((old, new)) => format!("delta = {}", quoted(&(new - old).normalized().to_plain_string())),
        None => format!("old = {}, new = {}", text(&pair.old), text(&pair.new)),
    };
    format!("{{ {key}column = {}, {accepted} }}", quoted(column))
}

/// `{ id = "7", model = { null = true } }`.
fn inline(key: &Key) -> String {
    let part = |(name, value): &(String, Option<String>)| {
        let value = value.as_deref().map_or("{ null = true }".to_owned(), quoted);
        format!("{} = {value}", bare(name))
    };
    format!("{{ {} }}", key.0.iter().map(part).collect::<Vec<_>>().join(", "))
}

fn bare(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if plain { name.to_owned() } else { quoted(name) }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a value that ends its string, or becomes another one on the way through the file.
    #[test]
    fn any_key_comes_back_as_it_was() {
        for value in ["7", "", "\"", "\\", "a\nb", "\u{1b}[31m", "é\u{202e}", "''", "{{ x }}", "\u{7f}"] {
            let key = Key(vec![("a b".to_owned(), Some(value.to_owned())), ("id".to_owned(), None)]);
            let table: ::toml::Table = format!("k = {}", inline(&key)).parse().unwrap();
            assert_eq!(table["k"]["a b"].as_str(), Some(value));
            assert_eq!(table["k"]["id"]["null"].as_bool(), Some(true));
        }
    }
}

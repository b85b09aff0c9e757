//! Waivers as TOML, and their way into a file that may hold others.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::waive::WaiveArgs;
use crate::model::Key;
use crate::output::write_atomically;

/// Puts waivers into words of TOML.
pub(super) struct Writer<'a> {
    args: &'a WaiveArgs,
    text: String,
    count: usize,
}

impl<'a> Writer<'a> {
    /// No waiver yet; each will have the reason, owner and day of `args`.
    pub(super) fn new(args: &'a WaiveArgs) -> Self {
        Writer { args, text: String::new(), count: 0 }
    }

    /// A waiver for at most so many differences of these names.
    pub(super) fn by_count(&mut self, id: &str, most: u64, names: &[String]) {
        self.begin(id);
        let _ = writeln!(self.text, "differences = {}\nat_most = {most}", list(names));
        self.end();
    }

    /// A waiver for these keys, and for these columns or one name of difference.
    pub(super) fn by_key(&mut self, id: &str, keys: &BTreeSet<Key>, columns: &[String], name: Option<&str>) {
        self.begin(id);
        let named: Vec<String> = keys.iter().filter(|key| !key.is_empty()).map(inline).collect();
        match named.as_slice() {
            [] => {}
            [one] => {
                let _ = writeln!(self.text, "keys = [{one}]");
            }
            many => {
                let lines: String = many.iter().map(|key| format!("  {key},\n")).collect();
                let _ = writeln!(self.text, "keys = [\n{lines}]");
            }
        }
        if !columns.is_empty() {
            let _ = writeln!(self.text, "columns = {}", list(columns));
        }
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
        let WaiveArgs { why, owner, until, .. } = self.args;
        let _ = writeln!(self.text, "why = {}\nowner = {}\nuntil = {until}", quoted(why), quoted(owner));
    }
}

/// Adds the waivers at the end of the file, which keeps everything that is in it.
pub(super) fn append(place: &Path, waivers: &Writer<'_>) -> Result<(), String> {
    let before = match crate::input::text(place) {
        Ok(before) => before,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(format!("{} cannot be read: {cause}; check its permissions", place.display())),
    };
    let held = |text: &str| {
        let table: toml::Table = text.parse().ok()?;
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
    write_atomically(place, &all)
        .map_err(|cause| format!("{} cannot be written: {cause}; check the folder's permissions", place.display()))
}

fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
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
            let table: toml::Table = format!("k = {}", inline(&key)).parse().unwrap();
            assert_eq!(table["k"]["a b"].as_str(), Some(value));
            assert_eq!(table["k"]["id"]["null"].as_bool(), Some(true));
        }
    }
}

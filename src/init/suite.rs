//! Writes the text of a first suite: its sources, its checks, and what was left out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::checks::Text;
use super::schema::{SchemaNote, section};
use super::words::{UNDECIDED, comment, shown, value};
use super::{Left, Listed, Pairs, Place, Table};
use crate::model::{Side, Sides};
use crate::suite::ad_hoc::snake_case;

/// A suite, and what to say of it.
#[derive(Debug)]
pub(crate) struct Made {
    /// The suite as TOML.
    pub suite: String,
    /// Per paired table what it is called, and its checks in words.
    pub tables: Vec<(String, String)>,
    /// The check of the schemas, in words.
    pub schema: String,
    /// Decisions that are left to the reader.
    pub undecided: usize,
}

/// The suite `name` over `tables`, which are those that `pairs` pairs, in that order; it says which are left out.
///
/// # Errors
/// No pair of tables that a query can name.
pub(crate) fn suite(
    name: &str,
    places: &Sides<Place>,
    lists: &Sides<Vec<Listed>>,
    pairs: &Pairs,
    tables: &[Sides<Table>],
    left_out: &[Left],
    schema: &SchemaNote,
) -> Result<Made, String> {
    let (schema, told, is_open) = section(tables, schema);
    let mut made = Made { suite: String::new(), tables: Vec::new(), schema: told, undecided: usize::from(is_open) };
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
         name = {}\n\n{}{}{unpaired}{schema}{checks}",
        comment(&places.old.shown),
        comment(&places.new.shown),
        value(name),
        source(Side::Old, &places.old),
        source(Side::New, &places.new),
    );
    Ok(made)
}

fn source(side: Side, place: &Place) -> String {
    format!("[sources.{side}]\n# {}\nurl = {}\n\n", comment(&place.shown), value(&place.url))
}

/// Tables that one side has alone, as comments.
fn unpaired(lists: &Sides<Vec<Listed>>, pairs: &Pairs, undecided: &mut usize) -> String {
    let mut text = String::new();
    let alike = |side: Side, at: usize| {
        let pairs = pairs.alike.iter().map(|(old, new)| Sides { old: *old, new: *new });
        let found = pairs.filter(|pair| *pair.get(side) == at);
        let names: Vec<String> =
            found.map(|pair| shown(&lists.get(side.other())[*pair.get(side.other())].called)).collect();
        if names.is_empty() { String::new() } else { format!("; the other side has {}", names.join(", ")) }
    };
    for (side, (only, list)) in pairs.only.as_ref().zip(lists.as_ref()) {
        for at in only {
            *undecided += 1;
            let _ = writeln!(
                text,
                "# {UNDECIDED}: only {side} has the table {}{}",
                shown(&list[*at].called),
                alike(side, *at)
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

//! One line of NDJSON: an object, no name twice, each value whole or skipped.

use std::collections::HashMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

use crate::frame::json::Whole;

/// Most fields of a file: each one is a column.
const MOST: usize = 10_000;

/// The fields of a file by name, in the order of their first appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<String, usize>,
    order: Vec<String>,
    /// The line on which each appeared last.
    seen: Vec<u64>,
}

impl Names {
    /// Returns the names in order.
    pub(super) fn order(&self) -> &[String] {
        &self.order
    }

    /// Returns the same names as before the first line.
    pub(super) fn unseen(mut self) -> Names {
        self.seen.fill(0);
        self
    }
}

/// Why a line is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// The character behind which it is, from 1; 0 where it is the line as a whole.
    pub(super) column: usize,
    pub(super) why: String,
}

/// Which fields of a line are wanted.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// All of them, new ones too.
    All,
    /// Those with a place, at which they are put.
    Some(&'a [Option<usize>]),
}

/// Reads the values of `line`, which has this `number`, into `values`, each with the number of its field, or with its
/// place where only some are wanted.
///
/// # Errors
/// A line that is no object of JSON, has a field twice, or one that was never seen where only some are wanted.
pub(super) fn read(
    line: &str,
    number: u64,
    names: &mut Names,
    wanted: Wanted<'_>,
    values: &mut Vec<(usize, Json)>,
) -> Result<(), Unread> {
    values.clear();
    let mut text = serde_json::Deserializer::from_str(line);
    let row = Row { line: number, names, wanted, values };
    row.deserialize(&mut text).and_then(|()| text.end()).map_err(|cause| {
        let place = format!(" at line {} column {}", cause.line(), cause.column());
        let why = cause.to_string();
        Unread { column: cause.column(), why: why.strip_suffix(&place).unwrap_or(&why).to_owned() }
    })
}

struct Row<'a> {
    line: u64,
    names: &'a mut Names,
    wanted: Wanted<'a>,
    values: &'a mut Vec<(usize, Json)>,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one JSON object per line")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Row { line, names, wanted, values } = self;
        while let Some(number) =
            entries.next_key_seed(Name { names, line, may_be_new: matches!(wanted, Wanted::All) })?
        {
            let place = match wanted {
                Wanted::All => Some(number),
                Wanted::Some(places) => places[number],
            };
            match place {
                Some(place) => {
                    let Whole(value) = entries.next_value()?;
                    values.push((place, value));
                }
                None => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Reads a name as the number of its field.
struct Name<'a> {
    names: &'a mut Names,
    line: u64,
    may_be_new: bool,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        let Names { numbers, order, seen } = self.names;
        match numbers.get(name) {
            Some(number) if seen[*number] == self.line => Err(E::custom(format!("the field `{name}` appears twice"))),
            Some(number) => {
                seen[*number] = self.line;
                Ok(*number)
            }
            None if !self.may_be_new => Err(E::custom(format!("the field `{name}` was not there before"))),
            None if order.len() == MOST => Err(E::custom(format!(
                "the file has more than {MOST} fields; put those with changing names into an object"
            ))),
            None => {
                numbers.insert(name.to_owned(), order.len());
                order.push(name.to_owned());
                seen.push(self.line);
                Ok(order.len() - 1)
            }
        }
    }
}

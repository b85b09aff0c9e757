//! How a row of an Avro file lies in its bytes, by the schema in its head: where one ends and the next begins.

use serde_json::Value as Json;

use super::super::longest::{HINT, IN_WORDS, LONGEST};
use super::head::number;

/// Values inside each other.
const DEPTH: usize = 100;

/// The parts of a row, each with the numbers of those in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    parts: Vec<Part>,
    root: usize,
}

#[derive(Clone, Debug)]
enum Part {
    /// So many bytes.
    Fixed(usize),
    Number,
    /// Bytes behind their length.
    Bytes,
    /// Items, in blocks behind their number.
    Array(usize),
    /// Keys and values, likewise.
    Map(usize),
    /// One of these, behind its place.
    Union(Vec<usize>),
    Record(Vec<usize>),
}

/// Why a row does not end where its bytes do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// There is more of it.
    Short,
    Wrong(String),
}

fn wrong(why: &str) -> Stop {
    Stop::Wrong(why.to_owned())
}

impl Layout {
    /// Reads a schema in which no name stands for a type.
    ///
    /// # Errors
    /// A type that is none.
    pub(super) fn of(schema: &Json) -> Result<Layout, String> {
        let mut layout = Layout::default();
        layout.root = layout.part(schema, DEPTH)?;
        Ok(layout)
    }

    /// Returns why a table of such rows is not read, if it is not: a reader would take it for one without rows, or not at all.
    pub(super) fn unfit(&self) -> Option<&'static str> {
        if self.is_nothing(self.root, DEPTH) {
            return Some(
                "its columns are all of type null, so that its rows take no bytes and nothing but a number says how many there \
                 are; give it a column with values",
            );
        }
        self.parts.iter().find_map(|part| match part {
            Part::Record(fields) if fields.is_empty() => {
                Some("it has a record without fields, of which no value could differ; write it without that")
            }
            _ => None,
        })
    }

    /// Whether a part takes no bytes at all.
    fn is_nothing(&self, part: usize, depth: usize) -> bool {
        match &self.parts[part] {
            Part::Fixed(bytes) => *bytes == 0,
            Part::Record(fields) => depth > 0 && fields.iter().all(|field| self.is_nothing(*field, depth - 1)),
            _ => false,
        }
    }

    fn add(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    /// Reads a type.
    fn part(&mut self, schema: &Json, depth: usize) -> Result<usize, String> {
        let deeper =
            depth.checked_sub(1).ok_or_else(|| format!("its schema is nested more than {DEPTH} levels deep"))?;
        match schema {
            Json::String(name) => self.named(name),
            Json::Array(branches) => {
                let branches = branches.iter().map(|branch| self.part(branch, deeper)).collect::<Result<_, _>>()?;
                Ok(self.add(Part::Union(branches)))
            }
            Json::Object(of) => {
                let inner = |name: &str| of.get(name).ok_or_else(|| format!("its schema has a type without `{name}`"));
                let kind = inner("type")?;
                let Some(kind @ ("record" | "error" | "enum" | "fixed" | "array" | "map")) = kind.as_str() else {
                    return self.part(kind, deeper);
                };
                match kind {
                    "array" => {
                        let items = self.part(inner("items")?, deeper)?;
                        return Ok(self.add(Part::Array(items)));
                    }
                    "map" => {
                        let values = self.part(inner("values")?, deeper)?;
                        return Ok(self.add(Part::Map(values)));
                    }
                    _ => {}
                }
                let place = self.add(Part::Number);
                match kind {
                    "fixed" => {
                        let size = inner("size")?.as_u64().and_then(|size| usize::try_from(size).ok());
                        let size = size.filter(|size| *size > 0 && *size <= LONGEST);
                        self.parts[place] = Part::Fixed(size.ok_or_else(|| {
                            format!("its schema has a `fixed` of {} bytes; write it with 1 to {IN_WORDS}", of["size"])
                        })?);
                    }
                    "record" | "error" => {
                        let fields =
                            inner("fields")?.as_array().ok_or("its schema has a record whose fields are no list")?;
                        let of = |field: &Json| {
                            let of = field.get("type").ok_or("its schema has a field without a type")?;
                            self.part(of, deeper)
                        };
                        let fields = fields.iter().map(of).collect::<Result<_, String>>()?;
                        self.parts[place] = Part::Record(fields);
                    }
                    _ => {}
                }
                Ok(place)
            }
            other => Err(format!("its schema has {other} in place of a type")),
        }
    }

    fn named(&mut self, name: &str) -> Result<usize, String> {
        Ok(match name {
            "null" => self.add(Part::Fixed(0)),
            "boolean" => self.add(Part::Fixed(1)),
            "int" | "long" => self.add(Part::Number),
            "float" => self.add(Part::Fixed(4)),
            "double" => self.add(Part::Fixed(8)),
            "bytes" | "string" => self.add(Part::Bytes),
            _ => return Err(format!("its schema has {name} in place of a type")),
        })
    }

    /// Returns the bytes of the row that `bytes` begin with.
    ///
    /// # Errors
    /// A row that ends behind them, and bytes that are no row.
    pub(super) fn row(&self, bytes: &[u8]) -> Result<usize, Stop> {
        let (mut rest, mut empty) = (bytes, 0);
        self.skip(self.root, &mut rest, DEPTH, &mut empty)?;
        Ok(bytes.len() - rest.len())
    }

    /// Goes behind a value; `empty` counts the items of the row that take no bytes, since nothing else bounds them.
    fn skip(&self, part: usize, rest: &mut &[u8], depth: usize, empty: &mut usize) -> Result<(), Stop> {
        let Some(depth) = depth.checked_sub(1) else { return Err(wrong("a value of it is nested too deep")) };
        match &self.parts[part] {
            Part::Fixed(bytes) => take(rest, *bytes),
            Part::Number => integer(rest).map(drop),
            Part::Bytes => bytes(rest),
            Part::Record(fields) => fields.iter().try_for_each(|field| self.skip(*field, rest, depth, empty)),
            Part::Union(branches) => {
                let branch = usize::try_from(integer(rest)?).ok().and_then(|branch| branches.get(branch));
                let branch =
                    branch.ok_or_else(|| wrong("a value of it is of a branch that its union does not have"))?;
                self.skip(*branch, rest, depth, empty)
            }
            Part::Array(items) => {
                let nothing = self.is_nothing(*items, depth);
                blocks(rest, |rest, count| {
                    if nothing {
                        *empty = empty.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
                        return if *empty <= LONGEST { Ok(()) } else { Err(wrong(TOO_MANY)) };
                    }
                    (0..count).try_for_each(|_| self.skip(*items, rest, depth, empty))
                })
            }
            Part::Map(values) => blocks(rest, |rest, count| {
                (0..count).try_for_each(|_| {
                    bytes(rest)?;
                    self.skip(*values, rest, depth, empty)
                })
            }),
        }
    }
}

const TOO_MANY: &str = "an array of it has more than 64 Mi items that take no bytes";

fn take(rest: &mut &[u8], bytes: usize) -> Result<(), Stop> {
    *rest = rest.get(bytes..).ok_or(Stop::Short)?;
    Ok(())
}

/// Bytes of the longest number.
const NUMBER: usize = 10;

fn integer(rest: &mut &[u8]) -> Result<i64, Stop> {
    let most = rest.len();
    number(rest).ok_or_else(|| if most < NUMBER { Stop::Short } else { wrong("a number of it has more than 64 bits") })
}

/// Goes behind bytes and their length.
fn bytes(rest: &mut &[u8]) -> Result<(), Stop> {
    match usize::try_from(integer(rest)?) {
        Ok(length) if length > LONGEST => {
            Err(Stop::Wrong(format!("a value of it has {length} bytes, and at most {IN_WORDS} are read; {HINT}")))
        }
        Ok(length) => take(rest, length),
        Err(_) => Err(wrong("a value of it has a length below 0")),
    }
}

/// Goes through the blocks of an array or a map, each of so many items; the bytes of one may stand before it.
fn blocks(rest: &mut &[u8], mut block: impl FnMut(&mut &[u8], u64) -> Result<(), Stop>) -> Result<(), Stop> {
    loop {
        let count = integer(rest)?;
        match count {
            0 => return Ok(()),
            1.. => block(rest, count.unsigned_abs())?,
            _ => {
                let said = integer(rest)?;
                let before = rest.len();
                block(rest, count.unsigned_abs())?;
                if usize::try_from(said) != Ok(before - rest.len()) {
                    return Err(wrong("an array or a map of it is not as long as it says"));
                }
            }
        }
    }
}

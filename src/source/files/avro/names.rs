//! The names of the types of a schema: a type is described wherever it stands, each time by a name of its own. arrow-avro does
//! not take a name with its namespace apart, nor does it find one whose description is in a column that is not read.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json, json};

/// Types inside each other.
const DEPTH: usize = 100;

/// Types in all.
const MOST: usize = 10_000;

/// Types by their full names.
#[derive(Default)]
struct Names {
    known: HashMap<String, Known>,
    /// Those that are given, and how many there are.
    given: HashSet<String>,
    count: usize,
}

#[derive(Clone)]
enum Known {
    /// Its description has not ended.
    Open,
    /// What it is, without a name in place of a type.
    As(Json),
    /// Described more than once, which some writers do, and none refers to.
    Twice,
}

impl Names {
    /// A name that no other type has: its own without a namespace, by which a reader may ask for it, where that is free.
    fn give(&mut self, full: &str) -> Result<Json, String> {
        self.count += 1;
        if self.count > MOST {
            return Err(format!("its schema has more than {MOST} types"));
        }
        let own = full.rsplit('.').next().unwrap_or_default().to_owned();
        let others = (self.count..).map(|count| format!("t{count}"));
        let free = std::iter::once(own).chain(others).find(|name| !name.is_empty() && self.given.insert(name.clone()));
        Ok(json!(free.unwrap_or_default()))
    }
}

/// Returns `schema` with each type that it names described where it stands.
///
/// # Errors
/// A type within itself, one that is not described, and what is no type.
pub(super) fn resolved(schema: &Json) -> Result<Json, String> {
    of(schema, "", DEPTH, &mut Names::default())
}

fn of(schema: &Json, space: &str, depth: usize, names: &mut Names) -> Result<Json, String> {
    let deeper = depth.checked_sub(1).ok_or_else(|| format!("its schema is nested more than {DEPTH} levels deep"))?;
    match schema {
        Json::String(name) => named(name, space, deeper, names),
        Json::Array(branches) => branches.iter().map(|branch| of(branch, space, deeper, names)).collect(),
        Json::Object(described) => {
            let kind =
                described.get("type").ok_or_else(|| "its schema has a type that does not say which".to_owned())?;
            if !matches!(kind.as_str(), Some("record" | "error" | "enum" | "fixed")) {
                return inside(described, &["type", "items", "values"], space, deeper, names);
            }
            let text = |name: &str| described.get(name).and_then(Json::as_str);
            let (space, full) = full(text("name").unwrap_or_default(), text("namespace").unwrap_or(space));
            let name = names.give(&full)?;
            let before = names.known.insert(full.clone(), Known::Open);
            let mut renamed = described.clone();
            renamed.retain(|name, _| name != "namespace" && name != "aliases");
            if let Some(fields) = described.get("fields").and_then(Json::as_array) {
                let field = |field: &Json| match field {
                    Json::Object(field) => inside(field, &["type"], &space, deeper, names),
                    other => Err(format!("its schema has {other} in place of a field")),
                };
                renamed.insert("fields".to_owned(), fields.iter().map(field).collect::<Result<_, _>>()?);
            }
            renamed.insert("name".to_owned(), name);
            let resolved = Json::Object(renamed);
            names.known.insert(full, before.map_or_else(|| Known::As(resolved.clone()), |_| Known::Twice));
            Ok(resolved)
        }
        other => Err(format!("its schema has {other} in place of a type")),
    }
}

/// The same with the types that stand at `places`.
fn inside(
    described: &Map<String, Json>,
    places: &[&str],
    space: &str,
    depth: usize,
    names: &mut Names,
) -> Result<Json, String> {
    let mut renamed = described.clone();
    for place in places {
        // What is an array or a map stands for no type that is described elsewhere.
        match described.get(*place) {
            Some(Json::String(kind)) if matches!(kind.as_str(), "array" | "map") => {}
            Some(schema) => drop(renamed.insert((*place).to_owned(), of(schema, space, depth, names)?)),
            None => {}
        }
    }
    Ok(Json::Object(renamed))
}

/// The type that a name stands for.
fn named(name: &str, space: &str, depth: usize, names: &mut Names) -> Result<Json, String> {
    if matches!(name, "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string") {
        return Ok(json!(name));
    }
    let full = full(name, space).1;
    let found = if names.known.contains_key(&full) { full.as_str() } else { name };
    match names.known.get(found).cloned() {
        Some(Known::As(resolved)) => copied(&resolved, depth, names),
        Some(Known::Twice) => {
            Err(format!("its schema describes the type {name} more than once; write it with one of each name"))
        }
        Some(Known::Open) => {
            Err(format!("its type {name} holds itself, and a table has no such column; write it flat"))
        }
        None => Err(format!("its schema has the type {name}, which it does not describe")),
    }
}

/// The same type once more, whose parts have names of their own.
fn copied(resolved: &Json, depth: usize, names: &mut Names) -> Result<Json, String> {
    let deeper = depth.checked_sub(1).ok_or_else(|| format!("its schema is nested more than {DEPTH} levels deep"))?;
    let Json::Object(of) = resolved else {
        return match resolved {
            Json::Array(branches) => branches.iter().map(|branch| copied(branch, deeper, names)).collect(),
            other => Ok(other.clone()),
        };
    };
    let mut copy = of.clone();
    if matches!(of.get("type").and_then(Json::as_str), Some("record" | "error" | "enum" | "fixed")) {
        copy.insert("name".to_owned(), names.give("")?);
    }
    for place in ["type", "items", "values"] {
        if let Some(of) = of.get(place) {
            copy.insert(place.to_owned(), copied(of, deeper, names)?);
        }
    }
    if let Some(Json::Array(fields)) = of.get("fields") {
        let fields = fields.iter().map(|field| copied(field, deeper, names)).collect::<Result<_, _>>()?;
        copy.insert("fields".to_owned(), fields);
    }
    Ok(Json::Object(copy))
}

/// The namespace that a type stands in, and its full name.
fn full(name: &str, space: &str) -> (String, String) {
    match name.rsplit_once('.') {
        Some((space, _)) => (space.to_owned(), name.to_owned()),
        None if space.is_empty() => (String::new(), name.to_owned()),
        None => (space.to_owned(), format!("{space}.{name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of all types.
    fn types(schema: &Json, names: &mut Vec<String>) {
        match schema {
            Json::Object(of) => {
                if matches!(of.get("type").and_then(Json::as_str), Some("fixed" | "record")) {
                    names.push(of["name"].as_str().unwrap().to_owned());
                }
                of.values().for_each(|inner| types(inner, names));
            }
            Json::Array(all) => all.iter().for_each(|inner| types(inner, names)),
            _ => {}
        }
    }

    /// Catches a type that is taken for another of the same name, one that is not found where its name is written another way,
    /// and two types that have one name in the end.
    #[test]
    fn types_are_found_by_their_full_names() {
        let field = |name: &str, of: Json| json!({ "name": name, "type": of });
        let kind = |name: &str, size: u8| json!({ "type": "fixed", "name": name, "size": size });
        let inner = json!({ "type": "record", "name": "y.inner", "fields": [
            field("own", kind("E", 2)), field("again", json!("E")), field("other", json!(["null", "x.E"])),
            field("more", json!({ "type": "array", "items": "y.E" })),
        ] });
        let schema = json!({ "type": "record", "name": "r", "namespace": "x", "aliases": ["q"], "fields": [
            field("first", kind("E", 1)), field("short", json!("E")), field("full", json!({ "type": "x.E" })),
            field("inner", inner), field("map", json!({ "type": "map", "values": "y.inner" })),
            field("number", json!({ "type": "long", "logicalType": "timestamp-micros" })),
        ] });
        let resolved = resolved(&schema).unwrap();
        let size = |path: &str| {
            let of = resolved.pointer(path).unwrap_or_else(|| panic!("{path} in {resolved}"));
            (of["type"].as_str().unwrap(), of["size"].as_u64().unwrap())
        };
        for (path, expected) in [
            ("/fields/0/type", 1),
            ("/fields/1/type", 1),
            ("/fields/2/type/type", 1),
            ("/fields/3/type/fields/0/type", 2),
            ("/fields/3/type/fields/1/type", 2),
            ("/fields/3/type/fields/2/type/1", 1),
            ("/fields/3/type/fields/3/type/items", 2),
            ("/fields/4/type/values/fields/1/type", 2),
            ("/fields/4/type/values/fields/2/type/1", 1),
        ] {
            assert_eq!(size(path), ("fixed", expected), "{path}");
        }
        assert_eq!(resolved["fields"][5], schema["fields"][5]);
        let text = resolved.to_string();
        assert!(!text.contains("namespace") && !text.contains("aliases"), "{text}");
        let mut names = Vec::new();
        types(&resolved, &mut names);
        let distinct: HashSet<&String> = names.iter().collect();
        assert_eq!((names.len(), distinct.len()), (14, 14), "{names:?} in {text}");
        assert!(["r", "E", "inner"].iter().all(|own| names.iter().any(|name| name == own)), "{names:?}");
    }

    /// Catches a schema of a few lines that takes all memory.
    #[test]
    fn types_that_double_are_bounded() {
        let pair = |name: &str, of: Json| {
            json!({ "type": "record", "name": name, "fields": [
                { "name": "a", "type": of }, { "name": "b", "type": of.get("name").unwrap_or(&of) },
            ] })
        };
        let schema = (0..40).fold(json!("int"), |of, at| pair(&format!("r{at}"), of));
        assert_eq!(resolved(&schema), Err("its schema has more than 10000 types".to_owned()));
    }

    /// Catches a schema that is read without end, or as another.
    #[test]
    fn types_within_themselves_are_refused() {
        let record = |of: Json| json!({ "type": "record", "name": "x.r", "fields": [{ "name": "v", "type": of }] });
        for (schema, why) in [
            (record(json!(["null", "r"])), "its type r holds itself"),
            (record(json!({ "type": "array", "items": "x.r" })), "its type x.r holds itself"),
            (record(json!("nowhere")), "its schema has the type nowhere, which it does not describe"),
            (
                json!([record(json!("int")), record(json!("int")), "x.r"]),
                "its schema describes the type x.r more than once",
            ),
            (record(json!(5)), "its schema has 5 in place of a type"),
            (json!({ "name": "x" }), "its schema has a type that does not say which"),
        ] {
            let said = resolved(&schema).unwrap_err();
            assert!(said.starts_with(why), "{said}");
        }
        assert!(resolved(&json!([record(json!("int")), record(json!("long"))])).is_ok(), "nobody asks which is meant");
    }
}

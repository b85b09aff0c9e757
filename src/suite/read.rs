//! TOML tables into raw structs, entry by entry, so that one mistake does not hide the next.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{File, Problems, nearest, with_article};

/// A table's entries in the order of the file, with the offsets of their names.
pub(super) fn entries<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t str, usize, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> =
        table.iter().map(|(name, value)| (name.get_ref().as_ref(), name.span().start, value)).collect();
    entries.sort_by_key(|(_, offset, _)| *offset);
    entries
}

/// The table of `value`, or a problem that says what stands there instead.
pub(super) fn table<'t, 'i>(
    value: &'t Spanned<DeValue<'i>>,
    what: &str,
    file: &File<'_>,
    problems: &mut Problems,
) -> Option<&'t DeTable<'i>> {
    let found = value.get_ref().as_table();
    if found.is_none() {
        let message = format!("{what} is {}, where a table is needed", with_article(value.get_ref().type_str()));
        problems.0.push(file.problem(value.span().start, message, None));
    }
    found
}

/// `table` as a `T`, without the entries named in `except`; entries that cannot be read become problems.
pub(super) fn read<T: DeserializeOwned + Default + JsonSchema + 'static>(
    table: &DeTable<'_>,
    except: &[&str],
    owner: &str,
    file: &File<'_>,
    problems: &mut Problems,
) -> T {
    let mut good = DeTable::new();
    for (name, value) in table {
        if except.contains(&name.get_ref().as_ref()) {
            continue;
        }
        let mut alone = DeTable::new();
        alone.insert(name.clone(), value.clone());
        match T::deserialize(toml::de::Deserializer::from(Spanned::new(name.span(), alone))) {
            Ok(_) => {
                good.insert(name.clone(), value.clone());
            }
            Err(error) => problems.0.push(mistake(name, &fields::<T>(), &error, owner, file)),
        }
    }
    T::deserialize(toml::de::Deserializer::from(Spanned::new(0..0, good))).unwrap_or_default()
}

fn mistake(
    name: &Spanned<toml::de::DeString<'_>>,
    known: &[String],
    error: &toml::de::Error,
    owner: &str,
    file: &File<'_>,
) -> super::problem::Problem {
    let field = name.get_ref().as_ref();
    if !known.iter().any(|known| known == field) {
        let help = nearest(field, known.iter().map(String::as_str));
        return file.problem(name.span().start, format!("{owner}: unknown field `{field}`"), help);
    }
    let offset = error.span().map_or(name.span().start, |span| span.start);
    // How the parser hands on a date where a table is read.
    let said = match error.message().trim() {
        said if said.contains("$__toml_private_datetime") => "invalid type: a date or a time".to_owned(),
        said => said.replace('\n', " "),
    };
    let message = format!("{owner}: `{field}`: {said}");
    super::problem::Problem { field: Some((owner.to_owned(), field.to_owned())), ..file.problem(offset, message, None) }
}

/// Names of the fields of `T`, found out once.
fn fields<T: JsonSchema + 'static>() -> Arc<Vec<String>> {
    static FOUND: Mutex<BTreeMap<TypeId, Arc<Vec<String>>>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let names = || {
        let schema = schemars::schema_for!(T);
        let properties = schema.as_value().get("properties").and_then(|p| p.as_object());
        Arc::new(properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default())
    };
    found.entry(TypeId::of::<T>()).or_insert_with(names).clone()
}

//! What a call of a tool is given: its arguments, and what it may do.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::super::folder::Folder;
use super::super::limits::Limits;
use crate::report::visible;
use crate::source::CancellationToken;
use crate::suite;
use crate::suite::{Overrides, Problems, Suite};

/// How far a call is.
pub(crate) struct Progress {
    /// What is done.
    pub(crate) done: usize,
    /// What is to be done.
    pub(crate) of: usize,
    /// What was done last.
    pub(crate) what: String,
}

/// What a call may do.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// Where suites and reports are taken from.
    pub(crate) folder: &'a Folder,
    /// How much may be told.
    pub(crate) limits: &'a Limits,
    /// Held by a run.
    pub(crate) running: &'a Mutex<()>,
    /// Cancelled when nobody waits any more.
    pub(crate) stop: &'a CancellationToken,
    /// Hears how far it is.
    pub(crate) tell: &'a mpsc::UnboundedSender<Progress>,
}

impl Call<'_> {
    /// Loads the suites that are named, or all there are.
    pub(crate) fn suites(&self, named: &[String], overrides: &Overrides) -> Result<Vec<Suite>, Mistakes> {
        let paths = self.folder.suites(named).map_err(Mistakes::Path)?;
        suite::load_within(self.folder.path(), &paths, overrides).map_err(Mistakes::Suites)
    }
}

/// Why suites cannot be loaded.
pub(crate) enum Mistakes {
    /// They may not be read.
    Path(String),
    /// They are wrong.
    Suites(Problems),
}

impl From<Mistakes> for String {
    fn from(mistakes: Mistakes) -> String {
        match mistakes {
            Mistakes::Path(why) => why,
            Mistakes::Suites(problems) => lines(&problems),
        }
    }
}

/// Mistakes of suites, a line each.
pub(crate) fn lines(problems: &Problems) -> String {
    let lines: Vec<String> = problems.0.iter().map(|problem| visible(&problem.to_string())).collect();
    lines.join("\n")
}

/// The JSON Schema of the arguments of a tool; any other argument is none.
pub(crate) fn schema<T: JsonSchema>() -> JsonObject {
    // Not every client follows references.
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let mut object = schema.as_object_mut().map(std::mem::take).unwrap_or_default();
    for name in ["$schema", "title", "description"] {
        object.remove(name);
    }
    object.entry("properties").or_insert_with(|| json!({}));
    object.insert("additionalProperties".to_owned(), false.into());
    object
}

/// Reads the arguments of a call; the error names the one that is wrong. One that is not known is refused, because a
/// misspelt `only` would run everything.
pub(crate) fn arguments<T: DeserializeOwned + JsonSchema>(given: JsonObject) -> Result<T, String> {
    let schema = schema::<T>();
    let known = || schema["properties"].as_object().into_iter().flat_map(|all| all.keys().map(String::as_str));
    if let Some(name) = given.keys().find(|name| !known().any(|one| one == *name)) {
        let hint = match known().min_by_key(|one| strsim::damerau_levenshtein(one, name)) {
            Some(near) if strsim::damerau_levenshtein(near, name) <= 2 => format!("did you mean `{near}`?"),
            Some(_) => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
            None => "it takes none".to_owned(),
        };
        return Err(format!("there is no argument `{name}`; {hint}"));
    }
    let read = |given: JsonObject| serde_json::from_value::<T>(Value::Object(given)).map_err(|cause| cause.to_string());
    read(given.clone()).map_err(|cause| {
        let guilty = given.keys().find(|name| {
            let mut rest = given.clone();
            rest.shift_remove(*name);
            read(rest).err().as_ref() != Some(&cause)
        });
        match guilty {
            Some(name) => format!("argument `{name}`: {cause}"),
            None => format!("the arguments cannot be taken: {cause}"),
        }
    })
}

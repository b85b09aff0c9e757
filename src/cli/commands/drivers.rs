//! Runs `cutover drivers`: the ADBC drivers that sources of `adbc:` URLs load, and where each was looked for.

use clap::Args;
use serde_json::{Map, Value, json};

use super::super::console;
use crate::exit_code::PASSED;
use crate::isolation::caught;
use crate::report::{Format, visible};
use crate::source::{DRIVERS, Found, Library};

/// `cutover drivers`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DriversArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover drivers                               what is found, where it was looked for, how to get what is missing
  cutover drivers --json | jq -r '.drivers[] | select(.found) | .path'";

/// Loads every driver that is found, prints them and returns the exit code.
pub(crate) fn drivers(args: &DriversArgs) -> u8 {
    let libraries = DRIVERS.iter().filter_map(|driver| driver.capabilities.library);
    let looked = libraries.map(|library| (library, look(library)));
    if args.json {
        let drivers: Vec<_> = looked.map(|(library, found)| entry(library, found)).collect();
        console::report(Format::Json, &format!("{:#}\n", json!({ "schema_version": 1, "drivers": drivers })));
    } else {
        looked.for_each(|(library, found)| console::print(&lines(library, &found)));
    }
    PASSED
}

/// A library may do anything once it is loaded, a panic included.
fn look(library: &Library) -> Result<Found, String> {
    match caught(|| library.look()) {
        Ok(found) => found.map_err(|error| error.message),
        Err(_) => {
            Err(format!("the driver of {} broke while it was loaded; install it anew: {}", library.label, library.hint))
        }
    }
}

fn lines(library: &Library, found: &Result<Found, String>) -> String {
    let told = match found {
        Ok(Found { by, path, version }) => {
            let version = version.as_ref().map(|version| format!(", {version}")).unwrap_or_default();
            format!("found: {path}{version}, by {by}")
        }
        Err(why) => format!("not found: {why}"),
    };
    let places = library.places().join("\n    ");
    visible_lines(&format!(
        "{} ({})\n  {told}\n  looked for in this order:\n    {places}\n",
        library.label, library.url
    ))
}

fn visible_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

fn entry(library: &Library, found: Result<Found, String>) -> Value {
    let mut entry = Map::from_iter([
        ("name".to_owned(), library.name.into()),
        ("engine".to_owned(), library.label.into()),
        ("url".to_owned(), library.url.into()),
        ("found".to_owned(), found.is_ok().into()),
        ("places".to_owned(), library.places().into()),
        ("install".to_owned(), library.hint.into()),
    ]);
    match found {
        Ok(Found { by, path, version }) => {
            entry.extend([("by".to_owned(), by.into()), ("path".to_owned(), path.into())]);
            entry.extend(version.map(|version| ("version".to_owned(), version.into())));
        }
        Err(why) => drop(entry.insert("error".to_owned(), why.into())),
    }
    entry.into()
}

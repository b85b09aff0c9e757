//! Runs `cutover init`: reads both catalogues and writes a first suite.

mod args;
mod catalog;
mod make;
mod schema;
mod summary;

use super::super::console;
use super::super::sides::url_of;
use crate::exit_code::PASSED;
use crate::fs::output::write_atomically;
use crate::model::Side;
use crate::report::Format;
use crate::suite;
use crate::suite::Overrides;

pub(crate) use args::InitArgs;

/// The file beside the suite from which editors know its fields.
const SCHEMA: &str = "suite.schema.json";

/// Writes the suite and returns the exit code.
pub(crate) async fn init(args: &InitArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("init", &why);
    let path = args.dir.join("suite.toml");
    if path.exists() {
        return Err(refuse(format!("{} exists; remove it, or give another folder with --dir", path.display())));
    }
    let old = url_of(Side::Old, args.old.as_deref()).map_err(refuse)?;
    let new = url_of(Side::New, args.new.as_deref()).map_err(refuse)?;
    let (old, new) = tokio::join!(make::catalog(Side::Old, &old, args), make::catalog(Side::New, &new, args));
    let found = make::make(old.map_err(refuse)?, new.map_err(refuse)?, args).await.map_err(refuse)?;
    valid(&found.made.suite).map_err(refuse)?;
    let schema = args.dir.join(SCHEMA);
    let text = format!("#:schema {SCHEMA}\n{}", found.made.suite);
    for (path, text) in [(&schema, &format!("{:#}\n", suite::schema())), (&path, &text)] {
        write_atomically(path, text)
            .map_err(|cause| refuse(format!("{}: {cause}; give another folder with --dir", path.display())))?;
    }
    match args.json {
        true => console::report(Format::Json, &format!("{:#}\n", summary::json(&found, &path))),
        false => console::print(&summary::summary(&found, args, &path)),
    }
    Ok(PASSED)
}

/// Refuses a suite that could not be loaded; a mistake in it is cutover's own.
fn valid(text: &str) -> Result<(), String> {
    suite::parse(text, &Overrides::default()).map(drop).map_err(|problems| {
        format!("the suite it made is not valid, which is a defect of cutover; please report it:\n{problems}")
    })
}

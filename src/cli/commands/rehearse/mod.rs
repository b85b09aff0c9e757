//! Runs `cutover rehearse`: fills scratch databases with a pack's own old and new tables, clean or with one defect.

mod args;
mod prove;

use std::path::Path;

use serde_json::json;

use super::super::console;
use super::super::signal::unless_interrupted;
use crate::exit_code::{INTERRUPTED, PASSED};
use crate::model::{Side, plural};
use crate::rehearse;
use crate::rehearse::{Pack, PackSettings, RehearsalPlan};
use crate::report::{Format, visible};
use crate::source::SourceUrl;

pub(crate) use args::RehearseArgs;

/// Rows of the main old table where neither the command line nor the pack says how many.
const ROWS: u64 = 2_000;

/// Fills the scratch databases and returns the exit code.
pub(crate) async fn rehearse(args: &RehearseArgs) -> Result<u8, u8> {
    rehearsed(args).await.map_err(|why| console::refuse("rehearse", &why))
}

async fn rehearsed(args: &RehearseArgs) -> Result<u8, String> {
    let pack = Pack::find(&args.pack).map_err(|error| error.to_string())?;
    if args.list && args.json {
        let all = pack.defects();
        let defects = all.iter().map(|defect| json!({ "name": defect.name, "story": defect.story }));
        let text = json!({ "schema_version": 1, "defects": defects.collect::<Vec<_>>() });
        console::report(Format::Json, &format!("{text:#}\n"));
        return Ok(PASSED);
    }
    if args.list {
        for defect in pack.defects() {
            console::print(&format!("{}\n    {}\n", defect.name, defect.story));
        }
        return Ok(PASSED);
    }
    if let Some((side, _)) = args.url.iter().find(|(side, _)| Side::named(side).is_none()) {
        return Err(format!("--url {side}=…: the sides are old and new"));
    }
    let (old, new) = (url(args, Side::Old)?, url(args, Side::New)?);
    let rows = args.rows.or(pack.settings.rows).unwrap_or(ROWS);
    if args.prove {
        return prove::prove(args, &pack, &old, &new, rows).await;
    }
    if args.defect.len() > 1 {
        return Err("--defect plants one at a time; give one, or --prove to try several one after the other".to_owned());
    }
    let plan = RehearsalPlan { rows, seed: args.seed, defect: args.defect.first().cloned() };
    let built = rehearse::build(&pack, &old, &new, &plan);
    let Some(made) = unless_interrupted(built).await else {
        console::complain("interrupted: what was built so far is left in the scratch databases\n");
        return Ok(INTERRUPTED);
    };
    let made = made.map_err(|error| visible(&error.to_string()))?;
    if args.json {
        let table =
            |one: &rehearse::Made| json!({ "side": one.side, "table": one.table, "rows": one.rows.to_string() });
        let tables: Vec<_> = made.iter().map(table).collect();
        let text = json!({ "schema_version": 1, "defect": args.defect.first(), "tables": tables });
        console::report(Format::Json, &format!("{text:#}\n"));
        return Ok(PASSED);
    }
    for one in made {
        console::print(&format!("{} {}: {}\n", one.side, one.table, plural(one.rows, "row")));
    }
    let what = args.defect.first().map_or("clean".to_owned(), |name| format!("with the defect {name}"));
    console::print(&format!(
        "\nBuilt, {what}. Next:\n  cutover run {} --source old={old} --source new={new}{}\nThe pack's README has more; a masked password has to be given again.\n",
        pack.folder.display(),
        arguments(&pack.settings)
    ));
    Ok(PASSED)
}

/// The arguments of a run on what the pack builds, each after a space.
fn arguments(settings: &PackSettings) -> String {
    let tags = settings.tags.iter().map(|tag| format!(" --tag {tag}"));
    tags.chain(settings.params.iter().map(|(name, value)| format!(" --param {name}={value}"))).collect()
}

fn url(args: &RehearseArgs, side: Side) -> Result<SourceUrl, String> {
    let given = args.url.iter().rev().find(|(name, _)| Side::named(name) == Some(side));
    let (_, text) = given.ok_or_else(|| format!("--url {side}=URL is missing; give a scratch database"))?;
    SourceUrl::parse(text, Path::new("."))
        .and_then(|url| url.complete(Path::new(".")))
        .map_err(|error| format!("--url {side}: {error}"))
}

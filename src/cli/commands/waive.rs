//! Runs `cutover waive`: accepts the differences of a report for a time.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::waiving::{Acceptance, Refused, meant, proposal, suite_of};
use super::super::{console, suites};
use crate::exit_code::PASSED;
use crate::fs::output::{alone_in, write_atomically};
use crate::report::Format;

/// `cutover waive`.
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct WaiveArgs {
    /// A report.json, its folder, or `last` for the newest in reports/; differences.parquet is read beside it
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    #[command(flatten)]
    accepted: Acceptance,
    /// Print one JSON object a line for each check that is waived
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover waive report.json --check shop.orders --until 2026-03-31 --why 'lost by the old importer' --owner ann
  cutover waive last --check 'shop.*' --until 2026-03-31 --why 'frozen until the cutover' --owner ann";

/// Adds the waivers and returns the exit code. Where a pattern means several checks, each is waived for itself: one that
/// cannot be keeps the others from nothing, and is told.
pub(crate) fn waive(args: &WaiveArgs) -> Result<u8, u8> {
    let ids = meant(&args.report, &args.accepted).map_err(|why| console::refuse("waive", &why))?;
    let one = |check: String| one(args, &Acceptance { check, ..args.accepted.clone() });
    let refused = ids.into_iter().filter_map(|check| one(check).err()).max();
    refused.map_or(Ok(PASSED), Err)
}

/// Adds the waivers of one check.
fn one(args: &WaiveArgs, accepted: &Acceptance) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("waive", &why);
    // Two at a time would each write what was there before, and one of them would be lost. Where there is no suite, the
    // waivers are refused.
    let folder = suite_of(&args.report, &accepted.check).ok().and_then(|suite| Some(suite.parent()?.to_owned()));
    let folder = folder.map(|folder| if folder.as_os_str().is_empty() { Path::new(".").to_owned() } else { folder });
    let _alone = folder.map(|folder| alone_in(&folder));
    let made = proposal(&args.report, accepted).map_err(|refused| match refused {
        Refused::Why(why) => refuse(why),
        Refused::Suite(problems) => suites::mistakes(&problems),
        Refused::Waivers(problems, why) => {
            suites::mistakes(&problems);
            refuse(why)
        }
    })?;
    let place = made.place.display();
    write_atomically(&made.place, &made.whole)
        .map_err(|cause| refuse(format!("{place} cannot be written: {cause}; check the folder's permissions")))?;
    let Acceptance { check, until, .. } = accepted;
    if args.json {
        let told =
            json!({ "file": place.to_string(), "check": check, "waived": made.summary, "until": until.to_string() });
        console::report(Format::Json, &format!("{told}\n"));
    } else {
        console::print(&format!("{place}: waived {} until {until}\n", made.summary));
    }
    Ok(PASSED)
}

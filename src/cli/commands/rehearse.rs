//! Runs `cutover rehearse`: fills scratch databases with a pack's own old and new tables, clean or with one defect.

use std::path::Path;

use clap::Args;

use super::super::args::value_parsers::pair;
use super::super::console;
use super::super::signal::unless_interrupted;
use crate::exit_code::{INTERRUPTED, PASSED};
use crate::model::{Side, plural};
use crate::rehearse;
use crate::rehearse::{Pack, RehearsalPlan};
use crate::report::visible;
use crate::source::SourceUrl;

/// `cutover rehearse`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RehearseArgs {
    /// A pack below checks/, or its folder
    #[arg(value_name = "PACK")]
    pack: String,
    /// Scratch databases, as old=URL and new=URL; they may be one
    #[arg(long, value_name = "SIDE=URL", value_parser = pair)]
    url: Vec<(String, String)>,
    /// About how many rows the main old table gets, such as 1e6; a pack adds what its checks need
    #[arg(long, value_name = "N", default_value = "2000", value_parser = count)]
    rows: u64,
    /// Plant one defect; --list names them
    #[arg(long, value_name = "NAME")]
    defect: Option<String>,
    /// Another seed gives other data of the same shape
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// List the defects and build nothing
    #[arg(long)]
    list: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover rehearse star_schema --list           the defects that can be planted
  cutover rehearse star_schema --url old=postgres://me@localhost/scratch --url new=postgres://me@localhost/scratch
  cutover rehearse langfuse --url old=clickhouse://me@localhost/a --url new=clickhouse://me@localhost/b --rows 1e6";

/// Fills the scratch databases and returns the exit code.
pub(crate) async fn rehearse(args: &RehearseArgs) -> Result<u8, u8> {
    rehearsed(args).await.map_err(|why| console::refuse("rehearse", &why))
}

async fn rehearsed(args: &RehearseArgs) -> Result<u8, String> {
    let pack = Pack::find(&args.pack).map_err(|error| error.to_string())?;
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
    let plan = RehearsalPlan { rows: args.rows, seed: args.seed, defect: args.defect.clone() };
    let built = rehearse::build(&pack, &old, &new, &plan);
    let Some(made) = unless_interrupted(built).await else {
        console::complain("interrupted: what was built so far is left in the scratch databases\n");
        return Ok(INTERRUPTED);
    };
    let made = made.map_err(|error| visible(&error.to_string()))?;
    for one in made {
        console::print(&format!("{} {}: {}\n", one.side, one.table, plural(one.rows, "row")));
    }
    let what = args.defect.as_ref().map_or("clean".to_owned(), |name| format!("with the defect {name}"));
    console::print(&format!(
        "\nBuilt, {what}. Next:\n  cutover run {} --source old={old} --source new={new}\nThe pack's README has the params that go with it; a masked password has to be given again.\n",
        pack.folder.display()
    ));
    Ok(PASSED)
}

fn url(args: &RehearseArgs, side: Side) -> Result<SourceUrl, String> {
    let given = args.url.iter().rev().find(|(name, _)| Side::named(name) == Some(side));
    let (_, text) = given.ok_or_else(|| format!("--url {side}=URL is missing; give a scratch database"))?;
    SourceUrl::parse(text, Path::new(".")).map_err(|error| format!("--url {side}: {error}"))
}

/// A count, also as people write large ones: `1e6`.
fn count(text: &str) -> Result<u64, String> {
    use bigdecimal::{BigDecimal, ToPrimitive};
    let number = crate::frame::exact::decimal(&text.replace('_', "")).ok();
    let whole = number.filter(BigDecimal::is_integer).and_then(|number| number.to_u64());
    whole.filter(|count| *count > 0).ok_or_else(|| "write a count such as 2000 or 1e6".to_owned())
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_may_have_exponents() {
        assert_eq!(count("1e6"), Ok(1_000_000));
        assert_eq!(count("20_000"), Ok(20_000));
        assert!(count("0").is_err() && count("1.5").is_err() && count("-1").is_err());
    }
}

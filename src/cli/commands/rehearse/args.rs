//! The arguments of `cutover rehearse`.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::Args;

use super::super::super::args::LookArgs;
use super::super::super::args::value_parsers::pair;

const AFTER_HELP: &str = "\
Examples:
  cutover rehearse star_schema --list           the defects that can be planted
  cutover rehearse star_schema --url old=postgres://me@localhost/scratch --url new=postgres://me@localhost/scratch
  cutover rehearse star_schema --url old=… --url new=… --prove     do its checks see each of its defects, and smaller losses?
  cutover rehearse langfuse --url old=clickhouse://me@localhost/a --url new=clickhouse://me@localhost/b --rows 1e6";

/// `cutover rehearse`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RehearseArgs {
    /// A pack below checks/, or its folder
    #[arg(value_name = "PACK")]
    pub(super) pack: String,
    /// Scratch databases, as old=URL and new=URL; they may be one
    #[arg(long, value_name = "SIDE=URL", value_parser = pair)]
    pub(super) url: Vec<(String, String)>,
    /// About how many rows the main old table gets, such as 1e6; a pack adds what its checks need
    /// [default: what the pack says, or 2000]
    #[arg(long, value_name = "N", value_parser = count)]
    pub(super) rows: Option<u64>,
    /// Plant one defect; --list names them. With --prove, repeatable, try these and no others
    #[arg(long, value_name = "NAME")]
    pub(super) defect: Vec<String>,
    /// Another seed gives other data of the same shape
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// List the defects and build nothing
    #[arg(long)]
    pub(super) list: bool,
    /// Put the pack's checks to the proof: on their answers, and on each of its defects, which is planted, looked at and taken
    /// away again
    #[arg(long, conflicts_with = "list")]
    pub(super) prove: bool,
    /// Print JSON to stdout: with --list the defects, with --prove the proof, whose schema is docs/proof.schema.json, else the
    /// tables that were built
    #[arg(long)]
    pub(super) json: bool,
    /// With --prove, write the proof as a page with a matrix of checks and mutants
    #[arg(long, value_name = "PATH", requires = "prove")]
    pub(super) html: Option<PathBuf>,
    /// With --prove, checks at once [default: one per core, at least 2]
    #[arg(long, value_name = "N", requires = "prove")]
    pub(super) jobs: Option<NonZeroU16>,
    #[command(flatten)]
    pub(super) look: LookArgs,
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

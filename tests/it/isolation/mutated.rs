//! Files that were damaged on their way: whatever is still read, the program ends as one of the four ways it may, within
//! its time, and without a word of a panic where damage is what was met.
//!
//! A few seconds each; `CUTOVER_FUZZ_SECONDS` goes on for longer, from `CUTOVER_FUZZ_SEED`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::cli::copy;

/// Numbers as they come from a seed: SplitMix64.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// A number below `end`, which is above 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    /// `bytes` with a few bits turned, ranges cut, repeated or moved, lengths made up, or an end that is missing.
    fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            if bytes.is_empty() {
                return bytes;
            }
            // What a file says of itself stands at its ends.
            let at = match self.below(3) {
                0 => self.below(bytes.len().min(128)),
                1 => bytes.len() - 1 - self.below(bytes.len().min(1024)),
                _ => self.below(bytes.len()),
            };
            let end = (at + 1 + self.below(64)).min(bytes.len());
            match self.below(7) {
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'\n', b'{'][self.below(8)],
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
                4 => {
                    let length = [u32::MAX, i32::MAX.unsigned_abs(), 0, 1 << 24][self.below(4)].to_le_bytes();
                    bytes.splice(at..(at + 4).min(bytes.len()), length);
                }
                5 => {
                    let from = self.below(bytes.len());
                    let other = bytes[from..(from + end - at).min(bytes.len())].to_vec();
                    bytes.splice(at..end, other);
                }
                _ => bytes.truncate(at),
            }
        }
        bytes
    }
}

/// Calls `one` with seeds: `few` of them, or as long as the environment says.
pub(super) fn rounds(few: u64, one: impl Fn(u64)) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let first = number("CUTOVER_FUZZ_SEED").unwrap_or(0);
    let long = number("CUTOVER_FUZZ_SECONDS").map(Duration::from_secs);
    let begun = Instant::now();
    for seed in first.. {
        if long.map_or(seed - first >= few, |long| begun.elapsed() >= long) {
            return;
        }
        one(seed);
    }
}

/// Longest that a run over a few rows may take, on a machine that does other things too.
const WHOLE: Duration = Duration::from_secs(60);

/// Runs `arguments` in `folder`, in as much address space as the largest length of 32 bits would not fit into.
fn ends_well(folder: &Path, arguments: &str, seed: u64) {
    let shell = format!("ulimit -c 0; ulimit -v {}; exec '{}' {arguments}", 6 << 20, env!("CARGO_BIN_EXE_cutover"));
    let begun = Instant::now();
    let mut command = Command::new("timeout");
    command.current_dir(folder).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE").env("POLARS_MAX_THREADS", "2");
    let output = command.args(["--signal=KILL", "60", "bash", "-c", &shell]).output().unwrap();
    let told = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    let told = format!("seed {seed}: cutover {arguments}: {}\n{told}", output.status);
    assert!(matches!(output.status.code(), Some(0..=2)) && begun.elapsed() < WHOLE, "{told}");
    assert!(!told.contains("panicked at") && !told.contains("RUST_BACKTRACE"), "{told}");
}

/// A suite over a folder of files, its report with differences, waivers and a history.
fn pair() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    for side in ["old", "new"] {
        std::fs::create_dir(folder.path().join(side)).unwrap();
    }
    let rows = |cost: &str| (0..40).map(|at| format!("{at},name {at},{cost}{at}\n")).collect::<String>();
    write("old/items.csv", &format!("id,name,cost\n{}", rows("0.1")));
    write("new/items.csv", &format!("id,name,cost\n{}", rows("0.2")));
    let lines = |v: u32| {
        (0..40).map(|at| format!("{{\"id\":{at},\"v\":{{\"a\":[1,{v},null]}},\"t\":\"x\"}}\n")).collect::<String>()
    };
    write("old/lines.ndjson", &lines(1));
    write("new/lines.ndjson", &lines(2));
    write(
        "waivers.toml",
        "[[waivers]]\ncheck = \"s.items\"\nkeys = [{ id = 3 }]\nwhy = \"known\"\nowner = \"ann\"\nuntil = 2100-01-01\n",
    );
    let check = |name: &str, columns: &str| {
        format!(
            "[checks.{name}]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT {columns} FROM {name}\"\nnew = \"SELECT {columns} FROM {name}\"\n"
        )
    };
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"old\"\n[sources.new]\nurl = \"new\"\n{}{}",
        check("items", "*"),
        check("lines", "id, t")
    );
    write("suite.toml", &suite);
    for command in [
        "run suite.toml --report json=report.json --history runs.sqlite",
        "run suite.toml --report json=other.json --history runs.sqlite",
    ] {
        let shell = format!("'{}' {command} >/dev/null 2>&1", env!("CARGO_BIN_EXE_cutover"));
        let status = Command::new("bash").current_dir(folder.path()).args(["-c", &shell]).status().unwrap();
        assert_eq!(status.code(), Some(1), "{command}");
    }
    folder
}

/// Damages `file` of a fresh copy each time and runs each of `commands`.
fn damage(file: &str, few: u64, commands: &[&str]) {
    let whole = pair();
    let bytes = std::fs::read(whole.path().join(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"));
    rounds(few, |seed| {
        let folder = copy(whole.path());
        std::fs::write(folder.path().join(file), Chance::new(seed).damaged(&bytes)).unwrap();
        for command in commands {
            ends_well(folder.path(), command, seed);
        }
    });
}

const RUN: &str = "run suite.toml --no-history --timeout 20s --report json=again.json";

/// Catches a reader that takes what it reads at its word.
#[test]
fn damaged_suites_and_waivers_end_in_an_error() {
    damage("suite.toml", 10, &["validate suite.toml", RUN]);
    damage("waivers.toml", 10, &[RUN]);
}

#[test]
fn damaged_reports_end_in_an_error() {
    let waive = "waive report.json --check s.items --until 2100-01-01 --why w --owner o";
    let readers = [
        "rerun report.json --report json=again.json",
        waive,
        "run suite.toml --no-history --report json=again.json --baseline report.json",
    ];
    damage("report.json", 5, &readers);
    damage("differences.parquet", 15, &readers);
}

#[test]
fn damaged_histories_end_in_an_error() {
    let record = "run suite.toml --report json=again.json --history runs.sqlite";
    damage(
        "runs.sqlite",
        8,
        &["history --history runs.sqlite", "history compare last~1 last --history runs.sqlite", record],
    );
}

#[test]
fn damaged_text_files_end_in_a_verdict_or_an_error() {
    damage("old/items.csv", 8, &[RUN]);
    damage("old/lines.ndjson", 8, &[RUN]);
}

/// Catches a length that a Parquet file or a database makes up, and a panic of their readers that goes through.
#[test]
fn damaged_parquet_and_sqlite_files_end_in_a_verdict_or_an_error() {
    let whole = tempfile::tempdir().unwrap();
    assert_eq!(
        {
            let mut demo = Command::new(env!("CARGO_BIN_EXE_cutover"));
            demo.current_dir(whole.path()).args(["demo", "--quiet", "--clean"]).output().unwrap().status.code()
        },
        Some(0)
    );
    let demo = whole.path().join("cutover-demo");
    let files = walkdir::WalkDir::new(&demo).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "parquet" || end == "db" || end == "sqlite"))
        .collect();
    assert!(files.len() > 1, "{files:?}");
    rounds(10, |seed| {
        let file = &files[usize::try_from(seed).unwrap() % files.len()];
        let bytes = std::fs::read(file).unwrap();
        std::fs::write(file, Chance::new(seed).damaged(&bytes)).unwrap();
        ends_well(&demo, "run . --no-history --timeout 20s --report json=again.json", seed);
        std::fs::write(file, bytes).unwrap();
    });
}

//! Row diffs of generated pairs through the built program, on every engine and by every plan, against a comparison as
//! plain as can be, written only for this test.
//!
//! A value lost or merged on its way, a plan that judges otherwise, or a batch left out shows as another count.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value as Json;

use crate::contract::duckdb::make;
use crate::support::{duckdb_driver, engine_url};

/// Pairs per engine and plan.
const PAIRS: u64 = 300;

/// Splitmix64 (Steele, Lea, Flood 2014): the same pairs in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// A row; NULL is `None`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    number: Option<i64>,
    word: Option<&'static str>,
    text: Option<&'static str>,
    amount: Option<i64>,
    /// Halves, so that every engine writes the same float.
    halves: Option<i64>,
    day: Option<u64>,
    /// Microseconds after noon.
    moment: Option<u64>,
    flag: Option<bool>,
}

/// Words that a careless separator, collation, trim or cast would merge.
const WORDS: [Option<&str>; 12] = [
    None,
    Some(""),
    Some(" "),
    Some("a"),
    Some("A"),
    Some("a "),
    Some("a,b"),
    Some("a|b"),
    Some("1:a,"),
    Some("ä"),
    Some("NULL"),
    Some("ss"),
];

fn row(random: &mut Random) -> Row {
    let below = |random: &mut Random, bound| i64::try_from(random.below(bound)).unwrap();
    let some = |random: &mut Random, value: i64| (random.below(8) > 0).then_some(value);
    let number = below(random, 6) - 1;
    let amount = below(random, 5) * 10 - 10;
    let halves = below(random, 4) - 1;
    let day = random.below(3);
    let moment = random.pick(&[0, 1, 999_999, 1_000_000]);
    let flag = random.below(2) == 0;
    Row {
        number: some(random, number),
        word: random.pick(&WORDS),
        text: random.pick(&WORDS),
        amount: some(random, amount),
        halves: some(random, halves),
        day: (random.below(8) > 0).then_some(day),
        moment: (random.below(8) > 0).then_some(moment),
        flag: (random.below(8) > 0).then_some(flag),
    }
}

/// Old, and new made of it by a few changes, or of other rows altogether.
fn pair(seed: u64) -> (Vec<Row>, Vec<Row>) {
    let mut random = Random(seed);
    let rows = 1 + random.below(12);
    let old: Vec<Row> = (0..rows).map(|_| row(&mut random)).collect();
    let mut new = match random.below(4) {
        0 => (0..=random.below(12)).map(|_| row(&mut random)).collect(),
        _ => old.clone(),
    };
    for _ in 0..random.below(4) {
        let at = usize::try_from(random.below(new.len() as u64)).unwrap();
        let other = row(&mut random);
        match random.below(7) {
            0 => new.push(other),
            1 if new.len() > 1 => drop(new.remove(at)),
            2 => new[at].text = other.text,
            3 => new[at].amount = other.amount,
            4 => new[at].moment = other.moment,
            5 => new[at].flag = other.flag,
            _ => new[at].halves = other.halves,
        }
    }
    new.reverse();
    (old, new)
}

type Counts = BTreeMap<&'static str, u64>;

/// Rows under one key: identical ones pair first; one row left on each side is changed; of a key that stands more
/// than once, what is left over is missing or extra.
fn naive(old: &[Row], new: &[Row]) -> Counts {
    let key = |row: &Row| (row.number, row.word);
    let mut keys: Vec<_> = old.iter().chain(new).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut counts: Counts = ["equal", "missing", "extra", "changed", "duplicate"].map(|name| (name, 0)).into();
    let mut add = |name: &'static str, more: usize| *counts.get_mut(name).unwrap() += more as u64;
    for one in keys {
        let mut these: Vec<&Row> = old.iter().filter(|row| key(row) == one).collect();
        let mut those: Vec<&Row> = new.iter().filter(|row| key(row) == one).collect();
        let twice = these.len() > 1 || those.len() > 1;
        add("duplicate", usize::from(twice));
        these.retain(|row| match those.iter().position(|other| other == row) {
            Some(at) => {
                those.remove(at);
                add("equal", 1);
                false
            }
            None => true,
        });
        if !twice && these.len() == 1 && those.len() == 1 {
            add("changed", 1);
        } else {
            add("missing", these.len());
            add("extra", those.len());
        }
    }
    counts
}

/// How an engine writes rows as a query.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    Sqlite,
    Postgres,
    MySql,
    ClickHouse,
    DuckDb,
}

impl Dialect {
    fn query(self, rows: &[Row], is_new: bool) -> String {
        let mut sql = String::new();
        if self == Dialect::ClickHouse {
            // Where new has no NULL its columns cannot have any, and its words are stored otherwise.
            let null = |is_null: fn(&Row) -> bool| !is_new || rows.iter().any(is_null);
            let number = if null(|row| row.number.is_none()) { "Nullable(Int64)" } else { "Int64" };
            let word = match (is_new, null(|row| row.word.is_none())) {
                (true, true) => "LowCardinality(Nullable(String))",
                (true, false) => "LowCardinality(String)",
                _ => "Nullable(String)",
            };
            let ratio = if null(|row| row.halves.is_none()) { "Nullable(Float64)" } else { "Float64" };
            let flag = if null(|row| row.flag.is_none()) { "Nullable(Bool)" } else { "Bool" };
            let _ = write!(
                sql,
                "SELECT * FROM values('number {number}, word {word}, text Nullable(String), \
                 amount Nullable(Decimal(18, 2)), ratio {ratio}, day Nullable(Date32), \
                 moment Nullable(DateTime64(6, \\'UTC\\')), flag {flag}', "
            );
            let rows: Vec<String> =
                rows.iter().map(|row| format!("({})", self.cells(row, is_new).join(", "))).collect();
            return sql + &rows.join(", ") + ")";
        }
        for (at, row) in rows.iter().enumerate() {
            let names = ["number", "word", "text", "amount", "ratio", "day", "moment", "flag"];
            let cells: Vec<String> =
                self.cells(row, is_new).iter().zip(names).map(|(cell, name)| format!("{cell} AS {name}")).collect();
            let union = if at == 0 { "" } else { "\nUNION ALL " };
            let _ = write!(sql, "{union}SELECT {}", cells.join(", "));
        }
        sql
    }

    fn cells(self, row: &Row, is_new: bool) -> [String; 8] {
        let null = || "NULL".to_owned();
        let text = |value: Option<&str>| value.map_or_else(null, |text| format!("'{text}'"));
        let cast = |value: String, of: &str| format!("CAST({value} AS {of})");
        let number = row.number.map_or_else(null, |n| n.to_string());
        let (word, free) = (text(row.word), text(row.text));
        let amount = row.amount.map_or_else(null, |cents| format!("{:.2}", cents as f64 / 100.0));
        let ratio = row.halves.map_or_else(null, |halves| format!("{:.1}", halves as f64 / 2.0));
        let day = row.day.map_or_else(null, |day| format!("'2026-01-0{}'", day + 1));
        let moment = row.moment.map_or_else(null, |micros| {
            format!("'2026-03-29 12:00:{:02}.{:06}'", micros / 1_000_000, micros % 1_000_000)
        });
        let flag = row.flag.map_or_else(null, |flag| u8::from(flag).to_string());
        let truth = row.flag.map_or_else(null, |flag| flag.to_string());
        // A collation decides what a server calls equal, and must not decide what cutover does.
        let collated = |word: String, collation: &str| format!("{word} COLLATE {collation}");
        match self {
            Dialect::ClickHouse => {
                let amount = row.amount.map_or_else(null, |_| format!("toDecimal64('{amount}', 2)"));
                [number, word, free, amount, ratio, day, moment, truth]
            }
            // SQLite has no decimals: an amount is an integer of cents.
            Dialect::Sqlite => {
                let amount = row.amount.map_or_else(null, |cents| cents.to_string());
                [number, word, free, amount, ratio, day, moment, flag]
            }
            Dialect::Postgres => [
                cast(number, "bigint"),
                collated(cast(word, "text"), if is_new { "\"C\"" } else { "\"und-x-icu\"" }),
                cast(free, "text"),
                cast(amount, "numeric(10, 2)"),
                cast(ratio, "float8"),
                cast(day, "date"),
                cast(moment, if is_new { "timestamptz(6)" } else { "timestamptz" }),
                cast(truth, "bool"),
            ],
            Dialect::DuckDb => [
                cast(number, "BIGINT"),
                cast(word, "VARCHAR"),
                cast(free, "VARCHAR"),
                cast(amount, "DECIMAL(10, 2)"),
                cast(ratio, "DOUBLE"),
                cast(day, "DATE"),
                cast(moment, "TIMESTAMP"),
                cast(truth, "BOOLEAN"),
            ],
            Dialect::MySql => [
                cast(number, "SIGNED"),
                collated(cast(word, "CHAR"), if is_new { "utf8mb4_bin" } else { "utf8mb4_general_ci" }),
                cast(free, "CHAR"),
                cast(amount, "DECIMAL(10, 2)"),
                cast(ratio, "DOUBLE"),
                cast(day, "DATE"),
                cast(moment, "DATETIME(6)"),
                flag,
            ],
        }
    }
}

/// A side: its URL and how it writes rows.
type SideOf = (String, Dialect);

/// Runs every pair as a check of one suite and holds the counts against the naive ones.
fn agree(old: &SideOf, new: &SideOf, arguments: &[&str], plan: impl Fn(&Json, bool)) {
    let folder = tempfile::tempdir().unwrap();
    let mut suite =
        String::from("name = \"pairs\"\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n");
    for seed in 0..PAIRS {
        let (these, those) = pair(seed);
        let _ = write!(
            suite,
            "[checks.p{seed}]\nkind = \"rows\"\nkey = [\"number\", \"word\"]\nold = '''{}'''\nnew = '''{}'''\n",
            old.1.query(&these, false),
            new.1.query(&those, true)
        );
    }
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("OLD", &old.0)
        .env("NEW", &new.0)
        .env("CUTOVER_DUCKDB_DRIVER", duckdb_driver())
        .args(["run", "suite.toml", "--quiet", "--report", "json=report.json", "--jobs", "4"])
        .args(arguments)
        .output()
        .unwrap();
    let report = std::fs::read_to_string(folder.path().join("report.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let report: Json = serde_json::from_str(&report).unwrap();
    let mut differing = 0;
    for seed in 0..PAIRS {
        let (these, those) = pair(seed);
        let check = &report["checks"][usize::try_from(seed).unwrap()];
        let expected = naive(&these, &those);
        let found: Counts = expected
            .keys()
            .map(|name| {
                let count = check["rows"][*name].as_str();
                (*name, count.unwrap_or_else(|| panic!("pair {seed}: {check:#}")).parse().unwrap())
            })
            .collect();
        assert_eq!(found, expected, "pair {seed}\nold {these:#?}\nnew {those:#?}");
        let differs = expected.iter().any(|(name, count)| *name != "equal" && *count > 0);
        assert_eq!(check["status"], if differs { "fail" } else { "pass" }, "pair {seed}: {check:#}");
        plan(check, differs);
        differing += u64::from(differs);
    }
    assert!((PAIRS / 10..PAIRS * 19 / 20).contains(&differing), "{differing} of {PAIRS} pairs differ");
    assert_eq!(output.status.code(), Some(1));
}

fn streamed(check: &Json, _differs: bool) {
    assert_eq!(check["plan"]["name"], "stream", "{check:#}");
}

fn postgres() -> SideOf {
    (engine_url("CUTOVER_TEST_POSTGRES_URL"), Dialect::Postgres)
}

fn clickhouse() -> SideOf {
    (engine_url("CUTOVER_TEST_CLICKHOUSE_URL"), Dialect::ClickHouse)
}

#[test]
fn sqlite_agrees_with_a_plain_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    std::fs::write(&path, "").unwrap();
    let side = (format!("sqlite:{}", path.display()), Dialect::Sqlite);
    agree(&side, &side, &[], streamed);
}

#[test]
fn postgres_agrees_with_a_plain_comparison() {
    agree(&postgres(), &postgres(), &[], streamed);
}

/// Catches a bucket that PostgreSQL or DuckDB calls equal while its rows are not, and sums that never were asked for, of one
/// source on both sides and of two.
#[test]
fn sums_of_an_engine_agree_with_a_plain_comparison() {
    let summed = |hash: &'static str| {
        move |check: &Json, _: bool| {
            let plan = &check["plan"];
            assert_eq!((&plan["name"], &plan["hash"]), (&"checksums".into(), &hash.into()), "{check:#}");
        }
    };
    let (url, dialect) = postgres();
    for other in [url.clone(), format!("{url}?application_name=other")] {
        agree(&(url.clone(), dialect), &(other, dialect), &["--plan", "server"], summed("hash_record_extended"));
    }
    let folder = tempfile::tempdir().unwrap();
    let duckdb = ["a", "b"].map(|name| {
        let path = folder.path().join(name);
        make(&path, &["SELECT 1"]);
        (format!("adbc:duckdb:{}", path.display()), Dialect::DuckDb)
    });
    for other in &duckdb {
        agree(&duckdb[0], other, &["--plan", "server"], summed("md5"));
    }
    agree(&duckdb[0], &duckdb[1], &["--plan", "stream"], streamed);
}

#[test]
fn mysql_agrees_with_a_plain_comparison() {
    let side = (engine_url("CUTOVER_TEST_MYSQL_URL"), Dialect::MySql);
    agree(&side, &side, &[], streamed);
}

#[test]
fn clickhouse_agrees_with_a_plain_comparison_when_its_rows_are_read() {
    agree(&clickhouse(), &clickhouse(), &["--plan", "stream"], streamed);
}

/// Catches a server that calls two rows equal which are not, and a plan that never was used.
#[test]
fn clickhouse_agrees_with_a_plain_comparison_when_it_compares() {
    for (hash, name) in [("fast", "cityHash64"), ("strong", "sipHash128")] {
        agree(&clickhouse(), &clickhouse(), &["--plan", "server", "--hash", hash], |check, _| {
            assert_eq!((&check["plan"]["name"], &check["plan"]["hash"]), (&"server".into(), &name.into()), "{check:#}");
        });
    }
}

/// Catches a bucket that is called equal while its rows are not, and sums that never were asked for: two sources of one server
/// are two servers to cutover.
#[test]
fn two_clickhouse_servers_agree_with_a_plain_comparison_by_their_sums() {
    let (old, dialect) = clickhouse();
    let other = old.replace("/default", "/system");
    assert_ne!(old, other);
    for (hash, name) in [("fast", "cityHash64"), ("strong", "sipHash128")] {
        agree(&(old.clone(), dialect), &(other.clone(), dialect), &["--plan", "server", "--hash", hash], |check, _| {
            let plan = &check["plan"];
            assert_eq!((&plan["name"], &plan["hash"]), (&"checksums".into(), &name.into()), "{check:#}");
            assert!(plan["buckets"]["asked"].is_string(), "{check:#}");
        });
    }
}

/// Catches a second question that leaves out rows, or counts some twice: so many rows are in buckets that differ that those
/// are asked about again.
#[test]
fn finer_buckets_come_to_the_same_counts() {
    let folder = tempfile::tempdir().unwrap();
    let suite = "name = \"finer\"\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n[checks.rows]\n\
         kind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT number AS id, toString(number) AS v FROM numbers(1500000)\"\n\
         new = \"SELECT number AS id, if(number % 300 = 7, 'x', toString(number)) AS v FROM numbers(5, 1500000)\"\n";
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let old = clickhouse().0;
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("NEW", old.replace("/default", "/system"))
        .env("OLD", old)
        .args(["run", "suite.toml", "--quiet", "--no-history", "--report", "json=report.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Json =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    let check = &report["checks"][0];
    assert_eq!(check["plan"]["name"], "checksums", "{check:#}");
    let count = |at: &str| check.pointer(at).and_then(Json::as_str).unwrap().parse::<u64>().unwrap();
    let counts = ["/rows/old", "/rows/new", "/rows/missing", "/rows/extra", "/rows/changed", "/rows/equal"].map(count);
    assert_eq!(counts, [1_500_000, 1_500_000, 5, 5, 5_000, 1_494_995], "{check:#}");
    // Some rows share a bucket with one that differs: far fewer than share one of the first question.
    assert!(count("/plan/buckets/asked") > 1 << 16, "{check:#}");
    assert!((10_010..20_000).contains(&count("/plan/read_again")), "{check:#}");
}

/// Catches a largest delta that depends on who found the rows that differ: of integers, decimals, floats within and beyond a
/// tolerance, in both directions, beside rows that are missing, stand more than once, or differ by NULL.
#[test]
fn the_largest_delta_is_the_same_by_every_plan() {
    let rows = |changed: &str, end: &str| {
        let cases = [
            "toInt64(number) AS id",
            "toInt64(number * 10 - if({} AND number = 7, 12, 0) + if({} AND number = 90, 5, 0)) AS whole",
            "toInt256(number) + if({} AND number = 40, toInt256('170141183460469231731687303715884105728'), 0) AS wide",
            "toDecimal128(number, 12) + if({} AND number = 11, toDecimal128('0.000000000003', 12), 0) AS money",
            "if({} AND number = 12, NULL, toNullable(toInt64(number))) AS perhaps",
            "toFloat64(number) + if({} AND number IN (3, 60), number / 4, 0) AS loose",
        ];
        format!("SELECT {} FROM numbers(if({{}}, 99, 100)) {end}", cases.join(", ")).replace("{}", changed)
    };
    let twice = |changed: &str| format!("{} UNION ALL {}", rows(changed, ""), rows(changed, "WHERE number = 7"));
    let mut text =
        String::from("name = \"deltas\"\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n");
    for (name, old, new) in [("plain", rows("0", ""), rows("1", "")), ("twice", twice("0"), twice("1"))] {
        let _ = write!(
            text,
            "[checks.{name}]\nkind = \"rows\"\nkey = [\"id\"]\nold = '''{old}'''\nnew = '''{new}'''\n\
             columns.loose = {{ absolute = \"1\" }}\n"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("suite.toml"), text).unwrap();
    let found = ["stream", "server", "checksums"].map(|name| {
        let (old, plan) = (clickhouse().0, if name == "checksums" { "server" } else { name });
        let new = if name == "checksums" { old.replace("/default", "/system") } else { old.clone() };
        let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .current_dir(folder.path())
            .env("OLD", old)
            .env("NEW", new)
            .args(["run", "suite.toml", "--quiet", "--no-history", "--plan", plan, "--report", "json=report.json"])
            .output()
            .unwrap();
        let report = std::fs::read_to_string(folder.path().join("report.json"))
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let report: Json = serde_json::from_str(&report).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        checks.iter().for_each(|check| assert_eq!(check["plan"]["name"], name, "{check:#}"));
        checks.iter().map(|check| (check["rows"].clone(), check["columns"].clone())).collect::<Vec<_>>()
    });
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
    let text = |value: &Json| value.as_str().unwrap_or("none").to_owned();
    let deltas: Vec<(String, String)> = found[1][0]
        .1
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (text(&column["name"]), text(&column["max_delta"])))
        .collect();
    let expected = [
        ("whole", "12"),
        ("wide", "170141183460469231731687303715884105728"),
        ("money", "0.000000000003"),
        ("perhaps", "0"),
        ("loose", "15"),
    ];
    assert_eq!(deltas, expected.map(|(name, delta)| (name.to_owned(), delta.to_owned())), "{:#?}", found[1]);
    assert_eq!(found[1][0].0["missing"], "1");
    assert_eq!(found[1][1].0["duplicate"], "1");
}

/// Catches rows judged that are not those the server compared: here they differ with every reading.
#[test]
fn rows_that_change_after_the_server_compared_them_are_all_read() {
    let folder = tempfile::tempdir().unwrap();
    let moving = "SELECT number AS id, if(number < 50, rand64(), 0) AS v FROM numbers(200)";
    let suite = format!(
        "name = \"moving\"\n[sources.old]\nurl = \"${{OLD}}\"\n[sources.new]\nurl = \"${{OLD}}\"\n\
         [checks.rows]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{moving}\"\nnew = \"{moving}\"\n"
    );
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("OLD", clickhouse().0)
        .args(["run", "suite.toml", "--quiet", "--report", "json=report.json"])
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    let report: Json =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    let check = &report["checks"][0];
    assert_eq!(check["plan"]["name"], "stream", "{check:#}");
    assert_eq!((check["rows"]["equal"].as_str(), check["rows"]["changed"].as_str()), (Some("150"), Some("50")));
}

#[test]
fn postgres_against_clickhouse_agrees_with_a_plain_comparison() {
    agree(&postgres(), &clickhouse(), &[], streamed);
}

/// Catches a verdict that hangs on where partitions are cut.
#[test]
fn little_memory_changes_no_verdict() {
    agree(&postgres(), &clickhouse(), &["--memory", "1MiB", "--copies", "0"], streamed);
}

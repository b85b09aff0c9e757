//! Waivers through the built program: what they cover, what they do not, and every way to get the file wrong.

mod baseline;
mod by_design;
mod changed;
mod counted;
mod expected;
mod further;
mod generated;
mod mistakes;
mod pinned;

use std::path::Path;

use chrono::{Days, NaiveDate, Utc};
use serde_json::Value;

use crate::cli::{cutover, report};

/// A suite over CSV files: row diffs, counts per key, numbers without a key, tags, percentiles and an invariant.
pub(crate) const SUITE: &str = r#"
name = "shop"

[sources.old]
url = "old"
types = { "items.id" = "integer", "items.cost" = "decimal(9,2)", "sums.total" = "integer", "sums.fees" = "integer", "raw.ms" = "integer" }

[sources.new]
url = "new"
types = { "items.id" = "integer", "items.cost" = "decimal(9,2)", "sums.total" = "integer", "sums.fees" = "integer", "raw.ms" = "integer" }

[checks.items]
kind = "rows"
key = "id"
old = "SELECT * FROM items"
new = "SELECT * FROM items"

[checks.totals]
kind = "sum"
old = "SELECT * FROM sums"
new = "SELECT * FROM sums"

[checks.tags]
kind = "tag_dedup"
key = "id"
old = "SELECT id, name FROM items"
new = "SELECT id, name FROM items"

[checks.latency]
kind = "percentile"
key = "model"
value = "ms"
quantiles = { p50 = 0.5, p95 = 0.95 }
relative = 0.01
min_rows = 1
old = "SELECT * FROM raw"
new = "SELECT * FROM raw"

[checks.cheap]
kind = "invariant"
key = "id"
new = "SELECT id, cost FROM items WHERE cost > 100"
"#;

const OLD_ITEMS: &str = "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,d,0.40\n5,e,0.50\n";
const SUMS: &str = "total,fees\n100,10\n";
const RAW: &str = "model,ms\nx,10\nx,20\ny,30\n";

/// Two sides in which nothing differs, and the suite.
pub(crate) fn pair() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for side in ["old", "new"] {
        write(folder.path(), &format!("{side}/items.csv"), OLD_ITEMS);
        write(folder.path(), &format!("{side}/sums.csv"), SUMS);
        write(folder.path(), &format!("{side}/raw.csv"), RAW);
    }
    write(folder.path(), "suite.toml", SUITE);
    folder
}

/// Writes a file and the folders above it.
pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// How many waivers stand in the file of `folder`.
pub(crate) fn waivers_of(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("waivers.toml")).unwrap().matches("[[waivers]]").count()
}

/// Today, UTC.
pub(crate) fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// A waiver with everything that is required, holding until `until`.
pub(crate) fn waiver(check: &str, limits: &str, until: NaiveDate) -> String {
    format!(
        "[[waivers]]\ncheck = \"{check}\"\n{limits}\nwhy = \"known loss\"\nowner = \"data team\"\nuntil = {until}\n\n"
    )
}

/// What a run came to.
pub(crate) struct Ran {
    pub code: i32,
    pub shown: String,
    pub report: Value,
}

/// Runs the program with a JSON report, judged by its schema.
pub(crate) fn run(folder: &Path, args: &[&str]) -> Ran {
    run_with(folder, args, &[])
}

/// Does what [`run`] does, with variables of the environment.
pub(crate) fn run_with(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let _ = std::fs::remove_file(folder.join("out.json"));
    let mut command = cutover(folder);
    command.args(args).args(["--report", "json=out.json"]).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    Ran { code: output.status.code().unwrap(), shown, report: report(folder).unwrap_or_default() }
}

/// The report of one check.
pub(crate) fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()
}

/// Runs the suite of [`pair`] with `items` as new's rows and `waivers`, only the check `id`.
fn judged(items: &str, waivers: &str, id: &str) -> Ran {
    let folder = pair();
    write(folder.path(), "new/items.csv", items);
    write(folder.path(), "waivers.toml", waivers);
    run(folder.path(), &["run", "suite.toml", "--only", id])
}

fn later() -> NaiveDate {
    today() + Days::new(30)
}

/// Rows 2 and 3 are lost, and 4 has another price.
const LOSSES: &str = "id,name,cost\n1,a,0.10\n4,d,0.41\n5,e,0.50\n";

/// Catches waived differences that fail, and ones that vanish from the report.
#[test]
fn what_is_waived_passes_and_is_shown() {
    let ran = judged(LOSSES, &waiver("shop.items", "any_value = true", later()), "shop.items");
    assert_eq!(ran.code, 0, "{}", ran.shown);
    let told = format!("(3 waived at any value until {}, data team)", later());
    assert!(ran.shown.contains(&told) && ran.shown.contains("known loss"), "{}", ran.shown);
    assert!(!ran.shown.contains("tell the same story"), "{}", ran.shown);
    let items = check(&ran.report, "shop.items");
    assert_eq!((&items["status"], &items["rows"]["missing"]), (&"pass".into(), &"2".into()));
    let waived = &items["waived"][0];
    assert_eq!(waived["counts"], serde_json::json!({ "changed": "1", "missing": "2" }));
    assert_eq!((&waived["place"], &waived["expired"]), (&"waivers.toml:2".into(), &false.into()));
    assert_eq!(items["examples"].as_array().unwrap().len(), 3);
}

/// Catches a waiver whose limit is taken for a licence: by number, by key, by column, by kind of difference.
#[test]
fn a_difference_beyond_the_waiver_fails() {
    let exactly = [
        "at_most = 3",
        "keys = [{ id = 2 }, { id = \"3\" }, { id = 4 }]\nany_value = true",
        "keys = [{ id = 2 }, { id = 3 }, { id = 4 }]\nper_key = 1",
        "keys = [{ id = 2 }, { id = 3 }, { id = 4 }]\ndifferences = [\"missing\", \"changed\"]\nany_value = true",
    ];
    for limits in exactly {
        let ran = judged(LOSSES, &waiver("shop.items", limits, later()), "shop.items");
        assert_eq!(ran.code, 0, "{limits}: {}", ran.shown);
    }
    let beyond = [
        ("at_most = 2", "1"),
        ("keys = [{ id = 2 }, { id = 3 }]\nany_value = true", "1"),
        ("keys = [{ id = 2 }, { id = 4 }]\nany_value = true", "1"),
        ("columns = [\"cost\"]\nany_value = true", "2"),
        ("differences = [\"missing\"]\nany_value = true", "1"),
        ("differences = [\"changed\"]\ncolumns = \"name\"\nany_value = true", "3"),
        ("keys = [{ id = 2 }, { id = 3 }, { id = 4 }]\ndifferences = [\"extra\"]\nany_value = true", "3"),
    ];
    for (limits, left) in beyond {
        let ran = judged(LOSSES, &waiver("shop.items", limits, later()), "shop.items");
        assert_eq!(ran.code, 1, "{limits}: {}", ran.shown);
        let items = check(&ran.report, "shop.items");
        let waived: u64 = tally(&items["waived"][0]["counts"]);
        assert_eq!(3 - waived, left.parse::<u64>().unwrap(), "{limits}: {items:#}");
        if waived > 0 && limits != "at_most = 2" {
            let shown = items["examples"].as_array().unwrap();
            assert_eq!(shown.len().to_string(), left, "only what is open is shown: {limits}: {items:#}");
        }
    }
}

fn tally(counts: &Value) -> u64 {
    let counts = counts.as_object().map(|counts| counts.values().cloned().collect::<Vec<_>>()).unwrap_or_default();
    counts.iter().map(|count| count.as_str().unwrap().parse::<u64>().unwrap()).sum()
}

/// Catches another column of a waived row that passes with it, and two waivers that do not add up.
#[test]
fn another_column_of_the_same_row_fails() {
    let two = "id,name,cost\n1,a,0.10\n2,b,0.21\n3,c,0.30\n4,x,0.41\n5,e,0.50\n";
    let cost = waiver("shop.items", "columns = [\"cost\"]\nany_value = true", later());
    let ran = judged(two, &cost, "shop.items");
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert_eq!(check(&ran.report, "shop.items")["waived"][0]["counts"]["changed"], "1");
    let name = waiver("shop.items", "columns = [\"name\"]\nkeys = [{ id = 4 }]\nany_value = true", later());
    let ran = judged(two, &(cost + &name), "shop.items");
    assert_eq!(ran.code, 0, "{}", ran.shown);
    let waived = &check(&ran.report, "shop.items")["waived"];
    assert_eq!((&waived[0]["counts"]["changed"], &waived[1]["shared"]), (&"2".into(), &"1".into()), "{waived:#}");
}

/// Catches a waiver that decides on what is listed instead of on what differs.
#[test]
fn waivers_decide_on_all_differences_whatever_is_listed() {
    let rows = |skip: &dyn Fn(usize) -> bool| {
        let rows = (0..500).filter(|id| !skip(*id)).map(|id| format!("{id},n{id},0.10\n"));
        format!("id,name,cost\n{}", rows.collect::<String>())
    };
    let keys = |n: usize| (0..n).map(|id| format!("{{ id = {id} }}")).collect::<Vec<_>>().join(", ");
    for (waived, code) in [(200, 0), (199, 1)] {
        let folder = pair();
        write(folder.path(), "old/items.csv", &rows(&|_| false));
        write(folder.path(), "new/items.csv", &rows(&|id| id < 200));
        let all = ["items", "tags"]
            .map(|check| waiver(&format!("shop.{check}"), &format!("keys = [{}]", keys(waived)), later()));
        write(folder.path(), "waivers.toml", &all.concat());
        let args = ["run", "suite.toml", "--only", "shop.items", "--only", "shop.tags", "--examples", "2"];
        // The limit of the file of differences must not be one of the waivers.
        let ran = run(folder.path(), &[&args[..], &["--max-differences", "3"]].concat());
        assert_eq!(ran.code, code, "{waived}: {}", ran.shown);
        let missing = check(&ran.report, "shop.items");
        assert_eq!(missing["waived"][0]["counts"]["missing"], waived.to_string());
        assert_eq!(check(&ran.report, "shop.tags")["waived"][0]["counts"]["lost"], waived.to_string());
        if code == 1 {
            assert_eq!(missing["examples"][0]["key"]["id"], "199", "the one that is open comes first");
        }
    }
}

/// Catches an end that is off by a day, and an expired waiver that still covers or that fails by itself.
#[test]
fn the_last_day_is_inclusive_and_then_differences_count_again() {
    let yesterday = today() - Days::new(1);
    for (until, code) in [(today(), 0), (yesterday, 1)] {
        let ran = judged(LOSSES, &waiver("shop.items", "any_value = true", until), "shop.items");
        assert_eq!(ran.code, code, "{until}: {}", ran.shown);
    }
    let ran = judged(LOSSES, &waiver("shop.items", "any_value = true", yesterday), "shop.items");
    let items = check(&ran.report, "shop.items");
    assert_eq!((&items["waived"][0]["expired"], &items["waived"][0]["counts"]["missing"]), (&true.into(), &"2".into()));
    assert!(ran.shown.contains("count again"), "{}", ran.shown);
    let ran = judged(OLD_ITEMS, &waiver("shop.items", "any_value = true", yesterday), "shop.items");
    assert_eq!(ran.code, 0, "{}", ran.shown);
    assert!(ran.shown.contains("waiver is over, and nothing of it is left"), "{}", ran.shown);
    assert!(check(&ran.report, "shop.items").get("warnings").is_none(), "only a note");
}

/// Catches a waiver that outlives its difference in silence, and a warning about one that could not be put to the test.
#[test]
fn a_waiver_that_covers_nothing_is_a_warning() {
    let ran = judged(OLD_ITEMS, &waiver("shop.items", "keys = [{ id = 2 }]", later()), "shop.items");
    assert_eq!(ran.code, 0, "{}", ran.shown);
    let warning = &check(&ran.report, "shop.items")["warnings"][0];
    assert_eq!(warning["code"], "unused_waiver");
    assert!(ran.shown.contains("waivers.toml:2 (data team) covers nothing"), "{}", ran.shown);
    let folder = pair();
    std::fs::remove_file(folder.path().join("new/items.csv")).unwrap();
    write(folder.path(), "waivers.toml", &waiver("shop.items", "any_value = true", later()));
    let ran = run(folder.path(), &["run", "suite.toml", "--only", "shop.items"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.shown.contains("unused_waiver"), "{}", ran.shown);
}

/// Catches a kind of check whose differences are not put to its waivers.
#[test]
fn every_kind_can_be_waived_and_fails_beyond() {
    let cases = [
        (
            "totals",
            "new/sums.csv",
            "total,fees\n101,11\n",
            "columns = [\"total\", \"fees\"]\nany_value = true",
            "columns = [\"total\"]\nany_value = true",
        ),
        ("totals", "new/sums.csv", "total,fees\n101,11\n", "at_most = 2", "at_most = 1"),
        ("tags", "new/items.csv", LOSSES, "keys = [{ id = 2 }, { id = 3 }]", "keys = [{ id = 2 }]"),
        (
            "tags",
            "new/items.csv",
            LOSSES,
            "differences = [\"lost\"]\nany_value = true",
            "differences = [\"added\"]\nany_value = true",
        ),
        (
            "tags",
            "new/items.csv",
            LOSSES,
            "keys = [{ id = 2, name = \"b\" }, { name = \"c\" }]",
            "keys = [{ id = 2, name = \"c\" }, { name = \"c\" }]",
        ),
        (
            "latency",
            "new/raw.csv",
            "model,ms\nx,10\nx,20\ny,60\n",
            "keys = [{ model = \"y\" }]\nany_value = true",
            "keys = [{ model = \"x\" }]\nany_value = true",
        ),
        (
            "latency",
            "new/raw.csv",
            "model,ms\nx,10\nx,20\ny,60\n",
            "columns = [\"p50\", \"p95\"]\nany_value = true",
            "columns = [\"p95\"]\nany_value = true",
        ),
        (
            "cheap",
            "new/items.csv",
            "id,name,cost\n7,a,200\n8,a,300\n",
            "keys = [{ id = 7 }, { id = 8 }]",
            "keys = [{ id = 7 }]",
        ),
        ("cheap", "new/items.csv", "id,name,cost\n7,a,200\n8,a,300\n", "at_most = 2", "at_most = 1"),
    ];
    for (name, file, data, enough, too_little) in cases {
        let id = format!("shop.{name}");
        for (limits, code) in [(enough, 0), (too_little, 1)] {
            let folder = pair();
            write(folder.path(), file, data);
            write(folder.path(), "waivers.toml", &waiver(&id, limits, later()));
            let ran = run(folder.path(), &["run", "suite.toml", "--only", &id]);
            assert_eq!(ran.code, code, "{id} {limits}: {}", ran.shown);
        }
    }
}

/// Catches numbers of their own making that never reach the waivers: times, and the age of the latest row.
#[test]
fn times_and_ages_can_be_waived() {
    let checks = "\n[checks.speed]\nkind = \"latency\"\nmax_p95 = \"1us\"\nrounds = 1\nold = \"SELECT * FROM items\"\n\
                  new = \"SELECT * FROM items\"\n\n[checks.age]\nkind = \"freshness\"\nmax_lag = \"1h\"\n\
                  columns.at = { type = \"timestamp\" }\nold = \"SELECT at FROM age\"\nnew = \"SELECT at FROM age\"\n";
    for (name, enough, too_little) in [("speed", "p95_ms", "median_ms"), ("age", "lag", "")] {
        for (column, code) in [(enough, 0), (too_little, 1)] {
            let folder = pair();
            write(folder.path(), "suite.toml", &format!("{SUITE}{checks}"));
            write(folder.path(), "old/age.csv", "at\n2026-01-01T12:00:00Z\n");
            write(folder.path(), "new/age.csv", "at\n2026-01-01T10:00:00Z\n");
            if !column.is_empty() {
                let waivers =
                    waiver(&format!("shop.{name}"), &format!("columns = \"{column}\"\nany_value = true"), later());
                write(folder.path(), "waivers.toml", &waivers);
            }
            let ran = run(folder.path(), &["run", "suite.toml", "--only", &format!("shop.{name}")]);
            assert_eq!(ran.code, code, "{name} {column}: {}", ran.shown);
        }
    }
}

/// Catches a waiver that eats differences by design, or an `expect` that stops being exact beside one.
#[test]
fn expected_counts_stay_exact_beside_waivers() {
    let suite = SUITE.replace("[checks.items]", "[checks.items]\nexpect = { missing = 1 }");
    let ran = |limits: &str, items: &str| {
        let folder = pair();
        write(folder.path(), "suite.toml", &suite);
        write(folder.path(), "new/items.csv", items);
        write(folder.path(), "waivers.toml", &waiver("shop.items", limits, later()));
        run(folder.path(), &["run", "suite.toml", "--only", "shop.items"]).code
    };
    let (none, one, two) = (
        OLD_ITEMS,
        "id,name,cost\n1,a,0.10\n3,c,0.30\n4,d,0.40\n5,e,0.50\n",
        "id,name,cost\n1,a,0.10\n4,d,0.40\n5,e,0.50\n",
    );
    assert_eq!(ran("keys = [{ id = 2 }]", two), 0, "one by design, one waived");
    assert_eq!(ran("keys = [{ id = 2 }]", one), 1, "the waived one is none of those by design");
    assert_eq!(ran("at_most = 1", two), 0, "a number covers what is beyond the expected");
    assert_eq!(ran("at_most = 1", one), 0, "and leaves those alone");
    assert_eq!(ran("at_most = 1", none), 1, "fewer than by design fails as ever");
}

/// Catches a waiver for one window that covers another, and one for the check that does not cover all.
#[test]
fn a_waiver_names_a_window_or_all_of_them() {
    let suite = r#"
name = "w"
[sources.old]
url = "old"
types = { "t.id" = "integer", "t.day" = "date" }
[sources.new]
url = "new"
types = { "t.id" = "integer", "t.day" = "date" }
[checks.t]
kind = "rows"
key = "id"
window = { column = "day", from = 2026-01-01, to = 2026-01-03, step = "1 day" }
old = "SELECT * FROM t"
new = "SELECT * FROM t"
"#;
    let ran = |waivers: &str| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "old/t.csv", "id,day\n1,2026-01-01\n2,2026-01-02\n3,2026-01-01\n4,2026-01-02\n5,\n");
        write(folder.path(), "new/t.csv", "id,day\n3,2026-01-01\n4,2026-01-02\n5,\n");
        write(folder.path(), "suite.toml", suite);
        write(folder.path(), "waivers.toml", waivers);
        run(folder.path(), &["run", "suite.toml"])
    };
    let both = ran(&waiver("w.t", "differences = \"missing\"\nany_value = true", later()));
    assert_eq!(both.code, 0, "{}", both.shown);
    assert!(!both.shown.contains("unused_waiver"), "a window without differences is no unused waiver: {}", both.shown);
    let one = ran(&waiver("w.t@2026-01-01", "at_most = 1", later()));
    assert_eq!(one.code, 1);
    assert_eq!(check(&one.report, "w.t@2026-01-01")["status"], "pass");
    assert_eq!(check(&one.report, "w.t@2026-01-02")["status"], "fail");
    let gone = ran(&(waiver("w.t", "any_value = true", later()) + &waiver("w.t@2025-12-31", "", later())));
    assert_eq!(gone.code, 0, "{}", gone.shown);
    assert!(gone.shown.contains("no window of this run"), "{}", gone.shown);
    let all = ran(&waiver("w.t", "at_most = 2", later()));
    assert_eq!(all.code, 2, "{}", all.shown);
    assert!(all.shown.contains("has no one number for all windows"), "{}", all.shown);
}

/// Catches waivers of one suite that are mistakes when only its neighbour in the folder is run.
#[test]
fn the_suites_of_a_folder_share_the_file() {
    let folder = pair();
    write(folder.path(), "other.suite.toml", &SUITE.replace("name = \"shop\"", "name = \"other\""));
    write(folder.path(), "new/items.csv", LOSSES);
    write(
        folder.path(),
        "waivers.toml",
        &(waiver("shop.items", "any_value = true", later()) + &waiver("other.items", "any_value = true", later())),
    );
    for (suite, code) in [("suite.toml", 0), ("other.suite.toml", 0), (".", 0)] {
        let ran = run(folder.path(), &["run", suite, "--only", "*.items"]);
        assert_eq!(ran.code, code, "{suite}: {}", ran.shown);
    }
}

/// Catches a warning that turns into a pass although it is not waived, and NULL keys that no waiver can name.
#[test]
fn severity_comes_after_waivers_and_null_keys_have_a_name() {
    let suite = SUITE.replace("[checks.items]", "[checks.items]\nseverity = \"warn\"");
    for (limits, status) in [("keys = [{ id = { null = true } }]", "pass"), ("keys = [{ id = \"NULL\" }]", "warn")] {
        let folder = pair();
        write(folder.path(), "suite.toml", &suite);
        write(folder.path(), "new/items.csv", &format!("{OLD_ITEMS},x,1.00\n"));
        write(folder.path(), "waivers.toml", &waiver("shop.items", limits, later()));
        let ran = run(folder.path(), &["run", "suite.toml", "--only", "shop.items"]);
        assert_eq!(check(&ran.report, "shop.items")["status"], status, "{}", ran.shown);
    }
}

/// Catches a format that hides what is waived.
#[test]
fn every_format_shows_what_is_waived() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    write(folder.path(), "waivers.toml", &waiver("shop.items", "any_value = true", later()));
    let mut command = cutover(folder.path());
    command.args(["run", "suite.toml", "--only", "shop.items"]);
    for format in ["junit", "markdown", "html"] {
        command.args(["--report", &format!("{format}={format}.out")]);
    }
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    for format in ["junit", "markdown", "html"] {
        let text = std::fs::read_to_string(folder.path().join(format!("{format}.out"))).unwrap();
        for wanted in ["known loss", "data team", &later().to_string(), "waived", "at any value"] {
            assert!(text.contains(wanted), "{format} lacks {wanted}: {text}");
        }
    }
}

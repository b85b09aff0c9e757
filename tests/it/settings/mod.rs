//! Every setting of a suite in every kind: it has an effect, or it is refused with its name.

mod effects;
mod environment;
mod flags;

use std::collections::{BTreeMap, BTreeSet};

use cutover::model::WarningCode;
use cutover::suite::{Overrides, Suite, load};
use serde_json::Value;

/// The kinds, each with the least that makes a check of it.
const KINDS: [(&str, &str); 9] = [
    ("row_count", "key = 'id'\nold = 'SELECT 1'\nnew = 'SELECT 1'"),
    ("sum", "key = 'id'\nold = 'SELECT 1'\nnew = 'SELECT 1'"),
    ("tag_dedup", "key = 'id'\nold = 'SELECT 1'\nnew = 'SELECT 1'"),
    ("percentile", "key = 'id'\nold = 'SELECT 1'\nnew = 'SELECT 1'\nquantiles = { p50 = 0.5 }\nrelative = 0.1"),
    ("rows", "key = 'id'\nold = 'SELECT 1'\nnew = 'SELECT 1'"),
    ("freshness", "key = 'id'\nold = 'SELECT 1'\nnew = 'SELECT 1'\nmax_lag = '1h'"),
    ("invariant", "key = 'id'\nnew = 'SELECT 1'"),
    ("latency", "old = 'SELECT 1'\nnew = 'SELECT 1'\nmax_p95 = '1s'"),
    ("schema", ""),
];

const ALL: &[&str] =
    &["row_count", "sum", "tag_dedup", "percentile", "rows", "freshness", "invariant", "latency", "schema"];
const KEYED: &[&str] = &["row_count", "sum", "tag_dedup", "percentile", "rows", "freshness", "invariant"];
const MASKED: &[&str] = &["row_count", "sum", "tag_dedup", "percentile", "rows", "freshness", "invariant", "schema"];
const PAIRED: &[&str] = &["row_count", "sum", "tag_dedup", "percentile", "rows", "freshness"];
const COUNTED: &[&str] = &["row_count", "sum", "rows"];
const NUMBERS: &[&str] = &["row_count", "sum"];
const BOUNDED: &[&str] = &["row_count", "sum", "percentile"];

/// Every setting of a check, a value for it, and the kinds that heed it.
const SETTINGS: &[(&str, &str, &[&str])] = &[
    ("why", "'because'", ALL),
    ("tags", "['nightly']", ALL),
    ("severity", "'warn'", ALL),
    ("sources", "{ new = 'other' }", ALL),
    ("requires", "{ engine = 'files' }", ALL),
    ("timeout", "'1s'", ALL),
    ("accept", "{ retried = 'known' }", ALL),
    ("key", "['id', 'day']", KEYED),
    ("mask", "['default']", MASKED),
    ("settle", "{ wait = '1s' }", KEYED),
    ("rename", "{ name = 'title' }", &["row_count", "sum", "tag_dedup", "percentile", "rows", "freshness", "schema"]),
    ("noise", "true", PAIRED),
    ("allow_empty", "true", &["row_count", "sum", "tag_dedup", "percentile", "rows", "freshness", "latency", "schema"]),
    ("duplicates", "'allow'", COUNTED),
    ("diagnosis", "false", &["row_count", "sum", "tag_dedup", "percentile", "rows"]),
    ("tables", "['orders']", &["schema"]),
    ("ignore", "{ 'orders.legacy' = 'dropped' }", &["schema"]),
    ("allow", "{ 'orders.note' = 'varchar → text' }", &["schema"]),
    ("order", "true", &["schema"]),
    ("data", "true", &["schema"]),
    ("sample", "'1%'", &["rows"]),
    ("value", "'ms'", &["percentile"]),
    ("quantiles", "{ p50 = 0.5 }", &["percentile"]),
    ("rank", "0.1", &["percentile"]),
    ("max_ks", "0.1", &["percentile"]),
    ("min_rows", "3", &["percentile"]),
    ("max_lag", "'1h'", &["freshness"]),
    ("population", "'SELECT 1'", &["invariant"]),
    ("min_speedup", "1.1", &["latency"]),
    ("max_p95", "'1s'", &["latency"]),
    ("warm_up", "1", &["latency"]),
    ("rounds", "3", &["latency"]),
    ("clients", "2", &["latency"]),
    ("duration", "'1s'", &["latency"]),
    ("absolute", "1", BOUNDED),
    ("relative", "0.1", BOUNDED),
    ("at_least", "1", NUMBERS),
    ("at_most", "1", NUMBERS),
    ("min_ratio", "1", NUMBERS),
    ("max_ratio", "1", &["row_count", "sum", "latency"]),
    ("warn", "{ relative = 0.1 }", BOUNDED),
    ("fail", "{ relative = 0.1 }", BOUNDED),
];

/// Settings that hold settings of their own, or that every check has.
const APART: [&str; 6] = ["kind", "old", "new", "columns", "expect", "window"];

/// What else a setting needs beside it, so that only the kind can be the reason to refuse it.
fn beside(setting: &str, least: &str) -> String {
    let own = |line: &&str| !line.starts_with(&format!("{setting} ="));
    // Two levels stand in the place of a plain bound.
    let plain = |line: &&str| !(["warn", "fail"].contains(&setting) && line.starts_with("relative"));
    let mut text: String = least.lines().filter(own).filter(plain).map(|line| format!("{line}\n")).collect();
    match setting {
        "clients" => text += "duration = '1s'\n",
        "duration" => text += "clients = 2\n",
        _ => {}
    }
    text
}

/// The suite of these checks as it is read, or its mistakes.
fn read(checks: &str) -> Result<Vec<Suite>, String> {
    let folder = tempfile::tempdir().unwrap();
    let sources: String = ["old", "new", "other"].map(|name| format!("[sources.{name}]\nurl = 'data'\n")).concat();
    let path = folder.path().join("suite.toml");
    std::fs::write(&path, format!("name = 's'\n{sources}{checks}")).unwrap();
    load(&[path], &Overrides::default()).map_err(|problems| problems.to_string())
}

fn properties(of: &str) -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/suite.schema.json")).unwrap();
    schema["$defs"][of]["properties"].as_object().unwrap().keys().cloned().collect()
}

/// Catches a setting that a kind takes and does nothing with, and a new one that nobody thought about.
#[test]
fn every_setting_of_a_check_is_heeded_or_refused_by_each_kind() {
    let listed = SETTINGS.iter().map(|(name, ..)| *name).chain(APART).map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(listed, properties("Check"));
    let mut checks = String::new();
    for (kind, least) in KINDS {
        for (setting, value, _) in SETTINGS {
            let least = beside(setting, least);
            checks += &format!("[checks.{kind}_{setting}]\nkind = '{kind}'\n{least}{setting} = {value}\n");
        }
    }
    let problems = read(&checks).unwrap_err();
    for (kind, _) in KINDS {
        for (setting, _, heeded) in SETTINGS {
            let about = format!("check `s.{kind}_{setting}`:");
            let refused = problems.lines().any(|line| line.contains(&about) && line.contains(&format!("`{setting}`")));
            let mentioned = problems.lines().any(|line| line.contains(&about));
            assert_eq!(refused, !heeded.contains(&kind), "{setting} of {kind}:\n{problems}");
            assert_eq!(mentioned, refused, "{setting} of {kind} is refused for another reason:\n{problems}");
        }
    }
}

/// Every rule of a column, a value for it, and the kinds that heed it for a column that is no key.
const RULES: &[(&str, &str, &[&str])] = &[
    ("absolute", "absolute = 1", COUNTED),
    ("relative", "relative = 1", COUNTED),
    ("ulps", "ulps = 4", COUNTED),
    ("set", "set = true", COUNTED),
    ("multiset", "multiset = true", COUNTED),
    ("map", "map = true", COUNTED),
    ("absent", "map = true, absent = 0", COUNTED),
    ("json", "json = true", COUNTED),
    ("at_least", "at_least = 1", COUNTED),
    ("at_most", "at_most = 9", COUNTED),
    ("min_ratio", "min_ratio = 1", COUNTED),
    ("max_ratio", "max_ratio = 9", COUNTED),
    ("warn", "warn = { absolute = 1 }", COUNTED),
    ("fail", "fail = { absolute = 1 }", COUNTED),
    ("null", "null = 0", &["row_count", "sum", "rows", "freshness"]),
    ("type", "type = 'text'", &["row_count", "sum", "rows", "freshness", "tag_dedup"]),
    ("truncate", "truncate = '1s'", &["row_count", "sum", "rows", "freshness", "tag_dedup"]),
    ("zone", "zone = 'UTC'", &["row_count", "sum", "rows", "freshness", "tag_dedup"]),
    ("trim", "trim = true", &["row_count", "sum", "rows", "freshness", "tag_dedup"]),
    ("ignore", "ignore = 'known'", PAIRED),
];

/// Catches a rule of a column that a kind takes and does nothing with: a bound on a tag, a tolerance on a timestamp.
#[test]
fn every_rule_of_a_column_is_heeded_or_refused_by_each_kind() {
    let listed = RULES.iter().map(|(name, ..)| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(listed, properties("Rule"));
    let mut checks = String::new();
    for (kind, least) in KINDS {
        for (rule, value, _) in RULES {
            checks += &format!("[checks.{kind}_{rule}]\nkind = '{kind}'\n{least}\ncolumns.v = {{ {value} }}\n");
        }
    }
    let problems = read(&checks).unwrap_err();
    for (kind, _) in KINDS {
        for (rule, _, heeded) in RULES {
            let refused = problems.lines().any(|line| line.contains(&format!("check `s.{kind}_{rule}`:")));
            assert_eq!(refused, !heeded.contains(&kind), "{rule} of {kind}:\n{problems}");
        }
    }
    // Of a key only what says how its values are read.
    for (rule, value, _) in RULES {
        let found = read(&format!("[checks.c]\nkind = 'rows'\n{}\ncolumns.id = {{ {value} }}\n", KINDS[4].1));
        let reads = ["type", "null", "truncate", "zone", "trim"].contains(rule);
        assert_eq!(found.is_ok(), reads, "{rule}: {found:?}");
    }
}

/// Catches names that exist nowhere, and settings that contradict each other without a word.
#[test]
fn what_has_no_effect_beside_the_rest_is_refused() {
    let cases = [
        (
            "kind = 'rows'\nkey = 'id'\naccept = { retride = 'x' }",
            "`accept.retride` is no warning; did you mean `retried`?",
        ),
        ("kind = 'rows'\nkey = 'id'\naccept = { whatever = 'x' }", "known: aggregate_state, all_keys"),
        ("kind = 'sum'\nduplicates = 'allow'", "`duplicates` means nothing without a `key`"),
        (
            "kind = 'rows'\nkey = 'id'\nduplicates = 'allow'\nexpect = { duplicate = 3 }",
            "`expect.duplicate` means nothing",
        ),
        ("kind = 'sum'\nexpect = { missing = 3 }", "`expect.missing` means nothing here"),
        ("kind = 'sum'\nkey = 'id'\nexpect = { outside = 3 }", "`expect.outside` means nothing here"),
        ("kind = 'tag_dedup'\nkey = 'id'\ncolumns.v = { at_most = 5 }", "column `v`: a tag is equal or it is not"),
        ("kind = 'sum'\nrequires = { engine = 'clickhose' }", "did you mean `clickhouse`?"),
    ];
    for (text, told) in cases {
        let found = read(&format!("[checks.c]\n{text}\nold = 'SELECT 1'\nnew = 'SELECT 1'\n"));
        assert!(found.as_ref().is_err_and(|problems| problems.contains(told)), "{text}: {found:?}\nwanted: {told}");
    }
    let one_sided = read("[checks.c]\nkind = 'invariant'\nnew = 'SELECT 1'\nsources = { old = 'other' }\n");
    assert!(
        one_sided.is_err_and(|problems| problems.contains("`sources.old` means nothing, because old has no query"))
    );
}

/// Catches a source's setting that its engine has no use for, and one that is refused although a variable may change the engine.
#[test]
fn every_setting_of_a_source_is_heeded_or_refused_by_each_engine() {
    let settings: BTreeMap<&str, (&str, &[&str])> = BTreeMap::from([
        ("timezone", ("'UTC'", &["postgres", "mysql", "clickhouse", "spark", "snowflake"][..])),
        (
            "settings",
            ("{ a = 1 }", &["postgres", "mysql", "clickhouse", "duckdb", "spark", "snowflake", "bigquery"][..]),
        ),
        ("driver", ("'mine'", &["duckdb", "spark", "snowflake", "bigquery"][..])),
        ("max_connections", ("3", &["postgres", "mysql", "clickhouse", "spark", "snowflake", "bigquery"][..])),
        (
            "pace",
            (
                "{ rows_per_second = 5 }",
                &["postgres", "mysql", "clickhouse", "sqlite", "files", "duckdb", "spark", "snowflake", "bigquery"][..],
            ),
        ),
        ("types", ("{ id = 'integer' }", &["files"][..])),
        ("csv", ("{ delimiter = ';' }", &["files"][..])),
        ("partitions", ("{ day = 'date' }", &["files"][..])),
        ("as_of", ("{ version = 3 }", &["files"][..])),
        ("via", ("'old'", &["postgres", "files"][..])),
    ]);
    let listed = settings.keys().copied().chain(["url"]).map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(listed, properties("Source"));
    let urls = [
        ("postgres", "postgres://u@h/d"),
        ("mysql", "mysql://u@h/d"),
        ("clickhouse", "clickhouse://u@h/d"),
        ("sqlite", "sqlite:x.db"),
        ("files", "data"),
        ("duckdb", "adbc:duckdb:x.db"),
        ("spark", "adbc:spark://h"),
        ("snowflake", "adbc:snowflake://u@a/D.S"),
        ("bigquery", "adbc:bigquery://p/d"),
    ];
    for (engine, url) in urls {
        for (setting, (value, heeded)) in &settings {
            let of = |url: &str| {
                read(&format!(
                    "[sources.more]\nurl = '{url}'\n{setting} = {value}\n[checks.c]\nkind = 'sum'\nold = 'SELECT 1'\nnew = 'SELECT 1'\n"
                ))
            };
            let found = of(url);
            let told = format!("`{setting}` means nothing for {engine}");
            assert_eq!(found.is_ok(), heeded.contains(&engine), "{setting} of {engine}: {found:?}");
            assert!(found.is_ok() || found.is_err_and(|problems| problems.contains(&told)));
            assert!(of(&format!("${{URL:-{url}}}")).is_ok(), "{setting} where a variable says which engine it is");
        }
    }
}

/// Catches a warning whose meaning stands nowhere.
#[test]
fn the_names_of_warnings_are_those_of_the_docs() {
    let docs = include_str!("../../../docs/reports.md");
    let table = docs.split_once("## Warnings").unwrap().1.split_once("\n## ").unwrap().0;
    let named: BTreeSet<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(code, _)| code)).collect();
    assert_eq!(named, WarningCode::ALL.iter().map(|code| code.as_str()).collect());
}

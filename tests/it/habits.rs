//! What users of such tools expect to find: defaults of a suite, its version, schemas for editors, a history that is cut short.

use std::path::Path;

use serde_json::Value;

use crate::cli::{copy, cutover, report};
use crate::waivers::write;

/// The exit code and all that is said.
fn done(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = cutover(folder).args(args).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

/// A suite of three checks, two of which differ, below these lines.
fn suite(folder: &Path, head: &str, more: &str) {
    write(folder, "old.csv", "id,v\n1,a\n");
    write(folder, "new.csv", "id,v\n1,b\n");
    let text = format!(
        "name = \"s\"\n{head}\n[sources.old]\nurl = \"old.csv\"\n[sources.new]\nurl = \"new.csv\"\n\
         [checks.rows]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT * FROM old\"\nnew = \"SELECT * FROM new\"\n{more}\
         [checks.strict]\nkind = \"sum\"\nseverity = \"fail\"\nold = \"SELECT 1 AS v FROM old\"\nnew = \"SELECT 2 AS v FROM new\"\n\
         [checks.timed]\nkind = \"latency\"\nmax_p95 = \"5min\"\nrounds = 2\n\
         old = \"SELECT 1 AS v FROM old\"\nnew = \"SELECT 1 AS v FROM new\"\n"
    );
    write(folder, "suite.toml", &text);
}

const RUN: [&str; 5] = ["run", "suite.toml", "--no-history", "--report", "json=out.json"];

/// Catches defaults that reach no check, that win over a check's own, or that are a mistake in kinds that do not take them.
#[test]
fn a_suite_says_once_what_its_checks_share() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "[defaults]\nseverity = \"warn\"\ntimeout = \"1min\"\nsettle = { wait = \"1ms\", times = 2 }", "");
    let (code, said) = done(at, &RUN);
    let found = report(at).unwrap();
    let status = |id: &str| {
        found["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()["status"].clone()
    };
    assert_eq!(code, Some(1), "{said}");
    assert_eq!([status("s.rows"), status("s.strict"), status("s.timed")], ["warn", "fail", "pass"], "{said}");
    assert!(found["checks"][0]["transient"].is_object(), "it was read again: {said}");
    suite(at, "", "");
    done(at, &RUN);
    assert!(report(at).unwrap()["checks"][0].get("transient").is_none(), "which it is not by itself");
    suite(at, "[defaults]\nnoise = true", "");
    let (_, said) = done(at, &RUN);
    assert!(report(at).unwrap()["checks"][0]["unstable"].is_object(), "old was read twice: {said}");
    suite(at, "[defaults]\nnoise = true", "noise = false\n");
    done(at, &RUN);
    assert!(report(at).unwrap()["checks"][0].get("unstable").is_none(), "a check's own comes first");
    for (head, told) in [
        ("[defaults]\ntimeout = \"soon\"", "defaults: `timeout`: "),
        ("[defaults]\nsettle = { times = 2 }", "defaults: `settle`: it needs `wait`"),
        ("[defaults]\ntimout = \"1s\"", "unknown field `timout`"),
    ] {
        suite(at, head, "");
        let (code, said) = done(at, &["validate", "suite.toml"]);
        assert!(code == Some(2) && said.matches(told).count() == 1, "{head}: {said}");
    }
}

/// Catches a suite for a newer program that is run by this one, and mistakes that hide the one thing that is wrong.
#[test]
fn a_suite_says_which_versions_it_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "requires_cutover = \">=99.1\"\nof_the_future = true", "");
    let (code, said) = done(at, &RUN);
    assert!(code == Some(2) && said.contains("the suite is for cutover >=99.1, and this is "), "{said}");
    assert!(!said.contains("of_the_future"), "{said}");
    suite(at, "requires_cutover = \"next\"", "");
    assert!(done(at, &RUN).1.contains("names no versions"));
    suite(at, "requires_cutover = \">=0.0.1\"", "");
    assert_eq!(done(at, &RUN).0, Some(1));
}

/// Catches output for scripts that is no JSON, and schemas that editors cannot tell apart.
#[test]
fn scripts_and_editors_are_told_what_this_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let json = |args: &[&str]| -> Value { serde_json::from_str(&done(at, args).1).unwrap() };
    let version = json(&["version", "--json"]);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(version["engines"].as_array().unwrap().contains(&"postgres".into()), "{version}");
    assert_eq!(done(at, &["version"]).1, format!("cutover {}\n", env!("CARGO_PKG_VERSION")));
    for of in ["suite", "waivers", "report", "proof"] {
        let schema = json(&["schema", of]);
        assert_eq!(schema["$id"], format!("urn:cutover:schema:{of}"));
        jsonschema::validator_for(&schema).unwrap();
    }
    assert_eq!(json(&["schema"])["title"], "cutover suite");
    let waivers = jsonschema::validator_for(&json(&["schema", "waivers"])).unwrap();
    assert!(waivers.is_valid(&serde_json::json!({ "waivers": [{ "check": "s.c", "at_most": 3, "owner": "ann" }] })));
    assert!(!waivers.is_valid(&serde_json::json!({ "waivers": [{ "chek": "s.c" }] })));
}

/// Catches tables that are taken beside those that are asked for, a pattern of none, and a suite of which an editor knows nothing.
#[test]
fn init_takes_the_tables_it_is_told_and_names_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for side in ["old", "new"] {
        std::fs::create_dir(at.join(side)).unwrap();
        for table in ["orders", "invoice_a", "invoice_b", "audit"] {
            write(at, &format!("{side}/{table}.csv"), "id\n1\n");
        }
    }
    let sides = ["init", "--old", "old", "--new", "new"];
    let (code, said) =
        done(at, &[&sides[..], &["--table", "orders", "--table", "invoice_*", "--exclude", "invoice_b"]].concat());
    assert_eq!(code, Some(0), "{said}");
    let text = std::fs::read_to_string(at.join("checks/first/suite.toml")).unwrap();
    assert!(text.starts_with("#:schema suite.schema.json\n"), "{text}");
    assert!(text.contains("checks.orders_") && text.contains("checks.invoice_a_") && !text.contains("audit"), "{text}");
    assert!(!text.contains("checks.invoice_b"), "{text}");
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(at.join("checks/first/suite.schema.json")).unwrap()).unwrap();
    let suite: toml::Value = text.parse::<toml::Table>().unwrap().into();
    jsonschema::validator_for(&schema).unwrap().validate(&serde_json::to_value(suite).unwrap()).unwrap();
    let (code, said) = done(at, &[&sides[..], &["--dir", "other", "--table", "absent_*"]].concat());
    assert!(code == Some(2) && said.contains("--table absent_*: neither side has such a table"), "{said}");
}

/// Catches runs that are taken out though they are new enough, old ones that stay, and their checks that stay behind.
#[test]
fn a_history_is_cut_to_an_age() {
    let folder = copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/fail"));
    let at = folder.path();
    for _ in 0..4 {
        assert_eq!(done(at, &["run", "suite.toml", "--quiet"]).0, Some(1));
    }
    let open = || rusqlite::Connection::open(at.join("reports/history.db")).unwrap();
    let age = |rank: usize, days: i64| {
        let moment = chrono::Utc::now() - chrono::TimeDelta::days(days);
        let moment = moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let sql = format!(
            "UPDATE cutover_runs SET started_at = '{moment}' WHERE id = (SELECT id FROM cutover_runs ORDER BY id LIMIT 1 OFFSET {rank})"
        );
        assert_eq!(open().execute(&sql, []).unwrap(), 1);
    };
    age(0, 100);
    age(1, 91);
    age(2, 89);
    let count = |table: &str| -> i64 {
        open().query_row(&format!("SELECT count(*) FROM cutover_{table}"), [], |row| row.get(0)).unwrap()
    };
    let (runs, checks, differences) = (count("runs"), count("checks"), count("differences"));
    assert!(runs == 4 && differences > 0);
    let (code, said) = done(at, &["history", "prune", "--keep", "90d"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("2 runs from before ") && said.contains("taken out of reports/history.db"), "{said}");
    assert_eq!((count("runs"), count("checks"), count("differences")), (2, checks / 2, differences / 2));
    assert_eq!(done(at, &["history"]).0, Some(0), "what is left can be read");
    age(0, 400);
    age(1, 300);
    assert!(done(at, &["history", "prune", "--keep", "1d"]).1.starts_with("1 run from before"), "the newest stays");
    assert_eq!(count("runs"), 1);
    let (code, said) = done(at, &["history", "prune", "--keep", "1d", "--history", "none.db"]);
    assert!(code == Some(2) && !at.join("none.db").exists(), "{said}");
}

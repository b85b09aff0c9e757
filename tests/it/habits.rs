//! What users of such tools expect to find: defaults of a suite, its version, schemas for editors, a history that is cut short.

use std::path::Path;

use serde_json::Value;
use sha2::Digest;

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
    let noisy = |more: &str| {
        suite(at, "[defaults]\nnoise = true", more);
        let text = std::fs::read_to_string(at.join("suite.toml")).unwrap();
        let suite = cutover::suite::parse(&text, &cutover::suite::Overrides::default()).unwrap();
        suite.checks.iter().map(|check| check.noise).collect::<Vec<_>>()
    };
    assert_eq!((noisy(""), noisy("noise = false\n")), (vec![true, true, false], vec![false, true, false]));
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

/// Catches a selection that takes what was not meant, one by a path that is read as a pattern, and one of nothing.
#[test]
fn checks_are_selected_by_expression_and_by_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "", "");
    std::fs::create_dir(at.join("other")).unwrap();
    write(at, "other/n.csv", "v\n1\n");
    let one = "kind = \"row_count\"\nold = \"SELECT COUNT(*) AS v FROM n\"\nnew = \"SELECT COUNT(*) AS v FROM n\"\n";
    let head = "name = \"rows\"\n[sources.old]\nurl = \"n.csv\"\n[sources.new]\nurl = \"n.csv\"\n";
    write(at, "other/suite.toml", &format!("{head}[checks.one]\n{one}[checks.two]\n{one}"));
    let selected = |select: &[&str]| {
        let _ = std::fs::remove_file(at.join("out.json"));
        let (code, said) = done(at, &[&["run", ".", "--no-history", "--report", "json=out.json"], select].concat());
        let ids: Vec<String> = report(at).map_or(Vec::new(), |found| {
            let checks = found["checks"].as_array().unwrap().iter();
            checks.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
        });
        (code, ids, said)
    };
    assert_eq!(selected(&["--select", r"^s\.(rows|timed)$"]).1, ["s.rows", "s.timed"]);
    assert_eq!(selected(&["--select", r"\.one$", "--only", "s.timed"]).1, ["rows.one", "s.timed"]);
    assert_eq!(selected(&["--select", "other"]).1, ["rows.one", "rows.two"]);
    assert_eq!(selected(&["--select", "other/suite.toml"]).1, ["rows.one", "rows.two"]);
    for (text, told) in [
        ("nothing$", "--select nothing$ matches no check"),
        ("(", "no regular expression: unclosed group"),
        ("", "the text is empty"),
    ] {
        let (code, ids, said) = selected(&["--select", text]);
        assert!(code == Some(2) && ids.is_empty() && said.contains(told), "{said}");
    }
    suite(at, "", "");
    done(at, &RUN);
    let (_, said) = done(at, &["rerun", "out.json", "--select", r"\.strict$", "--report", "json=again.json"]);
    let again: Value = serde_json::from_str(&std::fs::read_to_string(at.join("again.json")).unwrap()).unwrap();
    assert_eq!(again["checks"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(again["checks"][0]["id"], "s.strict");
}

/// Catches test cases that lead nowhere, and a line of another check.
#[test]
fn junit_says_where_a_check_stands() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "", "");
    done(at, &["run", "suite.toml", "--no-history", "--report", "junit=junit.xml", "--report", "json=out.json"]);
    let text = std::fs::read_to_string(at.join("junit.xml")).unwrap();
    let xml = roxmltree::Document::parse(&text).unwrap();
    let toml = std::fs::read_to_string(at.join("suite.toml")).unwrap();
    let found = report(at).unwrap();
    for (case, check) in
        xml.descendants().filter(|node| node.has_tag_name("testcase")).zip(found["checks"].as_array().unwrap())
    {
        let line: usize = case.attribute("line").unwrap().parse().unwrap();
        assert_eq!(case.attribute("file"), Some("suite.toml"));
        assert_eq!(toml.lines().nth(line - 1), Some(format!("[checks.{}]", case.attribute("name").unwrap()).as_str()));
        assert_eq!(check["line"], line);
    }
}

/// Catches a line of a check that passed, and a failure or a verdict that goes with it.
#[test]
fn a_run_shows_its_failures_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "", "");
    let (code, said) = done(at, &[&RUN[..], &["--failures"]].concat());
    assert_eq!(code, Some(1));
    assert!(said.contains("fail  s.rows") && said.contains("FAIL: "), "{said}");
    assert!(!said.contains("pass  s.timed") && done(at, &RUN).1.contains("pass  s.timed"), "{said}");
    assert_eq!(done(at, &[&RUN[..], &["--failures", "--quiet"]].concat()).0, Some(2));
}

/// Catches a pattern that waives what it does not mean, or one of the checks that it means alone.
#[test]
fn a_pattern_waives_each_check_that_differs() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "", "");
    assert_eq!(done(at, &RUN).0, Some(1));
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(3)).format("%Y-%m-%d").to_string();
    let waive = |check: &str| {
        done(at, &["waive", "out.json", "--check", check, "--until", &until, "--why", "known", "--owner", "ann"])
    };
    let (code, said) = waive("s.t*");
    assert!(code == Some(2) && said.contains("--check s.t*: no check of out.json that differs"), "{said}");
    assert!(!at.join("waivers.toml").exists());
    let (code, said) = waive("s.*");
    assert!(code == Some(0) && said.matches(": waived 1 difference of s.").count() == 2, "{said}");
    assert_eq!(done(at, &RUN).0, Some(0), "both are waived");
    let (code, said) = waive("s.{rows,strict}");
    assert!(
        code == Some(2) && said.contains("no check of out.json that differs"),
        "a pass has nothing to waive: {said}"
    );
    assert!(waive("s.[").1.contains("write a pattern such as"));
}

/// Catches a report, metrics or differences that replace what the run reads.
#[test]
fn nothing_is_written_over_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let table = "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1);";
    for name in ["o.db", "n.db"] {
        rusqlite::Connection::open(folder.path().join(name)).unwrap().execute_batch(table).unwrap();
    }
    let suite = "name = \"s\"\n[sources.old]\nurl = \"sqlite:o.db\"\n[sources.new]\nurl = \"sqlite:n.db\"\n\
                 [checks.one]\nkind = \"row_count\"\nold = \"SELECT count(*) AS n FROM t\"\nnew = \"SELECT count(*) AS n FROM t\"\n";
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let bytes = || ["o.db", "n.db", "suite.toml"].map(|name| std::fs::read(folder.path().join(name)).unwrap());
    let before = bytes();
    for (flag, value, what) in [
        ("--report", "json=o.db", "source `old` of the suite"),
        ("--report", "html=./n.db", "source `new` of the suite"),
        ("--report", "json=suite.toml", "the suite itself"),
        ("--metrics", "n.db", "source `new` of the suite"),
        ("--repair", "n.db", "source `new` of the suite"),
    ] {
        let output = cutover(folder.path()).args(["run", "suite.toml", "--no-history", flag, value]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{flag} {value}: {said}");
        assert!(said.contains(flag) && said.contains(&format!("would replace {what}; give another path")), "{said}");
        assert_eq!(bytes(), before, "{flag} {value}");
    }
    let output = cutover(folder.path())
        .args(["run", "suite.toml", "--no-history", "--report", "json=out.json", "--metrics", "m.prom"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Catches a condition that ends and lets a limit of its own follow, which leaves out rows unseen.
#[test]
fn a_condition_is_nothing_but_a_condition() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [("o.db", 1), ("n.db", 2)] {
        let table =
            format!("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t VALUES (1, 1), (2, {value});");
        rusqlite::Connection::open(folder.path().join(name)).unwrap().execute_batch(&table).unwrap();
    }
    let run = |condition: &str| {
        let arguments = [
            "diff",
            "--old",
            "sqlite:o.db",
            "--new",
            "sqlite:n.db",
            "--table",
            "t",
            "--key",
            "id",
            "--where",
            condition,
        ];
        cutover(folder.path()).args(arguments).output().unwrap().status.code()
    };
    for condition in ["true order by id limit 1", "id > 0 limit 1", "1 = 1) limit 1 --"] {
        assert_eq!(run(condition), Some(2), "{condition}");
    }
    for (condition, code) in [("id = 1 or id = 2 -- both", 1), ("id = 1", 0), ("id < 2 or id > 5", 0)] {
        assert_eq!(run(condition), Some(code), "{condition}");
    }
}

/// Catches a name that is lost or obeyed as markup, a hash on the page that is not that of report.json, and a run that is signed
/// by nobody.
#[test]
fn a_run_is_signed_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "", "");
    let run = |more: &[&str]| {
        let all = ["run", "suite.toml", "--no-history", "--report", "json=out.json", "--report", "html=out.html"];
        let (code, said) = done(at, &[&all[..], more].concat());
        assert_eq!(code, Some(1), "{said}");
        std::fs::read_to_string(at.join("out.html")).unwrap()
    };
    let page = run(&["--sign-off", "Ann <b>Lee</b>", "--report", "markdown=out.md"]);
    assert!(page.contains("Signed off by <b>Ann &lt;b&gt;Lee&lt;&#x2f;b&gt;</b>"), "{page}");
    assert!(std::fs::read_to_string(at.join("out.md")).unwrap().contains("Signed off by Ann"));
    let found = report(at).unwrap();
    assert_eq!(found["sign_off"]["by"], "Ann <b>Lee</b>");
    let written = found["sign_off"]["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let started = found["started_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!((written - started).num_seconds() >= -1, "{found}");
    let json = std::fs::read(at.join("out.json")).unwrap();
    let hash: String = sha2::Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(page.contains(&format!("out.json <code class=\"hash\">{hash}</code>")), "the hash is that of the file");
    assert!(page.contains("<code>sha256sum out.json</code> prints the same"), "{page}");
    let (_, said) =
        done(at, &["run", "suite.toml", "--no-history", "--report", "html=alone.html", "--sign-off", "Ann"]);
    let alone = std::fs::read_to_string(at.join("alone.html")).unwrap();
    assert!(!alone.contains("sha256sum") && alone.contains("Signed off by <b>Ann</b>"), "{said}");
    assert!(alone.contains("no report.json was written with this page"), "{alone}");
    for nobody in ["", " ", "\u{a0}", "."] {
        let (code, said) = done(at, &["run", "suite.toml", "--sign-off", nobody]);
        assert_eq!((code, said.contains("a name is needed")), (Some(2), true), "{nobody:?}: {said}");
    }
    assert!(!run(&[]).contains("Signed off"));
    assert!(report(at).unwrap().get("sign_off").is_none());
}

/// Catches a date that is refused without a word on how dates are written.
#[test]
fn a_date_says_how_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let given = ["waive", "last", "--check", "s.rows", "--why", "x", "--owner", "ann", "--until", "tomorrow"];
    let (code, said) = done(folder.path(), &given);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("write a date such as 2026-12-31"), "{said}");
}

//! Samples: the same keys wherever they are picked, and never called equal.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::support::engine_url;

/// Keys that a careless text form would merge or lose, as a table of 1,000 rows in each dialect.
const POSTGRES: &str = "SELECT nullif(n, 7) AS n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN 'k,' || n ELSE 'ä' END AS k, 0 AS v \
     FROM generate_series(1, 1000) AS t(n)";
const MYSQL: &str = "SELECT nullif(seq, 7) AS n, CASE seq % 3 WHEN 0 THEN NULL WHEN 1 THEN concat('k,', seq) ELSE 'ä' END AS k, 0 AS v \
     FROM (WITH RECURSIVE s(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 1000) SELECT seq FROM s) AS t";
const CLICKHOUSE: &str = "SELECT nullIf(toInt64(number), 7) AS n, multiIf(number % 3 = 0, NULL, number % 3 = 1, \
     concat('k,', toString(number)), 'ä') AS k, 0 AS v FROM numbers(1, 1000)";
const SQLITE: &str = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000) \
     SELECT nullif(n, 7) AS n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN 'k,' || n ELSE 'ä' END AS k, 0 AS v FROM s";

/// One side: where, and its query.
struct Asked<'a>(&'a str, &'a str);

fn run(folder: &Path, share: &str, old: &Asked<'_>, new: &Asked<'_>, arguments: &[&str]) -> (Json, String) {
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{OLD}}\"\n[sources.new]\nurl = \"${{NEW}}\"\n[checks.rows]\nkind = \"rows\"\n\
         key = [\"n\", \"k\"]\nsample = \"{share}\"\nduplicates = \"allow\"\nold = '''{}'''\nnew = '''{}'''\n",
        old.1, new.1
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder)
        .env("OLD", old.0)
        .env("NEW", new.0)
        .args(["run", "suite.toml", "--no-color", "--report", "json=out.json"])
        .args(arguments)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = std::fs::read_to_string(folder.join("out.json")).unwrap_or_else(|_| panic!("{shown}"));
    (serde_json::from_str::<Json>(&report).unwrap()["checks"][0].clone(), shown)
}

/// Catches a server that picks other keys than cutover does, whose rows would then all seem to be missing.
#[test]
fn every_engine_picks_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.db"), "").unwrap();
    let (postgres, mysql) = (engine_url("CUTOVER_TEST_POSTGRES_URL"), engine_url("CUTOVER_TEST_MYSQL_URL"));
    let clickhouse = engine_url("CUTOVER_TEST_CLICKHOUSE_URL");
    let sides = [
        Asked(&postgres, POSTGRES),
        Asked(&mysql, MYSQL),
        Asked(&clickhouse, CLICKHOUSE),
        Asked("sqlite:empty.db", SQLITE),
    ];
    let mut sizes = Vec::new();
    for (at, side) in sides.iter().enumerate() {
        // With itself and with the next engine; three of them pick on the server.
        for other in [at, (at + 1) % sides.len()] {
            let by_server = at < 3 && other < 3;
            let (check, shown) = run(folder.path(), "10%", side, &sides[other], &[]);
            assert_eq!(check["status"], "pass", "{} and {}: {check:#}", side.0, sides[other].0);
            assert_eq!(check["sample"]["share"], "10%");
            assert_eq!(check["sample"]["by_server"], by_server, "{check:#}");
            assert!(shown.contains("no difference in the sample of 10%"), "{shown}");
            assert!(!shown.contains("rows equal"), "{shown}");
            sizes.push(check["rows"]["old"].as_str().unwrap().parse::<u64>().unwrap());
        }
    }
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    assert!((60..150).contains(&sizes[0]), "{sizes:?}");
}

/// Catches a sample that looks at nothing, or at other keys in the next run.
#[test]
fn a_difference_in_the_sample_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let changed = POSTGRES.replace("0 AS v", "CASE WHEN n % 2 = 0 THEN 1 ELSE 0 END AS v");
    let found = || run(folder.path(), "5%", &Asked(&postgres, POSTGRES), &Asked(&postgres, &changed), &[]).0;
    let (first, second) = (found(), found());
    assert_eq!(first["status"], "fail");
    assert_eq!(first["rows"], second["rows"]);
    assert_eq!(first["examples"], second["examples"]);
}

/// Catches a sample without a row that reads like a verdict.
#[test]
fn a_sample_without_rows_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let few = "SELECT n, 'k' AS k FROM generate_series(1, 3) AS t(n)";
    let (check, _) = run(folder.path(), "0.0001%", &Asked(&postgres, few), &Asked(&postgres, few), &[]);
    assert_eq!(check["status"], "error");
    let message = check["error"]["message"].as_str().unwrap();
    assert!(message.contains("sample"), "{message}");
}

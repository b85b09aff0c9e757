//! Rows that only a careless server plan gets wrong: the same pair by every plan and hash must come to the same counts.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value as Json;

use crate::support::engine_url;

/// Who compares, by which hash, and the name that the report gives it.
const PLANS: [(&str, &str, &str); 5] = [
    ("stream", "fast", "multilinear"),
    ("server", "fast", "cityHash64"),
    ("server", "strong", "sipHash128"),
    ("checksums", "fast", "cityHash64"),
    ("checksums", "strong", "sipHash128"),
];

/// Runs `suite` by a plan, which nothing but the servers' own fitness decides on with `forced` off; the report.
fn run(suite: &str, plan: &str, hash: &str, forced: bool) -> Json {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    // Two sources of one server are two servers to cutover.
    let url = engine_url("CUTOVER_TEST_CLICKHOUSE_URL");
    let asked = if plan == "stream" { plan } else { ["auto", "server"][usize::from(forced)] };
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("URL", &url)
        .env("OTHER", if plan == "checksums" { url.replace("/default", "/system") } else { url.clone() })
        .args(["run", "suite.toml", "--quiet", "--no-history", "--report", "json=report.json"])
        .args(["--plan", asked, "--hash", hash])
        .output()
        .unwrap();
    let report = std::fs::read_to_string(folder.path().join("report.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(&report).unwrap()
}

const SOURCES: &str = "name = \"s\"\n[sources.old]\nurl = \"${URL}\"\n[sources.new]\nurl = \"${OTHER}\"\n";

/// A check of two queries; columns that are `loose` have a tolerance, so that their largest delta is told.
fn check(name: &str, key: &str, loose: &[String], old: &str, new: &str) -> String {
    let mut text = format!("[checks.{name}]\nkind = \"rows\"\nkey = [{key}]\nold = '''{old}'''\nnew = '''{new}'''\n");
    for column in loose {
        let _ = writeln!(text, "columns.{column} = {{ absolute = \"0.5\" }}");
    }
    text
}

/// Catches a hash that forgets NULL, the place of a column, the end of a text or the sign of zero, at every length around
/// those that hashes treat in ways of their own; NULL under which a value is left; and more flags than one number holds.
#[test]
fn every_plan_tells_apart_what_looks_alike() {
    let pairs = [
        ("a swap of columns", "toInt64(1) AS a, toInt64(2) AS b", "toInt64(2) AS a, toInt64(1) AS b"),
        ("NULL beside zero", "toNullable(toInt64(0)) AS a", "CAST(NULL AS Nullable(Int64)) AS a"),
        ("NULL beside empty", "toNullable('') AS a", "CAST(NULL AS Nullable(String)) AS a"),
        (
            "NULL in the other column",
            "toNullable('x') AS a, CAST(NULL AS Nullable(String)) AS b",
            "CAST(NULL AS Nullable(String)) AS a, toNullable('x') AS b",
        ),
        (
            "what is under NULL",
            "nullIf(number, number) AS a",
            "nullIf(number + toUInt64(1), number + toUInt64(1)) AS a",
        ),
        (
            "a border between texts",
            "repeat('a', number) AS a, repeat('a', 40 - number) AS b",
            "repeat('a', number + 1) AS a, repeat('a', 39 - number) AS b",
        ),
        ("the last byte", "concat(repeat('a', number), 'x') AS a", "concat(repeat('a', number), 'y') AS a"),
        ("the first byte", "concat('x', repeat('a', number)) AS a", "concat('y', repeat('a', number)) AS a"),
        ("a zero at the end", "repeat('a', number) AS a", "concat(repeat('a', number), char(0)) AS a"),
        (
            "the sign of zero",
            "materialize(toFloat64(0)) AS a",
            "materialize(reinterpretAsFloat64(bitShiftLeft(toUInt64(1), 63))) AS a",
        ),
        ("NaN", "nan AS a", "reinterpretAsFloat64(reinterpretAsUInt64(nan) + toUInt64(1)) AS a"),
        ("NaN and infinity", "nan AS a", "inf AS a"),
        (
            "a decimal",
            "toDecimal128(number, 12) AS a",
            "toDecimal128(number, 12) + toDecimal128('0.000000000001', 12) AS a",
        ),
        (
            "a wide decimal",
            "toDecimal256(number, 40) AS a",
            "toDecimal256(number, 40) + toDecimal256('1e-40', 40) AS a",
        ),
        (
            "the top of a wide integer",
            "toInt256(number) AS a",
            "toInt256(number) + bitShiftLeft(toInt256(1), 200) AS a",
        ),
        (
            "a microsecond",
            "toDateTime64(number, 6, 'UTC') AS a",
            "toDateTime64(number, 6, 'UTC') + toIntervalMicrosecond(1) AS a",
        ),
        ("a label", "CAST('a' AS Enum8('a' = 1, 'b' = 2)) AS a", "CAST('b' AS Enum8('a' = 1, 'b' = 2)) AS a"),
    ];
    let mut suite = SOURCES.to_owned();
    for (at, (_, old, new)) in pairs.iter().enumerate() {
        // Half of the rows are as in old.
        let side =
            |columns: &str, range: &str| format!("SELECT toInt64(number) AS id, {columns} FROM numbers({range})");
        let new = format!("{} UNION ALL {}", side(old, "20"), side(new, "20, 20"));
        suite += &check(&format!("p{at}"), "\"id\"", &[], &side(old, "40"), &new);
    }
    let many: Vec<String> = (0..70).map(|at| format!("c{at}")).collect();
    // Every third column holds numbers in a row that is equal, every other third in the changed row only.
    let side = |more: u32| {
        let column = |(at, name): (usize, &String)| match at % 3 {
            0 => format!("if(number = 1, toNullable(toInt64({at})), NULL) AS {name}"),
            1 => format!("if(number = 2, toNullable(toFloat64({at} + {more})), NULL) AS {name}"),
            _ => format!("if(number = 1, inf, nan) AS {name}"),
        };
        let columns: Vec<String> = many.iter().enumerate().map(column).collect();
        format!("SELECT number AS id, {} FROM numbers(4)", columns.join(", "))
    };
    suite += &check("many", "\"id\"", &many, &side(0), &side(3));
    let found = PLANS.map(|(plan, hash, name)| {
        let report = run(&suite, plan, hash, true);
        let checks = report["checks"].as_array().unwrap().clone();
        checks.iter().for_each(|check| {
            assert_eq!((&check["plan"]["name"], &check["plan"]["hash"]), (&plan.into(), &name.into()), "{check:#}");
        });
        checks
    });
    for (at, (what, ..)) in pairs.iter().enumerate() {
        let same = *what == "what is under NULL" || *what == "NaN";
        for checks in &found {
            let rows = &checks[at]["rows"];
            let expected = if same { ("40", "0") } else { ("20", "20") };
            assert_eq!(
                (rows["equal"].as_str(), rows["changed"].as_str()),
                (Some(expected.0), Some(expected.1)),
                "{what}"
            );
        }
    }
    for checks in &found[1..] {
        for (streamed, asked) in found[0].iter().zip(checks) {
            assert_eq!((&streamed["rows"], &streamed["columns"]), (&asked["rows"], &asked["columns"]), "{asked:#}");
        }
    }
    let deltas = found[1][pairs.len()]["columns"].as_array().unwrap().iter().map(|column| column["max_delta"].as_str());
    assert_eq!(deltas.take(3).collect::<Vec<_>>(), [Some("0"), Some("3"), None]);
}

/// Catches rows that are grouped by what the server holds under the NULL of a key: copies of one key are equal then.
#[test]
fn null_is_one_key_whatever_is_under_it() {
    let values = [
        ("bool", "number % 2 = 1"),
        ("integer", "number"),
        ("wide", "toInt256(number)"),
        ("decimal", "toDecimal64(number, 3)"),
        ("float", "toFloat64(number)"),
        ("text", "toString(number)"),
        ("low", "toLowCardinality(toString(number))"),
        ("fixed", "toFixedString(toString(number), 2)"),
        ("label", "CAST(number + 1 AS Enum8('a' = 1, 'b' = 2, 'c' = 3))"),
        ("date", "toDate(number)"),
        ("instant", "toDateTime64(number, 6, 'UTC')"),
        ("uuid", "toUUID(concat('00000000-0000-0000-0000-00000000000', toString(number)))"),
    ];
    let mut suite = SOURCES.to_owned();
    for (name, value) in values {
        let side = |by: &str| {
            let value = value.replace("number", &format!("(number + {by})"));
            format!("SELECT nullIf({value}, {value}) AS id, 'x' AS v FROM numbers(3)")
        };
        suite += &check(name, "\"id\"", &[], &side("toUInt64(0)"), &side("toUInt64(0)"));
        let two = |by: &str| format!("SELECT toUInt8(1) AS part, id, v FROM ({}) LIMIT 1", side(by));
        suite += &check(&format!("other_{name}"), "\"part\", \"id\"", &[], &two("toUInt64(0)"), &two("toUInt64(1)"));
    }
    for (plan, hash, _) in PLANS {
        let report = run(&suite, plan, hash, false);
        for check in report["checks"].as_array().unwrap() {
            let (equal, duplicate) =
                if check["id"].as_str().unwrap().contains("other_") { ("1", "0") } else { ("0", "1") };
            let rows = &check["rows"];
            assert_eq!(
                (rows["duplicate"].as_str(), rows["changed"].as_str()),
                (Some(duplicate), Some("0")),
                "{check:#}"
            );
            assert!(duplicate == "1" || rows["equal"] == equal, "{check:#}");
        }
    }
}

/// Catches a text that is not UTF-8 and is called equal because the server holds the same bytes on both sides.
#[test]
fn what_is_no_text_is_an_error_by_every_plan() {
    let broken = "concat('a', unhex('ff'))";
    let texts = [
        ("plain", format!("if(number = 3, {broken}, 'b')")),
        ("nullable", format!("if(number = 3, {broken}, nullIf('b', 'b'))")),
        ("repeated", format!("toLowCardinality(if(number = 3, {broken}, 'b'))")),
    ];
    for (plan, hash, _) in PLANS {
        // A plan that is insisted on may refuse, and an error it is; left to itself it reads all rows.
        let mut suite = SOURCES.to_owned();
        for (name, text) in &texts {
            let sql = format!("SELECT number AS id, {text} AS t FROM numbers(9)");
            suite += &check(name, "\"id\"", &[], &sql, &sql);
            suite += &check(&format!("key_{name}"), "\"id\", \"t\"", &[], &sql, &sql);
        }
        let report = run(&suite, plan, hash, false);
        for check in report["checks"].as_array().unwrap() {
            assert_eq!(check["status"], "error", "{check:#}");
            assert!(check["error"]["message"].as_str().unwrap().contains("UTF-8"), "{check:#}");
        }
    }
}

//! What an agent must not reach, and what no input may do to the server.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::{Client, files};

/// A suite of one check over two files, that differs in each of so many rows; a column of it may be masked.
pub(super) fn suite(folder: &Path, head: &str, rows: usize) {
    let side = |value: &str| {
        let lines: String = (0..rows).map(|id| format!("{id},plain-{value}-{id},secret-{value}-{id}\n")).collect();
        format!("id,v,token\n{lines}")
    };
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("old.csv"), side("a")).unwrap();
    std::fs::write(folder.join("new.csv"), side("b")).unwrap();
    let suite = format!(
        "name = \"s\"\n{head}\n[sources.old]\nurl = \"old.csv\"\n[sources.new]\nurl = \"new.csv\"\n\
         [params]\nleast = 0\n[checks.c]\nkind = \"rows\"\nkey = \"id\"\n\
         old = \"SELECT * FROM old WHERE id >= {{{{ least }}}}\"\nnew = \"SELECT * FROM new WHERE id >= {{{{ least }}}}\"\n"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

/// Catches a way out of the folder: by `..`, by an absolute path, by a link to a suite, to a folder, to a report, and by the
/// path of a suite in a report.
#[test]
fn nothing_outside_of_the_folder_is_reached() {
    let around = tempfile::tempdir().unwrap();
    let at = around.path();
    let inside = at.join("inside");
    suite(&at.join("outside"), "", 3);
    suite(&inside.join("checks/mine"), "", 3);
    let run = crate::cli::cutover(&at.join("outside")).args(["run", ".", "--quiet"]).status().unwrap();
    assert_eq!(run.code(), Some(1));
    let runs = std::fs::read_dir(at.join("outside/reports")).unwrap().map(|one| one.unwrap().path());
    let report = runs.filter(|path| path.is_dir()).max().unwrap();
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, inside.join(name)).unwrap();
    link(&at.join("outside"), "folder");
    link(&at.join("outside/suite.toml"), "linked.suite.toml");
    std::fs::create_dir(inside.join("copy")).unwrap();
    link(&report.join("report.json"), "copy/report.json");
    let outside = at.join("outside");
    let outside = outside.to_str().unwrap();

    let mut client = Client::started(at, &["inside"]);
    let suites =
        [outside, "../outside", "folder", "folder/suite.toml", "linked.suite.toml", "checks/../../outside", "/"];
    for path in suites {
        for tool in ["list_checks", "validate_suites", "run_checks"] {
            let why = client.refused(tool, json!({ "suites": [path] }));
            assert!(why.contains("lies outside of the folder") && !why.contains("old.csv"), "{tool} {path}: {why}");
        }
    }
    let there = report.strip_prefix(at.join("outside")).unwrap().to_str().unwrap();
    let away =
        [report.to_str().unwrap(), &format!("../outside/{there}"), &format!("folder/{there}"), "copy", "/etc/passwd"]
            .map(str::to_owned);
    for path in &away {
        let waiver = json!({ "report": path, "check": "s.c", "until": "2099-01-01", "why": "w", "owner": "o" });
        for (tool, arguments) in [
            ("read_report", json!({ "report": path })),
            ("show_differences", json!({ "report": path })),
            ("propose_waiver", waiver),
        ] {
            let why = client.refused(tool, arguments);
            assert!(why.contains("lies outside of the folder"), "{tool} {path}: {why}");
        }
    }
    // A report may say anything.
    let text = std::fs::read_to_string(report.join("report.json")).unwrap();
    let mut told: Json = serde_json::from_str(&text).unwrap();
    told["suites"][0]["path"] = format!("{outside}/suite.toml").into();
    std::fs::remove_file(inside.join("copy/report.json")).unwrap();
    std::fs::write(inside.join("copy/report.json"), told.to_string()).unwrap();
    std::fs::copy(report.join("differences.parquet"), inside.join("copy/differences.parquet")).unwrap();
    let waiver = json!({ "report": "copy", "check": "s.c", "until": "2099-01-01", "why": "w", "owner": "o" });
    let why = client.refused("propose_waiver", waiver);
    assert!(why.contains("outside/suite.toml lies outside of the folder"), "{why}");
    assert_eq!(client.done("show_differences", json!({ "report": "copy" })).1["matching"], 3, "which is inside");
    std::fs::remove_file(inside.join("copy/differences.parquet")).unwrap();
    link(&report.join("differences.parquet"), "copy/differences.parquet");
    let why = client.refused("show_differences", json!({ "report": "copy" }));
    assert!(why.contains("lies outside of the folder"), "{why}");

    let (_, told) = client.done("list_checks", json!({}));
    assert_eq!(told["checks"].as_array().unwrap().len(), 1, "what is below checks/ alone: {told}");
    let mine = inside.join("checks/mine");
    let (_, same) = client.done("list_checks", json!({ "suites": [mine] }));
    assert_eq!(same["checks"].as_array().unwrap().len(), 1, "an absolute path that leads inside");

    let why = client.refused("list_checks", json!({ "suites": ["."] }));
    assert!(why.contains("linked.suite.toml: it lies outside of the folder"), "{why}");
    std::fs::remove_file(inside.join("linked.suite.toml")).unwrap();
    let (_, told) = client.done("list_checks", json!({ "suites": ["."] }));
    assert_eq!(told["suites"].as_array().unwrap().len(), 1, "a folder that leads out is passed over: {told}");

    // Where runs would write, and where the last one would be.
    link(&at.join("outside/reports"), "reports");
    let before = files(at);
    for (tool, arguments) in [
        ("run_checks", json!({})),
        ("read_report", json!({})),
        ("show_differences", json!({ "report": "last" })),
        ("propose_waiver", json!({ "check": "s.c", "until": "2099-01-01", "why": "w", "owner": "o" })),
    ] {
        let why = client.refused(tool, arguments);
        assert!(why.contains("lies outside of the folder"), "{tool}: {why}");
    }
    assert_eq!(files(at), before);
}

/// Catches an answer of more rows than the server was started for, however many are asked for.
#[test]
fn no_answer_has_more_rows_than_it_may() {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), "", 1500);
    let most = |arguments: &[&str]| {
        let mut client = Client::started(folder.path(), arguments);
        let (words, told) = client.done("run_checks", json!({}));
        let examples = told["checks"][0]["examples"].as_array().unwrap().len();
        assert!(words.matches(" → plain-b").count() <= examples * 2, "{words}");
        let shown = [json!(1_000_000), json!(u64::MAX), Json::Null, json!(4)].map(|limit| {
            let (words, told) = client.done("show_differences", json!({ "limit": limit }));
            let shown = told["differences"].as_array().unwrap().len();
            let left =
                format!("{} more; the next ones with --skip {shown}", cutover::model::thousands(1500 - shown as u64));
            assert!(words.ends_with(&left), "{words}");
            shown
        });
        (examples, shown)
    };
    assert_eq!(most(&[]), (20, [20, 20, 20, 4]));
    assert_eq!(most(&["--max-rows", "6"]), (6, [6, 6, 6, 4]));
    assert_eq!(most(&["--max-rows", "1000"]), (20, [1000, 1000, 1000, 4]));
    for number in ["0", "1001"] {
        let client = Client::mute(folder.path(), &["--max-rows", number], &[]);
        let (code, said) = client.closed();
        assert!(code == Some(2) && said.contains("1..=1000"), "{said}");
    }
}

/// Catches a proposed waiver of which a part is cut away, in the object or in the words; one that names more than an answer may
/// have, alone or with others; and one that is left out without a word.
#[test]
fn a_waiver_is_told_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let proposed = |client: &mut Client, check: &str, more: Json| {
        let mut waiver = json!({ "check": check, "until": "2099-01-01", "why": "w", "owner": "o" });
        waiver.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.call("propose_waiver", waiver)
    };
    suite(folder.path(), "", 100);
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    let (head, check) = text.split_once("[checks.c]").unwrap();
    std::fs::write(folder.path().join("suite.toml"), format!("{head}[checks.c]{check}[checks.d]{check}")).unwrap();
    let mut client = Client::started(folder.path(), &["--max-rows", "150"]);
    client.done("run_checks", json!({}));
    for more in [json!({}), json!({ "any_value": true })] {
        let told = proposed(&mut client, "s.c", more.clone());
        let toml = told["structuredContent"]["proposals"][0]["toml"].as_str().unwrap();
        let table: toml::Table = toml.parse().unwrap_or_else(|why| panic!("{why}: {toml}"));
        let waiver = &table["waivers"][0];
        let named = waiver.get("values").or_else(|| waiver.get("keys")).unwrap().as_array().unwrap().len();
        assert_eq!(named, if more.get("any_value").is_some() { 100 } else { 200 }, "of two columns: {toml}");
        assert!(super::words(&told).contains(toml.trim()), "{told}");
    }
    let told = proposed(&mut client, "s.*", json!({}));
    let told = &told["structuredContent"];
    assert_eq!(told["proposals"].as_array().unwrap().len(), 1, "{told}");
    assert!(told["refused"][0]["why"].as_str().unwrap().contains("s.d has no room beside the others"), "{told}");
    let mut few = Client::started(folder.path(), &["--max-rows", "99"]);
    for more in [json!({}), json!({ "keys": true }), json!({ "any_value": true })] {
        let told = proposed(&mut few, "s.c", more.clone());
        assert_eq!(told["isError"], true, "{more}: {told}");
        let why = super::words(&told);
        assert!(why.contains("names 100 differences, and an answer has 99 at most (--max-rows)"), "{more}: {why}");
    }
    let told = proposed(&mut few, "s.c", json!({ "at_most": 100 }));
    assert_eq!(told["isError"], false, "the way out: {told}");

    suite(folder.path(), "", 1000);
    let mut client = Client::started(folder.path(), &["--max-rows", "1000"]);
    client.done("run_checks", json!({}));
    let told = proposed(&mut client, "s.c", json!({}));
    assert_eq!(told["isError"], true, "{told}");
    assert!(super::words(&told).contains("characters, and an answer has room for"), "{told}");
}

/// Catches a server that ends, hangs or answers nonsense because a line is no request, and an error of the protocol where the
/// agent could have read what is wrong.
#[test]
fn what_is_no_request_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), "", 3);
    let mut client = Client::started(folder.path(), &[]);
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"id\":\"n\",\"method\":\"tools/call\",\"params\":{deep}{}}}", "]".repeat(100_000));
    let long = format!("{{\"method\":\"tools/call\",\"params\":\"{}\",\"id\":\"l\"}}", "a".repeat(20_000_000));
    for (line, id, code) in [
        ("{", Json::Null, -32700),
        ("null", Json::Null, -32600),
        ("\u{0}", Json::Null, -32700),
        ("{\"jsonrpc\":\"2.0\"", Json::Null, -32700),
        (&deep, Json::Null, -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\"", json!(9), -32700),
        (&nested, json!("n"), -32700),
        (&long, json!("l"), -32600),
    ] {
        client.send("");
        client.send(line);
        let told = client.next(super::PATIENCE).unwrap();
        let shown = &line[..line.len().min(80)];
        assert_eq!(
            (&told["id"], &told["error"]["code"], told.get("result")),
            (&id, &json!(code), None),
            "{shown}: {told}"
        );
    }
    let code = |told: Json| told["error"]["code"].as_i64().unwrap_or_else(|| panic!("{told}"));
    for (params, wanted, why) in [
        (json!({ "name": "list_checks", "arguments": [] }), -32602, "`arguments`, an object"),
        (json!({ "name": 7 }), -32602, "`arguments`, an object"),
        (json!([]), -32600, "`params`, an object"),
    ] {
        let told = client.request("tools/call", params.clone());
        let said = told["error"]["message"].as_str().unwrap_or_default();
        assert!(said.contains(why), "{params}: {told}");
        assert_eq!(code(told), wanted);
    }
    assert_eq!(code(client.request("tools/call", json!({ "name": "no_such_tool", "arguments": {} }))), -32602);
    assert_eq!(code(client.request("tools/drop", json!({}))), -32601);
    assert_eq!(code(client.request("resources/list", json!({}))), -32601);

    for (tool, arguments, told) in [
        ("run_checks", json!({ "onyl": ["s.c"] }), "there is no argument `onyl`; did you mean `only`?"),
        ("run_checks", json!({ "sql": "SELECT 1" }), "there is no argument `sql`; known: suites, only, tags, params"),
        ("run_checks", json!({ "only": "s.c" }), "argument `only`: "),
        ("run_checks", json!({ "suites": [7], "only": [] }), "argument `suites`: "),
        ("run_checks", json!({ "params": { "least": [1] } }), "argument `params`: a param is a text, a number"),
        ("run_checks", json!({ "params": { "nothing": 1 } }), "--param nothing: no suite has a param of this name"),
        ("run_checks", json!({ "params": { "least": "1; DROP TABLE t" } }), "--param least: "),
        ("run_checks", json!({ "only": ["s.other"] }), "--only s.other matches no check"),
        ("run_checks", json!({ "only": ["["] }), "--only [: "),
        ("run_checks", json!({ "tags": ["none"] }), "--tag none matches no check"),
        ("run_checks", json!({ "suites": ["nothing"] }), "there is no such file or folder"),
        ("validate_suites", json!({ "estimate": true }), "`estimate` needs `connect`"),
        ("read_report", json!({}), "`last` for the newest in reports/"),
        ("read_report", json!({ "report": "old.csv" }), "is no JSON"),
        ("show_differences", json!({ "limit": -1 }), "argument `limit`: "),
        ("show_differences", json!({ "limit": 1.5 }), "argument `limit`: "),
        ("show_differences", json!({ "where": ["id"] }), "argument `where`: write it as NAME=VALUE"),
        ("show_differences", json!({ "difference": ["odd"] }), "argument `difference`: "),
        ("propose_waiver", json!({ "check": "s.c" }), "missing field `until`"),
        (
            "propose_waiver",
            json!({ "check": "s.c", "until": "soon", "why": "w", "owner": "o" }),
            "argument `until`: write a date such as 2026-12-31",
        ),
    ] {
        let why = client.refused(tool, arguments.clone());
        assert!(why.contains(told), "{tool} {arguments}: {why}");
    }
    let (_, told) = client.done("run_checks", json!({ "params": { "least": 2 } }));
    assert_eq!(told["checks"][0]["rows"]["changed"], "1", "{told}");
    for (arguments, told) in [
        (json!({ "check": "s.d" }), "did you mean `s.c`?"),
        (json!({ "check": "t.*" }), "no check of reports/"),
        (json!({ "check": "s.c", "until": "2001-01-01" }), "is over already"),
        (json!({ "check": "s.c", "why": " " }), "--why is empty"),
        (json!({ "check": "s.c", "at_most": 0 }), "--at-most 0"),
        (json!({ "check": "s.c", "at_most": 3, "keys": true }), "--keys cannot be used with --at-most"),
        (json!({ "check": "s.c", "delta": true, "any_value": true }), "--delta cannot be used with --any-value"),
    ] {
        let mut whole = json!({ "until": "2099-01-01", "why": "w", "owner": "o" });
        whole.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
        let why = client.refused("propose_waiver", whole);
        assert!(why.contains(told), "{arguments}: {why}");
    }
    let why = client.refused("show_differences", json!({ "only": ["s.other"] }));
    assert!(why.contains("no check of reports/"), "{why}");
    let (code, _) = client.closed();
    assert_eq!(code, Some(0));
}

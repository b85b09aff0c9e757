//! Each tool on the demo's suite: it answers what its command prints, and changes nothing.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::{Client, files, printed};
use crate::cli::cutover;

/// The demo's pair in a folder of its own.
pub(super) fn pair() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = cutover(folder.path()).args(["demo", "--dir", ".", "--quiet"]).output().unwrap();
    assert_eq!(made.status.code(), Some(1), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::remove_dir_all(folder.path().join("reports")).unwrap();
    folder
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// Where there are reports of runs.
fn reports(folder: &Path) -> Vec<String> {
    let Ok(found) = std::fs::read_dir(folder.join("reports")) else { return Vec::new() };
    let mut names: Vec<String> = found.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Catches any change of what an agent is told of the tools, and of what they take.
#[test]
fn the_tools_are_as_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::started(folder.path(), &[]);
    let told = client.request("tools/list", json!({}));
    let tools = told["result"]["tools"].as_array().unwrap();
    for tool in tools {
        let schema = &tool["inputSchema"];
        let validator = jsonschema::validator_for(schema).unwrap();
        assert_eq!((&schema["type"], &schema["additionalProperties"]), (&Json::from("object"), &Json::Bool(false)));
        assert!(!validator.is_valid(&json!({ "sql": "SELECT 1" })), "{tool}");
        let hints = &tool["annotations"];
        let writes = tool["name"] == "run_checks";
        assert_eq!((&hints["readOnlyHint"], &hints["destructiveHint"]), (&Json::Bool(!writes), &Json::Bool(false)));
    }
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("mcp_tools", format!("{:#}", told["result"]["tools"]));
    });
    let mut client = Client::started(folder.path(), &["--no-report"]);
    let told = client.request("tools/list", json!({}));
    let tools = told["result"]["tools"].as_array().unwrap();
    assert!(tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true), "{told}");
}

/// Catches a list, or mistakes, that are not those of the commands.
#[test]
fn suites_are_listed_and_judged_as_by_the_commands() {
    let folder = pair();
    let at = folder.path();
    let mut client = Client::started(at, &[]);
    let (words, told) = client.done("list_checks", json!({}));
    assert_eq!(told, json(&printed(at, &["list", ".", "--json"])));
    assert_eq!(words, printed(at, &["list", "."]).trim());
    assert!(told["checks"].as_array().unwrap().len() > 10 && !told["suites"][0]["params"].is_null(), "{told}");
    let (words, told) = client.done("validate_suites", json!({ "suites": ["suite.toml"], "connect": true }));
    assert_eq!(told, json(&printed(at, &["validate", "suite.toml", "--connect", "--json"])));
    assert!(words.contains("no mistakes") && words.contains("\"sources\""), "{words}");

    let suite = std::fs::read_to_string(at.join("suite.toml")).unwrap();
    std::fs::write(at.join("suite.toml"), suite.replace("kind = \"row_count\"", "kind = \"row_cuont\"")).unwrap();
    let (words, told) = client.done("validate_suites", json!({}));
    assert_eq!(told, json(&printed(at, &["validate", ".", "--json"])));
    assert_eq!(told["valid"], false);
    let said = cutover(at).args(["validate", "."]).output().unwrap().stderr;
    assert_eq!(words, String::from_utf8(said).unwrap().trim());
    let why = client.refused("run_checks", json!({}));
    assert!(why.contains("row_cuont"), "{why}");
}

/// Catches a run whose verdicts are others than those of `cutover run`, that is told at greater length than there is room for,
/// and that writes anything but its reports.
#[test]
fn a_run_is_that_of_the_command() {
    let folder = pair();
    let at = folder.path();
    let before = files(at);
    let mut client = Client::started(at, &["--max-rows", "3"]);
    let (words, told) = client.done("run_checks", json!({}));
    assert_eq!(files(at), before);
    let [run] = &reports(at)[..] else { panic!("a folder of reports and no history: {:?}", reports(at)) };
    assert!(words.ends_with(&format!("report: reports/{run}/")), "{words}");
    let verdicts = |report: &Json| -> Vec<(Json, Json)> {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().map(|check| (check["id"].clone(), check["status"].clone())).collect()
    };
    let commands = json(&printed(at, &["run", ".", "--json", "--no-history"]));
    assert_eq!((verdicts(&told), &told["status"]), (verdicts(&commands), &Json::from("fail")));
    let written = json(&std::fs::read_to_string(at.join("reports").join(run).join("report.json")).unwrap());
    for (told, written) in told["checks"].as_array().unwrap().iter().zip(written["checks"].as_array().unwrap()) {
        let id = &told["id"];
        if told["status"] == "pass" {
            assert!(told.as_object().unwrap().len() <= 4, "{told}");
            continue;
        }
        assert_eq!((&told["rows"], &told["diagnosis"]), (&written["rows"], &written["diagnosis"]), "{id}");
        for list in ["examples", "measures"] {
            assert!(told[list].as_array().is_none_or(|all| all.len() <= 3), "{id}: {told}");
        }
    }
    let ours: Vec<&str> = words.lines().filter(|line| line.starts_with("FAIL") || line.starts_with("fail ")).collect();
    assert!(ours.len() > 5, "{words}");

    let only = told["checks"][0]["id"].clone();
    let (_, one) = client.done("run_checks", json!({ "only": [only] }));
    let checks = one["checks"].as_array().unwrap();
    assert!(checks.len() == 1 && !checks[0]["old"].is_null(), "a check that is named is told in full: {one}");
    assert_eq!(reports(at).len(), 2);
    let mut silent = Client::started(at, &["--no-report"]);
    let (words, _) = silent.done("run_checks", json!({ "only": [only] }));
    assert!(!words.contains("report: ") && reports(at).len() == 2, "{words}");
}

/// Catches a report, or differences, that are not those of the run; and a page that repeats or passes over one.
#[test]
fn a_report_is_read_and_its_differences_are_paged_through() {
    let folder = pair();
    let at = folder.path();
    let mut client = Client::started(at, &["--max-rows", "300"]);
    client.done("run_checks", json!({}));
    let (_, all) = client.done("read_report", json!({}));
    let id = |name: &str| {
        let checks = all["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["id"].as_str().unwrap().ends_with(name));
        found.unwrap_or_else(|| panic!("{name}: {all}"))["id"].as_str().unwrap().to_owned()
    };
    let (invoices, spans) = (id(".invoices"), id(".spans"));
    let (_, one) = client.done("read_report", json!({ "report": "last", "only": [invoices] }));
    assert_eq!(one["checks"].as_array().unwrap().len(), 1);
    let named = format!("reports/{}", all["id"].as_str().unwrap());
    assert_eq!(client.done("read_report", json!({ "report": named })).1, all);

    let mut paged = Vec::new();
    for skip in (0..).step_by(300) {
        let arguments = json!({ "only": [invoices], "skip": skip, "limit": 1_000_000_000_u64, "rows": true });
        let (words, page) = client.done("show_differences", arguments);
        assert!(page["diagnosis"][0]["diagnosis"].as_array().is_some_and(|found| !found.is_empty()), "{page}");
        if skip == 0 {
            let text = page["diagnosis"][0]["diagnosis"][0]["text"].as_str().unwrap();
            assert!(words.starts_with(&format!("{invoices}: {text}")), "{words}");
        }
        let found = page["differences"].as_array().unwrap().clone();
        assert!(found.len() <= 300);
        paged.extend(found);
        if paged.len() as u64 >= page["matching"].as_u64().unwrap() {
            break;
        }
    }
    let shown = printed(at, &["show", "last", "--only", &invoices, "--json"]);
    let shown: Vec<Json> = shown.lines().map(json).collect();
    assert!(shown.len() > 600, "{}", shown.len());
    assert_eq!(paged, shown);
    let (_, some) = client.done("show_differences", json!({ "only": [spans], "difference": ["changed"], "limit": 1 }));
    let [changed] = &some["differences"].as_array().unwrap()[..] else { panic!("{some}") };
    assert!(changed["difference"] == "changed" && changed.get("old_row").is_none(), "rows only where asked: {some}");
}

/// Catches a waiver that does not cover what it is proposed for, and one that is written.
#[test]
fn a_waiver_is_proposed_and_not_written() {
    let folder = pair();
    let at = folder.path();
    let mut client = Client::started(at, &[]);
    let (_, told) = client.done("run_checks", json!({ "only": ["*.spans", "*.traces"] }));
    let before = files(at);
    let arguments = |check: &str| json!({ "check": check, "until": "2099-12-31", "why": "known", "owner": "ann" });
    let spans =
        told["checks"].as_array().unwrap().iter().find(|check| check["id"].as_str().unwrap().ends_with(".spans"));
    let (_, one) = client.done("propose_waiver", arguments(spans.unwrap()["id"].as_str().unwrap()));
    assert_eq!(one["proposals"].as_array().unwrap().len(), 1, "{one}");
    let (words, both) = client.done("propose_waiver", arguments("*.{spans,traces}"));
    assert_eq!(files(at), before);
    let proposals = both["proposals"].as_array().unwrap();
    assert!(proposals.len() == 2 && proposals.iter().all(|one| one["file"] == "./waivers.toml"), "{both}");
    let toml: String = proposals.iter().map(|one| format!("{}\n", one["toml"].as_str().unwrap())).collect();
    assert!(proposals.iter().all(|one| words.contains(one["toml"].as_str().unwrap().trim())), "{words}");
    std::fs::write(at.join("waivers.toml"), toml).unwrap();
    let again = cutover(at).args(["run", ".", "--only", "*.spans", "--only", "*.traces", "--quiet"]).status().unwrap();
    assert_eq!(again.code(), Some(0), "what was proposed covers what was found");
    let why = client.refused("propose_waiver", arguments("demo.spans"));
    assert!(why.contains("is waived already"), "{why}");
}

/// Catches a client of another age that is not understood: one that begins without a handshake, and one of an older protocol.
#[test]
fn clients_of_every_age_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut new = Client::mute(folder.path(), &[], &[]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "a test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let told = new.request("server/discover", json!({ "_meta": meta }));
    assert!(told["result"]["capabilities"]["tools"].is_object(), "{told}");
    let told = new.request("tools/list", json!({ "_meta": meta }));
    assert_eq!(told["result"]["tools"].as_array().unwrap().len(), 6, "{told}");
    let mut old = Client::mute(folder.path(), &[], &[]);
    let hello =
        json!({ "protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": { "name": "a", "version": "1" } });
    assert_eq!(old.request("initialize", hello)["result"]["protocolVersion"], "2024-11-05");
    assert_eq!(old.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().len(), 6);
}

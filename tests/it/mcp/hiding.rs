//! What no answer may hold: values of masked columns, values at all where none are shown, passwords.

use serde_json::json;

use super::Client;
use super::hostile::suite;
use crate::cli::cutover;
use crate::support::engine_url;

/// Calls that may quote a value, after a run.
fn everything(client: &mut Client) {
    client.call("list_checks", json!({}));
    client.call("validate_suites", json!({ "connect": true, "estimate": true }));
    client.call("run_checks", json!({}));
    client.call("run_checks", json!({ "only": ["s.c"] }));
    client.call("read_report", json!({}));
    client.call("read_report", json!({ "only": ["s.c"] }));
    client.call("show_differences", json!({ "rows": true }));
    client.call("show_differences", json!({ "where": ["token=secret-a-1"], "rows": true }));
    for more in [json!({}), json!({ "keys": true }), json!({ "any_value": true }), json!({ "at_most": 2 })] {
        let mut waiver = json!({ "check": "s.c", "until": "2099-01-01", "why": "w", "owner": "o" });
        waiver.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.call("propose_waiver", waiver);
    }
}

/// Catches a masked value in any answer, and a mask that hides nothing because nothing was there.
#[test]
fn a_masked_value_is_in_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    for (mask, hidden) in [("", false), ("mask = [\"token\"]", true)] {
        suite(folder.path(), mask, 3);
        let mut client = Client::started(folder.path(), &[]);
        everything(&mut client);
        let (_, said) = client.closed();
        assert_eq!(!said.contains("secret-"), hidden, "{mask}: {said}");
        assert!(said.contains("\"old\":\"plain-a-1\""), "what is not masked: {said}");
        assert_eq!(said.contains("masked:"), hidden);
    }
}

/// Catches a value of a row where the server was started to show none: of its own runs, and of reports that hold some.
#[test]
fn a_server_without_examples_shows_no_value() {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), "", 3);
    cutover(folder.path()).args(["run", ".", "--quiet", "--reports", "earlier"]).status().unwrap();
    let earlier = std::fs::read_dir(folder.path().join("earlier")).unwrap().map(|one| one.unwrap());
    let earlier = earlier.filter(|one| one.path().is_dir()).map(|one| one.file_name()).max().unwrap();
    let earlier = format!("earlier/{}", earlier.to_str().unwrap());
    let mut client = Client::started(folder.path(), &["--no-examples"]);
    everything(&mut client);
    let (_, told) = client.done("read_report", json!({ "report": earlier }));
    assert_eq!(told["checks"][0]["rows"]["changed"], "3", "counts are no values: {told}");
    let why = client.refused("show_differences", json!({ "report": earlier }));
    assert!(why.contains("--no-examples"), "{why}");
    let waiver = json!({ "report": earlier, "check": "s.c", "until": "2099-01-01", "why": "w", "owner": "o" });
    assert!(client.refused("propose_waiver", waiver).contains("at_most"));
    let (_, said) = client.closed();
    for value in ["secret-", "plain-"] {
        assert!(!said.contains(value), "{value}: {said}");
    }
}

/// Catches a password in an answer: of a URL that works, of one that does not, of a suite that holds one, and of a value that
/// an agent puts where no URL belongs.
#[test]
fn a_password_is_in_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let url = url::Url::parse(&engine_url("CUTOVER_TEST_POSTGRES_URL")).unwrap();
    let mut broken = url.clone();
    broken.set_password(Some("Tr0ub4dor-and-3")).unwrap();
    broken.set_path("/no_such_database");
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{THE_URL}}\"\n[sources.new]\nurl = \"{broken}\"\n\
         [sources.off]\nurl = \"clickhouse://reader:Tr0ub4dor-and-3@127.0.0.1:1/db\"\n[checks.c]\nkind = \"row_count\"\n\
         old = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n[checks.d]\nkind = \"row_count\"\n\
         sources = {{ old = \"off\", new = \"old\" }}\nold = \"SELECT 1 AS n\"\nnew = \"SELECT n FROM nothing_there\"\n"
    );
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let mut own = url;
    own.set_password(Some("c0rrect-horse-battery")).unwrap();
    let mut client = Client::with(folder.path(), &["--timeout", "5s"], &[("THE_URL", own.as_str())]);
    everything(&mut client);
    client.call("run_checks", json!({ "only": [broken.as_str()] }));
    client.call("run_checks", json!({ "suites": [broken.as_str()] }));
    client.call("read_report", json!({ "report": broken.as_str() }));
    client.call("run_checks", json!({ "params": { "x": broken.as_str() } }));
    client.request("tools/call", json!({ "name": broken.as_str() }));
    let (_, said) = client.closed();
    assert!(said.contains("no_such_database") || said.contains("***"), "{said}");
    for password in ["Tr0ub4dor", "c0rrect-horse"] {
        assert!(!said.contains(password), "{said}");
    }
}

/// Catches a secret that an agent reads as the path of a source, and words that call a suite right whose sources cannot be
/// opened.
#[test]
fn a_secret_in_the_place_of_a_path_is_in_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "c0rrect-horse-battery\n").unwrap();
    let file = format!("${{file:{}}}", secret.display());
    for url in ["x/${DB_PASSWORD}", "${DB_PASSWORD}", "${DB_PASSWORD}/a.csv", "sqlite:${DB_PASSWORD}.db", &file] {
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n[checks.c]\n\
             kind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT n FROM t\"\n"
        );
        std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
        let mut client = Client::with(folder.path(), &[], &[("DB_PASSWORD", "c0rrect-horse-battery")]);
        everything(&mut client);
        let (words, told) = client.done("validate_suites", json!({ "connect": true }));
        assert_eq!(told["valid"], false, "{url}: {told}");
        assert!(words.starts_with("1 suite, 1 check, not valid: "), "{url}: {words}");
        let (_, said) = client.closed();
        assert!(!said.contains("c0rrect-horse"), "{url}: {said}");
        let shown = cutover(folder.path())
            .args(["validate", "suite.toml", "--connect"])
            .env("DB_PASSWORD", "c0rrect-horse-battery")
            .output()
            .unwrap();
        let shown = (shown.status.code(), String::from_utf8(shown.stdout).unwrap());
        assert!(shown.0 == Some(2) && shown.1.ends_with("not as it should be\n"), "{url}: {shown:?}");
    }
}

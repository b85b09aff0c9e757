//! Words of servers, files and suites in what every command prints: no character of theirs reaches a terminal as it is, and no
//! line of theirs is one that a CI runner obeys.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use crate::cli::cutover;

/// What moves a cursor, turns a line around, ends one, and is obeyed by GitHub's runner, Azure's and TeamCity's.
const HOSTILE: &str = "x\u{1b}[2J\u{9b}1m\u{202e}\u{feff}\r\n::error::forged\n \t::add-mask::a\n##[error]b ##vso[task.x]c ##teamcity[d]\nPASS: e\n";

/// What of `text` a terminal or a runner would obey.
fn obeyed(text: &str, report: bool) -> Vec<String> {
    let moves = |c: char| (c.is_control() && c != '\n' && c != '\t') || ['\u{202e}', '\u{feff}'].contains(&c);
    let signs = ["##[", "##vso[", "##teamcity["];
    let lines = text.lines().filter(|line| {
        line.chars().any(moves)
            || line.trim_start().starts_with("::")
            || signs.iter().any(|sign| line.contains(sign))
            // A line of theirs that reads as one of ours.
            || (line.starts_with("PASS: e") && !report)
    });
    lines.map(|line| format!("{line:?}")).collect()
}

/// A ClickHouse that refuses everything in hostile words.
fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 16 << 10]);
            let body = format!("Code: 60. DB::Exception: {HOSTILE}");
            let head = "HTTP/1.1 500 No\r\nX-ClickHouse-Exception-Code: 60\r\nConnection: close\r\nContent-Length: ";
            let _ = stream.write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes());
        }
    });
    port
}

fn suite(folder: &Path, name: &str, old: &str, new: &str, checks: &str) {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let text =
        format!("name = \"s\"\n[sources.old]\nurl = {}\n[sources.new]\nurl = {}\n{checks}", quoted(old), quoted(new));
    std::fs::create_dir_all(folder.join(name)).unwrap();
    std::fs::write(folder.join(name).join("suite.toml"), text).unwrap();
}

/// Catches a value, a name, an error or a suite's own text that moves the cursor or gives the runner a command, in any command.
#[test]
fn no_command_prints_words_of_others_as_they_are() {
    let token = regex::Regex::new("^\"::[0-9a-f]{32}::\"$").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (quoted, clickhouse) =
        (toml::Value::from(HOSTILE).to_string(), format!("clickhouse://u@127.0.0.1:{}/d", server()));
    let identifier = format!("\"{HOSTILE}\"");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(at.join("d.db")).create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let sql = format!(
            "CREATE TABLE t (id integer primary key, {identifier} text); INSERT INTO t VALUES (1, '{HOSTILE}'); \
             CREATE TABLE {identifier} (a integer); CREATE TABLE u (id integer primary key, {identifier} text);"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    });
    let rows = |old: &str, new: &str| {
        let sql = |text: &str| toml::Value::from(text).to_string();
        format!(
            "[checks.c]\nwhy = {quoted}\ntags = [{quoted}]\nkind = \"rows\"\nkey = [\"id\"]\nold = {}\nnew = {}\n",
            sql(old),
            sql(new)
        )
    };
    let db = "sqlite:../d.db";
    suite(at, "differs", db, db, &rows("SELECT * FROM t", "SELECT * FROM u"));
    suite(at, "refused", db, db, &rows(&format!("SELECT {identifier}.a FROM t"), "SELECT * FROM u"));
    suite(at, "server", &clickhouse, &clickhouse, &rows("SELECT 1 AS id", "SELECT 1 AS id"));
    suite(at, "wrong", "x", "x", &format!("[checks.{quoted}]\nkind = {quoted}\nold = 1\n"));
    std::fs::create_dir(at.join(HOSTILE.replace('/', ""))).unwrap();
    let report = serde_json::json!({
        "schema_version": 1, "started_at": HOSTILE, "status": "fail", "interrupted": false,
        "suites": [{ "name": "s", "path": HOSTILE, "sha256": "", "params": {}, "sources": {} }],
        "checks": [{ "id": format!("s.{HOSTILE}"), "kind": "rows", "status": "fail" }],
    });
    std::fs::write(at.join("report.json"), report.to_string()).unwrap();
    std::fs::create_dir_all(at.join("pack/rehearsal")).unwrap();
    for file in ["old.schema.sql", "new.schema.sql", "data.sql", "migration.sql"] {
        std::fs::write(
            at.join("pack/rehearsal").join(file),
            format!("SELECT '{HOSTILE}' FROM {identifier}{identifier};\n"),
        )
        .unwrap();
    }
    let waive = ["--until", "2099-01-01", "--why", "w", "--owner", "o"];
    let commands: Vec<(Vec<&str>, i32)> = vec![
        (vec!["run", "differs", "--reports", "rep"], 1),
        (vec!["run", "differs", "--no-history", "--report", "markdown=-"], 1),
        (vec!["run", "differs", "--no-history", "--report", "json=-"], 1),
        (vec!["run", "differs", "--no-history", "--report", "junit=-"], 1),
        (vec!["run", "differs", "--no-history", "--report", "html=-"], 1),
        (vec!["run", "differs", "--dry-run"], 0),
        (vec!["run", "refused", "--reports", "rep"], 2),
        (vec!["run", "server", "--reports", "rep", "--deadline", "9s"], 2),
        (vec!["run", "wrong"], 2),
        (vec!["validate", "wrong"], 2),
        (vec!["validate", "refused", "--connect"], 0),
        (vec!["validate", "server", "--connect"], 2),
        (vec!["list", "differs"], 0),
        (vec!["list", "differs", "--json"], 0),
        (vec!["list", "wrong"], 2),
        (vec!["list", HOSTILE], 2),
        (vec!["diff", "--old", "sqlite:d.db", "--new", "sqlite:d.db", "--old-table", "t", "--new-table", "u"], 1),
        (vec!["diff", "--old", "sqlite:d.db", "--new", "sqlite:d.db", "--table", &identifier], 2),
        (vec!["diff", "--old", &clickhouse, "--new", &clickhouse, "--table", "t"], 2),
        (vec!["init", "--old", "sqlite:d.db", "--new", "sqlite:d.db", "--dir", "first"], 0),
        (vec!["init", "--old", &clickhouse, "--new", &clickhouse, "--dir", "second"], 2),
        (vec!["rehearse", "pack", "--url", "old=sqlite:a.db", "--url", "new=sqlite:b.db"], 2),
        (vec!["history", "--reports", "rep"], 0),
        (vec!["history", "--reports", "rep", "--json"], 0),
        (vec!["history", "--history", "report.json"], 2),
        (vec!["history", HOSTILE, "--reports", "rep"], 2),
        ([&["waive", "report.json", "--check", "s.c"][..], &waive].concat(), 2),
        ([&["waive", HOSTILE, "--check", "s.c"][..], &waive].concat(), 2),
        (vec!["rerun", "report.json"], 2),
        (vec!["run", "differs", "--no-history", "--report", "json=shown.json"], 1),
        (vec!["show", "shown.json"], 0),
        (vec!["show", "shown.json", "--json"], 0),
        (vec!["show", HOSTILE, "--only", HOSTILE], 2),
        (vec!["run", "differs", "--baseline", HOSTILE], 2),
        (vec!["run", "differs", HOSTILE, "--only", HOSTILE], 2),
        (vec!["run", "--param", HOSTILE], 2),
        (vec![HOSTILE], 2),
    ];
    let mut wrong = Vec::new();
    for (arguments, code) in commands {
        for github in [false, true] {
            let mut command = cutover(at);
            command.args(&arguments).env_remove("TF_BUILD").env_remove("TEAMCITY_VERSION").env_remove("GITHUB_ACTIONS");
            match github && arguments[0] == "run" && !arguments.contains(&"--dry-run") {
                true => drop(command.arg("--github").env("GITHUB_STEP_SUMMARY", at.join("summary.md"))),
                false => drop(command.env("GITHUB_ACTIONS", "true")),
            }
            let _ = std::fs::remove_dir_all(at.join("first"));
            let output = command.output().unwrap();
            for stream in [&output.stdout, &output.stderr] {
                let report = arguments.iter().any(|argument| argument.ends_with("=-") || *argument == "--json");
                let text = String::from_utf8_lossy(stream);
                // With `--github` the annotations are cutover's own, and so is what stops the runner before them.
                let own = |line: &String| {
                    github
                        && ["\"::stop-commands::", "\"::error ", "\"::warning "].iter().any(|own| line.starts_with(own))
                };
                let found: Vec<String> =
                    obeyed(&text, report).into_iter().filter(|line| !own(line) && !token.is_match(line)).collect();
                wrong.extend((!found.is_empty()).then(|| format!("cutover {arguments:?}: {found:?}")));
            }
            let said = String::from_utf8_lossy(&output.stderr);
            let ended = output.status.code();
            wrong.extend((ended != Some(code)).then(|| format!("cutover {arguments:?} ends with {ended:?}: {said}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Catches a mistake of a suite that is told in the words of the program's own types.
#[test]
fn mistakes_are_told_in_words_of_suites() {
    let folder = tempfile::tempdir().unwrap();
    let source = "url = \".\"";
    let check = "kind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT 1 AS id\"\nnew = \"SELECT 1 AS id\"";
    for (head, of_source, of_check) in [
        ("mask = -1", "", ""),
        ("defaults = \"x\"", "", ""),
        ("requires = 3", "", ""),
        ("", "pace = \"x\"", ""),
        ("", "csv = 7", ""),
        ("", "as_of = 7", ""),
        ("", "", "settle = -1"),
        ("", "", "window = 2026-01-01"),
        ("", "", "columns.v = 3"),
        ("", "", "sources = 3"),
        ("", "", "tags = \"x\""),
        ("", "", "rename = 7"),
    ] {
        let suite = format!(
            "name = \"s\"\n{head}\n[sources.old]\n{source}\n{of_source}\n[sources.new]\n{source}\n[checks.c]\n{check}\n{of_check}\n"
        );
        std::fs::write(folder.path().join("s.toml"), suite).unwrap();
        let output = crate::cli::cutover(folder.path()).args(["validate", "s.toml"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{head}{of_source}{of_check}: {text}");
        let own = ["struct", "untagged", "variant", "a integer", "a array", "toml_"];
        assert!(!own.iter().any(|word| text.contains(word)), "{head}{of_source}{of_check}: {text}");
    }
}

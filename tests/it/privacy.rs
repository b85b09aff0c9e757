//! Planted secrets, looked for in everything that a run leaves behind: reports of every format, differences.parquet,
//! what is printed, temporary files. On every kind, on the ways to an error, and on three engines.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use url::Url;

use crate::cli::cutover;
use crate::packs::{clickhouse, postgres};

/// A part of every text that is secret, numbers and their difference, and days.
const SECRETS: [&str; 5] = ["zq7x", "918273645", "273645918", "644627727", "2019-07-13"];
/// Numbers over a whole side.
const TOTALS: [&str; 3] = ["135792468", "246813579", "111021111"];
/// Columns that hold them.
const MASK: &str = r#"["email", "note", "amount", "seen", "meta", "salary"]"#;

/// Two tables whose every value but the id is secret.
fn tables(number: &str, text: &str, end: &str) -> String {
    let table = |side: &str, email: &str| {
        format!(
            "CREATE TABLE people_{side} (id {number}, {email} {text}, note {text}, amount {number}, seen {text}, \
             meta {text}, twice {text}, salary {number}){end};\n"
        )
    };
    let row = |side: &str, id: u8, note: &str, amount: &str, hour: u8, salary: &str| {
        format!(
            "INSERT INTO people_{side} VALUES ({id}, 'ada{id}-zq7x@e.org', {note}, {amount}, \
             '2019-07-13T0{hour}:00:00Z', '{{\"zq7x\": {hour}}}', '{{\"zq7x\": 1, \"zq7x\": 2}}', {salary});\n"
        )
    };
    [
        table("old", "email"),
        table("new", "mail"),
        row("old", 1, "'one-zq7x'", "918273645", 5, "135792468"),
        row("old", 2, "'two-zq7x'", "918273645", 5, "0"),
        row("old", 3, "'three-zq7x'", "918273645", 5, "0"),
        row("new", 1, "'uno-zq7x'", "273645918", 1, "246813579"),
        row("new", 2, "NULL", "918273645", 5, "0"),
        row("new", 4, "'four-zq7x'", "273645918", 5, "0"),
    ]
    .concat()
}

/// A check of each kind with a difference in it.
const CHECKS: &str = r#"
[checks.by_id]
kind = "rows"
key = ["id"]
rename = { email = "mail" }
old = "SELECT id, email, note, amount, seen, meta FROM people_old"
new = "SELECT id, mail, note, amount, seen, meta FROM people_new"
[checks.by_email]
kind = "rows"
key = ["email"]
rename = { email = "mail" }
columns.amount = { absolute = 5 }
old = "SELECT email, note, amount FROM people_old"
new = "SELECT mail, note, amount FROM people_new"
[checks.sums]
kind = "sum"
key = ["email"]
old = "SELECT email, sum(amount) AS amount FROM people_old GROUP BY email"
new = "SELECT mail AS email, sum(amount) AS amount FROM people_new GROUP BY mail"
[checks.counts]
kind = "row_count"
key = ["email"]
old = "SELECT email, count(*) AS n FROM people_old GROUP BY email"
new = "SELECT mail AS email, count(*) AS n FROM people_new GROUP BY mail"
[checks.total]
kind = "row_count"
old = "SELECT max(salary) AS salary FROM people_old"
new = "SELECT max(salary) AS most FROM people_new"
[checks.tags]
kind = "tag_dedup"
key = ["email"]
old = "SELECT email, note AS tag FROM people_old"
new = "SELECT mail AS email, note FROM people_new UNION ALL SELECT mail AS email, note FROM people_new"
[checks.quantiles]
kind = "percentile"
key = ["email"]
value = "amount"
quantiles = { p50 = 0.5 }
relative = 0.01
rank = 0.01
min_rows = 1
old = "SELECT email, amount FROM people_old"
new = "SELECT mail AS email, amount FROM people_new"
[checks.fresh]
kind = "freshness"
key = ["email"]
max_lag = "1min"
columns.seen = { type = "timestamp" }
old = "SELECT email, seen FROM people_old"
new = "SELECT mail AS email, seen FROM people_new"
[checks.settled]
kind = "rows"
key = ["email"]
settle = { wait = "50ms", times = 1 }
old = "SELECT email, note FROM people_old"
new = "SELECT mail AS email, note FROM people_new"
[checks.noisy]
kind = "sum"
key = ["email"]
noise = true
old = "SELECT email, sum(amount) AS amount FROM people_old GROUP BY email"
new = "SELECT mail AS email, sum(amount) AS amount FROM people_new GROUP BY mail"
[checks.levels]
kind = "rows"
key = ["email"]
columns.amount = { warn = { absolute = 1 }, fail = { absolute = 99999999999 } }
old = "SELECT email, amount FROM people_old"
new = "SELECT mail AS email, amount FROM people_new"
[checks.none]
kind = "invariant"
new = "SELECT id, mail AS email, note, amount, seen, meta FROM people_new"
"#;

/// Checks that end in an error whose text, somewhere on its way, quotes a value.
const BROKEN: &str = r#"
[checks.keys_twice]
kind = "rows"
key = ["email"]
columns.meta = { json = true }
old = "SELECT email, meta FROM people_old"
new = "SELECT mail AS email, twice AS meta FROM people_new"
[checks.no_time]
kind = "freshness"
max_lag = "1min"
columns.seen = { type = "timestamp" }
old = "SELECT min(note) AS seen FROM people_old"
new = "SELECT min(seen) AS seen FROM people_new"
[checks.many_times]
kind = "freshness"
key = ["email"]
max_lag = "1min"
columns.seen = { type = "timestamp" }
old = "SELECT email, seen FROM people_old UNION ALL SELECT email, seen FROM people_old"
new = "SELECT mail AS email, seen FROM people_new"
"#;

/// A value that the server, or the way from it, stumbles over: as one answer, and in batches.
fn refused(expression: &str) -> String {
    let check = |name: &str, kind: &str| {
        format!(
            "[checks.{name}]\nkind = \"{kind}\"\nkey = [\"id\"]\n\
             old = \"SELECT id, {expression} AS amount FROM people_old\"\nnew = \"SELECT id, amount FROM people_new\"\n"
        )
    };
    check("refused_sum", "sum") + &check("refused_rows", "rows")
}

fn suite(url: &str, mask: &str, checks: &str) -> String {
    format!("name = \"people\"\n{mask}\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n{checks}")
}

/// What a run left: its report, and everything by name.
struct Left {
    code: Option<i32>,
    report: Json,
    artefacts: Vec<(String, String)>,
}

impl Left {
    /// Where `text` stands.
    fn places(&self, text: &str) -> Vec<&str> {
        let has = |(_, content): &&(String, String)| content.contains(text);
        self.artefacts.iter().filter(has).map(|(name, _)| name.as_str()).collect()
    }

    fn check(&self, name: &str) -> &Json {
        let id = format!("people.{name}");
        self.report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id.as_str()).unwrap()
    }
}

fn run(suite: &str, arguments: &[&str]) -> Left {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let given: Vec<&str> = ["run", "suite.toml"].into_iter().chain(arguments.iter().copied()).collect();
    left(folder.path(), &given, &[])
}

fn left(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Left {
    let spill = folder.join("spill");
    std::fs::create_dir_all(&spill).unwrap();
    let mut command = cutover(folder);
    let output: Output =
        command.args(arguments).env("TMPDIR", &spill).envs(variables.iter().copied()).output().unwrap();
    let mut artefacts = vec![
        ("stdout".to_owned(), String::from_utf8_lossy(&output.stdout).into_owned()),
        ("stderr".to_owned(), String::from_utf8_lossy(&output.stderr).into_owned()),
    ];
    let mut report = Json::Null;
    for entry in walkdir::WalkDir::new(folder.join("reports")).into_iter().flatten() {
        let path = entry.path();
        if !entry.file_type().is_file() {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        artefacts.push((name.clone(), String::from_utf8_lossy(&bytes).into_owned()));
        if name == "report.html" {
            artefacts.push((name.clone(), read_out(&String::from_utf8_lossy(&bytes))));
        }
        if name == "report.json" {
            report = serde_json::from_slice(&bytes).unwrap();
        }
        if name == "differences.parquet" {
            artefacts.push(("differences".to_owned(), decoded(path)));
        }
    }
    let spilled: Vec<PathBuf> = std::fs::read_dir(&spill).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(spilled.is_empty(), "left behind: {spilled:?}");
    Left { code: output.status.code(), report, artefacts }
}

/// What a reader of the page reads: no tags, and numbers without the marks between their thousands.
fn read_out(page: &str) -> String {
    let text = regex::Regex::new("<[^>]*>").unwrap().replace_all(page, "").into_owned();
    regex::Regex::new(r",(\d{3})").unwrap().replace_all(&text, "$1").into_owned()
}

/// Every cell of a Parquet file, a line per row.
fn decoded(path: &Path) -> String {
    let line = |row: &Vec<Option<String>>| {
        row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("\t")
    };
    crate::parquet::read(path).iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Nothing of what is secret stands anywhere, and everything did before it was hidden. The engine fails at the
/// expression `stumble`, and `quotes` what it stumbled over.
fn nothing_leaks(url: &str, stumble: &str, quotes: bool) {
    let all = format!("{CHECKS}{BROKEN}{}", refused(stumble));
    let bare = run(&suite(url, "", &all), &[]);
    for secret in SECRETS.iter().chain(&TOTALS) {
        for place in ["report.json", "report.html", "report.md", "stdout", "differences"] {
            // The file of differences holds values, and no distance between them.
            let delta = ["644627727", "111021111"].contains(secret) && place == "differences";
            assert!(
                delta || bare.places(secret).contains(&place),
                "{secret} is not planted in {place}: {:?}",
                bare.places(secret)
            );
        }
    }
    for name in ["keys_twice", "no_time", "many_times", "refused_sum", "refused_rows"] {
        let error = bare.check(name)["error"].to_string();
        assert!(error.contains("zq7x") || (!quotes && name.starts_with("refused")), "{name} quotes nothing: {error}");
    }
    let masked = run(&suite(url, &format!("mask = {MASK}"), &all), &[]);
    let per_check = all.replace("\nkind =", &format!("\nmask = {MASK}\nkind ="));
    let masked_each = run(&suite(url, "", &per_check), &[]);
    for secret in SECRETS.iter().chain(&TOTALS) {
        for left in [&masked, &masked_each] {
            assert_eq!(left.places(secret), Vec::<&str>::new(), "{secret}: {:?}", left.artefacts);
        }
    }
    // The verdicts are the same, and what is hidden can still be told apart.
    let verdicts = |left: &Left| -> Vec<(String, String)> {
        let checks = left.report["checks"].as_array().unwrap();
        checks.iter().map(|check| (check["id"].to_string(), check["status"].to_string())).collect()
    };
    assert_eq!(verdicts(&bare), verdicts(&masked));
    assert_eq!(masked.check("by_id")["rows"], bare.check("by_id")["rows"]);
    assert!(masked.places("masked:").contains(&"differences"));
    let changed = &masked.check("by_id")["examples"].as_array().unwrap().iter();
    let one = changed.clone().find(|example| example["key"]["id"] == "1").unwrap();
    assert_ne!(one["columns"]["note"]["old"], one["columns"]["note"]["new"]);
    let two = changed.clone().find(|example| example["key"]["id"] == "2").unwrap();
    assert!(two["columns"]["note"]["new"].is_null(), "NULL is no value: {two}");
    assert_eq!(masked.check("by_id")["masked"], serde_json::json!(["amount", "email", "mail", "meta", "note", "seen"]));

    let silent = run(&suite(url, "", &all), &["--no-examples"]);
    for secret in SECRETS {
        assert_eq!(silent.places(secret), Vec::<&str>::new(), "{secret}: {:?}", silent.artefacts);
    }
    assert!(silent.places("135792468").contains(&"report.json"), "a number over the whole side stays");
    assert!(silent.artefacts.iter().all(|(name, _)| name != "differences.parquet"));
    assert_eq!(verdicts(&bare), verdicts(&silent));
}

/// Catches any artefact, kind or error on SQLite that shows what is masked.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_shows_nothing_that_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(tables("INTEGER", "TEXT", ""))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    nothing_leaks(&format!("sqlite:{}", path.display()), "CASE id WHEN 1 THEN 5 ELSE note END", false);
}

/// Catches any artefact, kind or error on PostgreSQL that shows what is masked.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_shows_nothing_that_is_masked() {
    let url = postgres("privacy").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(tables("bigint", "text", ""))).execute(&mut connection).await.unwrap();
    nothing_leaks(&url, "note::bigint", true);
}

/// Catches any artefact, kind or error on ClickHouse that shows what is masked.
#[tokio::test(flavor = "multi_thread")]
async fn clickhouse_shows_nothing_that_is_masked() {
    let url = clickhouse("privacy").await;
    let client = cutover::source::clickhouse_client(&Url::parse(&url).unwrap()).unwrap();
    let script = tables("Int64", "Nullable(String)", " ENGINE = MergeTree ORDER BY id");
    for statement in script.split(";\n").filter(|statement| !statement.is_empty()) {
        client.query(statement).execute().await.unwrap();
    }
    nothing_leaks(&url, "toInt64(assumeNotNull(note))", true);
}

/// Two small files in `folder`, and the suite of one row diff over them.
fn files(folder: &Path, mask: &str) {
    std::fs::write(folder.join("old.csv"), "id,email\n1,ada-zq7x\n2,bob-zq7x\n").unwrap();
    std::fs::write(folder.join("new.csv"), "id,email\n1,eve-zq7x\n2,bob-zq7x\n").unwrap();
    let sql = |side: &str| format!("{side} = 'SELECT id, email FROM {side}'");
    let suite = format!(
        "name = \"people\"\n[sources]\nold.url = \"old.csv\"\nnew.url = \"new.csv\"\n\
         [checks.by_id]\nkind = \"rows\"\nkey = [\"id\"]\n{mask}\n{}\n{}\n",
        sql("old"),
        sql("new")
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

/// Catches hashes that cannot be compared between runs where that is wanted, or can be where it is not; a weak key.
#[test]
fn hashes_agree_between_runs_under_one_key_only() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), "mask = \"email\"");
    let hash = |variables: &[(&str, &str)]| {
        let _ = std::fs::remove_dir_all(folder.path().join("reports"));
        let left = left(folder.path(), &["run", "suite.toml"], variables);
        assert_eq!(left.code, Some(1), "{:?}", left.artefacts);
        left.check("by_id")["examples"][0]["columns"]["email"]["old"].as_str().unwrap().to_owned()
    };
    let key = [("CUTOVER_MASK_KEY", "a key of sixteen bytes or more")];
    assert_eq!(hash(&key), hash(&key));
    assert_ne!(hash(&key), hash(&[("CUTOVER_MASK_KEY", "another key of as many bytes")]));
    assert_ne!(hash(&[]), hash(&[]));
    let weak = left(folder.path(), &["run", "suite.toml"], &[("CUTOVER_MASK_KEY", "hunter2")]);
    assert_eq!(weak.code, Some(2));
    assert!(weak.places("CUTOVER_MASK_KEY is 7 bytes long").contains(&"stderr"), "{:?}", weak.artefacts);
    assert!(weak.places("hunter2").is_empty());
}

/// Catches a misspelt mask that passes for a mask.
#[test]
fn a_misspelt_mask_is_an_error_and_leaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), "mask = [\"emails\"]");
    let left = left(folder.path(), &["run", "suite.toml"], &[]);
    assert_eq!(left.code, Some(2), "{:?}", left.artefacts);
    assert!(left.places("`emails`, which neither side returns").contains(&"stdout"));
    assert_eq!(left.places("zq7x"), Vec::<&str>::new(), "{:?}", left.artefacts);
}

/// Catches an ad hoc diff, or an error before it runs, that shows what is masked.
#[test]
fn an_ad_hoc_diff_hides_as_a_suite_does() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), "");
    let diff = ["diff", "--old", "old.csv", "--new", "new.csv", "--key", "id"];
    for hidden in [&["--mask", "email", "--write-suite", "masked.toml"][..], &["--no-examples"]] {
        let _ = std::fs::remove_dir_all(folder.path().join("reports"));
        let left = left(folder.path(), &[&diff[..], hidden].concat(), &[]);
        assert_eq!(left.code, Some(1), "{hidden:?} {:?}", left.artefacts);
        assert_eq!(left.places("zq7x"), Vec::<&str>::new(), "{hidden:?}");
        assert_eq!(left.report["checks"][0]["rows"]["changed"], "1");
    }
    let suite = std::fs::read_to_string(folder.path().join("masked.toml")).unwrap();
    assert!(suite.contains("mask = [\"email\"]"), "the suite that is kept hides as well: {suite}");
}

/// Catches an error before an ad hoc diff runs that quotes a value.
#[tokio::test(flavor = "multi_thread")]
async fn an_ad_hoc_diff_that_stumbles_quotes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("a.db")).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let script = "CREATE TABLE people (id INTEGER PRIMARY KEY, born DATE); INSERT INTO people VALUES (1, 'zq7x')";
    sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let sql = "SELECT id, born FROM people";
    let diff =
        ["diff", "--old", "sqlite:a.db", "--new", "sqlite:a.db", "--old-sql", sql, "--new-sql", sql, "--key", "id"];
    let quoted = left(folder.path(), &diff, &[]);
    assert_eq!((quoted.code, quoted.places("zq7x")), (Some(2), vec!["stderr"]), "{:?}", quoted.artefacts);
    for hidden in [&["--mask", "born"][..], &["--no-examples"]] {
        let left = left(folder.path(), &[&diff[..], hidden].concat(), &[]);
        assert_eq!((left.code, left.places("zq7x")), (Some(2), Vec::new()), "{:?}", left.artefacts);
    }
}

/// Catches waivers, baselines and reruns that cannot find a masked difference again, or pass because they cannot.
#[test]
fn what_is_masked_can_be_waived_known_and_run_again() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), "mask = [\"email\"]");
    let suite = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    std::fs::write(folder.path().join("suite.toml"), suite.replace("key = [\"id\"]", "key = [\"email\"]")).unwrap();
    let key = [("CUTOVER_MASK_KEY", "a key of sixteen bytes or more")];
    let go = |arguments: &[&str], variables: &[(&str, &str)]| {
        let left = left(folder.path(), arguments, variables);
        assert_eq!(left.places("zq7x"), Vec::<&str>::new(), "{arguments:?}: {:?}", left.artefacts);
        left.code
    };
    let found = ["run", "suite.toml", "--report", "json=before/report.json"];
    assert_eq!(go(&found, &key), Some(1));
    let text = std::fs::read_to_string(folder.path().join("before/report.json")).unwrap();
    assert!(text.contains("masked:") && !text.contains("zq7x"), "{text}");

    let baseline = ["run", "suite.toml", "--baseline", "before/report.json"];
    assert_eq!(go(&baseline, &key), Some(0), "all of it is known");
    assert_eq!(go(&baseline, &[]), Some(1), "under another key nothing is");
    // Rows of masked keys cannot be picked: all of them are looked at.
    assert_eq!(go(&["rerun", "before/report.json"], &key), Some(1));

    let waive = [
        "waive",
        "before/report.json",
        "--check",
        "people.by_id",
        "--until",
        "2999-01-01",
        "--why",
        "w",
        "--owner",
        "o",
    ];
    assert_eq!(go(&waive, &key), Some(0));
    let waivers = std::fs::read_to_string(folder.path().join("waivers.toml")).unwrap();
    assert!(waivers.contains("masked:") && !waivers.contains("zq7x"), "{waivers}");
    assert_eq!(go(&["run", "suite.toml"], &key), Some(0), "waived");
    assert_eq!(go(&["run", "suite.toml"], &[]), Some(1), "under another key it is not");
}

/// Catches a report whose charts show what earlier runs recorded before there was a mask.
#[test]
fn the_past_is_masked_too() {
    let folder = tempfile::tempdir().unwrap();
    let side = |amount: &str| format!("id,amount\n1,{amount}\n");
    std::fs::write(folder.path().join("old.csv"), side("918273645")).unwrap();
    std::fs::write(folder.path().join("new.csv"), side("273645918")).unwrap();
    let suite = |mask: &str| {
        format!(
            "name = \"people\"\n[sources]\nold = {{ url = \"old.csv\", types = {{ amount = \"integer\" }} }}\n\
             new = {{ url = \"new.csv\", types = {{ amount = \"integer\" }} }}\n[checks.total]\nkind = \"sum\"\n{mask}\n\
             old = \"SELECT SUM(amount) AS amount FROM old\"\nnew = \"SELECT SUM(amount) AS amount FROM new\"\n"
        )
    };
    let page = |mask: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("suite.toml"), suite(mask)).unwrap();
        let given = [&["run", "suite.toml", "--report", "html=page.html"][..], arguments].concat();
        let left = left(folder.path(), &given, &[]);
        assert_eq!(left.code, Some(1), "{:?}", left.artefacts);
        std::fs::read_to_string(folder.path().join("page.html")).unwrap()
    };
    page("", &[]);
    assert!(page("", &[]).matches("918273645").count() > 2, "the past is drawn");
    let masked = page("mask = [\"amount\"]", &[]);
    assert!(!masked.contains("918273645") && masked.contains("masked:"), "{masked}");
}

/// Catches the distance of two masked columns in a warning, which tells one by the other: with a mask, with no examples, and
/// before anything runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_behind_tells_no_lag_of_masked_columns() {
    let url = postgres("privacy_views").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = "CREATE TABLE facts (id int, seen timestamptz); INSERT INTO facts VALUES (1, '2019-07-13 05:00Z'); \
               CREATE MATERIALIZED VIEW days AS SELECT max(seen) AS filled FROM facts; \
               INSERT INTO facts VALUES (2, '2019-07-15 08:09Z')";
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    let suite = |mask: &str| {
        format!(
            "name = \"s\"\nmask = {mask}\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n\
             [views.days]\nlast_updated = \"filled\"\ntable = \"facts\"\ncolumn = \"seen\"\nmax_lag = \"1h\"\n\
             [checks.c]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT 1 AS id, filled FROM days\"\n\
             new = \"SELECT 1 AS id, filled FROM days\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let said = |mask: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("suite.toml"), suite(mask)).unwrap();
        let output = cutover(folder.path()).args(arguments).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let run = ["run", "suite.toml", "--report", "markdown=-"];
    let validate = ["validate", "suite.toml", "--connect"];
    for (mask, arguments, shown) in [
        ("[]", run.to_vec(), true),
        ("[]", validate.to_vec(), true),
        ("[\"filled\", \"seen\"]", run.to_vec(), false),
        ("[\"filled\", \"seen\"]", validate.to_vec(), false),
        ("[]", [&run[..], &["--no-examples"]].concat(), false),
    ] {
        let said = said(mask, &arguments);
        assert!(said.contains("view_behind") && said.contains("before the newest row of"), "{arguments:?}: {said}");
        assert_eq!(said.contains("2d 3h"), shown, "{mask} {arguments:?}: {said}");
    }
}

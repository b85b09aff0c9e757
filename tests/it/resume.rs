//! Runs that are killed and gone on with: what was compared is carried over, and the verdict is that of a whole run.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::cli::{cutover, report};
use crate::packs;
use crate::schema::apply;
use crate::signals::wait_for;

/// How many windows are kept in a folder.
fn kept(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".window.json")).count()
}

/// Six days of rows; in the second and the sixth one differs.
const ROWS: &str = "CREATE TABLE old (id int, at date, v int); CREATE TABLE new (id int, at date, v int); CREATE TABLE gate (n int); \
                    INSERT INTO old SELECT n, date '2026-01-01' + n % 6, n FROM generate_series(1, 600) AS n; \
                    INSERT INTO new SELECT id, at, CASE WHEN id IN (7, 11) THEN -1 ELSE v END FROM old; INSERT INTO gate VALUES (1);";

/// A suite of six windows, of which the fifth waits as long as the gate has a row.
fn suite(folder: &Path, label: &str, settings: &str) {
    let of = |table: &str, more: &str| {
        format!("SELECT id, at, v FROM {table} WHERE at >= {{{{ from }}}} AND at < {{{{ to }}}}{more}")
    };
    let slow = format!(
        " AND (SELECT count(*) FROM (SELECT CASE WHEN {{{{ from }}}} = date '2026-01-05' THEN pg_sleep(60) END FROM gate) AS {label}) >= 0"
    );
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{URL}}\"\n[sources.new]\nurl = \"${{URL}}\"\n[params]\nunused = 1\n[checks.days]\n\
         kind = \"rows\"\nkey = [\"id\"]\nwindow = {{ column = \"at\", from = 2026-01-01, to = 2026-01-07, step = \"1 day\" }}\n{settings}\
         old = \"{}\"\nnew = \"{}\"\n",
        of("old", ""),
        of("new", &slow),
    );
    std::fs::write(folder.join("suite.toml"), text).unwrap();
}

fn command(folder: &Path, url: &str, extra: &[&str]) -> std::process::Command {
    let mut command = cutover(folder);
    command.env("URL", url).args(["run", "suite.toml", "--jobs", "1", "--no-history", "--report", "json=out.json"]);
    command.args(extra);
    command
}

fn ran(folder: &Path, url: &str, extra: &[&str]) -> (Option<i32>, Value, String) {
    let output = command(folder, url, extra).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), report(folder).unwrap_or_else(|| panic!("{text}")), text)
}

/// The windows that were carried over, by the days of January.
fn carried(report: &Value) -> Vec<u8> {
    let is_carried = |check: &&Value| {
        check["warnings"].as_array().into_iter().flatten().any(|warning| warning["code"] == "carried_over")
    };
    let day = |check: &Value| check["id"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
    report["checks"].as_array().unwrap().iter().filter(is_carried).map(day).collect()
}

/// What a report says of its checks, apart from times and from what was carried over.
fn verdicts(report: &Value) -> Vec<Value> {
    let mut checks = report["checks"].as_array().unwrap().clone();
    for check in &mut checks {
        let check = check.as_object_mut().unwrap();
        check.remove("elapsed_ms");
        for side in ["old", "new"] {
            check[side].as_object_mut().unwrap().remove("elapsed_ms");
        }
        if let Some(Value::Array(warnings)) = check.get_mut("warnings") {
            warnings.retain(|warning| warning["code"] != "carried_over");
            if warnings.is_empty() {
                check.remove("warnings");
            }
        }
    }
    checks
}

/// Kills a run while it is in its fifth window, and opens the gate.
async fn killed(folder: &Path, url: &str, label: &str) {
    let mut child =
        command(folder, url, &["--resume", "state"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = std::time::Instant::now();
    // All but the second, in which a row differs, and the fifth, which waits.
    while kept(&folder.join("state")) < 3 {
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "no window was kept");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    wait_for(label, true).await;
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), None, "it was killed");
    assert!(report(folder).is_none(), "it left no report");
    apply(url, folder, "DELETE FROM gate;").await;
}

/// Catches a verdict that depends on having been killed, a window that is lost or made up, and one that is taken from a run
/// that came to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_goes_on_to_the_same_verdict() {
    let (folder, label) = (tempfile::tempdir().unwrap(), "resumed_query");
    let folder = folder.path();
    let url = packs::postgres("resume_killed").await;
    apply(&url, folder, ROWS).await;
    suite(folder, label, "");
    killed(folder, &url, label).await;
    assert_eq!(kept(&folder.join("state")), 3, "the second window differs, and the fifth was not done");
    let (code, whole, _) = ran(folder, &url, &[]);
    assert_eq!((code, carried(&whole)), (Some(1), vec![]));
    std::fs::remove_file(folder.join("out.json")).unwrap();

    let (code, resumed, text) = ran(folder, &url, &["--resume", "state"]);
    assert_eq!((code, carried(&resumed)), (Some(1), vec![1, 3, 4]), "{text}");
    assert_eq!(verdicts(&resumed), verdicts(&whole));
    assert!(text.contains("carried over: 3 windows") && text.contains("not compared in this run"), "{text}");
    assert_eq!(std::fs::read_dir(folder.join("state")).unwrap().count(), 0, "the run came to its end");
    let (_, again, _) = ran(folder, &url, &["--resume", "state"]);
    assert_eq!((carried(&again), verdicts(&again)), (vec![], verdicts(&whole)));
}

/// Catches a window that is carried over although what its verdict depends on is another, and one that is compared again
/// although nothing is.
#[tokio::test(flavor = "multi_thread")]
async fn another_suite_param_waiver_or_server_begins_anew() {
    let (folder, label) = (tempfile::tempdir().unwrap(), "changed_query");
    let folder = folder.path();
    // What a policy of rows may go by, and no description of the source tells.
    let of_tenant = |url: &str, tenant: u8| format!("{url}?options=-capp.tenant%3D{tenant}");
    let (plain, other) = (packs::postgres("resume_changed").await, packs::postgres("resume_other").await);
    let (url, other) = (of_tenant(&plain, 1), of_tenant(&other, 1));
    apply(&url, folder, ROWS).await;
    apply(&other, folder, &format!("{ROWS} DELETE FROM gate;")).await;
    suite(folder, label, "");
    killed(folder, &url, label).await;
    // What would be seen by whoever compares the third day again.
    apply(&url, folder, "UPDATE new SET v = 0 WHERE id = 2;").await;
    apply(&other, folder, "UPDATE new SET v = 0 WHERE id = 2;").await;
    let state = folder.join("state");
    let saved = folder.join("saved");
    std::fs::rename(&state, &saved).unwrap();
    let third = |url: &str, extra: &[&str]| {
        let _ = std::fs::remove_dir_all(&state);
        std::fs::create_dir(&state).unwrap();
        for file in std::fs::read_dir(&saved).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), state.join(file.file_name())).unwrap();
        }
        let (_, report, _) = ran(folder, url, &[&["--resume", "state"], extra].concat());
        let check =
            report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "s.days@2026-01-03").unwrap();
        check["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(third(&url, &[]), "pass", "nothing is another");
    assert_eq!(third(&url, &["--param", "unused=2"]), "fail", "a param");
    assert_eq!(third(&other, &[]), "fail", "a database");
    assert_eq!(third(&of_tenant(&plain, 2), &[]), "fail", "a parameter that a report hides");
    assert_eq!(third(&url, &["--no-examples"]), "fail", "what may be shown");
    assert_eq!(third(&url, &["--hash", "strong"]), "fail", "a hash that is asked for");
    let waiver = "[[waiver]]\ncheck = \"s.days\"\nreason = \"known\"\nowner = \"me\"\nexpires = 2999-01-01\ndifferences = [\"changed\"]\n\
                  where = { id = 600 }\ncolumns = { v = { old = 1, new = 2 } }\n";
    std::fs::write(folder.join("waivers.toml"), waiver).unwrap();
    assert_eq!(third(&url, &[]), "fail", "a waiver");
    std::fs::remove_file(folder.join("waivers.toml")).unwrap();
    suite(folder, label, "columns.v = { null = 0 }\n");
    assert_eq!(third(&url, &[]), "fail", "a rule");
    suite(folder, label, "");
    assert_eq!(third(&url, &[]), "pass", "as it was");
}

/// Catches windows that are forgotten where a deadline or an interrupt cut the run short, and a flag that does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_leaves_what_was_done() {
    let (folder, label) = (tempfile::tempdir().unwrap(), "late_window");
    let folder = folder.path();
    let url = packs::postgres("resume_late").await;
    apply(&url, folder, ROWS).await;
    suite(folder, label, "");
    let (code, _, text) = ran(folder, &url, &["--resume", "state", "--deadline", "8s"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("kept: 3 finished windows; the same command goes on with the rest"), "{text}");
    apply(&url, folder, "DELETE FROM gate;").await;
    let (code, report, _) = ran(folder, &url, &["--resume", "state"]);
    assert_eq!((code, carried(&report)), (Some(1), vec![1, 3, 4]));
    std::fs::write(folder.join("file"), "").unwrap();
    let refused = command(folder, &url, &["--resume", "file"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume: file cannot be used"), "{refused:?}");
}

/// Catches a window that is carried over although the environment, or a parameter that sounds like a secret, leads the same URL
/// elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn what_leads_a_url_elsewhere_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (first, second) = (packs::postgres("resume_here").await, packs::postgres("resume_there").await);
    apply(&first, folder, ROWS).await;
    apply(&second, folder, ROWS).await;
    suite(folder, "elsewhere", "");
    let without = |url: &str, change: &dyn Fn(&mut url::Url)| {
        let mut url = url::Url::parse(url).unwrap();
        change(&mut url);
        url.to_string()
    };
    let database = |url: &str| url::Url::parse(url).unwrap().path().trim_start_matches('/').to_owned();
    let no_database = without(&first, &|url| url.set_path(""));
    let password = percent_encoding::percent_decode_str(url::Url::parse(&first).unwrap().password().unwrap())
        .decode_utf8_lossy()
        .into_owned();
    let role = format!(
        "DO $$ BEGIN CREATE ROLE resume_other LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN NULL; END $$;          ALTER ROLE resume_other PASSWORD '{password}';"
    );
    apply(&first, folder, &role).await;
    let user = url::Url::parse(&first).unwrap().username().to_owned();
    let no_user = without(&first, &|url| {
        url.set_password(None).unwrap();
        url.set_username("").unwrap();
    });
    let keyed = |key: &str| without(&first, &|url| url.set_query(Some(&format!("options[my.api_key]={key}"))));
    let (here, there) = (database(&first), database(&second));
    for (what, before, after) in [
        ("PGDATABASE", (&no_database, here.as_str()), (&no_database, there.as_str())),
        ("PGUSER", (&no_user, user.as_str()), (&no_user, "resume_other")),
        ("PGOPTIONS", (&first, "-capp.tenant=1"), (&first, "-capp.tenant=2")),
        ("UNUSED", (&keyed("1"), ""), (&keyed("2"), "")),
    ] {
        let of = |is_before: bool| {
            let (url, value) = if is_before { before } else { after };
            let mut command = command(folder, url, &["--resume", "state"]);
            command.env("PGPASSWORD", &password).env(what, value);
            command
        };
        begins_anew(folder, &[&first, &second], what, of).await;
    }
}

/// Catches windows of a store that are carried over although another store is meant.
#[tokio::test(flavor = "multi_thread")]
async fn another_store_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let url = packs::postgres("resume_store").await;
    apply(&url, folder, ROWS).await;
    let endpoint = crate::support::engine_url("CUTOVER_TEST_S3_ENDPOINT");
    let object = format!("resume{}/old.csv", std::process::id());
    let lines = (1..=600).map(|n| format!("{n},2026-01-0{},{n}\n", 1 + n % 6)).collect::<String>();
    let request = reqwest::Client::new().put(format!("{endpoint}/cutover/{object}")).header("x-amz-acl", "public-read");
    assert!(request.body(format!("id,at,v\n{lines}")).send().await.unwrap().status().is_success());
    suite(folder, "other_store", "");
    let text = std::fs::read_to_string(folder.join("suite.toml")).unwrap();
    let bare = endpoint.trim_start_matches("http://");
    let local = |text: &str| text.replace("127.0.0.1", "localhost");
    for (scheme, what, value) in [("s3", "AWS_ENDPOINT_URL", endpoint.as_str()), ("gs", "STORAGE_EMULATOR_HOST", bare)]
    {
        let stored = format!(
            "url = \"{scheme}://cutover/{object}\"\ntypes = {{ id = \"integer\", at = \"date\", v = \"integer\" }}"
        );
        std::fs::write(folder.join("suite.toml"), text.replacen("url = \"${URL}\"", &stored, 1)).unwrap();
        let of = |is_before: bool| {
            let mut command = command(folder, &url, &["--resume", "state"]);
            command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "s3cret-of-aws");
            command.env("AWS_REGION", "us-east-1").env(what, if is_before { value.to_owned() } else { local(value) });
            command
        };
        begins_anew(folder, &[&url], what, of).await;
    }
}

/// Catches windows that are carried over although a link above a pattern, or a file of a folder, leads to other data by now, or
/// the time zone of the process is another.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_link_or_the_time_zone_makes_other_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let url = packs::postgres("resume_links").await;
    apply(&url, folder, ROWS).await;
    suite(folder, "links", "");
    let text = std::fs::read_to_string(folder.join("suite.toml")).unwrap();
    let rows = (1..=600).map(|n| format!("{n},2026-01-0{},{n}\n", 1 + n % 6)).collect::<String>();
    for name in ["v1", "v2"] {
        std::fs::create_dir_all(folder.join(name).join("t")).unwrap();
        std::fs::write(folder.join(name).join("t").join("old.csv"), format!("id,at,v\n{rows}")).unwrap();
    }
    std::fs::create_dir(folder.join("inner")).unwrap();
    let turned = |link: &str, to: &str| {
        let _ = std::fs::remove_file(folder.join(link));
        std::os::unix::fs::symlink(folder.join(to), folder.join(link)).unwrap();
    };
    for (what, place, link, to) in [
        ("pattern", "cur/t/*.csv", "cur", ["v1", "v2"]),
        ("inner", "inner", "inner/old.csv", ["v1/t/old.csv", "v2/t/old.csv"]),
        ("zone", "v1/t/old.csv", "unused", ["v1", "v1"]),
    ] {
        let types = "types = { id = \"integer\", at = \"date\", v = \"integer\" }";
        // The table of a pattern is named by its folder.
        let suite = text.replacen("url = \"${URL}\"", &format!("url = \"{place}\"\n{types}"), 1);
        let suite = if what == "pattern" { suite.replace("FROM old ", "FROM t ") } else { suite };
        std::fs::write(folder.join("suite.toml"), suite).unwrap();
        let of = |is_before: bool| {
            turned(link, to[usize::from(!is_before)]);
            let mut command = command(folder, &url, &["--resume", "state"]);
            command.env("TZ", if is_before || what != "zone" { "UTC" } else { "Asia/Tokyo" });
            command
        };
        begins_anew(folder, &[&url], what, of).await;
    }
}

/// Kills a run in its fifth window, and holds that the same command goes on while the other one compares all windows; both find
/// the rows that differ.
async fn begins_anew(folder: &Path, gates: &[&str], what: &str, of: impl Fn(bool) -> std::process::Command) {
    let (state, saved) = (folder.join("state"), folder.join("saved"));
    for folder in [&state, &saved] {
        let _ = std::fs::remove_dir_all(folder);
    }
    apply(gates[0], folder, "DELETE FROM gate; INSERT INTO gate VALUES (1);").await;
    let mut child = of(true).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = std::time::Instant::now();
    while kept(&state) < 3 {
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "{what}: no window was kept");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for url in gates {
        apply(url, folder, "DELETE FROM gate;").await;
    }
    std::fs::rename(&state, &saved).unwrap();
    for is_before in [true, false] {
        let _ = std::fs::remove_dir_all(&state);
        std::fs::create_dir(&state).unwrap();
        for file in std::fs::read_dir(&saved).unwrap().map(|file| file.unwrap()) {
            std::fs::copy(file.path(), state.join(file.file_name())).unwrap();
        }
        let output = of(is_before).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert_eq!(said.contains("carried over: 3 windows"), is_before, "{what}: {said}");
        assert_eq!(said.contains("carried over"), is_before, "{what}: {said}");
    }
}

//! Differences that are given time: those that heal, those that stay, those that begin while the check waits.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::*;

/// Lines of `differences.parquet` beside the report.
fn written(folder: &Path) -> usize {
    crate::parquet::read(&folder.join("differences.parquet")).len()
}

/// Catches rows in flight that fail a check, a time to heal that is not reported, and differences of an earlier reading that
/// stay in the file.
#[tokio::test(flavor = "multi_thread")]
async fn rows_in_flight_heal_and_the_check_passes() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    tables(&mut writer, "heals", 100, "id IN (3, 50)").await;
    let ran = begin(folder.path(), &rows("heals", "settle = { wait = \"4s\", times = 3 }"), &[]);
    both_began(&mut writer, "heals").await;
    execute(&mut writer, "INSERT INTO heals_new SELECT * FROM heals_old WHERE id IN (3, 50)").await;
    let ran = ran.await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(0), "pass"), "{}", ran.shown);
    let transient = &ran.check()["transient"];
    assert_eq!(
        (&transient["readings"], &transient["healed"], &transient["in_motion"]),
        (&1.into(), &"2".into(), &"0".into())
    );
    let after = transient["after_ms"].as_u64().unwrap();
    assert!((4_000..60_000).contains(&after), "{after}");
    assert_eq!(ran.check()["rows"]["equal"], "100");
    assert_eq!(written(folder.path()), 0);
    assert!(ran.shown.contains("2 healed"), "{}", ran.shown);
}

/// Catches a difference that is suppressed because others healed, and one that is written twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_the_verdict() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    tables(&mut writer, "stays", 100, "id IN (3, 50)").await;
    let ran = begin(folder.path(), &rows("stays", "settle = { wait = \"3s\", times = 5 }"), &[]);
    both_began(&mut writer, "stays").await;
    execute(&mut writer, "INSERT INTO stays_new SELECT * FROM stays_old WHERE id = 3").await;
    let ran = ran.await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(1), "fail"), "{}", ran.shown);
    assert_eq!(ran.check()["rows"]["missing"], "1");
    assert_eq!(ran.check()["examples"][0]["key"]["id"], "50");
    // The second reading differs from the first, the third is like the second.
    assert_eq!(ran.check()["transient"]["readings"], 2);
    assert_eq!(ran.check()["transient"]["healed"], "1");
    assert_eq!(ran.check()["written"]["differences"], "1");
    assert_eq!(written(folder.path()), 1);
}

/// Catches a check whose differences are all accepted and that waits all the same, and one that does not wait although some of
/// them are not.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_waived_is_not_waited_for() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    tables(&mut writer, "accepted", 100, "id IN (3, 50)").await;
    let waive = |ids: &str| {
        let waiver = format!(
            "[[waivers]]\ncheck = \"m.accepted\"\nkeys = [{ids}]\ndifferences = [\"missing\"]\nwhy = \"w\"\nowner = \"o\"\n\
             until = 2099-01-01\n"
        );
        std::fs::write(folder.path().join("waivers.toml"), waiver).unwrap();
    };
    waive("{ id = 3 }, { id = 50 }");
    let ran = begin(folder.path(), &rows("accepted", "settle = { wait = \"5min\", times = 3 }"), &[]).await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(0), "pass"), "{}", ran.shown);
    assert!(ran.check().get("transient").is_none(), "read again: {}", ran.check()["transient"]);
    waive("{ id = 3 }");
    let ran = begin(folder.path(), &rows("accepted", "settle = { wait = \"1s\", times = 3 }"), &[]).await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(1), "fail"), "{}", ran.shown);
    assert_eq!(ran.check()["transient"]["readings"], 1, "one of the two is not accepted");
}

/// Catches a difference that begins while others heal and is lost with them.
#[tokio::test(flavor = "multi_thread")]
async fn a_difference_that_begins_later_is_given_its_own_time_and_then_counts() {
    for (name, times, code, status, missing, in_motion) in
        [("later", 4, 1, "fail", "1", "0"), ("late", 1, 0, "warn", "0", "1")]
    {
        let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
        tables(&mut writer, name, 100, "id = 3").await;
        let settings = format!("settle = {{ wait = \"3s\", times = {times} }}");
        let ran = begin(folder.path(), &rows(name, &settings), &[]);
        both_began(&mut writer, name).await;
        let swap = format!(
            "INSERT INTO {name}_new SELECT * FROM {name}_old WHERE id = 3; DELETE FROM {name}_new WHERE id = 70"
        );
        execute(&mut writer, &swap).await;
        let ran = ran.await.unwrap();
        assert_eq!((ran.code, ran.status()), (Some(code), status), "{}", ran.shown);
        assert_eq!(ran.check()["rows"]["missing"], missing);
        assert_eq!(ran.check()["transient"]["in_motion"], in_motion);
        assert_eq!(ran.check()["transient"]["healed"], "1");
        let counted = ran.check()["rows"]["old"].as_str().unwrap();
        assert_eq!(counted, if status == "warn" { "99" } else { "100" }, "rows in motion are in no count");
    }
}

/// Catches a table that never rests and passes, and one that fails for nothing but its motion.
#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_appearing_neither_fails_nor_passes() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    tables(&mut writer, "goes_on", 100, "false").await;
    // New lags a second behind old.
    let (done, mut finished) = tokio::sync::oneshot::channel::<()>();
    let writing = tokio::spawn(async move {
        for id in 1_000.. {
            let sql = format!(
                "INSERT INTO goes_on_old VALUES ({id}, 0, 1); \
                 INSERT INTO goes_on_new SELECT * FROM goes_on_old WHERE id >= 1000 AND id <= {id} - 10 \
                 AND id NOT IN (SELECT id FROM goes_on_new)"
            );
            execute(&mut writer, &sql).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            if finished.try_recv().is_ok() {
                return;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let ran = begin(folder.path(), &rows("goes_on", "settle = { wait = \"5s\", times = 2 }"), &[]).await.unwrap();
    done.send(()).unwrap();
    writing.await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(0), "warn"), "{}", ran.shown);
    assert_eq!(ran.check()["rows"]["missing"], "0");
    let count = |name: &str| ran.check()["transient"][name].as_str().unwrap().parse::<u64>().unwrap();
    assert!(count("in_motion") > 0 && count("healed") > 0, "{}", ran.check()["transient"]);
    assert_eq!(written(folder.path()), 0);
}

/// Catches aggregates that are not read again, a healed group that counts, and a group in motion that is lost.
#[tokio::test(flavor = "multi_thread")]
async fn groups_settle_as_rows_do() {
    for (name, times, status, missing) in [("groups", 4, "fail", 1), ("group", 1, "warn", 0)] {
        let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
        tables(&mut writer, name, 99, "bucket = 2").await;
        let settings = format!("settle = {{ wait = \"3s\", times = {times} }}");
        let check = slow(name, "sum", "bucket", "bucket, SUM(v) AS v", "GROUP BY bucket", &settings);
        let ran = begin(folder.path(), &postgres(&check), &[]);
        both_began(&mut writer, name).await;
        let swap = format!(
            "INSERT INTO {name}_new SELECT * FROM {name}_old WHERE bucket = 2; DELETE FROM {name}_new WHERE bucket = 7"
        );
        execute(&mut writer, &swap).await;
        let ran = ran.await.unwrap();
        assert_eq!(ran.status(), status, "{}", ran.shown);
        assert_eq!(ran.check()["rows"]["missing"], missing.to_string());
        assert_eq!(ran.check()["rows"]["old"], (9 + missing).to_string());
        assert_eq!(ran.check()["transient"]["healed"], "1");
        assert_eq!(ran.check()["transient"]["in_motion"], (1 - missing).to_string());
    }
}

/// Catches a check without a key that is left out of settling.
#[tokio::test(flavor = "multi_thread")]
async fn a_total_settles_as_a_whole() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    tables(&mut writer, "total", 100, "id = 3").await;
    let check = slow("total", "row_count", "", "COUNT(*) AS n", "", "settle = { wait = \"3s\" }");
    let ran = begin(folder.path(), &postgres(&check.replace("key = [\"\"]\n", "")), &[]);
    both_began(&mut writer, "total").await;
    execute(&mut writer, "INSERT INTO total_new SELECT * FROM total_old WHERE id = 3").await;
    let ran = ran.await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(0), "pass"), "{}", ran.shown);
    assert_eq!(ran.check()["transient"]["healed"], "1");
}

/// Catches an invariant whose violations are not given time, by key or as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn violations_settle_too() {
    for (name, key, in_motion, status) in [("by_key", "key = [\"id\"]\n", "1", "warn"), ("as_one", "", "0", "fail")] {
        let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
        tables(&mut writer, name, 100, "id = 3").await;
        let query = format!(
            "SELECT o.id FROM {name}_old AS o LEFT JOIN {name}_new AS n ON n.id = o.id, (SELECT pg_sleep(1)) AS pause WHERE n.id IS NULL"
        );
        let check = format!(
            "[checks.{name}]\nkind = \"invariant\"\n{key}settle = {{ wait = \"3s\", times = 1 }}\nnew = \"{query}\"\n"
        );
        let ran = begin(folder.path(), &postgres(&check), &[]);
        let running = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%{name}_new%'"
        );
        while sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(running.clone())).fetch_one(&mut writer).await.unwrap()
            == 0
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let swap = format!(
            "INSERT INTO {name}_new SELECT * FROM {name}_old WHERE id = 3; DELETE FROM {name}_new WHERE id = 70"
        );
        execute(&mut writer, &swap).await;
        let ran = ran.await.unwrap();
        assert_eq!(ran.status(), status, "{}", ran.shown);
        assert_eq!(ran.check()["violations"], (1 - in_motion.parse::<u32>().unwrap()).to_string());
        assert_eq!(ran.check()["transient"]["in_motion"], in_motion);
    }
}

/// Catches rows that moved while an engine without snapshots was read and are not read again, and motion of an earlier
/// reading that is held against the last.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_moved_are_a_reason_to_read_again() {
    for (name, settings, status) in [("rests", "settle = { wait = \"1s\" }", "pass"), ("moves", "", "warn")] {
        let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
        tables(&mut writer, name, 100, "false").await;
        let url = crate::packs::clickhouse(&format!("motion_{name}")).await;
        let client = cutover::source::clickhouse_client(&url::Url::parse(&url).unwrap()).unwrap();
        let made = "CREATE TABLE t ENGINE = MergeTree ORDER BY id AS SELECT toInt32(number + 1) AS id, toInt32(1) AS v FROM numbers(99)";
        client.query(made).execute().await.unwrap();
        let suite = format!(
            "name = \"m\"\n[sources.old]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n[sources.new]\nurl = \"{url}\"\n\
             [checks.moved]\nkind = \"rows\"\nkey = \"id\"\n{settings}\n\
             old = \"SELECT id, v FROM {name}_old, (SELECT pg_sleep(4)) AS pause\"\nnew = \"SELECT id, v FROM t\"\n"
        );
        // Without a copy, so that rows are read a second time and can have moved.
        let ran = begin(folder.path(), &suite, &["--copies", "0"]);
        let running = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%{name}_old, (SELECT pg_sleep(4))%' AND pid <> pg_backend_pid()"
        );
        while sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(running.clone())).fetch_one(&mut writer).await.unwrap()
            == 0
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // New was read by then, and is read again once old is.
        tokio::time::sleep(Duration::from_secs(2)).await;
        client.query("INSERT INTO t VALUES (100, 1)").execute().await.unwrap();
        let ran = ran.await.unwrap();
        assert_eq!((ran.code, ran.status()), (Some(0), status), "{}", ran.shown);
        assert_eq!(ran.check()["rows"]["equal"], "100");
        let moved = &ran.check()["moved"]["new"];
        match status {
            "pass" => assert_eq!((moved, &ran.check()["transient"]["readings"]), (&Json::Null, &1.into())),
            _ => assert_eq!(moved, "1"),
        }
    }
}

/// Catches a wait in one window that holds or heals another.
#[tokio::test(flavor = "multi_thread")]
async fn windows_settle_each_for_itself() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    execute(
        &mut writer,
        "DROP TABLE IF EXISTS windows_old, windows_new; \
         CREATE TABLE windows_old AS SELECT id, DATE '2026-01-01' + id / 10 AS day FROM generate_series(0, 29) AS g(id); \
         CREATE TABLE windows_new AS SELECT * FROM windows_old WHERE id NOT IN (5, 15)",
    )
    .await;
    let settings = "settle = { wait = \"4s\", times = 2 }\nwindow = { column = \"day\", from = 2026-01-01, to = 2026-01-04, step = \"1 day\" }";
    let suite = postgres(&slow("windows", "rows", "id", "id, day", "", settings));
    let ran = begin(folder.path(), &suite, &["--only", "m.windows@2026*", "--jobs", "1"]);
    both_began(&mut writer, "windows").await;
    execute(&mut writer, "INSERT INTO windows_new SELECT * FROM windows_old WHERE id = 5").await;
    let ran = ran.await.unwrap();
    assert_eq!(ran.code, Some(1), "{}", ran.shown);
    let told = |at: usize| {
        let check = &ran.report["checks"][at];
        (check["status"].as_str().unwrap(), check["transient"]["healed"].as_str())
    };
    assert_eq!([told(0), told(1), told(2)], [("pass", Some("1")), ("fail", Some("0")), ("pass", None)]);
    assert_eq!(written(folder.path()), 1);
}

/// A suite of files: `flight` differs and waits, `quick` does not.
fn files(folder: &Path, settings: &str) -> String {
    std::fs::write(folder.join("old.csv"), "id,v\n1,a\n2,b\n").unwrap();
    std::fs::write(folder.join("new.csv"), "id,v\n1,a\n2,c\n").unwrap();
    let check = |name: &str, new: &str, settings: &str| {
        format!(
            "[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\n{settings}\nold = \"SELECT * FROM old\"\nnew = \"SELECT * FROM {new}\"\n"
        )
    };
    let sources = "name = \"m\"\n[sources.old]\nurl = \".\"\n[sources.new]\nurl = \".\"\n";
    format!("{sources}{}{}", check("flight", "new", settings), check("quick", "old", ""))
}

/// Catches a check that holds up others while it only waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_waits_lets_others_run() {
    let folder = tempfile::tempdir().unwrap();
    let suite = files(folder.path(), "settle = { wait = \"2s\", times = 2 }");
    let ran = begin(folder.path(), &suite, &["--jobs", "1"]).await.unwrap();
    assert_eq!(ran.code, Some(1));
    let place = |id: &str| ran.shown.find(id).unwrap();
    assert!(place("m.quick") < place("m.flight"), "{}", ran.shown);
    assert_eq!(ran.check()["transient"]["readings"], 1, "the same differences twice are the verdict");
    assert_eq!(ran.check()["rows"]["changed"], "1");
}

/// Catches a wait for differences that the suite expects.
#[tokio::test(flavor = "multi_thread")]
async fn expected_differences_are_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let suite = files(folder.path(), "expect = { changed = 1 }\nsettle = { wait = \"1h\" }");
    let ran = begin(folder.path(), &suite, &["--deadline", "60s"]).await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(0), "pass"), "{}", ran.shown);
    assert!(ran.check().get("transient").is_none());
}

/// Catches a wait that outlives the run, and differences whose time was cut short passing for a verdict.
#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_with_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let suite = files(folder.path(), "settle = { wait = \"1h\" }");
    let ran = begin(folder.path(), &suite, &["--deadline", "3s"]).await.unwrap();
    assert_eq!((ran.code, ran.status()), (Some(2), "error"), "{}", ran.shown);
    assert!(ran.elapsed < Duration::from_secs(30));
    let message = ran.check()["error"]["message"].as_str().unwrap();
    assert!(message.contains("the deadline passed while") && message.contains("settle"), "{message}");
    assert_eq!(ran.check()["rows"]["changed"], "1", "what was found is shown all the same");

    let mut child = cutover(folder.path())
        .args(["run", "suite.toml", "--report", "json=out.json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(130));
    let report = report(folder.path()).unwrap();
    assert!(report["checks"][0]["error"]["message"].as_str().unwrap().contains("interrupted while"));
    assert_eq!(report["checks"][1]["status"], "pass");
}

/// Catches settings that would give no time at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_settle_without_time_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    for settings in ["settle = { times = 2 }", "settle = { wait = \"0s\" }", "settle = { wait = \"1s\", times = 0 }"] {
        let ran = begin(folder.path(), &files(folder.path(), settings), &[]).await.unwrap();
        assert_eq!(ran.code, Some(2), "{settings}");
        assert!(ran.shown.contains("settle"), "{}", ran.shown);
    }
}
